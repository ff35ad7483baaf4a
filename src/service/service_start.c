/* SPDX-License-Identifier: MIT
 *
 * Starting: the lock first, then what a killed supervisor left is ended, then a supervisor of ours
 * gets the lock and goes its own way. Those of one level are started together and waited for. */
#include "service/service_int.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/environ.h"
#include "base/file.h"
#include "base/process.h"
#include "base/report.h"
#include "service/service_log.h"

enum {
	LOCK_MS = 5000,           /* another start, or an end, that has the lock is over by then */
	EXTRA_SECONDS = 30,       /* what a supervisor may take longer than the service's bound */
	COMPLETED_SECONDS = 3600, /* for one whose end is waited for */
	LOG_LINES = 5,
};

void service_tasks_release(struct service_task *tasks, size_t n)
{
	for (size_t i = 0; i < n; i++)
		err_release(&tasks[i].err);
}

static void pause_a_little(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
}

errint service_recover(const char *folder, const char *name, bool *found, struct err *err)
{
	struct service_spec old = {0};
	struct service_record r;
	char boot[SERVICE_BOOT_ID];
	ARENA(a);
	ERR(ignored);
	errint rc = service_record_read(folder, &r, err);

	service_boot_id(boot);
	*found = false;
	if (rc || !r.run[0] || strcmp(r.boot, boot) != 0 || r.state == SERVICE_IS_STOPPED ||
	    r.state == SERVICE_IS_COMPLETED || r.state == SERVICE_IS_FAILED)
		return rc;
	if (service_spec_read(folder, &a, &old, &ignored))
		old = (struct service_spec){0};
	rc = service_end_run(&r, old.stop_signal ? old.stop_signal : SIGTERM,
			     old.stop_seconds ? old.stop_seconds : SERVICE_STOP_SECONDS, err);
	if (rc)
		return err_wrap(err, "ending what is left of service '%s'", name);
	*found = true;
	r.state = SERVICE_IS_STOPPED;
	r.process = r.supervisor = (struct process_id){0};
	r.exit_code = -1;
	r.exit_signal = 0;
	snprintf(r.message, sizeof(r.message), "%s",
		 "its supervisor was killed; what was left of "
		 "it has been ended");
	return service_record_write(folder, &r, err);
}

/* The lock, or -1 where a supervisor has it and the service is up. */
static errint take_lock(const char *dir, const char *folder, const char *name, int *out,
			struct err *err)
{
	uint64_t until = clock_ms() + LOCK_MS;
	struct service_status now;

	for (;;) {
		errint rc = service_lock(folder, out, err);

		if (rc || *out >= 0)
			return rc;
		rc = service_status(dir, name, &now, err);
		if (rc)
			return rc;
		bool up = now.supervisor && service_is_up(&now) && now.state != SERVICE_IS_STOPPING;
		service_status_release(&now);
		if (up)
			return 0;
		if (clock_ms() > until)
			return err_set(err, ERR_FAILED,
				       "service '%s' is being started or stopped by somebody else",
				       name);
		pause_a_little();
	}
}

/* kiln's own program. In a kit the loader was executed, and what starts it stands beside. */
static errint own_program(char out[PATH_MAX + 16], struct err *err)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		return err_sys(err, "looking for kiln's own program (is /proc there?)");
	struct str at = str_n(self, (size_t)n);
	if (str_starts(path_base(at), S("ld-linux")))
		snprintf(out, PATH_MAX + 16, "%.*s/bin/kiln", STR_ARG(path_dir(path_dir(at))));
	else
		snprintf(out, PATH_MAX + 16, "/proc/self/exe");
	return 0;
}

/* *told ends when the start is over. */
static errint spawn_supervisor(const char *dir, const char *name, int lock, int *told,
			       struct err *err)
{
	const char *boot = env_get("KILN_BOOT_ID_FILE");
	char *boot_var CLEANUP_FREE = boot ? xasprintf("KILN_BOOT_ID_FILE=%s", boot) : NULL;
	char program[PATH_MAX + 16];
	int fds[2], status;
	pid_t pid;
	errint rc = own_program(program, err);

	if (rc)
		return rc;
	if (pipe2(fds, O_CLOEXEC))
		return err_sys(err, "cannot make a pipe");
	int from CLEANUP_FD = fds[0], to CLEANUP_FD = fds[1];
	rc = process_start(
		&(struct process_spec){
			.argv = (const char *const[]){SERVICE_SUPERVISOR, dir, name, NULL},
			.program = program,
			.env = (const char *const[]){boot_var, NULL},
			.in = lock,
			.out = to,
			.errfd = -1,
		},
		&pid, err);
	if (!rc)
		rc = process_wait(pid, &status, err);
	if (rc)
		return rc;
	*told = STEAL_FD(from);
	return 0;
}

static errint start_one(const char *dir, struct service_task *t, struct report *report, int *told,
			struct err *err)
{
	const char *name = t->spec->name;
	char *folder CLEANUP_FREE = service_folder(dir, name);
	int lock CLEANUP_FD = -1;
	struct service_url url;
	bool found;
	errint rc = service_check_name(name, err);

	if (!rc && t->spec->ready) {
		rc = service_ready_url(t->spec, &url, err);
		if (!rc)
			service_url_release(&url);
	}
	if (!rc)
		rc = service_folder_make(folder, err);
	if (!rc)
		rc = take_lock(dir, folder, name, &lock, err);
	if (rc)
		return rc;
	if (lock < 0) {
		t->outcome = SERVICE_WAS_SO;
		return 0;
	}
	rc = service_recover(folder, name, &found, err);
	if (!rc && found)
		report_msg(report, REPORT_WARN,
			   "service '%s' ran without its supervisor: it was "
			   "ended first",
			   name);
	if (!rc)
		rc = service_spec_write(folder, t->spec, err);
	return rc ? rc : spawn_supervisor(dir, name, lock, told, err);
}

/* ---- what came of it ---- */

static bool add_line(void *ctx, const char *name, struct str piece)
{
	(void)name;
	buf_puts(ctx, piece);
	return true;
}

static void add_log(const char *dir, const char *name, struct err *err)
{
	BUF(b, LIMIT_SMALL_FILE);
	ERR(ignored);
	struct str rest, line;

	if (services_logs(dir, &name, 1, LOG_LINES, false, -1, add_line, &b, &ignored))
		return;
	rest = str_drop_suffix(buf_str(&b), S("\n"));
	while (rest.n && str_split(&rest, '\n', &line))
		err_detail(err, "  %.*s", (int)MIN(line.n, (size_t)160), line.p);
	err_hint(err, "'kiln services logs %s' shows all that it printed", name);
}

static errint judge(const char *dir, struct service_task *t, struct err *err)
{
	const char *name = t->spec->name;
	struct service_status s CLEANUP(service_status_release) = {0};
	errint rc = service_status(dir, name, &s, err);

	if (rc)
		return rc;
	t->supervisor = s.supervisor;
	if (s.state == SERVICE_IS_COMPLETED) {
		t->outcome = SERVICE_ENDED;
		return 0;
	}
	if (s.state == SERVICE_IS_RUNNING && s.ready == s.has_ready) {
		t->outcome = SERVICE_DONE;
		return 0;
	}
	if (s.state == SERVICE_IS_RUNNING || s.state == SERVICE_IS_STARTING) {
		rc = err_set(err, ERR_TIMEOUT, "service '%s' runs but is not ready%s%s", name,
			     s.message ? ": " : "", s.message ? s.message : "");
		err->status = 1;
	} else {
		rc = err_set(err, ERR_FAILED, "service '%s' %s", name,
			     s.message ? s.message : "was stopped meanwhile");
	}
	add_log(dir, name, err);
	return rc;
}

/* Until the supervisor says so, or is gone. What it wrote is why it did not begin. */
static errint wait_for(const char *dir, struct service_task *t, int told, struct err *err)
{
	unsigned seconds = t->spec->ready ? t->spec->ready_seconds : 0;
	uint64_t until;
	char text[512];
	size_t n = 0;

	if (t->spec->ready && !seconds)
		seconds = SERVICE_READY_SECONDS;
	until = clock_ms() + (seconds + EXTRA_SECONDS) * 1000ULL;
	for (uint64_t now = clock_ms(); now < until; now = clock_ms()) {
		struct pollfd p = {.fd = told, .events = POLLIN};

		if (poll(&p, 1, (int)(until - now)) <= 0)
			continue;
		ssize_t got = read(told, text + n, sizeof(text) - n);
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	if (n)
		return err_set(err, ERR_FAILED, "starting service '%s': %.*s", t->spec->name,
			       (int)n, text);
	return judge(dir, t, err);
}

/* Another's end that this one was to wait for. */
static errint wait_for_end(const char *dir, const char *name, bool success, struct err *err)
{
	uint64_t until = clock_ms() + COMPLETED_SECONDS * 1000ULL;

	for (;;) {
		struct service_status s CLEANUP(service_status_release) = {0};
		errint rc = service_status(dir, name, &s, err);

		if (rc)
			return rc;
		if (s.state == SERVICE_IS_COMPLETED || (s.state == SERVICE_IS_FAILED && !success))
			return 0;
		if (s.state == SERVICE_IS_FAILED || s.state == SERVICE_IS_STOPPED)
			return err_set(err, ERR_FAILED, "service '%s', which it depends on, %s",
				       name, s.message ? s.message : "was stopped");
		if (clock_ms() > until)
			return err_set(err, ERR_TIMEOUT,
				       "service '%s', which it depends on, does not end", name);
		pause_a_little();
	}
}

/* Are those there that it depends on? */
static errint needs_are_met(const char *dir, const struct service_task *tasks, size_t n,
			    struct service_task *t, struct err *err)
{
	for (size_t i = 0; i < t->spec->n_depends; i++) {
		const struct service_dependency *d = &t->spec->depends[i];

		for (size_t j = 0; j < n; j++) {
			if (strcmp(tasks[j].spec->name, d->service) != 0)
				continue;
			if (tasks[j].outcome == SERVICE_NOT_DONE ||
			    tasks[j].outcome == SERVICE_NOT_TRIED) {
				t->outcome = SERVICE_NOT_TRIED;
				return err_set(err, ERR_FAILED,
					       "service '%s' was not started: it depends on '%s'",
					       t->spec->name, d->service);
			}
		}
		errint rc = d->condition == SERVICE_STARTED
				    ? 0
				    : wait_for_end(dir, d->service,
						   d->condition == SERVICE_SUCCEEDED, err);
		if (rc)
			return err_wrap(err, "starting service '%s'", t->spec->name);
	}
	return 0;
}

static void start_level(const char *dir, struct service_task *tasks, size_t n,
			const unsigned *levels, unsigned level, struct report *report, int *told)
{
	for (size_t i = 0; i < n; i++) {
		struct service_task *t = &tasks[i];

		if (levels[i] != level)
			continue;
		errint rc = needs_are_met(dir, tasks, n, t, &t->err);

		if (!rc)
			rc = start_one(dir, t, report, &told[i], &t->err);
		if (rc && t->outcome != SERVICE_NOT_TRIED)
			t->outcome = SERVICE_NOT_DONE;
	}
	for (size_t i = 0; i < n; i++) {
		if (levels[i] != level || told[i] < 0)
			continue;
		if (wait_for(dir, &tasks[i], told[i], &tasks[i].err))
			tasks[i].outcome = SERVICE_NOT_DONE;
		close(STEAL_FD(told[i]));
	}
}

static errint count_failures(const struct service_task *tasks, size_t n, const char *what,
			     struct err *err)
{
	size_t failed = 0;

	for (size_t i = 0; i < n; i++)
		failed += tasks[i].outcome == SERVICE_NOT_DONE ||
			  tasks[i].outcome == SERVICE_NOT_TRIED;
	return failed ? err_set(err, ERR_FAILED, "%zu of %zu services %s", failed, n, what) : 0;
}

errint services_start(const char *dir, struct service_task *tasks, size_t n, struct report *report,
		      struct err *err)
{
	unsigned *levels CLEANUP_FREE = xcalloc(n + 1, sizeof(*levels));
	int *told CLEANUP_FREE = xcalloc(n + 1, sizeof(*told));
	errint rc = service_levels(tasks, n, levels, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < n; i++)
		told[i] = -1;
	for (unsigned level = 0; level <= n; level++)
		start_level(dir, tasks, n, levels, level, report, told);
	return count_failures(tasks, n, "could not be started", err);
}

/* ---- stopping ---- */

/* Ends it though nobody supervises it. */
static errint stop_orphan(struct service_task *t, const char *folder, struct err *err)
{
	int lock CLEANUP_FD = -1;
	bool found = false;
	errint rc = access(folder, F_OK) ? 0 : service_lock(folder, &lock, err);

	if (!rc && lock >= 0)
		rc = service_recover(folder, t->spec->name, &found, err);
	if (!rc)
		t->outcome = found ? SERVICE_DONE : SERVICE_WAS_SO;
	return rc;
}

/* Tells its supervisor; *who is {0} where there is none to wait for. */
static errint begin_stop(const char *dir, struct service_task *t, struct process_id *who,
			 struct err *err)
{
	char *folder CLEANUP_FREE = service_folder(dir, t->spec->name);
	uint64_t until = clock_ms() + LOCK_MS;
	struct service_record r;

	*who = (struct process_id){0};
	/* One that is just being started has the lock and no record yet. */
	while (service_is_locked(folder)) {
		errint rc = service_record_read(folder, &r, err);

		if (rc)
			return rc;
		if (process_is_there(r.supervisor) && process_signal(r.supervisor, SIGTERM) == 0) {
			*who = r.supervisor;
			return 0;
		}
		if (clock_ms() > until)
			return err_set(err, ERR_FAILED,
				       "service '%s' has a supervisor that cannot "
				       "be reached",
				       t->spec->name);
		pause_a_little();
	}
	return stop_orphan(t, folder, err);
}

static errint end_stop(const char *dir, struct service_task *t, struct process_id who,
		       struct err *err)
{
	char *folder CLEANUP_FREE = service_folder(dir, t->spec->name);
	struct service_spec spec = {0};
	ARENA(a);
	ERR(ignored);

	if (service_spec_read(folder, &a, &spec, &ignored))
		spec.stop_seconds = 0;
	unsigned seconds = spec.stop_seconds ? spec.stop_seconds : SERVICE_STOP_SECONDS;
	uint64_t until = clock_ms() + (seconds + EXTRA_SECONDS) * 1000ULL;

	while (process_is_there(who) && clock_ms() < until)
		nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
	/* It hangs: stopped, or waiting for a disk. */
	if (process_is_there(who))
		(void)!process_signal(who, SIGKILL);
	while (process_is_there(who) && clock_ms() < until + LOCK_MS)
		pause_a_little();
	/* Nothing to do, unless it was killed before it was done. */
	errint rc = stop_orphan(t, folder, err);
	if (!rc)
		t->outcome = SERVICE_DONE;
	return rc;
}

errint services_stop(const char *dir, struct service_task *tasks, size_t n, struct report *report,
		     struct err *err)
{
	unsigned *levels CLEANUP_FREE = xcalloc(n + 1, sizeof(*levels));
	struct process_id *who CLEANUP_FREE = xcalloc(n + 1, sizeof(*who));
	errint rc = service_levels(tasks, n, levels, err);

	(void)report;
	if (rc)
		return rc;
	for (unsigned level = (unsigned)n + 1; level-- > 0;) {
		for (size_t i = 0; i < n; i++)
			if (levels[i] == level &&
			    begin_stop(dir, &tasks[i], &who[i], &tasks[i].err))
				tasks[i].outcome = SERVICE_NOT_DONE;
		for (size_t i = 0; i < n; i++)
			if (levels[i] == level && who[i].pid &&
			    end_stop(dir, &tasks[i], who[i], &tasks[i].err))
				tasks[i].outcome = SERVICE_NOT_DONE;
	}
	return count_failures(tasks, n, "could not be stopped", err);
}
