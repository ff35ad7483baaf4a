/* SPDX-License-Identifier: MIT
 *
 * The tree of `kiln why` and `nix why-depends`. */
#pragma once

#include "cli/cli.h"
#include "store/why.h"

struct why_print {
	struct cli *cli;
	struct str to;
	bool all;     /* every way, not only the shortest */
	bool precise; /* with the files that hold the references */
	bool colour;  /* of hash parts within lines of files */
};

/* Prints the tree from a node on. Needs an open store. */
ATTR_MUST_CHECK errint why_print(struct why_print *p, struct why_node *node, struct err *err);
