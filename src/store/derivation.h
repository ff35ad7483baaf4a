/* SPDX-License-Identifier: MIT
 *
 * Derivations: the one record in which evaluation and building meet, its ATerm text (.drv) and
 * the hashes that decide output paths. Source: Nix manual, "Derivation ATerm format" and
 * "hashDerivationModulo" (store/derivation/outputs/input-address).
 *
 *	Derive([("out","/nix/store/…","",""),…],[("/nix/store/….drv",["out"]),…],
 *	       ["/nix/store/…src",…],"x86_64-linux","/bin/sh",["-c",…],[("k","v"),…])
 *
 * Lists are sorted by byte order and without duplicates, args apart. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"

struct drv_output {
	struct str name;
	struct str path;      /* "" while not yet computed */
	struct str hash_algo; /* "", "sha256", "r:sha256", … : fixed output */
	struct str hash;      /* base16, with a hash_algo only */
};

struct drv_input {
	struct str path;
	struct str *outputs; /* sorted */
	size_t n_outputs;
};

struct drv_env {
	struct str key, value;
};

struct drv {
	struct str name; /* not in the ATerm: the .drv's name without ".drv" */
	struct drv_output *outputs;
	size_t n_outputs;
	struct drv_input *inputs;
	size_t n_inputs;
	struct str *srcs;
	size_t n_srcs;
	struct str platform, builder;
	struct str *args;
	size_t n_args;
	struct drv_env *env;
	size_t n_env;
};

/* Parses ATerm text; all strings are copied to the arena. Errors carry the byte offset. */
ATTR_MUST_CHECK errint drv_parse(struct arena *a, struct str text, struct str name, struct drv *out,
				 struct err *err);
/* Appends the ATerm. With mask, output paths (and env values of the outputs' names) are "". */
void drv_print(const struct drv *d, bool mask_outputs, struct buf *b);
/* Sorts outputs, inputs (merging their output lists), srcs and env; equal keys in env are a BUG. */
void drv_sort(struct arena *a, struct drv *d);
/* The inputs only. */
void drv_sort_inputs(struct arena *a, struct drv *d);

/* One output, whose hash is known before it is built. */
bool drv_is_fixed(const struct drv *d);
/* The hash that a fixed output has, and whether it is its NAR's ("r:"). ERR_UNSUPPORTED for an
 * unknown algorithm, ERR_CORRUPT for a hash that is not in base 16. */
ATTR_MUST_CHECK errint drv_output_hash(const struct drv_output *o, bool *recursive,
				       struct hash *out, struct err *err);
const struct drv_output *drv_output_find(const struct drv *d, struct str name);
/* NULL when unset. */
const struct str *drv_env_find(const struct drv *d, struct str key);

struct store;
/* hashDerivationModulo of a .drv in the store or registered by the running evaluation; memoised
 * in the store handle, so that a package tree is hashed once. */
ATTR_MUST_CHECK errint drv_modulo(struct store *s, struct str drv_path, struct hash *out,
				  struct err *err);
/* The same for a record not yet written. mask_outputs as in computing its own output paths. */
ATTR_MUST_CHECK errint drv_modulo_of(struct store *s, const struct drv *d, bool mask_outputs,
				     struct hash *out, struct err *err);
/* Computes and fills every output's path, and the env variable of each output's name. */
ATTR_MUST_CHECK errint drv_fill_outputs(struct store *s, struct arena *a, struct drv *d,
					struct err *err);
