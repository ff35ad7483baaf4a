/* SPDX-License-Identifier: MIT
 *
 * Running a program for its output. Both pipes are read as they fill, so that neither can block
 * the child; of standard error at least the end is kept, to explain a failure. */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	TAIL_BYTES = 4096,
	TAIL_LINES = 20,
	END_NAPS = 400, /* of 5 ms, for who ends by himself */
};

struct capture {
	struct pollfd fds[3]; /* standard output and error, -1 after the end; interrupt */
	struct buf *out, *errs;
	char tail[TAIL_BYTES * 2];
	size_t tail_n;
};

static void close_ends(struct capture *c)
{
	for (int i = 0; i < 2; i++)
		cleanup_fd_(&c->fds[i].fd);
}

static void keep_tail(struct capture *c, const char *p, size_t n)
{
	if (n > TAIL_BYTES) {
		p += n - TAIL_BYTES;
		n = TAIL_BYTES;
	}
	if (c->tail_n + n > sizeof(c->tail)) {
		size_t keep = MIN(c->tail_n, (size_t)TAIL_BYTES);

		memmove(c->tail, c->tail + c->tail_n - keep, keep);
		c->tail_n = keep;
	}
	memcpy(c->tail + c->tail_n, p, n);
	c->tail_n += n;
}

static errint take(struct capture *c, int i, struct err *err)
{
	char chunk[16 << 10];
	ssize_t n = read(c->fds[i].fd, chunk, sizeof(chunk));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n < 0)
		return err_sys(err, "cannot read the output");
	if (n == 0) {
		close(STEAL_FD(c->fds[i].fd));
		return 0;
	}
	if (i == 1)
		keep_tail(c, chunk, (size_t)n);
	struct buf *to = i == 0 ? c->out : c->errs;

	if (!to)
		return 0;
	buf_put(to, chunk, (size_t)n);
	return buf_check(to, "the output", err);
}

static errint collect(struct capture *c, struct err *err)
{
	while (c->fds[0].fd >= 0 || c->fds[1].fd >= 0) {
		errint rc = interrupt_check(err);

		if (rc)
			return rc;
		c->fds[2] = (struct pollfd){.fd = interrupt_fd(), .events = POLLIN};
		if (poll(c->fds, 3, -1) < 0) {
			if (errno == EINTR)
				continue;
			return err_sys(err, "cannot wait for output");
		}
		for (int i = 0; i < 2 && !rc; i++) {
			if (c->fds[i].fd >= 0 && c->fds[i].revents)
				rc = take(c, i, err);
		}
		if (rc)
			return rc;
	}
	return 0;
}

static void add_tail(const struct capture *c, struct err *err)
{
	struct str text = str_n(c->tail, c->tail_n);
	size_t lines = 0;

	if (text.n > TAIL_BYTES)
		text = str_skip(text, text.n - TAIL_BYTES);
	text = str_trim(text);
	for (size_t i = text.n; i > 0; i--) {
		if (text.p[i - 1] != '\n' || ++lines < TAIL_LINES)
			continue;
		text = str_skip(text, i);
		break;
	}
	if (text.n)
		err_detail(err, "%.*s", STR_ARG(text));
}

static errint start(const char *const *argv, const char *const *env, struct capture *c, pid_t *pid,
		    struct err *err)
{
	int out[2], errs[2];

	if (pipe2(out, O_CLOEXEC))
		return err_sys(err, "cannot make a pipe");
	c->fds[0] = (struct pollfd){.fd = out[0], .events = POLLIN};
	int out_write CLEANUP_FD = out[1];

	if (pipe2(errs, O_CLOEXEC))
		return err_sys(err, "cannot make a pipe");
	c->fds[1] = (struct pollfd){.fd = errs[0], .events = POLLIN};
	int errs_write CLEANUP_FD = errs[1];
	struct process_spec spec = {
		.argv = argv, .env = env, .in = -1, .out = out_write, .errfd = errs_write};

	return process_start(&spec, pid, err);
}

/* Asked to, most take away what only they know of (git: its locks); who does not is killed. */
static void end_program(pid_t pid)
{
	const struct timespec nap = {.tv_nsec = 5 * 1000 * 1000};

	kill(pid, SIGTERM);
	for (int i = 0; i < END_NAPS; i++) {
		if (waitpid(pid, NULL, WNOHANG) != 0)
			return;
		nanosleep(&nap, NULL);
	}
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

errint process_capture_env(const char *const *argv, const char *const *env, struct buf *out,
			   struct buf *errs, struct err *err)
{
	struct capture c CLEANUP(close_ends) = {.fds = {{.fd = -1}, {.fd = -1}}};
	pid_t pid;
	int status;
	char text[64];

	c.out = out;
	c.errs = errs;
	errint rc = start(argv, env, &c, &pid, err);

	if (rc)
		return rc;
	if (collect(&c, err)) {
		end_program(pid);
		return err_wrap(err, "running '%s'", argv[0]);
	}
	rc = process_wait(pid, &status, err);
	if (rc)
		return rc;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	rc = err_set(err, ERR_FAILED, "'%s' failed: %s", argv[0],
		     process_status_text(status, text, sizeof(text)));
	add_tail(&c, err);
	return rc;
}

errint process_capture(const char *const *argv, struct buf *out, struct buf *errs, struct err *err)
{
	return process_capture_env(argv, NULL, out, errs, err);
}
