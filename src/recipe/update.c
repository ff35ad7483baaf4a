/* SPDX-License-Identifier: MIT
 *
 * One recipe, source by source. */
#include "recipe/update_int.h"

#include <stdlib.h>
#include "recipe/version_text.h"
#include "source/ladder.h"

/* ---- the project ---- */

void updater_release(struct updater *u)
{
	recipe_list_release(&u->list);
	trial_release(&u->trial);
	recipe_files_release(&u->files);
	arena_release(&u->a);
}

errint updater_refresh(struct updater *u, struct err *err)
{
	if (u->is_open && !recipe_files_changed(&u->files, &u->at))
		return 0;
	recipe_list_release(&u->list);
	trial_release(&u->trial);
	u->is_open = false;
	u->at = recipe_files_mark(&u->files);
	errint rc = trial_open(&u->trial, u->s, &u->files, NULL, 0, err);
	if (!rc)
		rc = recipe_list_read(&u->trial, &u->a, &u->list, err);
	u->is_open = !rc;
	return rc;
}

/* The set's Python, which Requires-Python is compared with. */
static void find_python(struct updater *u)
{
	struct value *v;
	struct str text;
	ERR(ignored);

	if (trial_ask_set(&u->trial, "set.python3.version", &v) &&
	    !eval_get_string(u->trial.recipes.e.eval, v, &text, &ignored))
		u->python = arena_str(&u->a, text);
}

errint updater_open(struct updater *u, struct session *s, const char *project, const char *release,
		    struct err *err)
{
	*u = (struct updater){.s = s};
	errint rc = recipe_files_open(&u->files, project, err);
	u->files.release = release;
	if (!rc)
		rc = updater_refresh(u, err);
	if (!rc)
		find_python(u);
	return rc;
}

/* ---- results ---- */

void update_note(struct source_update *w, const char *fmt, ...)
{
	struct update_result *r = w->out;
	BUF(text, LIMIT_ERR_TEXT);
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	if (r->n_notes == r->cap_notes) {
		size_t cap = r->cap_notes ? 2 * r->cap_notes : 8;
		const char **v = ARENA_ARRAY(w->a, const char *, cap);

		if (r->n_notes)
			memcpy(v, r->notes, r->n_notes * sizeof(*v));
		r->notes = v;
		r->cap_notes = cap;
	}
	r->notes[r->n_notes++] = arena_strz(w->a, buf_str(&text));
}

static void add_move(struct source_update *w, struct str from, struct str to, bool moved,
		     const char *note)
{
	w->out->moves[w->out->n_moves++] = (struct update_move){
		.what = recipe_source_text(w->a, w->src),
		.from = from,
		.to = to,
		.moved = moved,
		.note = note,
	};
}

void update_add_edit(struct source_update *w, const struct recipe_edit *e)
{
	if (w->n_edits == w->cap_edits) {
		size_t cap = w->cap_edits ? 2 * w->cap_edits : 8;
		struct recipe_edit *v = ARENA_ARRAY(w->a, struct recipe_edit, cap);

		if (w->n_edits)
			memcpy(v, w->edits, w->n_edits * sizeof(*v));
		w->edits = v;
		w->cap_edits = cap;
	}
	w->edits[w->n_edits++] = *e;
}

/* ---- which sources ---- */

static struct str version_attr(struct trial *t, const char *recipe, struct arena *a)
{
	struct value *v;
	struct str text;
	ERR(ignored);

	if (trial_attr(t, recipe, "version", &v, &ignored) || !v || !eval_is_string(v) ||
	    eval_get_string(t->recipes.e.eval, v, &text, &ignored))
		return S("");
	return arena_str(a, text);
}

/* Those of the project: a hash that stands nowhere in it is the package set's. */
static errint own_sources(struct source_update *w, struct err *err)
{
	struct recipe_source *all;
	struct value *ignored;
	size_t n;
	errint rc = programs_read(&w->u->trial, w->a, &w->programs, err);

	/* Of a name that is none it tells which may be meant. */
	if (!rc)
		rc = trial_attr(&w->u->trial, w->recipe, "drvPath", &ignored, err);
	if (!rc)
		rc = recipe_sources(&w->u->trial, &w->u->list, str_c(w->recipe), w->a, &all, &n,
				    err);
	if (rc)
		return rc;
	w->sources = ARENA_ARRAY(w->a, struct recipe_source, n + 1);
	struct str version = version_attr(&w->u->trial, w->recipe, w->a);
	for (size_t i = 0; i < n; i++) {
		struct literals found = {0};

		literals_find_hash(&w->programs, &all[i].hash, w->a, &found);
		if (!found.n)
			continue;
		if (!all[i].version.n && all[i].kind == RECIPE_SOURCE_URL &&
		    version_text_find(all[i].url, version, 0) >= 0)
			all[i].version = version;
		w->sources[w->n++] = all[i];
	}
	return 0;
}

/* What cannot be asked for now is told of when it is its turn. */
void updater_ask(struct updater *u)
{
	for (size_t i = 0; i < u->list.n; i++) {
		struct update_result ignored_result = {0};
		struct source_update w = {.u = u,
					  .a = &u->a,
					  .recipe = arena_strz(&u->a, u->list.v[i].name),
					  .out = &ignored_result};
		ERR(ignored);

		if (u->list.v[i].failure.code || own_sources(&w, &ignored))
			continue;
		for (size_t k = 0; k < w.n; k++)
			if (w.sources[k].kind == RECIPE_SOURCE_PYPI)
				(void)!ladder_index_ask(session_ladder(u->s), w.sources[k].project,
							&ignored);
	}
}

/* What --to is about: the source of the recipe's own version, or the only one. */
static const struct recipe_source *main_source(const struct source_update *w, struct str version)
{
	for (size_t i = 0; i < w->n; i++)
		if (version.n && str_eq(w->sources[i].version, version))
			return &w->sources[i];
	return w->n == 1 ? &w->sources[0] : NULL;
}

static errint no_main(const struct source_update *w, struct err *err)
{
	err_set(err, ERR_USAGE, "recipe '%s' has %zu sources, and none is of its version",
		w->recipe, w->n);
	for (size_t i = 0; i < w->n && i < 4; i++)
		err_detail(err, "  %s", recipe_source_text(w->a, &w->sources[i]));
	return err_hint(err, "without --to each moves to its newest version");
}

/* ---- the literals of a version ---- */

static bool is_mark(char c)
{
	return c == '.' || c == '_' || c == '-';
}

/* 1_0_0 for 1.0.0 */
static bool is_respelled(struct str a, struct str b)
{
	bool same = a.n == b.n && !str_eq(a, b);

	for (size_t i = 0; same && i < a.n; i++)
		same = a.p[i] == b.p[i] || (is_mark(a.p[i]) && is_mark(b.p[i]));
	return same;
}

/* With the marks that `like` has, where it has one kind of them. */
static struct str respelled(struct arena *a, struct str version, struct str like)
{
	char *out = arena_strz(a, version), mark = 0;

	for (size_t i = 0; i < like.n; i++)
		if (is_mark(like.p[i]) && !mark)
			mark = like.p[i];
	for (size_t i = 0; mark && i < version.n; i++)
		if (is_mark(out[i]))
			out[i] = mark;
	return str_n(out, version.n);
}

static void find_version_literals(const struct source_update *w, struct str now, struct literals *l)
{
	const struct recipe_source *s = w->src;
	const struct upstream_pick *p = &w->pick;

	if (s->ref.n && p->ref.n)
		literals_find_text(&w->programs, s->ref, p->ref, w->a, l);
	if (s->version.n && p->version.n)
		literals_find_text(&w->programs, s->version, p->version, w->a, l);
	/* Of a commit that is a tag's the recipe says the version beside it, and a tag may be made
	 * of the version with other marks between its numbers. */
	if (now.n && p->version.n && (version_is_commit(s->ref) || is_respelled(s->version, now)))
		literals_find_text(&w->programs, now, respelled(w->a, p->version, now), w->a, l);
}

static errint no_literal(const struct source_update *w, const struct literals *l, struct err *err)
{
	const struct recipe_source *s = w->src;
	struct str what = s->ref.n ? s->ref : s->version.n ? s->version : s->url;

	err_set(err, ERR_UNSUPPORTED, "recipe '%s': no literal holds '%.*s', which is fetched",
		w->recipe, STR_ARG(what));
	for (size_t i = 0; i < l->n && i < 3; i++)
		err_detail(err, "  %.*s:%u: it stands here, and does not decide on it",
			   STR_ARG(l->v[i].edit.path), l->v[i].line);
	return err_hint(err, "a version is moved where it stands in one piece, between quotes");
}

/* A recipe may say its version apart from that of its source: both move when they are the same. */
static bool is_wanted(const struct literal *l, bool is_main)
{
	return l->source || (is_main && l->version);
}

static void tell_left(struct source_update *w, const struct literals *l, bool is_main)
{
	unsigned last = 0;

	for (size_t i = 0; i < l->n; i++) {
		const struct literal *v = &l->v[i];

		if (!v->own || v->broken || is_wanted(v, is_main) || v->line == last)
			continue;
		last = v->line;
		update_note(w, "line %u still says '%.*s'", v->line, STR_ARG(v->from));
	}
}

static errint edit_versions(struct source_update *w, struct err *err)
{
	struct str now = version_attr(&w->u->trial, w->recipe, w->a);
	bool is_main =
		(now.n && (str_eq(now, w->src->version) || is_respelled(w->src->version, now))) ||
		(version_is_commit(w->src->ref) && w->pick.version.n && w->n == 1);
	struct literals l = {0};
	const struct literals_probe p = {.s = w->u->s,
					 .f = &w->u->files,
					 .recipe = w->recipe,
					 .edits = w->edits,
					 .n_edits = w->n_edits,
					 .src = w->src};
	bool found = false;

	find_version_literals(w, now, &l);
	errint rc = literals_probe(&p, &l, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < l.n; i++) {
		found |= l.v[i].source;
		if (is_wanted(&l.v[i], is_main))
			update_add_edit(w, &l.v[i].edit);
	}
	if (!found)
		return no_literal(w, &l, err);
	if (is_main)
		tell_left(w, &l, is_main);
	return 0;
}

/* What stands before the version in a file's name. */
static struct str spelling(struct str file, struct str version)
{
	ptrdiff_t at = str_find(file, version);

	return at < 2 ? S("") : str_sub(file, 0, (size_t)at - 1);
}

/* Files of a project may be spelt otherwise than they were (Foo.Bar-1.0, foo_bar-1.1). Where the
 * recipe spells them apart from its own name, that goes along. */
static errint edit_spelling(struct source_update *w, struct err *err)
{
	struct str from = spelling(w->src->file, w->src->version);
	struct str to = spelling(w->pick.file, w->pick.version);
	struct literals l = {0};
	const struct literals_probe p = {.s = w->u->s,
					 .f = &w->u->files,
					 .recipe = w->recipe,
					 .edits = w->edits,
					 .n_edits = w->n_edits,
					 .src = w->src};

	if (!from.n || !to.n || str_eq(from, to))
		return 0;
	literals_find_text(&w->programs, from, to, w->a, &l);
	errint rc = literals_probe(&p, &l, err);
	for (size_t i = 0; !rc && i < l.n; i++)
		if (l.v[i].source && !l.v[i].pname)
			update_add_edit(w, &l.v[i].edit);
	return rc;
}

/* ---- one source ---- */

static errint move_source(struct source_update *w, struct err *err)
{
	struct update_others others = {0};

	w->n_edits = 0;
	errint rc = programs_read(&w->u->trial, w->a, &w->programs, err);
	if (!rc)
		rc = edit_versions(w, err);
	if (!rc && w->pick.file.n)
		rc = edit_spelling(w, err);
	if (!rc)
		rc = update_hashes(w, err);
	if (!rc)
		rc = update_look_at_others(w, &others, err);
	if (!rc)
		rc = recipe_files_edit(&w->u->files, w->edits, w->n_edits, err);
	if (!rc)
		rc = updater_refresh(w->u, err);
	return rc ? rc : update_compare_others(w, &others, err);
}

/* A commit's first digits tell enough. */
static struct str shortened(struct str ref)
{
	return version_is_commit(ref) ? str_sub(ref, 0, 12) : ref;
}

static struct str shown_version(const struct recipe_source *s)
{
	if (s->ref.n)
		return shortened(s->ref);
	return s->version.n ? s->version : S("?");
}

static struct str shown_pick(const struct source_update *w)
{
	return w->pick.ref.n ? shortened(w->pick.ref) : w->pick.version;
}

static errint update_source(struct source_update *w, struct err *err)
{
	const struct upstream_ask ask = {w->o->to, w->o->pre, w->u->python};
	struct str from = shown_version(w->src);
	ERR(why);
	errint rc = upstream_find(w->u->s, w->src, &ask, w->a, &w->pick, &why);

	/* Who moves everything, or a recipe of many sources, is told of those without a newest. */
	if (rc == ERR_UNSUPPORTED && (w->o->all || w->n > 1)) {
		add_move(w, from, from, false, arena_strz(w->a, str_c(why.msg)));
		return 0;
	}
	if (rc)
		return err_move(err, &why);
	if (!w->pick.newer) {
		add_move(w, from, from, false, w->pick.note);
		return 0;
	}
	rc = move_source(w, err);
	if (rc)
		return err_wrap(err, "moving '%s' from %.*s to %.*s",
				recipe_source_text(w->a, w->src), STR_ARG(from),
				STR_ARG(shown_pick(w)));
	add_move(w, from, shown_pick(w), true, w->pick.note);
	w->out->state = UPDATE_MOVED;
	return 0;
}

/* An earlier source's move may have moved this one, too. */
static bool is_still_there(const struct source_update *w, const struct recipe_source *s)
{
	for (size_t i = 0; i < w->u->trial.n_drvs; i++) {
		struct recipe_source now;

		if (w->u->trial.drvs[i].fixed &&
		    recipe_source_read(w->a, &w->u->trial.drvs[i].drv, &now) &&
		    hash_eq(&now.hash, &s->hash) && str_eq(now.url, s->url) &&
		    str_eq(now.ref, s->ref))
			return true;
	}
	return false;
}

static errint update_sources(struct source_update *w, struct err *err)
{
	errint rc = 0;

	w->out->state = UPDATE_NEWEST;
	if (w->o->to) {
		w->src = main_source(w, version_attr(&w->u->trial, w->recipe, w->a));
		return w->src ? update_source(w, err) : no_main(w, err);
	}
	for (size_t i = 0; !rc && i < w->n; i++) {
		w->src = &w->sources[i];
		if (is_still_there(w, w->src))
			rc = update_source(w, err);
	}
	return rc;
}

errint update_recipe(struct updater *u, const char *name, const struct update_options *o,
		     struct update_result *out, struct err *err)
{
	struct source_update w = {.u = u, .a = &u->a, .recipe = name, .o = o, .out = out};

	*out = (struct update_result){.before = recipe_files_mark(&u->files)};
	errint rc = updater_refresh(u, err);
	if (!rc)
		rc = own_sources(&w, err);
	if (rc || !w.n)
		return rc;
	out->moves = ARENA_ARRAY(&u->a, struct update_move, w.n + 1);
	rc = o->hashes ? update_wrong_hashes(&w, err) : update_sources(&w, err);
	if (rc)
		recipe_files_return(&u->files, out->before);
	return rc;
}
