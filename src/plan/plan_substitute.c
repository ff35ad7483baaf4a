/* SPDX-License-Identifier: MIT
 *
 * What a substituter has of a level: the missing outputs of its derivations, and what its
 * substitutions refer to, all asked for at once. Each path is asked for once a plan. A path comes
 * with everything that it refers to, or not at all. */
#include "plan/plan_int.h"

#include <stdlib.h>

#include "base/report.h"

/* A path that a goal of the level needs. */
struct lookup {
	struct goal *user, *found;
};

struct lookups {
	struct lookup *v;
	size_t n, cap;
	struct goal **ask; /* new to the plan */
	size_t n_ask, cap_ask;
};

static void lookups_release(struct lookups *l)
{
	free(l->v);
	free(l->ask);
}

static void look(struct planning *w, struct lookups *l, struct goal *user, struct str path)
{
	struct goal *found = path_map_get(&w->plan->by_path, path);

	if (!found) {
		found = goal_new(w->plan, path, GOAL_ABSENT);
		found->state = GOAL_FAILED;
		ARRAY_GROW(l->ask, l->n_ask, l->cap_ask);
		l->ask[l->n_ask++] = found;
	}
	ARRAY_GROW(l->v, l->n, l->cap);
	l->v[l->n++] = (struct lookup){user, found};
}

static void look_outputs(struct planning *w, struct lookups *l, struct goal *goal)
{
	if (!goal_makes(goal) || goal->refused || goal->expanded || goal->state != GOAL_WAITING)
		return;
	for (size_t i = 0; i < goal->drv.n_outputs; i++) {
		if (goal->wanted[i] && goal->missing[i])
			look(w, l, goal, goal->drv.outputs[i].path);
	}
}

static errint look_references(struct planning *w, struct lookups *l, struct goal *goal,
			      struct err *err)
{
	const struct path_info *info = &goal->sub->info;

	goal->loaded = true;
	for (size_t i = 0; i < info->n_refs; i++) {
		bool valid = str_eq(info->refs[i], info->path);
		errint rc = valid ? 0 : store_is_valid(w->plan->store, info->refs[i], &valid, err);

		if (rc)
			return rc;
		if (!valid)
			look(w, l, goal, info->refs[i]);
	}
	return 0;
}

static errint ask(struct planning *w, struct lookups *l, struct err *err)
{
	struct plan *p = w->plan;
	struct str *paths CLEANUP_FREE = xcalloc(l->n_ask + 1, sizeof(*paths));
	struct substitute *found CLEANUP_FREE = xcalloc(l->n_ask + 1, sizeof(*found));

	if (!l->n_ask)
		return 0;
	for (size_t i = 0; i < l->n_ask; i++)
		paths[i] = l->ask[i]->path;
	errint rc = substituter_query(p->o.substituter, p->arena, paths, l->n_ask, found, err);
	if (rc)
		return err_wrap(err, "asking what can be substituted");
	for (size_t i = 0; i < l->n_ask; i++) {
		struct goal *goal = l->ask[i];

		if (!found[i].info.path.n) {
			report_msg(store_report(p->store), REPORT_DEBUG, "'%.*s': %s",
				   STR_ARG(goal->path), goal_kind_text(GOAL_ABSENT));
			continue;
		}
		goal->kind = GOAL_SUBSTITUTE;
		goal->state = GOAL_WAITING;
		goal->sub = ARENA_NEW(p->arena, struct substitute);
		*goal->sub = found[i];
		level_add(&w->next, goal);
	}
	return 0;
}

/* Neither it nor what refers to it can be had; derivations that counted on it are built. */
static void withdraw(struct planning *w, struct goal *first, const struct goal *lacks)
{
	struct level gone CLEANUP(level_release) = {0};
	struct arena *a = w->plan->arena;

	first->failure = arena_printf(a, "'%.*s' refers to '%.*s', which no cache has",
				      STR_ARG(first->path), STR_ARG(lacks->path));
	ARRAY_GROW(gone.v, gone.n, gone.cap);
	gone.v[gone.n++] = first;
	while (gone.n) {
		struct goal *goal = gone.v[--gone.n];

		goal->kind = GOAL_ABSENT;
		goal->state = GOAL_FAILED;
		report_msg(store_report(w->plan->store), REPORT_DEBUG,
			   "'%.*s' is not substituted: %s", STR_ARG(goal->path), goal->failure);
		for (size_t i = 0; i < goal->n_users; i++) {
			struct goal *user = goal->users[i];

			if (user->kind == GOAL_SUBSTITUTE) {
				user->failure = goal->failure;
				ARRAY_GROW(gone.v, gone.n, gone.cap);
				gone.v[gone.n++] = user;
			} else if (user->kind == GOAL_GATHER) {
				user->refused = true;
				level_add(&w->next, user);
			}
		}
	}
}

static bool can_be_had(const struct goal *g)
{
	return g->kind == GOAL_SUBSTITUTE && g->state != GOAL_FAILED;
}

/* The lookups of one user, all or nothing. */
static void decide(struct planning *w, const struct lookup *v, size_t n)
{
	struct goal *user = v->user;
	const struct goal *lacks = NULL;

	for (size_t i = 0; i < n && !lacks; i++) {
		if (!can_be_had(v[i].found))
			lacks = v[i].found;
	}
	if (lacks) {
		if (user->kind == GOAL_SUBSTITUTE)
			withdraw(w, user, lacks);
		return;
	}
	if (user->wanted) {
		goal_drop_deps(user);
		user->kind = GOAL_GATHER;
		report_msg(store_report(w->plan->store), REPORT_DEBUG, "'%.*s': %s",
			   STR_ARG(user->path), goal_kind_text(GOAL_GATHER));
	}
	for (size_t i = 0; i < n; i++)
		goal_depend(user, v[i].found);
}

errint substitute_level(struct planning *w, struct err *err)
{
	struct lookups l CLEANUP(lookups_release) = {0};
	errint rc = 0;

	for (size_t i = 0; !rc && i < w->now.n; i++) {
		struct goal *goal = w->now.v[i];

		if (goal->wanted)
			look_outputs(w, &l, goal);
		else if (goal->kind == GOAL_SUBSTITUTE && !goal->loaded)
			rc = look_references(w, &l, goal, err);
	}
	if (!rc)
		rc = ask(w, &l, err);
	for (size_t i = 0, end; !rc && i < l.n; i = end) {
		for (end = i + 1; end < l.n && l.v[end].user == l.v[i].user;)
			end++;
		decide(w, &l.v[i], end - i);
	}
	return rc;
}

errint substitute_path(struct planning *w, struct str path, struct goal **out, struct err *err)
{
	struct lookups l CLEANUP(lookups_release) = {0};
	errint rc = 0;

	look(w, &l, NULL, path);
	if (w->plan->o.substituter)
		rc = ask(w, &l, err);
	l.v[0].found->top = true;
	*out = l.v[0].found;
	return rc;
}
