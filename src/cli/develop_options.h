/* SPDX-License-Identifier: MIT
 *
 * How kiln develop and nix develop are told what to do in the environment. */
#pragma once

#include "cli/develop.h"

struct develop_options {
	struct develop develop;
	const char *phase;
	struct option_command command;
	const char *name; /* the operand before it, or NULL */
};

extern const struct option develop_option_rows[];
/* The operand's row: one name, and the words of a command. */
#define DEVELOP_OPERANDS(type, field, args_)                                         \
	{                                                                            \
		.args = args_, .kind = OPTION_CALL, .offset = offsetof(type, field), \
		.call = develop_word_given                                           \
	}
errint develop_word_given(void *at, const struct option_given *g, struct err *err);
/* Makes o->develop of them. */
ATTR_MUST_CHECK errint develop_options_check(struct develop_options *o, struct arena *a,
					     struct err *err);
