/* SPDX-License-Identifier: MIT
 *
 * Store paths: `<store dir>/<32 letters of nix32>-<name>`. Source: Nix manual, "Complete Store
 * Path Calculation" (protocols/store-path). Text only; nothing here touches the disk. */
#pragma once

#include "base/arena.h"
#include "base/hash.h"

enum { STORE_HASH_LEN = 32 };

/* name is 1..211 of [A-Za-z0-9+-._?=], not "." or "..", nor starting with ".-" or "..-". */
ATTR_MUST_CHECK errint store_name_check(struct str name, struct err *err);
/* Is path `<dir>/<hash>-<name>` exactly (no deeper part)? */
bool store_path_is(struct str dir, struct str path);
/* Is path inside dir; *top gets the store path part, *rest (may be NULL) what follows ("" or "/…").
 */
bool store_path_split(struct str dir, struct str path, struct str *top, struct str *rest);
/* The pieces of a valid store path, borrowed from it. */
struct str store_path_hash_part(struct str path);
struct str store_path_name(struct str path);
/* `<hash>-<name>` */
struct str store_path_base(struct str path);
bool store_path_is_drv(struct str path);

/* makeStorePath: type is "source", "text", "output:out", …, refs and self already folded in. */
ATTR_MUST_CHECK errint store_path_make(struct arena *a, struct str dir, struct str type,
				       const struct hash *h, struct str name, struct str *out,
				       struct err *err);
/* `text:<ref>:<ref>…`, for derivations and builtins.toFile; refs sorted. */
ATTR_MUST_CHECK errint store_path_make_text(struct arena *a, struct str dir, struct str name,
					    const struct hash *h, const struct str *refs,
					    size_t n_refs, struct str *out, struct err *err);
/* Fixed output: recursive is the NAR method, else flat. refs (sorted) only with recursive sha256.
 */
ATTR_MUST_CHECK errint store_path_make_fixed(struct arena *a, struct str dir, struct str name,
					     bool recursive, const struct hash *h,
					     const struct str *refs, size_t n_refs, bool self_ref,
					     struct str *out, struct err *err);
/* makeOutputPath: name gets "-<output>" unless output is "out". */
ATTR_MUST_CHECK errint store_path_make_output(struct arena *a, struct str dir, struct str drv_name,
					      struct str output, const struct hash *modulo,
					      struct str *out, struct err *err);
