/* SPDX-License-Identifier: MIT
 *
 * Attributes of a recipe that nothing reads. Any may be meant as a variable of the builder, so that
 * only those are told that are spelt almost like one of the set's list (pkgs/lib/attributes.nix).
 */
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "base/report.h"
#include "memo/inputs.h"
#include "project/project_int.h"

enum {
	SHORT = 6, /* shorter names are anybody's own */
	MOST = 2,  /* letters that differ */
};

struct looking {
	struct evaluation *e;
	struct value *known; /* the lists */
	const char *recipe;
};

/* The words of a text, sorted bytewise as they stand in it. */
static struct str *split(struct arena *a, struct str text, size_t *n)
{
	struct str *v = ARENA_ARRAY(a, struct str, text.n / 2 + 1);
	size_t from = 0;

	*n = 0;
	for (size_t i = 0; i <= text.n; i++) {
		if (i < text.n && text.p[i] != ' ' && text.p[i] != '\n')
			continue;
		if (i > from)
			v[(*n)++] = str_sub(text, from, i - from);
		from = i + 1;
	}
	return v;
}

/* The known name that is meant; nothing when this is one, or like none. */
static struct str meant(const struct str *known, size_t n, struct str name)
{
	/* Numbered ones (source2) are anybody's own, too. */
	if (name.n < SHORT || (name.p[name.n - 1] >= '0' && name.p[name.n - 1] <= '9') ||
	    bsearch(&name, known, n, sizeof(*known), str_cmp_qsort))
		return STR_NULL;
	for (size_t i = 0; i < n; i++)
		if (known[i].p[0] == name.p[0] && known[i].n + MOST >= name.n &&
		    known[i].n <= name.n + MOST && str_distance(known[i], name, MOST) <= MOST)
			return known[i];
	return STR_NULL;
}

static void tell(struct looking *l, const char *prefix, struct str name, struct str near)
{
	const struct evaluation *e = l->e;
	BUF(text, LIMIT_ERR_TEXT);

	buf_printf(&text, "recipe '%s': nothing reads '%s%.*s'; did you mean '%s%.*s'?", l->recipe,
		   prefix, STR_ARG(name), prefix, STR_ARG(near));
	report_msg(e->session->report, REPORT_WARN, "%s", buf_z(&text));
	input_message(e->request->inputs, REPORT_WARN, buf_str(&text));
}

/* The names of v's set `attr` against the list `kind`. */
static errint look_at(struct looking *l, struct value *v, const char *attr, const char *kind,
		      const char *prefix, struct err *err)
{
	struct value *set, *list;
	struct str text, *known, *names;
	ARENA(a);
	size_t n, n_known;
	errint rc = eval_get_attr(l->e->eval, v, str_c(attr), &set, err);

	if (!rc)
		rc = eval_get_attr(l->e->eval, l->known, str_c(kind), &list, err);
	if (rc || !set || !list)
		return rc;
	rc = eval_force(l->e->eval, set, err);
	if (rc || !eval_is_attrs(set))
		return rc;
	rc = eval_get_string(l->e->eval, list, &text, err);
	if (!rc)
		rc = eval_attr_names(l->e->eval, set, &a, &names, &n, err);
	if (rc)
		return rc;
	known = split(&a, text, &n_known);
	for (size_t i = 0; i < n; i++) {
		struct str near = meant(known, n_known, names[i]);

		if (near.p)
			tell(l, prefix, names[i], near);
	}
	return 0;
}

errint project_warn_misspelt(struct evaluation *e, struct value *v, const char *recipe,
			     struct err *err)
{
	struct looking l = {.e = e, .recipe = recipe};

	/* Another set reads other attributes. */
	if (e->request->nixpkgs || !eval_is_attrs(v))
		return 0;
	char *file CLEANUP_FREE = path_join(str_c(e->request->set), S("lib/attributes.nix"));
	/* A set that is older than this has no list. */
	if (access(file, F_OK) != 0)
		return 0;
	errint rc = eval_file(e->eval, file, &l.known, err);
	if (!rc)
		rc = look_at(&l, v, "drvAttrs", "derivation", "", err);
	return rc ? rc : look_at(&l, v, "meta", "meta", "meta.", err);
}
