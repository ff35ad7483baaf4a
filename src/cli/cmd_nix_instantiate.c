/* SPDX-License-Identifier: MIT
 *
 * nix-instantiate: derivations of expressions, or with --eval their values. */
#include "cli/cli.h"
#include "cli/evaluate.h"
#include "store/store.h"

enum {
	O_EVAL = 1,
	O_PARSE,
	O_STRICT,
	O_JSON,
	O_XML,
	O_RAW,
	O_NO_LOCATION,
	O_ADD_ROOT,
	O_INDIRECT,
	O_READ_WRITE,
	O_READ_ONLY,
	O_FIND_FILE,
	O_EXPRS,
};

const struct option_row cmd_nix_instantiate_options[] = {
	{O_EXPRS, "-E --expr", NULL, "operands are expressions, not files"},
	{O_EVAL, "--eval --eval-only", NULL, "print values instead of derivations"},
	{O_PARSE, "--parse --parse-only", NULL, "print the parsed expressions"},
	{O_STRICT, "--strict", NULL, "with --eval: in depth"},
	{O_JSON, "--json", NULL, "with --eval: as JSON"},
	{O_XML, "--xml", NULL, "with --eval: as XML"},
	{O_RAW, "--raw", NULL, "with --eval: a string's bytes alone"},
	{O_NO_LOCATION, "--no-location", NULL, "with --xml: without positions"},
	{O_ADD_ROOT, "--add-root", "LINK", "make the derivation's link, a root"},
	{O_INDIRECT, "--indirect", NULL, NULL},
	{O_READ_WRITE, "--read-write-mode", NULL, "with --eval: write derivations to the store"},
	{O_READ_ONLY, "--readonly-mode --dry-run", NULL, "write nothing to the store"},
	{O_FIND_FILE, "--find-file", NULL, "operands are names on the search path"},
	EVAL_OPTION_ROWS,
	{0},
};

struct instantiate {
	struct eval_request request;
	const char **words;
	size_t n, cap;
	enum eval_output how;
	unsigned flags;
	const char *root;
	bool eval, parse, exprs, read_write, read_only, find_file;
	unsigned n_roots;
};

static void take(struct instantiate *c, int id, const struct options *o)
{
	switch (id) {
	case OPTION_OPERAND:
		ARRAY_GROW(c->words, c->n, c->cap);
		c->words[c->n++] = o->args[0];
		break;
	case O_STRICT:
		c->flags |= EVAL_STRICT;
		break;
	case O_NO_LOCATION:
		c->flags &= ~(unsigned)EVAL_LOCATIONS;
		break;
	case O_JSON:
		c->how = EVAL_JSON;
		break;
	case O_XML:
		c->how = EVAL_XML;
		break;
	case O_RAW:
		c->how = EVAL_RAW;
		break;
	case O_ADD_ROOT:
		c->root = o->args[0];
		break;
	default:
		c->eval |= id == O_EVAL;
		c->parse |= id == O_PARSE;
		c->exprs |= id == O_EXPRS;
		c->read_write |= id == O_READ_WRITE;
		c->read_only |= id == O_READ_ONLY;
		c->find_file |= id == O_FIND_FILE;
		eval_option(&c->request, id, o);
	}
}

static errint find_files(struct evaluation *e, const struct instantiate *c, struct err *err)
{
	for (size_t i = 0; i < c->n; i++) {
		struct str path;
		int rc = eval_find_file(e->eval, str_c(c->words[i]), &path, err);

		if (rc < 0)
			return rc;
		out_printf("%.*s\n", STR_ARG(path));
	}
	return 0;
}

static errint print_value(struct evaluation *e, struct value *top, const struct instantiate *c,
			  const char *attr, struct err *err)
{
	struct value *v;
	int rc = eval_attr_path(e->eval, top, str_c(attr), e->args, &v, err);

	if (rc == 0)
		rc = eval_auto_call(e->eval, e->args, v, &v, err);
	return rc < 0 ? rc : evaluation_print(e, v, c->how, c->flags, err);
}

static errint print_values(struct evaluation *e, struct value *top, const struct instantiate *c,
			   struct err *err)
{
	int rc = c->request.n_attrs ? 0 : print_value(e, top, c, "", err);

	for (size_t i = 0; rc == 0 && i < c->request.n_attrs; i++)
		rc = print_value(e, top, c, c->request.attrs[i], err);
	return rc;
}

/* link, link-2, link-3, … */
static errint add_root(struct store *s, struct instantiate *c, const struct eval_drv *d,
		       struct err *err)
{
	char *link CLEANUP_FREE =
		++c->n_roots == 1 ? xstrdup(c->root) : xasprintf("%s-%u", c->root, c->n_roots);
	int rc = store_add_root(s, link, d->drv_path, err);

	if (rc == 0)
		out_printf("%s", link);
	return rc;
}

static errint print_derivations(struct evaluation *e, struct value *top, struct instantiate *c,
				struct err *err)
{
	ARENA(a);
	struct eval_drv *v;
	struct store *s;
	size_t n;
	int rc = cli_store(e->cli, &s, err);

	if (rc == 0)
		rc = evaluation_derivations(e, top, &a, &v, &n, err);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (c->root)
			rc = add_root(s, c, &v[i], err);
		else
			out_printf("%.*s", STR_ARG(v[i].drv_path));
		if (!str_eq(v[i].output, S("out")))
			out_printf("!%.*s", STR_ARG(v[i].output));
		out_str(S("\n"));
	}
	return rc;
}

static errint instantiate(struct evaluation *e, struct instantiate *c, const char *word,
			  struct err *err)
{
	struct value *top;
	int rc;

	if (c->parse)
		return evaluation_print_parsed(e, (struct eval_source){word, c->exprs}, err);
	rc = evaluation_value(e, (struct eval_source){word, c->exprs}, &top, err);
	if (rc < 0)
		return rc;
	return c->eval ? print_values(e, top, c, err) : print_derivations(e, top, c, err);
}

static void instantiate_release(struct instantiate *c)
{
	eval_request_release(&c->request);
	cleanup_free_(&c->words);
}

errint cmd_nix_instantiate(struct cli *cli, int argc, char **argv, struct err *err)
{
	struct instantiate c CLEANUP(instantiate_release) = {.flags = EVAL_LOCATIONS};
	struct options o;
	EVALUATION(e);
	bool done, read_only;
	int id, rc;

	cli_options(cli, &o, argc, argv);
	while ((id = cli_next(cli, &o, &done, err)) != OPTION_END) {
		if (id < 0 && id != OPTION_OPERAND)
			return id;
		take(&c, id, &o);
	}
	if (done)
		return 0;
	read_only = c.read_only || ((c.eval || c.parse || c.find_file) && !c.read_write);
	rc = evaluation_open(cli, &c.request,
			     EVALUATION_SET | (read_only ? EVALUATION_READ_ONLY : 0), &e, err);
	if (rc < 0)
		return rc;
	if (c.find_file)
		return find_files(&e, &c, err);
	if (c.n == 0)
		return instantiate(&e, &c, c.exprs ? "-" : "./default.nix", err);
	for (size_t i = 0; rc == 0 && i < c.n; i++)
		rc = instantiate(&e, &c, c.words[i], err);
	return rc;
}
