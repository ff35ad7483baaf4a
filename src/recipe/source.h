/* SPDX-License-Identifier: MIT
 *
 * The sources of a recipe: fixed outputs that its derivation needs and no other recipe of the
 * project brings, told by the URLs in their derivations. */
#pragma once

#include "recipe/trial.h"

enum recipe_source_kind {
	RECIPE_SOURCE_PYPI,  /* mirror://pypi/PROJECT/FILE */
	RECIPE_SOURCE_FORGE, /* an archive, or a file of a release, of a repository at a forge */
	RECIPE_SOURCE_GIT,   /* a commit of a repository */
	RECIPE_SOURCE_URL,   /* some file */
	RECIPE_SOURCE_MADE,  /* what a program makes of what it fetched */
};

struct recipe_source {
	enum recipe_source_kind kind;
	struct str name; /* the derivation's */
	struct hash hash;
	bool recursive;
	const char *const *urls;
	size_t n_urls;
	struct str url;           /* the first; of a repository its own */
	struct str project, file; /* of PYPI */
	struct str repo, ref;     /* of FORGE, GIT: where its tags are; without refs/tags/ */
	struct str full_ref;      /* as it is written */
	struct str version;       /* the part of file, ref or URL that is one; or "" */
	bool unpack, strip_root, executable;
	bool submodules;
	struct str *sparse;
	size_t n_sparse;
	struct str root_dir;
};

/* What a derivation fetches; false when it is none that does. Texts live in a. */
bool recipe_source_read(struct arena *a, const struct drv *d, struct recipe_source *out);
/* How people call it: "NAME 1.0 on the index", "github.com/O/R", its URL. In a. */
const char *recipe_source_text(struct arena *a, const struct recipe_source *s);

/* Every recipe of the project with its derivation, where it evaluates. */
struct recipe_list {
	struct recipe_row {
		struct str name, drv_path; /* drv_path "" where it does not evaluate */
		struct err failure;
	} * v;
	size_t n;
};
ATTR_MUST_CHECK errint recipe_list_read(struct trial *t, struct arena *a, struct recipe_list *out,
					struct err *err);
void recipe_list_release(struct recipe_list *l);

/* The sources that `name` has and the other recipes, whose derivations it may need, have not. Each
 * hash once, in the order in which they are reached. */
ATTR_MUST_CHECK errint recipe_sources(const struct trial *t, const struct recipe_list *all,
				      struct str name, struct arena *a, struct recipe_source **out,
				      size_t *n, struct err *err);
