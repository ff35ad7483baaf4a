/* SPDX-License-Identifier: MIT
 *
 * The dynamic symbols of an ELF object: what it wants of others, and whether it has a name that
 * others want. A name is looked up by the object's own hash table, as the loader does it, so that a
 * library with hundreds of thousands of them costs a few reads. Sources: System V ABI, chapter 5;
 * DT_GNU_HASH as the GNU loader reads it. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct elf_symbols;

/* Of an open object, which is borrowed and stays open as long as *out is used. *out is NULL where
 * there are none: no ELF, of another class or byte order, static. ERR_CORRUPT. */
ATTR_MUST_CHECK errint elf_symbols_open(int fd, struct arena *a, struct elf_symbols **out,
					struct err *err);
/* Names that must be found elsewhere and have no version, which C's and C++'s own libraries give
 * theirs. Strings live in the arena. */
ATTR_MUST_CHECK errint elf_symbols_wanted(struct elf_symbols *t, struct str **out, size_t *n,
					  struct err *err);
/* Does it define that name for others? */
ATTR_MUST_CHECK errint elf_symbols_has(struct elf_symbols *t, struct str name, bool *out,
				       struct err *err);
