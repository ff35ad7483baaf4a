/* SPDX-License-Identifier: MIT
 *
 * Placing and registering what was checked, in batches, since making it durable costs a flush of
 * the disk each time. A batch waits for company a moment, unless somebody waits for it who could
 * start, or nothing is going on that could bring company. */
#include "job/loop.h"

#include <stdlib.h>

#include "base/environ.h"

enum { BATCH_MS = 250 };

static void fail(struct job_loop *l, struct job *j, struct err *err)
{
	struct goal *goal = j->goal;

	loop_drop(l, j);
	loop_goal_failed(l, goal, err);
}

static void finish(struct job_loop *l, struct job *j)
{
	struct goal *goal = j->goal;

	j->registered = true;
	if (j->ops->finish)
		j->ops->finish(j);
	loop_drop(l, j);
	loop_goal_done(l, goal);
}

/* Built again to be compared: nothing of it is registered. */
static void compare(struct job_loop *l, struct job *j)
{
	ERR(err);

	if (job_compare(j, &err))
		fail(l, j, &err);
	else
		finish(l, j);
}

/* One job's objects alone: when a batch fails, it shows whose fault that is. */
static void commit_one(struct job_loop *l, struct job *j)
{
	struct store_object *v CLEANUP_FREE = xcalloc(j->n_outputs + 1, sizeof(*v));
	size_t n = 0;
	ERR(err);
	errint rc = job_objects(j, v, &n, &err);

	if (!rc && n)
		rc = store_commit(l->store, v, n, &err);
	if (rc) {
		err_wrap(&err, "registering what was made for '%.*s'", STR_ARG(j->goal->path));
		fail(l, j, &err);
	} else {
		finish(l, j);
	}
}

static errint commit_all(struct job_loop *l, struct err *err)
{
	size_t n = 0, most = 0;

	for (struct job *j = l->states[JOB_CHECKED].first; j; j = j->next)
		most += j->n_outputs;
	struct store_object *v CLEANUP_FREE = xcalloc(most + 1, sizeof(*v));
	for (struct job *j = l->states[JOB_CHECKED].first; j; j = j->next) {
		errint rc = job_objects(j, v, &n, err);

		if (rc)
			return rc;
	}
	return n ? store_commit(l->store, v, n, err) : 0;
}

void loop_register(struct job_loop *l)
{
	ERR(why);

	for (struct job *j = l->states[JOB_CHECKED].first, *next; j; j = next) {
		next = j->next;
		if (job_compares(j))
			compare(l, j);
	}
	bool whole = !commit_all(l, &why);
	if (!whole)
		report_msg(l->report, REPORT_DEBUG, "one by one, since together: %s", why.msg);
	while (l->states[JOB_CHECKED].first) {
		if (whole)
			finish(l, l->states[JOB_CHECKED].first);
		else
			commit_one(l, l->states[JOB_CHECKED].first);
	}
	l->oldest_checked = 0;
	for (size_t i = 0; i < JOB_CLASSES_; i++)
		l->wanting[i] = 0;
}

/* Is anything going on that could bring company? */
static bool busy(const struct job_loop *l)
{
	return l->states[JOB_RUNNING].n || l->states[JOB_MADE].n || l->states[JOB_CHECKING].n;
}

static bool awaited(const struct job_loop *l)
{
	for (size_t i = 0; i < JOB_CLASSES_; i++) {
		if (l->wanting[i] && !l->ready[i].n && l->running[i] < l->limit[i])
			return true;
	}
	return false;
}

uint64_t loop_register_due(struct job_loop *l)
{
	uint64_t now = clock_ms();

	if (!l->states[JOB_CHECKED].n)
		return WATCH_NEVER;
	if (!l->oldest_checked)
		l->oldest_checked = now;
	if (busy(l) && !awaited(l) && now - l->oldest_checked < BATCH_MS)
		return l->oldest_checked + BATCH_MS;
	loop_register(l);
	return WATCH_NEVER;
}
