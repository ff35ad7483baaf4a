/* SPDX-License-Identifier: MIT
 *
 * What native modules want of slots: the libraries and symbols of torch's that they were linked
 * against, and CUDA's libraries. No package holds those, so a build can only write down what is
 * wanted (`nix-support/slots.json`), and who starts a program compares it with what fills the slot:
 *
 *	{"version":1,"objects":[{"file":"lib/…/_C.so","needs":["libc10.so"],"symbols":["_ZN3c10…"]}]}
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

struct native_object {
	struct str file;   /* relative to the package */
	struct str *needs; /* sonames of torch's and CUDA's libraries */
	size_t n_needs;
	struct str *symbols; /* names of torch's that are found nowhere in the package */
	size_t n_symbols;
};
/* Arrays are malloc'd, strings live in the arena of whoever fills it. */
struct native_objects {
	struct native_object *v;
	size_t n, cap;
};
void native_objects_release(struct native_objects *o);

/* Reads one object and appends it when it wants something of slots; `name` is what it is called.
 * What is no ELF object, a broken one, or a link to nowhere wants nothing. */
ATTR_MUST_CHECK errint native_add(int dirfd, const char *path, struct str name, struct arena *a,
				  struct native_objects *io, struct err *err);
/* Takes out symbols that an object of the same package defines; names are as native_add() got them,
 * relative to dirfd. */
ATTR_MUST_CHECK errint native_settle(int dirfd, struct arena *a, struct native_objects *io,
				     struct err *err);
/* Is the soname one of torch's, of CUDA's? Of CUDA's, *major is its number, or 0. */
bool native_is_torch(struct str soname);
bool native_is_cuda(struct str soname, unsigned *major);

/* The file's text, and back. ERR_CORRUPT. */
void native_print(const struct native_objects *o, struct buf *out);
ATTR_MUST_CHECK errint native_parse(struct arena *a, struct str text, struct native_objects *io,
				    struct err *err);
