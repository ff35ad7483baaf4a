/* SPDX-License-Identifier: MIT
 *
 * .flox/env.json, what an environment is called: { "name", "version": 1 }, and "owner" (with
 * whatever else is of the server) for one that was brought from a server. Members that kiln does
 * not know stay. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct env_json {
	struct str name;
	struct str owner; /* empty: of this machine */
	struct str text;  /* the file's */
};

/* Reads one; file names it in messages. */
ATTR_MUST_CHECK errint env_json_parse(struct str text, const char *file, struct arena *a,
				      struct env_json *out, struct err *err);
/* That of DIR; ERR_NOT_FOUND when there is none. */
ATTR_MUST_CHECK errint env_json_read(const char *dir, struct arena *a, struct env_json *out,
				     struct err *err);
/* Appends the file's bytes with another name. */
ATTR_MUST_CHECK errint env_json_print(const struct env_json *e, struct str name, struct buf *out,
				      struct err *err);
/* 0 for what may be an environment's name: not empty, without blanks, '/' and control characters.
 */
ATTR_MUST_CHECK errint env_json_check_name(struct str name, struct err *err);
/* A name made of a folder's: what may not be in one becomes '-'; "default" of nothing. */
struct str env_json_name_of(struct arena *a, const char *folder);
