/* SPDX-License-Identifier: MIT
 *
 * From operands to paths and derivations. Nothing is evaluated as long as store paths do. */
#include "cli/nix_installables.h"

#include <stdlib.h>
#include "store/derivation.h"
#include "store/store.h"

const struct option nix_installable_rows[] = {
	OPT_TEXT(struct installables, expr, "--expr", "EXPR",
		 "operands are attribute paths of this text's value"),
	OPT_TEXT(struct installables, file, "-f --file", "FILE",
		 "operands are attribute paths of this file's value"),
	OPT_END,
};

errint nix_purity(struct cli *cli, const struct installables *from, bool pure, struct err *err)
{
	struct settings *s = cli->settings;
	/* A file's word on purity is no word on the command line. */
	bool given = setting_on_line(&cli->line, "pure-eval");

	if (from->file && from->expr)
		return err_set(err, ERR_USAGE, "'--file' and '--expr' are exclusive");
	if (from->file && given && s->pure_eval)
		return err_set(err, ERR_USAGE, "'--file' is not compatible with '--pure-eval'");
	if (!given)
		s->pure_eval = pure && !from->file;
	return 0;
}

struct finder {
	struct cli *cli;
	struct nix_operands *o;
	struct evaluation e;
	bool open;
	struct nix_found *v; /* malloc'd until the end */
	size_t n, cap;
};

static void finder_release(struct finder *f)
{
	if (f->open)
		evaluation_release(&f->e);
	free(f->v);
}

static struct nix_found *add(struct finder *f)
{
	ARRAY_GROW(f->v, f->n, f->cap);
	f->v[f->n] = (struct nix_found){0};
	return &f->v[f->n++];
}

/* "a,b" of `PATH^a,b`; `*` is all. */
static errint wanted_outputs(struct finder *f, struct str names, struct nix_found *out,
			     struct err *err)
{
	struct arena *a = &f->cli->a;
	struct str one, *v = ARENA_ARRAY(a, struct str, names.n + 1);
	struct drv d;
	size_t n = 0;

	if (str_eq(names, S("*"))) {
		errint rc = store_read_drv(f->cli->store, a, out->drv, &d, err);
		if (rc)
			return rc;
		v = ARENA_ARRAY(a, struct str, d.n_outputs);
		for (; n < d.n_outputs; n++)
			v[n] = d.outputs[n].name;
	}
	while (!str_eq(names, S("*")) && str_split(&names, ',', &one))
		v[n++] = one;
	out->outputs = v;
	out->n_outputs = n;
	return 0;
}

static errint add_path(struct finder *f, struct str path, struct str outputs, struct err *err)
{
	struct nix_found *out = add(f);

	if (!store_path_is_drv(path)) {
		out->path = path;
		return 0;
	}
	out->drv = path;
	return wanted_outputs(f, outputs.n ? outputs : S("*"), out, err);
}

static errint open_evaluation(struct finder *f, struct err *err)
{
	errint rc = f->open ? 0 : nix_purity(f->cli, &f->o->from, true, err);

	if (rc || f->open)
		return rc;
	struct session *s;
	rc = cli_session(f->cli, &s, err);
	f->open = !rc;
	return rc ? rc
		  : evaluation_open(s, &f->o->request, EVALUATION_SET | EVALUATION_AS_NIX, &f->e,
				    err);
}

static errint add_derivations(struct finder *f, const char *word, struct str outputs,
			      struct err *err)
{
	struct arena *a = &f->cli->a;
	struct value *v, **values;
	struct drv_ref *drvs;
	size_t n;
	errint rc = open_evaluation(f, err);

	if (!rc)
		rc = installable_value(&f->e, &f->o->from, word, &v, err);
	if (!rc)
		rc = eval_derivations(f->e.eval, v, f->e.args, a, &drvs, &values, &n, err);
	if (rc)
		return rc;
	if (!n)
		return err_set(err, ERR_EVAL, "'%s' is no derivation, nor a set or list of some",
			       word);
	for (size_t i = 0; !rc && i < n; i++) {
		struct nix_found *out = add(f);

		drv_ref_own(a, &drvs[i]);
		out->drv = drvs[i].drv_path;
		out->outputs = drvs[i].outputs;
		out->n_outputs = drvs[i].n_outputs;
		if (outputs.n)
			rc = wanted_outputs(f, outputs, out, err);
	}
	return rc;
}

/* A word with a '/' that leads into the store is a path. */
static bool leads_to_store(struct finder *f, struct str word, struct str *out)
{
	char *z CLEANUP_FREE = str_dupz(word);
	ERR(ignored);

	return str_chr(word, '/') >= 0 &&
	       store_follow_links(f->cli->store, &f->cli->a, z, out, &ignored) == 0;
}

static errint find_word(struct finder *f, const char *word, struct err *err)
{
	struct str text = str_c(word), outputs = STR_NULL, path;
	ptrdiff_t caret = str_rchr(text, '^');

	if (caret < 0 && str_find(text, S(".drv!")) >= 0)
		caret = str_rchr(text, '!');
	if (caret >= 0) {
		outputs = str_skip(text, (size_t)caret + 1);
		text = str_sub(text, 0, (size_t)caret);
	}
	if (!f->o->from.file && !f->o->from.expr && leads_to_store(f, text, &path))
		return add_path(f, path, outputs, err);
	return add_derivations(f, arena_strz(&f->cli->a, text), outputs, err);
}

void nix_operands_release(void *ctx)
{
	eval_request_release(&((struct nix_operands *)ctx)->request);
}

errint nix_find(struct cli *cli, struct nix_operands *o, struct nix_found **out, size_t *n,
		struct err *err)
{
	struct finder f CLEANUP(finder_release) = {.cli = cli, .o = o};
	errint rc = 0;

	if (!o->words.n)
		rc = find_word(&f, ".", err);
	for (size_t i = 0; !rc && i < o->words.n; i++)
		rc = find_word(&f, o->words.v[i], err);
	if (!rc)
		rc = store_flush(cli->store, err);
	if (rc)
		return rc;
	*out = ARENA_ARRAY(&cli->a, struct nix_found, f.n);
	if (f.n)
		memcpy(*out, f.v, f.n * sizeof(*f.v));
	*n = f.n;
	return 0;
}

errint nix_found_paths(struct cli *cli, const struct nix_found *f, struct str **out,
		       struct err *err)
{
	struct str *v = ARENA_ARRAY(&cli->a, struct str, MAX(f->n_outputs, 1));
	struct drv d;

	if (f->path.n) {
		v[0] = f->path;
		*out = v;
		return 0;
	}
	errint rc = store_read_drv(cli->store, &cli->a, f->drv, &d, err);
	for (size_t i = 0; !rc && i < f->n_outputs; i++) {
		const struct drv_output *o = drv_output_find(&d, f->outputs[i]);

		if (!o)
			return err_set(err, ERR_NOT_FOUND, "derivation '%.*s' has no output '%.*s'",
				       STR_ARG(f->drv), STR_ARG(f->outputs[i]));
		v[i] = o->path;
	}
	if (!rc)
		*out = v;
	return rc;
}

errint nix_find_paths(struct cli *cli, struct nix_operands *o, struct str **out, size_t *n,
		      struct err *err)
{
	struct str *v CLEANUP_FREE = NULL, *some;
	struct nix_found *found;
	size_t n_found = 0, n_v = 0, cap = 0;
	errint rc = nix_find(cli, o, &found, &n_found, err);

	for (size_t i = 0; !rc && i < n_found; i++) {
		size_t k = found[i].path.n ? 1 : found[i].n_outputs;

		rc = nix_found_paths(cli, &found[i], &some, err);
		for (size_t j = 0; !rc && j < k; j++) {
			ARRAY_GROW(v, n_v, cap);
			v[n_v++] = some[j];
		}
	}
	if (rc)
		return rc;
	*out = ARENA_ARRAY(&cli->a, struct str, n_v);
	if (n_v)
		memcpy(*out, v, n_v * sizeof(*v));
	*n = n_v;
	return 0;
}
