/* SPDX-License-Identifier: MIT
 *
 * The journal, and ending what it tells of. It is JSON: the command, and of every move the ref,
 * what it was and is to be, here and there. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/report.h"
#include "git/git_stale.h"
#include "release/moves_int.h"

static const char *journal_path(const struct release *r, struct arena *a)
{
	return arena_printf(a, "%s/kiln-release.json", r->place.common);
}

bool release_is_interrupted(const struct release *r)
{
	ARENA(a);

	return access(journal_path(r, &a), F_OK) == 0;
}

/* What the last run did, once it has ended. */
static const char *last_path(const struct release *r, struct arena *a)
{
	return arena_printf(a, "%s/kiln-release-last.json", r->place.common);
}

errint release_done(struct release *r, struct err *err)
{
	const char *path = journal_path(r, &r->a), *last = last_path(r, &r->a);

	if (rename(path, last))
		return err_sys(err, "cannot rename '%s' to '%s'", path, last);
	return 0;
}

errint release_undone(struct release *r, struct err *err)
{
	const char *path = journal_path(r, &r->a);

	if (unlink(path))
		return err_sys(err, "cannot remove '%s'", path);
	return 0;
}

/* ---- writing ---- */

static void put_text(struct buf *b, const char *key, const char *text)
{
	buf_printf(b, ", \"%s\": ", key);
	json_put_str(b, str_c(text));
}

errint journal_write(const struct release_plan *p, struct err *err)
{
	BUF(b, LIMIT_SMALL_FILE);

	buf_putz(&b, "{\"version\": 1");
	put_text(&b, "what", p->what);
	buf_putz(&b, ", \"moves\": [");
	for (size_t i = 0; i < p->n; i++) {
		const struct release_move *m = &p->v[i];

		buf_printf(&b, "%s\n{\"here\": %s, \"there\": %s", i ? "," : "",
			   m->here ? "true" : "false", m->there ? "true" : "false");
		put_text(&b, "ref", m->ref);
		put_text(&b, "was", m->was);
		put_text(&b, "thereWas", m->there_was);
		put_text(&b, "to", m->to);
		buf_putz(&b, "}");
	}
	buf_putz(&b, "]}\n");
	errint rc = buf_check(&b, "journal", err);
	if (!rc)
		rc = file_write(AT_FDCWD, journal_path(p->r, &p->r->a), buf_str(&b), 0644,
				FILE_WRITE_SYNC, err);
	return rc;
}

/* ---- reading ---- */

static errint want(struct arena *a, const struct json_member *v, size_t n, const char *key,
		   const char **out, struct err *err)
{
	const struct str *value = json_find(v, n, str_c(key));
	struct str text;

	if (!value)
		return err_set(err, ERR_CORRUPT, "it has no '%s'", key);
	errint rc = json_string(a, *value, &text, err);
	if (!rc)
		*out = arena_strz(a, text);
	return rc;
}

static bool is_true(const struct json_member *v, size_t n, const char *key)
{
	const struct str *value = json_find(v, n, str_c(key));

	return value && str_eqz(*value, "true");
}

static errint read_move(struct release_plan *p, struct str text, struct err *err)
{
	struct arena *a = &p->r->a;
	struct json_member *v;
	const char *ref, *to;
	size_t n;
	errint rc = json_members(a, text, &v, &n, err);

	if (!rc)
		rc = want(a, v, n, "ref", &ref, err);
	if (!rc)
		rc = want(a, v, n, "to", &to, err);
	if (rc)
		return rc;
	if (*to && strlen(to) != GIT_ID_MAX - 1)
		return err_set(err, ERR_CORRUPT, "'%s' names no commit", to);
	struct release_move *m = release_plan_add(p, ref, *to ? to : NULL);
	m->here = is_true(v, n, "here");
	m->there = is_true(v, n, "there");
	rc = want(a, v, n, "was", &m->was, err);
	return rc ? rc : want(a, v, n, "thereWas", &m->there_was, err);
}

static errint read_plan(struct release *r, const char *path, struct release_plan *out,
			struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);
	struct json_member *v;
	struct str *items;
	size_t n, n_items;
	errint rc = file_read(AT_FDCWD, path, &text, err);

	if (rc)
		return rc;
	out->r = r;
	rc = json_members(&r->a, arena_str(&r->a, buf_str(&text)), &v, &n, err);
	if (!rc)
		rc = want(&r->a, v, n, "what", &out->what, err);
	const struct str *moves = rc ? NULL : json_find(v, n, S("moves"));
	if (!rc && !moves)
		rc = err_set(err, ERR_CORRUPT, "it has no 'moves'");
	if (!rc)
		rc = json_items(&r->a, *moves, &items, &n_items, err);
	for (size_t i = 0; !rc && i < n_items; i++)
		rc = read_move(out, items[i], err);
	return rc ? err_wrap(err, "reading '%s'", path) : 0;
}

errint journal_read(struct release *r, struct release_plan *out, struct err *err)
{
	return read_plan(r, journal_path(r, &r->a), out, err);
}

bool release_stands(struct release *r, const char *what)
{
	struct release_plan p CLEANUP(release_plan_release) = {.r = r};
	ERR(ignored); /* who cannot read it knows of nothing that was done */

	if (read_plan(r, last_path(r, &r->a), &p, &ignored) || strcmp(p.what, what) != 0)
		return false;
	for (size_t i = 0; i < p.n; i++) {
		const struct release_move *m = &p.v[i];

		if (!str_starts(str_c(m->ref), S("refs/heads/")))
			continue;
		if ((m->here && strcmp(git_refs_id(&r->refs, m->ref), m->to) != 0) ||
		    (m->there && strcmp(git_refs_id(&r->remote, m->ref), m->to) != 0))
			return false;
	}
	return p.n > 0;
}

/* ---- ending it ---- */

/* What has been moved is no move any more; what is neither is somebody else's. */
static errint compare_here(struct release_plan *p, bool *moved, struct err *err)
{
	errint rc = release_reread(p->r, err);

	*moved = false;
	for (size_t i = 0; !rc && i < p->n; i++) {
		struct release_move *m = &p->v[i];
		const char *now = git_refs_id(&p->r->refs, m->ref);

		if (!m->here || strcmp(now, m->was) == 0)
			continue;
		*moved = true;
		if (strcmp(now, m->to) == 0)
			continue;
		err_set(err, ERR_MISMATCH,
			"an interrupted 'kiln release %s' cannot be ended: '%s' has moved since",
			p->what, m->ref);
		err_detail(err, "  it was: %s\n  was to be: %s\n  and is: %s", m->was,
			   *m->to ? m->to : "removed", *now ? now : "removed");
		rc = err_hint(err, "put it where it belongs with git, and remove '%s'",
			      journal_path(p->r, &p->r->a));
	}
	return rc;
}

static const char *name_there(struct release *r, const char *ref)
{
	const char *remote = release_remote(r);
	struct str branch = str_drop_prefix(str_c(ref), S("refs/heads/"));

	return arena_printf(&r->a, "refs/remotes/%s/%s", remote ? remote : "", branch.p);
}

/* What git notes of the remote after a push, for one that was killed before it did: else what went
 * back there looks rewritten by somebody. */
static errint note_there(struct release_plan *p, struct err *err)
{
	struct release *r = p->r;
	const char *remote = release_remote(r);
	struct git_ref_move *v = ARENA_ARRAY(&r->a, struct git_ref_move, p->n + 1);
	const char *why = arena_printf(&r->a, "kiln release: %s", p->what);
	struct git_repo *repo;
	size_t n = 0;

	for (size_t i = 0; remote && i < p->n; i++) {
		const struct release_move *m = &p->v[i];
		if (!m->there || !*m->to || !str_starts(str_c(m->ref), S("refs/heads/")))
			continue;
		const char *name = name_there(r, m->ref);
		const char *now = git_refs_id(&r->refs, name);
		if (*now && strcmp(now, m->to) != 0)
			v[n++] = (struct git_ref_move){name, now, m->to};
	}
	errint rc = n ? release_repo(r, &repo, err) : 0;
	return rc || !n ? rc : git_repo_move(repo, v, n, why, err);
}

static errint forward(struct release_plan *p, struct err *err)
{
	struct release_plan left CLEANUP(release_plan_release) = {.r = p->r, .what = p->what};
	const char **refs = ARENA_ARRAY(&p->r->a, const char *, 2 * p->n + 1);

	for (size_t i = 0; i < p->n; i++) {
		refs[2 * i] = p->v[i].ref;
		refs[2 * i + 1] = name_there(p->r, p->v[i].ref);
	}
	git_remove_stale_locks(&p->r->place, refs, 2 * p->n);

	for (size_t i = 0; i < p->n; i++) {
		const struct release_move *m = &p->v[i];

		if (!m->here || strcmp(git_refs_id(&p->r->refs, m->ref), m->to) == 0)
			continue;
		*release_plan_add(&left, m->ref, m->commit) = *m;
	}
	errint rc = moves_here(&left, err);
	if (!rc)
		rc = note_there(p, err);
	return rc ? rc : moves_follow(p, err);
}

errint release_recover(struct release *r, const char **what, struct err *err)
{
	struct release_plan p CLEANUP(release_plan_release) = {.r = r};
	enum moves_there there;
	bool moved = false;

	*what = NULL;
	if (!release_is_interrupted(r))
		return 0;
	errint rc = journal_read(r, &p, err);
	if (!rc)
		rc = moves_ask(&p, &there, err);
	/* Nothing moves here before it has there. */
	if (!rc && there != THERE_LEFT)
		rc = compare_here(&p, &moved, err);
	if (rc)
		return err_wrap(err, "an earlier run was interrupted");
	if (there == THERE_MOVED || moved) {
		rc = forward(&p, err);
		if (rc)
			return err_wrap(err, "ending an interrupted 'kiln release %s'", p.what);
		*what = p.what;
		rc = release_reread(r, err);
		r->before = r->refs;
		return rc;
	}
	report_msg(r->session->report, REPORT_NOTE,
		   "an interrupted 'kiln release %s' had not moved anything", p.what);
	return release_undone(r, err);
}
