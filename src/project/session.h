/* SPDX-License-Identifier: MIT
 *
 * What all work of one process shares: the store, the settings, whom to tell, and what is found out
 * once. Whoever works on projects has one, a command line or another program; nothing in this room
 * prints or has state of its own. */
#pragma once

#include "eval/eval.h"
#include "job/build.h"
#include "project/settings.h"

struct caches;
struct ladder;
struct report;
struct store;
struct substituter;

struct session {
	/* borrowed */
	struct store *store;
	struct settings *settings;
	struct report *report;
	/* its own */
	struct store *machine; /* the machine's store beside the user's own, or NULL */
	struct ladder *ladder; /* or NULL: not asked for yet */
	struct caches *caches; /* the same */
	struct session_realiser {
		struct realiser realiser;
		struct session *session;
	} realiser;       /* for import-from-derivation */
	char *data_dir;   /* or NULL: not looked for yet */
	bool shell_known; /* then shell, with its texts in the arena */
	struct sandbox_shell shell;
	struct builtin_builder builtins[4];
	size_t n_builtins;
	struct arena a;
};

/* Opens nothing. The session stays where it is. */
void session_init(struct session *s, struct store *store, struct settings *settings,
		  struct report *report);
void session_release(struct session *s);

/* What brings sources, as the settings say. Borrowed. */
struct ladder *session_ladder(struct session *s);
/* The binary caches that the settings name, in one; NULL when there is none. Borrowed. */
ATTR_MUST_CHECK errint session_substituter(struct session *s, struct substituter **out,
					   struct err *err);
/* A project's own .flox/sources is one of its folders from now on. */
void session_add_project(struct session *s, const char *dir);
/* From now on that is the folder that holds pkgs/, for this process and what it starts. */
ATTR_MUST_CHECK errint session_use_data_dir(struct session *s, const char *dir, struct err *err);
/* The folder that holds pkgs/, as data_dir_find() finds it. Borrowed. */
ATTR_MUST_CHECK errint session_data_dir(struct session *s, const char **out, struct err *err);
