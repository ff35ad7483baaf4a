/* SPDX-License-Identifier: MIT
 *
 * Which hash, and how it is written: what nix-hash, `nix hash` and `kiln store hash` share. */
#pragma once

#include "base/hash.h"
#include "cli/cli.h"

/* --base16, --base32, --base64, --sri: for the table of an enum hash_format in a context. */
extern const struct option hash_spelling_rows[];

/* Words as options: "sha256"; "base32", "nix32", "base16", "base64", "sri". */
errint hash_algo_given(void *at, const struct option_given *g, struct err *err);
errint hash_format_given(void *at, const struct option_given *g, struct err *err);

#define OPT_HASH_ALGO(type, field, names_, help_) \
	OPT_CALL(type, field, hash_algo_given, names_, "ALGORITHM", help_)
#define OPT_HASH_FORMAT(type, field, names_, help_) \
	OPT_CALL(type, field, hash_format_given, names_, "FORMAT", help_)

/* One line: SRI, or the digest alone. */
void hash_print(const struct hash *h, enum hash_format f);
