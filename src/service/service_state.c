/* SPDX-License-Identifier: MIT
 *
 * How a service is, as a file of lines "KEY=VALUE" that its supervisor replaces, and what that
 * means to who reads it: after a reboot nothing of it is true any more, and without the supervisor
 * its lock is free. */
#include "service/service_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/file.h"

static const char *const state_words[] = {
#define X(id, word) word,
	SERVICE_STATES(X)
#undef X
};

const char *service_state_text(enum service_state s)
{
	return state_words[s];
}

bool service_is_up(const struct service_status *s)
{
	return s->state == SERVICE_IS_STARTING || s->state == SERVICE_IS_RUNNING ||
	       s->state == SERVICE_IS_RESTARTING || s->state == SERVICE_IS_STOPPING;
}

void service_status_release(struct service_status *s)
{
	free(s->message);
	s->message = NULL;
}

/* On a full disk the room that the old one has is all there is. */
static bool write_over(const char *path, struct str text)
{
	int fd CLEANUP_FD = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

	return fd >= 0 && pwrite(fd, text.p, text.n, 0) == (ssize_t)text.n &&
	       ftruncate(fd, (off_t)text.n) == 0;
}

errint service_record_write(const char *folder, const struct service_record *r, struct err *err)
{
	char *path CLEANUP_FREE = xasprintf("%s/state", folder);
	BUF(b, LIMIT_SMALL_FILE);

	buf_printf(&b, "boot=%s\nrun=%s\nstate=%s\n", r->boot, r->run, state_words[r->state]);
	buf_printf(&b, "supervisor=%d\nsupervisor-start=%llu\n", (int)r->supervisor.pid,
		   (unsigned long long)r->supervisor.start);
	buf_printf(&b, "process=%d\nprocess-start=%llu\n", (int)r->process.pid,
		   (unsigned long long)r->process.start);
	buf_printf(&b, "exit-code=%d\nexit-signal=%d\nrestarts=%u\n", r->exit_code, r->exit_signal,
		   r->restarts);
	buf_printf(&b, "pipe=%llu\ncgroup=%s\n", (unsigned long long)r->pipe, r->cgroup);
	buf_printf(&b, "has-ready=%d\nready=%d\nmessage=%s\n", r->has_ready, r->ready, r->message);
	errint rc = file_write(AT_FDCWD, path, buf_str(&b), 0600, 0, err);
	if (rc && (err->sys == ENOSPC || err->sys == EDQUOT) && write_over(path, buf_str(&b))) {
		err_clear(err);
		rc = 0;
	}
	return rc;
}

static void take_word(char *to, size_t room, struct str value)
{
	size_t n = MIN(value.n, room - 1);

	memcpy(to, value.p, n);
	to[n] = '\0';
}

static void take_state(struct service_record *out, struct str value)
{
	for (size_t i = 0; i < ARRAY_LEN(state_words); i++)
		if (str_eqz(value, state_words[i]))
			out->state = (enum service_state)i;
}

static void take_line(struct service_record *out, struct str key, struct str value)
{
	int64_t n = 0;

	if (str_eq(key, S("boot")))
		take_word(out->boot, sizeof(out->boot), value);
	else if (str_eq(key, S("run")))
		take_word(out->run, sizeof(out->run), value);
	else if (str_eq(key, S("cgroup")))
		take_word(out->cgroup, sizeof(out->cgroup), value);
	else if (str_eq(key, S("message")))
		take_word(out->message, sizeof(out->message), value);
	else if (str_eq(key, S("state")))
		take_state(out, value);
	else if (!str_to_i64(value, &n))
		return;
	else if (str_eq(key, S("supervisor-start")))
		out->supervisor.start = (uint64_t)n;
	else if (str_eq(key, S("process-start")))
		out->process.start = (uint64_t)n;
	else if (str_eq(key, S("pipe")))
		out->pipe = (uint64_t)n;
	else if (n < INT32_MIN || n > INT32_MAX)
		return;
	else if (str_eq(key, S("supervisor")))
		out->supervisor.pid = (pid_t)n;
	else if (str_eq(key, S("process")))
		out->process.pid = (pid_t)n;
	else if (str_eq(key, S("exit-code")))
		out->exit_code = (int)n;
	else if (str_eq(key, S("exit-signal")))
		out->exit_signal = (int)n;
	else if (str_eq(key, S("restarts")))
		out->restarts = (unsigned)n;
	else if (str_eq(key, S("has-ready")))
		out->has_ready = n != 0;
	else if (str_eq(key, S("ready")))
		out->ready = n != 0;
}

void service_record_parse(struct str text, struct service_record *out)
{
	struct str line, key, value;

	*out = (struct service_record)SERVICE_RECORD_INIT;
	while (str_split(&text, '\n', &line))
		if (str_cut(line, '=', &key, &value))
			take_line(out, key, value);
}

errint service_record_read(const char *folder, struct service_record *out, struct err *err)
{
	char *path CLEANUP_FREE = xasprintf("%s/state", folder);
	BUF(b, LIMIT_SMALL_FILE);
	ERR(absent);
	errint rc = file_read(AT_FDCWD, path, &b, &absent);

	if (rc && rc != ERR_NOT_FOUND)
		return err_move(err, &absent);
	service_record_parse(buf_str(&b), out);
	return 0;
}

/* How long it runs. A process starts in ticks of the clock that goes on while the machine
 * sleeps. */
static uint64_t age(struct process_id id)
{
	struct timespec now;
	uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK);

	clock_gettime(CLOCK_BOOTTIME, &now);
	uint64_t start = id.start / ticks, at = (uint64_t)now.tv_sec;
	return at > start ? at - start : 0;
}

/* The record of a supervisor that is no more: killed, or from before a reboot. */
static void judge_orphan(const struct service_record *r, const char *boot,
			 struct service_status *out)
{
	bool same = strcmp(r->boot, boot) == 0;

	if (same && process_is_there(r->process)) {
		out->message = xstrdup("its supervisor is gone: 'kiln services restart' brings "
				       "both back");
		out->state = SERVICE_IS_RUNNING;
		out->ready = false;
		return;
	}
	out->pid = 0;
	out->ready = false;
	out->state = SERVICE_IS_STOPPED;
	out->exit_code = -1;
	out->exit_signal = 0;
	out->message = xstrdup(
		same ? "ended with its supervisor, which was killed: 'kiln services stop' ends what it may have left"
		     : "ended with the machine, which was started again");
}

errint service_status(const char *dir, const char *name, struct service_status *out,
		      struct err *err)
{
	char *folder CLEANUP_FREE = service_folder(dir, name), boot[SERVICE_BOOT_ID];
	struct service_record r;
	bool supervised = service_is_locked(folder);
	errint rc = service_record_read(folder, &r, err);

	if (rc)
		return err_wrap(err, "service '%s'", name);
	service_boot_id(boot);
	*out = (struct service_status){
		.state = r.state,
		.pid = r.process.pid,
		.supervisor = supervised ? r.supervisor.pid : 0,
		.exit_code = r.exit_code,
		.exit_signal = r.exit_signal,
		.restarts = r.restarts,
		.has_ready = r.has_ready,
		.ready = r.ready,
	};
	if (!supervised && service_is_up(out))
		judge_orphan(&r, boot, out);
	else if (supervised && (strcmp(r.boot, boot) != 0 || !process_is_there(r.supervisor)))
		/* The lock is of a start that has written nothing yet. */
		*out = (struct service_status){.state = SERVICE_IS_STARTING, .exit_code = -1};
	if (!out->message && r.message[0])
		out->message = xstrdup(r.message);
	if (out->pid)
		out->seconds = age(r.process);
	return 0;
}
