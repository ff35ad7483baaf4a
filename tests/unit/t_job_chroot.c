/* SPDX-License-Identifier: MIT
 *
 * A sandboxed build by a process in a plain chroot: its '/' is a folder and no mount, as after
 * debootstrap and chroot(8). */
#include "job_fixture.h"

#include <grp.h>
#include <sched.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "env/view.h"

static errint build_some(void)
{
	static const char *const binds[] = {"/bin?", "/lib?", "/lib64?", "/usr?"};
	struct str drv = make_drv((struct maker){
		.name = "inside",
		.script =
			"PATH=/usr/bin:/bin; test ! -e /in-chroot && cp /proc/self/mountinfo $out",
	});
	struct build_options o = {.jobs = 1, .binds = binds, .n_binds = ARRAY_LEN(binds)};
	struct build_wanted w = {.path = drv};

	return build_paths(store, &w, 1, &o, NULL, &err);
}

/* Whether the chroot's own '/' is a mount. */
static bool root_mounted;

/* Lays one of the host's folders (or symlinks) into the chroot. */
static void lay(const char *path)
{
	char *to CLEANUP_FREE = xasprintf("%s%s", root, path);
	char *target CLEANUP_FREE = NULL;
	struct stat st;

	if (lstat(path, &st))
		return;
	if (S_ISLNK(st.st_mode)) {
		BUG_ON(read_link(AT_FDCWD, path, &target, &err));
		OK(!symlink(target, to), "lay a symlink");
		return;
	}
	OK(!mkdir(to, 0755) && !mount(path, to, NULL, MS_BIND | MS_REC, NULL), "lay a folder");
}

/* Shared mounts, as systemd leaves them: what a sandbox mounts would be seen by all. */
static void enter_chroot(bool with_proc)
{
	static const char *const parts[] = {"/bin", "/lib", "/lib64", "/usr", "/dev"};
	char *mark CLEANUP_FREE = xasprintf("%s/in-chroot", root);
	char *tmp CLEANUP_FREE = xasprintf("%s/tmp", root);

	OK(!unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
		   !mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL),
	   "mounts of its own");
	if (root_mounted)
		OK(!mount(root, root, NULL, MS_BIND, NULL), "a mount");
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		lay(parts[i]);
	if (with_proc)
		lay("/proc");
	OK(!mkdir(mark, 0755) && !mkdir(tmp, 0777), "folders");
	OK(!chroot(root) && !chdir("/"), "enter");
	unsetenv("TMPDIR");
	store = open_store_at("/s");
}

static void mounts(struct buf *b)
{
	buf_clear(b);
	IS_OK(file_read(AT_FDCWD, "/proc/self/mountinfo", b, &err), err, "read the mounts");
}

static void builds_in(bool mounted)
{
	BUF(before, 1 << 20);
	BUF(after, 1 << 20);

	root_mounted = mounted;
	enter_chroot(true);
	mounts(&before);
	IS_OK(build_some(), err, "a build");
	mounts(&after);
	IS_STR(buf_str(&after), buf_str(&before), "nothing of it is seen outside of the sandbox");
}

/* Programs that are started there see the store at its place. */
static void views(void)
{
	enter_chroot(true);
	IS_OK(build_some(), err, "a build");
	IS_OK(view_enter(store, &err), err, "the view");
	char *logical CLEANUP_FREE = str_dupz(store_dir(store));
	struct dir_list l = {0};
	IS_OK(dir_list(AT_FDCWD, logical, &l, &err), err, "list the store's place");
	bool seen = false;
	for (size_t i = 0; i < l.n; i++)
		seen |= str_ends(str_c(l.v[i].name), S("-inside"));
	dir_list_release(&l);
	OK(seen, "the output is there");
}

static void builds(void)
{
	builds_in(false);
}

static void builds_mounted(void)
{
	builds_in(true);
}

static void says(const char *part)
{
	char *text CLEANUP_FREE = NULL;

	OK(build_some(), "it fails");
	text = err_format(&err);
	OK(strstr(text, part), "it says '%s'", part);
	printf("# %s\n", text);
}

static void needs_proc(void)
{
	enter_chroot(false);
	says("mount -t proc");
}

static void needs_root(void)
{
	enter_chroot(true);
	store_close(store);
	OK(!chmod("/", 0777) && !setgroups(0, NULL) && !setgid(65534) && !setuid(65534),
	   "become an ordinary user");
	store = open_store_at("/mine");
	says("in a chroot, as root");
}

static void print_log(int fd)
{
	BUF(log, 1 << 20);
	struct str rest, line;

	lseek(fd, 0, SEEK_SET);
	IS_OK(fd_read_all(fd, &log, &err), err, "what the child said");
	rest = buf_str(&log);
	while (str_split(&rest, '\n', &line))
		printf("# %.*s\n", STR_ARG(line));
}

/* The child's checks are shown when one of them failed: one process speaks TAP. */
static void in_chroot(void (*fn)(void), const char *what)
{
	int status = -1, log CLEANUP_FD = memfd_create("log", MFD_CLOEXEC);

	IS_OK(temp_dir(temp_dir_root(), "kiln-test-chroot-", &root, &err), err, "scratch folder");
	setenv("XDG_CONFIG_HOME", root, 1);
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(log, STDOUT_FILENO);
		tap_failed = 0;
		fn();
		fflush(stdout);
		_exit(tap_failed ? 1 : 0);
	}
	waitpid(pid, &status, 0);
	IS_INT(status, 0, what);
	if (status)
		print_log(log);
	remove_tree_quietly(AT_FDCWD, root);
	free(root);
	arena_release(&a);
}

static bool may_mount(void)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(geteuid() != 0 || unshare(CLONE_NEWNS) ||
		      mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	waitpid(pid, &status, 0);
	return status == 0;
}

int main(void)
{
	if (!may_mount()) {
		tap_skip("chroots", "only root can make one");
		return tap_done();
	}
	in_chroot(builds, "a build in a plain chroot");
	in_chroot(builds_mounted, "and in one that is a mount");
	in_chroot(views, "a program's view of the store");
	in_chroot(needs_proc, "without /proc it says so");
	in_chroot(needs_root, "an ordinary user is told");
	return tap_done();
}
