/* SPDX-License-Identifier: MIT
 *
 * One run of a service: its command, until it is ready and until it ends, and the end of all that
 * it started. We are the subreaper, so whatever lost its parent, in whatever session, is our child
 * and none gets lost. */
#include "service/supervisor_int.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/environ.h"

enum {
	GRACE_MS = 100, /* a command that is wrong ends within this */
	PROBE_MS = 50,  /* between looks whether it is ready, growing to */
	PROBE_MOST_MS = 1000,
	PASS_MS = 50,      /* between looks at what is left */
	KILL_SECONDS = 10, /* a killed process that is still there then waits for a device */
	LOG_END_MS = 10000,
};

/* ---- the log's writer ---- */

static errint start_writer(struct supervisor *s, struct err *err)
{
	pid_t pid = fork();

	if (pid < 0)
		return err_sys(err, "cannot start the log's writer");
	if (pid) {
		s->log_writer = pid;
		return 0;
	}
	/* Nothing but its two descriptors, and no signal that is meant for others. */
	sigset_t none;

	setsid();
	prctl(PR_SET_NAME, SERVICE_LOG_WRITER);
	signal(SIGTERM, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	dup2(s->log_pipe, 0);
	dup2(s->dir, 1);
	syscall(SYS_close_range, 3U, ~0U, 0U);
	service_log_write(1, 0);
	_exit(0);
}

errint supervisor_open_log(struct supervisor *s, int *out, struct err *err)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return err_sys(err, "cannot make a pipe");
	s->log_pipe = fds[0];
	errint rc = start_writer(s, err);
	if (rc)
		close(fds[1]);
	else
		*out = fds[1];
	return rc;
}

/* It was killed: what is in the pipe is the next one's. */
static void mend_log(struct supervisor *s)
{
	ERR(ignored);

	if (!s->log_writer && s->log_pipe >= 0)
		(void)!start_writer(s, &ignored);
}

void supervisor_close_log(struct supervisor *s)
{
	uint64_t until = clock_ms() + LOG_END_MS;

	while (s->log_writer && clock_ms() < until)
		supervisor_wait(s, PASS_MS);
	if (s->log_pipe >= 0)
		close(STEAL_FD(s->log_pipe));
	s->log_writer = 0;
}

/* ---- the end ---- */

static void signal_tree(const struct process_table *t, int sig)
{
	for (size_t i = 0; i < t->n; i++) {
		(void)!process_signal(t->v[i].id, sig);
		if (sig != SIGKILL)
			(void)!process_signal(t->v[i].id, SIGCONT);
	}
}

/* The command that shuts it down prints into the same log. False when there is none to wait for. */
static bool start_helper(struct supervisor *s)
{
	char path[40];
	ERR(err);

	snprintf(path, sizeof(path), "/proc/self/fd/%d", s->log_pipe);
	int out CLEANUP_FD = open(path, O_WRONLY | O_CLOEXEC);
	if (out < 0)
		out = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (!service_spawn(&s->spec, s->spec.shutdown_command, &s->now, out, s->now.process.pid,
			   &s->helper, &err))
		return true;
	s->helper = 0;
	supervisor_say(s, "the shutdown command: %s", err.msg);
	return false;
}

/* Has it been told by its shutdown command? Else it still needs the signal. */
static bool helper_did(struct supervisor *s)
{
	if (s->helper)
		return true;
	if (s->helper_status == 0)
		return s->main || process_is_there(s->now.process);
	supervisor_say(s, "the shutdown command failed: the signal is sent instead");
	return false;
}

void supervisor_end_tree(struct supervisor *s, bool whole)
{
	struct process_table t CLEANUP(process_table_release) = {0};
	unsigned seconds = s->spec.stop_seconds ? s->spec.stop_seconds : SERVICE_STOP_SECONDS;
	int sig = whole && s->spec.stop_signal ? s->spec.stop_signal : SIGTERM;
	bool told = false, killed = false, by_command = false;
	uint64_t kill_at, give_up;

	supervisor_tree(s, &t);
	if (t.n && whole && s->spec.shutdown_command)
		by_command = start_helper(s);
	kill_at = clock_ms() + seconds * 1000ULL;
	give_up = kill_at + KILL_SECONDS * 1000ULL;
	for (; t.n; supervisor_tree(s, &t)) {
		uint64_t now = clock_ms();

		if (now >= give_up) {
			supervisor_say(s, "process %d cannot be ended", (int)t.v[0].id.pid);
			return;
		}
		if (now >= kill_at && !killed && whole)
			supervisor_say(s, "did not end within %u s: killed", seconds);
		killed |= now >= kill_at;
		if (by_command && !helper_did(s))
			by_command = false;
		if (killed) {
			signal_tree(&t, SIGKILL);
		} else if (!by_command && !told) {
			signal_tree(&t, sig);
			told = true;
		}
		supervisor_wait(s, PASS_MS);
		mend_log(s);
	}
}

/* ---- the run ---- */

static void settle(struct supervisor *s)
{
	if (s->told >= 0)
		close(STEAL_FD(s->told));
}

/* Asks whether it is ready. An answer of somebody else's is none. */
static bool is_ready(struct supervisor *s, char why[128])
{
	struct process_table own CLEANUP(process_table_release) = {0};
	pid_t other;

	if (!service_url_answers(&s->url, s->signals, why))
		return false;
	supervisor_tree(s, &own);
	if (!service_port_is_foreign(&s->url, &own, &other))
		return true;
	if (other)
		snprintf(why, 128, "port %s is taken by process %d, which is not of this service",
			 s->url.port, (int)other);
	else
		snprintf(why, 128, "port %s is taken by another program", s->url.port);
	return false;
}

struct waiting {
	uint64_t start, settle_at, probe_at;
};

/* What is due; returns when the next is. */
static uint64_t look(struct supervisor *s, struct waiting *w)
{
	uint64_t now = clock_ms();
	char why[128] = "";

	if (s->now.has_ready && !s->now.ready && now >= w->probe_at) {
		bool ready = is_ready(s, why);

		if (ready) {
			s->now.ready = true;
			s->now.state = SERVICE_IS_RUNNING;
			s->now.message[0] = '\0';
			supervisor_note(s);
			settle(s);
			return UINT64_MAX;
		}
		if (strstr(why, "taken by") && strcmp(why, s->now.message) != 0) {
			supervisor_say(s, "%s", why);
		} else if (why[0] && strcmp(why, s->now.message) != 0 && s->told < 0) {
			snprintf(s->now.message, sizeof(s->now.message), "%s", why);
			supervisor_note(s);
		}
		/* What begins fast is known fast, and what takes long is asked seldom. */
		uint64_t wait = (now - w->start) / 10;
		w->probe_at = clock_ms() + MIN(MAX(wait, (uint64_t)PROBE_MS), PROBE_MOST_MS);
	}
	if (s->told >= 0 && now >= w->settle_at) {
		if (s->now.has_ready) {
			if (!s->now.message[0])
				snprintf(s->now.message, sizeof(s->now.message), "%s", why);
			s->now.state = SERVICE_IS_RUNNING;
			supervisor_note(s);
		}
		settle(s);
	}
	uint64_t next = s->told >= 0 ? w->settle_at : UINT64_MAX;
	return s->now.has_ready && !s->now.ready ? MIN(next, w->probe_at) : next;
}

/* The command has ended and left a daemon: who it is. False when there is none. */
static bool meet_daemon(struct supervisor *s)
{
	struct process_table t CLEANUP(process_table_release) = {0};
	struct process_id first = {0};

	supervisor_tree(s, &t);
	for (size_t i = 0; i < t.n; i++)
		if (!first.pid || t.v[i].id.start < first.start ||
		    (t.v[i].id.start == first.start && t.v[i].id.pid < first.pid))
			first = t.v[i].id;
	if (first.pid && !process_is_there(s->now.process)) {
		s->now.process = first;
		supervisor_note(s);
	}
	return first.pid;
}

/* Does it go on? */
static bool goes_on(struct supervisor *s)
{
	if (s->stopping)
		return false;
	if (s->main)
		return true;
	return s->spec.is_daemon && s->main_status == 0 && meet_daemon(s);
}

static void watch_run(struct supervisor *s)
{
	unsigned seconds = s->spec.ready_seconds ? s->spec.ready_seconds : SERVICE_READY_SECONDS;
	uint64_t start = clock_ms();
	struct waiting w = {.start = start, .probe_at = start + PROBE_MS};

	w.settle_at = start + (s->now.has_ready ? seconds * 1000ULL : GRACE_MS);
	while (goes_on(s)) {
		uint64_t next = look(s, &w), now = clock_ms();

		mend_log(s);
		if (next == UINT64_MAX)
			supervisor_wait(s, -1);
		else if (next > now)
			supervisor_wait(s, (int)(next - now));
		else
			supervisor_wait(s, 0);
	}
}

static void note_end(struct supervisor *s)
{
	int status = s->spec.is_daemon && s->main_status == 0 ? s->last_status : s->main_status;

	s->now.exit_signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	s->now.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	s->now.ready = false;
}

/* What the command left, when it was not to leave anything. */
static void end_left_behind(struct supervisor *s)
{
	struct process_table t CLEANUP(process_table_release) = {0};

	supervisor_tree(s, &t);
	if (!t.n)
		return;
	if (!s->spec.is_daemon)
		supervisor_say(s,
			       "left %zu process%s behind, which %s ended: is-daemon = true is for "
			       "what goes on so",
			       t.n, t.n == 1 ? "" : "es", t.n == 1 ? "was" : "were");
	supervisor_end_tree(s, false);
}

void supervisor_run(struct supervisor *s)
{
	struct stat st;
	int out = -1;
	ERR(err);
	errint rc = supervisor_open_log(s, &out, &err);

	s->main_status = s->last_status = s->helper_status = 0;
	service_cgroup_make(s->now.run, s->now.cgroup);
	s->now.message[0] = '\0';
	if (!rc)
		rc = service_spawn(&s->spec, s->spec.command, &s->now, out, 0, &s->main, &err);
	if (out >= 0)
		close(out);
	s->no_begin = rc;
	if (rc) {
		s->main = 0;
		s->now.exit_code = 127;
		s->now.exit_signal = 0;
		supervisor_close_log(s);
		supervisor_say(s, "%s", err.msg);
		return;
	}
	s->now.process = process_identify(s->main);
	s->now.pipe = fstat(s->log_pipe, &st) ? 0 : st.st_ino;
	s->now.state = s->now.has_ready ? SERVICE_IS_STARTING : SERVICE_IS_RUNNING;
	supervisor_note(s);
	watch_run(s);
	if (s->stopping) {
		s->now.state = SERVICE_IS_STOPPING;
		supervisor_note(s);
		supervisor_end_tree(s, true);
	} else {
		end_left_behind(s);
	}
	supervisor_reap(s);
	note_end(s);
	service_cgroup_remove(s->now.cgroup);
	supervisor_close_log(s);
}
