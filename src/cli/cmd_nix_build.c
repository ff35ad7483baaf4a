/* SPDX-License-Identifier: MIT
 *
 * nix-build: builds the derivations of expressions and links them as result, result-2, … */
#include <unistd.h>
#include "cli/command.h"
#include "cli/option_eval.h"
#include "cli/result_links.h"
#include "project/installable.h"
#include "project/project.h"

struct nix_build {
	struct arena a;
	struct eval_request request;
	struct build_request builds;
	struct option_list words;
	bool exprs;
	struct resolved_list found;
};

static const struct option rows[] = {
	OPT_FLAG(struct nix_build, exprs, "-E --expr", "operands are expressions, not files"),
	OPT_IGNORED("--indirect", NULL, "every root is an indirect one"),
	OPT_IGNORED("--drv-link", "LINK", "derivations need no link while their result has one"),
	OPT_IGNORED("--add-drv-link", NULL, "derivations need no link while their result has one"),
	OPT_TABLE(struct nix_build, builds, "building", build_option_rows),
	OPT_TABLE(struct nix_build, request, "evaluation", eval_option_rows),
	OPERANDS(struct nix_build, words, "PATH"),
	OPT_END,
};

static void release(void *ctx)
{
	struct nix_build *c = ctx;

	eval_request_release(&c->request);
	resolved_list_release(&c->found);
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

/* ./default.nix was meant and is not there. */
static errint hint_project(struct err *err)
{
	char *dir CLEANUP_FREE = NULL;
	ERR(ignored);

	return project_find(NULL, &dir, &ignored)
		       ? err_hint(err, "name a file, or give an expression with -E")
		       : err_hint(
				 err,
				 "recipes of .flox/pkgs are built by their names: kiln build NAME");
}

static errint find(struct nix_build *c, struct session *s, struct product **out, size_t *n,
		   struct err *err)
{
	const struct project_request r = {
		.session = s, .eval = &c->request, .flags = EVALUATION_AS_NIX, .fresh = true};
	struct asked *asked = ARENA_ARRAY(&c->a, struct asked, c->words.n + 1);
	size_t n_asked = 0;

	for (size_t i = 0; i < c->words.n; i++)
		asked[n_asked++] = ask(c, c->words.v[i]);
	if (!n_asked)
		asked[n_asked++] = ask(c, c->exprs ? "-" : "./default.nix");
	errint rc = project_resolve(&r, asked, n_asked, &c->a, &c->found, err);
	if (rc && !c->words.n && !c->exprs && access("default.nix", F_OK))
		return hint_project(err);
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

static errint build(struct nix_build *c, struct session *s, struct err *err)
{
	struct product *v;
	size_t n;

	build_request_prepare(&c->builds, s);
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

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	struct session *s;
	errint rc = cli_session(cli, &s, err);

	return rc ? rc : build(ctx, s, err);
}

const struct command command_nix_build = {
	.name = "nix-build",
	.summary = "build derivations of an expression, as nix-build does",
	.topic = TOPIC_FOREIGN,
	.rows = rows,
	.size = sizeof(struct nix_build),
	.defaults = &(const struct nix_build){.builds.options.log = BUILD_LOG_RAW},
	.run = run,
	.release = release,
};
