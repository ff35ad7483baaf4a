/* SPDX-License-Identifier: MIT
 *
 * entry_points.txt: `[group]` and `name = module:object [extras]`, as an INI file. */
#include "py/wheel.h"

enum { MAX_ENTRY_POINTS = 4096 };

static bool is_reference(struct str s)
{
	if (!s.n)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			    (c >= '0' && c <= '9') || c == '_' || c >= 0x80;

		if (!word && (c != '.' || i == 0 || i + 1 == s.n || s.p[i - 1] == '.'))
			return false;
	}
	return true;
}

/* A program's name becomes a file's: one path component, no control character. */
static bool is_file_name(struct str s)
{
	if (!s.n || s.n > LIMIT_NAR_NAME || str_eqz(s, ".") || str_eqz(s, ".."))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '/' || (unsigned char)s.p[i] < ' ')
			return false;
	return true;
}

static errint point_parse(struct arena *a, struct str line, struct wheel_entry_point *out,
			  struct err *err)
{
	struct str name, target, module, object, ignored;
	ptrdiff_t comment;

	if (!str_cut(line, '=', &name, &target) || !is_file_name(str_trim(name)))
		return err_set(err, ERR_CORRUPT, "entry_points.txt: '%.*s' names no program",
			       STR_ARG(line));
	comment = str_find(target, S(" #"));
	if (comment >= 0)
		target = str_sub(target, 0, (size_t)comment);
	(void)str_cut(target, '[', &target, &ignored);
	if (!str_cut(target, ':', &module, &object) || !is_reference(str_trim(module)) ||
	    !is_reference(str_trim(object)))
		return err_set(err, ERR_CORRUPT,
			       "entry_points.txt: '%.*s' is not 'name = module:object'",
			       STR_ARG(line));
	out->name = arena_str(a, str_trim(name));
	out->module = arena_str(a, str_trim(module));
	out->object = arena_str(a, str_trim(object));
	return 0;
}

/* A program that is named twice is what was said last, and a window's goes before a console's: the
 * order in which pip writes them. */
static size_t add_point(struct wheel_entry_point *v, size_t n, const struct wheel_entry_point *p)
{
	for (size_t i = 0; i < n; i++) {
		if (!str_eq(v[i].name, p->name))
			continue;
		if (p->gui || !v[i].gui)
			v[i] = *p;
		return n;
	}
	v[n] = *p;
	return n + 1;
}

errint wheel_entry_points_parse(struct arena *a, struct str text, struct wheel_entry_point **out,
				size_t *n, struct err *err)
{
	struct str rest = text, line;
	struct wheel_entry_point *v = ARENA_ARRAY(a, struct wheel_entry_point, MAX_ENTRY_POINTS);
	struct wheel_entry_point p = {.gui = false};
	size_t used = 0;
	bool wanted = false;
	errint rc;

	while (rest.n && str_split(&rest, '\n', &line)) {
		line = str_trim(line);
		if (!line.n || line.p[0] == '#' || line.p[0] == ';')
			continue;
		if (line.p[0] == '[') {
			p.gui = str_eqz(line, "[gui_scripts]");
			wanted = p.gui || str_eqz(line, "[console_scripts]");
			continue;
		}
		if (!wanted)
			continue;
		if (used == MAX_ENTRY_POINTS)
			return err_set(err, ERR_TOO_BIG, "more than %d programs", MAX_ENTRY_POINTS);
		rc = point_parse(a, line, &p, err);
		if (rc)
			return rc;
		used = add_point(v, used, &p);
	}
	*out = v;
	*n = used;
	return 0;
}
