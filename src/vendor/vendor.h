/* SPDX-License-Identifier: MIT
 *
 * Sources that never vanish: a project's .flox/sources gets every source of its recipes, with
 * SHA256SUMS.txt and sources.json beside them, and can be compared with both. */
#pragma once

#include "project/project.h"

enum vendor_natives {
	VENDOR_NATIVES_NONE, /* but those that are there stay */
	VENDOR_NATIVES_LIST, /* they are only listed */
	VENDOR_NATIVES_COPY,
};

struct vendor_options {
	const char *dir;     /* the project */
	const char *release; /* or NULL */
	const char *const *names;
	size_t n_names; /* 0: every recipe */
	enum vendor_natives natives;
	bool prune;         /* what no recipe needs any more goes */
	bool lfs;           /* .gitattributes gives the files to Git LFS */
	const char *folder; /* lay them there instead, without a word to git; NULL: .flox/sources */
};

/* X(id, text): what became of a file, or is wrong with it. */
#define VENDOR_FINDINGS(X)                                                       \
	X(WRITTEN, "written")                                                    \
	X(KEPT, "kept")                                                          \
	X(LISTED, "listed")                                                      \
	X(PRUNED, "pruned")                                                      \
	X(MISSING, "it is not there")                                            \
	X(ALTERED, "it has another hash")                                        \
	X(POINTER, "it is a pointer of Git LFS: 'git lfs pull' brings the file") \
	X(UNLISTED, "SHA256SUMS.txt does not have it")                           \
	X(CONTRADICTED, "SHA256SUMS.txt and sources.json have different hashes") \
	X(UNTRACKED, "git does not track it: 'git add' makes it a source")       \
	X(NOT_VENDORED, "a recipe needs it, and it is not vendored")             \
	X(FOREIGN_LINE, "a line of SHA256SUMS.txt that is no sum")

enum vendor_finding {
#define X(id, text) VENDOR_##id,
	VENDOR_FINDINGS(X)
#undef X
};
const char *vendor_finding_text(enum vendor_finding f);

struct vendor_row {
	struct str file; /* or what has no file: its name */
	enum vendor_finding finding;
	uint64_t size;
};

struct vendor_result {
	const char *folder; /* .flox/sources, absolute */
	struct vendor_row *v;
	size_t n, cap;   /* in the arena of the call */
	size_t files;    /* that are there and have an entry */
	uint64_t size;   /* of these */
	size_t left_out; /* Debian packages that were not asked for */
	uint64_t left_out_size;
};

/* Brings them, lays them there and writes both lists. Killed at any moment, what is there is whole
 * or a hidden temporary file, and the next run goes on. */
ATTR_MUST_CHECK errint vendor_lay(struct session *s, const struct vendor_options *o,
				  struct arena *a, struct vendor_result *out, struct err *err);
/* Changes the src of the one recipe that is named to its vendored file, laying it first; or back,
 * where that was done. Every other byte of the recipe stays. *back tells which; *where is
 * "FILE:LINE". */
ATTR_MUST_CHECK errint vendor_rewrite(struct session *s, const struct vendor_options *o,
				      struct arena *a, bool *back, const char **where,
				      struct err *err);
/* Only looks. Rows are findings of what is wrong; ERR_FAILED when there is one. Without names it is
 * the recipes that sources.json tells of. */
ATTR_MUST_CHECK errint vendor_check(struct session *s, const struct vendor_options *o,
				    struct arena *a, struct vendor_result *out, struct err *err);
