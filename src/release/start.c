/* SPDX-License-Identifier: MIT
 *
 * From a version's name to a commit. */
#include "release/start.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/file.h"
#include "eval/drv_name.h"
#include "project/evaluation.h"
#include "release/bump.h"
#include "release/promote_int.h"

struct start_work {
	struct release *r;
	const struct release_start *s;
	const struct track *track;
	const char *file; /* versions.nix */
	const char *here, *there;
	struct release_version old;
};

errint release_first_track(struct release *r, const struct track **out, struct err *err)
{
	struct track_rotation w;
	errint rc = track_rotation(&r->config, &w, err);

	if (rc)
		return rc;
	for (*out = w.candidate; (*out)->n_from;)
		*out = track_find(&r->config, (*out)->from[0]);
	return 0;
}

/* ---- what versions.nix says ---- */

static errint ask_file(struct start_work *w, const char *attr, struct str *out, struct err *err)
{
	EVALUATION(e);
	struct eval_request request = {0};
	BUF(text, LIMIT_ERR_TEXT);
	struct value *all, *v;
	errint rc = evaluation_open(w->r->session, &request, EVALUATION_READ_ONLY | EVALUATION_OWN,
				    &e, err);

	if (!rc)
		rc = eval_file(e.eval, w->file, &all, err);
	if (!rc)
		rc = eval_attr_path(e.eval, all, str_c(attr), NULL, &v, err);
	if (!rc)
		rc = eval_print(e.eval, v, EVAL_RAW, 0, &text, err);
	if (!rc)
		*out = arena_str(&w->r->a, buf_str(&text));
	return rc;
}

/* Is it a release of the table, by that name? */
static bool is_in_table(struct start_work *w)
{
	EVALUATION(e);
	struct eval_request request = {0};
	BUF(path, LIMIT_PATH_TEXT);
	struct value *all, *v;
	ERR(no);

	buf_putz(&path, "releases.");
	eval_print_string(&path, str_c(w->s->version));
	return !evaluation_open(w->r->session, &request, EVALUATION_READ_ONLY | EVALUATION_OWN, &e,
				&no) &&
	       !eval_file(e.eval, w->file, &all, &no) &&
	       !eval_attr_path(e.eval, all, buf_str(&path), NULL, &v, &no);
}

/* Where the one line is that names the release: `release = "OLD";`. */
static bool find_line(struct str text, struct str old, size_t *from, size_t *to)
{
	size_t found = 0, at = 0;

	while (at < text.n) {
		ptrdiff_t end = str_chr(str_skip(text, at), '\n');
		struct str line = str_sub(text, at, end < 0 ? text.n : (size_t)end);
		struct str rest = str_trim(line), value;

		if (str_starts(rest, S("release")) &&
		    str_cut(str_trim(str_skip(rest, 7)), '=', &rest, &value) && !rest.n) {
			struct str quoted = str_trim(value);

			if (quoted.n > old.n + 2 && quoted.p[0] == '"' &&
			    str_eq(str_sub(quoted, 1, old.n), old) && quoted.p[old.n + 1] == '"') {
				*from = (size_t)(quoted.p + 1 - text.p);
				*to = *from + old.n;
				found++;
			}
		}
		at += line.n + 1;
	}
	return found == 1;
}

static errint switch_release(struct start_work *w, struct err *err)
{
	BUF(text, LIMIT_NIX_SOURCE);
	BUF(new, LIMIT_NIX_SOURCE);
	struct str old;
	size_t from, to;
	errint rc = ask_file(w, "release", &old, err);

	if (!rc)
		rc = file_read(AT_FDCWD, w->file, &text, err);
	if (rc)
		return rc;
	if (!find_line(buf_str(&text), old, &from, &to)) {
		err_set(err, ERR_NOT_FOUND, "'%s' has no one line 'release = \"%.*s\";'", w->file,
			STR_ARG(old));
		return err_hint(err, "change the release there by hand, and commit it");
	}
	buf_puts(&new, str_sub(buf_str(&text), 0, from));
	buf_putz(&new, w->s->version);
	buf_puts(&new, str_skip(buf_str(&text), to));
	rc = buf_check(&new, "versions.nix", err);
	return rc ? rc : file_write(AT_FDCWD, w->file, buf_str(&new), 0644, 0, err);
}

/* ---- may it ---- */

static errint check_place(struct start_work *w, struct err *err)
{
	const char *branch = track_branch(w->track);
	struct str head;
	errint rc = git_place_head(&w->r->place, &w->r->a, &head, err);

	if (rc)
		return rc;
	if (!str_eqz(head, w->track->ref)) {
		err_set(err, ERR_USAGE, "a new version begins on '%s', which is not checked out",
			branch);
		return err_hint(err, "git switch %s", branch);
	}
	if (*w->there && !git_repo_has(w->r->repo, w->there))
		return err_set(err, ERR_FAILED, "'%s' at the remote is not here", branch);
	return 0;
}

/* What the remote has is in it, and so is the track that it goes to. */
static errint check_base(struct start_work *w, struct err *err)
{
	const struct track *next = track_next(&w->r->config, w->track);
	const char *branch = track_branch(w->track), *remote = release_remote(w->r);
	bool in = true;
	errint rc = 0;

	if (*w->there)
		rc = git_repo_is_ancestor(w->r->repo, w->there, w->here, &in, err);
	if (rc)
		return rc;
	if (!in) {
		err_set(err, ERR_MISMATCH, "'%s' of '%s' has commits that are not here", branch,
			remote);
		return err_hint(err, "git pull --rebase %s %s", remote, branch);
	}
	const char *other = git_refs_id(&w->r->refs, next->ref);
	if (*other)
		rc = git_repo_is_ancestor(w->r->repo, other, w->here, &in, err);
	if (rc || in)
		return rc;
	err_set(err, ERR_MISMATCH, "'%s' has diverged from '%s', which it is to move", branch,
		track_branch(next));
	return err_hint(err, "git merge %s", track_branch(next));
}

static errint check_higher(struct start_work *w, struct err *err)
{
	if (w->r->config.any_version || !w->old.version.n ||
	    version_compare(str_c(w->s->version), w->old.version) > 0)
		return 0;
	err_set(err, ERR_MISMATCH, "the version does not increase: '%s' has %.*s",
		track_branch(w->track), STR_ARG(w->old.version));
	return err_hint(err, "kiln release rollback goes back");
}

/* ---- doing it ---- */

static errint edit(struct start_work *w, struct err *err)
{
	if (is_in_table(w))
		return switch_release(w, err);
	if (w->s->update)
		return w->s->update(w->s->ctx, w->s->version, err);
	err_set(err, ERR_NOT_FOUND, "'%s' has no release '%s'", w->file, w->s->version);
	return err_hint(err, "add releases.\"%s\" to it, as README.md of the project tells",
			w->s->version);
}

/* The files are put back as they were committed: nothing else was changed. */
static void take_back(struct start_work *w)
{
	const char *const args[] = {"checkout", "--quiet", "HEAD", "--", ".", NULL};
	BUF(out, LIMIT_TOOL_OUTPUT);
	ERR(ignored);

	(void)!git_program(&w->r->place, args, &out, &ignored);
}

static errint make(struct start_work *w, struct err *err)
{
	struct str now = S("");
	errint rc = edit(w, err);

	if (!rc)
		rc = ask_file(w, w->r->config.version, &now, err);
	if (!rc && !str_eqz(now, w->s->version))
		rc = err_set(err, ERR_FAILED, "versions.nix then has %s = \"%.*s\", not \"%s\"",
			     w->r->config.version, STR_ARG(now), w->s->version);
	if (rc)
		take_back(w);
	return rc;
}

/* An earlier run may have got as far as that. */
static bool is_made(struct start_work *w)
{
	struct str now;
	ERR(no);

	return !ask_file(w, w->r->config.version, &now, &no) && str_eqz(now, w->s->version);
}

static errint commit(struct start_work *w, struct err *err)
{
	char head[GIT_ID_MAX];
	errint rc = release_commit(w->r, arena_printf(&w->r->a, "version %s", w->s->version), err);

	if (!rc)
		rc = git_repo_commit(w->r->repo, "HEAD", head, err);
	if (!rc)
		w->here = arena_printf(&w->r->a, "%s", head);
	return rc;
}

static void plan_push(struct start_work *w, struct release_plan *p)
{
	if (!release_remote(w->r) || strcmp(w->there, w->here) == 0)
		return;
	struct release_move *m = release_plan_add(p, w->track->ref, w->here);
	m->was = w->here;
	m->there_was = w->there;
	m->there = true;
	m->note = arena_printf(&w->r->a, "%s -> %s", release_version_text(&w->old, &w->r->a),
			       w->s->version);
}

errint release_start(struct release *r, const struct release_start *s, struct release_plan *out,
		     bool *changed, struct err *err)
{
	struct start_work w = {.r = r, .s = s};
	struct git_repo *repo;
	bool dirty = false;
	struct str first;
	errint rc = release_first_track(r, &w.track, err);

	out->r = r;
	*changed = false;
	if (!rc)
		rc = release_repo(r, &repo, err);
	if (rc)
		return rc;
	w.file = arena_printf(&r->a, "%s/versions.nix", r->config.project);
	w.here = git_refs_id(&r->refs, w.track->ref);
	w.there = git_refs_id(&r->remote, w.track->ref);
	rc = check_place(&w, err);
	if (!rc)
		rc = check_base(&w, err);
	if (!rc)
		rc = release_version(r, w.here, &r->a, &w.old, err);
	if (!rc)
		rc = git_program_dirty(&r->place, &r->a, &dirty, &first, err);
	if (rc)
		return rc;
	if (!dirty && str_eqz(w.old.version, s->version)) {
		plan_push(&w, out);
		return 0;
	}
	rc = check_higher(&w, err);
	if (rc)
		return rc;
	if (!dirty || !is_made(&w)) {
		rc = release_check_clean(r, err);
		if (rc || s->dry_run)
			return rc;
		rc = make(&w, err);
	}
	if (!rc && !s->dry_run)
		rc = commit(&w, err);
	if (rc || s->dry_run)
		return rc;
	*changed = true;
	plan_push(&w, out);
	return 0;
}
