/* SPDX-License-Identifier: MIT
 *
 * Tracks: the branches that a release passes through, as `[release]` of `.flox/kiln.toml` says:
 *
 *	[release]
 *	remote = "origin"            # "" for none; without the line origin, if there is one
 *	version = "comfyui.version"  # an attribute of versions.nix
 *	build = "build-meta/comfyui-complete.json" # whose build_version counts builds of one
 *version tag = "v{version}"           # {build}, too historical = "tags"          # or "branches":
 *what an old release is kept as increase = true              # what is promoted must have a higher
 *version
 *
 *	[release.track.latest-staging]
 *	from = ["latest-testing"]    # what is promoted into it
 *	gates = ["build", "check"]   # what must have passed before it is promoted on
 *	branch = "latest-staging"    # when it is called otherwise
 *
 * Without any [release.track] there are latest-testing -> latest-staging -> latest -> main and
 * main-testing -> main-staging -> main. Other tables below [release] are other files' business. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct toml;

struct track {
	struct str name;
	const char *ref; /* "refs/heads/BRANCH" */
	const struct str *from, *gates;
	size_t n_from, n_gates;
	bool follows; /* a rotation takes it along to what it puts on the last track */
};

struct release_config {
	const char *project;   /* folder */
	const char *remote;    /* NULL: not told; "": none */
	const char *version;   /* attribute of versions.nix */
	const char *build;     /* file below the project */
	const char *tag;       /* with {version} and {build} */
	bool branches;         /* old releases are branches, not tags */
	bool any_version;      /* it need not increase */
	const struct track *v; /* in the order of promotion: who is promoted from comes first */
	size_t n;
	bool told;                /* there is a [release] */
	struct str text;          /* the file's bytes, "" without one */
	const struct toml *table; /* [release], or NULL */
};

/* Texts live in a. ERR_CORRUPT with the place of what is wrong. */
ATTR_MUST_CHECK errint release_config_parse(struct str text, const char *file, struct arena *a,
					    struct release_config *out, struct err *err);
/* The same of a project's file; an absent one says nothing. */
ATTR_MUST_CHECK errint release_config_read(const char *project, struct arena *a,
					   struct release_config *out, struct err *err);
const struct track *track_find(const struct release_config *c, struct str name);
/* The track of that name; ERR_NOT_FOUND with what there is. */
ATTR_MUST_CHECK errint track_get(const struct release_config *c, const char *name,
				 const struct track **out, struct err *err);
/* The track whose branch that is, or NULL. */
const struct track *track_of_ref(const struct release_config *c, struct str ref);
/* Where it is promoted to; NULL from the last one. */
const struct track *track_next(const struct release_config *c, const struct track *t);
/* Can a branch or tag have this name? */
bool track_may_be_called(struct str s);
/* The branch's name, without refs/heads/. */
const char *track_branch(const struct track *t);

/* Who takes part in a rotation: the last track, what is promoted into it, and what into that. */
struct track_rotation {
	const struct track *stable, *candidate, *staging; /* staging may be NULL */
};
ATTR_MUST_CHECK errint track_rotation(const struct release_config *c, struct track_rotation *out,
				      struct err *err);
