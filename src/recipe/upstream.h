/* SPDX-License-Identifier: MIT
 *
 * What is there upstream of a source, and which of it is the newest that may be taken. */
#pragma once

#include "recipe/source.h"

struct upstream_ask {
	const char *to;    /* this version, tag, branch or commit; NULL: the newest */
	bool pre;          /* pre-releases count */
	struct str python; /* "3.13.5", for Requires-Python */
};

struct upstream_pick {
	bool newer;                /* than what the source is at; else it is the newest */
	struct str version;        /* "" of a commit that has none */
	struct str ref;            /* of a repository: the tag, or the commit */
	struct str file;           /* of the index */
	const struct hash *expect; /* of the file, where the index tells; or NULL */
	const char *note;          /* what was passed over and why; or NULL */
};

/* ERR_NOT_FOUND with what there is where `to` is not; ERR_UNSUPPORTED where nobody can be asked. */
ATTR_MUST_CHECK errint upstream_find(struct session *s, const struct recipe_source *src,
				     const struct upstream_ask *ask, struct arena *a,
				     struct upstream_pick *out, struct err *err);
