/* SPDX-License-Identifier: MIT
 *
 * An activation: what an environment changes for the programs that a person starts in it, and how
 * that is taken back. It happens to this process's own environment first; what comes of it is then
 * a command, a shell, or the text that makes a running shell the same.
 *
 * A level is one activation of a shell; `_KILN_UNDO_<level>` tells how it is left. What two
 * activations of one environment share, and what is told to a shell only once it runs, stands in a
 * folder below the user's runtime folder, which goes with the last process that is attached. */
#pragma once

#include <sys/types.h>
#include "base/arena.h"
#include "base/buf.h"

struct env_slots;
struct report;

/* X(id, name) ORDER activation_shell; COMMON is for scripts of all of them, and SH for shells that
 * have no more than POSIX says. */
#define ACTIVATION_SHELLS(X) \
	X(COMMON, "common")  \
	X(BASH, "bash") X(ZSH, "zsh") X(FISH, "fish") X(TCSH, "tcsh") X(SH, "sh")

enum activation_shell {
#define X(id, name) ACTIVATION_##id,
	ACTIVATION_SHELLS(X)
#undef X
		ACTIVATION_SHELL_COUNT
};

struct activation_var {
	struct str name, text; /* text is expanded as between double quotes in a shell */
};

struct activation {
	struct str name;         /* what it is called */
	struct str dir;          /* the project's folder */
	struct str cache, log;   /* folders of the environment */
	struct str env;          /* the profile: a store path, visible at its place */
	struct str active_entry; /* its object in _FLOX_ACTIVE_ENVIRONMENTS, as JSON */
	const struct activation_var *vars;
	size_t n_vars;
	struct str on_activate, on_deactivate;        /* "": none */
	struct str profile[ACTIVATION_SHELL_COUNT];   /* sourced by the shell, on entering … */
	struct str unprofile[ACTIVATION_SHELL_COUNT]; /* … and on leaving */
	const struct env_slots *slots;                /* or NULL */
	bool development;                             /* headers and libraries are found, too */
	bool sbin;                                    /* bin and sbin on PATH */
	bool prompt;                                  /* the prompt names the environment … */
	bool prompt_hides;                            /* … but not this one */
	bool keeps_services;                          /* FLOX_ACTIVATE_START_SERVICES says so */
	const char *kiln;                             /* this program's file, for texts */
	const char *called;                           /* the command that a person types */
	struct report *report;
};

struct activation_entry;

/* Makes this process's environment the activation's: variables, slots, [vars], and on-activate run
 * once by bash; who comes while others are in gets what it exported then. A hook that fails is
 * ERR_FAILED, and nothing is left. A level that is active already changes nothing. */
ATTR_MUST_CHECK errint activation_enter(const struct activation *a, struct activation_entry **out,
					struct err *err);
void activation_entry_free(struct activation_entry *e);
void activation_entry_cleanup(struct activation_entry **e);
/* Was the environment active before? */
bool activation_was_active(const struct activation_entry *e);

/* Services that were started for this activation are stopped by `kiln services stop` once nobody is
 * in it any more, before on-deactivate. */
ATTR_MUST_CHECK errint activation_stop_later(struct activation_entry *e,
					     const char *const *services, size_t n,
					     struct err *err);

/* Becomes the command. Returns only on failure. */
ATTR_MUST_CHECK errint activation_exec(struct activation_entry *e, char *const *command,
				       struct err *err);
/* Becomes the shell, with its own start files read first: interactive, or for a text. Returns only
 * on failure. */
ATTR_MUST_CHECK errint activation_become_shell(struct activation_entry *e,
					       enum activation_shell shell, const char *program,
					       const char *text, struct err *err);
/* Appends the text that makes a running shell be in it. */
ATTR_MUST_CHECK errint activation_print(struct activation_entry *e, enum activation_shell shell,
					struct buf *out, struct err *err);

/* Of the level that a shell is in. */
struct activation_here {
	unsigned level; /* 0: none */
	struct str name, dir, env, state;
};
ATTR_MUST_CHECK errint activation_here(struct arena *a, struct activation_here *out,
				       struct err *err);

/* The second step of a shell that was become (`file` is what the first wrote), and of one whose
 * text was printed: pid is attached. */
ATTR_MUST_CHECK errint activation_continue(const char *file, enum activation_shell shell,
					   const char *kiln, struct buf *out, struct err *err);
ATTR_MUST_CHECK errint activation_settle(const char *file, enum activation_shell shell, pid_t pid,
					 struct buf *out, struct err *err);
/* Appends the text that leaves the innermost level, for the shell whose process that is: first what
 * runs while it is active yet, which asks for the rest. ERR_NOT_FOUND where there is none. */
ATTR_MUST_CHECK errint activation_leave(const char *kiln, enum activation_shell shell, pid_t pid,
					struct buf *out, struct err *err);
ATTR_MUST_CHECK errint activation_restore(const char *kiln, enum activation_shell shell, pid_t pid,
					  struct buf *out, struct err *err);
/* Goes on in a process of its own: waits until nobody is in, runs on-deactivate, and removes what
 * was shared. */
ATTR_MUST_CHECK errint activation_watch(const char *state, struct err *err);
/* Writes this process's environment to a file: what a hook's shell ends with. */
ATTR_MUST_CHECK errint activation_tell(const char *file, struct err *err);

/* By the name of a program, "/bin/bash" or "-zsh"; COMMON for one that none of them is. */
enum activation_shell activation_shell_of(struct str program);
const char *activation_shell_name(enum activation_shell shell);
/* The shell whose text is asked for: $FLOX_SHELL, the parent process, $SHELL. */
enum activation_shell activation_shell_around(void);
/* The shell to become: $FLOX_SHELL, $SHELL, the user's own; malloc'd. Of a shell that cannot be
 * spoken to bash, and *instead_of is then its name, malloc'd. */
enum activation_shell activation_shell_wanted(char **program, char **instead_of);
