/* SPDX-License-Identifier: MIT
 *
 * What the files of an activation share. */
#pragma once

#include "env/activation.h"

enum { ACTIVATION_LEVELS_MAX = 64 };

/* ---- activation_environ.c: an environment as data ---- */

/* Sorted by name; only names that a shell can have. */
struct environ_var {
	struct str name, value;
};
struct environ_copy {
	struct environ_var *v;
	size_t n;
};

/* Of this process, less what shells keep for themselves (PWD, SHLVL, _) and what is ours. */
void environ_take(struct arena *a, struct environ_copy *out);
/* The value, or NULL. */
const struct str *environ_find(const struct environ_copy *e, struct str name);
/* Names and values with a NUL behind each, and back. */
void environ_print(const struct environ_copy *e, struct buf *out);
ATTR_MUST_CHECK errint environ_parse(struct arena *a, struct str text, struct environ_copy *out,
				     struct err *err);
/* Calls fn for each variable that differs, in order; was and is are NULL where it is not there. */
typedef void environ_change_fn(void *ctx, struct str name, const struct str *was,
			       const struct str *is);
void environ_changes(const struct environ_copy *was, const struct environ_copy *is,
		     environ_change_fn *fn, void *ctx);
bool environ_name_ok(struct str name);
/* Is it a list of folders with colons between them, by its name? */
bool environ_is_list(struct str name);
/* What is in `is` and not in `was`, in order, with colons between. */
struct str environ_list_added(struct arena *a, struct str was, struct str is);
/* The list without these entries. */
struct str environ_list_without(struct arena *a, struct str list, struct str entries);
void environ_set(struct str name, struct str value);
void environ_unset(struct str name);

/* ---- activation_expand.c ---- */

/* As between double quotes. What only a shell can do is left to it: *shell is set, and out is then
 * without meaning. */
void activation_expand(struct str text, struct buf *out, bool *shell);
/* Appends the text so that it stands between double quotes of bash. */
void activation_put_quoted_text(struct buf *out, struct str text);
/* The order in which each comes behind those it refers to; order has n places. ERR_FAILED names a
 * circle. */
ATTR_MUST_CHECK errint activation_vars_order(const struct activation_var *vars, size_t n,
					     size_t *order, struct err *err);

/* ---- activation_undo.c: how a level is left ---- */

enum undo_kind {
	UNDO_IN_PLACE = 'i', /* a running shell */
	UNDO_SHELL = 's',    /* a shell of its own, which ends instead */
	UNDO_COMMAND = 'c',
};

struct undo_row {
	struct str name;
	bool was_set;
	struct str old;   /* where it was set */
	uint64_t now;     /* hash of what it was made; 0: it was unset */
	struct str added; /* of a list: the entries that came */
};

struct undo {
	enum undo_kind kind;
	struct str name, dir, env, state;
	struct str called; /* the command that a person types */
	pid_t pid;         /* of a shell of its own */
	struct undo_row *v;
	size_t n, cap; /* v is malloc'd */
};

void undo_release(struct undo *u);
/* Adds what differs; what has a row keeps its old value. Strings are borrowed from both. */
void undo_note(struct undo *u, struct arena *a, const struct environ_copy *was,
	       const struct environ_copy *is);
/* The variable's name for a level. */
const char *undo_variable(unsigned level, char name[32]);
ATTR_MUST_CHECK errint undo_print(const struct undo *u, struct buf *out, struct err *err);
ATTR_MUST_CHECK errint undo_parse(struct arena *a, struct str text, struct undo *out,
				  struct err *err);
/* The innermost level of this process's environment; 0 without one. */
ATTR_MUST_CHECK errint undo_here(struct arena *a, unsigned *level, struct undo *out,
				 struct err *err);
/* How many levels there are. */
unsigned undo_level(void);
/* The innermost level of that project, with that profile (STR_NULL: with any); *level is 0 where
 * there is none. */
ATTR_MUST_CHECK errint undo_find(struct arena *a, struct str dir, struct str env, unsigned *level,
				 struct undo *out, struct err *err);
/* Applies it to this process's environment: what a person changed since stays. */
void undo_apply(const struct undo *u, struct arena *a);

/* ---- activation_state.c: who is in, and what they share ---- */

/* A folder for the environment in this form (key: whatever makes it another), locked; made where
 * it is not there. Waits for who has it. */
ATTR_MUST_CHECK errint state_open(struct str dir, struct str key, struct report *report, char **out,
				  int *lock, struct err *err);
/* Is anybody in? Forgets those who ended. */
ATTR_MUST_CHECK errint state_attached(const char *state, bool *out, struct err *err);
ATTR_MUST_CHECK errint state_attach(const char *state, pid_t pid, struct err *err);
/* A shell that has the text of the process printer will be in, within seconds; it is. */
ATTR_MUST_CHECK errint state_attach_soon(const char *state, pid_t printer, struct err *err);
void state_attached_now(const char *state, pid_t printer);
void state_detach(const char *state, pid_t pid);
/* Removes the folder; whoever holds the lock. */
void state_remove(const char *state);
/* `<state>/<name>`, malloc'd. */
char *state_file(const char *state, const char *name);
ATTR_MUST_CHECK errint state_write(const char *state, const char *name, struct str bytes,
				   struct err *err);
/* Starts a process of its own that waits until nobody is in, runs on-deactivate, and removes the
 * folder. Only for who holds the lock. */
ATTR_MUST_CHECK errint state_watch(const char *state, const struct activation *a, struct err *err);
/* See activation_stop_later(). */
ATTR_MUST_CHECK errint state_stop_later(const char *state, const struct activation *a,
					const char *const *services, size_t n, struct err *err);

/* ---- activation_hook.c ---- */

/* [vars] and on-activate, onto this process's environment. */
ATTR_MUST_CHECK errint hook_run(const struct activation *a, const char *state, struct err *err);
/* on-deactivate, in this process's environment; its failure is the result. */
ATTR_MUST_CHECK errint hook_run_leaving(struct str text, const char *state, struct err *err);

/* ---- activation_dialect.c: the words of a shell ---- */

struct dress {
	const char *label;  /* plain text, or "" */
	const char *kiln;   /* the program's file */
	const char *called; /* what the function is called */
	const char *file;   /* of tcsh: what its alias sources */
	bool outermost;
};

struct dialect {
	enum activation_shell shell;
	const char *pid; /* the expression for the shell's own process */
	/* Ends the shell, also from a file that it sources. */
	const char *end;
	void (*quote)(struct buf *b, struct str text);
	void (*set)(const struct dialect *d, struct buf *b, struct str name, struct str value);
	void (*unset)(struct buf *b, struct str name);
	/* Sources a file. */
	void (*source)(const struct dialect *d, struct buf *b, const char *file);
	/* Runs the program, whose output is text for the shell. */
	void (*run)(const struct dialect *d, struct buf *b, const char *command);
	/* The prompt's label and the functions of an environment, on entering; label is "" where
	 * the prompt stays. */
	void (*dress)(const struct dialect *d, struct buf *b, const struct dress *dress);
	/* … and on leaving to a level with this label. */
	void (*undress)(const struct dialect *d, struct buf *b, const struct dress *dress);
	/* Before and behind what an environment has the shell source: names of functions and
	 * aliases that come, to be taken away when the level is left. */
	void (*note)(struct buf *b, unsigned level);
	void (*noted)(struct buf *b, unsigned level);
	void (*forget)(struct buf *b, unsigned level);
};
const struct dialect *dialect_of(enum activation_shell shell);

/* ---- activation.c ---- */

struct activation_entry {
	const struct activation *a;
	struct arena arena;
	struct environ_copy before;
	char *state; /* malloc'd */
	unsigned level;
	bool active; /* it was */
};
/* The record of how its level is left, for this kind of it. */
ATTR_MUST_CHECK errint activation_note_undo(struct activation_entry *e, int kind, struct buf *out,
					    struct err *err);
/* Puts it into this process's environment. */
ATTR_MUST_CHECK errint activation_level_done(struct activation_entry *e, int kind, struct err *err);
/* What a shell that is become asks for: writes it; *file is malloc'd. */
ATTR_MUST_CHECK errint activation_prepare_shell(struct activation_entry *e, char **file,
						struct err *err);
/* "kiln [a b]", of the environments in FLOX_PROMPT_ENVIRONMENTS; "" where there are none.
 * malloc'd. */
char *activation_label(void);
