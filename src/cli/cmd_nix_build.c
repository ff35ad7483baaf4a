/* SPDX-License-Identifier: MIT
 *
 * nix-build: builds the derivations of expressions and links them as result, result-2, … */
#include <stdlib.h>
#include "cli/cli.h"
#include "cli/results.h"
#include "store/store.h"

enum {
	O_EXPRS = 1,
	O_INDIRECT,
	O_DRV_LINK,
	O_ADD_DRV_LINK,
};

const struct option_row cmd_nix_build_options[] = {
	{O_EXPRS, "-E --expr", NULL, "operands are expressions, not files"},
	{O_INDIRECT, "--indirect", NULL, NULL},
	{O_DRV_LINK, "--drv-link", "LINK", NULL},
	{O_ADD_DRV_LINK, "--add-drv-link", NULL, NULL},
	BUILD_OPTION_ROWS,
	EVAL_OPTION_ROWS,
	{0},
};

struct nix_build {
	struct eval_request request;
	struct build_request builds;
	const char **words;
	size_t n, cap;
	bool exprs;
	struct drv_ref *drvs;
	size_t n_drvs;
	struct arena a;
};

static void nix_build_release(struct nix_build *c)
{
	eval_request_release(&c->request);
	free(c->words);
	arena_release(&c->a);
}

static errint collect(struct nix_build *c, struct evaluation *e, const char *word, struct err *err)
{
	struct drv_ref *found, *all;
	struct value *top;
	size_t n;
	int rc;

	if (!c->exprs && store_path_is_drv(str_c(word))) {
		found = ARENA_NEW(&c->a, struct drv_ref);
		found->drv_path = str_c(word);
		found->outputs = ARENA_NEW(&c->a, struct str);
		found->outputs[0] = S("out");
		n = found->n_outputs = 1;
	} else {
		rc = evaluation_value(e, (struct eval_source){word, c->exprs}, &top, err);
		if (rc == 0)
			rc = evaluation_derivations(e, top, &c->a, &found, NULL, &n, err);
		if (rc < 0)
			return rc;
	}
	all = ARENA_ARRAY(&c->a, struct drv_ref, c->n_drvs + n);
	if (c->n_drvs)
		memcpy(all, c->drvs, c->n_drvs * sizeof(*all));
	if (n)
		memcpy(all + c->n_drvs, found, n * sizeof(*all));
	c->drvs = all;
	c->n_drvs += n;
	return 0;
}

/* nix-build takes the output that was selected, not those that meta says to install. */
static void select_output(struct arena *a, struct drv_ref *d)
{
	if (!d->output.n)
		return;
	d->outputs = ARENA_NEW(a, struct str);
	d->outputs[0] = d->output;
	d->n_outputs = 1;
}

static errint build(struct nix_build *c, struct cli *cli, struct err *err)
{
	struct result *v = ARENA_ARRAY(&c->a, struct result, c->n_drvs);
	const char *link = c->builds.link ? c->builds.link : "result";
	int rc;

	for (size_t i = 0; i < c->n_drvs; i++) {
		select_output(&c->a, &c->drvs[i]);
		v[i].drv = &c->drvs[i];
		if (!c->builds.no_link)
			v[i].link = i ? arena_printf(&c->a, "%s-%zu", link, i + 1) : link;
	}
	rc = results_build(cli, &c->a, v, c->n_drvs, &c->builds, err);
	for (size_t i = 0; rc == 0 && !c->builds.dry_run && i < c->n_drvs; i++)
		out_printf("%.*s\n", STR_ARG(v[i].paths[0]));
	return rc;
}

errint cmd_nix_build(struct cli *cli, int argc, char **argv, struct err *err)
{
	struct nix_build c CLEANUP(nix_build_release) = {0};
	struct options o;
	EVALUATION(e);
	bool done;
	int id, rc;

	c.builds.options.log = BUILD_LOG_RAW;
	cli_options(cli, &o, argc, argv);
	while ((id = cli_next(cli, &o, &done, err)) != OPTION_END) {
		if (id < 0 && id != OPTION_OPERAND)
			return id;
		if (id == OPTION_OPERAND) {
			ARRAY_GROW(c.words, c.n, c.cap);
			c.words[c.n++] = o.args[0];
			continue;
		}
		c.exprs |= id == O_EXPRS;
		build_option(&c.builds, id, &o);
		eval_option(&c.request, id, &o);
	}
	if (done)
		return 0;
	rc = evaluation_open(cli, &c.request, EVALUATION_SET | EVALUATION_AS_NIX, &e, err);
	if (rc == 0 && c.n == 0)
		rc = collect(&c, &e, c.exprs ? "-" : "./default.nix", err);
	for (size_t i = 0; rc == 0 && i < c.n; i++)
		rc = collect(&c, &e, c.words[i], err);
	return rc < 0 ? rc : build(&c, cli, err);
}
