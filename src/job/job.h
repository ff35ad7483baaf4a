/* SPDX-License-Identifier: MIT
 *
 * One goal at work. A job takes its outputs' locks, makes them in a folder of its own inside the
 * store (`<drv>.chroot`, a name that collectors know), has a worker check and hash what came, and
 * places it in the store by rename. How a kind of job makes its outputs is its table of operations;
 * the loop moves jobs from state to state:
 *
 *	LOCKING -> RUNNING -> MADE -> CHECKING -> CHECKED -> placed and registered
 *	   ^______|   (somebody else's build of the same outputs)
 *
 * Whenever a job is freed, nothing of it is left but what was placed. */
#pragma once

#include "base/report.h"
#include "base/watch.h"
#include "base/worker.h"
#include "job/build.h"
#include "plan/build_attrs.h"

struct activity;
struct job;
struct job_loop;

/* Which limit a running job counts for. */
enum job_class {
	JOB_CPU,    /* --max-jobs */
	JOB_NET,    /* a file that the fetcher has in its queue */
	JOB_STREAM, /* a process of ours that unpacks what comes */
	JOB_CLASSES_,
};

enum job_state {
	JOB_LOCKING, /* waits for somebody else's build of the same outputs */
	JOB_RUNNING,
	JOB_MADE,     /* waits for a worker that checks it */
	JOB_CHECKING, /* its worker runs */
	JOB_CHECKED,  /* to be placed and registered */
	JOB_STATES_,
};

/* A kind of job. Each operation may leave *next alone: then the job stays in its state. An error
 * is the user's, and ends the job. */
struct job_ops {
	const char *name;
	enum job_class cls;
	enum work work;
	size_t size; /* of the kind's struct, whose first member is struct job */
	/* Begins; the outputs are locked, protected from collection, and not valid. *next is
	 * JOB_RUNNING, or JOB_MADE when all is here. */
	errint (*start)(struct job *j, enum job_state *next, struct err *err);
	/* While RUNNING: the descriptors to wait for, and the next deadline. Asked again after each
	 * event. NULL: job_wake() is the only event. */
	void (*watch)(const struct job *j, struct watch_wish *wish);
	/* A descriptor of the wish is readable; -1: job_wake(). */
	errint (*event)(struct job *j, int fd, enum job_state *next, struct err *err);
	/* The deadline of the wish has come. NULL where there is none. */
	errint (*patience)(struct job *j, uint64_t now, struct err *err);
	/* In the worker, which has a copy of the job: makes the outputs of what came, at where[].
	 * NULL when they are there. */
	errint (*prepare)(struct job *j, struct err *err);
	/* The check found fault, in err. Adds what helps and returns the code; 0 with *next when
	 * there is another way. NULL: there is none. */
	errint (*refused)(struct job *j, enum job_state *next, struct err *err);
	/* All is valid. NULL where nothing is to be cleared away. */
	void (*finish)(struct job *j);
	/* Ends what runs and frees what the kind owns. NULL where that is nothing. */
	void (*end)(struct job *j);
};

struct job {
	const struct job_ops *ops;
	struct goal *goal;
	struct job_loop *loop;
	const struct plan *plan;
	const struct build_options *o;
	struct store *store;
	struct report *report;
	struct arena arena;

	enum job_state state; /* the loop's */
	struct job *prev, *next;
	unsigned slot;
	bool woken;

	struct store_lock *lock;
	struct activity *activity;
	const char *scratch;     /* what the check clears away, or NULL; the kind's */
	char *top;               /* the job's folder, or NULL while there is none */
	size_t n_outputs;        /* that it makes; of a derivation: all */
	struct path_info *infos; /* one each: the path at once, the rest when checked; arena */
	const char **where;      /* where each is made; arena, or NULL before the start */
	bool in_place;           /* that is the final place (no sandbox) */
	bool registered;
	struct build_attrs attrs;  /* of a derivation, from the start on */
	struct str actual;         /* a fixed output of another hash is valid as this; "" */
	struct str_set candidates; /* what an output may refer to */
	struct worker worker;
};

/* The kinds. */
extern const struct job_ops job_sandbox, job_source, job_checkout, job_substitute;

struct job *job_new(struct job_loop *l, struct goal *goal);
void job_free(struct job *j);
/* Tries to lock. *got: the lock is ours. *valid: somebody else made all that is wanted. */
ATTR_MUST_CHECK errint job_lock(struct job *j, bool *got, bool *valid, struct err *err);
/* Makes the job's folder at j->top, empty: what is left of a killed process goes. */
ATTR_MUST_CHECK errint job_make_folder(struct job *j, struct err *err);

/* Checking what came: in a worker that job_check_start() starts, or, where it is so little that
 * making a process would take longer, at once., and *done. */
ATTR_MUST_CHECK errint job_check_start(struct job *j, bool *done, struct err *err);
/* The worker, or the check at once, is done. */
ATTR_MUST_CHECK errint job_check_end(struct job *j, struct err *err);
/* Instead of both, when the only output is what was specified and its info has NAR hash and size.
 */
ATTR_MUST_CHECK errint job_check_known(struct job *j, struct err *err);
/* The rules of build_attrs_rules() for all outputs, of which infos tell. */
ATTR_MUST_CHECK errint job_check_rules(struct job *j, struct err *err);
/* An output that is not what was specified, of which infos tells: registers it under the path that
 * its hash gives, as Nix does, so that a mended recipe finds it; returns the error for the user. */
errint job_mismatch(struct job *j, size_t i, const struct hash *got, struct err *err);
/* Adds to an error where that is. */
void job_tell_actual(const struct job *j, struct err *err);

/* Appends what is to be registered: the outputs that are not valid. Room for n_outputs. */
ATTR_MUST_CHECK errint job_objects(struct job *j, struct store_object *v, size_t *n,
				   struct err *err);
/* With check: compares with what is registered instead; with repair puts it in the place of what
 * was altered. */
ATTR_MUST_CHECK errint job_compare(struct job *j, struct err *err);
/* Is it only to be compared? */
static inline bool job_compares(const struct job *j)
{
	return j->o->check && j->goal->top;
}
/* Is it built under this other condition? */
static inline bool job_varies(const struct job *j, enum build_vary v)
{
	return job_compares(j) && (j->o->vary & v);
}
