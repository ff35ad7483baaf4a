/* SPDX-License-Identifier: MIT
 *
 * What kiln shell and nix shell share: their options, and from store paths to the shell. */
#pragma once

#include "cli/cli.h"
#include "cli/option_eval.h"

struct path_shell_command {
	bool pure;
	struct option_command command;
	struct option_list keep, unset, names;
};
/* Into a struct path_shell_command. */
extern const struct option path_shell_rows[];
/* The operands' row: names, and behind -c the words of a command. */
#define PATH_SHELL_OPERANDS(type, field, args_)                                      \
	{                                                                            \
		.args = args_, .kind = OPTION_CALL, .offset = offsetof(type, field), \
		.call = path_shell_word_given                                        \
	}
errint path_shell_word_given(void *at, const struct option_given *g, struct err *err);
/* Makes everything wanted valid and becomes the shell or the command; paths are what is on PATH.
 * Returns only on failure. */
ATTR_MUST_CHECK errint path_shell_run(struct cli *cli, const struct path_shell_command *c,
				      const struct build_wanted *w, size_t n_wanted,
				      const struct str *paths, size_t n, struct err *err);
