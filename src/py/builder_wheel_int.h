/* SPDX-License-Identifier: MIT
 *
 * The wheel builder's state, shared by its steps. Each step is one file and works on the list of
 * files that are now in the output; the last writes that list as RECORD. */
#pragma once

#include <sys/types.h>
#include "job/patchelf.h"
#include "py/marker.h"
#include "py/wheel.h"
#include "sandbox/builtin.h"

struct wheel_file {
	struct str path;   /* relative to the output */
	struct str member; /* name in the wheel, or "" for what we made */
	bool elf;
	bool stale; /* hash and size are not known (any more) */
	struct hash sha256;
	uint64_t size;
};

struct wheel_install {
	const struct builtin_ctx *ctx;
	struct arena arena;
	const char *out; /* the output's path */
	int out_fd;

	struct wheel_name name;
	struct str wheel;  /* path */
	struct str python; /* interpreter */
	struct str full_version, machine;
	unsigned minor;
	struct str site;      /* "lib/python3.13/site-packages" */
	struct str *packages; /* pythonPath */
	size_t n_packages;
	struct wheel_names remove, relax;
	bool check_deps, warn_deps; /* warn: what is not satisfied is told, no error */
	bool warn_record;           /* what RECORD says wrongly is told, no error */
	bool wrap, relocate, compile;
	struct str *library_folders;
	size_t n_library_folders;
	struct patchelf patchelf;

	struct str info; /* "name-1.0.dist-info", once unpacked; "" without or with several */
	struct wheel_metadata metadata;
	struct wheel_file *files;
	size_t n_files, cap_files;
};

/* A line of the build log. */
ATTR_PRINTF(2, 3) void wheel_log(const struct wheel_install *w, const char *fmt, ...);
/* The same, as a warning, which is also shown to the user. */
ATTR_PRINTF(2, 3) void wheel_warn(const struct wheel_install *w, const char *fmt, ...);
/* Appends to the list; path is copied. The pointer is valid until the next call. */
struct wheel_file *wheel_file_add(struct wheel_install *w, struct str path);
/* Writes a file of ours and lists it; one that exists already is an error. */
ATTR_MUST_CHECK errint wheel_file_put(struct wheel_install *w, struct str path, struct str bytes,
				      mode_t mode, struct err *err);
/* Hashes and measures a listed file again. */
ATTR_MUST_CHECK errint wheel_file_rehash(struct wheel_install *w, struct wheel_file *f,
					 struct err *err);
/* The bytes of a file below .dist-info; ERR_NOT_FOUND. */
ATTR_MUST_CHECK errint wheel_info_read(struct wheel_install *w, const char *name, struct buf *out,
				       struct err *err);
/* The listed file of that path, or NULL. */
struct wheel_file *wheel_file_find(struct wheel_install *w, const char *path);

/* Is name (a member's) that file of the wheel's own .dist-info? Vendored projects keep theirs. */
bool wheel_info_is(struct str name, const char *file);
/* Compares the listed members with the wheel's RECORD. */
ATTR_MUST_CHECK errint wheel_check_record(struct wheel_install *w, struct str record,
					  struct err *err);

/* The steps. Installing: these, in this order. */
ATTR_MUST_CHECK errint wheel_step_unpack(struct wheel_install *w, struct err *err);
ATTR_MUST_CHECK errint wheel_step_metadata(struct wheel_install *w, struct err *err);
ATTR_MUST_CHECK errint wheel_step_programs(struct wheel_install *w, struct err *err);
/* Once every wheel of one build is installed. */
ATTR_MUST_CHECK errint wheel_step_depends(struct wheel_install *w, struct err *err);
/* In place of these, for what a recipe installed or changed: lists what is in the output. */
ATTR_MUST_CHECK errint wheel_step_list(struct wheel_install *w, struct err *err);
/* Finishing: these, in this order. */
ATTR_MUST_CHECK errint wheel_step_wrap(struct wheel_install *w, struct err *err);
ATTR_MUST_CHECK errint wheel_step_relocate(struct wheel_install *w, struct err *err);
ATTR_MUST_CHECK errint wheel_step_compile(struct wheel_install *w, struct err *err);
ATTR_MUST_CHECK errint wheel_step_record(struct wheel_install *w, struct err *err);
/* The last of them: nix-support/slots.json. */
ATTR_MUST_CHECK errint wheel_step_native(struct wheel_install *w, struct err *err);
