/* SPDX-License-Identifier: MIT
 *
 * Two trees that should be the same, as two builds of one derivation are: where they differ, and
 * what that looks like. A cause is read off the bytes: what stands around the first difference,
 * the fields of an archive's or bytecode's head, the same lines in another order. Members of
 * archives are looked at one by one, also within each other. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* X(id, name, what it means, what helps) */
#define DIFFERENCE_CAUSES(X)                                                                        \
	X(TIME, "timestamp", "a time of the build",                                                 \
	  "write the time that SOURCE_DATE_EPOCH tells in its stead, or none")                      \
	X(BYTECODE, "bytecode", "Python's bytecode was compiled otherwise",                         \
	  "leave .pyc files out: what installs wheels compiles the same ones each time")            \
	X(ARCHIVE_ORDER, "archive-order", "an archive has the same members in another order",       \
	  "sort the names before the archive is made: tar --sort=name, or zip -@ of a sorted list") \
	X(ORDER, "order", "the same lines or words in another order",                               \
	  "sort them before they are written: sets, folders and finished jobs have no order")       \
	X(BUILD_PATH, "build-path", "the path of the folder in which it was built",                 \
	  "give the compiler -ffile-prefix-map=$NIX_BUILD_TOP=., or leave such files out")          \
	X(BUILD_ID, "build-id", "the linker's build id",                                            \
	  "link with --build-id=sha1, which is made of the contents, or with none")                 \
	X(ADDRESS, "address", "an address in memory, as printed objects have",                      \
	  "print the object's name or value, not its repr()")                                       \
	X(RANDOM, "random", "a random name or number",                                              \
	  "make it of the contents (a hash), or give the generator a seed")                         \
	X(USER, "user", "a user's name or number, or the host's name",                              \
	  "name a fixed one: tar --owner=0 --group=0 --numeric-owner")                              \
	X(MODE, "mode", "who may execute or write it",                                              \
	  "set the mode by install -m or chmod, not by the umask")                                  \
	X(COMPRESSION, "compression", "the same bytes were compressed otherwise",                   \
	  "compress with one thread, or with a fixed number of them and a fixed level")             \
	X(KIND, "kind", "it is of another kind, or its link leads elsewhere",                       \
	  "look at what makes it: the log of both builds tells")                                    \
	X(ABSENT, "absent", "only one of the builds made it",                                       \
	  "look at what makes it: a race between jobs, or a cache that one build found")            \
	X(CONTENT, "content", "its bytes differ in no way that is known",                           \
	  "compare both: diffoscope tells more of this format")

enum difference_cause {
#define X(id, name, text, cure) DIFFERENCE_##id,
	DIFFERENCE_CAUSES(X)
#undef X
};

struct difference {
	struct str file; /* within the tree; "" for the tree itself; "a.zip!b" for a member */
	enum difference_cause cause;
	uint64_t offset;          /* of the first byte that differs, in the file or member */
	struct str before, after; /* what stands there, printable, or "" */
};
/* The array is malloc'd, strings live in the arena of whoever compares. */
struct differences {
	struct difference *v;
	size_t n, cap;
	size_t left_out; /* more than max */
};
void differences_release(struct differences *d);

/* The words of a cause. */
const char *difference_name(enum difference_cause c);
const char *difference_text(enum difference_cause c);
const char *difference_cure(enum difference_cause c);

/* Compares the trees (files, folders or links) at two real paths. Of a file, its first difference
 * and the cause of that; at most `max` differences are kept, in order of their names. now: Unix
 * seconds of the second build, which binary times are compared with. */
ATTR_MUST_CHECK errint differences_find(const char *before, const char *after, struct arena *a,
					size_t max, uint64_t now, struct differences *out,
					struct err *err);
