/* SPDX-License-Identifier: MIT
 *
 * Child processes by posix_spawn: it neither copies the page tables of a big evaluation nor runs
 * our code in the child, and it returns the error of a failed execve. */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/file.h"

extern char **environ;

/* A copy above 2, so that placing one descriptor does not overwrite another that waits. */
static errint borrow_fd(int fd, int *out, struct err *err)
{
	int copy = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 3) : -1;

	if (fd < 0) {
		int null CLEANUP_FD = open("/dev/null", O_RDWR | O_CLOEXEC);

		copy = null < 0 ? -1 : fcntl(null, F_DUPFD_CLOEXEC, 3);
	}
	if (copy < 0)
		return err_sys(err, "cannot prepare descriptor %d for a program", fd);
	*out = copy;
	return 0;
}

static int fill_attributes(posix_spawnattr_t *attr, bool new_group)
{
	sigset_t all, none;
	short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;

	sigfillset(&all);
	sigemptyset(&none);
	if (new_group)
		flags |= POSIX_SPAWN_SETPGROUP;
	int status = posix_spawnattr_setsigdefault(attr, &all);

	if (!status)
		status = posix_spawnattr_setsigmask(attr, &none);
	if (!status)
		status = posix_spawnattr_setpgroup(attr, 0);
	return status ? status : posix_spawnattr_setflags(attr, flags);
}

static int fill_actions(posix_spawn_file_actions_t *actions, const char *cwd, const int fds[3])
{
	for (int i = 0; i < 3; i++) {
		int status = posix_spawn_file_actions_adddup2(actions, fds[i], i);

		if (status)
			return status;
	}
	return cwd ? posix_spawn_file_actions_addchdir_np(actions, cwd) : 0;
}

static int spawn(const struct process_spec *spec, const int fds[3], pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	char *const *env = spec->env ? (char *const *)spec->env : environ;
	int status = posix_spawn_file_actions_init(&actions);

	if (status)
		return status;
	status = posix_spawnattr_init(&attr);
	if (status) {
		posix_spawn_file_actions_destroy(&actions);
		return status;
	}
	status = fill_attributes(&attr, spec->new_group);
	if (!status)
		status = fill_actions(&actions, spec->cwd, fds);
	if (!status && spec->program)
		status = posix_spawn(pid, spec->program, &actions, &attr, (char *const *)spec->argv,
				     env);
	else if (!status)
		status = posix_spawnp(pid, spec->argv[0], &actions, &attr,
				      (char *const *)spec->argv, env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return status;
}

errint process_exec_failed(errint rc, const char *program, struct err *err)
{
	if (err->sys == ENOEXEC)
		err_hint(err, "a program for another kind of machine runs through qemu-user, which "
			      "binfmt_misc must know under the flag F");
	else if (err->sys == ENOENT && strchr(program, '/') && !access(program, F_OK))
		err_hint(err, "it is there, but not what runs it: the interpreter that its first "
			      "line names, or its loader");
	return rc;
}

/* posix_spawn has one errno for all that the child tried; tell a bad folder from a bad program. */
static errint explain_failure(const struct process_spec *spec, int sys, struct err *err)
{
	int fd CLEANUP_FD = spec->cwd ? open(spec->cwd, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;

	if (spec->cwd && (fd < 0 || faccessat(fd, ".", X_OK, AT_EACCESS)))
		return err_sys(err, "cannot run '%s' in folder '%s'", spec->argv[0], spec->cwd);
	errno = sys;
	errint rc = err_sys(err, "cannot run '%s'", spec->argv[0]);
	if (rc == ERR_NOT_FOUND && !strchr(spec->argv[0], '/'))
		return err_hint(err, "install '%s', or add its folder to PATH", spec->argv[0]);
	return process_exec_failed(rc, spec->argv[0], err);
}

errint process_start(const struct process_spec *spec, pid_t *out, struct err *err)
{
	int in CLEANUP_FD = -1, outfd CLEANUP_FD = -1, errfd CLEANUP_FD = -1;
	pid_t pid;
	errint rc = borrow_fd(spec->in, &in, err);

	BUG_ON(!spec->argv || !spec->argv[0]);
	if (!rc)
		rc = borrow_fd(spec->out, &outfd, err);
	if (!rc)
		rc = borrow_fd(spec->errfd, &errfd, err);
	if (rc)
		return rc;
	int sys = spawn(spec, (const int[]){in, outfd, errfd}, &pid);

	if (sys)
		return explain_failure(spec, sys, err);
	*out = pid;
	return 0;
}

errint process_wait(pid_t pid, int *status, struct err *err)
{
	int st;

	while (waitpid(pid, &st, 0) < 0) {
		if (errno != EINTR)
			return err_sys(err, "cannot wait for process %d", (int)pid);
	}
	*status = st;
	return 0;
}

const char *process_status_text(int status, char *buf, size_t n)
{
	if (WIFSIGNALED(status)) {
		const char *name = sigdescr_np(WTERMSIG(status));

		snprintf(buf, n, "signal %d (%s)", WTERMSIG(status), name ? name : "unknown");
	} else {
		snprintf(buf, n, "exit status %d", WEXITSTATUS(status));
	}
	return buf;
}

static volatile sig_atomic_t interrupt_count, interrupt_last;
static int interrupt_event = -1;

static void on_interrupt(int sig)
{
	int saved = errno;
	uint64_t one = 1;

	(void)!write(interrupt_event, &one, sizeof(one));
	errno = saved;
	interrupt_last = sig;
	/* Whoever asks a third time has waited long enough; nothing half-done shows. */
	if (++interrupt_count >= 3)
		_exit(128 + sig);
}

void interrupts_catch(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	/* No SA_RESTART: a sleeping poll or lock has to come back and ask. */
	struct sigaction action = {.sa_handler = on_interrupt}, old;

	if (interrupt_event < 0)
		interrupt_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		/* nohup and background jobs ignore some on purpose. */
		if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN)
			continue;
		sigaction(signals[i], &action, NULL);
	}
}

bool interrupted(void)
{
	return interrupt_count > 0;
}

int interrupt_fd(void)
{
	return interrupt_event;
}

const volatile int *interrupt_flag(void)
{
	return &interrupt_count;
}

int interrupt_signal(void)
{
	return interrupt_last;
}

void interrupts_reset(void)
{
	uint64_t told;

	(void)!read(interrupt_event, &told, sizeof(told));
	interrupt_count = interrupt_last = 0;
}

errint interrupt_check(struct err *err)
{
	return interrupted() ? err_set(err, ERR_INTERRUPTED, "interrupted") : 0;
}
