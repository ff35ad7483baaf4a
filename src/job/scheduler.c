/* SPDX-License-Identifier: MIT
 *
 * The one poll loop that works off a graph of goals. Fetches run in the fetcher, builders in
 * their sandboxes, checks in workers; only starting, placing and registering happen here. What
 * is finished is registered in batches, since making it durable costs a flush of the disk each
 * time. Among the goals that could start, the one with the longest way up goes first. */
#include "job/job.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/environ.h"
#include "base/process.h"
#include "base/report.h"
#include "source/ascent.h"
#include "source/ladder.h"

enum {
	TICK_MS = 200,
	LOCK_RETRY_MS = 50,
	BATCH_MS = 250,   /* finished outputs wait this long for company */
	FETCHES_MAX = 64, /* each holds a lock file open */
	JOBS_MAX = 128,
};

struct scheduler {
	struct graph *graph;
	struct store *store;
	const struct build_options *o;
	struct report *report;
	struct job **jobs;
	size_t n_jobs, cap_jobs;
	struct goal **ready;
	size_t n_ready, cap_ready;
	struct ladder *ladder; /* the caller's, or own, once something is fetched */
	struct ladder *own;
	unsigned slots;
	unsigned built, to_build, fetched, to_fetch;
	uint64_t oldest_done; /* since when something waits to be registered, or 0 */
	unsigned failures;
	struct err first; /* the failure that is returned */
};

static void scheduler_release(struct scheduler *s)
{
	for (size_t i = 0; i < s->n_jobs; i++)
		build_job_free(s->jobs[i]);
	free(s->jobs);
	free(s->ready);
	ladder_free(s->own);
	err_release(&s->first);
}

static void tell_totals(struct scheduler *s)
{
	report_totals(s->report, s->built, s->to_build, s->fetched, s->to_fetch);
}

static void add_ready(struct scheduler *s, struct goal *goal)
{
	goal->state = GOAL_READY;
	ARRAY_GROW(s->ready, s->n_ready, s->cap_ready);
	s->ready[s->n_ready++] = goal;
}

static void goal_done(struct scheduler *s, struct goal *goal)
{
	goal->state = GOAL_DONE;
	for (size_t i = 0; i < goal->n_users; i++) {
		struct goal *user = goal->users[i];

		if (!--user->waits && user->state == GOAL_WAITING)
			add_ready(s, user);
	}
	*(goal->kind == GOAL_FETCH ? &s->fetched : &s->built) += 1;
	tell_totals(s);
}

/* What needs a failed goal fails with it, without a word of its own. */
static void goal_fail(struct scheduler *s, struct goal *failed)
{
	failed->state = GOAL_FAILED;
	/* Dependencies stand first, so that one pass reaches everybody. */
	for (size_t i = 0; i < s->graph->n_goals; i++) {
		struct goal *goal = s->graph->goals[i];

		for (size_t k = 0; goal->state == GOAL_WAITING && k < goal->n_deps; k++) {
			if (goal->deps[k]->state == GOAL_FAILED)
				goal->state = GOAL_FAILED;
		}
	}
}

static void drop_job(struct scheduler *s, struct job *j)
{
	for (size_t i = 0; i < s->n_jobs; i++) {
		if (s->jobs[i] != j)
			continue;
		s->jobs[i] = s->jobs[--s->n_jobs];
		break;
	}
	build_job_free(j);
}

static bool stopping(const struct scheduler *s)
{
	return s->failures && !s->o->keep_going;
}

/* Takes err's content. The first failure is the one returned; with keep_going each further one is
 * told when it happens. */
static void job_failed(struct scheduler *s, struct job *j, struct err *err)
{
	goal_fail(s, j->goal);
	drop_job(s, j);
	if (stopping(s)) {
		err_clear(err);
		return;
	}
	if (s->failures++ == 0) {
		err_move(&s->first, err);
		return;
	}
	char *text CLEANUP_FREE = err_format(err);
	report_msg(s->report, REPORT_ERROR, "%.*s",
		   STR_ARG(str_drop_prefix(str_trim(str_c(text)), S("error: "))));
	err_clear(err);
}

static unsigned count_phase(const struct scheduler *s, enum job_phase phase)
{
	unsigned n = 0;

	for (size_t i = 0; i < s->n_jobs; i++)
		n += s->jobs[i]->phase == phase;
	return n;
}

/* Is a builder's slot free? Whoever waits for a lock takes none. */
static bool slot_free(const struct scheduler *s)
{
	return count_phase(s, JOB_BUILD) < s->slots && s->n_jobs < JOBS_MAX;
}

static unsigned count_fetches(const struct scheduler *s)
{
	unsigned n = 0;

	for (size_t i = 0; i < s->n_jobs; i++)
		n += s->jobs[i]->goal->kind == GOAL_FETCH;
	return n;
}

static struct ladder *need_ladder(struct scheduler *s)
{
	if (!s->ladder)
		s->ladder = s->o->ladder;
	if (!s->ladder)
		s->ladder = s->own = ladder_new(NULL, s->store, s->report);
	return s->ladder;
}

/* Starting. */

static errint job_begin(struct scheduler *s, struct job *j, struct err *err)
{
	return j->goal->kind == GOAL_FETCH ? job_fetch_start(j, need_ladder(s), err)
					   : job_build_start(j, err);
}

/* Takes the lock if it can be had, and then starts. */
static void try_start(struct scheduler *s, struct job *j)
{
	struct goal *goal = j->goal;
	bool got, valid;
	ERR(err);
	errint rc = job_lock(j, &got, &valid, &err);

	if (!rc && valid) {
		drop_job(s, j);
		goal_done(s, goal);
		return;
	}
	if (!rc && !got) {
		if (!j->activity)
			j->activity = activity_start(s->report, 0, "",
						     "waiting for another build of %.*s",
						     STR_ARG(goal_name(goal)));
		return;
	}
	activity_end(STEAL(j->activity));
	if (!rc)
		rc = job_begin(s, j, &err);
	if (rc)
		job_failed(s, j, &err);
}

static void retry_lock(struct scheduler *s, struct job *j)
{
	if (j->goal->kind == GOAL_FETCH || count_phase(s, JOB_BUILD) < s->slots)
		try_start(s, j);
}

static struct goal *take_ready(struct scheduler *s, bool fetch)
{
	size_t best = s->n_ready;

	for (size_t i = 0; i < s->n_ready; i++) {
		if ((s->ready[i]->kind == GOAL_FETCH) != fetch)
			continue;
		if (best == s->n_ready || s->ready[i]->height > s->ready[best]->height)
			best = i;
	}
	if (best == s->n_ready)
		return NULL;
	struct goal *goal = s->ready[best];
	memmove(s->ready + best, s->ready + best + 1, (s->n_ready - best - 1) * sizeof(*s->ready));
	s->n_ready--;
	return goal;
}

static void start_one(struct scheduler *s, struct goal *goal)
{
	struct job *j = build_job_new(s->graph, goal, s->report);

	goal->state = GOAL_RUNNING;
	ARRAY_GROW(s->jobs, s->n_jobs, s->cap_jobs);
	s->jobs[s->n_jobs++] = j;
	try_start(s, j);
}

static void start_ready(struct scheduler *s)
{
	struct goal *goal;

	while (!stopping(s) && count_fetches(s) < FETCHES_MAX && (goal = take_ready(s, true)))
		start_one(s, goal);
	while (!stopping(s) && slot_free(s) && (goal = take_ready(s, false)))
		start_one(s, goal);
}

/* Calls fn for every job in a phase; fn may drop the job that it is given. */
static void each_in(struct scheduler *s, enum job_phase phase,
		    void (*fn)(struct scheduler *, struct job *))
{
	for (size_t i = s->n_jobs; i-- > 0;) {
		if (i < s->n_jobs && s->jobs[i]->phase == phase)
			fn(s, s->jobs[i]);
	}
}

static void start_check(struct scheduler *s, struct job *j)
{
	ERR(err);

	if (count_phase(s, JOB_CHECK) >= s->slots)
		return;
	if (job_check_start(j, &err))
		job_failed(s, j, &err);
}

static void check_patience(struct scheduler *s, struct job *j)
{
	ERR(err);

	if (job_build_patience(j, clock_ms(), &err))
		job_failed(s, j, &err);
}

/* Registering. */

static void compare_only(struct scheduler *s, struct job *j)
{
	struct goal *goal = j->goal;
	ERR(err);

	if (job_compare(j, &err)) {
		job_failed(s, j, &err);
		return;
	}
	job_registered(j);
	drop_job(s, j);
	goal_done(s, goal);
}

static void place(struct scheduler *s, struct job *j)
{
	ERR(err);

	if (s->o->check && j->goal->top)
		compare_only(s, j);
	else if (job_place(j, &err))
		job_failed(s, j, &err);
}

/* Outputs that were valid before (others of the same derivation were not) keep their rows. */
static errint collect_infos(struct scheduler *s, struct path_info **v, size_t *n, struct err *err)
{
	size_t cap = 0;

	for (size_t i = 0; i < s->n_jobs; i++) {
		struct job *j = s->jobs[i];

		for (size_t k = 0; j->phase == JOB_READY && k < j->goal->drv.n_outputs; k++) {
			bool valid;
			errint rc = store_is_valid(s->store, j->infos[k].path, &valid, err);

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

static void finish_registered(struct scheduler *s, struct job *j)
{
	struct goal *goal = j->goal;

	job_registered(j);
	drop_job(s, j);
	goal_done(s, goal);
}

static errint register_ready(struct scheduler *s, struct err *err)
{
	struct path_info *infos CLEANUP_FREE = NULL;
	size_t n = 0;

	each_in(s, JOB_READY, place);
	errint rc = collect_infos(s, &infos, &n, err);
	if (!rc && n)
		rc = store_register(s->store, infos, n, err);
	if (rc)
		return err_wrap(err, "registering what was built");
	each_in(s, JOB_READY, finish_registered);
	s->oldest_done = 0;
	return 0;
}

/* Is anything going on that could bring company for what waits to be registered? */
static bool busy(const struct scheduler *s)
{
	return count_phase(s, JOB_BUILD) || count_phase(s, JOB_CHECK) ||
	       count_phase(s, JOB_QUEUE) || count_phase(s, JOB_FETCH);
}

static errint register_when_due(struct scheduler *s, struct err *err)
{
	uint64_t now = clock_ms();

	if (!count_phase(s, JOB_READY))
		return 0;
	if (!s->oldest_done)
		s->oldest_done = now;
	if (busy(s) && now - s->oldest_done < BATCH_MS)
		return 0;
	return register_ready(s, err);
}

/* Events. */

struct watch {
	struct pollfd *fds;
	struct job **jobs;
	size_t n, cap, cap_jobs;
};

static void watch_release(struct watch *w)
{
	free(w->fds);
	free(w->jobs);
}

static void watch_add(struct watch *w, struct job *j, int fd)
{
	if (fd < 0)
		return;
	ARRAY_GROW(w->fds, w->n, w->cap);
	ARRAY_GROW(w->jobs, w->n, w->cap_jobs);
	w->fds[w->n] = (struct pollfd){.fd = fd, .events = POLLIN};
	w->jobs[w->n++] = j;
}

static void builder_ended(struct scheduler *s, struct job *j)
{
	ERR(err);

	if (job_build_end(j, &err)) {
		job_failed(s, j, &err);
		return;
	}
	activity_end(STEAL(j->activity));
	j->phase = JOB_QUEUE;
}

/* Returns false when the job is gone or in another phase. */
static bool build_event(struct scheduler *s, struct job *j, int fd)
{
	bool open = true;
	ERR(err);

	if (fd == j->child.status) {
		if (sandbox_status(&j->child, &err))
			err_move(&j->child_err, &err);
		return true;
	}
	if (fd == j->log_fd) {
		if (!job_build_output(j, &open, &err))
			return true;
		job_failed(s, j, &err);
		return false;
	}
	/* Its last words may still be on their way. */
	while (j->child.status >= 0) {
		int before = j->child.status;

		if (sandbox_status(&j->child, &err)) {
			err_move(&j->child_err, &err);
			break;
		}
		if (j->child.status == before)
			break;
	}
	builder_ended(s, j);
	return false;
}

/* What came may be wrong, and be had elsewhere. */
static void check_failed(struct scheduler *s, struct job *j, struct err *err)
{
	if (job_fetch_again(j, err))
		return;
	job_keep(j, err);
	job_failed(s, j, err);
}

static void check_event(struct scheduler *s, struct job *j)
{
	bool done;
	ERR(err);
	errint rc = worker_read(&j->worker, &done, &err);

	if (!rc && done)
		rc = job_check_end(j, &err);
	if (rc)
		check_failed(s, j, &err);
}

static bool job_alive(const struct scheduler *s, const struct job *j)
{
	for (size_t i = 0; i < s->n_jobs; i++) {
		if (s->jobs[i] == j)
			return true;
	}
	return false;
}

static void dispatch(struct scheduler *s, const struct watch *w)
{
	for (size_t i = 0; i < w->n; i++) {
		struct job *j = w->jobs[i];

		if (!w->fds[i].revents || !job_alive(s, j))
			continue;
		if (j->phase == JOB_BUILD)
			build_event(s, j, w->fds[i].fd);
		else if (j->phase == JOB_CHECK && w->fds[i].fd == j->worker.fd)
			check_event(s, j);
	}
}

static void fetch_done(struct scheduler *s, struct ascent *a)
{
	struct job *j = ascent_ctx(a);
	ERR(err);

	if (job_fetch_end(j, &err))
		job_failed(s, j, &err);
}

static int wait_ms(const struct scheduler *s)
{
	int ms = TICK_MS;

	if (count_phase(s, JOB_LOCK))
		ms = MIN(ms, LOCK_RETRY_MS);
	if (s->oldest_done)
		ms = MIN(ms, BATCH_MS / 5);
	return ms;
}

static errint wait_events(struct scheduler *s, struct err *err)
{
	struct watch w CLEANUP(watch_release) = {0};

	for (size_t i = 0; i < s->n_jobs; i++) {
		struct job *j = s->jobs[i];

		if (j->phase == JOB_BUILD) {
			watch_add(&w, j, j->child.status);
			watch_add(&w, j, j->log_fd);
			watch_add(&w, j, j->child.pidfd);
		} else if (j->phase == JOB_CHECK) {
			watch_add(&w, j, j->worker.fd);
		}
	}
	/* Behind the others, and no job's. */
	ARRAY_GROW(w.fds, w.n, w.cap);
	w.fds[w.n] = (struct pollfd){.fd = interrupt_fd(), .events = POLLIN};
	if (s->ladder && ladder_pending(s->ladder)) {
		errint rc = ladder_step(s->ladder, wait_ms(s), w.fds, w.n, err);
		if (rc)
			return rc;
	} else if (poll(w.fds, w.n + 1, wait_ms(s)) < 0) {
		if (errno != EINTR)
			return err_sys(err, "waiting for builders");
		return 0;
	}
	dispatch(s, &w);
	struct ascent *a;
	while (s->ladder && (a = ladder_next(s->ladder)))
		fetch_done(s, a);
	return 0;
}

static errint turn(struct scheduler *s, struct err *err)
{
	errint rc = interrupt_check(err);

	if (rc)
		return rc;
	start_ready(s);
	each_in(s, JOB_QUEUE, start_check);
	rc = register_when_due(s, err);
	if (rc)
		return rc;
	report_tick(s->report);
	/* Registering may have made goals ready, which is better than waiting. */
	if (s->n_jobs == 0)
		return 0;
	rc = wait_events(s, err);
	each_in(s, JOB_LOCK, retry_lock);
	each_in(s, JOB_BUILD, check_patience);
	return rc;
}

/* What runs beside a failure is stopped, but what is finished is kept. */
static errint finish_failed(struct scheduler *s, struct err *err)
{
	ERR(ignored);

	if (register_ready(s, &ignored))
		report_msg(s->report, REPORT_WARN, "%s", ignored.msg);
	err_move(err, &s->first);
	if (s->failures > 1)
		err_detail(err, "%u derivations failed", s->failures);
	return err->code;
}

static errint work_off(struct scheduler *s, struct err *err)
{
	for (size_t i = 0; i < s->graph->n_goals; i++) {
		struct goal *goal = s->graph->goals[i];

		if (goal->state != GOAL_WAITING)
			continue;
		*(goal->kind == GOAL_FETCH ? &s->to_fetch : &s->to_build) += 1;
		if (!goal->waits)
			add_ready(s, goal);
	}
	tell_totals(s);
	while (!stopping(s) && (s->n_jobs || s->n_ready)) {
		errint rc = turn(s, err);
		if (rc)
			return rc;
	}
	return s->failures ? finish_failed(s, err) : 0;
}

errint graph_realise(struct graph *g, struct report *report, struct err *err)
{
	unsigned cores = (unsigned)MAX(sysconf(_SC_NPROCESSORS_ONLN), 1L);
	struct scheduler s CLEANUP(scheduler_release) = {
		.graph = g,
		.store = g->store,
		.o = g->o,
		.report = report,
		.slots = g->o->jobs ? g->o->jobs : cores,
	};

	return work_off(&s, err);
}
