/* SPDX-License-Identifier: MIT
 *
 * kiln store ls and cat, nix store ls and cat: what is in a path of the store. */
#include <dirent.h>
#include <unistd.h>
#include "base/file.h"
#include "base/process.h"
#include "cli/named.h"
#include "cli/nix_verbs.h"
#include "store/store.h"

struct ls_command {
	const char *path;
	bool json, lines, recursive, directory;
};

static const struct option ls_rows[] = {
	OPT_FLAG(struct ls_command, lines, "-l --long", "types, modes and sizes, too"),
	OPT_FLAG(struct ls_command, recursive, "-R --recursive", "folders within, too"),
	OPT_FLAG(struct ls_command, directory, "-d --directory",
		 "a folder itself, not what is in it"),
	OPT_FLAG(struct ls_command, json, "--json", "print JSON"),
	OPERAND(struct ls_command, path, "PATH"),
	OPT_END,
};

/* Where an operand within the store is on this machine; malloc'd. */
static errint real_place(struct cli *cli, const char *word, char **out, struct err *err)
{
	struct str top, rest;
	bool valid;
	errint rc = named_place(cli, word, &top, &rest, err);

	if (!rc)
		rc = store_is_valid(cli->store, top, &valid, err);
	if (rc)
		return rc;
	if (!valid)
		return store_not_valid(top, err);
	char *real CLEANUP_FREE = store_real_path(cli->store, top);
	*out = xasprintf("%s%.*s", real, STR_ARG(rest));
	return 0;
}

/* ---- lines ---- */

static errint put_line(const struct ls_command *c, int dirfd, const char *name, const char *shown,
		       struct err *err)
{
	char *target CLEANUP_FREE = NULL;
	struct stat st;

	if (!c->lines) {
		out_printf("%s\n", shown);
		return 0;
	}
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW))
		return err_sys(err, "cannot read '%s'", shown);
	if (S_ISLNK(st.st_mode)) {
		errint rc = read_link(dirfd, name, &target, err);
		if (rc)
			return rc;
	}
	out_printf("%s %20llu %s%s%s\n",
		   S_ISDIR(st.st_mode)   ? "dr-xr-xr-x"
		   : S_ISLNK(st.st_mode) ? "lrwxrwxrwx"
		   : st.st_mode & 0100   ? "-r-xr-xr-x"
					 : "-r--r--r--",
		   S_ISREG(st.st_mode) ? (unsigned long long)st.st_size : 0ULL, shown,
		   target ? " -> " : "", target ?: "");
	return 0;
}

static errint list_folder(const struct ls_command *c, int dirfd, const char *name,
			  const char *shown, unsigned depth, struct err *err)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	int fd CLEANUP_FD = -1;
	errint rc = depth > LIMIT_NAR_DEPTH ? err_set(err, ERR_TOO_BIG, "'%s' is too deep", shown)
					    : interrupt_check(err);

	if (!rc)
		rc = open_dir(dirfd, name, &fd, err);
	if (!rc)
		rc = dir_list(dirfd, name, &list, err);
	for (size_t i = 0; !rc && i < list.n; i++) {
		char *below CLEANUP_FREE = xasprintf("%s/%s", shown, list.v[i].name);

		rc = put_line(c, fd, list.v[i].name, below, err);
		if (!rc && c->recursive && list.v[i].type == DT_DIR)
			rc = list_folder(c, fd, list.v[i].name, below, depth + 1, err);
	}
	return rc;
}

/* ---- JSON ---- */

static errint json_any(const struct ls_command *c, int dirfd, const char *name, unsigned depth,
		       struct err *err);

static errint json_folder(const struct ls_command *c, int dirfd, const char *name, unsigned depth,
			  struct err *err)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	int fd CLEANUP_FD = -1;
	errint rc = depth > LIMIT_NAR_DEPTH ? err_set(err, ERR_TOO_BIG, "'%s' is too deep", name)
					    : interrupt_check(err);

	out_str(S("{\"type\":\"directory\""));
	if (!rc)
		rc = open_dir(dirfd, name, &fd, err);
	if (!rc)
		rc = dir_list(dirfd, name, &list, err);
	if (rc)
		return rc;
	out_str(S(",\"entries\":{"));
	for (size_t i = 0; !rc && i < list.n; i++) {
		out_str(i ? S(",") : S(""));
		out_json(str_c(list.v[i].name));
		out_str(S(":"));
		/* Without -R what is within is only named. */
		if (c->recursive)
			rc = json_any(c, fd, list.v[i].name, depth + 1, err);
		else
			out_str(S("{}"));
	}
	out_str(S("}}"));
	return rc;
}

static errint json_any(const struct ls_command *c, int dirfd, const char *name, unsigned depth,
		       struct err *err)
{
	char *target CLEANUP_FREE = NULL;
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW))
		return err_sys(err, "cannot read '%s'", name);
	if (S_ISDIR(st.st_mode))
		return json_folder(c, dirfd, name, depth, err);
	if (S_ISLNK(st.st_mode)) {
		errint rc = read_link(dirfd, name, &target, err);
		if (rc)
			return rc;
		out_str(S("{\"type\":\"symlink\",\"target\":"));
		out_json(str_c(target));
		out_str(S("}"));
		return 0;
	}
	out_printf("{\"type\":\"regular\",\"size\":%llu%s}", (unsigned long long)st.st_size,
		   st.st_mode & 0100 ? ",\"executable\":true" : "");
	return 0;
}

static errint ls_run(struct cli *cli, void *ctx, struct err *err)
{
	const struct ls_command *c = ctx;
	char *real CLEANUP_FREE = NULL;
	struct stat st;

	if (c->json && c->directory)
		return err_set(err, ERR_USAGE, "'--directory' is useless with '--json'");
	errint rc = real_place(cli, c->path, &real, err);
	if (rc)
		return rc;
	if (lstat(real, &st))
		return err_set(err, ERR_NOT_FOUND, "path '%s' does not exist", c->path);
	if (c->json)
		return json_any(c, AT_FDCWD, real, 0, err);
	if (S_ISDIR(st.st_mode) && !c->directory)
		return list_folder(c, AT_FDCWD, real, ".", 0, err);
	return put_line(c, AT_FDCWD, real, S_ISDIR(st.st_mode) ? "." : path_base(str_c(real)).p,
			err);
}

const struct command store_verb_ls = {
	.name = "ls",
	.summary = "list what is in a path",
	.needs = NEEDS_STORE,
	.rows = ls_rows,
	.size = sizeof(struct ls_command),
	.run = ls_run,
};

/* ---- cat ---- */

struct cat_command {
	const char *path;
};

static const struct option cat_rows[] = {
	OPERAND(struct cat_command, path, "PATH"),
	OPT_END,
};

static errint cat_run(struct cli *cli, void *ctx, struct err *err)
{
	const struct cat_command *c = ctx;
	char *real CLEANUP_FREE = NULL;
	int fd CLEANUP_FD = -1;
	struct stat st;
	errint rc = real_place(cli, c->path, &real, err);

	if (rc)
		return rc;
	if (lstat(real, &st))
		return err_set(err, ERR_NOT_FOUND, "path '%s' does not exist", c->path);
	if (!S_ISREG(st.st_mode)) {
		rc = err_set(err, ERR_FAILED, "path '%s' is not a regular file", c->path);
		if (S_ISDIR(st.st_mode) && !command_is_foreign(cli->called))
			err_hint(err, "kiln store ls %s lists what is in it", c->path);
		return rc;
	}
	rc = open_file(AT_FDCWD, real, &fd, err);
	return rc ? rc : out_file(fd, err);
}

const struct command store_verb_cat = {
	.name = "cat",
	.summary = "print a file of the store",
	.needs = NEEDS_STORE,
	.rows = cat_rows,
	.size = sizeof(struct cat_command),
	.run = cat_run,
};
