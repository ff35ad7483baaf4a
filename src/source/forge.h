/* SPDX-License-Identifier: MIT
 *
 * Forges that give archives of their git repositories: where to ask which commit a ref is, where
 * the archive of a commit is, and how a token is shown. Text only: nothing here transfers. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum forge_kind { FORGE_GITHUB, FORGE_GITLAB, FORGE_SOURCEHUT };

struct forge_repo {
	enum forge_kind kind;
	struct str host; /* "" for the usual one */
	struct str owner, repo;
	struct str ref;    /* a branch or tag; "HEAD" for the default one */
	struct str tokens; /* of the setting access-tokens: HOST[/OWNER[/REPO]]=TOKEN … */
};

/* "github", "gitlab" or "sourcehut"; false for another. */
bool forge_kind_parse(struct str name, enum forge_kind *out);

/* The URL whose text tells which commit ref is. For sourcehut with ref "HEAD" the text of
 * forge_head_url() names the ref first. */
struct str forge_ref_url(struct arena *a, const struct forge_repo *r);
/* Where the name of the default branch is, or "" when forge_ref_url() takes "HEAD". */
struct str forge_head_url(struct arena *a, const struct forge_repo *r);
/* The archive of a commit. */
struct str forge_archive_url(struct arena *a, const struct forge_repo *r, struct str rev);
/* "Name: value" of the token for this repository, or NULL. */
const char *forge_header(struct arena *a, const struct forge_repo *r);

/* Reads the commit (40 hexadecimal digits, living in a) out of what forge_ref_url() gave. */
ATTR_MUST_CHECK errint forge_rev_parse(struct arena *a, const struct forge_repo *r, struct str text,
				       struct str *rev, struct err *err);
/* Reads the name of the branch out of what forge_head_url() gave. */
ATTR_MUST_CHECK errint forge_head_parse(struct arena *a, struct str text, struct str *ref,
					struct err *err);
