/* SPDX-License-Identifier: MIT
 *
 * One sandboxed child. What it will see is planned as data, a list of steps that tests compare
 * and a dry run prints; a short runner executes them in new namespaces and then becomes the
 * builder. The builder is process 1 of its own world, is uid 1000 (nixbld) there, holds no
 * capability, and ends with us.
 *
 * Two ways lead there. A user of no privilege makes a user namespace first and mounts inside it.
 * Root mounts with its real rights (so that folders closed to others can be bound), and enters a
 * user namespace afterwards, as a user id of the host that owns nothing. */
#pragma once

#include <sys/types.h>
#include "base/arena.h"
#include "base/buf.h"
#include "sandbox/builtin.h"

enum {
	SANDBOX_UID = 1000,
	SANDBOX_GID = 100,
};
#define SANDBOX_BUILD_DIR "/build"

/* X(kind, word in the printed plan, what `from` is) */
#define SANDBOX_STEPS(X)                          \
	X(DIR, "dir", "unused")                   \
	X(FILE, "file", "the text")               \
	X(LINK, "link", "the target")             \
	X(BIND, "bind", "a path of this machine") \
	X(TMPFS, "tmpfs", "mount options")        \
	X(PROC, "proc", "unused")                 \
	X(DEVPTS, "devpts", "unused")             \
	X(READONLY, "readonly", "unused; `to` is a mount point")

enum sandbox_step_kind {
#define X(kind, word, from) STEP_##kind,
	SANDBOX_STEPS(X)
#undef X
};

enum sandbox_step_flags {
	STEP_RO = 1 << 0,        /* BIND: read-only, without devices and setuid */
	STEP_OPTIONAL = 1 << 1,  /* nothing happens when `from` is absent */
	STEP_RECURSIVE = 1 << 2, /* BIND: with the mounts below it */
};

struct sandbox_step {
	enum sandbox_step_kind kind;
	unsigned flags;
	mode_t mode;
	const char *to; /* absolute, inside; parents are made as needed */
	const char *from;
};

struct sandbox_spec {
	struct arena *arena; /* of the steps' strings */
	struct sandbox_step *steps;
	size_t n_steps, cap_steps;
	bool isolated;         /* false: no namespaces at all, steps are ignored */
	bool network;          /* shares the host's network (fixed outputs) */
	bool linux32;          /* i686 on x86_64 */
	bool old_uname;        /* uname tells of a Linux 2.6 */
	bool random_addresses; /* of memory: otherwise they are the same each time */
	bool interactive;      /* keeps our standard descriptors, terminal and session */
	const char *root;      /* empty folder on which the new root is mounted */
	const char *cwd;       /* inside */
	const char *build_at;  /* where the build folder is inside; NULL: SANDBOX_BUILD_DIR */
	const char *host_name; /* NULL: localhost */
	mode_t umask;          /* 0: 0022 */
	const char *program;
	char *const *argv, *const *env;
	const struct builtin_builder *builtin; /* instead of program, or NULL */
	const struct builtin_ctx *builtin_ctx;
	struct builtin_services services; /* what the program may call; n is 0: nothing */
};

void sandbox_spec_release(struct sandbox_spec *s);
/* Appends a step; strings are copied to the arena. */
void sandbox_step(struct sandbox_spec *s, enum sandbox_step_kind kind, unsigned flags, mode_t mode,
		  const char *to, const char *from);
/* The part of the plan that is the same for every build: /dev, /proc, /etc, /tmp (bound from
 * tmp_dir), /build (from build_dir). */
void sandbox_plan_base(struct sandbox_spec *s, const char *build_dir, const char *tmp_dir);
/* One line a step: "bind ro /nix/store/… <- /real/…". */
void sandbox_plan_print(const struct sandbox_spec *s, struct buf *out);

/* Whose files a sandboxed builder writes, as the host sees it. */
struct sandbox_ids {
	uid_t uid;
	gid_t gid;
	bool privileged; /* we mount as real root */
};
struct sandbox_ids sandbox_ids(void);

struct sandbox_child {
	pid_t pid;
	int pidfd;  /* readable when it ended */
	int status; /* readable when sandbox_status() has work; closed after its end */
};
#define SANDBOX_CHILD_INIT                           \
	{                                            \
		.pid = -1, .pidfd = -1, .status = -1 \
	}

/* Starts the child; its standard output and error go to log_fd (borrowed). Setting up goes on in
 * the child: serve its status descriptor with sandbox_status(). */
ATTR_MUST_CHECK errint sandbox_start(const struct sandbox_spec *s, int log_fd,
				     struct sandbox_child *out, struct err *err);
/* Handles one message of the child: identity requests are answered; a failure to become the
 * builder is returned as error. At the end of messages c->status is closed and -1. */
ATTR_MUST_CHECK errint sandbox_status(struct sandbox_child *c, struct err *err);
/* Ends the child and all its descendants, and collects it. */
void sandbox_kill(struct sandbox_child *c);
/* Collects an ended child; wait status in *status. */
ATTR_MUST_CHECK errint sandbox_wait(struct sandbox_child *c, int *status, struct err *err);
