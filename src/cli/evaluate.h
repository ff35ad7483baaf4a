/* SPDX-License-Identifier: MIT
 *
 * Evaluation, as commands ask for it: from the request's options to an evaluator with its search
 * path, arguments and realiser; from what the user names to values and derivations. */
#pragma once

#include "base/arena.h"
#include "cli/cli.h"
#include "cli/eval_options.h"
#include "cli/realise.h"
#include "eval/eval.h"
#include "source/ladder.h"
#include "store/drv_ref.h"

struct evaluation {
	struct cli *cli;
	const struct eval_request *request;
	const struct settings *settings; /* or NULL: kiln's own business */
	struct eval *eval;
	struct eval_args *args;
	struct build_request builds; /* for import-from-derivation */
	struct build_realiser realiser;
	struct ladder *ladder;
	char **search_path;
	size_t n_search_path;
};
void evaluation_release(struct evaluation *e);
#define EVALUATION(name) struct evaluation name CLEANUP(evaluation_release) = {0}

enum evaluation_flags {
	EVALUATION_READ_ONLY = 1 << 0, /* write nothing to the store */
	EVALUATION_SET = 1 << 1,       /* <nixpkgs> is kiln's set unless told otherwise */
	EVALUATION_OWN = 1 << 2,       /* kiln's own business: the user's settings do not count */
	EVALUATION_AS_NIX = 1 << 3,    /* and only where there is no NIX_PATH */
};
/* The options that an evaluation would be opened with; e owns what they refer to. */
ATTR_MUST_CHECK errint evaluation_options(struct cli *cli, const struct eval_request *request,
					  unsigned flags, struct evaluation *e,
					  struct eval_options *out, struct err *err);
/* request is borrowed for as long as the evaluation lasts. */
ATTR_MUST_CHECK errint evaluation_open(struct cli *cli, const struct eval_request *request,
				       unsigned flags, struct evaluation *out, struct err *err);

/* What a command evaluates: each word is a file, or with exprs an expression. */
struct eval_source {
	const char *text; /* path, "-" or expression */
	bool is_expr;
};
ATTR_MUST_CHECK errint evaluation_value(struct evaluation *e, struct eval_source from,
					struct value **out, struct err *err);
/* What the function that text means makes of v. */
ATTR_MUST_CHECK errint evaluation_apply(struct evaluation *e, const char *text, struct value *v,
					struct value **out, struct err *err);
/* Prints the parsed source, or a value, to standard output and ends the line. */
ATTR_MUST_CHECK errint evaluation_print_parsed(struct evaluation *e, struct eval_source from,
					       struct err *err);
ATTR_MUST_CHECK errint evaluation_print(struct evaluation *e, struct value *v, enum eval_output how,
					unsigned flags, struct err *err);
/* The derivations behind every -A of the request, or of the value itself; values as in
 * eval_derivations(). */
ATTR_MUST_CHECK errint evaluation_derivations(struct evaluation *e, struct value *v,
					      struct arena *a, struct drv_ref **out,
					      struct value ***values, size_t *n, struct err *err);
/* The derivations at an attribute path of kiln's own set: what commands themselves need. Strings
 * live in a; writes the derivations to the store. in may be NULL. */
ATTR_MUST_CHECK errint evaluate_set(struct cli *cli, struct arena *a, const char *attr,
				    struct eval_inputs *in, struct drv_ref **out, size_t *n,
				    struct err *err);
