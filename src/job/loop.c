/* SPDX-License-Identifier: MIT
 *
 * Turns of the loop: starting, waiting, passing events on. */
#include "job/loop.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/environ.h"
#include "base/process.h"

enum {
	LOCK_RETRY_MS = 50,
	/* Each holds a lock file open. */
	ALIVE_MAX = 128,
	FETCHES_MAX = 64,
	STREAMS_MAX = 16,
};

static unsigned cores(void)
{
	return (unsigned)MAX(sysconf(_SC_NPROCESSORS_ONLN), 1L);
}

static void loop_release(struct job_loop *l)
{
	for (size_t i = 0; i < JOB_STATES_; i++) {
		while (l->states[i].first)
			loop_drop(l, l->states[i].first);
	}
	for (size_t i = 0; i < JOB_CLASSES_; i++)
		free(l->ready[i].v);
	free(l->woken);
	intake_free(l->intake);
	watch_release(&l->watch);
	if (l->busy)
		munmap(l->busy, sizeof(*l->busy));
	err_release(&l->first);
}

/* ---- states ---- */

static void list_put(struct job_list *list, struct job *j)
{
	j->prev = list->last;
	j->next = NULL;
	*(list->last ? &list->last->next : &list->first) = j;
	list->last = j;
	list->n++;
}

static void list_remove(struct job_list *list, struct job *j)
{
	*(j->prev ? &j->prev->next : &list->first) = j->next;
	*(j->next ? &j->next->prev : &list->last) = j->prev;
	list->n--;
}

/* What the job waits for now. */
static void watch_job(struct job_loop *l, struct job *j)
{
	struct watch_wish wish = WATCH_NOTHING;

	if (j->state == JOB_LOCKING)
		wish.due = clock_ms() + LOCK_RETRY_MS;
	else if (j->state == JOB_RUNNING && j->ops->watch)
		j->ops->watch(j, &wish);
	else if (j->state == JOB_CHECKING)
		wish.fds[0] = j->worker.fd;
	watch_change(&l->watch, j->slot, &wish);
}

void loop_move(struct job_loop *l, struct job *j, enum job_state state)
{
	if (state != j->state) {
		list_remove(&l->states[j->state], j);
		list_put(&l->states[state], j);
		l->running[j->ops->cls] += state == JOB_RUNNING;
		l->running[j->ops->cls] -= j->state == JOB_RUNNING;
		j->state = state;
		/* A descriptor's number may come again. */
		watch_change(&l->watch, j->slot, &WATCH_NOTHING);
	}
	if (state == JOB_CHECKED)
		loop_goal_made(l, j->goal);
	watch_job(l, j);
}

void loop_drop(struct job_loop *l, struct job *j)
{
	list_remove(&l->states[j->state], j);
	l->alive[j->ops->cls]--;
	l->running[j->ops->cls] -= j->state == JOB_RUNNING;
	watch_remove(&l->watch, j->slot);
	for (size_t i = 0; j->woken && i < l->n_woken; i++) {
		if (l->woken[i] == j)
			l->woken[i] = NULL;
	}
	job_free(j);
}

void job_wake(struct job *j)
{
	struct job_loop *l = j->loop;

	if (j->woken)
		return;
	j->woken = true;
	ARRAY_GROW(l->woken, l->n_woken, l->cap_woken);
	l->woken[l->n_woken++] = j;
}

/* Takes err's content. */
static void job_failed(struct job_loop *l, struct job *j, struct err *err)
{
	struct goal *goal = j->goal;

	loop_drop(l, j);
	if (!loop_goal_again(l, goal, err))
		loop_goal_failed(l, goal, err);
}

static void tell(struct job_loop *l, const struct job *j, const char *what, const char *why)
{
	report_msg(l->report, REPORT_DEBUG, "'%.*s' %s: %s", STR_ARG(j->goal->path), what, why);
}

/* An operation's result. */
static void move_on(struct job_loop *l, struct job *j, errint rc, enum job_state next,
		    struct err *err)
{
	if (rc) {
		job_failed(l, j, err);
		return;
	}
	if (next != j->state && next > JOB_RUNNING)
		activity_end(STEAL(j->activity));
	if (next != j->state)
		tell(l, j, next == JOB_RUNNING ? "runs" : "is made", goal_kind_text(j->goal->kind));
	loop_move(l, j, next);
}

/* ---- starting ---- */

/* With max-jobs = 0 nothing is built but what asks to be built where it is wanted, as in Nix. */
static errint may_build(const struct job_loop *l, const struct job *j, struct err *err)
{
	const struct str *local = drv_env_find(&j->goal->drv, S("preferLocalBuild"));

	if (l->o->jobs != BUILD_JOBS_NONE || j->ops->cls != JOB_CPU ||
	    (local && str_eqz(*local, "1")))
		return 0;
	err_set(err, ERR_UNSUPPORTED, "cannot build '%.*s': 'max-jobs' is 0",
		STR_ARG(j->goal->path));
	return err_hint(err, "raise it with --max-jobs; there are no remote builders");
}

/* Takes the lock if it can be had, and then starts. */
static void try_start(struct job_loop *l, struct job *j)
{
	struct goal *goal = j->goal;
	enum job_state next = JOB_RUNNING;
	bool got, valid;
	ERR(err);
	errint rc = job_lock(j, &got, &valid, &err);

	if (!rc && valid) {
		tell(l, j, "is not needed", "somebody else has made it meanwhile");
		loop_drop(l, j);
		loop_goal_done(l, goal);
		return;
	}
	if (!rc && !got) {
		if (!j->activity) {
			tell(l, j, "waits", "another process makes it");
			j->activity = activity_start(l->report, 0, "",
						     "waiting for another build of %.*s",
						     STR_ARG(goal_name(goal)));
		}
		watch_job(l, j);
		return;
	}
	activity_end(STEAL(j->activity));
	if (!rc)
		rc = may_build(l, j, &err);
	if (!rc)
		rc = j->ops->start(j, &next, &err);
	move_on(l, j, rc, next, &err);
}

static void start_one(struct job_loop *l, struct goal *goal)
{
	struct job *j = job_new(l, goal);

	goal->state = GOAL_RUNNING;
	l->alive[j->ops->cls]++;
	j->slot = watch_add(&l->watch, j);
	list_put(&l->states[j->state], j);
	try_start(l, j);
}

/* Is there a place for one more? Whoever waits for a lock takes none of those that run. */
static bool has_room(const struct job_loop *l, enum job_class cls)
{
	static const unsigned alive_max[] = {
		[JOB_CPU] = ALIVE_MAX,
		[JOB_NET] = FETCHES_MAX,
		[JOB_STREAM] = ALIVE_MAX / 2,
	};

	return l->running[cls] < l->limit[cls] && l->alive[cls] < alive_max[cls];
}

static bool start_class(struct job_loop *l, enum job_class cls)
{
	struct goal *goal;
	bool any = false;

	while (!loop_stopping(l) && has_room(l, cls) && (goal = queue_take(&l->ready[cls]))) {
		start_one(l, goal);
		any = true;
	}
	return any;
}

/* Starting one may make others ready: when it was not needed, or failed. */
static void start_ready(struct job_loop *l)
{
	bool any;

	do {
		any = start_class(l, JOB_NET);
		any |= start_class(l, JOB_STREAM);
		any |= start_class(l, JOB_CPU);
	} while (any);
}

/* What came is checked, or found fault with: rc and err tell. */
static void checked(struct job_loop *l, struct job *j, errint rc, struct err *err)
{
	enum job_state next = JOB_CHECKED;

	if (!rc)
		rc = job_check_end(j, err);
	/* The builder itself did not fail. */
	if (rc == ERR_BUILD)
		err->status = 1;
	if (rc && j->ops->refused) {
		worker_release(&j->worker);
		j->worker = (struct worker)WORKER_INIT;
		rc = j->ops->refused(j, &next, err);
	}
	move_on(l, j, rc, next, err);
}

static bool may_check(const struct job_loop *l)
{
	return l->states[JOB_MADE].n && l->states[JOB_CHECKING].n < l->limit[JOB_CPU];
}

static void start_checks(struct job_loop *l)
{
	while (may_check(l)) {
		struct job *j = l->states[JOB_MADE].first;
		bool done;
		ERR(err);
		errint rc = job_check_start(j, &done, &err);

		if (rc || done)
			checked(l, j, rc, &err);
		else
			loop_move(l, j, JOB_CHECKING);
	}
}

/* ---- events ---- */

static void check_event(struct job_loop *l, struct job *j)
{
	bool done;
	ERR(err);
	errint rc = worker_read(&j->worker, &done, &err);

	if (rc || done)
		checked(l, j, rc, &err);
}

static void deadline(struct job_loop *l, struct job *j)
{
	ERR(err);

	if (j->state == JOB_LOCKING) {
		if (j->ops->cls != JOB_CPU || l->running[JOB_CPU] < l->limit[JOB_CPU])
			try_start(l, j);
		else
			watch_job(l, j);
	} else if (j->state == JOB_RUNNING && j->ops->patience) {
		errint rc = j->ops->patience(j, clock_ms(), &err);

		move_on(l, j, rc, JOB_RUNNING, &err);
	}
}

static void event(struct job_loop *l, struct job *j, int fd)
{
	enum job_state next = j->state;
	ERR(err);

	if (j->state == JOB_CHECKING) {
		check_event(l, j);
	} else if (j->state == JOB_RUNNING) {
		errint rc = j->ops->event(j, fd, &next, &err);

		move_on(l, j, rc, next, &err);
	}
}

static errint dispatch(struct job_loop *l, struct err *err)
{
	void *owner;
	int fd;

	while (watch_next(&l->watch, &owner, &fd)) {
		/* The loop's own slot only ends the wait. */
		if (owner == &l->intake) {
			errint rc = intake_event(l->intake, err);

			if (rc)
				return rc;
		} else if (owner && fd < 0) {
			deadline(l, owner);
		} else if (owner) {
			event(l, owner, fd);
		}
	}
	for (size_t i = 0; i < l->n_woken; i++) {
		struct job *j = l->woken[i];

		if (!j)
			continue;
		j->woken = false;
		event(l, j, -1);
	}
	l->n_woken = 0;
	return 0;
}

/* What the loop itself and the fetcher wait for. */
static void watch_ours(struct job_loop *l, uint64_t due)
{
	struct watch_wish wish = WATCH_NOTHING;

	wish.fds[0] = interrupt_fd();
	wish.due = MIN(due, report_due(l->report));
	watch_change(&l->watch, l->slot, &wish);
	if (!l->intake)
		return;
	if (!l->intake_watched)
		l->intake_slot = watch_add(&l->watch, &l->intake);
	l->intake_watched = true;
	wish = WATCH_NOTHING;
	intake_watch(l->intake, &wish);
	watch_change(&l->watch, l->intake_slot, &wish);
}

static unsigned alive(const struct job_loop *l)
{
	unsigned n = 0;

	for (size_t i = 0; i < JOB_CLASSES_; i++)
		n += l->alive[i];
	return n;
}

static errint turn(struct job_loop *l, struct err *err)
{
	errint rc = interrupt_check(err);

	if (rc)
		return rc;
	start_checks(l);
	uint64_t due = loop_register_due(l);
	start_ready(l);
	report_tick(l->report);
	/* Some jobs have all they need at their start. */
	if (!alive(l) || loop_stopping(l) || may_check(l))
		return 0;
	if (l->busy)
		__atomic_store_n(l->busy, l->running[JOB_CPU] + l->states[JOB_CHECKING].n,
				 __ATOMIC_RELAXED);
	watch_ours(l, due);
	rc = watch_wait(&l->watch, err);
	return rc ? rc : dispatch(l, err);
}

/* What runs beside a failure is stopped, but what is finished is kept. */
static errint finish_failed(struct job_loop *l, struct err *err)
{
	loop_register(l);
	errint rc = err_move(err, &l->first);
	if (l->failures > 1)
		err_detail(err, "%u derivations failed", l->failures);
	if (l->status)
		err->status = (int)(0x60 | l->status);
	return rc;
}

static bool has_ready(const struct job_loop *l)
{
	for (size_t i = 0; i < JOB_CLASSES_; i++) {
		if (l->ready[i].n)
			return true;
	}
	return false;
}

errint jobs_run(struct plan *p, const struct build_options *o, struct report *report,
		struct err *err)
{
	struct job_loop l CLEANUP(loop_release) = {
		.plan = p,
		.store = p->store,
		.o = o,
		.report = report,
		.limit =
			{
				[JOB_CPU] =
					o->jobs && o->jobs != BUILD_JOBS_NONE ? o->jobs : cores(),
				[JOB_NET] = FETCHES_MAX,
				[JOB_STREAM] = STREAMS_MAX,
			},
	};

	void *shared = mmap(NULL, sizeof(*l.busy), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	/* without it, each builder believes that it is alone */
	l.busy = shared == MAP_FAILED ? NULL : shared;
	l.slot = watch_add(&l.watch, NULL);
	loop_take_changes(&l);
	while (!loop_stopping(&l) && (alive(&l) || has_ready(&l))) {
		errint rc = turn(&l, err);

		if (rc)
			return rc;
	}
	return l.failures ? finish_failed(&l, err) : 0;
}
