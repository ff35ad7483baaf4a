/* SPDX-License-Identifier: MIT
 *
 * builtin:kiln-unpack-1: what it takes, makes and refuses. */
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/process.h"
#include "job/builder_unpack.h"
#include "store/derivation.h"
#include "tap.h"

static char *work;

static void shell(const char *command)
{
	char *in CLEANUP_FREE = xasprintf("set -e; cd '%s'; %s", work, command);
	const char *const argv[] = {"sh", "-c", in, NULL};
	BUF(out, LIMIT_SMALL_FILE);
	ERR(err);

	IS_OK(process_capture(argv, &out, NULL, &err), err, command);
}

/* The built-in's result for an archive of the scratch folder, with or without stripRoot. */
static errint unpack(const char *archive, const char *strip, const char *out, struct err *err)
{
	char *from CLEANUP_FREE = path_join(str_c(work), str_c(archive));
	char *to CLEANUP_FREE = path_join(str_c(work), str_c(out));
	struct drv_env env[] = {{S("archive"), str_c(from)}, {S("stripRoot"), str_c(strip)}};
	struct drv_output output = {.name = S("out"), .path = str_c(to)};
	struct drv drv = {.outputs = &output, .n_outputs = 1, .env = env, .n_env = ARRAY_LEN(env)};
	struct builtin_ctx ctx = {.drv = &drv, .tmp = work, .log = -1};

	return builder_unpack_1.run(&ctx, err);
}

static bool has(const char *name, mode_t mode)
{
	char *path CLEANUP_FREE = path_join(str_c(work), str_c(name));
	struct stat st;

	return !lstat(path, &st) && (st.st_mode & 0777) == mode;
}

static void test_trees(void)
{
	ERR(err);

	shell("mkdir -p one/d; echo a >one/a; chmod 700 one/a; echo b >one/d/b; echo c >c");
	shell("tar czf one.tar.gz one; tar cf two.tar one c; tar cf file.tar c");
	IS_OK(unpack("one.tar.gz", "1", "stripped", &err), err, "without its only folder");
	OK(has("stripped/a", 0755) && has("stripped/d/b", 0644), "that is the output");
	IS_OK(unpack("one.tar.gz", "", "whole", &err), err, "whole");
	OK(has("whole/one/a", 0755) && has("whole/one/d", 0755), "the folder is in it");
	IS_OK(unpack("two.tar", "", "both", &err), err, "several things at the top");
	OK(has("both/one/a", 0755) && has("both/c", 0644), "all are there");
	IS_OK(unpack("file.tar", "1", "single", &err), err, "a file alone");
	OK(has("single", 0644), "is the output itself");
}

static void test_refused(void)
{
	ERR(err);

	IS_ERR(unpack("two.tar", "1", "none", &err), err, ERR_CORRUPT,
	       "more than one thing at the top");
	OK(!has("none", 0755), "leaves nothing");
	IS_ERR(unpack("missing", "", "none", &err), err, ERR_NOT_FOUND, "no archive");
	shell("echo text >plain; mkdir x; ln -s /etc x/l; tar cf evil.tar x; rm x/l; mkdir x/l; "
	      "echo >x/l/f; tar rf evil.tar x/l/f");
	OK(unpack("evil.tar", "", "evil", &err), "a name that leads through a symlink");
	OK(!has("evil", 0755), "leaves nothing either");
	err_clear(&err);
	struct drv drv = {0};
	struct builtin_ctx ctx = {.drv = &drv, .log = -1};
	IS_ERR(builder_unpack_1.run(&ctx, &err), err, ERR_BUILD, "a derivation that says nothing");
}

int main(void)
{
	ERR(err);

	IS_OK(temp_dir(temp_dir_root(), "kiln-test-unpack-", &work, &err), err, "scratch folder");
	test_trees();
	test_refused();
	remove_tree_quietly(AT_FDCWD, work);
	free(work);
	return tap_done();
}
