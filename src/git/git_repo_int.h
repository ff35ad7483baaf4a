/* SPDX-License-Identifier: MIT
 *
 * What the files of git_repo.h share. */
#pragma once

#include "git/git_int.h"
#include "git/git_repo.h"

struct git_repo {
	const struct git_api *g;
	const struct git_place *place;
	git_repository *repo;
};

/* Looks up an object by its digits, peeled to a type. */
ATTR_MUST_CHECK errint git_repo_lookup(struct git_repo *r, const char *id, git_object_t type,
				       git_object **out, struct err *err);
/* Who git says works here. Free with git_signature_free(). */
ATTR_MUST_CHECK errint git_repo_signature(struct git_repo *r, git_signature **out, struct err *err);
