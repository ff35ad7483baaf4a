/* SPDX-License-Identifier: MIT
 *
 * Collecting the evaluation options into a request. */
#include "cli/eval_options.h"

static void add_arg(struct eval_request *r, const struct options *o, enum eval_arg_kind kind)
{
	ARRAY_GROW(r->args, r->n_args, r->cap_args);
	r->args[r->n_args++] = (struct eval_arg){o->args[0], o->args[1], kind};
}

bool eval_option(struct eval_request *r, int id, const struct options *o)
{
	switch (id) {
	case O_ATTR:
		ARRAY_GROW(r->attrs, r->n_attrs, r->cap_attrs);
		r->attrs[r->n_attrs++] = o->args[0];
		return true;
	case O_ARG:
	case O_ARGSTR:
	case O_ARG_FILE:
	case O_ARG_STDIN:
		add_arg(r, o, (enum eval_arg_kind)(id - O_ARG));
		return true;
	case O_INCLUDE:
		ARRAY_GROW(r->includes, r->n_includes, r->cap_includes);
		r->includes[r->n_includes++] = o->args[0];
		return true;
	case O_NIXPKGS:
		r->nixpkgs = o->args[0];
		return true;
	default:
		return false;
	}
}
