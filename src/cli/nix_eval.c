/* SPDX-License-Identifier: MIT
 *
 * A value as `nix eval` gives it: shown, as JSON, as text, or as files of a folder. */
#include "cli/nix_eval.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include "base/arena.h"
#include "base/file.h"
#include "cli/value_print.h"

/* ---- files ---- */

enum { WRITE_DEPTH = 256 };

struct file_writer {
	struct evaluation *e;
	mode_t umask;
};

static errint write_value(const struct file_writer *w, struct value *v, const char *path,
			  unsigned depth, struct err *err);

static errint write_folder(const struct file_writer *w, struct value *v, const char *path,
			   unsigned depth, struct err *err)
{
	struct str *names;
	size_t n;
	ARENA(a);
	errint rc = eval_attr_names(w->e->eval, v, &a, &names, &n, err);

	if (!rc && mkdir(path, 0777 & ~w->umask) < 0)
		return err_sys(err, "creating folder '%s'", path);
	for (size_t i = 0; !rc && i < n; i++) {
		char *below = arena_printf(&a, "%s/%.*s", path, STR_ARG(names[i]));
		struct value *inner;

		if (!names[i].n || str_eq(names[i], S(".")) || str_eq(names[i], S("..")) ||
		    str_chr(names[i], '/') >= 0)
			return err_set(err, ERR_EVAL, "invalid file name '%.*s'",
				       STR_ARG(names[i]));
		rc = eval_get_attr(w->e->eval, v, names[i], &inner, err);
		if (!rc)
			rc = write_value(w, inner, below, depth + 1, err);
		if (rc)
			return err_wrap(err, "attribute '%.*s'", STR_ARG(names[i]));
	}
	return rc;
}

static errint write_value(const struct file_writer *w, struct value *v, const char *path,
			  unsigned depth, struct err *err)
{
	struct str text;
	errint rc = eval_force(w->e->eval, v, err);

	if (rc)
		return rc;
	if (depth > WRITE_DEPTH)
		return err_set(err, ERR_TOO_BIG, "more than %d folders in each other", WRITE_DEPTH);
	if (eval_is_attrs(v))
		return write_folder(w, v, path, depth, err);
	if (!eval_is_string(v))
		return err_set(err, ERR_EVAL, "value at '%s' is not a string or an attribute set",
			       path);
	rc = eval_get_string(w->e->eval, v, &text, err);
	return rc ? rc : file_write(AT_FDCWD, path, text, 0666 & ~w->umask, 0, err);
}

static errint write_to(const struct nix_eval *c, struct evaluation *e, struct value *v,
		       struct err *err)
{
	const struct file_writer w = {e, c->umask};
	struct stat st;

	if (lstat(c->write_to, &st) == 0)
		return err_set(err, ERR_EXISTS, "path '%s' already exists", c->write_to);
	return write_value(&w, v, c->write_to, 0, err);
}

/* ---- JSON on lines ---- */

static void new_line(struct buf *out, unsigned depth)
{
	buf_printf(out, "\n%*s", (int)(2 * depth), "");
}

/* Lays out JSON that is well-formed and without blanks. */
static void indent_json(struct str json, struct buf *out)
{
	unsigned depth = 0;

	for (size_t i = 0; i < json.n; i++) {
		char c = json.p[i];

		if (c == '"') {
			size_t from = i++;

			while (json.p[i] != '"')
				i += json.p[i] == '\\' ? 2 : 1;
			buf_puts(out, str_sub(json, from, i + 1 - from));
			continue;
		}
		/* Empty ones stay together. */
		if ((c == '[' || c == '{') && json.p[i + 1] == c + 2) {
			buf_puts(out, str_sub(json, i++, 2));
			continue;
		}
		if (c == ']' || c == '}')
			new_line(out, --depth);
		buf_putc(out, c);
		if (c == '[' || c == '{')
			new_line(out, ++depth);
		else if (c == ',')
			new_line(out, depth);
		else if (c == ':')
			buf_putc(out, ' ');
	}
}

static errint print_json(struct evaluation *e, struct value *v, bool pretty, struct err *err)
{
	BUF(json, LIMIT_JSON_TEXT);
	BUF(lines, LIMIT_JSON_TEXT);
	errint rc = eval_print(e->eval, v, EVAL_JSON, EVAL_STRICT | EVAL_KEEP_PATHS, &json, err);

	if (rc)
		return rc;
	if (pretty)
		indent_json(buf_str(&json), &lines);
	rc = buf_check(&lines, "JSON", err);
	if (rc)
		return rc;
	out_str(pretty ? buf_str(&lines) : buf_str(&json));
	out_str(S("\n"));
	return 0;
}

errint nix_eval_run(const struct nix_eval *c, struct evaluation *e, struct installables *i,
		    struct err *err)
{
	struct value *v;
	errint rc = installable_value(e, i, c->operand ?: ".", &v, err);

	if (!rc && c->apply)
		rc = evaluation_apply(e, c->apply, v, &v, err);
	if (rc)
		return rc;
	if (c->write_to)
		return write_to(c, e, v, err);
	if (c->json)
		return print_json(e, v, c->pretty, err);
	return print_evaluated(e, v, c->raw ? EVAL_RAW : EVAL_SHOW, 0, err);
}
