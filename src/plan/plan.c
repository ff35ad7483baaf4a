/* SPDX-License-Identifier: MIT
 *
 * The walk from what is wanted to what must be done, level by level, so that a substituter is
 * asked once a level; what is valid already is never looked into. */
#include "plan/plan_int.h"

#include <stdlib.h>

#include "base/report.h"

void plan_release(struct plan *p)
{
	for (size_t i = 0; i < p->n_all; i++) {
		free(p->all[i]->deps);
		free(p->all[i]->users);
	}
	free(p->all);
	free(p->goals);
	free(p->changed);
	free(p->tops);
	free(p->programs);
	path_map_release(&p->by_path);
}

void level_release(struct level *l)
{
	free(l->v);
}

void level_add(struct level *l, struct goal *goal)
{
	if (goal->queued)
		return;
	goal->queued = true;
	ARRAY_GROW(l->v, l->n, l->cap);
	l->v[l->n++] = goal;
}

/* What a failed walk has not expanded is new to the next one. */
static void forget_level(struct level *l)
{
	for (size_t i = 0; i < l->n; i++) {
		l->v[i]->queued = false;
		if (l->v[i]->wanted && !l->v[i]->expanded)
			l->v[i]->loaded = false;
	}
	level_release(l);
}

static void walk_release(struct planning *w)
{
	forget_level(&w->now);
	forget_level(&w->next);
}

struct str goal_name(const struct goal *g)
{
	return str_drop_suffix(store_path_name(g->path), S(".drv"));
}

const char *goal_kind_text(enum goal_kind kind)
{
	static const char *const texts[] = {
#define X(name, what) [GOAL_##name] = what,
		GOAL_KINDS(X)
#undef X
	};

	return texts[kind];
}

struct goal *goal_new(struct plan *p, struct str path, enum goal_kind kind)
{
	struct goal *goal = ARENA_NEW(p->arena, struct goal);

	goal->path = arena_str(p->arena, path);
	goal->kind = kind;
	goal->state = GOAL_DONE;
	path_map_put(&p->by_path, goal->path, goal);
	ARRAY_GROW(p->all, p->n_all, p->cap_all);
	p->all[p->n_all++] = goal;
	return goal;
}

static errint goal_get(struct plan *p, struct str drv_path, struct goal **out, struct err *err)
{
	struct goal *goal = path_map_get(&p->by_path, drv_path);
	struct drv d;

	if (goal) {
		*out = goal;
		return 0;
	}
	errint rc = store_read_drv(p->store, p->arena, drv_path, &d, err);
	if (rc)
		return rc;
	goal = goal_new(p, drv_path, GOAL_NOTHING);
	goal->drv = d;
	goal->wanted = ARENA_ARRAY(p->arena, bool, d.n_outputs);
	goal->missing = ARENA_ARRAY(p->arena, bool, d.n_outputs);
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

static void add_edge(struct goal *goal, struct goal *on)
{
	ARRAY_GROW(goal->deps, goal->n_deps, goal->cap_deps);
	goal->deps[goal->n_deps++] = on;
	ARRAY_GROW(on->users, on->n_users, on->cap_users);
	on->users[on->n_users++] = goal;
}

void goal_depend(struct goal *goal, struct goal *on)
{
	for (size_t i = 0; i < goal->n_deps; i++) {
		if (goal->deps[i] == on)
			return;
	}
	add_edge(goal, on);
}

void goal_drop_deps(struct goal *goal)
{
	for (size_t i = 0; i < goal->n_deps; i++) {
		struct goal *dep = goal->deps[i];

		for (size_t k = 0; k < dep->n_users; k++) {
			if (dep->users[k] != goal)
				continue;
			dep->users[k] = dep->users[--dep->n_users];
			break;
		}
	}
	goal->n_deps = 0;
}

enum goal_kind goal_builder(const struct drv *d)
{
	if (str_eq(d->builder, S("builtin:fetchurl")))
		return GOAL_SOURCE;
	if (str_eq(d->builder, S("builtin:kiln-git-1")))
		return GOAL_CHECKOUT;
	return str_starts(d->builder, S("builtin:")) ? GOAL_BUILTIN : GOAL_PROGRAM;
}

/* Is this wanted output there? */
static errint load_output(struct plan *p, struct goal *goal, size_t i, bool *missing,
			  struct err *err)
{
	const struct drv_output *o = &goal->drv.outputs[i];
	bool valid;

	if (!o->path.n)
		return err_set(err, ERR_UNSUPPORTED,
			       "output '%.*s' of '%.*s' has no path before it is built, and "
			       "such derivations cannot be built here",
			       STR_ARG(o->name), STR_ARG(goal->path));
	errint rc = store_is_valid(p->store, o->path, &valid, err);
	if (rc)
		return rc;
	goal->missing[i] = !valid;
	if (valid)
		return 0;
	*missing = true;
	report_msg(store_report(p->store), REPORT_DEBUG, "'%.*s' is not there: '%.*s' makes it",
		   STR_ARG(o->path), STR_ARG(goal->path));
	if (p->o.check && goal->top) {
		err_set(err, ERR_NOT_FOUND,
			"'%.*s' has not been built yet, so there is nothing to check",
			STR_ARG(o->path));
		return err_hint(err, "build it first, without --check or --rebuild");
	}
	return 0;
}

/* Decides whether there is something to do for what is wanted of a goal. */
static errint goal_load(struct plan *p, struct goal *goal, struct err *err)
{
	bool missing = false;

	/* Whoever makes one output makes all; and what failed has failed. */
	if (goal->state == GOAL_FAILED ||
	    (goal->listed && goal_makes(goal) && !goal->refused && goal->state != GOAL_DONE))
		return 0;
	goal->loaded = true;
	for (size_t i = 0; i < goal->drv.n_outputs; i++) {
		errint rc = goal->wanted[i] ? load_output(p, goal, i, &missing, err) : 0;

		if (rc)
			return rc;
	}
	if (!missing && !(p->o.check && goal->top))
		return 0;
	goal->kind = goal_builder(&goal->drv);
	goal->state = GOAL_WAITING;
	return 0;
}

/* The first program needs it. */
static errint want_shell(struct planning *w, struct level *level, struct err *err)
{
	struct plan *p = w->plan;
	struct goal *goal;
	bool news;

	if (p->shell_planned || !p->shell.drv.n)
		return 0;
	p->shell_planned = true;
	errint rc = goal_get(p, p->shell.drv, &goal, err);
	if (!rc)
		rc = goal_want(goal, NULL, 0, &news, err);
	if (rc)
		return err_wrap(err, "looking for the sandbox's /bin/sh");
	if (news)
		level_add(level, goal);
	return 0;
}

static errint want_inputs(struct planning *w, struct goal *goal, struct err *err)
{
	for (size_t i = 0; i < goal->drv.n_inputs; i++) {
		const struct drv_input *in = &goal->drv.inputs[i];
		struct goal *dep;
		bool news;
		errint rc = goal_get(w->plan, in->path, &dep, err);

		if (!rc)
			rc = goal_want(dep, in->outputs, in->n_outputs, &news, err);
		if (rc)
			return err_wrap(err, "input of '%.*s'", STR_ARG(goal->path));
		/* Inputs are sorted and unique. */
		add_edge(goal, dep);
		if (news)
			level_add(&w->next, dep);
	}
	return 0;
}

/* Looks into what must be built: its inputs are the next level. */
static errint expand(struct planning *w, struct goal *goal, struct err *err)
{
	struct plan *p = w->plan;
	errint rc = check_system(&p->o, &goal->drv, err);

	if (rc)
		return err_wrap(err, "'%.*s'", STR_ARG(goal->path));
	/* Of substitutions that it counted on before. */
	goal_drop_deps(goal);
	rc = want_inputs(w, goal, err);
	if (!rc && goal->kind == GOAL_PROGRAM)
		rc = want_shell(w, &w->next, err);
	if (rc) {
		goal_drop_deps(goal);
		return rc;
	}
	goal->expanded = true;
	if (goal->kind != GOAL_PROGRAM)
		return 0;
	ARRAY_GROW(p->programs, p->n_programs, p->cap_programs);
	p->programs[p->n_programs++] = goal;
	return 0;
}

static errint walk_level(struct planning *w, struct err *err)
{
	struct level *now = &w->now;
	errint rc = 0;

	for (size_t i = 0; !rc && i < now->n; i++) {
		now->v[i]->queued = false;
		if (now->v[i]->wanted)
			rc = goal_load(w->plan, now->v[i], err);
	}
	if (!rc && w->plan->o.substituter && !w->plan->o.check)
		rc = substitute_level(w, err);
	for (size_t i = 0; !rc && i < now->n; i++) {
		struct goal *goal = now->v[i];

		if (goal_makes(goal) && goal->state == GOAL_WAITING && !goal->expanded)
			rc = expand(w, goal, err);
	}
	return rc;
}

/* A listed goal of which more is wanted than before has changed; new ones change when listed. */
static void note_changed(struct plan *p, const struct level *l)
{
	for (size_t i = 0; i < l->n; i++) {
		struct goal *goal = l->v[i];

		if (!goal->listed || goal->changed || goal->state != GOAL_WAITING)
			continue;
		goal->changed = true;
		ARRAY_GROW(p->changed, p->n_changed, p->cap_changed);
		p->changed[p->n_changed++] = goal;
	}
}

static errint walk_down(struct planning *w, struct err *err)
{
	errint rc = 0;

	/* Paths that were asked for by themselves wait in the next one. */
	while (!rc && (w->now.n || w->next.n)) {
		rc = walk_level(w, err);
		note_changed(w->plan, &w->now);
		struct level done = w->now;
		w->now = w->next;
		w->next = done;
		w->next.n = 0;
	}
	return rc;
}

static errint want(struct planning *w, const struct build_wanted *wanted, struct goal **out,
		   struct err *err)
{
	struct goal *goal;
	bool news, valid;

	*out = NULL;
	if (!store_path_is_drv(wanted->path)) {
		errint rc = store_is_valid(w->plan->store, wanted->path, &valid, err);
		/* A plain store path can only be there, or be substituted. */
		return rc || valid ? rc : substitute_path(w, wanted->path, out, err);
	}
	errint rc = goal_get(w->plan, wanted->path, &goal, err);
	if (!rc)
		rc = goal_want(goal, wanted->outputs, wanted->n_outputs, &news, err);
	if (rc)
		return rc;
	goal->top = true;
	if (news)
		level_add(&w->now, goal);
	*out = goal;
	return 0;
}

static errint refuse_absent(const struct plan *p, const struct goal *goal, struct err *err)
{
	if (goal->kind != GOAL_ABSENT)
		return 0;
	err_set(err, ERR_NOT_FOUND,
		"path '%.*s' is not in the store%s, and nothing is known to make it",
		STR_ARG(goal->path), p->o.substituter ? ", no cache gives it" : "");
	return goal->failure ? err_detail(err, "%s", goal->failure) : err->code;
}

static errint make(struct plan *p, const struct build_wanted *v, size_t n, struct err *err)
{
	struct planning w CLEANUP(walk_release) = {.plan = p};
	errint rc = 0;

	p->tops = xcalloc(n + 1, sizeof(*p->tops));
	for (size_t i = 0; !rc && i < n; i++) {
		rc = want(&w, &v[i], &p->tops[p->n_tops], err);
		p->n_tops += p->tops[p->n_tops] != NULL;
	}
	if (!rc)
		rc = walk_down(&w, err);
	for (size_t i = 0; !rc && i < p->n_tops; i++)
		rc = refuse_absent(p, p->tops[i], err);
	return rc;
}

errint plan_make(struct store *s, struct arena *a, const struct plan_options *o,
		 const struct build_wanted *w, size_t n, struct plan *out, struct err *err)
{
	struct plan p CLEANUP(plan_release) = {.store = s, .arena = a, .o = *o};
	errint rc = make(&p, w, n, err);

	if (rc)
		return rc;
	*out = p;
	p = (struct plan){0};
	return 0;
}

bool plan_runs_programs(const struct plan *p)
{
	if (p->n_programs)
		return true;
	for (size_t i = 0; i < p->n_all; i++)
		if (p->all[i]->kind == GOAL_GATHER)
			return true;
	return false;
}

errint plan_finish(struct plan *p, const struct sandbox_shell *shell, struct err *err)
{
	struct planning w CLEANUP(walk_release) = {.plan = p};
	errint rc = 0;

	if (shell)
		p->shell = *shell;
	if (p->n_programs)
		rc = want_shell(&w, &w.now, err);
	if (!rc)
		rc = walk_down(&w, err);
	return rc ? rc : plan_list(p, p->tops, p->n_tops, err);
}

errint plan_extend(struct plan *p, struct goal *goal, struct err *err)
{
	struct planning w CLEANUP(walk_release) = {.plan = p};
	const struct goal before = *goal;

	BUG_ON(goal->kind != GOAL_GATHER);
	for (size_t i = 0; i < p->n_changed; i++)
		p->changed[i]->changed = false;
	p->n_changed = 0;
	goal->refused = true;
	goal_drop_deps(goal);
	goal->state = GOAL_WAITING;
	level_add(&w.now, goal);
	errint rc = walk_down(&w, err);
	if (!rc)
		rc = plan_list(p, &goal, 1, err);
	if (rc) {
		goal->kind = before.kind;
		goal->state = before.state;
		goal_drop_deps(goal);
	}
	return rc;
}
