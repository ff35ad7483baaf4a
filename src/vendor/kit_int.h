/* SPDX-License-Identifier: MIT
 *
 * What the files of kit.h share: kit.json, and the file's parts. */
#pragma once

#include "archive/zstd_seekable.h"
#include "store/store.h"
#include "vendor/kit.h"

#define KIT_MANIFEST  "kit.json"
#define KIT_SIGNATURE "kit.json.sig"

struct kit_member {
	struct str name;
	uint64_t offset, size; /* of its bytes in the archive, before compression */
	struct hash sha256;
};

struct kit_recipe {
	struct str label; /* NAME or NAME@RELEASE */
	struct str *outputs;
	size_t n_outputs;
};

struct kit_manifest {
	struct kit_recipe *recipes;
	size_t n_recipes;
	struct path_info *paths; /* each behind what it refers to */
	size_t n_paths, cap_paths;
	struct kit_member *members; /* by offset */
	size_t n_members, cap_members;
	uint64_t nars; /* where nar/ begins */
	struct str system, store_dir;
};

void kit_manifest_print(const struct kit_manifest *m, struct buf *b);
/* ERR_CORRUPT, ERR_UNSUPPORTED; everything lives in the arena. */
ATTR_MUST_CHECK errint kit_manifest_parse(struct arena *a, struct str text,
					  struct kit_manifest *out, struct err *err);
/* The member with the NAR of a path, or NULL. */
const struct kit_member *kit_nar(const struct kit_manifest *m, struct str path);
/* "NAME@RELEASE" taken apart; release is NULL where there is none. */
void kit_label(struct arena *a, struct str label, const char **name, const char **release);

/* An opened file. */
struct kit {
	const char *file;
	int fd;
	struct seekable frames;
	struct kit_manifest manifest;
	struct str text, signatures; /* kit.json, and the lines of kit.json.sig or "" */
};
ATTR_MUST_CHECK errint kit_open(const char *file, struct arena *a, struct kit *out,
				struct err *err);
void kit_close(struct kit *k);

/* Adds the kiln that runs, with its libraries and loader, below kiln/. */
struct kit_writer;
ATTR_MUST_CHECK errint kit_put_program(struct kit_writer *w, struct err *err);
/* A member of these bytes, or of a file. */
ATTR_MUST_CHECK errint kit_put_file(struct kit_writer *w, const char *name, const char *from,
				    bool executable, struct err *err);
ATTR_MUST_CHECK errint kit_put_link(struct kit_writer *w, const char *name, const char *target,
				    struct err *err);
