/* SPDX-License-Identifier: MIT
 *
 * What the readers of ELF share: bounded reading by offset and by address. */
#pragma once

#include <elf.h>
#include "base/arena.h"
#include "base/err.h"

struct elf_reader {
	int fd;
	struct arena *a;
	Elf64_Phdr *ph;
	size_t n_ph;
};

/* n bytes from an offset; ERR_CORRUPT when the file ends before. */
ATTR_MUST_CHECK errint elf_read_at(int fd, uint64_t at, void *p, size_t n, struct err *err);
/* A NUL terminated string that ends before `limit`. */
ATTR_MUST_CHECK errint elf_read_string(struct elf_reader *r, uint64_t at, uint64_t limit,
				       struct str *out, struct err *err);
/* The program headers, once file and arena are set. */
ATTR_MUST_CHECK errint elf_read_headers(struct elf_reader *r, const Elf64_Ehdr *eh,
					struct err *err);
/* Virtual address to file offset; *limit is where the segment's file bytes end. */
ATTR_MUST_CHECK errint elf_to_offset(const struct elf_reader *r, uint64_t addr, uint64_t *at,
				     uint64_t *limit, struct err *err);
/* The dynamic entries up to DT_NULL. */
ATTR_MUST_CHECK errint elf_read_dynamic(struct elf_reader *r, const Elf64_Phdr *ph, Elf64_Dyn **out,
					size_t *n_out, struct err *err);
