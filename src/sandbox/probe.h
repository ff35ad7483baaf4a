/* SPDX-License-Identifier: MIT
 *
 * Whether this machine lets a sandbox be made, piece by piece, for who looks for the reason. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* X(name for people, flag of unshare(2)); the first one is what the others stand on. */
#define SANDBOX_NAMESPACES(X)        \
	X("user", CLONE_NEWUSER)     \
	X("mount", CLONE_NEWNS)      \
	X("PID", CLONE_NEWPID)       \
	X("network", CLONE_NEWNET)   \
	X("IPC", CLONE_NEWIPC)       \
	X("host name", CLONE_NEWUTS) \
	X("cgroup", CLONE_NEWCGROUP)
enum { SANDBOX_NAMESPACE_COUNT = 7 };

struct namespace_probe {
	const char *name;
	int error; /* errno, 0 when it can be made */
};
/* Tries each in a process of its own. */
ATTR_MUST_CHECK errint sandbox_probe(struct namespace_probe out[SANDBOX_NAMESPACE_COUNT],
				     struct err *err);
/* The cures for this system's switches that forbid user namespaces, each a string in the arena. */
void sandbox_cures(struct arena *a, const char ***out, size_t *n);
/* Starts a sandbox as builds do, with nothing to do, in a new folder below `scratch`, which is
 * removed. The error says what could not be done, with the cure. */
ATTR_MUST_CHECK errint sandbox_try(const char *scratch, struct err *err);
