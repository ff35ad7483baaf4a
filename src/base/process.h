/* SPDX-License-Identifier: MIT
 *
 * Child processes. The one module that forks and executes ordinary programs (the sandbox has
 * its own clone). Descriptors other than the three given are closed on exec throughout the
 * tree; signals are at their defaults in the child. */
#pragma once

#include <sys/types.h>
#include "base/buf.h"

struct process_spec {
	const char *const *argv; /* NULL terminated; argv[0] is found on PATH when it has no '/' */
	const char *program;     /* the file to execute, whatever argv[0] calls it, or NULL */
	const char *const *env;  /* NULL terminated, or NULL for ours */
	const char *cwd;         /* or NULL */
	int in, out, errfd;      /* descriptors to use, borrowed; -1 is /dev/null */
	bool new_group;          /* its own process group, so that it can be ended whole */
};

/* Starts it. A program that cannot be executed is an error here, not an exit status. */
ATTR_MUST_CHECK errint process_start(const struct process_spec *spec, pid_t *out, struct err *err);
/* Adds the cure to the error of an exec that failed, where there is one. Returns rc. */
errint process_exec_failed(errint rc, const char *program, struct err *err);
/* Waits; *status as in waitpid(2). */
ATTR_MUST_CHECK errint process_wait(pid_t pid, int *status, struct err *err);
/* Runs to the end with its standard output (and, if errs is not NULL, its standard error) into
 * buffers; an exit other than 0 is ERR_FAILED with the end of its standard error in detail. */
ATTR_MUST_CHECK errint process_capture(const char *const *argv, struct buf *out, struct buf *errs,
				       struct err *err);
/* The same with this environment, NULL terminated, or ours when it is NULL. */
ATTR_MUST_CHECK errint process_capture_env(const char *const *argv, const char *const *env,
					   struct buf *out, struct buf *errs, struct err *err);
/* "exit status 3", "signal 9 (Killed)". Returns buf. */
const char *process_status_text(int status, char *buf, size_t n);

/* SIGINT/SIGTERM/SIGHUP set a flag instead of ending us; long work asks. */
void interrupts_catch(void);
bool interrupted(void);
/* A descriptor to poll for reading beside others, so that a signal right before poll() is not
 * slept over: readable from the first signal on, never to be read; -1 when none are caught. */
int interrupt_fd(void);
/* The flag itself, for loops that look at it often. */
const volatile int *interrupt_flag(void);
/* Which signal was the last, 0 for none; and makes it as if there had been none, for who goes on
 * after it (a prompt). */
int interrupt_signal(void);
void interrupts_reset(void);
ATTR_MUST_CHECK errint interrupt_check(struct err *err);
