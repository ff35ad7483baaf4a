/* SPDX-License-Identifier: MIT
 *
 * The points in their order. */
#include "checklist/checklist_int.h"

#include <stdlib.h>
#include "project/project_tracked.h"

static const struct {
	const char *name, *text;
} points[] = {
#define X(id, name, text) {name, text},
	CHECKLIST_POINTS(X)
#undef X
};

const char *checklist_name(enum checklist_point p)
{
	return points[p].name;
}

const char *checklist_text(enum checklist_point p)
{
	return points[p].text;
}

void checklist_release(struct checklist *l)
{
	free(l->v);
	*l = (struct checklist){0};
}

size_t checklist_count(const struct checklist *l, enum checklist_point p)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += l->v[i].point == p;
	return n;
}

void listing_add(struct listing *l, enum checklist_point p, struct str file, unsigned line,
		 const char *cure, const char *fmt, ...)
{
	struct checklist *c = l->out;
	BUF(text, LIMIT_ERR_TEXT);
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	ARRAY_GROW(c->v, c->n, c->cap);
	c->v[c->n++] = (struct checklist_finding){
		.point = p,
		.file = arena_str(l->a, file),
		.line = line,
		.text = arena_str(l->a, buf_str(&text)),
		.cure = cure ? arena_str(l->a, str_c(cure)) : S(""),
	};
}

bool listing_wants(const struct listing *l, struct str recipe)
{
	for (size_t i = 0; i < l->r->n_names; i++)
		if (str_eqz(recipe, l->r->names[i]))
			return true;
	return !l->r->n_names;
}

struct str listing_file(struct listing *l, struct str recipe)
{
	char *path CLEANUP_FREE = project_recipe_file(l->files.project, recipe);
	struct str file = str_c(path ? path : "");

	file = str_drop_prefix(file, str_c(l->files.project));
	return arena_str(l->a, str_drop_prefix(file, S("/")));
}

unsigned line_of(struct str text, size_t at)
{
	unsigned line = 1;

	for (size_t i = 0; i < at && i < text.n; i++)
		line += text.p[i] == '\n';
	return line;
}

static errint check_names(const struct listing *l, struct err *err)
{
	for (size_t i = 0; i < l->r->n_names; i++) {
		size_t k = 0;

		while (k < l->recipes.n && !str_eqz(l->recipes.v[k].name, l->r->names[i]))
			k++;
		if (k == l->recipes.n) {
			err_set(err, ERR_NOT_FOUND, "there is no recipe '%s'", l->r->names[i]);
			return err_hint(err, "the files in .flox/pkgs are the recipes");
		}
	}
	return 0;
}

/* Derivations are looked at in the store, to which a trial writes nothing; what does not evaluate
 * is told there. */
static errint make_derivations(const struct checklist_request *r, struct arena *a, struct err *err)
{
	struct resolved_list found CLEANUP(resolved_list_release) = {0};
	struct asked *asked = ARENA_ARRAY(a, struct asked, r->n_names + 1);
	const struct eval_request eval = {0};
	const struct project_request request = {
		.session = r->session, .dir = r->project, .eval = &eval, .keep_going = true};
	ERR(told);

	for (size_t i = 0; i < r->n_names; i++)
		asked[i] = (struct asked){.kind = ASKED_RECIPE, .text = r->names[i]};
	errint rc = project_resolve(&request, asked, r->n_names ? r->n_names : 1, a, &found, &told);
	return rc == ERR_INTERRUPTED ? err_move(err, &told) : 0;
}

static int by_point(const void *a, const void *b)
{
	const struct checklist_finding *x = a, *y = b;
	int c = (int)x->point - (int)y->point;

	if (!c)
		c = str_cmp(x->file, y->file);
	if (!c)
		c = (int)x->line - (int)y->line;
	return c ? c : str_cmp(x->text, y->text);
}

errint checklist_run(const struct checklist_request *r, struct arena *a, struct checklist *out,
		     struct err *err)
{
	static errint (*const steps[])(struct listing *, struct err *) = {
		list_sources, list_dependencies, list_texts,    list_platforms,
		list_sandbox, list_repository,   list_vendored,
	};
	struct listing l = {.r = r, .a = a, .out = out};
	errint rc = make_derivations(r, a, err);

	if (!rc)
		rc = recipe_files_open(&l.files, r->project, err);
	if (!rc)
		rc = trial_open(&l.trial, r->session, &l.files, NULL, 0, err);
	if (!rc)
		rc = recipe_list_read(&l.trial, a, &l.recipes, err);
	if (!rc)
		rc = check_names(&l, err);
	for (size_t i = 0; !rc && i < ARRAY_LEN(steps); i++)
		rc = steps[i](&l, err);
	out->open[CHECKLIST_PUBLISHED] = out->open[CHECKLIST_INSTALLED] =
		"no catalog is configured";
	if (!rc && out->n)
		qsort(out->v, out->n, sizeof(*out->v), by_point);
	recipe_list_release(&l.recipes);
	trial_release(&l.trial);
	recipe_files_release(&l.files);
	return rc;
}
