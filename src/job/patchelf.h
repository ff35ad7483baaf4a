/* SPDX-License-Identifier: MIT
 *
 * Runs the pinned patchelf. It is a Debian program whose own interpreter is not relocated yet when
 * it is needed first, so it runs as `ld.so --library-path … patchelf`, from paths that the
 * derivation names. Every edit is read back. */
#pragma once

#include "base/arena.h"
#include "base/elf.h"

struct patchelf {
	const char *loader;       /* ld.so of the set */
	const char *library_path; /* colon separated */
	const char *program;      /* patchelf itself */
};

struct patchelf_edit {
	const char *interpreter;  /* or NULL: as it is */
	const char *runpath;      /* or NULL: as it is; "" removes it */
	bool force_rpath;         /* write DT_RPATH, which also holds for what the object loads */
	const char *const *extra; /* more options, NULL terminated, or NULL */
};

enum { PATCHELF_FILES = 128 };

/* Edits a file in place and checks that interpreter and RUNPATH now read back as asked. The file
 * must be writable. */
ATTR_MUST_CHECK errint patchelf_run(const struct patchelf *tool, const char *file,
				    const struct patchelf_edit *edit, struct err *err);
/* The same edit of n files, at most PATCHELF_FILES: starting the tool is most of what one costs. On
 * failure any of them may be edited; the error names the one that is to blame. */
ATTR_MUST_CHECK errint patchelf_run_all(const struct patchelf *tool, const char *const *files,
					size_t n, const struct patchelf_edit *edit,
					struct err *err);
