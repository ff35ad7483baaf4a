/* SPDX-License-Identifier: MIT
 *
 * One goal at work. A job takes its outputs' locks, builds or fetches into a folder of its own
 * inside the store (`<drv>.chroot`, a name that collectors know), has a worker check and hash what
 * came, and places it in the store by rename. The scheduler moves it from phase to phase; whenever
 * a job is freed, nothing of it is left but what was placed. */
#pragma once

#include "base/worker.h"
#include "job/build_attrs.h"
#include "job/build_int.h"
#include "job/build_log.h"

struct activity;
struct ascent;
struct ladder;

enum job_phase {
	JOB_LOCK,  /* waiting for somebody else's build of the same outputs */
	JOB_BUILD, /* the sandboxed child runs */
	JOB_FETCH, /* the fetcher has it */
	JOB_QUEUE, /* waiting for a worker */
	JOB_CHECK, /* its worker runs */
	JOB_READY, /* to be placed and registered */
};

struct job {
	struct goal *goal;
	struct store *store;
	const struct build_options *o;
	const struct graph *graph;
	struct report *report;
	struct arena arena;
	enum job_phase phase;
	struct store_lock *lock;
	struct activity *activity;
	struct build_attrs attrs;
	struct str_set inputs;     /* closure that the builder sees */
	struct str_set candidates; /* what an output may refer to */
	const char *shell;         /* the real file to bind as /bin/sh, or NULL; arena */
	char *top;                 /* the job's folder, or NULL while there is none */
	char *build_dir;           /* inside top, or a temporary folder to keep */
	bool isolated, keep_build_dir, placed, registered;
	const char **where;      /* where each output is made; arena */
	struct path_info *infos; /* one per output, once checked */

	struct sandbox_child child;
	int log_fd; /* what the builder says, or -1 */
	struct build_log log;
	uint64_t started, spoke; /* clock_ms() */
	struct err child_err;    /* why it could not become the builder */

	char *dest; /* a fetched file, in the folder of partial files */
	struct ascent *ascent;

	struct worker worker;
};

struct job *build_job_new(struct graph *g, struct goal *goal, struct report *report);
void build_job_free(struct job *j);

/* Tries to lock. *got: the lock is ours. *valid: somebody else made all that is wanted. */
ATTR_MUST_CHECK errint job_lock(struct job *j, bool *got, bool *valid, struct err *err);

/* Building. */
ATTR_MUST_CHECK errint job_build_start(struct job *j, struct err *err);
/* Takes what the builder says; *open is false at the end. */
ATTR_MUST_CHECK errint job_build_output(struct job *j, bool *open, struct err *err);
/* The child ended: 0 when it succeeded, else the error for the user. */
ATTR_MUST_CHECK errint job_build_end(struct job *j, struct err *err);
/* Ends a builder that took too long; the error for the user, or 0 while it has time. */
ATTR_MUST_CHECK errint job_build_patience(struct job *j, uint64_t now, struct err *err);

/* Keeps a failed build's folder where that is asked for, and tells so; else tells how to. */
void job_keep(struct job *j, struct err *err);

/* Fetching: begins an ascent with ctx j. */
ATTR_MUST_CHECK errint job_fetch_start(struct job *j, struct ladder *l, struct err *err);
/* The ascent is through: 0 when the file is here, else the error for the user. */
ATTR_MUST_CHECK errint job_fetch_end(struct job *j, struct err *err);
/* The worker found what came to be wrong: true when it is looked for elsewhere. */
bool job_fetch_again(struct job *j, struct err *err);
/* In the worker: makes the output of what was fetched. */
ATTR_MUST_CHECK errint job_fetch_unpack(struct job *j, struct err *err);
/* The expected hash of a fixed output, and whether it is the NAR's. */
ATTR_MUST_CHECK errint fixed_hash(const struct drv_output *o, struct hash *out, bool *recursive,
				  struct err *err);
/* The file's own hash decides (not an unpacked or executable one's NAR). */
bool fetch_is_flat(const struct drv *d);

/* Checking what came, in a worker. */
ATTR_MUST_CHECK errint job_check_start(struct job *j, struct err *err);
ATTR_MUST_CHECK errint job_check_end(struct job *j, struct err *err);
/* The rules of build_attrs_rules() for all outputs, of which infos tell. */
ATTR_MUST_CHECK errint job_check_rules(struct job *j, struct err *err);

/* Moves outputs that are not valid to their places. */
ATTR_MUST_CHECK errint job_place(struct job *j, struct err *err);
/* With check: compares with what is registered instead. */
ATTR_MUST_CHECK errint job_compare(struct job *j, struct err *err);
/* After registration: the fetched archive has served. */
void job_registered(struct job *j);

/* "name-1.2" of a .drv, for people. */
struct str goal_name(const struct goal *g);
