/* SPDX-License-Identifier: MIT
 *
 * Building a derivation's inputs, and reading what it sets. */
#include "project/dev_env.h"

#include <stdlib.h>
#include "base/file.h"
#include "base/regex.h"
#include "job/build_env.h"
#include "store/derivation.h"
#include "store/store.h"

/* ---- what is built ---- */

struct excluding {
	struct regex **v;
	size_t n;
};

static void excluding_release(struct excluding *x)
{
	for (size_t i = 0; i < x->n; i++)
		regex_free(x->v[i]);
	free(x->v);
}

static errint excluding_init(struct excluding *x, const struct dev_request *r, struct err *err)
{
	*x = (struct excluding){.v = xcalloc(r->n_exclude + 1, sizeof(*x->v))};
	for (size_t i = 0; i < r->n_exclude; i++) {
		enum regex_status status;
		/* Found anywhere, while our matches are whole. */
		char *text CLEANUP_FREE = xasprintf(".*(%s).*", r->exclude[i]);

		x->v[i] = regex_new(str_c(text), &status);
		if (!x->v[i])
			return err_set(err, ERR_USAGE, "'%s' is no regular expression",
				       r->exclude[i]);
		x->n++;
	}
	return 0;
}

static errint is_excluded(const struct excluding *x, struct str path, bool *out, struct err *err)
{
	*out = false;
	for (size_t i = 0; i < x->n && !*out; i++) {
		struct regex_match *m CLEANUP_FREE = xcalloc(regex_groups(x->v[i]) + 1, sizeof(*m));
		enum regex_result found = regex_match_whole(x->v[i], path, m);

		if (found == REGEX_TOO_HARD)
			return err_set(err, ERR_TOO_BIG, "an expression to exclude is too hard");
		*out = found == REGEX_YES;
	}
	return 0;
}

errint dev_inputs_make(const struct dev_request *r, struct arena *a, const struct drv *d,
		       struct str_set *closure, struct err *err)
{
	struct build_wanted *w =
		ARENA_ARRAY(a, struct build_wanted, d->n_inputs + d->n_srcs + r->n_more);
	struct excluding x CLEANUP(excluding_release) = {0};
	struct str *paths;
	size_t n = 0, n_paths;
	bool not ;
	errint rc = excluding_init(&x, r, err);

	for (size_t i = 0; !rc && i < d->n_inputs; i++) {
		rc = is_excluded(&x, d->inputs[i].path, &not, err);
		if (!rc && !not )
			w[n++] = (struct build_wanted){d->inputs[i].path, d->inputs[i].outputs,
						       d->inputs[i].n_outputs};
	}
	for (size_t i = 0; !rc && i < d->n_srcs; i++)
		w[n++] = (struct build_wanted){.path = d->srcs[i]};
	size_t n_inputs = n;
	for (size_t i = 0; i < r->n_more; i++)
		w[n++] = r->more[i];
	if (!rc)
		rc = project_realise_here(r->session, w, n, r->options, err);
	if (!rc)
		rc = build_wanted_paths(r->session->store, a, w, n_inputs, &paths, &n_paths, err);
	return rc ? rc : store_closure(r->session->store, a, paths, n_paths, 0, closure, err);
}

/* ---- what is set ---- */

static struct str replace(struct arena *a, struct str text, struct str from, struct str to)
{
	ptrdiff_t at = str_find(text, from);
	BUF(b, LIMIT_NIX_STRING);

	if (at < 0)
		return text;
	for (; at >= 0; at = str_find(text, from)) {
		buf_puts(&b, str_sub(text, 0, (size_t)at));
		buf_puts(&b, to);
		text = str_skip(text, (size_t)at + from.n);
	}
	buf_puts(&b, text);
	return arena_str(a, buf_str(&b));
}

/* Outputs go where the person says. */
static struct str place_outputs(const struct dev_request *r, struct arena *a, const struct drv *d,
				struct str text)
{
	for (size_t i = 0; r->outputs && i < d->n_outputs; i++) {
		const char *to =
			arena_printf(a, "%s/%.*s", r->outputs, STR_ARG(d->outputs[i].name));

		text = replace(a, text, d->outputs[i].path, str_c(to));
	}
	return text;
}

static errint write_files(const struct dev_request *r, struct arena *a, const struct drv *d,
			  const struct build_env *own, struct dev_env *out, struct err *err)
{
	errint rc = 0;

	for (size_t i = 0; !rc && i < own->n_files; i++) {
		const struct build_file *file = &own->files[i];
		char *path CLEANUP_FREE = path_join(str_c(r->folder), file->name);

		/* A name from outside must not lead elsewhere. */
		if (str_chr(file->name, '/') >= 0)
			return err_set(err, ERR_UNSUPPORTED, "'%.*s' is no name for a file",
				       STR_ARG(file->name));
		rc = file_write(AT_FDCWD, path, place_outputs(r, a, d, file->bytes), 0600, 0, err);
		out->has_files = true;
		if (str_eqz(file->name, ".attrs.sh"))
			out->attrs = arena_strz(a, str_c(path));
	}
	return rc;
}

static errint refuse_builtin(const struct drv *d, struct err *err)
{
	if (!str_starts(d->builder, S("builtin:")))
		return 0;
	err_set(err, ERR_UNSUPPORTED,
		"'%.*s' is made by kiln itself (%.*s): there is no build environment to enter",
		STR_ARG(d->name), STR_ARG(d->builder));
	return err_hint(err, "kiln shell NAME has what is in it on PATH");
}

errint dev_env_make(const struct dev_request *r, struct arena *a, struct dev_env *out,
		    struct err *err)
{
	struct dev_env made = {0};
	struct build_env own;
	struct str_set inputs;
	struct drv d;
	size_t n = 0;
	errint rc = store_read_drv(r->session->store, a, r->drv, &d, err);

	if (!rc)
		rc = refuse_builtin(&d, err);
	if (!rc)
		rc = dev_inputs_make(r, a, &d, &inputs, err);
	if (!rc)
		rc = build_env_own(r->session->store, a, &d, inputs, r->folder, &own, err);
	if (!rc)
		rc = write_files(r, a, &d, &own, &made, err);
	if (rc)
		return rc;
	while (own.env[n])
		n++;
	made.env = ARENA_ARRAY(a, char *, n + 1);
	for (size_t i = 0; i < n; i++)
		made.env[i] = arena_strz(a, place_outputs(r, a, &d, str_c(own.env[i])));
	*out = made;
	return 0;
}
