/* SPDX-License-Identifier: MIT
 *
 * What two versions of a Python project require, told as lines of a recipe: of a wheel its
 * METADATA, of a source archive its PKG-INFO, of a tree its pyproject.toml or requirements.txt. */
#include "recipe/update_int.h"

#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "py/peek.h"
#include "py/requirement.h"
#include "py/resolved.h"
#include "py/wants.h"
#include "source/ascent.h"
#include "source/index_page.h"
#include "source/ladder.h"
#include "store/store.h"

enum { PYTHON_MINOR = 13 };

struct need {
	struct str name; /* PEP 503's form */
	struct str versions;
};
struct needs {
	struct need *v;
	size_t n, cap;
	bool known;
};

/* ---- reading ---- */

static void add_need(struct source_update *w, struct needs *out, const struct requirement *r)
{
	BUF(versions, LIMIT_ERR_TEXT);
	struct str name = pep503_name(w->a, r->name);

	for (size_t i = 0; i < out->n; i++)
		if (str_eq(out->v[i].name, name))
			return;
	for (size_t i = 0; i < r->versions.n; i++) {
		const struct specifier *s = &r->versions.v[i];
		static const char *const ops[] = {"~=", "==", "!=", "<=", ">=", "<", ">", "==="};

		buf_printf(&versions, "%s%s%.*s", i ? "," : "", ops[s->op], STR_ARG(s->text));
	}
	out->v = py_grow(w->a, out->v, out->n, &out->cap, sizeof(*out->v));
	out->v[out->n++] = (struct need){name, arena_str(w->a, buf_str(&versions))};
}

/* Does it apply here without any extra? */
static bool applies(struct source_update *w, const struct requirement *r)
{
	struct marker_env env[PY_MACHINES];
	bool yes = true;
	ERR(ignored);

	if (!r->marker)
		return true;
	py_environments(w->a, w->u->python.n ? w->u->python : S("3.13.5"), env);
	for (size_t i = 0; i < PY_MACHINES; i++) {
		env[i].v[MARKER_EXTRA] = S("");
		if (!marker_eval(r->marker, &env[i], &yes, &ignored) && yes)
			return true;
	}
	return false;
}

static void read_requires(struct source_update *w, const struct wheel_metadata *m,
			  struct needs *out)
{
	out->known = true;
	for (size_t i = 0; i < m->n_requires; i++) {
		struct requirement r;
		ERR(ignored);

		if (!requirement_parse(w->a, m->requires[i], &r, &ignored) && applies(w, &r))
			add_need(w, out, &r);
	}
}

static errint read_file(struct source_update *w, struct str store_path, struct needs *out,
			struct err *err)
{
	char *real CLEANUP_FREE = store_real_path(w->u->s->store, store_path);
	struct py_names build = {0};
	struct wheel_metadata m;
	int fd CLEANUP_FD = -1;
	errint rc = open_file(AT_FDCWD, real, &fd, err);

	if (!rc)
		rc = peek_metadata(fd, !str_ends(store_path, S(".whl")), w->a, &m, &build, err);
	if (!rc)
		read_requires(w, &m, out);
	return rc;
}

static void read_wants(struct source_update *w, const char *file, bool pyproject, struct needs *out)
{
	struct py_wants wants = {.a = w->a};
	ERR(ignored);
	errint rc = access(file, F_OK) ? ERR_NOT_FOUND
		    : pyproject        ? py_wants_pyproject(&wants, file, PYTHON_MINOR, &ignored)
				       : py_wants_read(&wants, file, &ignored);

	if (rc)
		return;
	out->known |= wants.n > 0;
	for (size_t i = 0; i < wants.n; i++)
		if (wants.v[i].word == PY_WANT && applies(w, &wants.v[i].r))
			add_need(w, out, &wants.v[i].r);
}

static void read_tree(struct source_update *w, struct str store_path, struct needs *out)
{
	char *real CLEANUP_FREE = store_real_path(w->u->s->store, store_path);
	char *pyproject CLEANUP_FREE = path_join(str_c(real), S("pyproject.toml"));
	char *requirements CLEANUP_FREE = path_join(str_c(real), S("requirements.txt"));

	read_wants(w, pyproject, true, out);
	if (!out->n)
		read_wants(w, requirements, false, out);
}

/* The index may serve it apart, so that a big wheel need not be fetched for it. */
static bool read_served(struct source_update *w, struct str file, struct needs *out)
{
	BUF(text, LIMIT_WHEEL_METADATA);
	const struct index_file *f;
	struct index_page page;
	struct wheel_metadata m;
	ERR(ignored);

	if (ladder_index(session_ladder(w->u->s), w->src->project, w->a, &page, &ignored))
		return false;
	f = index_page_find(&page, file, NULL);
	if (!f || !f->has_metadata)
		return false;
	const char *url = arena_printf(w->a, "%.*s.metadata", STR_ARG(f->url));
	const struct ascent_request r = {
		.urls = &url,
		.n_urls = 1,
		.body = &text,
		.hash = f->has_metadata_hash ? &f->metadata_hash : NULL,
		.algo = HASH_SHA256,
		.quiet = true,
	};
	if (ladder_fetch(session_ladder(w->u->s), &r, &ignored) ||
	    wheel_metadata_parse(w->a, arena_str(w->a, buf_str(&text)), &m, &ignored))
		return false;
	read_requires(w, &m, out);
	return true;
}

static void read_old(struct source_update *w, struct str store_path, struct needs *out)
{
	const struct recipe_source *s = w->src;
	struct prefetch p = {
		.kind = PREFETCH_FILE,
		.name = s->name,
		.urls = s->urls,
		.n_urls = s->n_urls,
		.expect = &s->hash,
		.algo = s->hash.algo,
	};
	ERR(ignored);

	if (store_path.n && s->kind == RECIPE_SOURCE_PYPI) {
		(void)!read_file(w, store_path, out, &ignored);
		return;
	}
	if (store_path.n) {
		read_tree(w, store_path, out);
		return;
	}
	if (s->kind != RECIPE_SOURCE_PYPI || read_served(w, s->file, out))
		return;
	if (!prefetch_all(w->u->s, &p, 1, w->a, &ignored) && !p.failure.code)
		(void)!read_file(w, p.store_path, out, &ignored);
	err_release(&p.failure);
}

/* ---- telling ---- */

static const struct need *find_need(const struct needs *l, struct str name)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_eq(l->v[i].name, name))
			return &l->v[i];
	return NULL;
}

static const struct recipe_program *own_program(const struct source_update *w)
{
	char *file = arena_printf(w->a, "%s/.flox/pkgs/%s.nix", w->u->files.project, w->recipe);
	char *inside =
		arena_printf(w->a, "%s/.flox/pkgs/%s/default.nix", w->u->files.project, w->recipe);

	for (size_t i = 0; i < w->programs.n; i++)
		if (str_eqz(w->programs.v[i].path, file) || str_eqz(w->programs.v[i].path, inside))
			return &w->programs.v[i];
	return NULL;
}

/* The line that names it among the recipe's variables and attributes, behind its arguments; 0 when
 * none does. */
static unsigned line_of_name(struct source_update *w, struct str name)
{
	const struct recipe_program *p = own_program(w);

	for (size_t i = 0; p && i < p->syntax.n_names; i++) {
		struct str word = syntax_str(&p->syntax, p->syntax.names[i].range);

		if (str_eq(pep503_name(w->a, word), name))
			return syntax_line(p->syntax.text, p->syntax.names[i].range.at);
	}
	return 0;
}

/* As a word of its own in quotes: what the recipe takes out of the metadata. */
static bool is_word(struct source_update *w, struct str name)
{
	const struct recipe_program *p = own_program(w);

	for (size_t i = 0; p && i < p->syntax.n_texts; i++)
		if (p->syntax.texts[i].whole &&
		    str_eq(pep503_name(w->a, syntax_str(&p->syntax, p->syntax.texts[i].range)),
			   name))
			return true;
	return false;
}

static unsigned line_of_list(struct source_update *w)
{
	static const char *const names[] = {"dependencies", "propagatedBuildInputs"};
	const struct recipe_program *p = own_program(w);

	for (size_t k = 0; p && k < ARRAY_LEN(names); k++)
		for (size_t i = 0; i < p->syntax.n_bindings; i++)
			if (str_eqz(syntax_str(&p->syntax, p->syntax.bindings[i].name), names[k]))
				return syntax_line(p->syntax.text, p->syntax.bindings[i].range.at);
	return 0;
}

static bool is_recipe(const struct source_update *w, struct str name)
{
	for (size_t i = 0; i < w->u->list.n; i++)
		if (str_eq(w->u->list.v[i].name, name))
			return true;
	return false;
}

static bool is_in_set(const struct source_update *w, struct str name)
{
	char *expr = arena_printf(w->a, "set.python3.pkgs ? \"%.*s\"", STR_ARG(name));
	struct value *v;
	bool yes = false;
	ERR(ignored);

	return trial_ask_set(&w->u->trial, expr, &v) &&
	       !eval_get_bool(w->u->trial.recipes.e.eval, v, &yes, &ignored) && yes;
}

static void tell_added(struct source_update *w, const struct need *n)
{
	unsigned line = line_of_list(w);
	char *where = line ? arena_printf(w->a, "to the list in line %u", line)
			   : arena_printf(w->a, "in 'dependencies'");

	if (line_of_name(w, n->name) || is_word(w, n->name))
		return;
	if (is_recipe(w, n->name))
		update_note(w, "needs %.*s%.*s now: add %.*s (a recipe here) %s", STR_ARG(n->name),
			    STR_ARG(n->versions), STR_ARG(n->name), where);
	else if (is_in_set(w, n->name))
		update_note(w, "needs %.*s%.*s now: add python3.pkgs.%.*s %s", STR_ARG(n->name),
			    STR_ARG(n->versions), STR_ARG(n->name), where);
	else
		update_note(w,
			    "needs %.*s%.*s now, which no recipe and not the package set has: "
			    "kiln lock python brings it",
			    STR_ARG(n->name), STR_ARG(n->versions));
}

static void tell_dropped(struct source_update *w, const struct need *n)
{
	unsigned line = line_of_name(w, n->name);

	if (line)
		update_note(w, "no longer needs %.*s: drop it from line %u", STR_ARG(n->name),
			    line);
}

static void tell(struct source_update *w, const struct needs *old, const struct needs *new)
{
	for (size_t i = 0; i < new->n; i++) {
		const struct need *before = find_need(old, new->v[i].name);

		if (!before)
			tell_added(w, &new->v[i]);
		else if (!str_eq(before->versions, new->v[i].versions))
			update_note(w, "needs %.*s%.*s now (before: %s)", STR_ARG(before->name),
				    STR_ARG(new->v[i].versions),
				    before->versions.n ? arena_strz(w->a, before->versions)
						       : "any");
	}
	for (size_t i = 0; i < old->n; i++)
		if (!find_need(new, old->v[i].name))
			tell_dropped(w, &old->v[i]);
}

errint update_compare_requires(struct source_update *w, struct str old_path, struct str new_path,
			       struct err *err)
{
	struct needs old = {0}, new = {0};
	ERR(why);

	if (w->src->kind == RECIPE_SOURCE_PYPI) {
		if (read_file(w, new_path, &new, &why))
			update_note(w, "its metadata cannot be read: %s", why.msg);
	} else if (w->src->recursive) {
		read_tree(w, new_path, &new);
	}
	if (!new.known)
		return 0;
	read_old(w, old_path, &old);
	if (!old.known && w->src->kind == RECIPE_SOURCE_PYPI)
		update_note(w, "what it needed before is not known: the old file is gone");
	if (old.known)
		tell(w, &old, &new);
	return 0;
}
