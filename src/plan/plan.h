/* SPDX-License-Identifier: MIT
 *
 * From what is wanted to a graph of goals, as data. What is valid already is never looked into;
 * what a substituter has is brought, with all that it refers to; the rest is made, and its inputs
 * are planned in turn. A plan touches nothing: it reads the store and asks the substituter, whole
 * levels of the graph at once.
 *
 * Whoever works a plan off changes only the state of its goals, and may ask for more of it when a
 * substitution failed (plan_extend()). */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "plan/substituter.h"
#include "store/derivation.h"
#include "store/path_map.h"

/* X(kind, what is done about the goal) */
#define GOAL_KINDS(X)                                   \
	X(NOTHING, "it is there")                       \
	X(GATHER, "its outputs are substituted")        \
	X(ABSENT, "no substituter has it")              \
	X(SUBSTITUTE, "it is substituted")              \
	X(SOURCE, "it is fetched")                      \
	X(CHECKOUT, "its tree is fetched")              \
	X(BUILTIN, "it is built by a function of kiln") \
	X(PROGRAM, "it is built by a program")

enum goal_kind {
#define X(name, what) GOAL_##name,
	GOAL_KINDS(X)
#undef X
};

enum goal_state {
	GOAL_WAITING, /* for other goals */
	GOAL_READY,
	GOAL_RUNNING,
	GOAL_DONE,
	GOAL_FAILED,
};

struct goal {
	enum goal_kind kind;
	enum goal_state state;
	struct str path; /* a .drv; of SUBSTITUTE and ABSENT the store path itself */
	bool top;        /* asked for by the caller */
	struct goal **deps, **users;
	size_t n_deps, cap_deps, n_users, cap_users;
	unsigned waits;      /* deps not done */
	unsigned made;       /* of these, made and only to be registered: the loop's count */
	bool is_made;        /* it is counted so by its users */
	bool counted;        /* in the loop's totals */
	unsigned height;     /* goals on the longest way up to a wanted one */
	const char *failure; /* why it is ABSENT or FAILED, where the user must know; arena */

	/* of a derivation */
	struct drv drv;
	bool *wanted, *missing; /* one per drv.outputs */
	bool refused;           /* its substitution failed: it is built */
	bool kept;              /* somebody may have just this fixed output: it is not made */
	/* of SUBSTITUTE */
	struct substitute *sub;

	/* planning */
	bool loaded, queued, expanded, listed, changed, visited;
};

/* /bin/sh of the sandbox: a static program, at `file` of a store path. With drv it is built first
 * when it is not valid. */
struct sandbox_shell {
	struct str drv;  /* "" when path needs no building */
	struct str path; /* store path */
	struct str file; /* within it: "bin/busybox" */
};

struct build_wanted {
	struct str path;           /* a .drv, or a store path to have */
	const struct str *outputs; /* names; of a .drv only */
	size_t n_outputs;          /* 0: all */
};

/* Everything is borrowed for the plan's life. */
struct plan_options {
	const char *system;           /* NULL: this machine's, "x86_64-linux" */
	const char *const *platforms; /* whose programs run here, too, NULL terminated, or NULL */
	const char *const *features;  /* beyond the usual, NULL terminated, or NULL */
	const char *const *builtins;  /* names of built-in builders, NULL terminated, or NULL */
	bool check;                   /* make what is wanted again, though it is valid */
	struct substituter *substituter; /* or NULL */
};

struct plan {
	struct store *store;
	struct arena *arena;
	struct plan_options o;
	struct path_map by_path; /* goals by their path */
	struct goal **goals;     /* dependencies first; what an extension adds stands behind */
	size_t n_goals, cap_goals;
	struct goal *
		*changed; /* by plan_finish() or the last plan_extend(): new, or waiting again */
	size_t n_changed, cap_changed;
	struct goal **all; /* what the map holds, listed or not */
	size_t n_all, cap_all;
	struct goal **tops; /* what is wanted */
	size_t n_tops;
	struct goal **programs; /* that have not been told to wait for the shell */
	size_t n_programs, cap_programs;
	struct sandbox_shell shell;
	bool shell_planned;
};

/* Fills a plan whose strings live in the arena with all that must be done, in no order yet:
 * plan_finish() comes next. */
ATTR_MUST_CHECK errint plan_make(struct store *s, struct arena *a, const struct plan_options *o,
				 const struct build_wanted *w, size_t n, struct plan *out,
				 struct err *err);
/* Will programs run in it, or may they, when a substitution fails? */
bool plan_runs_programs(const struct plan *p);
/* Adds what the shell needs, when a program runs, and puts the plan in order. shell, which is
 * copied, may be NULL: programs have no /bin/sh. Once, behind plan_make(). */
ATTR_MUST_CHECK errint plan_finish(struct plan *p, const struct sandbox_shell *shell,
				   struct err *err);
/* A derivation whose outputs could not be substituted after all is to be built: plans that, and
 * the inputs that it needs now. The goal waits again; on failure it is as it was. */
ATTR_MUST_CHECK errint plan_extend(struct plan *p, struct goal *goal, struct err *err);
void plan_release(struct plan *p);

/* Something must be made (not only brought) for it. */
static inline bool goal_makes(const struct goal *g)
{
	return g->kind >= GOAL_SOURCE;
}
/* "name-1.2", for people. */
struct str goal_name(const struct goal *g);
/* What is done about a goal, in words. */
const char *goal_kind_text(enum goal_kind kind);

/* What would be done, as data: .drv paths to build, dependencies first, and paths to bring. */
struct build_plan {
	struct str *build;
	size_t n_build;
	struct substitute *fetch;
	size_t n_fetch;
	uint64_t download, unpacked; /* bytes of fetch */
};
/* Strings are the plan's. */
void plan_summary(const struct plan *p, struct build_plan *out);
/* As `nix-store --realise --dry-run` tells it. */
void build_plan_print(const struct build_plan *p, struct buf *out);

/* Can this machine build it? */
ATTR_MUST_CHECK errint check_system(const struct plan_options *o, const struct drv *d,
				    struct err *err);
