/* SPDX-License-Identifier: MIT
 *
 * Reads what relocation must know of an ELF object: its interpreter, what it needs and where it
 * looks, and whether it asks for an executable stack. Source: System V ABI, chapters 4 and 5.
 * Every offset is checked against the file; nothing is mapped, so a huge library costs no memory.
 * 64 bit little endian only, as the systems kiln knows; anything else is `foreign`. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct elf_info {
	bool elf;     /* starts with ELF's magic */
	bool foreign; /* of another class or byte order: nothing below is set */
	uint16_t type, machine;
	bool dynamic;       /* has a dynamic section */
	struct str interp;  /* PT_INTERP, or "" */
	struct str soname;  /* or "" */
	struct str rpath;   /* DT_RPATH, or "" */
	struct str runpath; /* DT_RUNPATH, or "" */
	struct str *needed; /* DT_NEEDED in order */
	size_t n_needed;
	bool exec_stack;      /* PT_GNU_STACK with PF_X */
	uint64_t stack_flags; /* file offset of PT_GNU_STACK's p_flags, 0 without one */
};

/* Reads fd with pread. A file that is not ELF is no error (out->elf is false); one that begins as
 * ELF and breaks its format is ERR_CORRUPT. Strings live in the arena. */
ATTR_MUST_CHECK errint elf_read(int fd, struct arena *a, struct elf_info *out, struct err *err);
/* Takes PF_X from PT_GNU_STACK, in place; fd is open for writing. */
ATTR_MUST_CHECK errint elf_clear_exec_stack(int fd, const struct elf_info *info, struct err *err);
