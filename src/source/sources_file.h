/* SPDX-License-Identifier: MIT
 *
 * sources.json: what a folder of vendored sources holds. One entry a source, sorted by name:
 *
 *	{ "version": 1, "sources": [
 *	    { "name": "six-1.16.0.tar.gz", "file": "six-1.16.0.tar.gz", "kind": "file",
 *	      "origins": ["mirror://pypi/six/six-1.16.0.tar.gz"], "purl": "pkg:pypi/six@1.16.0",
 *	      "hash": "sha256-…", "recursive": false, "sha256": "<base 16>", "size": 34041,
 *	      "license": "MIT", "neededBy": ["comfyui"] } ] }
 *
 * `hash` is what a recipe specifies, of the bytes or (recursive) of the NAR; `sha256` and `size`
 *are those of the file as it lies there, which of a tree is an archive of it. Without `file` a
 *source is only listed. What evaluation fetched has `input` instead of origins: the arguments of
 * fetchTree as text, and `facts` about it; `rewrites` are recipes that read the file by its path,
 *and what they had for their src before. No file here names a host of a package registry. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"

struct buf;

enum source_kind {
	SOURCE_FILE,       /* the bytes */
	SOURCE_EXECUTABLE, /* the bytes of a program */
	SOURCE_TREE,       /* a canonical archive whose only thing is it */
};

struct source_entry {
	struct str name; /* of its store path */
	struct str file; /* "" when it is only listed */
	enum source_kind kind;
	struct str *origins;
	size_t n_origins;
	struct str purl, license; /* or "" */
	struct hash hash;
	bool recursive;
	struct hash sha256; /* algo HASH_NONE: not known */
	uint64_t size;
	struct str *needed_by; /* recipes, sorted */
	size_t n_needed_by;
	/* Recipes whose src was changed to this file, and what their src was. */
	struct source_rewrite {
		struct str recipe, src;
	} * rewrites;
	size_t n_rewrites;
	/* of an input: "" for none */
	struct str input, rev;
	uint64_t last_modified, rev_count; /* 0: not known */
};

struct sources_file {
	struct source_entry *v;
	size_t n;
};

/* Everything lives in the arena. ERR_CORRUPT tells which entry is wrong, ERR_UNSUPPORTED that a
 * newer kiln wrote it. */
ATTR_MUST_CHECK errint sources_parse(struct arena *a, struct str text, struct sources_file *out,
				     struct err *err);
/* Reads DIR/sources.json; one that is absent holds nothing. */
ATTR_MUST_CHECK errint sources_read(struct arena *a, const char *dir, struct sources_file *out,
				    struct err *err);
/* Sorts and appends the text. */
void sources_print(struct sources_file *f, struct buf *b);
/* A file's name that may stand in such a folder: one part, no control character, no backslash. */
bool sources_name_is_safe(struct str name);
/* By the file's name, or NULL. */
struct source_entry *sources_find_file(const struct sources_file *f, struct str file);
