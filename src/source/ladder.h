/* SPDX-License-Identifier: MIT
 *
 * The ladder that brings what a text names. Evaluation asks for files and trees, and they end up in
 * the store, or, where that may not be written, in a temporary folder that lives as long as the
 * ladder. What was fetched is remembered in kiln's cache folder and believed for a while (the
 * setting tarball-ttl). The caller has checked access and arguments before it asks. */
#pragma once

#include "base/hash.h"
#include "source/locator.h"

struct fetch_options;
struct ladder;
struct report;
struct store;

/* Zero means: as kiln.conf says. Everything is borrowed for the ladder's life. */
struct ladder_config {
	bool ttl_given;
	int64_t ttl; /* tarball-ttl in seconds, when given; else kiln.conf's or an hour */
	const char *const *tokens; /* access-tokens, ends with NULL */
	const char *registry;      /* flake-registry */
	const char *const
		*source_dirs; /* folders of vendored files, looked at before kiln.conf's */
	size_t n_source_dirs;
	bool offline;                      /* nobody is asked: no socket is opened */
	const struct fetch_options *fetch; /* or NULL */
};

/* Opens nothing: configuration is read and folders are made when they are first needed. */
struct ladder *ladder_new(const struct ladder_config *config, struct store *s,
			  struct report *report);
void ladder_free(struct ladder *l);
void ladder_cleanup(struct ladder **l);
/* A project's own folder of vendored files, looked at before those of kiln.conf. Named twice it is
 * one, and it need not exist. */
void ladder_add_folder(struct ladder *l, const char *dir);

/* May a folder or a cache have what has this hash, of its NAR when recursive? Only what it brings
 * tells. */
bool ladder_may_keep(struct ladder *l, const struct hash *h, bool recursive);

/* Where a file came from. Strings are the ladder's. */
struct way {
	struct str name; /* for people */
	const char *rung;
	struct str url; /* without secrets, or "" */
	struct str of;  /* the derivation, or "" */
};
/* Of all files that were brought so far, in their order; borrowed until the next one. */
const struct way *ladder_ways(const struct ladder *l, size_t *n);

struct bring {
	/* "file": the bytes of url. "tarball": what is in the archive at url, without its only
	 * folder. "git", "hg", "github", "gitlab", "sourcehut": as in locators. */
	struct str type;
	struct str name; /* of the store path */
	struct str url;  /* "" where the type has none */
	/* sha256 of the file, or of the NAR of the tree; NULL when it is not known. */
	const struct hash *expect;
	bool flat;       /* of "file": the store path has the hash of the bytes, not of their NAR */
	bool read_only;  /* the store may not be written */
	bool rev_in_ref; /* of "git": a rev that ref does not contain is refused */
	const struct locator_attr *attrs; /* all arguments, sorted by name */
	size_t n_attrs;
};

/* What was brought. Strings live in the arena; what a type does not tell stays zero. */
struct brought {
	struct str store_path;
	/* Where it is as long as the ladder lives, when the store may not be written; else "". */
	struct str source;
	struct hash nar_hash;
	bool has_nar_hash;
	struct str rev, short_rev;
	struct str dirty_rev, dirty_short_rev; /* of a work tree with changes */
	int64_t last_modified;                 /* Unix seconds */
	bool has_last_modified;
	uint64_t rev_count;
	bool has_rev_count;
	/* What ladder_rev_count() is asked with, when counting is work that nobody may need; else
	 * "". */
	struct str count_from;
	struct str branch; /* hg */
};

/* Brings it, to the end. ERR_MISMATCH when it is not what was expected. */
ATTR_MUST_CHECK errint ladder_bring(struct ladder *l, const struct bring *what, struct arena *a,
				    struct brought *out, struct err *err);
/* A commit's tree as `git checkout` writes it: the commit's attributes decide on line ends and
 * $Id$. What the user's git is configured to do plays no part. */
struct checkout {
	struct str url, rev; /* rev: a commit, or the name of a branch or tag */
	bool submodules;
	const struct str *only; /* see struct git_request */
	size_t n_only;
};
/* Writes it to dest, which must not exist. Waits; no other ascent of the ladder goes on. */
ATTR_MUST_CHECK errint ladder_checkout(struct ladder *l, const struct checkout *c, const char *dest,
				       struct err *err);
/* The number of commits behind something brought. */
ATTR_MUST_CHECK errint ladder_rev_count(struct ladder *l, struct str from, uint64_t *out,
					struct err *err);

/* What evaluation asked for, with what it was told: what vendoring must keep for the next one. */
struct fetched_input {
	struct str name, text, store_path;
	struct hash hash; /* of its NAR, or flat */
	bool flat;
	struct str rev;                    /* "" for none */
	uint64_t last_modified, rev_count; /* 0: not known */
	struct str count_from;             /* for ladder_rev_count(), or "" */
};
/* From now on inputs are noted. */
void ladder_note_inputs(struct ladder *l);
/* Evaluation had this, by ladder_bring() or from the store. */
void ladder_note_input(struct ladder *l, const struct bring *what, const struct brought *is);
/* Those that were noted, borrowed. */
const struct fetched_input *ladder_inputs(const struct ladder *l, size_t *n);

/* Registries of locators, as they are looked up. */
enum ladder_registry { LADDER_REGISTRY_USER, LADDER_REGISTRY_SYSTEM, LADDER_REGISTRY_GLOBAL };
/* The file of a registry, which may be absent; "" when there is none. */
ATTR_MUST_CHECK errint ladder_registry(struct ladder *l, enum ladder_registry which,
				       struct arena *a, struct str *out, struct err *err);

/* All files that the package indices have of a Python project, the first index's first. Pages are
 * read once as long as the ladder lives. ERR_NOT_FOUND when none has the project. */
struct index_page;
ATTR_MUST_CHECK errint ladder_index(struct ladder *l, struct str project, struct arena *a,
				    struct index_page *out, struct err *err);
/* Asks for the pages already, so that those of many projects come at once. */
ATTR_MUST_CHECK errint ladder_index_ask(struct ladder *l, struct str project, struct err *err);
/* The names of a git repository elsewhere, as of now. */
struct remote_refs;
ATTR_MUST_CHECK errint ladder_git_refs(struct ladder *l, struct str url, struct arena *a,
				       struct remote_refs *out, struct err *err);
