/* SPDX-License-Identifier: MIT
 *
 * Instantiating sources one after the other, printing as it goes. */
#include "cli/instantiate.h"

#include <stdlib.h>
#include "base/file.h"
#include "base/report.h"
#include "cli/value_print.h"
#include "store/store.h"

void instantiation_release(struct instantiation *c)
{
	eval_request_release(&c->request);
	free(c->sources);
}

void instantiation_source(struct instantiation *c, const char *text, bool is_expr)
{
	ARRAY_GROW(c->sources, c->n_sources, c->cap_sources);
	c->sources[c->n_sources++] = (struct eval_source){text, is_expr};
}

static errint find_file(struct evaluation *e, const char *name, struct err *err)
{
	struct str path;
	errint rc = eval_find_file(e->eval, str_c(name), &path, err);

	if (rc)
		return rc;
	out_printf("%.*s\n", STR_ARG(path));
	return 0;
}

static errint print_attr(struct evaluation *e, struct value *top, const struct instantiation *c,
			 const char *attr, struct err *err)
{
	struct value *v;
	errint rc = eval_attr_path(e->eval, top, str_c(attr), e->args, &v, err);

	/* Without arguments even a function with defaults stays one. */
	if (!rc && c->request.n_args)
		rc = eval_auto_call(e->eval, e->args, v, &v, err);
	return rc ? rc : print_evaluated(e, v, c->how, c->flags, err);
}

static errint print_values(struct evaluation *e, struct value *top, const struct instantiation *c,
			   struct err *err)
{
	errint rc = c->request.n_attrs ? 0 : print_attr(e, top, c, "", err);

	for (size_t i = 0; !rc && i < c->request.n_attrs; i++)
		rc = print_attr(e, top, c, c->request.attrs[i], err);
	return rc;
}

/* ---- derivations ---- */

/* link, link-2, link-3, … */
static errint add_root(struct store *s, struct instantiation *c, const struct drv_ref *d,
		       struct err *err)
{
	char *first CLEANUP_FREE = NULL, *link CLEANUP_FREE = NULL;
	errint rc = path_absolute(str_c(c->root), &first, err);

	if (rc)
		return rc;
	link = ++c->n_roots == 1 ? xstrdup(first) : xasprintf("%s-%u", first, c->n_roots);
	rc = store_add_root(s, link, d->drv_path, err);

	if (!rc && !c->json)
		out_printf("%s", link);
	return rc;
}

/* The derivation's own words, as JSON. */
static errint print_json(struct evaluation *e, const struct drv_ref *d, struct value *of,
			 struct err *err)
{
	static const char describe[] =
		"d: { inherit (d) name drvPath; system = d.system or null;"
		" outputs = builtins.listToAttrs (map"
		" (name: { inherit name; value = d.${name}.outPath or d.outPath; })"
		" (d.outputs or [ \"out\" ])); }";
	BUF(b, LIMIT_JSON_TEXT);
	struct value *fn, *v;
	errint rc = eval_string(e->eval, S(describe), "/", "«kiln»", &fn, err);

	if (!rc)
		rc = eval_apply(e->eval, fn, of, &v, err);
	if (!rc)
		rc = eval_print(e->eval, v, EVAL_JSON, EVAL_STRICT, &b, err);
	if (rc)
		return rc;
	out_str(S("{\"attr\":"));
	out_json(d->attr);
	out_printf(",%.*s", STR_ARG(str_skip(buf_str(&b), 1)));
	return 0;
}

static void warn_unrooted(struct instantiation *c, struct report *r)
{
	if (!c->warn_unrooted || c->root)
		return;
	c->warn_unrooted = false;
	report_msg(r, REPORT_WARN,
		   "you did not specify '--add-root'; the result might be removed by the garbage "
		   "collector");
}

static errint print_derivations(struct evaluation *e, struct value *top, struct instantiation *c,
				const char **comma, struct err *err)
{
	ARENA(a);
	struct drv_ref *v;
	struct value **values;
	size_t n;
	errint rc = evaluation_derivations(e, top, &a, &v, &values, &n, err);

	for (size_t i = 0; !rc && i < n; i++) {
		warn_unrooted(c, e->session->report);
		if (c->root)
			rc = add_root(e->session->store, c, &v[i], err);
		else if (!c->json)
			out_printf("%.*s", STR_ARG(v[i].drv_path));
		if (!rc && c->json) {
			out_printf("%s\n ", *comma);
			*comma = ",";
			rc = print_json(e, &v[i], values[i], err);
			continue;
		}
		if (!str_eq(v[i].output, S("out")))
			out_printf("!%.*s", STR_ARG(v[i].output));
		out_str(S("\n"));
	}
	return rc;
}

static errint instantiate(struct evaluation *e, struct instantiation *c, struct eval_source from,
			  const char **comma, struct err *err)
{
	struct value *top;
	errint rc;

	if (c->what == INSTANTIATE_FILES)
		return find_file(e, from.text, err);
	if (c->what == INSTANTIATE_PARSED)
		return print_parsed(e, from, err);
	rc = evaluation_value(e, from, &top, err);
	if (rc)
		return rc;
	return c->what == INSTANTIATE_VALUES ? print_values(e, top, c, err)
					     : print_derivations(e, top, c, comma, err);
}

errint instantiation_run(struct instantiation *c, struct cli *cli, struct err *err)
{
	bool list = c->json && c->what == INSTANTIATE_DERIVATIONS;
	unsigned flags = EVALUATION_SET | (c->as_nix ? EVALUATION_AS_NIX : 0) |
			 (c->read_only ? EVALUATION_READ_ONLY : 0);
	const char *comma = "";
	struct session *s;
	EVALUATION(e);
	errint rc = cli_session(cli, &s, err);

	if (!rc)
		rc = evaluation_open(s, &c->request, flags, &e, err);
	if (!rc && list)
		out_str(S("["));
	for (size_t i = 0; !rc && i < c->n_sources; i++)
		rc = instantiate(&e, c, c->sources[i], &comma, err);
	if (!rc && list)
		out_str(S("\n]\n"));
	return rc;
}
