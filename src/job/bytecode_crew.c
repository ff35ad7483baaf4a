/* SPDX-License-Identifier: MIT
 *
 * As many interpreters as there are processors to spare. Two of them on one processor would take
 * turns at its caches, and each has a heap to fill; so a build that runs beside others has one, and
 * more as soon as the others are through. */
#include "job/bytecode_int.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/process.h"
#include "base/thread.h"

enum {
	CREW_MAX = 64,
	FILES_EACH = 16, /* fewer are sooner compiled than shared out */
	LOOK_MS = 20,    /* how soon it is seen that others are through */
};

errint bytecode_start(const struct bytecode_crew *c, const char *script, int in, int out,
		      pid_t *pid, struct err *err)
{
	/* glibc keeps what is freed: the next file needs it again */
	static const char *const env[] = {"PYTHONHASHSEED=0",
					  "LC_ALL=C.UTF-8",
					  "MALLOC_TOP_PAD_=67108864",
					  "MALLOC_TRIM_THRESHOLD_=1073741824",
					  "MALLOC_MMAP_THRESHOLD_=1073741824",
					  NULL};
	const char *const argv[] = {c->interpreter, "-S",     "-s", "-P",   "-B",
				    "-W",           "ignore", "-c", script, NULL};
	struct process_spec spec = {
		.argv = argv, .env = env, .in = in, .out = out, .errfd = c->log};

	return process_start(&spec, pid, err) ? err_wrap(err, "compiling Python files") : 0;
}

errint bytecode_wait(const struct bytecode_crew *c, pid_t pid, struct err *err)
{
	char text[64];
	int status;

	if (process_wait(pid, &status, err))
		return err_wrap(err, "compiling Python files");
	if (status)
		return err_set(err, ERR_BUILD, "compiling Python files: '%s' ended with %s",
			       c->interpreter, process_status_text(status, text, sizeof(text)));
	return 0;
}

struct interpreters {
	const struct bytecode_crew *c;
	int give, take; /* the names' way */
	size_t sent;
	struct member {
		pid_t pid;
		int fd; /* readable when it has ended */
	} v[CREW_MAX];
	size_t n; /* that run */
};

static void interpreters_release(struct interpreters *k)
{
	if (k->give >= 0)
		close(k->give);
	if (k->take >= 0)
		close(k->take);
	for (size_t i = 0; i < k->n; i++) {
		ERR(ignored);

		/* with the names at their end, they end, too */
		(void)!bytecode_wait(k->c, k->v[i].pid, &ignored);
		close(k->v[i].fd);
	}
}

static size_t most(const struct interpreters *k)
{
	size_t n = MIN((size_t)thread_processors(), (k->c->n + FILES_EACH - 1) / FILES_EACH);

	return MIN(MAX(n, (size_t)1), (size_t)CREW_MAX);
}

static size_t wanted(const struct interpreters *k)
{
	unsigned busy = k->c->busy ? __atomic_load_n(k->c->busy, __ATOMIC_RELAXED) : 1;
	size_t others = busy ? busy - 1 : 0, n = most(k);

	return n > others + 1 ? n - others : 1;
}

static errint add_member(struct interpreters *k, struct err *err)
{
	pid_t pid;
	errint rc = bytecode_start(k->c, k->c->script, k->take, k->c->left, &pid, err);

	if (rc)
		return rc;
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0)
		return err_sys(err, "watching a process");
	k->v[k->n++] = (struct member){pid, fd};
	return 0;
}

static errint send_names(struct interpreters *k, struct err *err)
{
	while (k->give >= 0 && k->sent < k->c->n) {
		struct str name = k->c->names[k->sent];
		ssize_t done = send(k->give, name.p, name.n, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (done < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOBUFS))
			return 0;
		if (done < 0)
			return err_sys(err, "handing out Python files");
		k->sent++;
	}
	if (k->give >= 0)
		close(STEAL_FD(k->give));
	return 0;
}

static errint wait_for(struct interpreters *k, struct err *err)
{
	struct pollfd p[CREW_MAX + 1];
	bool more = k->sent < k->c->n && k->n < most(k);

	for (size_t i = 0; i < k->n; i++)
		p[i] = (struct pollfd){.fd = k->v[i].fd, .events = POLLIN};
	p[k->n] = (struct pollfd){.fd = k->give, .events = POLLOUT};
	if (poll(p, k->n + 1, more ? LOOK_MS : -1) < 0 && errno != EINTR)
		return err_sys(err, "waiting for interpreters");
	for (size_t i = k->n; i-- > 0;) {
		if (!(p[i].revents & POLLIN))
			continue;
		struct member m = k->v[i];
		k->v[i] = k->v[--k->n];
		close(m.fd);
		errint rc = bytecode_wait(k->c, m.pid, err);
		if (rc)
			return rc;
	}
	return 0;
}

errint bytecode_share(const struct bytecode_crew *c, struct err *err)
{
	struct interpreters k CLEANUP(interpreters_release) = {.c = c, .give = -1, .take = -1};
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return err_sys(err, "making a pair of sockets");
	k.give = ends[0];
	k.take = ends[1];
	errint rc = add_member(&k, err);
	while (!rc && k.n) {
		rc = send_names(&k, err);
		if (!rc && k.sent < c->n && k.n < wanted(&k))
			rc = add_member(&k, err);
		if (!rc)
			rc = wait_for(&k, err);
	}
	if (!rc && k.sent < c->n)
		return err_set(err, ERR_BUILD, "compiling Python files: '%s' ended too soon",
			       c->interpreter);
	return rc;
}
