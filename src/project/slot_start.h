/* SPDX-License-Identifier: MIT
 *
 * From what is asked for (`--slot`, KILN_SLOT_TORCH) to what a program is started with: slots are
 * filled, what fills them is checked against the result, and told is what a program must know. */
#pragma once

#include "project/session.h"
#include "slot/place.h"

struct slot_start_request {
	struct session *session;
	struct str result;        /* store path */
	const char *const *texts; /* "torch=cpu"; "torch=none" leaves it empty on purpose */
	size_t n;
	const char *project; /* the project around, or NULL */
	/* what is started: a program of the result needs its slots, anything else is told of them
	 */
	const char *program;
	bool environment; /* the result is an environment's profile, whose manifest names fillings
			   */
};

struct slot_filled {
	const char *name;
	struct str *folders;
	size_t n;
};

struct slot_start {
	struct slot_filled *filled;
	size_t n_filled;
	struct slot_place place; /* where something is filled */
	struct str *empty;       /* projects of slots that are asked for and not there */
	size_t n_empty;
	const char *python;  /* the result's interpreter, or NULL */
	struct str *modules; /* what of the slots is imported first, to see whether it can be */
	size_t n_modules;
	const char *mark; /* a file that says it could */
};

/* Fills, checks and makes ready. Warnings go to the session's report; what does not fit is an error
 * that names all of it. Strings live in the arena. */
ATTR_MUST_CHECK errint slot_start(const struct slot_start_request *r, struct arena *a,
				  struct slot_start *out, struct err *err);
