/* SPDX-License-Identifier: MIT
 *
 * Refs as their files have them: packed-refs, and over it a file each below refs/. libgit2 is not
 * asked, since to load it takes ten times as long as to list a hundred of them. A ref that is
 * symbolic is passed over: its target is listed. */
#pragma once

#include "git/git_place.h"

enum { GIT_ID_MAX = 41 }; /* 40 hexadecimal digits and NUL */

struct git_ref {
	struct str name; /* "refs/heads/main" */
	char id[GIT_ID_MAX];
	char peeled[GIT_ID_MAX]; /* of an annotated tag what it means, where the file says so */
	bool loose;              /* it has a file of its own, which goes before a packed one */
};
struct git_refs {
	struct git_ref *v; /* sorted by name, in the arena */
	size_t n;
};

/* All below "refs/". ERR_UNSUPPORTED for repositories of another format (SHA-256, reftable). */
ATTR_MUST_CHECK errint git_refs_read(const struct git_place *p, struct arena *a,
				     struct git_refs *out, struct err *err);
/* NULL when it is not there. */
const struct git_ref *git_refs_find(const struct git_refs *refs, struct str name);
/* Its id, or "". */
const char *git_refs_id(const struct git_refs *refs, const char *name);
/* Lines "ID<tab or blank>NAME", with NAME^{} for what a tag means, as ls-remote prints them. */
ATTR_MUST_CHECK errint git_refs_parse(struct str text, struct arena *a, struct git_refs *out,
				      struct err *err);
