/* SPDX-License-Identifier: MIT
 *
 * Hashes of what is wanted now. */
#include "recipe/update_int.h"

#include <stdlib.h>
#include "base/url.h"
#include "store/store.h"

/* What the project would fetch with the edits so far. */
struct wanted {
	const struct recipe_source *old; /* one of w->sources */
	struct recipe_source now;
};

static struct prefetch to_prefetch(const struct recipe_source *s)
{
	return (struct prefetch){
		.kind = s->kind == RECIPE_SOURCE_GIT ? PREFETCH_COMMIT
			: s->unpack                  ? PREFETCH_ARCHIVE
						     : PREFETCH_FILE,
		.name = s->name,
		.urls = s->urls,
		.n_urls = s->n_urls,
		.algo = s->hash.algo,
		.strip_root = s->strip_root,
		.executable = s->executable || (s->recursive && !s->unpack),
		.repo = s->url,
		.ref = s->full_ref,
		.submodules = s->submodules,
		.sparse = s->sparse,
		.n_sparse = s->n_sparse,
		.root_dir = s->root_dir,
	};
}

static const char *place_of(struct arena *a, const struct recipe_source *s)
{
	return arena_strz(a, s->kind == RECIPE_SOURCE_GIT ? s->ref : s->url);
}

bool update_same_place(const struct recipe_source *a, const struct recipe_source *b)
{
	if (!str_eq(a->url, b->url) || !str_eq(a->ref, b->ref) || a->n_urls != b->n_urls)
		return false;
	for (size_t i = 0; i < a->n_urls; i++)
		if (strcmp(a->urls[i], b->urls[i]) != 0)
			return false;
	return true;
}

static bool is_there(struct arena *a, const struct trial *t, const struct recipe_source *s)
{
	for (size_t k = 0; k < t->n_drvs; k++) {
		struct recipe_source now;

		if (t->drvs[k].fixed && recipe_source_read(a, &t->drvs[k].drv, &now) &&
		    hash_eq(&now.hash, &s->hash) && update_same_place(&now, s))
			return true;
	}
	return false;
}

static bool was_there(const struct source_update *w, const struct recipe_source *now)
{
	for (size_t i = 0; i < w->n; i++)
		if (hash_eq(&now->hash, &w->sources[i].hash) &&
		    update_same_place(now, &w->sources[i]))
			return true;
	return false;
}

/* Those of the recipe's sources that are elsewhere in the trial. They keep their hash until now,
 * and others may have the same: a place that was there before is no new one. */
static void find_moved(const struct source_update *w, struct trial *t, struct wanted *out,
		       size_t *n)
{
	for (size_t i = 0; i < w->n; i++) {
		if (is_there(w->a, t, &w->sources[i]))
			continue;
		for (size_t k = 0; k < t->n_drvs; k++) {
			struct recipe_source now;

			if (!t->drvs[k].fixed || !recipe_source_read(w->a, &t->drvs[k].drv, &now) ||
			    !hash_eq(&now.hash, &w->sources[i].hash) || was_there(w, &now))
				continue;
			out[(*n)++] = (struct wanted){&w->sources[i], now};
			break;
		}
	}
}

/* Is what the edits make what was picked? */
static errint check_pick(const struct source_update *w, const struct wanted *v, size_t n,
			 struct err *err)
{
	const struct upstream_pick *p = &w->pick;

	for (size_t i = 0; i < n; i++) {
		const struct recipe_source *now = &v[i].now;

		if (v[i].old != w->src)
			continue;
		if (p->file.n && !str_eq(p->file, now->file)) {
			err_set(err, ERR_UNSUPPORTED,
				"the package index calls it '%.*s', and the recipe asks for '%.*s'",
				STR_ARG(p->file), STR_ARG(now->file));
			return err_hint(err, "write the name as the index spells it as fetchPypi's "
					     "pname");
		}
		if (p->ref.n && !str_eq(p->ref, now->ref))
			return err_set(err, ERR_UNSUPPORTED,
				       "the recipe makes '%.*s' of it, and upstream has '%.*s'",
				       STR_ARG(now->ref), STR_ARG(p->ref));
		return 0;
	}
	return err_set(err, ERR_UNSUPPORTED, "the recipe goes on fetching '%s'",
		       place_of(w->a, w->src));
}

static errint edit_hash(struct source_update *w, const struct wanted *v, const struct hash *hash,
			struct err *err)
{
	struct literals l = {0};
	const struct literals_probe p = {
		.s = w->u->s,
		.f = &w->u->files,
		.recipe = w->recipe,
		.edits = w->edits,
		.n_edits = w->n_edits,
		.src = v->old,
		.url = place_of(w->a, &v->now),
	};
	bool found = false;

	literals_find_hash(&w->programs, &v->old->hash, w->a, &l);
	errint rc = literals_probe(&p, &l, err);
	for (size_t i = 0; !rc && i < l.n; i++) {
		if (!l.v[i].source)
			continue;
		literal_set_hash(&l.v[i], hash, w->a);
		update_add_edit(w, &l.v[i].edit);
		found = true;
	}
	if (rc || found)
		return rc;
	return err_set(err, ERR_UNSUPPORTED, "no literal of the project is the hash of '%s'",
		       place_of(w->a, &v->now));
}

/* The proof: with all edits each source has its new hash. */
static errint check_all(const struct source_update *w, const struct wanted *v,
			const struct prefetch *got, size_t n, struct err *err)
{
	struct trial t CLEANUP(trial_release) = {0};
	struct value *ignored;
	errint rc = trial_open(&t, w->u->s, &w->u->files, w->edits, w->n_edits, err);

	if (!rc)
		rc = trial_attr(&t, w->recipe, "drvPath", &ignored, err);
	for (size_t i = 0; !rc && i < n; i++) {
		bool found = false;

		for (size_t k = 0; k < t.n_drvs && !found; k++) {
			struct recipe_source now;

			found = t.drvs[k].fixed && recipe_source_read(w->a, &t.drvs[k].drv, &now) &&
				update_same_place(&now, &v[i].now) &&
				hash_eq(&now.hash, &got[i].hash);
		}
		if (!found)
			rc = err_set(err, ERR_FAILED,
				     "after all edits the recipe has another hash for '%s'",
				     place_of(w->a, &v[i].now));
	}
	return rc;
}

static errint made_by_program(const struct wanted *v, struct err *err)
{
	err_set(err, ERR_UNSUPPORTED,
		"a program makes '%.*s' of what it fetches, so that only a build tells its hash",
		STR_ARG(v->now.name));
	return err_hint(err, "set its version and an empty hash, and build it");
}

static errint bring(struct source_update *w, const struct wanted *v, size_t n, struct prefetch *got,
		    struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (v[i].now.kind == RECIPE_SOURCE_MADE)
			return made_by_program(&v[i], err);
		got[i] = to_prefetch(&v[i].now);
		if (v[i].old == w->src)
			got[i].expect = w->pick.expect;
	}
	errint rc = prefetch_all(w->u->s, got, n, w->a, err);
	for (size_t i = 0; i < n; i++) {
		if (!rc && got[i].failure.code)
			rc = err_move(err, &got[i].failure);
		err_release(&got[i].failure);
	}
	return rc;
}

/* Where the old one is, if the store has it. */
static errint old_path(const struct source_update *w, const struct recipe_source *s,
		       struct str *out, struct err *err)
{
	struct store *store = w->u->s->store;
	bool valid;
	errint rc = store_path_make_fixed(w->a, store_dir(store), s->name, s->recursive, &s->hash,
					  NULL, 0, false, out, err);

	if (!rc)
		rc = store_is_valid(store, *out, &valid, err);
	if (!rc && !valid)
		*out = S("");
	return rc;
}

static errint compare_requires(struct source_update *w, const struct wanted *v,
			       const struct prefetch *got, size_t n, struct err *err)
{
	struct str old;

	for (size_t i = 0; i < n; i++) {
		if (v[i].old != w->src)
			continue;
		errint rc = old_path(w, v[i].old, &old, err);
		return rc ? rc : update_compare_requires(w, old, got[i].store_path, err);
	}
	return 0;
}

errint update_hashes(struct source_update *w, struct err *err)
{
	struct trial t CLEANUP(trial_release) = {0};
	struct wanted *v = ARENA_ARRAY(w->a, struct wanted, w->n + 1);
	struct prefetch *got = ARENA_ARRAY(w->a, struct prefetch, w->n + 1);
	struct value *ignored;
	size_t n = 0;
	errint rc = trial_open(&t, w->u->s, &w->u->files, w->edits, w->n_edits, err);

	if (!rc)
		rc = trial_attr(&t, w->recipe, "drvPath", &ignored, err);
	if (rc)
		return rc;
	find_moved(w, &t, v, &n);
	rc = check_pick(w, v, n, err);
	if (!rc)
		rc = bring(w, v, n, got, err);
	for (size_t i = 0; !rc && i < n; i++)
		rc = edit_hash(w, &v[i], &got[i].hash, err);
	if (!rc)
		rc = check_all(w, v, got, n, err);
	return rc ? rc : compare_requires(w, v, got, n, err);
}

/* ---- hashes alone ---- */

static errint one_wrong_hash(struct source_update *w, const struct recipe_source *s,
			     struct err *err)
{
	const struct wanted v = {s, *s};
	struct prefetch got = {0};
	char from[HASH_TEXT_MAX], to[HASH_TEXT_MAX];
	struct str path;
	errint rc = old_path(w, s, &path, err);

	if (rc || path.n)
		return rc;
	w->src = s;
	w->pick = (struct upstream_pick){0};
	rc = bring(w, &v, 1, &got, err);
	if (rc || hash_eq(&got.hash, &s->hash))
		return rc;
	w->n_edits = 0;
	rc = edit_hash(w, &v, &got.hash, err);
	if (!rc)
		rc = check_all(w, &v, &got, 1, err);
	if (!rc)
		rc = recipe_files_edit(&w->u->files, w->edits, w->n_edits, err);
	if (!rc)
		rc = updater_refresh(w->u, err);
	if (!rc)
		rc = programs_read(&w->u->trial, w->a, &w->programs, err);
	if (rc)
		return rc;
	hash_format(&s->hash, HASH_SRI, true, from);
	hash_format(&got.hash, HASH_SRI, true, to);
	w->out->moves[w->out->n_moves++] = (struct update_move){
		.what = recipe_source_text(w->a, s),
		.from = arena_str(w->a, str_c(from)),
		.to = arena_str(w->a, str_c(to)),
		.moved = true,
	};
	w->out->state = UPDATE_MOVED;
	return 0;
}

errint update_wrong_hashes(struct source_update *w, struct err *err)
{
	errint rc = 0;

	w->out->state = UPDATE_NEWEST;
	for (size_t i = 0; !rc && i < w->n; i++)
		if (w->sources[i].kind != RECIPE_SOURCE_MADE)
			rc = one_wrong_hash(w, &w->sources[i], err);
	return rc;
}
