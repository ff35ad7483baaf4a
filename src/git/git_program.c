/* SPDX-License-Identifier: MIT
 *
 * Command lines of git, and what its answers mean. */
#include "git/git_program.h"

#include <stdlib.h>

#include "base/process.h"

extern char **environ;

/* What it says is read, so it is said in one language. And who only looks takes no lock, which
 * would stay when he is killed. */
static const char **spoken_environment(void)
{
	size_t n = 0, k = 0;

	while (environ[n])
		n++;
	const char **v = xcalloc(n + 3, sizeof(*v));
	for (size_t i = 0; i < n; i++)
		if (!str_starts(str_c(environ[i]), S("LC_ALL=")) &&
		    !str_starts(str_c(environ[i]), S("GIT_OPTIONAL_LOCKS=")) &&
		    !str_starts(str_c(environ[i]), S("LANGUAGE=")))
			v[k++] = environ[i];
	v[k++] = "LC_ALL=C";
	v[k] = "GIT_OPTIONAL_LOCKS=0";
	return v;
}

errint git_program(const struct git_place *p, const char *const *args, struct buf *out,
		   struct err *err)
{
	const char *const before[] = {"git", "-C", p->top};
	const char **env CLEANUP_FREE = spoken_environment();
	const char **all CLEANUP_FREE = NULL;
	size_t n = 0;

	while (args[n])
		n++;
	all = xcalloc(n + 4, sizeof(*all));
	memcpy(all, before, sizeof(before));
	memcpy(all + 3, args, n * sizeof(*all));
	errint rc = process_capture_env(all, env, out, NULL, err);
	if (rc == ERR_NOT_FOUND)
		return err_hint(err, "install git");
	return rc;
}

/* ---- remotes ---- */

static bool said(const struct err *err, const char *words)
{
	return err->detail && strstr(err->detail, words);
}

static errint explain_remote(errint rc, const char *remote, struct err *err)
{
	if (rc != ERR_FAILED)
		return rc;
	if (said(err, "does not appear to be a git repository") || said(err, "No such remote")) {
		char *words CLEANUP_FREE = xstrdup(err->detail);

		err_set(err, ERR_NOT_FOUND, "there is no remote '%s'", remote);
		err_detail(err, "%s", words);
		return err_hint(err,
				"git remote add %s URL; or name another with 'remote' in "
				"[release] of .flox/kiln.toml, \"\" for none",
				remote);
	}
	err->code = ERR_NETWORK;
	return err_wrap(err, "asking the remote '%s'", remote);
}

errint git_program_ls_remote(const struct git_place *p, const char *remote, struct arena *a,
			     struct git_refs *out, struct err *err)
{
	const char *args[] = {"ls-remote",   "--quiet",     remote, "refs/heads/*",
			      "refs/tags/*", "refs/kiln/*", NULL};
	BUF(text, LIMIT_TOOL_OUTPUT);
	errint rc = git_program(p, args, &text, err);

	if (rc)
		return explain_remote(rc, remote, err);
	return git_refs_parse(buf_str(&text), a, out, err);
}

errint git_program_fetch(const struct git_place *p, const char *remote, struct err *err)
{
	const char *args[] = {"fetch", "--quiet", "--no-recurse-submodules", remote, NULL};
	BUF(text, LIMIT_TOOL_OUTPUT);

	errint rc = git_program(p, args, &text, err);

	return rc ? explain_remote(rc, remote, err) : 0;
}

/* ---- pushing ---- */

/* What --porcelain says of the first ref that did not go: "!\tFROM:TO\tREASON". */
static struct str refused(struct str text)
{
	struct str line, best = STR_NULL;

	while (str_split(&text, '\n', &line)) {
		if (!str_starts(line, S("!\t")))
			continue;
		/* The others fell with it. */
		if (!best.p || str_find(best, S("atomic")) >= 0)
			best = str_skip(line, 2);
	}
	return best;
}

/* "… cannot lock ref 'REF': …" */
static struct str lost_ref(struct str words, struct str otherwise)
{
	struct str mark = S("cannot lock ref '"), ref, rest;
	ptrdiff_t at = str_find(words, mark);

	return at >= 0 && str_cut(str_skip(words, (size_t)at + mark.n), '\'', &ref, &rest)
		       ? ref
		       : otherwise;
}

static errint explain_push(errint rc, const char *remote, struct str text, struct err *err)
{
	struct str line = refused(text), spec, why;

	if (rc != ERR_FAILED)
		return rc;
	if (!line.p) {
		err->code = ERR_NETWORK;
		return err_wrap(err, "pushing to '%s'", remote);
	}
	char *words CLEANUP_FREE = err->detail ? xstrdup(err->detail) : NULL;
	if (!str_cut(line, '\t', &spec, &why))
		why = line;
	bool moved =
		str_find(why, S("stale info")) >= 0 || str_find(why, S("cannot lock ref")) >= 0 ||
		str_find(why, S("failed to update ref")) >= 0 ||
		str_find(why, S("fetch first")) >= 0 || str_find(why, S("already exists")) >= 0;
	ptrdiff_t colon = str_rchr(spec, ':');
	struct str ref = str_skip(spec, (size_t)(colon + 1));
	/* Of a race lost in its last step an atomic push says why, and where, only in its own
	 * words. */
	if (words && strstr(words, "cannot lock ref") &&
	    (strstr(words, "but expected") || strstr(words, "already exists") ||
	     strstr(words, ".lock"))) {
		ref = lost_ref(str_c(words), ref);
		moved = true;
	}
	if (moved)
		rc = err_set(err, ERR_MISMATCH,
			     "'%.*s' of '%s' was moved by somebody else meanwhile", STR_ARG(ref),
			     remote);
	else
		rc = err_set(err, ERR_DENIED, "the remote '%s' refused: %.*s", remote,
			     STR_ARG(why));
	return words ? err_detail(err, "%s", words) : rc;
}

/* A line "FLAG\tFROM:TO\tWHAT" for each that was moved; what was there already has none. */
static size_t count_moved(struct str text)
{
	struct str line;
	size_t n = 0;

	while (str_split(&text, '\n', &line))
		n += line.n > 1 && line.p[1] == '\t' && line.p[0] != '=';
	return n;
}

errint git_program_push(const struct git_place *p, const char *remote, const struct git_push *v,
			size_t n, size_t *same, struct err *err)
{
	static const char *const before[] = {"push", "--atomic", "--porcelain", "--no-follow-tags",
					     "--recurse-submodules=no"};
	ARENA(a);
	const char **args = ARENA_ARRAY(&a, const char *, ARRAY_LEN(before) + 2 * n + 2);
	BUF(text, LIMIT_TOOL_OUTPUT);
	size_t k = ARRAY_LEN(before);

	memcpy(args, before, sizeof(before));
	for (size_t i = 0; i < n; i++)
		args[k++] = arena_printf(&a, "--force-with-lease=%s:%s", v[i].ref, v[i].was);
	args[k++] = remote;
	for (size_t i = 0; i < n; i++)
		args[k++] = arena_printf(&a, "%s:%s", v[i].to, v[i].ref);
	errint rc = git_program(p, args, &text, err);

	if (rc)
		return explain_push(rc, remote, buf_str(&text), err);
	if (same)
		*same = n - MIN(n, count_moved(buf_str(&text)));
	return 0;
}

/* ---- the work tree ---- */

errint git_program_dirty(const struct git_place *p, struct arena *a, bool *dirty, struct str *first,
			 struct err *err)
{
	static const char *const args[] = {"status", "--porcelain", "-z", "--untracked-files=no",
					   NULL};
	BUF(text, LIMIT_TOOL_OUTPUT);
	errint rc = git_program(p, args, &text, err);

	if (rc)
		return rc;
	*dirty = text.n > 3;
	*first = *dirty ? str_c(arena_printf(a, "%s", text.p + 3)) : S("");
	return 0;
}
