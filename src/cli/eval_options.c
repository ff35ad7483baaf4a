/* SPDX-License-Identifier: MIT
 *
 * Collecting the evaluation options; using them is realise.c's and the commands' work. */
#include "cli/eval_options.h"

#include <stdlib.h>

void eval_request_release(struct eval_request *r)
{
	free(r->attrs);
	free(r->args);
	free(r->includes);
	*r = (struct eval_request){0};
}

static void add_arg(struct eval_request *r, const struct options *o, bool is_string)
{
	ARRAY_GROW(r->args, r->n_args, r->cap_args);
	r->args[r->n_args++] = (struct eval_arg){o->args[0], o->args[1], is_string};
}

static void named_option(struct eval_request *r, const char *name, const char *value)
{
	bool on = strcmp(value, "true") == 0;

	/* Other settings of nix.conf speak of Nix's daemon and caches; scripts pass them freely. */
	if (strcmp(name, "show-trace") == 0)
		r->show_trace = on;
	else if (strcmp(name, "pure-eval") == 0)
		r->pure = on;
	else if (strcmp(name, "restrict-eval") == 0)
		r->restricted = on;
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
		add_arg(r, o, id == O_ARGSTR);
		return true;
	case O_INCLUDE:
		ARRAY_GROW(r->includes, r->n_includes, r->cap_includes);
		r->includes[r->n_includes++] = o->args[0];
		return true;
	case O_NIXPKGS:
		r->nixpkgs = o->args[0];
		return true;
	case O_SHOW_TRACE:
		r->show_trace = true;
		return true;
	case O_PURE:
		r->pure = true;
		return true;
	case O_IMPURE:
		r->pure = r->restricted = false;
		return true;
	case O_RESTRICT:
		r->restricted = true;
		return true;
	case O_OPTION:
		named_option(r, o->args[0], o->args[1]);
		return true;
	default:
		return false;
	}
}
