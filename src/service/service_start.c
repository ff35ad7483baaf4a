/* SPDX-License-Identifier: MIT
 *
 * Starting: the lock first, then what a killed supervisor left is ended, then a supervisor of ours
 * gets the lock and goes its own way. Those of one level are started together and waited for. */
#include "service/service_int.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
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
	COMPLETED_SECONDS = 3600, /* for one whose end is waited for */
	LOG_LINES = 5,
};

void service_tasks_release(struct service_task *tasks, size_t n)
{
	for (size_t i = 0; i < n; i++)
		err_release(&tasks[i].err);
}

void service_pause(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
}

/* The lock, or -1 where a supervisor has it and the service is up. */
static errint take_lock(const char *dir, const char *folder, const char *name, int *out,
			struct err *err)
{
	uint64_t until = clock_ms() + SERVICE_LOCK_MS;
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
		service_pause();
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
	until = clock_ms() + (seconds + SERVICE_EXTRA_SECONDS) * 1000ULL;
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
		service_pause();
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

errint service_count_failures(const struct service_task *tasks, size_t n, const char *what,
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
	return service_count_failures(tasks, n, "could not be started", err);
}
