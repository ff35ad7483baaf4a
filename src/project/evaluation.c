/* SPDX-License-Identifier: MIT
 *
 * Opening evaluators. The search path is: -I, --nixpkgs, nix-path, and last kiln's own set as
 * <nixpkgs>, so that `import <nixpkgs> { }` in a recipe works on a machine without one. */
#include "project/evaluation.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/url.h"
#include "base/environ.h"
#include "base/file.h"
#include "base/process.h"
#include "memo/inputs.h"
#include "store/store.h"

void eval_request_release(struct eval_request *r)
{
	free(r->attrs);
	free(r->args);
	free(r->includes);
	*r = (struct eval_request){0};
}

void evaluation_release(struct evaluation *e)
{
	if (e->eval) {
		eval_free(e->eval);
		store_set_readonly(e->session->store, e->was_readonly);
	}
	for (size_t i = 0; i < e->n_search_path; i++)
		free(e->search_path[i]);
	free(e->search_path);
	*e = (struct evaluation){0};
}

/* ---- options ---- */

static void search_add(struct evaluation *e, char *entry)
{
	size_t n = e->n_search_path++;

	e->search_path = xreallocarray(e->search_path, n + 1, sizeof(*e->search_path));
	e->search_path[n] = entry;
}

static errint search_path(struct evaluation *e, unsigned flags, struct err *err)
{
	const struct eval_request *r = e->request;
	const struct settings *s = e->settings;
	const char *data;
	ERR(ignored);

	for (size_t i = 0; i < r->n_includes; i++)
		search_add(e, xstrdup(r->includes[i]));
	if (r->nixpkgs) {
		char *path CLEANUP_FREE = NULL;
		errint rc = path_absolute(str_c(r->nixpkgs), &path, err);

		/* Another set would stand in for one that is absent. */
		if (!rc && access(path, F_OK) < 0)
			rc = err_sys(err, "--nixpkgs: cannot find '%s'", path);
		if (rc)
			return rc;
		search_add(e, xasprintf("nixpkgs=%s", path));
	}
	for (size_t i = 0; s && !s->pure_eval && i < s->nix_path.n; i++)
		search_add(e, xstrdup(s->nix_path.v[i]));
	if (r->pinned)
		search_add(e, xasprintf("nixpkgs=%s", r->pinned));
	/* Under Nix's names it stands for Nix's own default, which NIX_PATH replaces. */
	if ((flags & EVALUATION_AS_NIX) && (env_text("NIX_PATH") || (s && s->nix_path.n)))
		return 0;
	/* A kiln without its set can still evaluate what asks for none. */
	if ((flags & EVALUATION_SET) && !session_data_dir(e->session, &data, &ignored))
		search_add(e, xasprintf("nixpkgs=%s/pkgs", data));
	return 0;
}

errint evaluation_options(struct session *s, const struct eval_request *request, unsigned flags,
			  struct evaluation *e, struct eval_options *out, struct err *err)
{
	*e = (struct evaluation){
		.session = s,
		.request = request,
		.settings = flags & EVALUATION_OWN ? NULL : s->settings,
	};
	errint rc = search_path(e, flags, err);
	if (rc)
		return rc;
	*out = (struct eval_options){0};
	if (e->settings)
		settings_for_eval(e->settings, out);
	out->search_path = (const char *const *)e->search_path;
	out->n_search_path = e->n_search_path;
	out->allowed = request->allowed;
	out->n_allowed = request->n_allowed;
	out->project = request->project;
	out->set = request->set;
	out->tracked = request->tracked;
	out->tree = request->tree;
	out->trial = request->trial;
	out->read_only = flags & EVALUATION_READ_ONLY;
	out->store = s->store;
	out->ladder = session_ladder(s);
	out->report = s->report;
	out->interrupt = interrupt_flag();
	out->inputs = request->inputs;
	out->realiser = out->read_only ? NULL : &s->realiser.realiser;
	return 0;
}

/* ---- arguments ---- */

static errint argument_file(struct evaluation *e, const char *path, struct buf *text,
			    struct err *err)
{
	char *full CLEANUP_FREE = NULL;
	errint rc = file_read(AT_FDCWD, path, text, err);

	if (!rc)
		rc = path_absolute(str_c(path), &full, err);
	if (rc)
		return rc;
	input_file(e->request->inputs, str_c(full), full, buf_str(text));
	return 0;
}

static errint argument(struct evaluation *e, const struct eval_arg *arg, struct err *err)
{
	BUF(text, LIMIT_NIX_SOURCE);
	errint rc = 0;

	switch (arg->kind) {
	case EVAL_ARG_EXPR:
		return eval_args_expr(e->args, arg->name, str_c(arg->value), err);
	case EVAL_ARG_STRING:
		buf_putz(&text, arg->value);
		break;
	case EVAL_ARG_FILE:
		rc = argument_file(e, arg->value, &text, err);
		break;
	case EVAL_ARG_STDIN:
		input_unknowable(e->request->inputs, "standard input was read");
		rc = fd_read_all(STDIN_FILENO, &text, err);
		break;
	}
	if (rc)
		return rc;
	eval_args_string(e->args, arg->name, buf_str(&text));
	return 0;
}

static errint arguments(struct evaluation *e, struct err *err)
{
	const struct eval_request *r = e->request;

	e->args = eval_args_new(e->eval);
	for (size_t i = 0; i < r->n_args; i++)
		if (argument(e, &r->args[i], err))
			return err_wrap(err, "argument '%s'", r->args[i].name);
	return 0;
}

errint evaluation_open(struct session *s, const struct eval_request *request, unsigned flags,
		       struct evaluation *out, struct err *err)
{
	struct eval_options o;
	errint rc = evaluation_options(s, request, flags, out, &o, err);

	if (rc)
		return rc;
	interrupts_catch();
	out->was_readonly = store_readonly(s->store);
	store_set_readonly(s->store, o.read_only);
	out->eval = eval_new(&o);
	return arguments(out, err);
}

/* ---- values ---- */

static errint archive_at(struct evaluation *e, struct str url, struct value **out, struct err *err)
{
	BUF(text, 4 * LIMIT_PATH_TEXT);

	buf_putz(&text, "import (builtins.fetchTarball ");
	eval_print_string(&text, url);
	buf_putz(&text, ")");
	errint rc = buf_check(&text, "URL", err);
	if (rc)
		return rc;
	return eval_string(e->eval, buf_str(&text), NULL, "«string»", out, err);
}

/* A path, <…>, or the URL of an archive. */
static errint named_file(struct evaluation *e, const char *name, struct value **out,
			 struct err *err)
{
	struct str s = str_c(name), found;

	if (url_is_pseudo(s))
		return archive_at(e, s, out, err);
	if (s.n < 3 || !str_starts(s, S("<")) || !str_ends(s, S(">")))
		return eval_file(e->eval, name, out, err);
	errint rc = eval_find_file(e->eval, str_sub(s, 1, s.n - 2), &found, err);
	if (rc)
		return rc;
	char *path CLEANUP_FREE = str_dupz(found);
	return eval_file(e->eval, path, out, err);
}

errint evaluation_value(struct evaluation *e, struct eval_source from, struct value **out,
			struct err *err)
{
	BUF(text, LIMIT_NIX_SOURCE);

	if (from.is_expr)
		return eval_string(e->eval, str_c(from.text), NULL, "«string»", out, err);
	if (strcmp(from.text, "-") != 0)
		return named_file(e, from.text, out, err);
	if (fd_read_all(STDIN_FILENO, &text, err))
		return err_wrap(err, "reading standard input");
	return eval_string(e->eval, buf_str(&text), NULL, "«stdin»", out, err);
}

errint evaluation_apply(struct evaluation *e, const char *text, struct value *v, struct value **out,
			struct err *err)
{
	struct value *fn;
	errint rc = eval_string(e->eval, str_c(text), NULL, "«string»", &fn, err);

	return rc ? rc : eval_apply(e->eval, fn, v, out, err);
}

/* ---- derivations ---- */

struct derivations {
	struct arena *a;
	struct drv_ref *v;
	struct value **values;
	size_t n;
};

static errint add_derivations(struct evaluation *e, struct value *v, const char *attr,
			      struct derivations *d, struct err *err)
{
	struct value *at, **found_values, **values;
	struct drv_ref *found, *all;
	size_t n;
	errint rc = eval_attr_path(e->eval, v, str_c(attr), e->args, &at, err);

	if (rc)
		return rc;
	rc = eval_derivations(e->eval, at, e->args, d->a, &found, &found_values, &n, err);
	if (rc)
		return rc;
	all = ARENA_ARRAY(d->a, struct drv_ref, d->n + n);
	values = ARENA_ARRAY(d->a, struct value *, d->n + n);
	for (size_t i = 0; i < d->n + n; i++) {
		all[i] = i < d->n ? d->v[i] : found[i - d->n];
		values[i] = i < d->n ? d->values[i] : found_values[i - d->n];
	}
	*d = (struct derivations){d->a, all, values, d->n + n};
	return 0;
}

errint evaluation_derivations(struct evaluation *e, struct value *v, struct arena *a,
			      struct drv_ref **out, struct value ***values, size_t *n,
			      struct err *err)
{
	const struct eval_request *r = e->request;
	struct derivations d = {.a = a};

	for (size_t i = 0; i < MAX(r->n_attrs, (size_t)1); i++) {
		errint rc = add_derivations(e, v, r->n_attrs ? r->attrs[i] : "", &d, err);
		if (rc)
			return rc;
	}
	*out = d.v;
	if (values)
		*values = d.values;
	*n = d.n;
	return 0;
}

static errint find_in_set(struct session *s, const char *attr, struct eval_inputs *in,
			  struct derivations *d, struct err *err)
{
	struct eval_request request CLEANUP(eval_request_release) = {.inputs = in};
	const char *data;
	struct value *v;
	EVALUATION(e);
	errint rc = session_data_dir(s, &data, err);

	if (rc)
		return rc;
	char *set CLEANUP_FREE = xasprintf("%s/pkgs", data);
	char *text CLEANUP_FREE = xasprintf("import \"%s\" { }", set);
	/* A name was asked for: the set's steps to what is wrong with it are not the asker's. */
	request.project = "/";
	request.set = set;
	rc = evaluation_open(s, &request,
			     EVALUATION_SET | EVALUATION_OWN |
				     (store_readonly(s->store) ? EVALUATION_READ_ONLY : 0),
			     &e, err);
	if (!rc)
		rc = eval_string(e.eval, str_c(text), "/", "«kiln»", &v, err);
	if (!rc)
		rc = add_derivations(&e, v, attr, d, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < d->n; i++)
		drv_ref_own(d->a, &d->v[i]);
	return 0;
}

errint evaluation_of_set(struct session *s, struct arena *a, const char *attr,
			 struct eval_inputs *in, struct drv_ref **out, size_t *n, struct err *err)
{
	struct derivations d = {.a = a};

	if (find_in_set(s, attr, in, &d, err))
		return err_wrap(err, "evaluating '%s' of kiln's package set", attr);
	*out = d.v;
	*n = d.n;
	return 0;
}
