/* SPDX-License-Identifier: MIT
 *
 * nix-store --query. Sets are printed as Nix prints them: referrers first where order follows
 * references, else in the order of the operands. */
#include "cli/store_verbs.h"

#include <stdlib.h>
#include "store/derivation.h"

static void print_line(struct str s)
{
	out_str(s);
	out_str(S("\n"));
}

static errint drv_output_paths(struct store_request *r, struct str drv, struct str_set *out,
			       struct err *err)
{
	struct drv d;
	errint rc = store_read_drv(r->s, r->a, drv, &d, err);

	if (rc)
		return rc;
	out->v = ARENA_ARRAY(r->a, struct str, d.n_outputs);
	out->n = d.n_outputs;
	for (size_t i = 0; i < d.n_outputs; i++)
		out->v[i] = d.outputs[i].path;
	str_set_sort(out);
	return 0;
}

/* The path itself, or what a derivation makes. */
static errint subjects_of(struct store_request *r, struct str path, bool outputs,
			  struct str_set *out, struct err *err)
{
	if (has_flag(r, F_FORCE_REALISE) && store_path_is_drv(path)) {
		errint rc = realise_drv(r, path, err);
		if (rc)
			return rc;
	}
	if (outputs && store_path_is_drv(path))
		return drv_output_paths(r, path, out, err);
	out->v = ARENA_ARRAY(r->a, struct str, 1);
	out->v[0] = path;
	out->n = 1;
	return 0;
}

/* Those of all operands, one after the other. */
static errint all_subjects(struct store_request *r, bool outputs, struct str_set *out,
			   struct err *err)
{
	struct str *paths, *v CLEANUP_FREE = NULL;
	size_t n = 0, cap = 0;
	errint rc = operand_paths(r, &paths, err);

	for (size_t i = 0; !rc && i < r->n; i++) {
		struct str_set some = {0};
		rc = subjects_of(r, paths[i], outputs, &some, err);
		for (size_t k = 0; k < some.n; k++) {
			ARRAY_GROW(v, n, cap);
			v[n++] = some.v[k];
		}
	}
	if (rc)
		return rc;
	out->v = ARENA_ARRAY(r->a, struct str, n);
	out->n = n;
	if (n)
		memcpy(out->v, v, n * sizeof(*v));
	return 0;
}

static errint references(struct store_request *r, struct str path, struct str_set *out,
			 struct err *err)
{
	struct path_info info;
	errint rc = store_query(r->s, r->a, path, &info, err);

	if (!rc)
		*out = (struct str_set){info.refs, info.n_refs};
	return rc;
}

static errint neighbours(struct store_request *r, struct str path, struct str_set *out,
			 struct err *err)
{
	return r->query == Q_REFERENCES ? references(r, path, out, err)
					: store_referrers(r->s, r->a, path, out, err);
}

/* Of all subjects as one set. */
static errint all_neighbours(struct store_request *r, struct str_set subjects, struct str_set *out,
			     struct err *err)
{
	struct str *v CLEANUP_FREE = NULL;
	size_t n = 0, cap = 0;
	errint rc = 0;

	for (size_t i = 0; !rc && i < subjects.n; i++) {
		struct str_set some = {0};
		rc = neighbours(r, subjects.v[i], &some, err);
		for (size_t k = 0; k < some.n; k++) {
			ARRAY_GROW(v, n, cap);
			v[n++] = some.v[k];
		}
	}
	if (rc)
		return rc;
	out->v = ARENA_ARRAY(r->a, struct str, n);
	out->n = n;
	if (n)
		memcpy(out->v, v, n * sizeof(*v));
	str_set_sort(out);
	return 0;
}

static errint related(struct store_request *r, struct str_set subjects, struct str_set *out,
		      struct err *err)
{
	unsigned outputs = has_flag(r, F_INCLUDE_OUTPUTS) ? CLOSURE_OUTPUTS : 0;

	switch (r->query) {
	case Q_REQUISITES:
		return store_closure(r->s, r->a, subjects.v, subjects.n, outputs, out, err);
	case Q_REFERRERS_CLOSURE:
		return store_closure(r->s, r->a, subjects.v, subjects.n, CLOSURE_REFERRERS, out,
				     err);
	default:
		return all_neighbours(r, subjects, out, err);
	}
}

/* Each path behind what it refers to. */
static errint query_related(struct store_request *r, struct err *err)
{
	struct str_set subjects = {0}, found = {0};
	struct str *order;
	errint rc = all_subjects(r, has_flag(r, F_USE_OUTPUT), &subjects, err);

	if (!rc)
		rc = related(r, subjects, &found, err);
	if (!rc)
		rc = store_topo_sort(r->s, r->a, found, &order, err);
	for (size_t i = 0; !rc && i < found.n; i++)
		print_line(order[i]);
	return rc;
}

static errint print_deriver(struct store_request *r, struct str path, struct err *err)
{
	struct path_info info;
	errint rc = store_query(r->s, r->a, path, &info, err);

	if (!rc)
		print_line(info.deriver.n ? info.deriver : S("unknown-deriver"));
	return rc;
}

static errint print_valid_derivers(struct store_request *r, struct str path, struct err *err)
{
	struct str_set derivers;
	errint rc = store_valid_derivers(r->s, r->a, path, &derivers, err);

	for (size_t i = 0; !rc && i < derivers.n; i++)
		print_line(derivers.v[i]);
	return rc;
}

static errint deriver_of(struct store_request *r, struct str path, struct str *out, struct err *err)
{
	struct path_info info;

	if (store_path_is_drv(path)) {
		*out = path;
		return 0;
	}
	errint rc = store_query(r->s, r->a, path, &info, err);
	if (!rc && info.deriver.n == 0)
		rc = err_set(err, ERR_NOT_FOUND, "deriver of path '%.*s' is not known",
			     STR_ARG(path));
	if (!rc)
		*out = info.deriver;
	return rc;
}

static errint print_binding(struct store_request *r, struct str path, struct err *err)
{
	struct drv d;
	struct str drv;
	errint rc = deriver_of(r, path, &drv, err);

	if (!rc)
		rc = store_read_drv(r->s, r->a, drv, &d, err);
	if (rc)
		return rc;
	const struct str *value = drv_env_find(&d, str_c(r->binding));
	if (!value)
		return err_set(err, ERR_NOT_FOUND,
			       "derivation '%.*s' has no environment binding named '%s'",
			       STR_ARG(drv), r->binding);
	print_line(*value);
	return 0;
}

static errint print_hash(struct store_request *r, struct str path, struct err *err)
{
	struct path_info info;
	char text[HASH_TEXT_MAX];
	errint rc = store_query(r->s, r->a, path, &info, err);

	if (!rc)
		out_printf("%s\n", hash_format(&info.nar_hash, HASH_NIX32, true, text));
	return rc;
}

static errint print_size(struct store_request *r, struct str path, struct err *err)
{
	struct path_info info;
	errint rc = store_query(r->s, r->a, path, &info, err);

	if (!rc)
		out_printf("%llu\n", (unsigned long long)info.nar_size);
	return rc;
}

static errint print_path(struct store_request *r, struct str path, struct err *err)
{
	print_line(path);
	return 0;
}

static errint for_each(struct store_request *r, bool outputs,
		       errint (*print)(struct store_request *, struct str, struct err *),
		       struct err *err)
{
	struct str_set subjects = {0};
	errint rc = all_subjects(r, outputs, &subjects, err);

	for (size_t i = 0; !rc && i < subjects.n; i++)
		rc = print(r, subjects.v[i], err);
	return rc;
}

static errint query_roots(struct store_request *r, struct err *err)
{
	unsigned flags = CLOSURE_REFERRERS | (r->keep_outputs ? CLOSURE_OUTPUTS : 0) |
			 (r->drop_derivations ? 0 : CLOSURE_DERIVERS);
	struct str_set subjects = {0}, users = {0};
	struct root *roots;
	size_t n;
	errint rc = all_subjects(r, has_flag(r, F_USE_OUTPUT), &subjects, err);

	if (!rc)
		rc = store_closure(r->s, r->a, subjects.v, subjects.n, flags, &users, err);
	if (!rc)
		rc = store_roots(r->s, r->a, &roots, &n, err);
	for (size_t i = 0; !rc && i < n; i++) {
		if (str_set_has(users, roots[i].path))
			out_printf("%.*s -> %.*s\n", STR_ARG(roots[i].link),
				   STR_ARG(roots[i].path));
	}
	return rc;
}

static errint query_drawn(struct store_request *r, struct err *err)
{
	struct str_set subjects = {0};
	errint rc =
		all_subjects(r, r->query == Q_GRAPH && has_flag(r, F_USE_OUTPUT), &subjects, err);

	if (rc)
		return rc;
	return r->query == Q_TREE ? print_tree(r, subjects.v, subjects.n, err)
				  : print_graph(r, subjects, err);
}

errint op_query(struct store_request *r, struct err *err)
{
	bool use = has_flag(r, F_USE_OUTPUT);

	switch (r->query) {
	case Q_REQUISITES:
	case Q_REFERENCES:
	case Q_REFERRERS:
	case Q_REFERRERS_CLOSURE:
		return query_related(r, err);
	case Q_DERIVER:
		return for_each(r, false, print_deriver, err);
	case Q_VALID_DERIVERS:
		return for_each(r, false, print_valid_derivers, err);
	case Q_BINDING:
		return for_each(r, false, print_binding, err);
	case Q_HASH:
		return for_each(r, use, print_hash, err);
	case Q_SIZE:
		return for_each(r, use, print_size, err);
	case Q_RESOLVE:
		return for_each(r, false, print_path, err);
	case Q_TREE:
	case Q_GRAPH:
		return query_drawn(r, err);
	case Q_ROOTS:
		return query_roots(r, err);
	default:
		return for_each(r, true, print_path, err);
	}
}
