/* SPDX-License-Identifier: MIT
 *
 * The forked process writes one byte ('+' or '-') and then its result, or its error's parts each
 * followed by NUL. It dies with us, so that a kill leaves nobody writing into the store. */
#include "base/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/file.h"

static void put_text(struct buf *b, const char *text)
{
	buf_putz(b, text ? text : "");
	buf_putc(b, '\0');
}

ATTR_NORETURN static void child_main(worker_fn *fn, void *ctx, int fd, pid_t parent)
{
	BUF(b, LIMIT_TOOL_OUTPUT);
	ERR(err);
	ERR(ignored);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* It may have died before. */
	if (getppid() != parent)
		_exit(1);
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	/* The terminal's ^C is for the parent, which ends us in its own way. */
	signal(SIGINT, SIG_IGN);
	buf_putc(&b, '+');
	errint rc = fn(ctx, &b, &err);
	if (!rc)
		rc = buf_check(&b, "result", &err);
	if (rc) {
		buf_clear(&b);
		buf_putc(&b, '-');
		buf_put(&b, &err.code, sizeof(err.code));
		buf_put(&b, &err.sys, sizeof(err.sys));
		put_text(&b, err.msg);
		put_text(&b, err.detail);
		put_text(&b, err.hint);
	}
	_exit(fd_write_all(fd, b.p, b.n, &ignored) ? 1 : 0);
}

errint worker_start(worker_fn *fn, void *ctx, struct worker *out, struct err *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return err_sys(err, "making a pipe");
	int from CLEANUP_FD = ends[0], to CLEANUP_FD = ends[1];
	pid_t parent = getpid();
	pid_t pid = fork();
	if (pid < 0)
		return err_sys(err, "starting a process");
	if (pid == 0)
		child_main(fn, ctx, to, parent);
	struct worker w = WORKER_INIT;
	w.pid = pid;
	w.fd = STEAL_FD(from);
	*out = w;
	return 0;
}

errint worker_here(worker_fn *fn, void *ctx, struct worker *out, struct err *err)
{
	struct worker w = WORKER_INIT;

	buf_putc(&w.result, '+');
	errint rc = fn(ctx, &w.result, err);
	if (!rc)
		rc = buf_check(&w.result, "result", err);
	if (rc) {
		buf_release(&w.result);
		return rc;
	}
	*out = w;
	return 0;
}

/* The error's parts: code, errno, message, detail, hint. */
static errint parse_error(struct str s, struct err *err)
{
	struct str msg, detail, hint;
	int code, sys;

	if (s.n < sizeof(code) + sizeof(sys))
		return err_set(err, ERR_FAILED, "a worker failed without a word");
	memcpy(&code, s.p, sizeof(code));
	memcpy(&sys, s.p + sizeof(code), sizeof(sys));
	s = str_skip(s, sizeof(code) + sizeof(sys));
	if (!str_split(&s, '\0', &msg) || !str_split(&s, '\0', &detail) ||
	    !str_split(&s, '\0', &hint))
		return err_set(err, ERR_FAILED, "a worker's error is cut off");
	errint rc = err_set(err, code < 0 ? code : ERR_FAILED, "%.*s", STR_ARG(msg));
	err->sys = sys;
	if (detail.n)
		err_detail(err, "%.*s", STR_ARG(detail));
	if (hint.n)
		err_hint(err, "%.*s", STR_ARG(hint));
	return rc;
}

static errint finish(struct worker *w, struct err *err)
{
	struct str s = buf_str(&w->result);
	int status;

	while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
		;
	w->pid = -1;
	close(STEAL_FD(w->fd));
	if (s.n && s.p[0] == '-')
		return parse_error(str_skip(s, 1), err);
	if (!WIFEXITED(status) || WEXITSTATUS(status) || !s.n)
		return err_set(err, ERR_FAILED, "a worker process died");
	return 0;
}

errint worker_read(struct worker *w, bool *done, struct err *err)
{
	enum { CHUNK = 65536 };
	char *p = buf_reserve(&w->result, CHUNK);

	*done = false;
	if (!p)
		return buf_check(&w->result, "a worker's result", err);
	ssize_t n = read(w->fd, p, CHUNK);
	if (n < 0)
		return errno == EINTR ? 0 : err_sys(err, "reading from a worker");
	w->result.n += (size_t)n;
	if (n > 0)
		return 0;
	*done = true;
	return finish(w, err);
}

void worker_release(struct worker *w)
{
	int status;

	if (w->pid > 0) {
		kill(w->pid, SIGKILL);
		while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	if (w->fd >= 0)
		close(STEAL_FD(w->fd));
	w->pid = -1;
	buf_release(&w->result);
}
