/* SPDX-License-Identifier: MIT
 *
 * From wanted outputs to the graph of goals. It is walked level by level, so that a substituter
 * is asked once a level; what is valid already is never looked into. */
#include "job/build_int.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/report.h"

void graph_release(struct graph *g)
{
	for (size_t i = 0; i < g->n_goals; i++) {
		free(g->goals[i]->deps);
		free(g->goals[i]->users);
	}
	free(g->goals);
	free(g->substitutes);
	path_map_release(&g->by_path);
	path_map_release(&g->planned_paths);
}

/* One level of the walk. */
struct plan_level {
	struct goal **v;
	size_t n, cap;
};

static void level_release(struct plan_level *l)
{
	free(l->v);
}

static void level_add(struct plan_level *l, struct goal *goal)
{
	if (goal->queued)
		return;
	goal->queued = true;
	ARRAY_GROW(l->v, l->n, l->cap);
	l->v[l->n++] = goal;
}

static errint goal_get(struct graph *g, struct str drv_path, struct goal **out, struct err *err)
{
	struct goal *goal = path_map_get(&g->by_path, drv_path);

	if (goal) {
		*out = goal;
		return 0;
	}
	goal = ARENA_NEW(g->arena, struct goal);
	goal->path = arena_str(g->arena, drv_path);
	errint rc = store_read_drv(g->store, g->arena, goal->path, &goal->drv, err);
	if (rc)
		return rc;
	goal->wanted = ARENA_ARRAY(g->arena, bool, goal->drv.n_outputs);
	goal->state = GOAL_DONE;
	path_map_put(&g->by_path, goal->path, goal);
	ARRAY_GROW(g->goals, g->n_goals, g->cap_goals);
	g->goals[g->n_goals++] = goal;
	*out = goal;
	return 0;
}

/* Marks outputs (all when n is 0) as wanted; *news tells whether any was not. */
static errint goal_want(struct goal *goal, const struct str *outputs, size_t n, bool *news,
			struct err *err)
{
	const struct drv *d = &goal->drv;

	*news = !goal->loaded;
	for (size_t i = 0; i < d->n_outputs && n == 0; i++) {
		*news |= !goal->wanted[i];
		goal->wanted[i] = true;
	}
	for (size_t i = 0; i < n; i++) {
		const struct drv_output *o = drv_output_find(d, outputs[i]);

		if (!o)
			return err_set(err, ERR_NOT_FOUND, "derivation '%.*s' has no output '%.*s'",
				       STR_ARG(goal->path), STR_ARG(outputs[i]));
		*news |= !goal->wanted[o - d->outputs];
		goal->wanted[o - d->outputs] = true;
	}
	return 0;
}

static void goal_depend(struct goal *goal, struct goal *on)
{
	for (size_t i = 0; i < goal->n_deps; i++) {
		if (goal->deps[i] == on)
			return;
	}
	ARRAY_GROW(goal->deps, goal->n_deps, goal->cap_deps);
	goal->deps[goal->n_deps++] = on;
	ARRAY_GROW(on->users, on->n_users, on->cap_users);
	on->users[on->n_users++] = goal;
}

static enum goal_kind builder_kind(const struct drv *d)
{
	if (str_eq(d->builder, S("builtin:fetchurl")))
		return GOAL_FETCH;
	return str_starts(d->builder, S("builtin:")) ? GOAL_BUILTIN : GOAL_PROGRAM;
}

/* Decides whether there is something to do for what is wanted of a goal. */
static errint goal_load(struct graph *g, struct goal *goal, struct err *err)
{
	const struct drv *d = &goal->drv;
	bool missing = false;

	goal->loaded = true;
	for (size_t i = 0; i < d->n_outputs; i++) {
		bool valid;

		if (!goal->wanted[i])
			continue;
		if (!d->outputs[i].path.n)
			return err_set(
				err, ERR_UNSUPPORTED,
				"output '%.*s' of '%.*s' has no path before it is built, and "
				"such derivations cannot be built here",
				STR_ARG(d->outputs[i].name), STR_ARG(goal->path));
		errint rc = store_is_valid(g->store, d->outputs[i].path, &valid, err);
		if (rc)
			return rc;
		missing |= !valid;
		if (!valid)
			report_msg(store_report(g->store), REPORT_DEBUG,
				   "'%.*s' is not there: '%.*s' makes it",
				   STR_ARG(d->outputs[i].path), STR_ARG(goal->path));
		if (!valid && g->o->check && goal->top)
			return err_set(
				err, ERR_NOT_FOUND,
				"'%.*s' has not been built yet, so there is nothing to check",
				STR_ARG(d->outputs[i].path));
	}
	if (missing || (g->o->check && goal->top)) {
		goal->kind = builder_kind(d);
		goal->state = GOAL_WAITING;
	}
	return 0;
}

/* Substitutes. */

/* References of references of …: more is a broken cache. */
enum { SUBSTITUTE_DEPTH_MAX = 2000 };

static errint add_substitute(struct graph *g, const struct substitute *sub, unsigned depth,
			     struct err *err);

/* Plans the references of a substitute that are not valid, one batch a depth. */
static errint add_references(struct graph *g, const struct substitute *sub, unsigned depth,
			     struct err *err)
{
	struct str *missing CLEANUP_FREE = xcalloc(sub->info.n_refs + 1, sizeof(*missing));
	size_t n = 0;

	for (size_t i = 0; i < sub->info.n_refs; i++) {
		struct str ref = sub->info.refs[i];
		bool valid;

		if (path_map_get(&g->planned_paths, ref))
			continue;
		errint rc = store_is_valid(g->store, ref, &valid, err);
		if (rc)
			return rc;
		if (!valid)
			missing[n++] = ref;
	}
	if (!n)
		return 0;
	struct substitute *found = ARENA_ARRAY(g->arena, struct substitute, n);
	errint rc = g->o->substituter->query(g->o->substituter, g->arena, missing, n, found, err);
	for (size_t i = 0; !rc && i < n; i++) {
		if (!found[i].info.path.n)
			return err_set(err, ERR_NOT_FOUND,
				       "'%.*s' refers to '%.*s', which no cache has",
				       STR_ARG(sub->info.path), STR_ARG(missing[i]));
		rc = add_substitute(g, &found[i], depth + 1, err);
	}
	return rc;
}

/* Dependencies first. */
static errint add_substitute(struct graph *g, const struct substitute *sub, unsigned depth,
			     struct err *err)
{
	static char mark;

	if (path_map_get(&g->planned_paths, sub->info.path))
		return 0;
	if (depth > SUBSTITUTE_DEPTH_MAX)
		return err_set(err, ERR_TOO_BIG, "the references of '%.*s' go too deep",
			       STR_ARG(sub->info.path));
	path_map_put(&g->planned_paths, sub->info.path, &mark);
	errint rc = add_references(g, sub, depth, err);
	if (rc)
		return rc;
	ARRAY_GROW(g->substitutes, g->n_substitutes, g->cap_substitutes);
	g->substitutes[g->n_substitutes++] = *sub;
	return 0;
}

struct missing_output {
	struct goal *goal;
	struct str path;
};

static errint missing_outputs(struct graph *g, const struct plan_level *l,
			      struct missing_output **out, size_t *n, struct err *err)
{
	size_t cap = 0;

	for (size_t i = 0; i < l->n; i++) {
		struct goal *goal = l->v[i];

		for (size_t k = 0; goal->kind != GOAL_VALID && k < goal->drv.n_outputs; k++) {
			bool valid = true;
			errint rc = 0;

			if (goal->wanted[k])
				rc = store_is_valid(g->store, goal->drv.outputs[k].path, &valid,
						    err);
			if (rc)
				return rc;
			if (valid)
				continue;
			ARRAY_GROW(*out, *n, cap);
			(*out)[(*n)++] = (struct missing_output){goal, goal->drv.outputs[k].path};
		}
	}
	return 0;
}

/* Turns those goals of a level into substitutes whose missing outputs can all be had. */
static errint substitute_level(struct graph *g, const struct plan_level *l, struct err *err)
{
	struct missing_output *missing CLEANUP_FREE = NULL;
	size_t n = 0;

	if (!g->o->substituter || g->o->check)
		return 0;
	errint rc = missing_outputs(g, l, &missing, &n, err);
	if (rc || !n)
		return rc;
	struct str *paths = ARENA_ARRAY(g->arena, struct str, n);
	struct substitute *found = ARENA_ARRAY(g->arena, struct substitute, n);
	for (size_t i = 0; i < n; i++)
		paths[i] = missing[i].path;
	rc = g->o->substituter->query(g->o->substituter, g->arena, paths, n, found, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < n;) {
		struct goal *goal = missing[i].goal;
		size_t end = i;
		bool all = true;

		for (; end < n && missing[end].goal == goal; end++)
			all &= found[end].info.path.n != 0;
		for (; !rc && all && i < end; i++)
			rc = add_substitute(g, &found[i], 0, err);
		if (rc)
			return rc;
		if (all)
			goal->kind = GOAL_SUBSTITUTE;
		i = end;
	}
	return 0;
}

static errint ask_shell(struct graph *g, struct plan_level *next, struct err *err)
{
	struct goal *goal;
	bool news;

	if (g->shell_asked || !g->o->sandbox_shell || g->o->sandbox == SANDBOX_OFF)
		return 0;
	g->shell_asked = true;
	errint rc =
		g->o->sandbox_shell(g->o->sandbox_shell_ctx, g->store, g->arena, &g->shell, err);
	if (rc)
		return err_wrap(err, "looking for the sandbox's /bin/sh");
	if (!g->shell.drv.n)
		return 0;
	rc = goal_get(g, g->shell.drv, &goal, err);
	if (!rc)
		rc = goal_want(goal, NULL, 0, &news, err);
	if (!rc && news)
		level_add(next, goal);
	return rc;
}

/* Looks into what must be built: its inputs are the next level. */
static errint expand(struct graph *g, struct goal *goal, struct plan_level *next, struct err *err)
{
	errint rc = check_system(g->o, &goal->drv, err);

	if (rc)
		return err_wrap(err, "'%.*s'", STR_ARG(goal->path));
	if (goal->kind == GOAL_PROGRAM) {
		rc = ask_shell(g, next, err);
		if (rc)
			return rc;
	}
	for (size_t i = 0; i < goal->drv.n_inputs; i++) {
		const struct drv_input *in = &goal->drv.inputs[i];
		struct goal *dep;
		bool news;

		rc = goal_get(g, in->path, &dep, err);
		if (!rc)
			rc = goal_want(dep, in->outputs, in->n_outputs, &news, err);
		if (rc)
			return err_wrap(err, "input of '%.*s'", STR_ARG(goal->path));
		goal_depend(goal, dep);
		if (news)
			level_add(next, dep);
	}
	return 0;
}

static errint walk_level(struct graph *g, struct plan_level *now, struct plan_level *next,
			 struct err *err)
{
	errint rc = 0;

	for (size_t i = 0; !rc && i < now->n; i++) {
		now->v[i]->queued = false;
		rc = goal_load(g, now->v[i], err);
	}
	if (!rc)
		rc = substitute_level(g, now, err);
	for (size_t i = 0; !rc && i < now->n; i++) {
		struct goal *goal = now->v[i];

		if (goal->kind >= GOAL_FETCH)
			rc = expand(g, goal, next, err);
	}
	return rc;
}

/* A plain store path can only be there, or be substituted. */
static errint want_path(struct graph *g, struct str path, struct err *err)
{
	bool valid;
	errint rc = store_is_valid(g->store, path, &valid, err);

	if (rc || valid)
		return rc;
	if (g->o->substituter) {
		struct substitute *found = ARENA_NEW(g->arena, struct substitute);

		rc = g->o->substituter->query(g->o->substituter, g->arena, &path, 1, found, err);
		if (rc)
			return rc;
		if (found->info.path.n)
			return add_substitute(g, found, 0, err);
	}
	return err_set(err, ERR_NOT_FOUND,
		       "path '%.*s' is not in the store, and nothing is known to make it",
		       STR_ARG(path));
}

static errint want(struct graph *g, const struct build_wanted *w, struct plan_level *first,
		   struct err *err)
{
	struct goal *goal;
	bool news;

	if (!store_path_is_drv(w->path))
		return want_path(g, w->path, err);
	errint rc = goal_get(g, w->path, &goal, err);
	if (!rc)
		rc = goal_want(goal, w->outputs, w->n_outputs, &news, err);
	if (rc)
		return rc;
	goal->top = true;
	if (news)
		level_add(first, goal);
	return 0;
}

/* Everything that a goal needs, itself included, in any order. */
static void collect_below(struct goal *goal, struct path_map *seen, struct plan_level *out)
{
	path_map_put(seen, goal->path, goal);
	level_add(out, goal);
	for (size_t i = 0; i < out->n; i++) {
		for (size_t k = 0; k < out->v[i]->n_deps; k++) {
			struct goal *dep = out->v[i]->deps[k];

			if (path_map_get(seen, dep->path))
				continue;
			path_map_put(seen, dep->path, dep);
			level_add(out, dep);
		}
	}
}

/* What the shell is made of must do without it; the other programs wait for it. */
static void depend_on_shell(struct graph *g)
{
	struct path_map below CLEANUP(path_map_release) = {0};
	struct plan_level list CLEANUP(level_release) = {0};
	struct goal *shell = g->shell.drv.n ? path_map_get(&g->by_path, g->shell.drv) : NULL;

	if (!shell || shell->kind == GOAL_VALID)
		return;
	collect_below(shell, &below, &list);
	for (size_t i = 0; i < g->n_goals; i++) {
		struct goal *goal = g->goals[i];

		if (goal->kind == GOAL_PROGRAM && !path_map_get(&below, goal->path))
			goal_depend(goal, shell);
	}
}

/* Dependencies first, in the order of discovery among equals; sets waits and heights. */
static errint sort_goals(struct graph *g, struct err *err)
{
	struct goal **sorted = xcalloc(g->n_goals + 1, sizeof(*sorted));
	size_t n = 0;

	for (size_t i = 0; i < g->n_goals; i++) {
		struct goal *goal = g->goals[i];

		goal->waits = (unsigned)goal->n_deps;
		if (!goal->waits)
			sorted[n++] = goal;
	}
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < sorted[i]->n_users; k++) {
			if (!--sorted[i]->users[k]->waits)
				sorted[n++] = sorted[i]->users[k];
		}
	}
	if (n < g->n_goals) {
		free(sorted);
		return err_set(err, ERR_CORRUPT,
			       "the derivations depend on each other in a circle");
	}
	free(g->goals);
	g->goals = sorted;
	g->cap_goals = g->n_goals + 1;
	for (size_t i = n; i-- > 0;) {
		struct goal *goal = g->goals[i];

		for (size_t k = 0; k < goal->n_deps; k++) {
			struct goal *dep = goal->deps[k];

			dep->height = MAX(dep->height, goal->height + 1);
			goal->waits += dep->state != GOAL_DONE;
		}
	}
	return 0;
}

errint graph_plan(struct graph *g, const struct build_wanted *w, size_t n, struct err *err)
{
	struct plan_level now CLEANUP(level_release) = {0}, next CLEANUP(level_release) = {0};
	errint rc = 0;

	for (size_t i = 0; !rc && i < n; i++)
		rc = want(g, &w[i], &now, err);
	while (!rc && now.n) {
		struct plan_level done = now;

		rc = walk_level(g, &now, &next, err);
		now = next;
		next = done;
		next.n = 0;
	}
	if (rc)
		return rc;
	depend_on_shell(g);
	return sort_goals(g, err);
}

static void graph_cleanup(struct graph *g)
{
	graph_release(g);
}

errint build_plan(struct store *s, struct arena *a, const struct build_wanted *w, size_t n,
		  const struct build_options *o, struct build_plan *out, struct err *err)
{
	struct graph g CLEANUP(graph_cleanup) = {.store = s, .arena = a, .o = o};
	struct build_plan plan = {0};
	errint rc = graph_plan(&g, w, n, err);

	if (rc)
		return rc;
	plan.build = ARENA_ARRAY(a, struct str, g.n_goals + 1);
	for (size_t i = 0; i < g.n_goals; i++) {
		plan.programs |= g.goals[i]->kind == GOAL_PROGRAM;
		if (g.goals[i]->kind >= GOAL_FETCH)
			plan.build[plan.n_build++] = g.goals[i]->path;
	}
	plan.fetch = ARENA_ARRAY(a, struct substitute, g.n_substitutes + 1);
	plan.n_fetch = g.n_substitutes;
	for (size_t i = 0; i < g.n_substitutes; i++) {
		plan.fetch[i] = g.substitutes[i];
		plan.download += g.substitutes[i].download;
		plan.unpacked += g.substitutes[i].info.nar_size;
	}
	*out = plan;
	return 0;
}

void build_plan_print(const struct build_plan *p, struct buf *out)
{
	const double mib = 1 << 20;

	if (p->n_build == 1)
		buf_putz(out, "this derivation will be built:\n");
	else if (p->n_build)
		buf_printf(out, "these %zu derivations will be built:\n", p->n_build);
	for (size_t i = 0; i < p->n_build; i++)
		buf_printf(out, "  %.*s\n", STR_ARG(p->build[i]));
	if (p->n_fetch == 1)
		buf_putz(out, "this path will be fetched");
	else if (p->n_fetch)
		buf_printf(out, "these %zu paths will be fetched", p->n_fetch);
	if (p->n_fetch)
		buf_printf(out, " (%.2f MiB download, %.2f MiB unpacked):\n",
			   (double)p->download / mib, (double)p->unpacked / mib);
	for (size_t i = 0; i < p->n_fetch; i++)
		buf_printf(out, "  %.*s\n", STR_ARG(p->fetch[i].info.path));
}
