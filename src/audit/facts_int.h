/* SPDX-License-Identifier: MIT
 *
 * The inside of looking through one path: the walk (facts_look.c) gives files, objects are read by
 * facts_object.c, texts by facts_text.c. */
#pragma once

#include <sys/stat.h>
#include "audit/facts.h"
#include "base/elf.h"

struct look_object {
	struct elf_info elf;
	struct str file;
	size_t fact; /* its index among f->objects */
};

struct path_look {
	struct store *s;
	struct arena *a; /* of what is found */
	struct arena *scratch;
	const struct path_info *info;
	struct path_facts *f;
	int fd;        /* the path's folder, or its parent when it is a file */
	bool program;  /* a program built it, */
	bool unpacked; /* or a builder of kiln's own, which leaves what is in a wheel or a .deb */
	uint16_t machine;
	struct look_object *objects;
	size_t n_objects, cap_objects;
};

/* Adds a finding of one file; texts are copied. */
ATTR_PRINTF(4, 5)
void look_found(struct path_look *l, enum audit_rule rule, struct str file, const char *fmt, ...);

/* An open file that begins as ELF. */
ATTR_MUST_CHECK errint look_at_object(struct path_look *l, struct str file, int fd, uint64_t size,
				      struct err *err);
/* What is called like a library and is no object of this machine. */
void look_add_name(struct path_look *l, struct str file);
/* Once all are known: which of the libraries that they need are not found. */
void look_for_needed(struct path_look *l);
/* What the path was made of: sources that nothing fixes, or that move. */
struct drv;
void look_at_inputs(struct path_look *l, const struct drv *d);
/* Any other file of up to what a text may have. */
ATTR_MUST_CHECK errint look_at_text(struct path_look *l, struct str file, int fd,
				    const struct stat *st, struct err *err);
/* Does it name the folder of a build, "/build/NAME/…"? The index of that, or -1. */
ptrdiff_t find_build_path(struct str text, size_t from);
