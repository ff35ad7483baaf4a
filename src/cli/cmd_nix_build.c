/* SPDX-License-Identifier: MIT
 *
 * nix-build: builds the derivations of expressions and links them as result, result-2, … */
#include <stdlib.h>
#include "cli/build_request.h"
#include "cli/eval_options.h"
#include "cli/result_links.h"
#include "project/installable.h"

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
	struct arena a;
	struct eval_request request;
	struct build_request builds;
	const char **words;
	size_t n, cap;
	bool exprs;
	struct resolved_list found;
};

static void nix_build_release(struct nix_build *c)
{
	eval_request_release(&c->request);
	resolved_list_release(&c->found);
	free(c->words);
	arena_release(&c->a);
}

static struct asked ask(struct nix_build *c, const char *word)
{
	static const struct str out = S("out");
	struct asked asked = {.text = word};
	struct str *outputs;
	const char *plain;

	if (c->exprs) {
		asked.kind = strcmp(word, "-") == 0 ? ASKED_FILE : ASKED_EXPR;
		return asked;
	}
	installable_outputs(&c->a, word, &plain, &outputs, &asked.n_outputs);
	if (!store_path_is_drv(str_c(plain)))
		return (struct asked){.kind = ASKED_FILE, .text = word};
	asked.kind = ASKED_PATH;
	asked.text = plain;
	asked.outputs = outputs;
	if (!asked.n_outputs) {
		asked.outputs = &out;
		asked.n_outputs = 1;
	}
	return asked;
}

/* nix-build takes the output that was selected, not those that meta says to install. */
static void select_outputs(struct resolved_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		for (size_t k = 0; l->v[i].kind != ASKED_PATH && k < l->v[i].n; k++) {
			struct drv_ref *d = &l->v[i].drvs[k];

			if (!d->output.n)
				continue;
			d->outputs = &d->output;
			d->n_outputs = 1;
		}
	}
}

static errint find(struct nix_build *c, struct session *s, struct product **out, size_t *n,
		   struct err *err)
{
	const struct project_request r = {
		.session = s, .eval = &c->request, .flags = EVALUATION_AS_NIX, .fresh = true};
	struct asked *asked = ARENA_ARRAY(&c->a, struct asked, c->n + 1);
	size_t n_asked = 0;

	for (size_t i = 0; i < c->n; i++)
		asked[n_asked++] = ask(c, c->words[i]);
	if (!n_asked)
		asked[n_asked++] = ask(c, c->exprs ? "-" : "./default.nix");
	errint rc = project_resolve(&r, asked, n_asked, &c->a, &c->found, err);
	if (rc)
		return rc;
	select_outputs(&c->found);
	return project_products(s, &c->a, &c->found, out, n, err);
}

static errint link_all(struct nix_build *c, struct session *s, const struct product *v, size_t n,
		       struct err *err)
{
	struct result_numbers numbers CLEANUP(result_numbers_release) = {0};
	const char *link = c->builds.link ? c->builds.link : "result";

	for (size_t i = 0; i < n; i++) {
		size_t number = result_number(&numbers, v[i].wanted.path);
		errint rc = result_links(s->store, &v[i], result_name(&c->a, link, number), err);

		if (rc)
			return rc;
	}
	return 0;
}

static errint run(struct nix_build *c, struct session *s, struct err *err)
{
	struct product *v;
	size_t n;
	errint rc = find(c, s, &v, &n, err);

	if (rc)
		return rc;
	struct build_wanted *w = ARENA_ARRAY(&c->a, struct build_wanted, n);
	for (size_t i = 0; i < n; i++)
		w[i] = v[i].wanted;
	rc = build_request_run(&c->builds, s, w, n, err);
	if (rc || c->builds.dry_run)
		return rc;
	rc = c->builds.no_link ? 0 : link_all(c, s, v, n, err);
	for (size_t i = 0; !rc && i < n; i++)
		for (size_t k = 0; k < v[i].n_paths; k++)
			out_printf("%.*s\n", STR_ARG(v[i].paths[k]));
	return rc;
}

errint cmd_nix_build(struct cli *cli, int argc, char **argv, struct err *err)
{
	struct nix_build c CLEANUP(nix_build_release) = {0};
	struct session *s;
	struct options o;
	bool done;
	int id;

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
	errint rc = cli_session(cli, &s, err);
	return rc ? rc : run(&c, s, err);
}
