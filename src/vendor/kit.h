/* SPDX-License-Identifier: MIT
 *
 * A kit: one file that has all that recipes need to be built anew, and what they were built to, for
 * a machine without a network. It is a tar archive in zstd's seekable format, of the same bytes for
 * the same content:
 *
 *	kiln/		a kiln that needs nothing of its machine, and the package set
 *	project/	what git tracks of the project, and its sources in .flox/sources
 *	nar/		the closure of what was built, a NAR each
 *	kit.json	what all that is, with hashes; in a frame of its own, the last one but for
 *	kit.json.sig	signatures of it, where there are keys */
#pragma once

#include "project/project.h"

struct kit_options {
	const char *dir;           /* the project */
	const char *const *labels; /* "NAME" or "NAME@RELEASE" */
	size_t n_labels;
	const char *file;
	const char *key; /* the file of a secret key to sign with, or NULL */
};

/* X(id, text): of a path of the closure. */
#define KIT_STATES(X)                        \
	X(SAME, "the same")                  \
	X(THERE, "it was there already")     \
	X(DIFFERENT, "it is something else") \
	X(ABSENT, "nothing made it")

enum kit_state {
#define X(id, text) KIT_##id,
	KIT_STATES(X)
#undef X
};
const char *kit_state_text(enum kit_state s);

struct kit_result {
	uint64_t size; /* of the file */
	size_t sources, paths;
	struct str *outputs; /* of the recipes */
	size_t n_outputs;
	struct str *signers; /* names that signatures tell; who made them only keys prove */
	size_t n_signers;
	/* of a rebuild */
	struct kit_row {
		struct str path;
		enum kit_state state;
	} * v;
	size_t n;
	size_t counts[KIT_ABSENT + 1];
};

/* Builds what is not built, brings all sources, and writes the file: whole or not at all. */
ATTR_MUST_CHECK errint kit_make(struct session *s, const struct kit_options *o, struct arena *a,
				struct kit_result *out, struct err *err);
/* Reads every byte. ERR_MISMATCH or ERR_CORRUPT names the first that is wrong. With public keys
 * (NAME:BASE64), one of them must have signed it, else ERR_DENIED. */
ATTR_MUST_CHECK errint kit_verify(const char *file, const char *const *keys, size_t n_keys,
				  struct arena *a, struct kit_result *out, struct err *err);
/* Puts the closure into the store. */
ATTR_MUST_CHECK errint kit_install(struct session *s, const char *file, struct arena *a,
				   struct kit_result *out, struct err *err);
/* Builds the recipes of the labels, or all, of the kit's sources alone, and compares with what the
 * kit has. ERR_DIFFERS when something is not the same. */
ATTR_MUST_CHECK errint kit_rebuild(struct session *s, const struct kit_options *o, struct arena *a,
				   struct kit_result *out, struct err *err);
