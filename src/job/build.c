/* SPDX-License-Identifier: MIT
 *
 * The layer's front: plan, bring what a substituter has, work off the rest. */
#include "job/build_int.h"

#include <stdlib.h>

#include "base/report.h"

static void graph_cleanup(struct graph *g)
{
	graph_release(g);
}

/* The paths that a substituter failed to bring; without fallback that is the end. */
static errint missing_substitutes(struct graph *g, size_t *missing, struct err *err)
{
	*missing = 0;
	for (size_t i = 0; i < g->n_substitutes; i++) {
		struct str path = g->substitutes[i].info.path;
		bool valid;
		errint rc = store_is_valid(g->store, path, &valid, err);

		if (rc)
			return rc;
		*missing += !valid;
		if (valid || g->o->fallback)
			continue;
		err_set(err, ERR_NETWORK, "'%.*s' could not be fetched from a cache",
			STR_ARG(path));
		return err_hint(err, "with --fallback it is built here instead");
	}
	return 0;
}

static errint substitute(struct graph *g, size_t *missing, struct err *err)
{
	*missing = 0;
	if (!g->n_substitutes)
		return 0;
	errint rc = g->o->substituter->fetch(g->o->substituter, g->store, g->substitutes,
					     g->n_substitutes, err);
	if (rc && !(g->o->fallback && rc != ERR_INTERRUPTED))
		return rc;
	err_clear(err);
	rc = missing_substitutes(g, missing, err);
	return rc;
}

static void mark_substituted(struct graph *g)
{
	for (size_t i = 0; i < g->n_goals; i++) {
		struct goal *goal = g->goals[i];

		if (goal->kind != GOAL_SUBSTITUTE || goal->state == GOAL_DONE)
			continue;
		goal->state = GOAL_DONE;
		for (size_t k = 0; k < goal->n_users; k++)
			goal->users[k]->waits--;
	}
}

static errint plan_and_build(struct store *s, const struct build_wanted *w, size_t n,
			     const struct build_options *o, struct report *report, size_t *missing,
			     struct err *err)
{
	ARENA(a);
	struct graph g CLEANUP(graph_cleanup) = {.store = s, .arena = &a, .o = o};
	errint rc = graph_plan(&g, w, n, err);

	if (!rc)
		rc = substitute(&g, missing, err);
	if (rc || *missing)
		return rc;
	mark_substituted(&g);
	return graph_realise(&g, report, err);
}

errint build_paths(struct store *s, const struct build_wanted *w, size_t n,
		   const struct build_options *o, struct report *report, struct err *err)
{
	struct build_options without = *o;
	size_t missing = 0;
	errint rc = plan_and_build(s, w, n, o, report, &missing, err);

	if (rc || !missing)
		return rc;
	report_msg(report, REPORT_WARN, "%zu path%s could not be fetched and will be built",
		   missing, missing == 1 ? "" : "s");
	without.substituter = NULL;
	return plan_and_build(s, w, n, &without, report, &missing, err);
}

static errint wanted_outputs(struct store *s, struct arena *a, const struct build_wanted *w,
			     struct str **v, size_t *n, size_t *cap, struct err *err)
{
	struct drv d;
	errint rc = store_read_drv(s, a, w->path, &d, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < (w->n_outputs ? w->n_outputs : d.n_outputs); i++) {
		const struct drv_output *o =
			w->n_outputs ? drv_output_find(&d, w->outputs[i]) : &d.outputs[i];

		if (!o)
			return err_set(err, ERR_NOT_FOUND, "derivation '%.*s' has no output '%.*s'",
				       STR_ARG(w->path), STR_ARG(w->outputs[i]));
		ARRAY_GROW(*v, *n, *cap);
		(*v)[(*n)++] = o->path;
	}
	return 0;
}

errint build_wanted_paths(struct store *s, struct arena *a, const struct build_wanted *w, size_t n,
			  struct str **out, size_t *n_out, struct err *err)
{
	struct str *v CLEANUP_FREE = NULL;
	size_t count = 0, cap = 0;

	for (size_t i = 0; i < n; i++) {
		errint rc = 0;

		if (store_path_is_drv(w[i].path)) {
			rc = wanted_outputs(s, a, &w[i], &v, &count, &cap, err);
		} else {
			ARRAY_GROW(v, count, cap);
			v[count++] = w[i].path;
		}
		if (rc)
			return rc;
	}
	*out = ARENA_ARRAY(a, struct str, count + 1);
	if (count)
		memcpy(*out, v, count * sizeof(*v));
	*n_out = count;
	return 0;
}
