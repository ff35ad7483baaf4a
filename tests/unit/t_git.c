/* SPDX-License-Identifier: MIT
 *
 * Git repositories that nobody would make by accident, records of the cache.
 * Ordinary repositories are in tests/functional/fetch.sh and tests/differential/fetch.sh. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fetch_cache.h"
#include "base/file.h"
#include "base/process.h"
#include "git/git.h"
#include "tap.h"
#include "tap_shell.h"

static char *work;

static char *in_work(const char *name)
{
	return path_join(str_c(work), str_c(name));
}

/* ---- the program git, which makes them ---- */

static bool has_git(void)
{
	static const char *const argv[] = {"git", "--version", NULL};
	BUF(out, LIMIT_SMALL_FILE);
	ERR(ignored);

	return process_capture(argv, &out, NULL, &ignored) == 0;
}

/* A bare repository with one commit of a tree that is given as the entries' bytes for printf(1);
 * @ in them is a blob that says "x". Returns the commit. */
static char *make(const char *name, const char *entries)
{
	char *path CLEANUP_FREE = in_work(name);
	char *command CLEANUP_FREE = xasprintf(
		"set -e; git init -q --bare '%s'; cd '%s'; "
		"export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a GIT_COMMITTER_NAME=a "
		"GIT_COMMITTER_EMAIL=a GIT_AUTHOR_DATE='@1 +0000' GIT_COMMITTER_DATE='@1 +0000'; "
		"b=$(printf %%s x | git hash-object -w --stdin | sed 's/../\\\\x&/g'); "
		"t=$(bash -c 'e=$1; printf %%b \"${e//@/$2}\"' - '%s' \"$b\" | "
		"git hash-object -t tree -w --literally --stdin); "
		"c=$(git commit-tree -m m $t </dev/null); git update-ref HEAD $c; echo $c",
		path, path, entries);

	return shell(command);
}

static errint export(const char *name, struct str rev, const char *dest, struct err *err)
{
	char *path CLEANUP_FREE = in_work(name);
	char *url CLEANUP_FREE = xasprintf("file://%s", path);
	char *cache CLEANUP_FREE = in_work("cache");
	char *to CLEANUP_FREE = in_work(dest);
	struct git_options o = {.cache_dir = cache, .ttl = 3600};
	struct git_request r = {.url = str_c(url), .rev = rev, .ref = S("")};
	struct git_source *s CLEANUP(git_close_cleanup) = NULL;
	errint rc = git_open(&o, &r, &s, err);

	return rc ? rc : git_export(s, to, err);
}

static bool exists(const char *name)
{
	char *path CLEANUP_FREE = in_work(name);
	struct stat st;

	return lstat(path, &st) == 0;
}

/* ---- hostile trees ---- */

static void refused(const char *name, const char *entries, int code, const char *what)
{
	char *rev CLEANUP_FREE = make(name, entries);
	ERR(err);

	IS_INT(export(name, str_c(rev), "out", &err), code, what);
	OK(!exists("out"), "nothing is left of it");
	OK(!exists("evil"), "nothing is beside it");
}

static void test_hostile(void)
{
	char *rev CLEANUP_FREE = make("fine", "100644 a\\0@");
	char *through CLEANUP_FREE = NULL;
	ERR(err);

	IS_OK(export("fine", str_c(rev), "fine-out", &err), err, "a tree of one file");
	OK(exists("fine-out/a"), "is written");
	refused("up", "100644 ..\\0@", ERR_CORRUPT, "a file '..'");
	refused("here", "100644 .\\0@", ERR_CORRUPT, "a file '.'");
	refused("slash", "100644 ../evil\\0@", ERR_CORRUPT, "a name with a slash");
	/* libgit2 itself refuses to bring these. */
	refused("empty", "100644 \\0@", ERR_NETWORK, "a name of nothing");
	refused("missing", "40000 a\\0@", ERR_NETWORK, "a folder that is a file");
	through = make("through", "120000 a\\0@40000 a\\0@");
	OK(export("through", str_c(through), "out", &err) != 0 && !exists("out"),
	   "a folder of the name of a symlink");
}

static void test_missing(void)
{
	ERR(err);

	IS_INT(export("fine", S("0123456789012345678901234567890123456789"), "out", &err),
	       ERR_NOT_FOUND, "a revision that is not there");
	err_clear(&err);
	IS_INT(export("fine", S("01234567"), "out", &err), ERR_EVAL, "an abbreviated revision");
	err_clear(&err);
	IS_INT(export("fine", S("0123456789012345678901234567890123456789012345678901234567890123"),
		      "out", &err),
	       ERR_UNSUPPORTED, "a revision of SHA-256");
	err_clear(&err);
	OK(export("none", S(""), "out", &err) != 0, "no repository");
}

static void test_modules(void)
{
	char *rev CLEANUP_FREE = make("modules", "120000 .gitmodules\\0@");
	char *path CLEANUP_FREE = in_work("modules");
	char *cache CLEANUP_FREE = in_work("cache");
	char *to CLEANUP_FREE = in_work("out");
	struct git_options o = {.cache_dir = cache, .ttl = 3600};
	struct git_request r = {
		.url = str_c(path), .rev = str_c(rev), .ref = S(""), .submodules = true};
	struct git_source *s CLEANUP(git_close_cleanup) = NULL;
	ERR(err);

	IS_OK(git_open(&o, &r, &s, &err), err, "a bare repository by its path");
	if (!s)
		return;
	IS_INT(git_facts(s)->modified, 1, "its time");
	IS_INT(git_export(s, to, &err), ERR_CORRUPT, "a symlink for .gitmodules");
}

static void test_count(void)
{
	char *fine CLEANUP_FREE = in_work("fine");
	char *shallow CLEANUP_FREE = in_work("shallow");
	char *command CLEANUP_FREE =
		xasprintf("cd '%s' && git clone -q --bare fine shallow && "
			  "git -C shallow rev-parse HEAD | tee shallow/shallow",
			  work);
	char *rev CLEANUP_FREE = shell(command);
	uint64_t n = 0;
	ERR(err);

	IS_OK(git_rev_count(str_c(fine), rev, &n, &err), err, "counting");
	IS_INT(n, 1, "one commit");
	IS_INT(git_rev_count(str_c(shallow), rev, &n, &err), ERR_FAILED, "a shallow repository");
	OK(err.msg && strstr(err.msg, "is a shallow Git repository"), "says so");
}

/* ---- the rest ---- */

static void test_cache(void)
{
	char *dir CLEANUP_FREE = in_work("records");
	char *broken CLEANUP_FREE = NULL;
	struct fetch_record r = {0}, bad = {0}, got = {0};
	struct dir_list l CLEANUP(dir_list_release) = {0};
	ARENA(a);
	ERR(err);

	fetch_record_set(&r, "rev", S("abc"));
	fetch_record_set(&r, "etag", S("\"a b\""));
	fetch_record_set(&r, "none", S(""));
	fetch_cache_put(dir, S("key"), &r);
	OK(fetch_cache_find(dir, S("key"), &a, &got), "a record");
	IS_STR(fetch_record_get(&got, "etag"), S("\"a b\""), "a value with blanks");
	IS_STR(fetch_record_get(&got, "none"), S(""), "an empty value");
	IS_STR(fetch_record_get(&got, "other"), S(""), "a field that is not there");
	OK(!fetch_cache_find(dir, S("other"), &a, &got), "no record");
	fetch_record_set(&bad, "rev", S("a\nb"));
	fetch_cache_put(dir, S("bad"), &bad);
	OK(!fetch_cache_find(dir, S("bad"), &a, &got), "a line break is not kept");
	IS_OK(dir_list(AT_FDCWD, dir, &l, &err), err, "the folder");
	IS_INT(l.n, 1, "has one file");
	broken = path_join(str_c(dir), str_c(l.v[0].name));
	IS_INT(truncate(broken, 5), 0, "cut short");
	OK(!fetch_cache_find(dir, S("key"), &a, &got), "a broken record counts as absent");
}

int main(void)
{
	ERR(err);

	if (temp_dir(temp_dir_root(), "kiln-git-", &work, &err))
		return 1;
	setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
	setenv("HOME", work, 1);
	if (has_git()) {
		test_hostile();
		test_missing();
		test_modules();
		test_count();
	} else {
		tap_skip("repositories", "no git");
	}
	test_cache();
	remove_tree_quietly(AT_FDCWD, work);
	free(work);
	return tap_done();
}
