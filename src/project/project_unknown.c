/* SPDX-License-Identifier: MIT
 *
 * Names that nothing has: what may be meant, and what the set knows of them. */
#include "base/suggest.h"
#include "project/installable.h"
#include "project/project_int.h"

static errint offer(struct recipes *r, struct arena *a, struct suggestion *s, struct value *set,
		    const char *within, struct err *err)
{
	struct str *names;
	size_t n;
	errint rc = eval_attr_names(r->e.eval, set, a, &names, &n, err);

	for (size_t i = 0; !rc && i < n; i++)
		if (!str_starts(names[i], S("_")))
			suggestion_offer_as(s, names[i],
					    *within ? str_c(arena_printf(a, "%s.%.*s", within,
									 STR_ARG(names[i])))
						    : names[i]);
	return rc;
}

/* What the set itself says of a name that it lacks, or of one that is no package. */
static errint set_says(struct recipes *r, struct value *set, struct str name, struct str *out,
		       struct err *err)
{
	BUF(text, LIMIT_PATH_TEXT * 2);
	struct value *v;

	buf_putz(&text, "set: let say = (set.__missing or { }).first or (_: null) ");
	eval_print_string(&text, name);
	buf_putz(&text, "; in if say == null then \"\" else say");
	errint rc = buf_check(&text, "name", err);
	if (!rc)
		rc = evaluation_apply(&r->e, buf_z(&text), set, &v, err);
	return rc ? rc : eval_get_string(r->e.eval, v, out, err);
}

static errint is_slot(struct recipes *r, struct value *set, struct str name, bool *out,
		      struct err *err)
{
	struct value *v, *is;
	errint rc = installable_walk(&r->e, set, name, &v, err);

	*out = false;
	if (rc || !v)
		return rc;
	rc = evaluation_apply(&r->e, "v: v.isSlot or false", v, &is, err);
	return rc ? rc : eval_get_bool(r->e.eval, is, out, err);
}

/* The nearest name of a recipe, of the set, and of Python's packages. */
static errint suggest(struct recipes *r, struct arena *a, struct value *set, struct value *python,
		      struct suggestion *s, struct err *err)
{
	errint rc = r->v ? offer(r, a, s, r->v, "", err) : 0;

	if (!rc)
		rc = offer(r, a, s, set, "", err);
	return rc || !python ? rc : offer(r, a, s, python, SET_PYTHON, err);
}

errint project_unknown(struct recipes *r, struct arena *a, struct value *set, const char *name,
		       struct err *why, struct err *err)
{
	struct str last = str_skip(str_c(name), (size_t)(str_rchr(str_c(name), '.') + 1)), says;
	/* Of a path the last name is the one that counts. */
	struct suggestion s = suggestion_for(last);
	struct value *python, *found = NULL;
	bool slot;
	errint rc = set_says(r, set, str_c(name), &says, err);

	if (!rc && !says.n && last.n < strlen(name))
		rc = set_says(r, set, last, &says, err);
	if (!rc)
		rc = is_slot(r, set, str_c(name), &slot, err);
	if (!rc)
		rc = installable_walk(&r->e, set, S(SET_PYTHON), &python, err);
	if (!rc)
		rc = suggest(r, a, set, python, &s, err);
	if (!rc && python)
		rc = eval_get_attr(r->e.eval, python, str_c(name), &found, err);
	if (rc)
		return rc;
	if (slot)
		err_hint(why, "'%s' is a slot, which no package holds: kiln build --slot %.*s=cpu",
			 name, STR_ARG(last));
	else if (found)
		err_hint(why, "did you mean '" SET_PYTHON ".%s'?", name);
	else if (says.n)
		err_hint(why, "%.*s", STR_ARG(says));
	else if (!suggestion_hint(&s, why))
		err_hint(why, "kiln search %s looks into descriptions, too", name);
	return 0;
}
