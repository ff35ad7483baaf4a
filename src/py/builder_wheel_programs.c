/* SPDX-License-Identifier: MIT
 *
 * Programs: those of the wheel's .data/scripts, and one for each entry point. They start with the
 * given interpreter, and one line adds the package and all that it needs to the module path, so
 * that they also run outside of an environment. An environment's own copies leave that line out; it
 * is found by its mark. */
#include "base/file.h"
#include "py/builder_wheel_int.h"

#define SITE_MARK "# kiln:site"

static void put_quoted(struct buf *out, struct str a, struct str b)
{
	buf_printf(out, "'%.*s/%.*s'", STR_ARG(a), STR_ARG(b));
}

static void put_site_line(struct wheel_install *w, struct buf *out)
{
	buf_putz(out, "import site; [site.addsitedir(p) for p in [");
	put_quoted(out, str_c(w->out), w->site);
	for (size_t i = 0; i < w->n_packages; i++) {
		buf_putz(out, ", ");
		put_quoted(out, w->packages[i], w->site);
	}
	buf_putz(out, "]]  " SITE_MARK "\n");
}

static errint put_entry_point(struct wheel_install *w, const struct wheel_entry_point *p,
			      struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);
	struct str first = p->object, rest;
	const char *path = arena_printf(&w->arena, "bin/%.*s", STR_ARG(p->name));

	(void)str_cut(p->object, '.', &first, &rest);
	buf_printf(&text, "#!%.*s\n", STR_ARG(w->python));
	put_site_line(w, &text);
	buf_printf(&text,
		   "import sys\n"
		   "from %.*s import %.*s\n"
		   "if __name__ == '__main__':\n"
		   "    sys.exit(%.*s())\n",
		   STR_ARG(p->module), STR_ARG(first), STR_ARG(p->object));
	if (buf_check(&text, "program", err))
		return err->code;
	return wheel_file_put(w, str_c(path), buf_str(&text), 0755, err);
}

static struct str take_line(struct str *rest)
{
	ptrdiff_t end = str_chr(*rest, '\n');
	struct str line = end < 0 ? *rest : str_sub(*rest, 0, (size_t)end + 1);

	*rest = str_skip(*rest, line.n);
	return line;
}

/* "#!python" as the wheel format has it, or any path that ends in a python's name. */
static bool is_python_script(struct str line)
{
	struct str word, rest, name;

	if (!str_starts(line, S("#!")))
		return false;
	rest = str_trim(str_skip(line, 2));
	while (rest.n && str_split(&rest, ' ', &word)) {
		name = path_base(word);
		if (!str_eqz(name, "env"))
			return str_starts(name, S("python"));
	}
	return false;
}

/* Behind the coding comment, which counts in line 2 only, and behind `from __future__`, which must
 * come first: how many bytes of `body` (what follows the shebang) stand before the site line. */
static size_t site_line_at(struct str body)
{
	struct str rest = body, line = take_line(&rest);
	size_t at = 0, n = line.n;
	bool coding = str_starts(str_trim(line), S("#")) &&
		      (str_find(line, S("coding:")) >= 0 || str_find(line, S("coding=")) >= 0);

	if (coding)
		at = n;
	for (rest = body, n = 0; rest.n;) {
		line = take_line(&rest);
		n += line.n;
		if (str_starts(line, S("from __future__ import")))
			at = n;
	}
	return at;
}

static errint fix_script(struct wheel_install *w, struct wheel_file *f, struct err *err)
{
	BUF(text, LIMIT_WHEEL_METADATA);
	BUF(fixed, LIMIT_WHEEL_METADATA);
	struct str body;
	size_t at;

	if (file_read(w->out_fd, f->path.p, &text, err))
		return err->code;
	body = buf_str(&text);
	if (!is_python_script(take_line(&body)))
		return 0;
	at = site_line_at(body);
	buf_printf(&fixed, "#!%.*s\n", STR_ARG(w->python));
	buf_puts(&fixed, str_sub(body, 0, at));
	put_site_line(w, &fixed);
	buf_puts(&fixed, str_skip(body, at));
	if (buf_check(&fixed, "program", err) ||
	    file_write(w->out_fd, f->path.p, buf_str(&fixed), 0755, 0, err))
		return err_wrap(err, "'%s'", f->path.p);
	return wheel_file_rehash(w, f, err);
}

errint wheel_step_programs(struct wheel_install *w, struct err *err)
{
	BUF(text, LIMIT_WHEEL_METADATA);
	ERR(missing);
	struct wheel_entry_point *points;
	size_t n_scripts = w->n_files, n;

	for (size_t i = 0; i < n_scripts; i++) {
		struct wheel_file *f = &w->files[i];

		if (str_starts(f->path, S("bin/")) && !f->elf && fix_script(w, f, err))
			return err->code;
	}
	if (wheel_info_read(w, "entry_points.txt", &text, &missing))
		return missing.code == ERR_NOT_FOUND ? 0 : err_move(err, &missing);
	if (wheel_entry_points_parse(&w->arena, buf_str(&text), &points, &n, err))
		return err->code;
	for (size_t i = 0; i < n; i++)
		if (put_entry_point(w, &points[i], err))
			return err->code;
	return 0;
}
