/* SPDX-License-Identifier: MIT
 *
 * Becoming a program of a result: slots filled, its programs on PATH, the store at its place. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct store;

/* A slot and the folders of packages that fill it. */
struct env_slot {
	const char *name;
	const struct str *folders;
	size_t n;
};

struct env_slots {
	const struct env_slot *v; /* those that are filled */
	size_t n;
	const struct str *path; /* for the end of Python's path */
	size_t n_path;
	const struct str *empty; /* what is asked for, and nothing fills */
	size_t n_empty;
	const char *constraints; /* requirements that pip and uv have to keep to, or NULL */
	const char *driver;      /* a folder with the driver's libraries alone, or NULL */
};

/* The store path that a result's name leads to: a store path, or a link to one, whose target may
 * exist in the view only. ERR_NOT_FOUND when it is not valid. */
ATTR_MUST_CHECK errint env_result(struct store *s, struct arena *a, const char *name,
				  struct str *out, struct err *err);
/* Sets, for the command: KILN_SLOT_<name> of each filled slot; KILN_SLOT_PATH, all that goes on
 * Python's path; KILN_SLOTS_EMPTY; and what pip, uv and the loader are told. */
ATTR_MUST_CHECK errint env_tell_slots(const struct env_slots *e, struct err *err);
/* value in front of what the variable has, with a colon between them. */
void env_prepend(const char *name, const char *value);
/* Becomes command, or with command[0] NULL the result's own program. Returns only on failure. */
ATTR_MUST_CHECK errint env_start(struct store *s, struct str result, char **command,
				 struct err *err);
