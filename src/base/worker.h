/* SPDX-License-Identifier: MIT
 *
 * A function of ours in a forked process, for long computing beside the poll loop: hashing and
 * scanning outputs, unpacking archives. It gives bytes or an error. */
#pragma once

#include <sys/types.h>
#include "base/buf.h"

typedef errint worker_fn(void *ctx, struct buf *out, struct err *err);

struct worker {
	pid_t pid;
	int fd; /* readable while it has something to say */
	struct buf result;
};
#define WORKER_INIT                                                        \
	{                                                                  \
		.pid = -1, .fd = -1, .result = BUF_INIT(LIMIT_TOOL_OUTPUT) \
	}

/* Forks, and the child runs fn. What it wrote and how it failed is had from worker_read(). */
ATTR_MUST_CHECK errint worker_start(worker_fn *fn, void *ctx, struct worker *out, struct err *err);
/* Calls it here instead, for work that is shorter than making a process. The result is the same. */
ATTR_MUST_CHECK errint worker_here(worker_fn *fn, void *ctx, struct worker *out, struct err *err);
/* Reads what is there; *done once it ended, and then its error or 0, with the bytes in result. */
ATTR_MUST_CHECK errint worker_read(struct worker *w, bool *done, struct err *err);
/* Ends it if it runs, and frees. */
void worker_release(struct worker *w);
