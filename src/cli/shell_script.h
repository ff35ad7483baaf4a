/* SPDX-License-Identifier: MIT
 *
 * Scripts whose interpreter is nix-shell: their second and following lines say with which options,
 *
 *	#! /usr/bin/env nix-shell
 *	#! nix-shell -i bash -p hello
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct shell_script {
	const char *file;  /* NULL: it is none */
	char *const *args; /* of the script's own; NULL terminated */
};

/* Where the first operand of argv is such a script, its options become the line. */
ATTR_MUST_CHECK errint shell_script_read(struct arena *a, int *argc, char ***argv,
					 struct shell_script *out, struct err *err);
/* Splits a line into words as a shell does, without expanding anything. ERR_USAGE for a quote that
 * does not end. */
ATTR_MUST_CHECK errint shell_words(struct arena *a, struct str line, const char ***out, size_t *n,
				   struct err *err);
