/* SPDX-License-Identifier: MIT
 *
 * A job that runs a builder: its start, its log, its end. */
#include "job/job_sandbox_int.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

#include "base/environ.h"
#include "base/file.h"
#include "job/failed.h"

static errint start_builder(struct sandbox_job *b, struct err *err)
{
	struct job *j = &b->job;

	j->activity =
		activity_start(j->report, 0, "", "building %.*s", STR_ARG(goal_name(j->goal)));
	b->started = b->spoke = clock_ms();
	return sandbox_job_start_child(b, &b->env, err);
}

static errint sandbox_job_start(struct job *j, enum job_state *next, struct err *err)
{
	struct sandbox_job *b = sandbox_of(j);
	bool fetches = false;

	b->child = (struct sandbox_child)SANDBOX_CHILD_INIT;
	b->copier = (struct worker)WORKER_INIT;
	b->log_fd = b->log.fd = -1;
	errint rc = sandbox_job_prepare_world(b, &b->env, err);
	if (!rc)
		rc = sandbox_job_fetch(b, &fetches, err);
	if (rc)
		return rc;
	report_msg(j->report, REPORT_DEBUG, "'%.*s' sees %zu store paths%s%s",
		   STR_ARG(j->goal->path), b->inputs.n, b->isolated ? "" : ", has no sandbox",
		   drv_is_fixed(&j->goal->drv) && !j->o->offline ? ", shares the network" : "");
	*next = JOB_RUNNING;
	return fetches ? 0 : start_builder(b, err);
}

static void show_line(void *ctx, struct str line, bool warning)
{
	struct sandbox_job *b = ctx;
	struct str name = goal_name(b->job.goal);

	if (warning) {
		report_msg(b->job.report, REPORT_WARN, "%.*s: %.*s", STR_ARG(name), STR_ARG(line));
		return;
	}
	activity_line(b->job.activity, line);
	if (b->job.o->log == BUILD_LOG_RAW)
		report_msg(b->job.report, REPORT_NOTE, "%.*s", STR_ARG(line));
	else if (b->job.o->log == BUILD_LOG_PREFIXED)
		report_msg(b->job.report, REPORT_NOTE, "%.*s> %.*s", STR_ARG(name), STR_ARG(line));
}

/* Takes what the builder says; the descriptor is closed at the end. */
static errint take_output(struct sandbox_job *b, struct err *err)
{
	char bytes[65536];
	ssize_t n = read(b->log_fd, bytes, sizeof(bytes));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0)
		return err_sys(err, "reading the builder's output");
	if (n == 0) {
		close(STEAL_FD(b->log_fd));
		return 0;
	}
	b->spoke = clock_ms();
	build_log_put(&b->log, str_n(bytes, (size_t)n), show_line, b);
	return 0;
}

/* Everything that is still in the pipe; a builder without a sandbox may have left somebody behind
 * who holds it open. */
static void drain_output(struct sandbox_job *b)
{
	char bytes[65536];
	ssize_t n;

	while (b->log_fd >= 0 && (n = read(b->log_fd, bytes, sizeof(bytes))) > 0)
		build_log_put(&b->log, str_n(bytes, (size_t)n), show_line, b);
	if (b->log_fd >= 0)
		close(STEAL_FD(b->log_fd));
	build_log_end(&b->log, show_line, b);
}

/* Keeps a failed build's folder where that is asked for, and tells so in err; else tells how to.
 * Returns the code that err holds. */
static errint keep(struct sandbox_job *b, struct err *err)
{
	errint rc = err->code;

	if (!b->build_dir)
		return rc;
	if (!b->job.o->keep_failed)
		return err_hint(err, "with --keep-failed its build folder stays to be looked at");
	b->keep_build_dir = true;
	if (sandbox_ids().privileged)
		tree_give(b->build_dir, geteuid(), getegid());
	failed_note(b->job.store, b->job.report, b->job.goal->path, b->build_dir, b->isolated);
	return err_hint(err, "the build folder is kept at '%s': kiln shell --failed enters it",
			b->build_dir);
}

/* Adds to a builder's failure what helps: the log's end, where to find more. */
static errint tell_failure(struct sandbox_job *b, struct err *err)
{
	build_log_tell(&b->log, err);
	err_hint(err, "the full log is '%s'", b->log.path);
	return keep(b, err);
}

/* The child ended: 0 when it succeeded, else the error for the user. */
static errint builder_ended(struct sandbox_job *b, struct err *err)
{
	int status;

	/* Nobody but its group tells who else a builder without a sandbox has started. */
	if (!b->isolated)
		kill(-b->child.pid, SIGKILL);
	errint rc = sandbox_wait(&b->child, &status, err);

	if (rc)
		return rc;
	drain_output(b);
	if (b->child_err.code) {
		err_move(err, &b->child_err);
		return err_wrap(err, "building '%.*s'", STR_ARG(b->job.goal->path));
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status))
		err_set(err, ERR_BUILD, "builder for '%.*s' failed with exit code %d",
			STR_ARG(b->job.goal->path), WEXITSTATUS(status));
	else
		err_set(err, ERR_BUILD, "builder for '%.*s' failed due to signal %d (%s)",
			STR_ARG(b->job.goal->path), WTERMSIG(status), strsignal(WTERMSIG(status)));
	/* To Nix, what may depend on the network may go well the next time. */
	if (drv_is_fixed(&b->job.goal->drv))
		err->status = 1;
	return tell_failure(b, err);
}

/* Its last words may still be on their way. */
static void last_words(struct sandbox_job *b)
{
	ERR(err);

	while (b->child.status >= 0) {
		int before = b->child.status;

		if (sandbox_status(&b->child, &err)) {
			err_move(&b->child_err, &err);
			break;
		}
		if (b->child.status == before)
			break;
	}
}

static errint sandbox_job_event(struct job *j, int fd, enum job_state *next, struct err *err)
{
	struct sandbox_job *b = sandbox_of(j);
	ERR(words);

	if (b->ascent || b->copier.fd >= 0) {
		bool done;
		errint rc = sandbox_job_fetched(b, &done, err);

		return rc || !done ? rc : start_builder(b, err);
	}
	if (fd == b->log_fd)
		return take_output(b, err);
	if (fd == b->child.status) {
		if (sandbox_status(&b->child, &words))
			err_move(&b->child_err, &words);
		return 0;
	}
	last_words(b);
	*next = JOB_MADE;
	return builder_ended(b, err);
}

static void sandbox_job_watch(const struct job *j, struct watch_wish *wish)
{
	const struct sandbox_job *b = (const struct sandbox_job *)j;

	if (b->ascent)
		return;
	if (b->copier.fd >= 0) {
		wish->fds[0] = b->copier.fd;
		return;
	}
	wish->fds[0] = b->child.status;
	wish->fds[1] = b->log_fd;
	wish->fds[2] = b->child.pidfd;
	if (j->o->max_silent_s)
		wish->due = b->spoke + j->o->max_silent_s * 1000ULL;
	if (j->o->timeout_s)
		wish->due = MIN(wish->due, b->started + j->o->timeout_s * 1000ULL);
}

/* Ends a builder that took too long. */
static errint sandbox_job_patience(struct job *j, uint64_t now, struct err *err)
{
	struct sandbox_job *b = sandbox_of(j);
	bool silent = j->o->max_silent_s && now - b->spoke >= j->o->max_silent_s * 1000ULL;
	bool late = j->o->timeout_s && now - b->started >= j->o->timeout_s * 1000ULL;

	if (!silent && !late)
		return 0;
	sandbox_kill(&b->child);
	drain_output(b);
	err_set(err, ERR_TIMEOUT, "builder for '%.*s' timed out after %u seconds%s",
		STR_ARG(j->goal->path), late ? j->o->timeout_s : j->o->max_silent_s,
		late ? "" : " of silence");
	return tell_failure(b, err);
}

/* In the worker: the build folder goes there, beside the loop. */
static errint sandbox_job_prepare(struct job *j, struct err *err)
{
	const struct drv *told = sandbox_of(j)->told;
	char *temp CLEANUP_FREE = told ? xasprintf("%s/nar", j->top) : NULL;
	errint rc = 0;

	if (j->scratch)
		remove_tree_quietly(AT_FDCWD, j->scratch);
	for (size_t i = 0; told && !rc && i < j->n_outputs; i++) {
		char *from CLEANUP_FREE = store_real_path(j->store, told->outputs[i].path);

		rc = stand_in_take(&j->goal->drv, told, from, j->where[i], temp, err);
	}
	return rc;
}

static void remove_stand_ins(struct sandbox_job *b)
{
	for (size_t i = 0; b->told && i < b->told->n_outputs; i++) {
		char *real CLEANUP_FREE = store_real_path(b->job.store, b->told->outputs[i].path);

		remove_tree_quietly(AT_FDCWD, real);
	}
}

static errint sandbox_job_refused(struct job *j, enum job_state *next, struct err *err)
{
	struct sandbox_job *b = sandbox_of(j);

	if (b->came_from)
		err_detail(err, "  made of: %s", b->came_from);
	return keep(b, err);
}

static void sandbox_job_end(struct job *j)
{
	struct sandbox_job *b = sandbox_of(j);

	sandbox_job_fetch_end(b);
	/* Nothing was started. */
	if (!b->build_dir)
		return;
	sandbox_kill(&b->child);
	build_log_release(&b->log);
	if (b->log_fd >= 0)
		close(b->log_fd);
	if (!b->keep_build_dir)
		remove_tree_quietly(AT_FDCWD, b->build_dir);
	remove_stand_ins(b);
	err_release(&b->child_err);
	free(b->build_dir);
}

const struct job_ops job_sandbox = {
	.name = "build",
	.cls = JOB_CPU,
	.work = WORK_BUILD,
	.size = sizeof(struct sandbox_job),
	.start = sandbox_job_start,
	.watch = sandbox_job_watch,
	.event = sandbox_job_event,
	.patience = sandbox_job_patience,
	.prepare = sandbox_job_prepare,
	.refused = sandbox_job_refused,
	.end = sandbox_job_end,
};
