/* SPDX-License-Identifier: MIT
 *
 * What the files of builtins share: how one is declared, how a failure passes through. Errors carry
 * no position of their own: as in Nix, the frame "while calling the '…' builtin" has it. */
#pragma once

#include "base/hash.h"
#include "eval/eval_int.h"

#define BUILTIN(name)                                                                   \
	static errint builtin_##name(ATTR_UNUSED struct eval *E, ATTR_UNUSED pos_t pos, \
				     ATTR_UNUSED struct value **args, struct value *out)

/* Ends the list of a subject. */
#define BUILTIN_END \
	{           \
		0   \
	}

/* Returns from the calling function when call fails. Only where no cleanup by hand is due. */
#define TRY(call)                    \
	do {                         \
		errint rc_ = (call); \
		if (UNLIKELY(rc_))   \
			return rc_;  \
	} while (0)

/* builtin_arithmetic.c: is fn builtins.lessThan itself? */
bool is_builtin_less_than(const struct value *fn);
/* builtin_basic.c: the store's folder, also where there is no store. */
struct str eval_store_dir(const struct eval *E);
/* builtin_hash.c: the algorithm by name, or Nix's error. */
errint hash_algo_arg(struct eval *E, struct str name, enum hash_algo *out);
/* A hash in any spelling; "" is the hash of zeroes, with a warning. algo may be HASH_ANY. */
errint hash_arg(struct eval *E, struct str text, enum hash_algo algo, struct hash *out);
/* builtin_path.c: a string that is a store path, with itself as context, and readable from now on;
 * and: must a path be valid that a string is to refer to, and is it? */
struct value store_path_value(struct eval *E, struct str path);
errint check_store_path_valid(struct eval *E, pos_t pos, struct str path);
/* builtin_path.c: an attribute's name as messages spell it: quoted where it is no identifier. */
struct str attr_name_text(struct eval *E, sym_t sym);
/* What is wrong with a store path's name, in Nix's words; NULL when it is fine. */
const char *store_name_error(struct eval *E, struct str name);
