/* SPDX-License-Identifier: MIT
 *
 * Which recipe brought what, and at which line. */
#include "base/file.h"
#include "mend/mend_int.h"
#include "project/project_tracked.h"
#include "py/requirement.h"

void mend_release(struct mend *m)
{
	evaluation_release(&m->e);
	eval_request_release(&m->request);
	resolved_list_release(&m->found);
	*m = (struct mend){0};
}

static void add_recipe(struct mend *m, const struct product *p)
{
	char *file CLEANUP_FREE = project_recipe_file(m->project, p->found->label);
	struct mend_recipe *r = &m->v[m->n];

	if (p->found->kind != ASKED_RECIPE || !file || p->index >= p->found->n)
		return;
	*r = (struct mend_recipe){
		.name = p->found->label,
		.drv = p->found->drvs[p->index].drv_path,
		.paths = p->paths,
		.n_paths = p->n_paths,
		.file = arena_str(m->a, str_c(file)),
	};
	m->n++;
}

errint mend_open(struct mend *m, struct session *s, const char *project, struct arena *a,
		 struct err *err)
{
	const struct asked all = {.kind = ASKED_RECIPE};
	struct product *products = NULL;
	size_t n = 0;

	*m = (struct mend){.session = s, .a = a, .project = project};
	const struct project_request r = {
		.session = s, .dir = project, .eval = &m->request, .keep_going = true};
	errint rc = project_resolve(&r, &all, 1, a, &m->found, err);
	if (!rc)
		rc = project_products(s, a, &m->found, &products, &n, err);
	m->v = ARENA_ARRAY(a, struct mend_recipe, n);
	for (size_t i = 0; !rc && i < n; i++)
		add_recipe(m, &products[i]);
	return rc ? rc
		  : evaluation_open(s, &m->request, EVALUATION_READ_ONLY | EVALUATION_OWN, &m->e,
				    err);
}

/* ---- names ---- */

const struct mend_recipe *mend_find(const struct mend *m, struct str path)
{
	for (size_t i = 0; i < m->n; i++)
		for (size_t k = 0; k < m->v[i].n_paths; k++)
			if (str_eq(m->v[i].paths[k], path))
				return &m->v[i];
	return NULL;
}

const struct mend_recipe *mend_on_way(const struct mend *m, const struct audit_finding *f,
				      struct str *next)
{
	*next = S("");
	for (size_t i = f->n_why; i-- > 0;) {
		const struct mend_recipe *r = mend_find(m, f->why[i]);

		if (r) {
			*next = i + 1 < f->n_why ? f->why[i + 1] : S("");
			return r;
		}
	}
	return NULL;
}

struct str mend_word(struct str path)
{
	struct str name = store_path_name(path), rest;
	ptrdiff_t dash;

	if (str_starts(name, S("python3.")) && (dash = str_chr(name, '-')) > 0) {
		rest = str_skip(name, (size_t)dash + 1);
		/* "python3-3.13.5" is no package of Python. */
		name = rest.n && (rest.p[0] < '0' || rest.p[0] > '9') ? rest : name;
	}
	for (size_t i = 0; i + 1 < name.n; i++)
		if (name.p[i] == '-' && name.p[i + 1] >= '0' && name.p[i + 1] <= '9')
			return str_sub(name, 0, i);
	return name;
}

bool mend_same(struct arena *a, struct str x, struct str y)
{
	return str_eq(pep503_name(a, x), pep503_name(a, y));
}

const struct syntax_binding *mend_binding(const struct syntax *s, const char *name)
{
	const struct syntax_binding *best = NULL;

	for (size_t i = 0; i < s->n_bindings; i++) {
		const struct syntax_binding *b = &s->bindings[i];

		if (!b->inherited && str_eqz(syntax_str(s, b->name), name) &&
		    (!best || b->depth < best->depth))
			best = b;
	}
	return best;
}

/* ---- lines ---- */

/* Where each rule's cure goes, when no name of the file brought it. */
static const char *const *usual_bindings(enum audit_rule rule)
{
	static const char *const source[] = {"src", "srcs", "url", "pname", "name", NULL};
	static const char *const licence[] = {"meta.license", "license", "meta",
					      "pname",        "name",    NULL};
	static const char *const dependencies[] = {
		"dependencies", "propagatedBuildInputs", "buildInputs", "pname", "name", NULL};
	static const char *const own[] = {"postFixup", "postInstall", "installPhase",
					  "pname",     "name",        NULL};

	switch (rule) {
	case AUDIT_DYNAMIC:
	case AUDIT_UNLOCKED:
		return source;
	case AUDIT_LICENCE:
	case AUDIT_LICENCE_UNKNOWN:
		return licence;
	case AUDIT_MISSING:
	case AUDIT_UNFIT:
	case AUDIT_SLOT:
	case AUDIT_NEEDED:
		return dependencies;
	default:
		return own;
	}
}

static bool find_name(const struct mend *m, const struct syntax *s, struct str word, size_t *at)
{
	for (size_t i = 0; word.n && i < s->n_names; i++)
		if (mend_same(m->a, syntax_str(s, s->names[i].range), word)) {
			*at = s->names[i].range.at;
			return true;
		}
	return false;
}

static size_t find_place(const struct mend *m, const struct syntax *s,
			 const struct audit_finding *f, struct str next)
{
	size_t at = 0;

	if (find_name(m, s, next.n ? mend_word(next) : S(""), &at))
		return at;
	for (const char *const *b = usual_bindings(f->rule); *b; b++) {
		const struct syntax_binding *found = mend_binding(s, *b);

		if (found)
			return found->range.at;
	}
	return 0;
}

/* A file that cannot be read is named, without a line. */
static void place(struct mend *m, struct audit_finding *f)
{
	struct str next;
	const struct mend_recipe *r = mend_on_way(m, f, &next);
	BUF(text, LIMIT_NIX_SOURCE);
	struct syntax s;
	ERR(unread);

	if (!r || f->recipe.n)
		return;
	f->recipe = str_drop_prefix(str_drop_prefix(r->file, str_c(m->project)), S("/"));
	f->line = 1;
	if (file_read(AT_FDCWD, r->file.p, &text, &unread) ||
	    eval_syntax(m->e.eval, buf_str(&text), r->file.p, m->a, &s, &unread))
		return;
	f->line = syntax_line(buf_str(&text), find_place(m, &s, f, next));
}

void mend_places(struct mend *m, struct audit_findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		place(m, &f->v[i]);
}
