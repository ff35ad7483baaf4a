/* SPDX-License-Identifier: MIT
 *
 * Edits that mend. Each is tried alone: what does not evaluate, or changes nothing, is taken back.
 */
#include "mend/mend_int.h"
#include "recipe/source.h"
#include "recipe/trial.h"

struct fixing {
	struct mend *m;
	struct recipe_files *files;
	struct mended *out;
	size_t n;
};

/* A recipe's text as it is by now. */
struct read_recipe {
	const struct mend_recipe *r;
	struct syntax s;
};

static errint read_recipe(struct fixing *fx, const struct mend_recipe *r, struct read_recipe *out,
			  struct err *err)
{
	struct str text;
	errint rc = recipe_files_text(fx->files, r->file, &text, err);

	out->r = r;
	return rc ? rc
		  : eval_syntax(fx->m->e.eval, arena_str(fx->m->a, text), r->file.p, fx->m->a,
				&out->s, err);
}

/* ---- lists ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The brackets of an expression that is a list, or one behind `with …;`; false for others, which
 * nobody can add to without knowing what they are. */
static bool find_list(const struct syntax *s, const struct syntax_binding *b, size_t *open,
		      size_t *close, bool *with)
{
	struct str e = str_trim(syntax_str(s, b->expr));
	ptrdiff_t at = str_chr(e, '[');

	if (at < 0 || !str_ends(e, S("]")) || str_chr(e, '#') >= 0 || str_find(e, S("/*")) >= 0)
		return false;
	struct str before = str_trim(str_sub(e, 0, (size_t)at));
	*with = str_starts(before, S("with ")) && str_ends(before, S(";"));
	if (before.n && !*with)
		return false;
	/* One list, none within it and no other behind. */
	if (str_chr(str_skip(e, (size_t)at + 1), '[') >= 0 || str_chr(e, ']') != (ptrdiff_t)e.n - 1)
		return false;
	*open = (size_t)(e.p - s->text.p) + (size_t)at;
	*close = (size_t)(e.p - s->text.p) + e.n - 1;
	return true;
}

/* What stands before a list's end: a blank, or the break and indentation of one item a line. */
static const char *item_text(struct arena *a, const struct syntax *s, size_t open, size_t close,
			     const char *item, size_t *at)
{
	size_t end = close, line;

	while (end > open + 1 && is_blank(s->text.p[end - 1]))
		end--;
	*at = end;
	if (!memchr(s->text.p + open, '\n', close - open))
		return arena_printf(a, " %s%s", item, end == close ? " " : "");
	for (line = end; line > open && s->text.p[line - 1] != '\n';)
		line--;
	size_t indent = line;
	while (indent < end && (s->text.p[indent] == ' ' || s->text.p[indent] == '\t'))
		indent++;
	if (line == open)
		return arena_printf(a, " %s", item);
	return arena_printf(a, "\n%.*s%s", (int)(indent - line), s->text.p + line, item);
}

/* The binding that new ones are put before: it has a line of its own. */
static bool find_anchor(const struct syntax *s, const struct syntax_binding **out, size_t *line)
{
	static const char *const names[] = {
		"dependencies", "propagatedBuildInputs", "build-system", "src", "version", "pname"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct syntax_binding *b = mend_binding(s, names[i]);
		size_t at = b ? b->range.at : 0;

		if (!b)
			continue;
		while (at && (s->text.p[at - 1] == ' ' || s->text.p[at - 1] == '\t'))
			at--;
		if (at && s->text.p[at - 1] != '\n')
			continue;
		*out = b;
		*line = at;
		return true;
	}
	return false;
}

static bool has_text(const struct syntax *s, const struct syntax_binding *b, struct str word)
{
	return str_find(syntax_str(s, b->expr), word) >= 0;
}

/* NAME = [ "item" ];: added to the list that is there, or as a binding of its own. */
static bool edit_list(struct fixing *fx, const struct read_recipe *rr, const char *name,
		      struct str item, struct recipe_edit *out)
{
	const struct syntax *s = &rr->s;
	const struct syntax_binding *b = mend_binding(s, name), *anchor;
	struct arena *a = fx->m->a;
	const char *quoted = arena_printf(a, "\"%.*s\"", STR_ARG(item));
	size_t open, close, at;
	bool with;

	if (b) {
		if (has_text(s, b, str_c(quoted)) || !find_list(s, b, &open, &close, &with))
			return false;
		const char *text = item_text(a, s, open, close, quoted, &at);
		*out = (struct recipe_edit){rr->r->file, {at, 0}, str_c(text)};
		return true;
	}
	if (!find_anchor(s, &anchor, &at))
		return false;
	*out = (struct recipe_edit){
		rr->r->file,
		{at, 0},
		str_c(arena_printf(a, "%.*s%s = [ %s ];\n", (int)(anchor->range.at - at),
				   s->text.p + at, name, quoted)),
	};
	return true;
}

/* ---- an item of the dependencies ---- */

static const char *const dependency_lists[] = {"dependencies", "propagatedBuildInputs",
					       "buildInputs"};

/* The item's bytes around a name: `python3.pkgs.torch`, with the blanks before it. False where it
 * is part of something else. */
static bool item_around(const struct syntax *s, size_t open, size_t close, struct syntax_range name,
			struct syntax_range *out)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_'-.";
	size_t from = name.at, to = name.at + name.n;

	while (from > open + 1 && strchr(letters, s->text.p[from - 1]) && s->text.p[from - 1])
		from--;
	if (!is_blank(s->text.p[from - 1]) && from != open + 1)
		return false;
	if (to != close && !is_blank(s->text.p[to]))
		return false;
	while (from > open + 1 && is_blank(s->text.p[from - 1]))
		from--;
	*out = (struct syntax_range){from, to - from};
	return true;
}

/* Takes the item of a dependency list that is called so out. */
static bool edit_remove(struct fixing *fx, const struct read_recipe *rr, struct str word,
			struct recipe_edit *out)
{
	const struct syntax *s = &rr->s;

	for (size_t i = 0; i < ARRAY_LEN(dependency_lists); i++) {
		const struct syntax_binding *b = mend_binding(s, dependency_lists[i]);
		size_t open, close;
		bool with;

		if (!b || !find_list(s, b, &open, &close, &with))
			continue;
		for (size_t k = 0; k < s->n_names; k++) {
			struct syntax_range r = s->names[k].range;

			if (r.at <= open || r.at >= close ||
			    !mend_same(fx->m->a, syntax_str(s, r), word) ||
			    !item_around(s, open, close, r, &out->range))
				continue;
			out->path = rr->r->file;
			out->text = S("");
			return true;
		}
	}
	return false;
}

/* How the list names its packages: "python3.pkgs." of `python3.pkgs.numpy`, "" behind `with`. */
static bool find_style(const struct syntax *s, size_t open, size_t close, bool with,
		       struct str *prefix)
{
	struct str items = str_trim(str_sub(s->text, open + 1, close - open - 1)), first = items;

	for (size_t i = 0; i < items.n; i++)
		if (is_blank(items.p[i])) {
			first = str_sub(items, 0, i);
			break;
		}
	if (with) {
		*prefix = S("");
		return !first.n || str_chr(first, '.') < 0;
	}
	ptrdiff_t dot = str_rchr(first, '.');
	*prefix = str_sub(first, 0, (size_t)(dot + 1));
	return dot > 0 && str_chr(first, '(') < 0;
}

/* Adds the set's package of that name to the dependencies, called as the others there are. */
static bool edit_add(struct fixing *fx, const struct read_recipe *rr, struct str project,
		     struct recipe_edit *out)
{
	const struct syntax *s = &rr->s;
	struct arena *a = fx->m->a;

	for (size_t i = 0; i < 2; i++) {
		const struct syntax_binding *b = mend_binding(s, dependency_lists[i]);
		struct str prefix;
		size_t open, close, at;
		bool with;

		if (!b || !find_list(s, b, &open, &close, &with) ||
		    !find_style(s, open, close, with, &prefix))
			continue;
		const char *text = item_text(
			a, s, open, close,
			arena_printf(a, "%.*s%.*s", STR_ARG(prefix), STR_ARG(project)), &at);
		*out = (struct recipe_edit){rr->r->file, {at, 0}, str_c(text)};
		return true;
	}
	return false;
}

/* ---- on trial ---- */

/* Does the recipe still evaluate, and to something else? */
static errint is_good(struct fixing *fx, const struct mend_recipe *r, bool *good, struct err *err)
{
	struct trial t = {0};
	struct recipe_list rows = {0};
	ERR(why);
	errint rc = trial_open(&t, fx->m->session, fx->files, NULL, 0, &why);

	if (!rc)
		rc = recipe_list_read(&t, fx->m->a, &rows, &why);
	*good = false;
	for (size_t i = 0; !rc && i < rows.n; i++)
		if (str_eq(rows.v[i].name, r->name))
			*good = rows.v[i].drv_path.n && !str_eq(rows.v[i].drv_path, r->drv);
	recipe_list_release(&rows);
	trial_release(&t);
	return rc == ERR_INTERRUPTED ? err_move(err, &why) : 0;
}

static errint try(struct fixing *fx, const struct mend_recipe *r, const struct recipe_edit *edit,
		  bool *good, struct err *err)
{
	struct recipe_mark before = recipe_files_mark(fx->files);
	errint rc = recipe_files_edit(fx->files, edit, 1, err);

	if (!rc)
		rc = is_good(fx, r, good, err);
	if (!rc && !*good)
		recipe_files_return(fx->files, before);
	return rc;
}

/* ---- findings ---- */

static bool choose(struct fixing *fx, const struct read_recipe *rr, const struct audit_finding *f,
		   struct str next, struct recipe_edit *edit, const char **what)
{
	struct arena *a = fx->m->a;
	bool own = mend_find(fx->m, f->path) == rr->r;

	switch (f->rule) {
	case AUDIT_UNFIT:
		*what = arena_printf(a, "pythonRelaxDeps = [ \"%.*s\" ]", STR_ARG(f->subject));
		return own && edit_list(fx, rr, "pythonRelaxDeps", f->subject, edit);
	case AUDIT_MISSING:
		*what = arena_printf(a, "%.*s is a dependency", STR_ARG(f->subject));
		return own && edit_add(fx, rr, f->subject, edit);
	case AUDIT_SLOT:
	case AUDIT_BUILD_INPUT:
		*what = arena_printf(a, "%.*s is no dependency", STR_ARG(mend_word(next)));
		return str_eq(next, f->path) && edit_remove(fx, rr, mend_word(next), edit);
	default:
		return false;
	}
}

static bool is_done(const struct fixing *fx, const struct mend_recipe *r, const char *what)
{
	for (size_t i = 0; i < fx->n; i++)
		if (!strcmp(fx->out[i].what,
			    arena_printf(fx->m->a, "%.*s: %s", STR_ARG(r->name), what)))
			return true;
	return false;
}

static errint fix(struct fixing *fx, const struct audit_finding *f, struct err *err)
{
	struct str next;
	const struct mend_recipe *r = mend_on_way(fx->m, f, &next);
	struct read_recipe rr;
	struct recipe_edit edit;
	const char *what;
	bool good = false;
	errint rc = r ? read_recipe(fx, r, &rr, err) : 0;

	if (rc || !r || !choose(fx, &rr, f, next, &edit, &what) || is_done(fx, r, what))
		return rc;
	rc = try(fx, r, &edit, &good, err);
	if (!rc && good)
		fx->out[fx->n++] = (struct mended){
			f, arena_printf(fx->m->a, "%.*s: %s", STR_ARG(r->name), what)};
	return rc;
}

errint mend_fix(struct mend *m, struct recipe_files *files, const struct audit_findings *f,
		struct mended **out, size_t *n, struct err *err)
{
	struct fixing fx = {m, files, ARENA_ARRAY(m->a, struct mended, f->n), 0};
	errint rc = 0;

	for (size_t i = 0; !rc && i < f->n; i++)
		if (!f->v[i].excepted.n)
			rc = fix(&fx, &f->v[i], err);
	*out = fx.out;
	*n = fx.n;
	return rc;
}
