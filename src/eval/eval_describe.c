/* SPDX-License-Identifier: MIT
 *
 * Where values come from and what is written about them. A documentation comment is the one that
 * ends right before a function, or before the binding that a function is the value of. */
#include "eval/session.h"

#include "eval/api.h"
#include "eval/ast.h"
#include "eval/builtin.h"
#include "eval/eval_run.h"

/* The function at the bottom of a partial application. */
static const struct value *function_of(const struct value *v)
{
	return v->tag == V_PARTIAL ? v->app->fn : v;
}

/* ---- places ---- */

struct position_job {
	struct value *v;
	const char *what;
	struct str file;
	unsigned line;
};

static errint lambda_position(struct eval *E, struct position_job *j, pos_t pos)
{
	struct pos_info i;
	BUF(where, LIMIT_ERR_TEXT);

	if (pos_resolve(E, pos, &i) && !i.name) {
		j->file = i.file;
		j->line = i.line;
		return 0;
	}
	pos_print(E, pos, &where);
	return eval_fail(E, 0, "'%s' cannot be shown in an editor", buf_z(&where));
}

/* meta.position is "file:line". */
static errint package_position(struct eval *E, struct position_job *j)
{
	const struct attr *a;
	struct str text = STR_NULL, line;
	ptrdiff_t colon;
	uint64_t n;

	if (j->v->tag == V_ATTRS && (a = attrs_get(j->v->attrs, sym_intern(E, S("meta")))) &&
	    want_attrs(E, a->v, a->pos, NULL) == 0 &&
	    (a = attrs_get(a->v->attrs, sym_intern(E, S("position")))))
		if (want_string(E, a->v, a->pos, NULL, &text, NULL) < 0)
			text = STR_NULL;
	eval_forget(E);
	colon = str_rchr(text, ':');
	if (!text.n)
		return eval_fail(E, 0, "package '%s' has no source location information", j->what);
	line = str_skip(text, (size_t)(colon + 1));
	if (colon < 0 || !str_to_u64(line, &n))
		return eval_fail(E, 0, "cannot parse 'meta.position' attribute '%.*s'",
				 STR_ARG(text));
	j->file = str_sub(text, 0, (size_t)colon);
	j->line = (unsigned)n;
	return 0;
}

static errint find_position(struct eval *E, struct position_job *j)
{
	const struct context *sc = NULL;
	const struct value *fn = function_of(j->v);

	if (fn->tag == V_LAMBDA)
		return lambda_position(E, j, value_lambda(fn)->e.pos);
	if (j->v->tag != V_PATH && !value_is_string(j->v))
		return package_position(E, j);
	j->line = 0;
	return coerce_path(E, 0, j->v, &sc, "while evaluating the filename to edit", &j->file);
}

/* Editors know nothing of a store that is shown elsewhere. */
static errint do_position(struct eval *E, void *ctx)
{
	struct position_job *j = ctx;
	const char *real;

	if (force(E, j->v, 0) < 0 || find_position(E, j) < 0 || path_real(E, 0, j->file, &real) < 0)
		return eval_failed(E);
	j->file = str_c(real);
	return 0;
}

errint eval_position(struct eval *E, struct value *v, const char *what, struct str *file,
		     unsigned *line, struct err *err)
{
	struct position_job j = {.v = v, .what = what};
	errint rc = api_run(E, do_position, &j, err);

	if (rc)
		return rc;
	*file = j.file;
	*line = j.line;
	return 0;
}

/* ---- documentation ---- */

static bool is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || c == '\'' || c == '.' || c == '"';
}

static bool comment_at_end(struct str text, struct str *out)
{
	struct str head = str_drop_suffix(text, S("*/"));

	if (head.n == text.n)
		return false;
	for (size_t i = head.n; i-- > 0;) {
		if (!str_starts(str_skip(head, i), S("/*")))
			continue;
		*out = str_skip(head, i + 3);
		return str_starts(str_skip(head, i), S("/**"));
	}
	return false;
}

/* The comment before a function that starts behind text, or before its binding's name. */
static bool find_comment(struct str text, struct str *out)
{
	text = str_trim(text);
	if (comment_at_end(text, out))
		return true;
	if (!str_ends(text, S("=")))
		return false;
	text = str_trim(str_sub(text, 0, text.n - 1));
	while (text.n && is_name_byte(text.p[text.n - 1]))
		text.n--;
	return comment_at_end(str_trim(text), out);
}

static size_t leading_blanks(struct str line)
{
	size_t n = 0;

	while (n < line.n && (line.p[n] == ' ' || line.p[n] == '\t'))
		n++;
	return n;
}

/* Without the indentation that all lines but the first share. */
static void put_comment(struct buf *b, struct str text)
{
	struct str rest = text, line;
	size_t shared = SIZE_MAX;

	for (bool first = true; str_split(&rest, '\n', &line); first = false)
		if (!first && str_trim(line).n)
			shared = MIN(shared, leading_blanks(line));
	rest = text = str_trim(text);
	for (bool first = true; str_split(&rest, '\n', &line); first = false) {
		if (!first)
			buf_putc(b, '\n');
		line = str_skip(line, first ? 0 : MIN(shared, leading_blanks(line)));
		/* A trailing blank is no text. */
		while (line.n && (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\r'))
			line.n--;
		buf_puts(b, line);
	}
	buf_putc(b, '\n');
}

static void builtin_doc(const struct builtin_row *row, struct buf *b)
{
	buf_printf(b, "Synopsis: builtins.%s%s%s\n\n%s\n", row->name, row->arity ? " " : "",
		   row->arity ? row->args : "", row->doc);
}

static void lambda_doc(struct eval *E, const struct lambda *l, struct buf *b)
{
	struct str before, comment;

	buf_putz(b, "Function");
	if (l->name)
		buf_printf(b, " `%.*s`", STR_ARG(sym_str(E, l->name)));
	buf_putz(b, "\n  … defined at ");
	pos_print(E, l->e.pos, b);
	buf_putc(b, '\n');
	if (pos_text(E, l->e.pos, &before) && find_comment(before, &comment)) {
		buf_putc(b, '\n');
		put_comment(b, comment);
	}
}

struct doc_job {
	struct value *v;
	struct buf *b;
	bool found;
};

static errint do_doc(struct eval *E, void *ctx)
{
	struct doc_job *j = ctx;
	const struct attr *functor;
	const struct value *fn;

	if (force(E, j->v, 0) < 0)
		return eval_failed(E);
	fn = function_of(j->v);
	j->found = true;
	if (fn->tag == V_PRIMOP)
		builtin_doc(fn->primop, j->b);
	else if (fn->tag == V_LAMBDA)
		lambda_doc(E, value_lambda(fn), j->b);
	else if (fn->tag == V_ATTRS && (functor = attrs_get(fn->attrs, SYM_functor)) &&
		 force(E, functor->v, 0) == 0 && function_of(functor->v)->tag == V_LAMBDA)
		lambda_doc(E, value_lambda(function_of(functor->v)), j->b);
	else
		j->found = false;
	eval_forget(E);
	return 0;
}

errint eval_doc(struct eval *E, struct value *v, struct buf *b, struct err *err)
{
	struct doc_job j = {.v = v, .b = b};
	errint rc = api_run(E, do_doc, &j, err);

	if (rc)
		return rc;
	return j.found ? 0 : err_set(err, ERR_NOT_FOUND, "value does not have documentation");
}

bool eval_attr_doc(struct eval *E, struct value *set, struct str name, struct buf *b)
{
	const struct attr *a =
		set->tag == V_ATTRS ? attrs_get(set->attrs, sym_intern(E, name)) : NULL;
	struct str before, comment;

	if (!a || !a->pos || !pos_text(E, a->pos, &before))
		return false;
	buf_printf(b, "Attribute `%.*s`\n  … defined at ", STR_ARG(name));
	pos_print(E, a->pos, b);
	buf_putz(b, "\n\n");
	if (comment_at_end(str_trim(before), &comment))
		put_comment(b, comment);
	else
		buf_putz(b, "No documentation found.\n");
	return true;
}
