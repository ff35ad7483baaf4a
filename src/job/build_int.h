/* SPDX-License-Identifier: MIT
 *
 * What the files of src/job share: the graph of goals (one derivation each) that planning makes
 * and the scheduler works off, and the steps of one job. */
#pragma once

#include "job/build.h"
#include "sandbox/sandbox.h"
#include "store/derivation.h"
#include "store/path_map.h"

enum goal_kind {
	GOAL_VALID,      /* nothing to do */
	GOAL_SUBSTITUTE, /* its wanted outputs come from a substituter */
	GOAL_FETCH,      /* builtin:fetchurl, by the ladder */
	GOAL_BUILTIN,    /* a C function in the sandbox */
	GOAL_PROGRAM,
};

enum goal_state {
	GOAL_WAITING, /* for other goals */
	GOAL_READY,
	GOAL_RUNNING,
	GOAL_DONE,
	GOAL_FAILED,
};

struct goal {
	struct str path; /* the .drv */
	struct drv drv;
	bool *wanted; /* one per drv.outputs */
	bool top;     /* asked for by the caller */
	bool loaded, queued;
	enum goal_kind kind;
	enum goal_state state;
	struct goal **deps, **users;
	size_t n_deps, cap_deps, n_users, cap_users;
	unsigned waits;  /* deps not done */
	unsigned height; /* goals on the longest way up to a wanted one */
};

struct graph {
	struct store *store;
	struct arena *arena;
	const struct build_options *o;
	struct path_map by_path;
	struct goal **goals; /* once planned: dependencies first */
	size_t n_goals, cap_goals;
	struct substitute *substitutes;
	size_t n_substitutes, cap_substitutes;
	struct path_map planned_paths; /* of substitutes */
	struct sandbox_shell shell;
	bool shell_asked;
};

void graph_release(struct graph *g);
/* Fills an initialised graph with everything that must be done. */
ATTR_MUST_CHECK errint graph_plan(struct graph *g, const struct build_wanted *w, size_t n,
				  struct err *err);

/* Works off a planned graph. */
ATTR_MUST_CHECK errint graph_realise(struct graph *g, struct report *report, struct err *err);

/* The row of a built-in builder, or NULL. */
const struct builtin_builder *builtin_find(const struct build_options *o, struct str name);
/* The machine's own system, "x86_64-linux". */
const char *native_system(void);
/* Can this machine build it? */
ATTR_MUST_CHECK errint check_system(const struct build_options *o, const struct drv *d,
				    struct err *err);
