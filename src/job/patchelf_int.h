/* SPDX-License-Identifier: MIT
 *
 * The common edit of patchelf, done in this process: a library path for a shared library. Starting
 * the tool, and its reading and writing each object as a whole, took longer than anything else of
 * installing a wheel with many modules. */
#pragma once

#include <elf.h>
#include "base/arena.h"
#include "job/patchelf.h"

/* Edits a file in place to the very bytes that patchelf 0.18 writes. *done is false, and the file
 * as it was, where that is not for sure: anything but a new library path, an executable, an object
 * that is laid out in an unusual way. */
ATTR_MUST_CHECK errint patchelf_library(const char *file, const struct patchelf_edit *edit,
					bool *done, struct err *err);

/* ---- an object under way: patchelf_object.c ---- */

enum { OBJECT_SECTIONS = 256, OBJECT_SEGMENTS = 64 };

struct object_section {
	Elf64_Shdr h;
	struct str name;
	char *bytes; /* what takes the place of it at the end of the file, or NULL */
	size_t n;
};

struct object_range {
	uint64_t at;
	size_t n;
};

struct object {
	char *map; /* of the file as it is found; changes in it stay here until object_write() */
	size_t size;
	char *tail; /* what is appended, from tail_at on */
	uint64_t tail_at;
	size_t tail_n;
	Elf64_Ehdr *eh; /* in map */
	Elf64_Phdr ph[OBJECT_SEGMENTS];
	size_t n_ph;
	struct object_section s[OBJECT_SECTIONS]; /* the first is none */
	size_t n_s;
	size_t moved[OBJECT_SECTIONS]; /* the new index by the old one */
	struct object_range changed[OBJECT_SECTIONS * 2];
	size_t n_changed;
	struct arena a;
};

/* Maps a file and reads its tables; false when it is for the tool. */
bool object_open(struct object *o, int fd);
void object_close(struct object *o);
/* Bytes of the file as it will be; NULL when they are not all there. */
char *object_at(struct object *o, uint64_t at, size_t n);
/* The same, to be written. */
char *object_change(struct object *o, uint64_t at, size_t n);
/* By name, or NULL. */
struct object_section *object_find(struct object *o, const char *name);
/* The section's bytes will be replaced by n ones, which begin as they are now. */
char *object_replace(struct object *o, struct object_section *s, size_t n);
/* Gives replaced sections a place of their own and renews all tables. */
bool object_rewrite(struct object *o);
ATTR_MUST_CHECK errint object_write(struct object *o, int fd, struct err *err);
