/* SPDX-License-Identifier: MIT
 *
 * Files, folders and locks of src/base, in a temporary folder of its own. */
#include "tap.h"

#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/file.h"
#include "base/process.h"

static int root = -1;

static void test_read(void)
{
	ERR(err);
	BUF(b, 10);

	IS_OK(file_write(root, "ten", S("0123456789"), 0644, 0, &err), err, "write 10 bytes");
	IS_OK(file_read(root, "ten", &b, &err), err, "a file of exactly the ceiling is read");
	IS_STR(buf_str(&b), S("0123456789"), "whole");
	buf_clear(&b);
	IS_OK(file_write(root, "eleven", S("0123456789a"), 0644, 0, &err), err, "write 11 bytes");
	IS_INT(file_read(root, "eleven", &b, &err), ERR_TOO_BIG, "one byte more is too big");
	OK(err.msg && strstr(err.msg, "reading 'eleven'"), "and the file is named");
	err_clear(&err);
	buf_clear(&b);
	IS_OK(file_write(root, "empty", S(""), 0644, 0, &err), err, "write nothing");
	IS_OK(file_read(root, "empty", &b, &err), err, "an empty file");
	IS_INT(b.n, 0, "is empty");
	IS_ERR(file_read(root, "none", &b, &err), err, ERR_NOT_FOUND, "an absent file");
	IS_OK(mkdir_p(root, "folder", 0755, &err), err, "make a folder");
	IS_ERR(file_read(root, "folder", &b, &err), err, ERR_FAILED, "a folder is not read");
	if (mkfifoat(root, "fifo", 0644))
		exit(1);
	alarm(10);
	IS_INT(file_read(root, "fifo", &b, &err), ERR_FAILED, "a FIFO is refused at once");
	OK(err.msg && strstr(err.msg, "it is a FIFO"), "by name");
	err_clear(&err);
	int fd = -1;

	IS_ERR(open_file(root, "fifo", &fd, &err), err, ERR_FAILED, "open_file refuses it, too");
	alarm(0);
	IS_ERR(file_read(AT_FDCWD, "/dev/zero", &b, &err), err, ERR_FAILED, "so is a device");
	BUF(proc, 1 << 16);
	IS_OK(file_read(AT_FDCWD, "/proc/self/status", &proc, &err), err, "a file of /proc");
	OK(proc.n > 100, "whose size is said to be 0 is read whole");
}

static void test_symlinks(void)
{
	ERR(err);
	BUF(b, 100);
	char *target CLEANUP_FREE = NULL;
	int fd = -1;

	IS_OK(file_symlink("ten", root, "link", &err), err, "make a symlink");
	IS_OK(file_symlink("empty", root, "link", &err), err, "replace it");
	IS_OK(read_link(root, "link", &target, &err), err, "read it");
	IS_Z(target, "empty", "the second target");
	IS_OK(file_symlink("ten", root, "link", &err), err, "and again");
	IS_OK(file_read(root, "link", &b, &err), err, "reading follows it");
	IS_INT(b.n, 10, "to the file");
	IS_ERR(open_file(root, "link", &fd, &err), err, ERR_FAILED, "open_file does not");
	IS_OK(file_symlink("folder", root, "dirlink", &err), err, "symlink to a folder");
	IS_ERR(open_dir(root, "dirlink", &fd, &err), err, ERR_NOT_FOUND, "nor does open_dir");
	IS_ERR(read_link(root, "ten", &target, &err), err, ERR_FAILED, "a file is no symlink");
	IS_OK(file_write(root, "link", S("x"), 0600, 0, &err), err, "writing");
	IS_ERR(read_link(root, "link", &target, &err), err, ERR_FAILED, "replaces the symlink");
	buf_clear(&b);
	IS_OK(file_read(root, "ten", &b, &err), err, "and not");
	IS_INT(b.n, 10, "what it pointed to");
}

static size_t count_entries(const char *path)
{
	ERR(err);
	struct dir_list l CLEANUP(dir_list_release) = {0};

	return dir_list(root, path, &l, &err) ? SIZE_MAX : l.n;
}

static void test_write(void)
{
	ERR(err);
	BUF(b, 100);
	struct stat st;

	IS_OK(mkdir_p(root, "w", 0755, &err), err, "a folder");
	IS_OK(file_write(root, "w/f", S("old"), 0644, 0, &err), err, "first content");
	int before CLEANUP_FD = openat(root, "w/f", O_RDONLY);
	mode_t mask = umask(0077);

	IS_OK(file_write(root, "w/f", S("new"), 0664, FILE_WRITE_SYNC, &err), err, "second");
	umask(mask);
	IS_OK(fd_read_all(before, &b, &err), err, "who had it open");
	IS_STR(buf_str(&b), S("old"), "still has the old content: it was replaced, not changed");
	OK(fstatat(root, "w/f", &st, 0) == 0 && (st.st_mode & 07777) == 0664,
	   "the mode is that asked for, whatever the umask");
	IS_INT(count_entries("w"), 1, "no temporary file is left");
	IS_OK(mkdir_p(root, "w/d", 0755, &err), err, "a folder");
	IS_INT(file_write(root, "w/d", S("x"), 0644, 0, &err), ERR_SYSTEM,
	       "a folder is not replaced by a file");
	OK(err.msg && str_starts(str_c(err.msg), S("writing 'w/d': ")), "the message names it");
	err_clear(&err);
	IS_INT(count_entries("w"), 2, "and no temporary file is left");
	IS_ERR(file_write(root, "no/f", S("x"), 0644, 0, &err), err, ERR_NOT_FOUND,
	       "into an absent folder");
	char name[256];

	memset(name, 'n', 255);
	name[255] = '\0';
	IS_OK(file_write(root, name, S("x"), 0644, 0, &err), err, "the longest name");
}

static void test_copy(void)
{
	ERR(err);
	BUF(b, 100);
	int from CLEANUP_FD = openat(root, "ten", O_RDONLY);
	int to CLEANUP_FD = openat(root, "copy", O_RDWR | O_CREAT, 0600);

	lseek(from, 4, SEEK_SET);
	IS_OK(fd_copy(from, to, &err), err, "copy from an offset");
	IS_OK(file_read(root, "copy", &b, &err), err, "read the copy");
	IS_STR(buf_str(&b), S("456789"), "the rest");
	int proc CLEANUP_FD = open("/proc/self/status", O_RDONLY);
	int to2 CLEANUP_FD = openat(root, "copy2", O_RDWR | O_CREAT, 0600);
	struct stat st;

	IS_OK(fd_copy(proc, to2, &err), err, "copy from /proc");
	OK(fstat(to2, &st) == 0 && st.st_size > 100, "has content");
	lseek(from, 0, SEEK_SET);
	IS_ERR(fd_copy(from, -1, &err), err, ERR_SYSTEM, "to nowhere");
}

static void test_list(void)
{
	static const char *const names[] = {"b", "a", "B", "\xff", "a.b", "aa", "_", "\xc3\xa9"};
	static const char *const sorted[] = {"B", "_", "a", "a.b", "aa", "b", "\xc3\xa9", "\xff"};
	ERR(err);
	struct dir_list l CLEANUP(dir_list_release) = {0};

	IS_OK(mkdir_p(root, "list", 0755, &err), err, "a folder");
	int fd CLEANUP_FD = openat(root, "list", O_RDONLY | O_DIRECTORY);

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		IS_OK(file_write(fd, names[i], S(""), 0644, 0, &err), err, "a file");
	IS_OK(dir_list(root, "list", &l, &err), err, "list it");
	IS_INT(l.n, ARRAY_LEN(sorted), "all names");
	for (size_t i = 0; i < l.n && i < ARRAY_LEN(sorted); i++)
		IS_Z(l.v[i].name, sorted[i], "in byte order");
	dir_list_release(&l);
	IS_OK(dir_list(root, ".", &l, &err), err, "list all");
	for (size_t i = 0; i < l.n; i++) {
		if (strcmp(l.v[i].name, "list") == 0)
			IS_INT(l.v[i].type, DT_DIR, "a folder's type");
		if (strcmp(l.v[i].name, "dirlink") == 0)
			IS_INT(l.v[i].type, DT_LNK, "a symlink's type");
	}
	struct dir_list untouched = {.n = 7};

	IS_ERR(dir_list(root, "none", &untouched, &err), err, ERR_NOT_FOUND, "an absent folder");
	IS_INT(untouched.n, 7, "leaves the output alone");
	IS_ERR(dir_list(root, "dirlink", &untouched, &err), err, ERR_NOT_FOUND,
	       "a symlink is not followed");
}

static void test_mkdir(void)
{
	ERR(err);
	struct stat st;
	mode_t mask = umask(0077);

	IS_OK(mkdir_p(root, "m/n//o/", 0755, &err), err, "nested, with odd slashes");
	umask(mask);
	OK(fstatat(root, "m/n/o", &st, 0) == 0 && (st.st_mode & 07777) == 0755,
	   "with the mode asked for");
	IS_OK(mkdir_p(root, "m/n/o", 0700, &err), err, "again");
	OK(fstatat(root, "m/n/o", &st, 0) == 0 && (st.st_mode & 07777) == 0755,
	   "leaves what exists as it is");
	IS_ERR(mkdir_p(root, "ten/x", 0755, &err), err, ERR_EXISTS, "a file is in the way");
	IS_ERR(mkdir_p(root, "ten", 0755, &err), err, ERR_EXISTS, "or at the end");
	IS_OK(mkdir_p(root, "dirlink/sub", 0755, &err), err, "through a symlink to a folder");
	IS_ERR(mkdir_p(root, "", 0755, &err), err, ERR_NOT_FOUND, "no name at all");
}

/* Files are kept from their owner only where that is not root. */
static void as_user(void (*body)(void))
{
	fflush(stdout);
	pid_t pid = fork();
	int status = 1;

	if (pid == 0) {
		tap_failed = 0;
		if (geteuid() == 0 && (setgid(65534) || setuid(65534)))
			_exit(1);
		body();
		fflush(stdout);
		_exit(tap_failed ? 1 : 0);
	}
	OK(waitpid(pid, &status, 0) == pid && status == 0, "the same as an ordinary user");
}

static void remove_read_only(void)
{
	ERR(err);
	int fd = openat(root, "victim/closed/inner", O_RDONLY | O_DIRECTORY);

	if (fd >= 0)
		close(fd);
	if (remove_tree(root, "victim/top", &err)) {
		fprintf(stderr, "# %s\n", err.msg);
		tap_failed++;
	}
}

static void test_remove(void)
{
	ERR(err);
	struct stat st;

	IS_OK(remove_tree(root, "absent", &err), err, "nothing to remove is fine");
	IS_OK(mkdir_p(root, "victim/top/closed/inner", 0755, &err), err, "a tree");
	IS_OK(mkdir_p(root, "victim/kept", 0755, &err), err, "a neighbour");
	IS_OK(file_write(root, "victim/kept/file", S("x"), 0644, 0, &err), err, "with a file");
	IS_OK(file_write(root, "victim/top/closed/inner/f", S("x"), 0444, 0, &err), err, "a file");
	IS_OK(file_symlink("../kept", root, "victim/top/out", &err), err, "a symlink out");
	if (fchmodat(root, "victim/top/closed/inner", 0555, 0) ||
	    fchmodat(root, "victim/top/closed", 0, 0) || fchmodat(root, "victim/top", 0555, 0) ||
	    fchmodat(root, "victim", 0777, 0) || fchmodat(root, ".", 0755, 0))
		exit(1);
	if (geteuid() == 0) {
		static const char *const own[] = {"victim",
						  "victim/top",
						  "victim/top/closed",
						  "victim/top/closed/inner",
						  "victim/top/closed/inner/f",
						  "victim/top/out"};

		for (size_t i = 0; i < ARRAY_LEN(own); i++) {
			if (fchownat(root, own[i], 65534, 65534, AT_SYMLINK_NOFOLLOW))
				exit(1);
		}
	}
	as_user(remove_read_only);
	OK(fstatat(root, "victim/top", &st, 0) != 0, "a tree of closed folders is gone");
	OK(fstatat(root, "victim/kept/file", &st, 0) == 0, "what a symlink shows is not");
	IS_OK(file_symlink("kept", root, "victim/link", &err), err, "a symlink as the tree");
	IS_OK(remove_tree(root, "victim/link", &err), err, "is removed");
	OK(fstatat(root, "victim/kept/file", &st, 0) == 0, "but not its target");
	IS_OK(remove_tree(root, "victim/kept/file", &err), err, "a plain file");
	remove_tree_quietly(root, "victim");
	OK(fstatat(root, "victim", &st, 0) != 0, "quietly");
}

static void test_remove_deep(void)
{
	enum { LEVELS = 1200 };
	ERR(err);
	int at = openat(root, ".", O_RDONLY | O_DIRECTORY);
	struct stat st;

	for (int i = 0; i < LEVELS; i++) {
		if (mkdirat(at, i ? "d" : "deep", 0755))
			exit(1);
		int next = openat(at, i ? "d" : "deep", O_RDONLY | O_DIRECTORY);

		if (next < 0)
			exit(1);
		close(openat(next, "f", O_CREAT | O_WRONLY, 0400));
		close(at);
		at = next;
	}
	close(at);
	IS_OK(remove_tree(root, "deep", &err), err, "a tree deeper than descriptors last");
	OK(fstatat(root, "deep", &st, 0) != 0, "is gone");
}

static void test_lock(void)
{
	ERR(err);
	int a CLEANUP_FD = openat(root, "lock", O_RDWR | O_CREAT, 0600);
	int b CLEANUP_FD = openat(root, "lock", O_RDWR);

	IS_OK(fd_lock(a, false, true, &err), err, "shared");
	IS_OK(fd_lock(b, false, true, &err), err, "by two");
	IS_ERR(fd_lock(b, true, true, &err), err, ERR_EXISTS, "is not exclusive");
	close(STEAL_FD(a));
	IS_OK(fd_lock(b, true, true, &err), err, "until one is gone");
}

int main(void)
{
	ERR(err);
	char *path CLEANUP_FREE = NULL;

	if (temp_dir(temp_dir_root(), "t_base_file-", &path, &err) ||
	    open_dir(AT_FDCWD, path, &root, &err)) {
		fprintf(stderr, "%s\n", err.msg);
		return 1;
	}
	test_read();
	test_symlinks();
	test_write();
	test_copy();
	test_list();
	test_mkdir();
	test_remove();
	test_remove_deep();
	test_lock();
	IS_OK(remove_tree(AT_FDCWD, path, &err), err, "clean up");
	close(root);
	return tap_done();
}
