/* SPDX-License-Identifier: MIT
 *
 * A value as `nix eval` gives it: shown, as JSON, as text, or as files of a folder. */
#include "cli/nix_eval.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include "base/arena.h"
#include "base/file.h"

/* ---- files ---- */

enum { WRITE_DEPTH = 256 };

static errint write_value(struct evaluation *e, struct value *v, const char *path, unsigned depth,
			  struct err *err);

static errint write_folder(struct evaluation *e, struct value *v, const char *path, unsigned depth,
			   struct err *err)
{
	struct str *names;
	size_t n;
	ARENA(a);
	int rc = eval_attr_names(e->eval, v, &a, &names, &n, err);

	if (rc == 0 && mkdir(path, 0777 & ~e->cli->umask) < 0)
		return err_sys(err, "creating folder '%s'", path);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		char *below = arena_printf(&a, "%s/%.*s", path, STR_ARG(names[i]));
		struct value *inner;

		if (!names[i].n || str_eq(names[i], S(".")) || str_eq(names[i], S("..")) ||
		    str_chr(names[i], '/') >= 0)
			return err_set(err, ERR_EVAL, "invalid file name '%.*s'",
				       STR_ARG(names[i]));
		rc = eval_get_attr(e->eval, v, names[i], &inner, err);
		if (rc == 0)
			rc = write_value(e, inner, below, depth + 1, err);
		if (rc < 0)
			return err_wrap(err, "attribute '%.*s'", STR_ARG(names[i]));
	}
	return rc;
}

static errint write_value(struct evaluation *e, struct value *v, const char *path, unsigned depth,
			  struct err *err)
{
	struct str text;
	int rc = eval_force(e->eval, v, err);

	if (rc < 0)
		return rc;
	if (depth > WRITE_DEPTH)
		return err_set(err, ERR_TOO_BIG, "more than %d folders in each other", WRITE_DEPTH);
	if (eval_is_attrs(v))
		return write_folder(e, v, path, depth, err);
	if (!eval_is_string(v))
		return err_set(err, ERR_EVAL, "value at '%s' is not a string or an attribute set",
			       path);
	rc = eval_get_string(e->eval, v, &text, err);
	return rc < 0 ? rc : file_write(AT_FDCWD, path, text, 0666 & ~e->cli->umask, 0, err);
}

static errint write_to(struct evaluation *e, struct value *v, const char *path, struct err *err)
{
	struct stat st;

	if (lstat(path, &st) == 0)
		return err_set(err, ERR_EXISTS, "path '%s' already exists", path);
	return write_value(e, v, path, 0, err);
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
	int rc = eval_print(e->eval, v, EVAL_JSON, EVAL_STRICT | EVAL_KEEP_PATHS, &json, err);

	if (rc < 0)
		return rc;
	if (pretty)
		indent_json(buf_str(&json), &lines);
	rc = buf_check(&lines, "JSON", err);
	if (rc < 0)
		return rc;
	out_str(pretty ? buf_str(&lines) : buf_str(&json));
	out_str(S("\n"));
	return 0;
}

errint nix_eval_run(const struct nix_eval *c, struct evaluation *e, struct installables *i,
		    struct err *err)
{
	struct value *v;
	int rc = installable_value(e, i, c->operand ?: ".", &v, err);

	if (rc == 0 && c->apply)
		rc = evaluation_apply(e, c->apply, v, &v, err);
	if (rc < 0)
		return rc;
	if (c->write_to)
		return write_to(e, v, c->write_to, err);
	if (c->json)
		return print_json(e, v, c->pretty, err);
	return evaluation_print(e, v, c->raw ? EVAL_RAW : EVAL_SHOW, 0, err);
}
