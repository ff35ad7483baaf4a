/* SPDX-License-Identifier: MIT
 *
 * Processes as /proc shows them. A number alone is never trusted: the kernel gives it again, so a
 * process is its number and when it started. */
#include "service/service_int.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"

void process_table_release(struct process_table *t)
{
	free(t->v);
	*t = (struct process_table){0};
}

/* "PID (NAME) STATE PPID PGRP SESSION …", where a name may have blanks and parentheses; the start
 * is the 22nd field. */
static bool read_row(pid_t pid, struct process_row *out)
{
	char path[32], text[1024];
	unsigned long long start;
	int parent, session;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	int fd CLEANUP_FD = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n <= 0)
		return false;
	text[n] = '\0';
	char *rest = strrchr(text, ')');

	if (!rest ||
	    sscanf(rest + 1,
		   " %c %d %*d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
		   &out->state, &parent, &session, &start) != 4)
		return false;
	out->id = (struct process_id){pid, start};
	out->parent = parent;
	out->session = session;
	return true;
}

errint process_table_read(struct process_table *t, struct err *err)
{
	struct dir_list l CLEANUP(dir_list_release) = {0};
	errint rc = dir_list(AT_FDCWD, "/proc", &l, err);
	uint64_t pid;

	if (rc)
		return err_wrap(err, "looking at processes");
	t->n = 0;
	for (size_t i = 0; i < l.n; i++) {
		if (!str_to_u64(str_c(l.v[i].name), &pid))
			continue;
		ARRAY_GROW(t->v, t->n, t->cap);
		if (read_row((pid_t)pid, &t->v[t->n]))
			t->n++;
	}
	return 0;
}

static bool is_dead(const struct process_row *r)
{
	return r->state == 'Z' || r->state == 'X';
}

void process_table_keep_below(struct process_table *t, pid_t root, pid_t skip)
{
	bool *below CLEANUP_FREE = xcalloc(t->n + 1, sizeof(bool));
	size_t kept = 0;

	/* Children stand before their parents, too, once numbers have wrapped. */
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < t->n; i++) {
			const struct process_row *r = &t->v[i];
			bool is = r->parent == root;

			if (below[i] || (skip && r->id.pid == skip))
				continue;
			for (size_t j = 0; !is && j < t->n; j++)
				is = below[j] && t->v[j].id.pid == r->parent;
			below[i] = is;
			more |= is;
		}
	}
	for (size_t i = 0; i < t->n; i++)
		if (below[i] && !is_dead(&t->v[i]))
			t->v[kept++] = t->v[i];
	t->n = kept;
}

/* Has it this run's mark in the environment that it was executed with? */
static bool has_mark(pid_t pid, const char *run)
{
	char path[32], *mark CLEANUP_FREE = xasprintf(SERVICE_RUN_VAR "=%s", run);
	BUF(text, LIMIT_TOOL_OUTPUT);
	ERR(ignored);

	snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	int fd CLEANUP_FD = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fd_read_all(fd, &text, &ignored))
		return false;
	struct str rest = buf_str(&text), one;

	while (str_split(&rest, '\0', &one))
		if (str_eqz(one, mark))
			return true;
	return false;
}

bool process_holds(pid_t pid, const char *const *texts, size_t n)
{
	struct dir_list l CLEANUP(dir_list_release) = {0};
	char path[32];
	ERR(ignored);

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	if (dir_list(AT_FDCWD, path, &l, &ignored))
		return false;
	for (size_t i = 0; i < l.n; i++) {
		char *at CLEANUP_FREE = xasprintf("%s/%s", path, l.v[i].name), target[64];
		ssize_t got = readlink(at, target, sizeof(target) - 1);

		target[got < 0 ? 0 : got] = '\0';
		for (size_t j = 0; j < n; j++)
			if (strcmp(target, texts[j]) == 0)
				return true;
	}
	return false;
}

/* The writer of a killed supervisor's log has the pipe, too; it ends by itself, when it is done. */
static bool is_log_writer(pid_t pid)
{
	char path[32], name[32];

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	int fd CLEANUP_FD = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, name, sizeof(name));

	return n > 0 && str_eqz(str_trim(str_n(name, (size_t)n)), SERVICE_LOG_WRITER);
}

static bool prints(const struct process_row *r, const struct service_record *of)
{
	char text[40];

	snprintf(text, sizeof(text), "pipe:[%llu]", (unsigned long long)of->pipe);
	return of->pipe && r->id.start >= of->process.start &&
	       process_holds(r->id.pid, (const char *const[]){text}, 1) &&
	       !is_log_writer(r->id.pid);
}

/* Adds what those that are in have started, or lead as a session. */
static void add_related(const struct process_table *t, bool *in)
{
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < t->n; i++) {
			const struct process_row *r = &t->v[i];

			for (size_t j = 0; !in[i] && j < t->n; j++) {
				in[i] = in[j] && (t->v[j].id.pid == r->parent ||
						  t->v[j].id.pid == r->session);
				more |= in[i];
			}
		}
	}
}

static bool is_of_run(const struct process_row *r, const struct service_record *of,
		      const pid_t *members, size_t n_members)
{
	if (is_dead(r))
		return false;
	for (size_t i = 0; i < n_members; i++)
		if (members[i] == r->id.pid)
			return true;
	if (r->id.pid == of->process.pid && r->id.start == of->process.start)
		return true;
	return (*of->run && has_mark(r->id.pid, of->run)) || prints(r, of);
}

void process_table_keep_run(struct process_table *t, const struct service_record *of)
{
	bool *in CLEANUP_FREE = xcalloc(t->n + 1, sizeof(bool));
	pid_t *members CLEANUP_FREE = NULL;
	size_t kept = 0, n_members = service_cgroup_members(of->cgroup, &members);

	for (size_t i = 0; i < t->n; i++)
		in[i] = is_of_run(&t->v[i], of, members, n_members);
	add_related(t, in);
	for (size_t i = 0; i < t->n; i++)
		if (in[i] && !is_dead(&t->v[i]) && t->v[i].id.pid != getpid())
			t->v[kept++] = t->v[i];
	t->n = kept;
}

struct process_id process_identify(pid_t pid)
{
	struct process_row r;

	return pid > 0 && read_row(pid, &r) ? r.id : (struct process_id){0};
}

bool process_is_there(struct process_id id)
{
	struct process_row r;

	return id.pid > 0 && read_row(id.pid, &r) && r.id.start == id.start && !is_dead(&r);
}

int process_signal(struct process_id id, int sig)
{
	/* Behind an open descriptor the number stays what it is. */
	int fd CLEANUP_FD = (int)syscall(SYS_pidfd_open, id.pid, 0);

	if (fd < 0 && errno != ENOSYS)
		return errno;
	if (process_identify(id.pid).start != id.start)
		return ESRCH;
	if (fd < 0)
		return kill(id.pid, sig) ? errno : 0;
	return syscall(SYS_pidfd_send_signal, fd, sig, NULL, 0) ? errno : 0;
}

static errint left_of_run(const struct service_record *r, struct process_table *t, struct err *err)
{
	errint rc = process_table_read(t, err);

	if (!rc)
		process_table_keep_run(t, r);
	return rc;
}

errint service_end_run(const struct service_record *r, int sig, unsigned seconds, struct err *err)
{
	struct process_table t CLEANUP(process_table_release) = {0};
	uint64_t kill_at = clock_ms() + seconds * 1000ULL, give_up = kill_at + 10000;
	errint rc = left_of_run(r, &t, err);

	for (size_t i = 0; !rc && i < t.n; i++) {
		(void)!process_signal(t.v[i].id, sig);
		(void)!process_signal(t.v[i].id, SIGCONT);
	}
	while (!rc && t.n) {
		uint64_t now = clock_ms();

		if (now > give_up)
			return err_set(err, ERR_FAILED, "process %d does not end",
				       (int)t.v[0].id.pid);
		for (size_t i = 0; now >= kill_at && i < t.n; i++)
			(void)!process_signal(t.v[i].id, SIGKILL);
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
		rc = left_of_run(r, &t, err);
	}
	if (!rc)
		service_cgroup_remove(r->cgroup);
	return rc;
}
