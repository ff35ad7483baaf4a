/* SPDX-License-Identifier: MIT
 *
 * What kiln develop, nix develop and nix-shell share: from one derivation to the shell in its build
 * environment. */
#pragma once

#include "cli/cli.h"
#include "cli/option_eval.h"

struct develop {
	struct build_options builds;
	bool pure;
	struct option_list keep, unset, exclude;
	const char *command; /* text of the shell, or NULL */
	bool interactive;    /* the person stays */
	bool no_hook;        /* shellHook is left alone */
	bool as_nix_shell;   /* else as nix develop: outputs below ./outputs */
};

/* Options of the environment, into a struct develop. */
extern const struct option develop_env_rows[];

/* The one derivation of a value, an argument `inNixShell` given where it asks for one. The
 * request's attributes are taken of it. *out lives in a, and is written. */
ATTR_MUST_CHECK errint develop_derivation(struct evaluation *e, struct value *v, struct arena *a,
					  struct drv_ref *out, struct err *err);
/* Builds what the derivation needs, and becomes the shell. Returns only on failure. */
ATTR_MUST_CHECK errint develop_start(struct cli *cli, const struct develop *d, struct str drv,
				     struct err *err);
/* Adds the words of a command to a text for the shell, quoted, and what ends the shell with its
 * status: with exec where nothing is left to do behind it. */
void develop_put_command(struct buf *b, const struct option_list *words);
