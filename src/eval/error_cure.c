/* SPDX-License-Identifier: MIT
 *
 * What a recipe's author may have meant, where the language's own words do not say. Said only of a
 * project's recipes (eval_cure()). */
#include "eval/ast.h"
#include "eval/error.h"

#include <fcntl.h>
#include "base/file.h"

static bool is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || c == '\'';
}

/* Where a line of the text begins with `name =`: its position in the text, or -1. */
static ptrdiff_t find_binding(struct str text, struct str name)
{
	struct str rest = text, line;

	while (str_split(&rest, '\n', &line)) {
		struct str t = str_trim(line), after = str_drop_prefix(t, name);

		if (after.n == t.n || (after.n && is_name_byte(after.p[0])))
			continue;
		after = str_trim(after);
		if (str_starts(after, S("=")) && !str_starts(after, S("==")))
			return t.p - text.p;
	}
	return -1;
}

/* Is it the first thing in an interpolation, of a string in two pairs of single quotes? */
static bool is_interpolated(struct str before, bool *indented)
{
	size_t quotes = 0;

	before = str_trim(before);
	if (!str_ends(before, S("${")))
		return false;
	for (size_t i = 0; i + 1 < before.n; i++) {
		if (before.p[i] != '\'' || before.p[i + 1] != '\'')
			continue;
		/* ''' and ''$ are text, and so is what ''\ escapes. */
		if (quotes % 2 && i + 2 < before.n && strchr("'$\\", before.p[i + 2]))
			i += 2;
		else
			quotes++, i++;
	}
	*indented = quotes % 2;
	return true;
}

void error_cure_undefined(struct eval *E, pos_t pos, struct str name)
{
	struct str before, line, other;
	struct pos_info i;
	ptrdiff_t at;
	bool indented;

	if (!E->opt.project || !pos_text(E, pos, &before) || !pos_resolve(E, pos, &i))
		return;
	at = find_binding(before, name);
	if (at >= 0) {
		pos_t there = pos - (pos_t)before.n + (pos_t)at;

		pos_resolve(E, there, &i);
		eval_cure(
			E,
			"the set of line %u that has '%.*s' does not show it to its other values: "
			"write 'rec {' there, or bind it by let … in",
			i.line, STR_ARG(name));
	} else if (is_interpolated(before, &indented)) {
		eval_cure(E, "for the shell's own ${%.*s} write %s${%.*s} here", STR_ARG(name),
			  indented ? "''" : "\\", STR_ARG(name));
	} else if (pos_lines(E, pos, &other, &line, &other)) {
		eval_cure(E,
			  "a recipe's arguments name what it uses, { …, %.*s }:; what is in lib "
			  "or another set is named with it, lib.%.*s",
			  STR_ARG(name), STR_ARG(name));
	}
}

/* The entry of a folder that is spelt most like a name, or NULL. */
static const char *nearest(const struct dir_list *l, struct str name)
{
	unsigned best = (unsigned)MIN(name.n / 3, (size_t)6) + 1;
	const char *found = NULL;

	for (size_t i = 0; i < l->n; i++) {
		unsigned d = str_distance(str_c(l->v[i].name), name, best);

		if (d < best) {
			best = d;
			found = l->v[i].name;
		}
	}
	return found;
}

void error_cure_path(struct eval *E, struct str path)
{
	struct dir_list l CLEANUP(dir_list_release) = {0};
	struct str folder = path_dir(path);
	char *dir CLEANUP_FREE = str_dupz(folder);
	const char *near;
	ERR(ignored);

	if (!error_is_of_project(E, path))
		return;
	if (dir_list(AT_FDCWD, dir, &l, &ignored) < 0) {
		eval_cure(E,
			  "there is no folder '%s'; a path begins at the folder of the file that "
			  "it stands in",
			  dir);
		return;
	}
	near = nearest(&l, path_base(path));
	if (near)
		eval_cure(E, "did you mean '%s'? It is there", near);
	else if (str_ends(path, S(".nix")))
		eval_cure(E, "a path begins at the folder of the file that it stands in");
	else
		eval_cure(E, "put the file there, or let the recipe fetch it with fetchurl or "
			     "fetchPypi");
}

void error_cure_text(struct eval *E, struct value *v)
{
	switch (value_tag(*v)) {
	case V_INT:
	case V_FLOAT:
		eval_cure(E, "a number is no text: write it between quotes");
		break;
	case V_LIST:
		eval_cure(E, "lib.concatStringsSep \" \" makes text of a list");
		break;
	case V_BOOL:
		eval_cure(E, "lib.boolToString makes text of it");
		break;
	case V_NULL:
		eval_cure(E, "nothing was given here: lib.optionalString leaves out what is null");
		break;
	case V_ATTRS:
		if (attrs_get(v->attrs, SYM_functor))
			eval_cure(E, "this is a function: give it its arguments");
		else
			eval_cure(E, "a set is no text: name one of its attributes");
		break;
	case V_LAMBDA:
	case V_PARTIAL:
	case V_PRIMOP:
		eval_cure(E, "this is a function: give it its arguments; in a list a call stands "
			     "in parentheses");
		break;
	default:
		break;
	}
}
