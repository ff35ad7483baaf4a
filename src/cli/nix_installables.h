/* SPDX-License-Identifier: MIT
 *
 * The operands of `nix` verbs that act on the store: store paths and links to them, or derivations
 * of flakes, of a file or of an expression. */
#pragma once

#include "cli/command.h"
#include "cli/option_eval.h"
#include "project/installable.h"

struct nix_operands {
	struct eval_request request;
	struct installables from;
	struct option_list words;
};
/* A command's release where its context begins with a struct nix_operands. */
void nix_operands_release(void *ctx);
/* Rows of a context whose member is a struct nix_operands. */
#define NIX_OPERAND_ROWS(type, member)                                           \
	OPT_TABLE(type, member.from, "operands", nix_installable_rows),          \
		OPT_TABLE(type, member.request, "evaluation", eval_option_rows), \
		OPERANDS(type, member.words, "INSTALLABLE")

/* Into a struct installables. */
extern const struct option nix_installable_rows[];

/* Whether evaluation is pure where the command line does not say; a file cannot be. */
ATTR_MUST_CHECK errint nix_purity(struct cli *cli, const struct installables *from, bool pure,
				  struct err *err);

/* What an operand means: a path, or a derivation with the outputs that are wanted of it. */
struct nix_found {
	struct str path; /* "" for a derivation */
	struct str drv;
	const struct str *outputs; /* names */
	size_t n_outputs;
};
/* In the operands' order; strings in cli's arena. Evaluates what must be, writing derivations. */
ATTR_MUST_CHECK errint nix_find(struct cli *cli, struct nix_operands *o, struct nix_found **out,
				size_t *n, struct err *err);
/* The store paths of all: paths themselves, and derivations' outputs, whether valid or not. */
ATTR_MUST_CHECK errint nix_find_paths(struct cli *cli, struct nix_operands *o, struct str **out,
				      size_t *n, struct err *err);
/* The output paths of a derivation that was found, in the order of its outputs' names. */
ATTR_MUST_CHECK errint nix_found_paths(struct cli *cli, const struct nix_found *f, struct str **out,
				       struct err *err);
