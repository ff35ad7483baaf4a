/* SPDX-License-Identifier: MIT
 *
 * .git is a folder, or in a linked work tree a file that names one; there `commondir` names the
 * folder that all work trees share. */
#include "git/git_place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* The first line of a small file; "" when it is not there. */
static errint read_line(const char *path, struct arena *a, struct str *out, struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);
	ERR(absent);

	*out = S("");
	if (file_read(AT_FDCWD, path, &text, &absent))
		return absent.code == ERR_NOT_FOUND ? 0 : err_move(err, &absent);
	*out = arena_str(a, str_trim(buf_str(&text)));
	return 0;
}

static const char *resolve(struct arena *a, struct str dir, struct str path)
{
	return str_starts(path, S("/")) ? arena_strz(a, path)
					: arena_printf(a, "%.*s/%.*s", STR_ARG(dir), STR_ARG(path));
}

/* The repository whose work tree begins at dir, if one does. */
static errint look_at(struct str dir, struct arena *a, const char **out, struct err *err)
{
	const char *at = arena_printf(a, "%.*s/.git", STR_ARG(dir));
	struct stat st;
	struct str line;

	*out = NULL;
	if (stat(at, &st))
		return errno == ENOENT || errno == ENOTDIR
			       ? 0
			       : err_sys(err, "cannot look at '%s'", at);
	if (S_ISDIR(st.st_mode)) {
		if (access(arena_printf(a, "%s/HEAD", at), F_OK) == 0)
			*out = at;
		return 0;
	}
	errint rc = read_line(at, a, &line, err);
	if (rc)
		return rc;
	if (!str_starts(line, S("gitdir:")))
		return err_set(err, ERR_CORRUPT, "'%s' names no repository", at);
	const char *found = resolve(a, dir, str_trim(str_skip(line, 7)));
	if (access(arena_printf(a, "%s/HEAD", found), F_OK)) {
		err_sys(err, "'%s' leads to '%s', which is no repository", at, found);
		return err_hint(err, "git worktree repair, or git submodule update --init");
	}
	*out = found;
	return 0;
}

static errint complete(struct git_place *p, struct arena *a, struct err *err)
{
	struct str line;
	errint rc = read_line(arena_printf(a, "%s/commondir", p->dir), a, &line, err);

	if (rc)
		return rc;
	p->common = line.n ? resolve(a, str_c(p->dir), line) : p->dir;
	p->shallow = access(arena_printf(a, "%s/shallow", p->common), F_OK) == 0;
	return 0;
}

errint git_place_find(const char *dir, struct arena *a, struct git_place *out, struct err *err)
{
	char *real CLEANUP_FREE = realpath(dir, NULL);
	struct str all, at;
	errint rc;

	if (!real)
		return err_sys(err, "cannot resolve '%s'", dir);
	*out = (struct git_place){0};
	all = arena_str(a, str_c(real));
	for (at = all;; at = path_dir(at)) {
		rc = look_at(at, a, &out->dir, err);
		if (rc || out->dir || at.n <= 1)
			break;
	}
	if (rc)
		return rc;
	if (!out->dir) {
		err_set(err, ERR_NOT_FOUND, "'%s' is in no Git repository", real);
		return err_hint(err, "git init, and commit what the project consists of");
	}
	out->top = arena_strz(a, at);
	out->prefix = str_drop_prefix(str_skip(all, at.n), S("/"));
	if (out->prefix.n)
		out->prefix = str_c(arena_printf(a, "%.*s/", STR_ARG(out->prefix)));
	return complete(out, a, err);
}

static errint head_of(const char *dir, struct arena *a, struct str *out, struct err *err)
{
	struct str line;
	errint rc = read_line(arena_printf(a, "%s/HEAD", dir), a, &line, err);

	if (rc)
		return rc;
	*out = str_starts(line, S("ref:")) ? str_trim(str_skip(line, 4)) : S("");
	return 0;
}

errint git_place_head(const struct git_place *p, struct arena *a, struct str *out, struct err *err)
{
	return head_of(p->dir, a, out, err);
}

/* A linked work tree's folder is told by its file `gitdir`, which names the .git in it. */
static errint look_linked(const char *dir, struct str ref, struct arena *a, const char **out,
			  struct err *err)
{
	struct str head, at;
	errint rc = head_of(dir, a, &head, err);

	if (rc || !str_eq(head, ref))
		return rc;
	rc = read_line(arena_printf(a, "%s/gitdir", dir), a, &at, err);
	/* One that was removed by hand is nobody's. */
	if (!rc && at.n && access(at.p, F_OK) == 0)
		*out = arena_strz(a, path_dir(at));
	return rc;
}

errint git_place_of_branch(const struct git_place *p, struct str ref, struct arena *a,
			   const char **out, struct err *err)
{
	const char *linked = arena_printf(a, "%s/worktrees", p->common);
	struct dir_list l CLEANUP(dir_list_release) = {0};
	struct str head;
	ERR(absent);
	errint rc = head_of(p->dir, a, &head, err);

	*out = NULL;
	if (!rc && str_eq(head, ref))
		*out = p->top;
	if (!rc && !*out && strcmp(p->dir, p->common) != 0)
		rc = head_of(p->common, a, &head, err);
	if (!rc && !*out && str_eq(head, ref))
		*out = arena_strz(a, path_dir(str_c(p->common)));
	if (rc || *out)
		return rc;
	if (dir_list(AT_FDCWD, linked, &l, &absent))
		return absent.code == ERR_NOT_FOUND ? 0 : err_move(err, &absent);
	for (size_t i = 0; !rc && !*out && i < l.n; i++)
		rc = look_linked(arena_printf(a, "%s/%s", linked, l.v[i].name), ref, a, out, err);
	return rc;
}
