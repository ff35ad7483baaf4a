/* SPDX-License-Identifier: MIT
 *
 * Stopping: a supervisor is told and waited for; where there is none any more, what it left is
 * ended here. */
#include "service/service_int.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "base/environ.h"

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
	uint64_t until = clock_ms() + SERVICE_LOCK_MS;
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
		service_pause();
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
	uint64_t until = clock_ms() + (seconds + SERVICE_EXTRA_SECONDS) * 1000ULL;

	while (process_is_there(who) && clock_ms() < until)
		nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
	/* It hangs: stopped, or waiting for a disk. */
	if (process_is_there(who))
		(void)!process_signal(who, SIGKILL);
	while (process_is_there(who) && clock_ms() < until + SERVICE_LOCK_MS)
		service_pause();
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
	return service_count_failures(tasks, n, "could not be stopped", err);
}
