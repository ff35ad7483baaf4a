/* SPDX-License-Identifier: MIT
 *
 * Whom a kept build folder belongs to, and nothing that its symlinks name. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "job/failed.h"
#include "tap.h"

static uid_t owner(int dirfd, const char *name)
{
	struct stat st;

	return fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) ? (uid_t)-1 : st.st_uid;
}

/* A path to its end is longer than the system takes. */
static void test_deep(const char *work)
{
	enum { DEPTH = 500 };
	static const char name[] = "twelve-bytes";
	char *tree CLEANUP_FREE = path_join(str_c(work), S("deep"));
	int at CLEANUP_FD = -1;
	ERR(err);

	IS_OK(mkdir_p(AT_FDCWD, tree, 0755, &err), err, "a folder");
	IS_OK(open_dir(AT_FDCWD, tree, &at, &err), err, "of many");
	for (size_t i = 0; i < DEPTH; i++) {
		int next;

		if (mkdirat(at, name, 0755) || open_dir(at, name, &next, &err))
			break;
		close(at);
		at = next;
	}
	IS_OK(file_write(at, "file", S(""), 0644, 0, &err), err, "a file at the end");
	tree_give(tree, 1, 1);
	OK(owner(at, "file") == 1, "is given, too");
}

static void test_give(const char *work)
{
	char *link CLEANUP_FREE = path_join(str_c(work), S("link"));
	char *tree CLEANUP_FREE = path_join(str_c(work), S("tree"));
	int fd CLEANUP_FD = -1;
	ERR(err);

	IS_OK(open_dir(AT_FDCWD, work, &fd, &err), err, "a folder");
	IS_OK(mkdir_p(fd, "tree/below", 0755, &err), err, "a tree");
	IS_OK(mkdir_p(fd, "outside", 0755, &err), err, "what is not of it");
	IS_OK(file_write(fd, "tree/below/file", S(""), 0644, 0, &err), err, "a file");
	IS_OK(file_write(fd, "outside/file", S(""), 0644, 0, &err), err, "another");
	OK(!symlinkat("../outside", fd, "tree/folder") &&
		   !symlinkat("../outside/file", fd, "tree/file") && !symlinkat("tree", fd, "link"),
	   "symlinks");

	tree_give(link, 1, 1);
	OK(owner(fd, "tree") == 0 && owner(fd, "tree/below/file") == 0,
	   "behind a symlink nothing is given");
	tree_give(tree, 1, 1);
	OK(owner(fd, "tree") == 1 && owner(fd, "tree/below") == 1 &&
		   owner(fd, "tree/below/file") == 1 && owner(fd, "tree/file") == 1,
	   "a tree is given");
	OK(owner(fd, "outside") == 0 && owner(fd, "outside/file") == 0, "and nothing else");
}

int main(void)
{
	char *work CLEANUP_FREE = NULL;
	ERR(err);

	if (geteuid() != 0) {
		tap_skip("owners", "only root gives files away");
		return tap_done();
	}
	if (temp_dir(temp_dir_root(), "t_job_failed-", &work, &err)) {
		OK(false, "%s", err.msg);
		return tap_done();
	}
	test_give(work);
	test_deep(work);
	remove_tree_quietly(AT_FDCWD, work);
	return tap_done();
}
