/* SPDX-License-Identifier: MIT
 *
 * Opening evaluators for commands. The search path is: -I, --nixpkgs, nix-path, and last kiln's own
 * set as <nixpkgs>, so that `import <nixpkgs> { }` in a recipe works on a machine without one. */
#include "cli/evaluate.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"
#include "base/process.h"
#include "memo/inputs.h"
#include "store/store.h"

void evaluation_release(struct evaluation *e)
{
	if (e->eval)
		eval_free(e->eval);
	ladder_free(e->ladder);
	for (size_t i = 0; i < e->n_search_path; i++)
		free(e->search_path[i]);
	free(e->search_path);
	*e = (struct evaluation){0};
}

static void search_add(struct evaluation *e, char *entry)
{
	size_t n = e->n_search_path++;

	e->search_path = xreallocarray(e->search_path, n + 1, sizeof(*e->search_path));
	e->search_path[n] = entry;
}

static errint search_path(struct evaluation *e, const struct settings *s, unsigned flags,
			  struct err *err)
{
	const struct eval_request *r = e->request;
	const char *data;
	ERR(ignored);

	for (size_t i = 0; i < r->n_includes; i++)
		search_add(e, xstrdup(r->includes[i]));
	if (r->nixpkgs) {
		char *path CLEANUP_FREE = NULL;
		int rc = path_absolute(str_c(r->nixpkgs), &path, err);

		if (rc < 0)
			return rc;
		search_add(e, xasprintf("nixpkgs=%s", path));
	}
	for (size_t i = 0; s && !s->pure_eval && i < s->nix_path.n; i++)
		search_add(e, xstrdup(s->nix_path.v[i]));
	/* Under Nix's names it stands for Nix's own default, which NIX_PATH replaces. */
	if ((flags & EVALUATION_AS_NIX) && (env_text("NIX_PATH") || (s && s->nix_path.n)))
		return 0;
	/* A kiln without its set can still evaluate what asks for none. */
	if ((flags & EVALUATION_SET) && cli_data_dir(e->cli, &data, &ignored) == 0)
		search_add(e, xasprintf("nixpkgs=%s/pkgs", data));
	return 0;
}

static errint note_file(struct eval_inputs *in, const char *path, struct str text, struct err *err)
{
	char *full CLEANUP_FREE = NULL;
	int rc = path_absolute(str_c(path), &full, err);

	if (rc == 0)
		input_file(in, str_c(full), full, text);
	return rc;
}

static errint argument(struct evaluation *e, const struct eval_arg *arg, struct err *err)
{
	BUF(text, LIMIT_NIX_SOURCE);
	int rc = 0;

	switch (arg->kind) {
	case EVAL_ARG_EXPR:
		return eval_args_expr(e->args, arg->name, str_c(arg->value), err);
	case EVAL_ARG_STRING:
		buf_putz(&text, arg->value);
		break;
	case EVAL_ARG_FILE:
		rc = file_read(AT_FDCWD, arg->value, &text, err);
		if (rc == 0)
			rc = note_file(e->request->inputs, arg->value, buf_str(&text), err);
		break;
	case EVAL_ARG_STDIN:
		input_unknowable(e->request->inputs, "standard input was read");
		rc = fd_read_all(STDIN_FILENO, &text, err);
		break;
	}
	if (rc == 0)
		eval_args_string(e->args, arg->name, buf_str(&text));
	return rc;
}

static errint arguments(struct evaluation *e, struct err *err)
{
	const struct eval_request *r = e->request;

	e->args = eval_args_new(e->eval);
	for (size_t i = 0; i < r->n_args; i++) {
		int rc = argument(e, &r->args[i], err);

		if (rc < 0)
			return err_wrap(err, "argument '%s'", r->args[i].name);
	}
	return 0;
}

static struct ladder *make_ladder(struct evaluation *e, const struct settings *s)
{
	struct ladder_config config = {0};

	if (s && s->given[SETTING_INDEX_tarball_ttl]) {
		config.ttl_given = true;
		config.ttl = s->tarball_ttl;
	}
	config.tokens = s ? s->access_tokens.v : NULL;
	config.registry = s ? s->flake_registry : NULL;
	return ladder_new(&config, e->cli->store, cli_report(e->cli));
}

errint evaluation_options(struct cli *cli, const struct eval_request *request, unsigned flags,
			  struct evaluation *e, struct eval_options *out, struct err *err)
{
	struct settings *settings = NULL;
	struct store *s;
	int rc = cli_store(cli, &s, err);

	if (rc == 0 && !(flags & EVALUATION_OWN))
		rc = cli_settings(cli, &settings, err);
	if (rc < 0)
		return rc;
	*e = (struct evaluation){.cli = cli, .request = request, .settings = settings};
	rc = search_path(e, settings, flags, err);
	if (rc < 0)
		return rc;
	*out = (struct eval_options){0};
	if (settings)
		settings_for_eval(settings, out);
	out->search_path = (const char *const *)e->search_path;
	out->n_search_path = e->n_search_path;
	out->allowed = request->allowed;
	out->n_allowed = request->n_allowed;
	out->read_only = flags & EVALUATION_READ_ONLY;
	out->store = s;
	out->report = cli_report(cli);
	out->interrupt = interrupt_flag();
	out->inputs = request->inputs;
	return 0;
}

errint evaluation_open(struct cli *cli, const struct eval_request *request, unsigned flags,
		       struct evaluation *out, struct err *err)
{
	struct store *s;
	struct eval_options o;
	int rc = evaluation_options(cli, request, flags, out, &o, err);

	if (rc < 0)
		return rc;
	s = o.store;
	out->ladder = o.ladder = make_ladder(out, out->settings);
	interrupts_catch();
	store_set_readonly(s, o.read_only);
	rc = build_request_complete(cli, &out->builds, err);
	if (rc < 0)
		return rc;
	out->builds.options.ladder = out->ladder;
	out->realiser = build_realiser_init(s, &out->builds.options, o.report);
	o.realiser = o.read_only ? NULL : &out->realiser.realiser;
	out->eval = eval_new(&o);
	return arguments(out, err);
}

/* A path, <…>, or the URL of an archive. */
static errint named_file(struct evaluation *e, const char *name, struct value **out,
			 struct err *err)
{
	struct str s = str_c(name), found;
	char *path CLEANUP_FREE = NULL;
	int rc;

	if (str_starts(s, S("http://")) || str_starts(s, S("https://")) ||
	    str_starts(s, S("file://")) || str_starts(s, S("channel:"))) {
		BUF(text, 4 * LIMIT_PATH_TEXT);

		buf_putz(&text, "import (builtins.fetchTarball ");
		eval_print_string(&text, s);
		buf_putz(&text, ")");
		rc = buf_check(&text, "URL", err);
		return rc < 0 ? rc
			      : eval_string(e->eval, buf_str(&text), NULL, "«string»", out, err);
	}
	if (s.n < 3 || !str_starts(s, S("<")) || !str_ends(s, S(">")))
		return eval_file(e->eval, name, out, err);
	rc = eval_find_file(e->eval, str_sub(s, 1, s.n - 2), &found, err);
	if (rc < 0)
		return rc;
	path = str_dupz(found);
	return eval_file(e->eval, path, out, err);
}

errint evaluation_value(struct evaluation *e, struct eval_source from, struct value **out,
			struct err *err)
{
	BUF(text, LIMIT_NIX_SOURCE);
	int rc;

	if (from.is_expr)
		return eval_string(e->eval, str_c(from.text), NULL, "«string»", out, err);
	if (strcmp(from.text, "-") != 0)
		return named_file(e, from.text, out, err);
	rc = fd_read_all(0, &text, err);
	if (rc < 0)
		return err_wrap(err, "reading standard input");
	return eval_string(e->eval, buf_str(&text), NULL, "«stdin»", out, err);
}

errint evaluation_apply(struct evaluation *e, const char *text, struct value *v, struct value **out,
			struct err *err)
{
	struct value *fn;
	int rc = eval_string(e->eval, str_c(text), NULL, "«string»", &fn, err);

	return rc < 0 ? rc : eval_apply(e->eval, fn, v, out, err);
}

errint evaluation_print_parsed(struct evaluation *e, struct eval_source from, struct err *err)
{
	BUF(b, LIMIT_NIX_SOURCE);
	BUF(text, LIMIT_NIX_SOURCE);
	int rc;

	if (from.is_expr) {
		rc = eval_parse_print(e->eval, str_c(from.text), NULL, "«string»", &b, err);
	} else if (strcmp(from.text, "-") != 0) {
		rc = eval_parse_print_file(e->eval, from.text, &b, err);
	} else {
		rc = fd_read_all(0, &text, err);
		if (rc == 0)
			rc = eval_parse_print(e->eval, buf_str(&text), NULL, "«stdin»", &b, err);
	}
	if (rc < 0)
		return rc;
	out_str(buf_str(&b));
	out_str(S("\n"));
	return 0;
}

errint evaluation_print(struct evaluation *e, struct value *v, enum eval_output how, unsigned flags,
			struct err *err)
{
	BUF(b, LIMIT_JSON_TEXT);
	int rc = eval_print(e->eval, v, how, flags, &b, err);

	if (rc < 0)
		return rc;
	out_str(buf_str(&b));
	if (how != EVAL_RAW && !str_ends(buf_str(&b), S("\n")))
		out_str(S("\n"));
	return 0;
}

static errint add_derivations(struct evaluation *e, struct value *v, const char *attr,
			      struct arena *a, struct drv_ref **all, struct value ***values,
			      size_t *n_all, struct err *err)
{
	struct value *at, **found_values, **both_values;
	struct drv_ref *found, *both;
	size_t n;
	int rc = eval_attr_path(e->eval, v, str_c(attr), e->args, &at, err);

	if (rc < 0)
		return rc;
	rc = eval_derivations(e->eval, at, e->args, a, &found, &found_values, &n, err);
	if (rc < 0)
		return rc;
	both = ARENA_ARRAY(a, struct drv_ref, *n_all + n);
	both_values = ARENA_ARRAY(a, struct value *, *n_all + n);
	for (size_t i = 0; i < *n_all; i++) {
		both[i] = (*all)[i];
		both_values[i] = (*values)[i];
	}
	for (size_t i = 0; i < n; i++) {
		both[*n_all + i] = found[i];
		both_values[*n_all + i] = found_values[i];
	}
	*all = both;
	*values = both_values;
	*n_all += n;
	return 0;
}

errint evaluation_derivations(struct evaluation *e, struct value *v, struct arena *a,
			      struct drv_ref **out, struct value ***values, size_t *n,
			      struct err *err)
{
	const struct eval_request *r = e->request;
	struct drv_ref *all = NULL;
	struct value **all_values = NULL;
	size_t n_all = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < r->n_attrs; i++)
		rc = add_derivations(e, v, r->attrs[i], a, &all, &all_values, &n_all, err);
	if (r->n_attrs == 0)
		rc = add_derivations(e, v, "", a, &all, &all_values, &n_all, err);
	if (rc < 0)
		return rc;
	*out = all;
	if (values)
		*values = all_values;
	*n = n_all;
	return 0;
}

errint evaluate_set(struct cli *cli, struct arena *a, const char *attr, struct eval_inputs *in,
		    struct drv_ref **out, size_t *n, struct err *err)
{
	const char *data;
	struct eval_request request CLEANUP(eval_request_release) = {.inputs = in};
	char *text CLEANUP_FREE = NULL;
	struct value *v, **values = NULL;
	EVALUATION(e);
	int rc = cli_data_dir(cli, &data, err);

	if (rc < 0)
		return rc;
	*out = NULL;
	*n = 0;
	text = xasprintf("import \"%s/pkgs\" { }", data);
	rc = evaluation_open(cli, &request, EVALUATION_SET | EVALUATION_OWN, &e, err);
	if (rc == 0)
		rc = eval_string(e.eval, str_c(text), "/", "«kiln»", &v, err);
	if (rc == 0)
		rc = add_derivations(&e, v, attr, a, out, &values, n, err);
	for (size_t i = 0; rc == 0 && i < *n; i++)
		drv_ref_own(a, &(*out)[i]);
	return rc < 0 ? err_wrap(err, "evaluating '%s' of kiln's package set", attr) : 0;
}
