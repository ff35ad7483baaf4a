/* SPDX-License-Identifier: MIT
 *
 * The inside of planning: plan.c walks from what is wanted down, level by level; plan_substitute.c
 * asks for what a level lacks; plan_order.c puts what came of it in order. */
#pragma once

#include "plan/plan.h"

struct level {
	struct goal **v;
	size_t n, cap;
};

/* One walk. A level holds derivations of which outputs are newly wanted, and substitutions whose
 * references are not looked at yet. */
struct planning {
	struct plan *plan;
	struct level now, next;
};

void level_release(struct level *l);
void level_add(struct level *l, struct goal *goal);
/* Unless it depends on it already. */
void goal_depend(struct goal *goal, struct goal *on);
/* It depends on nothing any more. */
void goal_drop_deps(struct goal *goal);
/* A goal that is not on the map yet. */
struct goal *goal_new(struct plan *p, struct str path, enum goal_kind kind);

/* Turns those derivations of the level into GATHER whose missing outputs can all be had, and makes
 * the references of its substitutions goals. What cannot be had whole is ABSENT, and so is what
 * refers to it; derivations that counted on that are built, in the next level. */
ATTR_MUST_CHECK errint substitute_level(struct planning *w, struct err *err);
/* A path that is asked for itself: its goal is in the next level, or ABSENT. */
ATTR_MUST_CHECK errint substitute_path(struct planning *w, struct str path, struct goal **out,
				       struct err *err);
/* How a derivation is made. */
enum goal_kind goal_builder(const struct drv *d);

/* Lists what is reachable from the roots and not listed yet, dependencies first; sets heights of
 * the new, and waits of all that changed. */
ATTR_MUST_CHECK errint plan_list(struct plan *p, struct goal *const *roots, size_t n,
				 struct err *err);
