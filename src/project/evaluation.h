/* SPDX-License-Identifier: MIT
 *
 * Evaluation on behalf of somebody who asks: from a request's options to an evaluator with its
 * search path, arguments and realiser; from what is named to values and derivations. */
#pragma once

#include "base/arena.h"
#include "eval/eval.h"
#include "project/session.h"
#include "store/drv_ref.h"

struct eval_inputs;

enum eval_arg_kind { EVAL_ARG_EXPR, EVAL_ARG_STRING, EVAL_ARG_FILE, EVAL_ARG_STDIN };

struct eval_arg {
	const char *name, *value;
	enum eval_arg_kind kind;
};

/* What an evaluation is told beside what it evaluates. */
struct eval_request {
	const char **attrs; /* take these of the value */
	size_t n_attrs, cap_attrs;
	struct eval_arg *args; /* of functions on the way */
	size_t n_args, cap_args;
	const char **includes; /* entries of the search path */
	size_t n_includes, cap_includes;
	const char *nixpkgs;
	const char *
		release; /* of the project whose recipes are meant; NULL: the one it names itself */
	const char *pinned; /* the folder of the set that the project pins; NULL: kiln's own */
	struct eval_inputs *inputs; /* told of all that is read; NULL, borrowed */
	const char *allowed[2];     /* what restricted modes may read, too: a project and its set */
	size_t n_allowed;
	const char *project, *set; /* whose recipes are evaluated, and with what; or NULL */
	const struct eval_tracked *tracked; /* what of the project counts; NULL: all */
	const char *tree; /* what the project is a part of: its repository, or itself; or NULL */
	struct eval_trial *trial; /* or NULL; borrowed */
};
void eval_request_release(struct eval_request *r);

struct evaluation {
	struct session *session;
	const struct eval_request *request;
	const struct settings *settings; /* or NULL: kiln's own business */
	struct eval *eval;
	struct eval_args *args;
	char **search_path;
	size_t n_search_path;
	bool was_readonly; /* the store, before */
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
ATTR_MUST_CHECK errint evaluation_options(struct session *s, const struct eval_request *request,
					  unsigned flags, struct evaluation *e,
					  struct eval_options *out, struct err *err);
/* Session and request are borrowed for as long as the evaluation lasts; until then the store is
 * read-only when the evaluation is. */
ATTR_MUST_CHECK errint evaluation_open(struct session *s, const struct eval_request *request,
				       unsigned flags, struct evaluation *out, struct err *err);

/* What is evaluated: a file, or an expression. */
struct eval_source {
	const char *text; /* path, "-" or expression */
	bool is_expr;
};
ATTR_MUST_CHECK errint evaluation_value(struct evaluation *e, struct eval_source from,
					struct value **out, struct err *err);
/* What the function that text means makes of v. */
ATTR_MUST_CHECK errint evaluation_apply(struct evaluation *e, const char *text, struct value *v,
					struct value **out, struct err *err);
/* The derivations behind every -A of the request, or of the value itself; values as in
 * eval_derivations(). */
ATTR_MUST_CHECK errint evaluation_derivations(struct evaluation *e, struct value *v,
					      struct arena *a, struct drv_ref **out,
					      struct value ***values, size_t *n, struct err *err);
/* The derivations at an attribute path of kiln's own set: what kiln itself needs. Strings live in
 * a; writes the derivations to the store, unless that is read-only. in may be NULL. */
ATTR_MUST_CHECK errint evaluation_of_set(struct session *s, struct arena *a, const char *attr,
					 struct eval_inputs *in, struct drv_ref **out, size_t *n,
					 struct err *err);
