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

static void place(struct job_loop *l, struct job *j)
{
	bool compares = job_compares(j);
	ERR(err);

	if (compares ? job_compare(j, &err) : job_place(j, &err))
		fail(l, j, &err);
	else if (compares)
		finish(l, j);
}

/* Outputs that were valid before (others of the same derivation were not) keep their rows. */
static errint collect_infos(struct job_loop *l, struct path_info **v, size_t *n, struct err *err)
{
	size_t cap = 0;

	for (struct job *j = l->states[JOB_CHECKED].first; j; j = j->next) {
		for (size_t k = 0; k < j->n_outputs; k++) {
			bool valid;
			errint rc = store_is_valid(l->store, j->infos[k].path, &valid, err);

			if (rc)
				return rc;
			if (valid)
				continue;
			ARRAY_GROW(*v, *n, cap);
			(*v)[(*n)++] = j->infos[k];
		}
	}
	return 0;
}

errint loop_register(struct job_loop *l, struct err *err)
{
	struct path_info *infos CLEANUP_FREE = NULL;
	size_t n = 0;

	for (struct job *j = l->states[JOB_CHECKED].first, *next; j; j = next) {
		next = j->next;
		place(l, j);
	}
	errint rc = collect_infos(l, &infos, &n, err);
	if (!rc && n)
		rc = store_register(l->store, infos, n, err);
	if (rc)
		return err_wrap(err, "registering what was built");
	while (l->states[JOB_CHECKED].first)
		finish(l, l->states[JOB_CHECKED].first);
	l->oldest_checked = 0;
	for (size_t i = 0; i < JOB_CLASSES_; i++)
		l->wanting[i] = 0;
	return 0;
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

errint loop_register_due(struct job_loop *l, uint64_t *due, struct err *err)
{
	uint64_t now = clock_ms();

	*due = WATCH_NEVER;
	if (!l->states[JOB_CHECKED].n)
		return 0;
	if (!l->oldest_checked)
		l->oldest_checked = now;
	if (!busy(l) || awaited(l) || now - l->oldest_checked >= BATCH_MS)
		return loop_register(l, err);
	*due = l->oldest_checked + BATCH_MS;
	return 0;
}
