/* SPDX-License-Identifier: MIT
 *
 * The one loop that works off a plan. Nothing in a turn of it costs more for more goals: jobs
 * stand in a list a state, goals that could start in a queue a class, the one with the longest way
 * up first; counters change with the state. Between two events it sleeps, until the nearest
 * deadline. */
#pragma once

#include "job/job.h"

struct intake;

struct job_list {
	struct job *first, *last;
	unsigned n;
};

/* Goals that could start: a heap, the highest first, then the biggest, then the first that came. */
struct queue {
	struct queued {
		struct goal *goal;
		uint64_t weight; /* of files that are unpacked, in bytes */
		uint64_t order;
	} * v;
	size_t n, cap;
};

struct job_loop {
	struct plan *plan;
	struct store *store;
	const struct build_options *o;
	struct report *report;
	struct watch watch;
	unsigned slot; /* the loop's own: interrupts and its own deadlines */
	struct job_list states[JOB_STATES_];
	unsigned alive[JOB_CLASSES_], running[JOB_CLASSES_], limit[JOB_CLASSES_];
	unsigned *busy; /* builds and checks that run, where builders see it; or NULL */
	struct queue ready[JOB_CLASSES_];
	uint64_t queued; /* goals so far, for the order of equals */
	struct job **woken;
	size_t n_woken, cap_woken;
	struct intake *intake; /* job_fetch.c; NULL until the first */
	unsigned intake_slot;
	bool intake_watched;
	struct {
		unsigned done, planned;
	} counts[WORKS_];
	uint64_t oldest_checked; /* since when something waits to be registered, or 0 */
	/* goals that only wait for what is made and not registered */
	unsigned wanting[JOB_CLASSES_];
	unsigned failures, status;
	struct err first; /* the failure that is returned */
};

/* Works a plan off. */
ATTR_MUST_CHECK errint jobs_run(struct plan *p, const struct build_options *o,
				struct report *report, struct err *err);

/* loop.c */
/* A job in another state; its wish is asked for. */
void loop_move(struct job_loop *l, struct job *j, enum job_state state);
/* Its event operation is called, with -1, before the loop sleeps again. */
void job_wake(struct job *j);
/* Frees the job. */
void loop_drop(struct job_loop *l, struct job *j);

/* loop_goals.c: what becomes of goals. */
void loop_take_changes(struct job_loop *l);
struct goal *queue_take(struct queue *q);
/* The job is through, or was not needed. */
void loop_goal_done(struct job_loop *l, struct goal *goal);
/* Takes err's content. What needs the goal fails with it, or is made in another way. */
void loop_goal_failed(struct job_loop *l, struct goal *goal, struct err *err);
/* Its job has made it: whoever waits for nothing else could start once that is registered. */
void loop_goal_made(struct job_loop *l, struct goal *goal);
/* A goal that was to come from whoever keeps its output, and did not: it is made, as if nobody kept
 * it. False when that is not so; else err is emptied. */
bool loop_goal_again(struct job_loop *l, struct goal *goal, struct err *err);
bool loop_stopping(const struct job_loop *l);
/* The table of a goal that has a job. */
const struct job_ops *goal_ops(const struct goal *goal);

/* loop_register.c */
/* Everything that is checked, now. A failure is that of the jobs whose fault it is. */
void loop_register(struct job_loop *l);
/* Registers when it is time, else tells when to look again. */
uint64_t loop_register_due(struct job_loop *l);

/* job_fetch.c: what all fetching jobs of a loop share. */
void intake_free(struct intake *s);
/* The fetcher's own descriptor and deadline. */
void intake_watch(const struct intake *s, struct watch_wish *wish);
/* Moves on; wakes the jobs that are through. */
ATTR_MUST_CHECK errint intake_event(struct intake *s, struct err *err);
