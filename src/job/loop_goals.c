/* SPDX-License-Identifier: MIT
 *
 * What becomes of goals: which can start, what follows when one is done or has failed. Every
 * transition tells why in one line of KILN_LOG=debug. */
#include "job/loop.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "job/job_fetch.h"
#include "source/ladder.h"

/* ---- queues ---- */

static bool goes_before(const struct queued *a, const struct queued *b)
{
	if (a->goal->height != b->goal->height)
		return a->goal->height > b->goal->height;
	if (a->weight != b->weight)
		return a->weight > b->weight;
	return a->order < b->order;
}

static void queue_put(struct queue *q, struct goal *goal, uint64_t weight, uint64_t order)
{
	struct queued it = {goal, weight, order};
	size_t at = q->n;

	ARRAY_GROW(q->v, q->n, q->cap);
	q->n++;
	for (; at && goes_before(&it, &q->v[(at - 1) / 2]); at = (at - 1) / 2)
		q->v[at] = q->v[(at - 1) / 2];
	q->v[at] = it;
}

struct goal *queue_take(struct queue *q)
{
	if (!q->n)
		return NULL;
	struct goal *goal = q->v[0].goal;
	struct queued last = q->v[--q->n];
	size_t at = 0;

	for (size_t child = 1; child < q->n; child = 2 * at + 1) {
		child += child + 1 < q->n && goes_before(&q->v[child + 1], &q->v[child]);
		if (!goes_before(&q->v[child], &last))
			break;
		q->v[at] = q->v[child];
		at = child;
	}
	q->v[at] = last;
	return goal;
}

/* ---- transitions ---- */

const struct job_ops *goal_ops(const struct goal *goal)
{
	static const struct job_ops *const kinds[] = {
		[GOAL_SUBSTITUTE] = &job_substitute, [GOAL_SOURCE] = &job_source,
		[GOAL_CHECKOUT] = &job_checkout,     [GOAL_BUILTIN] = &job_sandbox,
		[GOAL_PROGRAM] = &job_sandbox,
	};

	if (goal->kept)
		return &job_source;
	return goal->kind < ARRAY_LEN(kinds) ? kinds[goal->kind] : NULL;
}

static void tell(struct job_loop *l, const struct goal *goal, const char *what, const char *why)
{
	report_msg(l->report, REPORT_DEBUG, "'%.*s' %s: %s", STR_ARG(goal->path), what, why);
}

static void count(struct job_loop *l, struct goal *goal, unsigned done)
{
	const struct job_ops *ops = goal_ops(goal);

	if (!ops)
		return;
	l->counts[ops->work].done += done;
	l->counts[ops->work].planned += !goal->counted;
	goal->counted = true;
	report_count(l->report, ops->work, l->counts[ops->work].done, l->counts[ops->work].planned);
}

/* The bytes that a built-in builder unpacks: a long one at the end would have the machine to
 * itself. */
static uint64_t weight_of(const struct job_loop *l, const struct goal *goal)
{
	uint64_t bytes = 0;

	for (size_t i = 0; goal->kind == GOAL_BUILTIN && i < goal->drv.n_inputs; i++) {
		const struct goal *dep = path_map_get(&l->plan->by_path, goal->drv.inputs[i].path);
		struct stat st;

		if (!dep || !drv_is_fixed(&dep->drv))
			continue;
		char *file CLEANUP_FREE = store_real_path(l->store, dep->drv.outputs[0].path);
		if (lstat(file, &st) == 0 && S_ISREG(st.st_mode))
			bytes += (uint64_t)st.st_size;
	}
	return bytes;
}

static void goal_ready(struct job_loop *l, struct goal *goal, const char *why)
{
	const struct job_ops *ops = goal_ops(goal);

	if (!ops) {
		loop_goal_done(l, goal);
		return;
	}
	goal->state = GOAL_READY;
	tell(l, goal, "can start", why);
	queue_put(&l->ready[ops->cls], goal, weight_of(l, goal), l->queued++);
}

bool loop_stopping(const struct job_loop *l)
{
	return l->failures && !l->o->keep_going;
}

/* As Nix's exit status puts failures together; what has a status of its own adds nothing. */
static unsigned status_bits(const struct err *err)
{
	switch (err->status ? 0 : err->code) {
	case ERR_BUILD:
		return 0x4;
	case ERR_TIMEOUT:
		return 0x4 | 0x1;
	case ERR_MISMATCH:
		return 0x4 | 0x2;
	case ERR_DIFFERS:
		return 0x8;
	default:
		return 0;
	}
}

/* Takes err's content. The first failure is the one returned; with keep_going each further one is
 * told when it happens. */
static void count_failure(struct job_loop *l, struct err *err)
{
	if (loop_stopping(l)) {
		err_clear(err);
		return;
	}
	l->status |= status_bits(err);
	if (l->failures++ == 0) {
		err_move(&l->first, err);
		return;
	}
	report_err(l->report, err);
	err_clear(err);
}

/* Goals whose users are to be told that they failed. */
struct failing {
	struct goal **v;
	size_t n, cap;
};

static void failing_release(struct failing *f)
{
	free(f->v);
}

static void failing_add(struct failing *f, struct goal *goal)
{
	goal->state = GOAL_FAILED;
	ARRAY_GROW(f->v, f->n, f->cap);
	f->v[f->n++] = goal;
}

static const struct goal *failed_dep(const struct goal *goal)
{
	for (size_t i = 0; i < goal->n_deps; i++) {
		if (goal->deps[i]->state == GOAL_FAILED)
			return goal->deps[i];
	}
	return NULL;
}

/* Its outputs cannot be substituted, as is known now: they are made here, or that is the end. */
static errint instead(struct job_loop *l, struct goal *goal, struct err *err)
{
	const struct goal *lost = failed_dep(goal);
	const char *why = lost && lost->failure ? lost->failure : "";

	if (!l->o->fallback) {
		err_set(err, ERR_NETWORK,
			"some substitutes for the outputs of derivation '%.*s' failed",
			STR_ARG(goal->path));
		err_detail(err, "%s", why);
		return err_hint(err, "with --fallback it is built here instead");
	}
	report_msg(l->report, REPORT_WARN, "'%.*s' is built here, since %s",
		   STR_ARG(goal_name(goal)), why);
	errint rc = plan_extend(l->plan, goal, err);
	if (rc)
		return err_wrap(err, "planning to build '%.*s' after all", STR_ARG(goal->path));
	tell(l, goal, "is planned again", "what was to be substituted could not be had");
	return 0;
}

static void fail_users(struct job_loop *l, struct failing *f);

/* All substitutions that it waited for have ended, and not all well. */
static void gather_failed(struct job_loop *l, struct goal *goal)
{
	struct failing f CLEANUP(failing_release) = {0};
	ERR(err);

	if (!instead(l, goal, &err)) {
		loop_take_changes(l);
		return;
	}
	count_failure(l, &err);
	failing_add(&f, goal);
	fail_users(l, &f);
}

/* A path that was asked for by itself, and of which something that it refers to did not come: that
 * one's failure was nobody's to tell. */
static void top_lost(struct job_loop *l, const struct goal *goal)
{
	ERR(err);

	err_set(&err, ERR_NETWORK, "path '%.*s' cannot be substituted", STR_ARG(goal->path));
	err_detail(&err, "%s", goal->failure ? goal->failure : "");
	count_failure(l, &err);
}

/* What needs a failed goal fails with it, without a word of its own. */
static void fail_users(struct job_loop *l, struct failing *f)
{
	while (f->n) {
		struct goal *goal = f->v[--f->n];

		for (size_t i = 0; i < goal->n_users; i++) {
			struct goal *user = goal->users[i];

			if (user->state != GOAL_WAITING)
				continue;
			if (user->kind == GOAL_GATHER) {
				if (--user->waits == 0)
					gather_failed(l, user);
				continue;
			}
			tell(l, user, "fails", "so did what it needs");
			user->failure = goal->failure;
			if (user->kind == GOAL_SUBSTITUTE && user->top)
				top_lost(l, user);
			failing_add(f, user);
		}
	}
}

void loop_goal_failed(struct job_loop *l, struct goal *goal, struct err *err)
{
	struct failing f CLEANUP(failing_release) = {0};

	tell(l, goal, "failed", err->msg);
	if (goal->kind == GOAL_SUBSTITUTE)
		goal->failure = arena_strz(l->plan->arena, str_c(err->msg));
	if (goal->kind != GOAL_SUBSTITUTE || goal->top)
		count_failure(l, err);
	else
		err_clear(err);
	failing_add(&f, goal);
	fail_users(l, &f);
}

void loop_goal_done(struct job_loop *l, struct goal *goal)
{
	goal->state = GOAL_DONE;
	count(l, goal, 1);
	tell(l, goal, "is done", goal_kind_text(goal->kind));
	for (size_t i = 0; i < goal->n_users; i++) {
		struct goal *user = goal->users[i];

		if (user->state != GOAL_WAITING)
			continue;
		user->made -= goal->is_made;
		if (--user->waits)
			continue;
		if (user->kind == GOAL_GATHER && failed_dep(user))
			gather_failed(l, user);
		else
			goal_ready(l, user, "its inputs are there");
	}
	goal->is_made = false;
	/* Told; who comes to need it later finds it done. */
	goal->n_users = 0;
}

void loop_goal_made(struct job_loop *l, struct goal *goal)
{
	goal->is_made = true;
	for (size_t i = 0; i < goal->n_users; i++) {
		struct goal *user = goal->users[i];
		const struct job_ops *ops = goal_ops(user);

		if (user->state != GOAL_WAITING || ++user->made < user->waits)
			continue;
		if (ops)
			l->wanting[ops->cls]++;
		else
			loop_goal_made(l, user);
	}
}

/* ---- plans ---- */

/* What has a known hash may be kept somewhere as it is to be, whatever would make it. */
static void look_kept(struct job_loop *l, struct goal *goal)
{
	struct hash h;
	bool recursive;
	ERR(ignored);

	if (goal->kind <= GOAL_SOURCE || l->o->check || goal->drv.n_outputs != 1 ||
	    !drv_is_fixed(&goal->drv) ||
	    drv_output_hash(&goal->drv.outputs[0], &recursive, &h, &ignored))
		return;
	goal->kept = ladder_may_keep(job_ladder(l), &h, recursive);
}

bool loop_goal_again(struct job_loop *l, struct goal *goal, struct err *err)
{
	if (!goal->kept || err->code == ERR_INTERRUPTED || loop_stopping(l))
		return false;
	goal->kept = false;
	report_msg(
		l->report,
		err->code == ERR_MISMATCH || err->code == ERR_CORRUPT ? REPORT_WARN : REPORT_DEBUG,
		"'%.*s' is made, as no kept one could be had: %s", STR_ARG(goal->path), err->msg);
	err_clear(err);
	goal_ready(l, goal, "nobody keeps it");
	return true;
}

static void take_change(struct job_loop *l, struct goal *goal)
{
	struct failing f CLEANUP(failing_release) = {0};

	if (goal->state != GOAL_WAITING)
		return;
	look_kept(l, goal);
	count(l, goal, 0);
	if (goal->kind != GOAL_GATHER && failed_dep(goal)) {
		tell(l, goal, "fails", "so did what it needs");
		failing_add(&f, goal);
		fail_users(l, &f);
		return;
	}
	if (!goal->waits)
		goal_ready(l, goal, goal->n_deps ? "its inputs are there" : "it needs nothing");
	else
		tell(l, goal, "waits for its inputs", goal_kind_text(goal->kind));
}

void loop_take_changes(struct job_loop *l)
{
	/* Taking one may extend the plan. */
	size_t n = l->plan->n_changed;
	struct goal **v CLEANUP_FREE = STEAL(l->plan->changed);

	l->plan->n_changed = l->plan->cap_changed = 0;
	for (size_t i = 0; i < n; i++)
		v[i]->changed = false;
	for (size_t i = 0; i < n; i++)
		take_change(l, v[i]);
}
