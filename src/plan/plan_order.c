/* SPDX-License-Identifier: MIT
 *
 * The order of a plan: what is reachable is listed behind what it needs, so that a substitution
 * which nobody needs any more is not in the plan. Only what a walk has added is looked at. */
#include "plan/plan_int.h"

#include <stdlib.h>

/* A goal, and which of its dependencies is looked at next. */
struct descent_step {
	struct goal *goal;
	size_t next;
};

struct descent {
	struct descent_step *v;
	size_t n, cap;
};

static void descent_release(struct descent *d)
{
	free(d->v);
}

static void enter(struct descent *d, struct goal *goal)
{
	goal->visited = true;
	ARRAY_GROW(d->v, d->n, d->cap);
	d->v[d->n++] = (struct descent_step){goal, 0};
}

static void list_goal(struct plan *p, struct goal *goal)
{
	if (!goal->listed) {
		goal->listed = true;
		ARRAY_GROW(p->goals, p->n_goals, p->cap_goals);
		p->goals[p->n_goals++] = goal;
	}
	if (goal->changed || goal->state == GOAL_DONE)
		return;
	goal->changed = true;
	ARRAY_GROW(p->changed, p->n_changed, p->cap_changed);
	p->changed[p->n_changed++] = goal;
}

/* Everything below goal that is not listed, and goal itself. */
static errint list_below(struct plan *p, struct goal *goal, struct err *err)
{
	struct descent d CLEANUP(descent_release) = {0};
	bool circle = false;

	enter(&d, goal);
	while (d.n) {
		struct descent_step *top = &d.v[d.n - 1];

		if (top->next == top->goal->n_deps || circle) {
			top->goal->visited = false;
			if (!circle)
				list_goal(p, top->goal);
			d.n--;
			continue;
		}
		struct goal *dep = top->goal->deps[top->next++];
		circle = dep->visited;
		if (!circle && !dep->listed)
			enter(&d, dep);
	}
	if (circle)
		return err_set(err, ERR_CORRUPT, "what '%.*s' needs depends on itself, in a circle",
			       STR_ARG(goal->path));
	return 0;
}

/* Everything that a goal needs, itself included. */
static void collect_below(struct goal *goal, struct path_map *seen)
{
	struct level out CLEANUP(level_release) = {0};

	level_add(&out, goal);
	for (size_t i = 0; i < out.n; i++) {
		out.v[i]->queued = false;
		path_map_put(seen, out.v[i]->path, out.v[i]);
		for (size_t k = 0; k < out.v[i]->n_deps; k++) {
			if (!path_map_get(seen, out.v[i]->deps[k]->path))
				level_add(&out, out.v[i]->deps[k]);
		}
	}
}

/* What the shell is made of must do without it; the other programs wait for it. */
static void depend_on_shell(struct plan *p)
{
	struct path_map below CLEANUP(path_map_release) = {0};
	struct goal *shell = p->shell.drv.n ? path_map_get(&p->by_path, p->shell.drv) : NULL;

	if (shell && shell->kind != GOAL_NOTHING) {
		collect_below(shell, &below);
		for (size_t i = 0; i < p->n_programs; i++) {
			if (!path_map_get(&below, p->programs[i]->path))
				goal_depend(p->programs[i], shell);
		}
	}
	p->n_programs = 0;
}

/* Who waits in a queue keeps its height, by which the queue is ordered. */
static void raise_deps(struct goal *goal)
{
	for (size_t k = 0; k < goal->n_deps; k++) {
		struct goal *dep = goal->deps[k];

		if (dep->state == GOAL_WAITING)
			dep->height = MAX(dep->height, goal->height + 1);
	}
}

static void count_waits(struct goal *goal)
{
	goal->waits = 0;
	for (size_t k = 0; k < goal->n_deps; k++)
		goal->waits += goal->deps[k]->state != GOAL_DONE;
}

errint plan_list(struct plan *p, struct goal *const *roots, size_t n, struct err *err)
{
	size_t before = p->n_goals, reloaded = p->n_changed;
	errint rc = 0;

	depend_on_shell(p);
	for (size_t i = 0; !rc && i < n; i++)
		rc = list_below(p, roots[i], err);
	for (size_t i = 0; !rc && i < reloaded; i++)
		rc = list_below(p, p->changed[i], err);
	if (rc)
		return rc;
	for (size_t i = 0; i < n; i++)
		raise_deps(roots[i]);
	for (size_t i = p->n_goals; i-- > before;)
		raise_deps(p->goals[i]);
	for (size_t i = 0; i < p->n_changed; i++)
		count_waits(p->changed[i]);
	return 0;
}
