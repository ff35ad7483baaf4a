/* SPDX-License-Identifier: MIT
 *
 * `nix eval`, once its command line is read. */
#pragma once

#include "cli/cli.h"
#include "project/installable.h"

struct nix_eval {
	const char *operand; /* or NULL: "." */
	const char *apply, *write_to;
	bool raw, json;
	bool pretty;  /* JSON on lines */
	mode_t umask; /* of files */
};
/* Prints the value, or writes it to files. */
ATTR_MUST_CHECK errint nix_eval_run(const struct nix_eval *c, struct evaluation *e,
				    struct installables *i, struct err *err);
