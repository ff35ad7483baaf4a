/* SPDX-License-Identifier: MIT
 *
 * The supervisor of one service: runs it until it has ended for good. The process is kiln executed
 * anew, small and with nothing of who started it; standard input is the folder's lock, which is had
 * already, and standard output tells that process, by being closed, that it need wait no longer.
 *
 * Waiting is measured by the clock that stands while the machine sleeps: waking up is no reason to
 * kill what had no time to end. */
#include "service/supervisor_int.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"
#include "base/process.h"

enum { BACK_OFF_MS = 1000, BACK_OFF_MOST_MS = 60000, STEADY_MS = 30000 };

void supervisor_note(struct supervisor *s)
{
	ERR(ignored);

	if (!s->deleted)
		(void)!service_record_write(s->folder, &s->now, &ignored);
}

void supervisor_say(struct supervisor *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->now.message, sizeof(s->now.message), fmt, ap);
	va_end(ap);
	for (char *p = s->now.message; *p; p++)
		if (*p == '\n')
			*p = ' ';
	if (!s->deleted)
		service_log_remark(s->dir, "%s", s->now.message);
	supervisor_note(s);
}

void supervisor_reap(struct supervisor *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == s->log_writer) {
			s->log_writer = 0;
		} else if (pid == s->helper) {
			s->helper = 0;
			s->helper_status = status;
		} else if (pid == s->main) {
			s->main = 0;
			s->main_status = status;
		} else {
			s->last_status = status;
		}
	}
}

/* Whoever deletes the folder takes the lock with it, and with that our right to be. */
static bool is_deleted(struct supervisor *s)
{
	struct stat mine, there;
	char events[4096];

	while (read(s->notify, events, sizeof(events)) > 0)
		;
	return fstatat(s->dir, "lock", &there, AT_SYMLINK_NOFOLLOW) || fstat(s->lock, &mine) ||
	       there.st_ino != mine.st_ino;
}

void supervisor_wait(struct supervisor *s, int ms)
{
	struct pollfd p[] = {{.fd = s->signals, .events = POLLIN},
			     {.fd = s->notify, .events = POLLIN}};
	struct signalfd_siginfo got;

	if (poll(p, 2, ms) <= 0)
		return;
	while (read(s->signals, &got, sizeof(got)) == sizeof(got))
		if (got.ssi_signo == SIGTERM)
			s->stopping = true;
	if (p[1].revents && is_deleted(s))
		s->stopping = s->deleted = true;
	supervisor_reap(s);
}

void supervisor_tree(struct supervisor *s, struct process_table *t)
{
	ERR(ignored);

	if (process_table_read(t, &ignored))
		t->n = 0;
	process_table_keep_below(t, getpid(), s->log_writer);
}

/* ---- between runs ---- */

static bool failed(const struct supervisor *s)
{
	return s->now.exit_code != 0;
}

static bool again(const struct supervisor *s)
{
	return !s->stopping && (s->spec.restart == SERVICE_RESTART_ALWAYS ||
				(s->spec.restart == SERVICE_RESTART_ON_FAILURE && failed(s)));
}

static void end_text(const struct supervisor *s, char out[64])
{
	if (s->now.exit_signal)
		snprintf(out, 64, "ended by signal %d (%s)", s->now.exit_signal,
			 strsignal(s->now.exit_signal));
	else
		snprintf(out, 64, "exited with status %d", s->now.exit_code);
}

/* With what was wrong before it. */
static void say_end(struct supervisor *s)
{
	char text[64], before[sizeof(s->now.message)];

	end_text(s, text);
	snprintf(before, sizeof(before), "%s", s->now.message);
	supervisor_say(s, before[0] ? "%s: %s" : "%s", text, before);
}

static void back_off(struct supervisor *s, unsigned ms)
{
	uint64_t until = clock_ms() + ms;
	char text[64];

	end_text(s, text);
	s->now.state = SERVICE_IS_RESTARTING;
	supervisor_say(s, "%s; starts again in %u s", text, ms / 1000);
	if (s->told >= 0)
		close(STEAL_FD(s->told));
	for (uint64_t t = clock_ms(); t < until && !s->stopping; t = clock_ms())
		supervisor_wait(s, (int)(until - t));
	s->now.restarts++;
}

static void run_until_over(struct supervisor *s)
{
	unsigned ms = BACK_OFF_MS;

	for (;;) {
		uint64_t start = clock_ms();

		supervisor_run(s);
		if (!again(s))
			break;
		if (clock_ms() - start >= STEADY_MS)
			ms = BACK_OFF_MS;
		back_off(s, ms);
		if (s->stopping)
			break;
		ms = MIN(ms * 2, (unsigned)BACK_OFF_MOST_MS);
	}
	s->now.process = (struct process_id){0};
	s->now.ready = false;
	if (s->stopping) {
		s->now.state = SERVICE_IS_STOPPED;
		supervisor_note(s);
		return;
	}
	s->now.state = failed(s) ? SERVICE_IS_FAILED : SERVICE_IS_COMPLETED;
	if (failed(s) && !s->no_begin)
		say_end(s);
	supervisor_note(s);
}

/* ---- becoming one ---- */

static void make_run_id(char out[SERVICE_RUN_ID])
{
	unsigned char bytes[(SERVICE_RUN_ID - 1) / 2];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		memset(bytes, 0, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

/* Takes what was handed over, and leaves whoever did it: a child of nobody, in its own session. */
static errint detach(struct supervisor *s, struct err *err)
{
	/* What whoever starts us has open is neither ours nor the service's. */
	syscall(SYS_close_range, 3U, ~0U, 0U);
	s->lock = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10);
	s->told = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10);
	int null CLEANUP_FD = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (s->lock < 0 || s->told < 0 || null < 0)
		return err_sys(err, "taking over");
	for (int fd = 0; fd < 3; fd++)
		if (dup2(null, fd) < 0)
			return err_sys(err, "taking over");
	pid_t pid = fork();

	if (pid < 0)
		return err_sys(err, "cannot start a process");
	if (pid > 0)
		_exit(0);
	setsid();
	return 0;
}

static errint listen_to_signals(struct supervisor *s, struct err *err)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	/* The terminal that it was started from is none of its business. */
	for (const int *sig = (const int[]){SIGHUP, SIGINT, SIGQUIT, SIGPIPE, 0}; *sig; sig++)
		signal(*sig, SIG_IGN);
	sigprocmask(SIG_SETMASK, &set, NULL);
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	s->notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (s->signals < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1))
		return err_sys(err, "preparing to supervise");
	if (s->notify >= 0)
		(void)!inotify_add_watch(s->notify, s->folder, IN_DELETE | IN_ONLYDIR);
	return 0;
}

static errint begin(struct supervisor *s, const char *dir, const char *name, struct err *err)
{
	char *folder CLEANUP_FREE = service_folder(dir, name);
	errint rc = open_dir(AT_FDCWD, folder, &s->dir, err);

	if (rc)
		return rc;
	snprintf(s->folder, sizeof(s->folder), "/proc/self/fd/%d", s->dir);
	(void)!chdir("/");
	rc = service_spec_read(s->folder, &s->a, &s->spec, err);
	if (!rc && s->spec.ready)
		rc = service_ready_url(&s->spec, &s->url, err);
	if (!rc)
		rc = listen_to_signals(s, err);
	if (rc)
		return rc;
	umask(s->spec.umask ? s->spec.umask : 022);
	service_boot_id(s->now.boot);
	make_run_id(s->now.run);
	s->now.supervisor = process_identify(getpid());
	s->now.has_ready = s->spec.ready;
	s->now.state = SERVICE_IS_STARTING;
	return service_record_write(s->folder, &s->now, err);
}

errint service_supervise(int argc, char **argv, struct err *err)
{
	struct supervisor s = {.dir = -1,
			       .lock = -1,
			       .told = -1,
			       .signals = -1,
			       .notify = -1,
			       .log_pipe = -1,
			       .now = SERVICE_RECORD_INIT};
	errint rc;

	if (argc != 3)
		return err_set(err, ERR_USAGE, "'%s' is for kiln itself", SERVICE_SUPERVISOR);
	rc = detach(&s, err);
	if (!rc)
		rc = begin(&s, argv[1], argv[2], err);
	if (!rc)
		run_until_over(&s);
	else if (s.told >= 0)
		(void)!write(s.told, err->msg, strlen(err->msg));
	service_url_release(&s.url);
	arena_release(&s.a);
	return rc;
}
