/* SPDX-License-Identifier: MIT
 *
 * Child processes and interrupts of src/base. */
#include "tap.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"
#include "base/process.h"

static errint capture(const char *script, struct buf *out, struct buf *errs, struct err *err)
{
	return process_capture((const char *const[]){"sh", "-c", script, NULL}, out, errs, err);
}

static void test_capture(void)
{
	ERR(err);
	BUF(out, 1 << 22);
	BUF(errs, 1 << 22);

	IS_OK(capture("echo out; echo err >&2; cat", &out, &errs, &err), err, "run a program");
	IS_STR(buf_str(&out), S("out\n"), "its output");
	IS_STR(buf_str(&errs), S("err\n"), "its standard error");
	buf_clear(&out);
	IS_INT(capture("echo partly; echo first >&2; echo why >&2; exit 3", &out, NULL, &err),
	       ERR_FAILED, "an exit status is a failure");
	IS_Z(err.msg, "'sh' failed: exit status 3", "the message");
	IS_Z(err.detail, "first\nwhy", "the end of its standard error");
	err_clear(&err);
	IS_INT(capture("kill -9 $$", &out, NULL, &err), ERR_FAILED, "so is a signal");
	IS_Z(err.msg, "'sh' failed: signal 9 (Killed)", "by name");
	err_clear(&err);
	buf_clear(&out);
	buf_clear(&errs);
	IS_OK(capture("i=0; while [ $i -lt 3000 ]; do echo 'a line of some length, to fill both "
		      "pipes'; echo 'and another one' >&2; i=$((i+1)); done",
		      &out, &errs, &err),
	      err, "both pipes filled");
	OK(out.n > 100000 && errs.n == 3000 * 16, "do not block each other");
	BUF(small, 100);
	uint64_t start = clock_ms();

	IS_ERR(capture("while :; do echo y; done", &small, NULL, &err), err, ERR_TOO_BIG,
	       "endless output ends at the ceiling");
	OK(clock_ms() - start < 10000, "and so does the program");
	IS_INT(capture("i=0; while [ $i -lt 900 ]; do echo line $i >&2; i=$((i+1)); done; exit 1",
		       &out, NULL, &err),
	       ERR_FAILED, "a long standard error");
	OK(err.detail && str_starts(str_c(err.detail), S("line 880\n")) &&
		   str_ends(str_c(err.detail), S("line 899")),
	   "is cut to its last 20 lines");
	err_clear(&err);
}

static void test_start(void)
{
	ERR(err);
	struct process_spec spec = {.in = -1, .out = -1, .errfd = -1};
	pid_t pid = -7;

	spec.argv = (const char *const[]){"no-such-program-anywhere", NULL};
	IS_INT(process_start(&spec, &pid, &err), ERR_NOT_FOUND, "an absent program");
	OK(err.hint && strstr(err.hint, "PATH"), "comes with a cure");
	err_clear(&err);
	spec.argv = (const char *const[]){"/etc/passwd", NULL};
	IS_ERR(process_start(&spec, &pid, &err), err, ERR_DENIED, "a file that is no program");
	spec.argv = (const char *const[]){"true", NULL};
	spec.cwd = "/no/such/folder";
	IS_INT(process_start(&spec, &pid, &err), ERR_NOT_FOUND, "an absent working folder");
	OK(err.msg && strstr(err.msg, "in folder '/no/such/folder'"), "is told from the program");
	err_clear(&err);
	IS_INT(pid, -7, "failures set nothing");
}

/* What a child inherits beyond 0 to 2: descriptors that whoever started this test left open. */
static size_t inherited(void)
{
	ERR(err);
	struct dir_list l CLEANUP(dir_list_release) = {0};
	size_t n = 0;

	IS_OK(dir_list(AT_FDCWD, "/proc/self/fd", &l, &err), err, "our descriptors");
	for (size_t i = 0; i < l.n; i++) {
		uint64_t fd = 0;
		int flags = str_to_u64(str_c(l.v[i].name), &fd) ? fcntl((int)fd, F_GETFD) : -1;

		n += fd > 2 && flags >= 0 && !(flags & FD_CLOEXEC);
	}
	return n;
}

static void test_spec(void)
{
	ERR(err);
	BUF(out, 1000);
	int pipes[2], status = -1;
	pid_t pid = -1;

	if (pipe2(pipes, O_CLOEXEC))
		exit(1);
	struct process_spec spec = {
		.argv = (const char *const[]){"/bin/sh", "-c",
					      "pwd; echo \"$A-$HOME\"; ls /proc/self/fd | wc -l; "
					      "trap; read x || echo eof; exit 5",
					      NULL},
		.env = (const char *const[]){"A=b", "PATH=/usr/bin:/bin", NULL},
		.cwd = "/usr",
		.in = -1,
		.out = pipes[1],
		.errfd = pipes[1],
		.new_group = true,
	};

	signal(SIGPIPE, SIG_IGN);
	IS_OK(process_start(&spec, &pid, &err), err, "folder, environment, descriptors");
	close(pipes[1]);
	IS_OK(fd_read_all(pipes[0], &out, &err), err, "its output");
	close(pipes[0]);
	/* ls has 0, 1, 2 and the folder it lists. */
	char *want CLEANUP_FREE = xasprintf("/usr\nb-\n%zu\neof\n", 4 + inherited());

	IS_Z(buf_z(&out), want, "is as asked for");
	IS_OK(process_wait(pid, &status, &err), err, "wait");
	char text[64];

	IS_Z(process_status_text(status, text, sizeof(text)), "exit status 5", "its status");
	IS_ERR(process_wait(pid, &status, &err), err, ERR_SYSTEM, "there is no second wait");
}

static void test_signals(void)
{
	ERR(err);
	BUF(out, 100);
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	IS_INT(capture("kill -TERM $$; kill -PIPE $$", &out, NULL, &err), ERR_FAILED,
	       "signals that are blocked here");
	IS_Z(err.msg, "'sh' failed: signal 15 (Terminated)", "are not in a child");
	err_clear(&err);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	IS_INT(capture("kill -PIPE $$", &out, NULL, &err), ERR_FAILED, "nor ignored");
	IS_Z(err.msg, "'sh' failed: signal 13 (Broken pipe)", "ones");
	err_clear(&err);
}

static void test_interrupts(void)
{
	ERR(err);
	BUF(out, 100);

	OK(!interrupted() && interrupt_check(&err) == 0, "nothing happened");
	/* A shell that runs all of this behind itself has it ignored, which is left so. */
	signal(SIGINT, SIG_DFL);
	interrupts_catch();
	uint64_t start = clock_ms();

	IS_ERR(capture("kill -INT $PPID; sleep 20", &out, NULL, &err), err, ERR_INTERRUPTED,
	       "an interrupt ends a wait");
	OK(clock_ms() - start < 10000, "at once");
	OK(interrupted(), "and is remembered");
	interrupts_reset();
	char dir[] = "/tmp/kiln-test.XXXXXX";
	OK(mkdtemp(dir) != NULL, "a folder");
	char *script CLEANUP_FREE = xasprintf(
		"trap 'rmdir %s; exit 1' TERM; kill -INT $PPID; while :; do sleep 0.02; done", dir);
	IS_ERR(capture(script, &out, NULL, &err), err, ERR_INTERRUPTED, "one that cleans up");
	OK(access(dir, F_OK) != 0, "is let do so");
	IS_ERR(interrupt_check(&err), err, ERR_INTERRUPTED, "as an error");
}

int main(void)
{
	test_capture();
	test_start();
	test_spec();
	test_signals();
	test_interrupts();
	return tap_done();
}
