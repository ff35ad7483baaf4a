/* SPDX-License-Identifier: MIT
 *
 * From expressions to derivations, values, or parsed text: what `kiln instantiate`, `kiln parse`
 * and nix-instantiate do once their command lines are read. */
#pragma once

#include "cli/cli.h"
#include "project/evaluation.h"

enum instantiate_what {
	INSTANTIATE_DERIVATIONS,
	INSTANTIATE_VALUES,
	INSTANTIATE_PARSED,
	INSTANTIATE_FILES, /* sources are names on the search path */
};

struct instantiation {
	struct eval_request request;
	struct eval_source *sources; /* in order */
	size_t n_sources, cap_sources;
	enum instantiate_what what;
	enum eval_output how; /* of values */
	unsigned flags;       /* of printing them */
	const char *root;     /* link to make, or NULL */
	unsigned n_roots;
	bool read_only, json;
	bool as_nix;        /* NIX_PATH replaces kiln's set */
	bool warn_unrooted; /* once, before the first derivation without a root */
};
void instantiation_release(struct instantiation *c);

/* Adds a file, or an expression. The text must outlive c. */
void instantiation_source(struct instantiation *c, const char *text, bool is_expr);
/* Evaluates each source and prints what is asked for. */
ATTR_MUST_CHECK errint instantiation_run(struct instantiation *c, struct cli *cli, struct err *err);
