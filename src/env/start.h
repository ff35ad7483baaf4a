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

/* The store path that a result's name leads to: a store path, or a link to one, whose target may
 * exist in the view only. ERR_NOT_FOUND when it is not valid. */
ATTR_MUST_CHECK errint env_result(struct store *s, struct arena *a, const char *name,
				  struct str *out, struct err *err);
/* KILN_SLOT_<name> of each, and KILN_SLOT_PATH, which has all of them. */
ATTR_MUST_CHECK errint env_fill_slots(const struct env_slot *v, size_t n, struct err *err);
/* Where no slot is filled: tells the program of the result, through KILN_SLOTS_EMPTY, those that
 * its closure asks for. */
ATTR_MUST_CHECK errint env_tell_empty(struct store *s, struct str path, struct err *err);
/* Becomes command, or with command[0] NULL the result's own program. Returns only on failure. */
ATTR_MUST_CHECK errint env_start(struct store *s, struct str result, char **command,
				 struct err *err);
