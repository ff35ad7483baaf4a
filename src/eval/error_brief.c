/* SPDX-License-Identifier: MIT
 *
 * Failures as the author of a recipe needs them: what failed, the place in the project's own files
 * that led to it with its line, the cure. Nothing of the steps within the package set. Its texts
 * may carry lines of their own for both: `at FILE:LINE:COLUMN` and `hint: …`. */
#include "eval/ast.h"
#include "eval/error.h"

#include <stdlib.h>
#include "eval/path.h"

#define INDENT "       "

bool error_is_brief(const struct eval *E)
{
	return E->opt.project && !E->opt.show_trace;
}

errint(eval_cure)(struct eval *E, const char *fmt, ...)
{
	BUF(text, LIMIT_ERR_TEXT);
	va_list ap;

	if (!E->opt.project)
		return eval_failed(E);
	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	return eval_hint(E, "%s", buf_z(&text));
}

/* Calls set.__missing.<which> with the name. */
static bool ask_missing(struct eval *E, struct value *rows, const char *which, sym_t wanted,
			struct str *text)
{
	const struct attr *fn;
	struct value name = v_str(sym_str(E, wanted)), r;

	if (force(E, rows, 0) < 0 || rows->tag != V_ATTRS)
		return false;
	fn = attrs_get(rows->attrs, sym_intern(E, str_c(which)));
	return fn && call1(E, 0, fn->v, value_box(E, name), &r) == 0 && value_is_string(&r) &&
	       ((*text = value_str(&r)), true);
}

void eval_tell_missing(struct eval *E, sym_t wanted, const struct attrs *set)
{
	struct eval_failure kept;
	const struct attr *a;
	struct str text = STR_NULL;

	if (!E->opt.project)
		return;
	a = attrs_get(set, sym_intern(E, S("__missing")));
	if (!a)
		return;
	kept = eval_put_aside(E);
	if (!ask_missing(E, a->v, "first", wanted, &text) && !kept.err.detail)
		ask_missing(E, a->v, "last", wanted, &text);
	eval_take_back(E, &kept);
	if (text.p)
		eval_cure(E, "%.*s", STR_ARG(text));
}

/* ---- places ---- */

bool error_is_of_project(const struct eval *E, struct str file)
{
	const char *project = E->opt.project, *set = E->opt.set;

	return project && path_is_below(file, str_c(project)) &&
	       !(set && path_is_below(file, str_c(set)));
}

bool error_pos_is_of_project(struct eval *E, pos_t pos)
{
	struct pos_info i;

	return pos_resolve(E, pos, &i) && !i.name && error_is_of_project(E, i.file);
}

/* "<before>at FILE:LINE:COLUMN" as the position of a text that was read, or 0. */
static pos_t parse_place(struct eval *E, struct str line, struct str *before)
{
	ptrdiff_t at = str_find(line, S("at /"));
	struct str file, number[2];
	uint64_t n[2];

	if (at < 0 || (at > 0 && line.p[at - 1] != ' '))
		return 0;
	file = str_skip(line, (size_t)at + 3);
	for (int i = 1; i >= 0; i--) {
		ptrdiff_t colon = str_rchr(file, ':');

		if (colon < 0)
			return 0;
		number[i] = str_skip(file, (size_t)colon + 1);
		file = str_n(file.p, (size_t)colon);
		if (!str_to_u64(number[i], &n[i]) || n[i] == 0 || n[i] > UINT32_MAX)
			return 0;
	}
	*before = str_trim(str_n(line.p, (size_t)at));
	return pos_find(E, file, (unsigned)n[0], (unsigned)n[1]);
}

/* The innermost place in the project's files; of what cannot be read, where that is. */
static pos_t find_place(struct eval *E)
{
	if (E->err_in_text || error_pos_is_of_project(E, E->err_pos))
		return E->err_pos;
	for (size_t i = 0; i < E->n_trace; i++) {
		const struct frame *f = &E->trace[i];
		struct str before;
		pos_t pos;

		if (error_pos_is_of_project(E, f->pos))
			return f->pos;
		pos = f->always ? parse_place(E, str_c(f->text), &before) : 0;
		if (error_pos_is_of_project(E, pos))
			return pos;
	}
	return 0;
}

/* ---- layout ---- */

/* The line without its indentation where it is deep, and so much of it as a person reads. */
static void put_line(struct eval *E, pos_t pos, struct buf *b)
{
	enum { MOST = 100, AHEAD = 60 };
	struct pos_info i;
	struct str line, other;
	size_t from, n;

	if (!pos_resolve(E, pos, &i) || !pos_lines(E, pos, &other, &line, &other))
		return;
	from = line.n > MOST && i.column > AHEAD ? i.column - AHEAD : 0;
	while (from > 0 && ((uint8_t)line.p[from] & 0xc0) == 0x80)
		from--;
	n = MIN(line.n - from, (size_t)MOST);
	while (n > 0 && from + n < line.n && ((uint8_t)line.p[from + n] & 0xc0) == 0x80)
		n--;
	line = str_sub(line, from, n);
	while (line.n && memchr(" \t\r", line.p[line.n - 1], 3))
		line.n--;
	buf_printf(b, INDENT " %5u| %.*s\n", i.line, STR_ARG(line));
	buf_printf(b, INDENT "      | ");
	/* A tab stands below a tab. */
	for (size_t k = 0; k + 1 < i.column - from; k++)
		buf_putc(b, k < line.n && line.p[k] == '\t' ? '\t' : ' ');
	buf_putz(b, "^\n");
}

static void put_place(struct eval *E, pos_t pos, struct buf *b)
{
	buf_putz(b, INDENT "at ");
	pos_print(E, pos, b);
	buf_putz(b, ":\n");
	put_line(E, pos, b);
}

/* Takes the lines of a message apart: places, hints, and what is neither. */
static pos_t split_message(struct eval *E, struct buf *msg, struct buf *more)
{
	struct str rest = str_c(E->err.msg ? E->err.msg : ""), line, before;
	char *hints CLEANUP_FREE = E->err.hint;
	pos_t pos = 0, found;

	E->err.hint = NULL;
	for (bool first = true; str_split(&rest, '\n', &line); first = false) {
		struct str text = str_trim(line), cure = str_drop_prefix(text, S("hint: "));

		if (cure.n < text.n)
			err_hint(&E->err, "%.*s", STR_ARG(cure));
		else if (!first && !pos && str_starts(text, S("at /")) &&
			 (found = parse_place(E, text, &before)))
			pos = found;
		else if (first)
			buf_puts(msg, line);
		else if (text.n)
			buf_printf(more, INDENT "%.*s\n", STR_ARG(line));
	}
	if (hints)
		err_hint(&E->err, "%s", hints);
	return pos;
}

/* What an error's context says for people has a cure; the innermost counts. */
static void put_context(struct eval *E, struct buf *more)
{
	for (size_t i = 0; i < E->n_trace; i++) {
		struct str rest = str_c(E->trace[i].text ? E->trace[i].text : ""), line;

		if (!E->trace[i].always || str_find(rest, S("\nhint: ")) < 0)
			continue;
		while (str_split(&rest, '\n', &line)) {
			struct str cure = str_drop_prefix(line, S("hint: "));

			if (cure.n < line.n)
				err_hint(&E->err, "%.*s", STR_ARG(cure));
			else
				buf_printf(more, INDENT "%.*s\n", STR_ARG(line));
		}
		return;
	}
}

/* ---- recipes that need each other ---- */

/* "comfyui" of .flox/pkgs/comfyui.nix and of .flox/pkgs/comfyui/default.nix, or "". */
static struct str recipe_at(struct eval *E, pos_t pos)
{
	struct pos_info i;

	if (!error_pos_is_of_project(E, pos) || !pos_resolve(E, pos, &i) ||
	    str_find(i.file, S("/.flox/pkgs/")) < 0)
		return S("");
	return path_base(str_drop_suffix(str_drop_suffix(i.file, S("/default.nix")), S(".nix")));
}

/* The derivation that a frame is about, or "": where recipes only name each other in lists, no
 * place of theirs is on the way. */
static struct str derivation_of(const struct frame *f)
{
	struct str text = str_c(f->text ? f->text : ""),
		   name = str_drop_prefix(text, S(EVAL_DERIVATION_FRAME "'")), before, rest;

	return name.n < text.n && str_cut(name, '\'', &before, &rest) ? before : S("");
}

struct cycle {
	struct buf *text;
	struct str first, last;
	unsigned n;
};

/* The next one of the way, unless the way is still in the last one. */
static void cycle_add(struct cycle *c, struct str name)
{
	if (!name.n || str_eq(name, c->last))
		return;
	buf_printf(c->text, "%s'%.*s'", c->n ? " needs " : "", STR_ARG(name));
	c->last = name;
	c->first = c->n++ ? c->first : name;
}

/* Names what a cycle goes through, where that is more than one recipe; the frame that tells where
 * it is entered is the last of it. */
static void spell_cycle(struct eval *E)
{
	BUF(recipes, LIMIT_ERR_TEXT);
	BUF(derivations, LIMIT_ERR_TEXT);
	struct cycle by[] = {{.text = &recipes}, {.text = &derivations}};
	size_t end = 0;

	while (end < E->n_trace &&
	       (!E->trace[end].always || strcmp(E->trace[end].text, EVAL_CYCLE_FRAME) != 0))
		end++;
	if (end == E->n_trace)
		return;
	for (size_t i = end; i-- > 0;) {
		cycle_add(&by[0], recipe_at(E, E->trace[i].pos));
		cycle_add(&by[1], derivation_of(&E->trace[i]));
	}
	cycle_add(&by[0], recipe_at(E, E->err_pos));
	struct cycle *c = &by[by[0].n < 2];
	if (c->n < 2)
		return;
	cycle_add(c, c->first);
	free(E->err.hint);
	E->err.hint = NULL;
	eval_hint(E, "these need each other and never end: %s", buf_z(c->text));
}

/* Where the recipe's own file led to a place in another one. */
static void put_caller(struct eval *E, pos_t pos, struct buf *b)
{
	struct pos_info i;

	if (!E->subject.n || !pos_resolve(E, pos, &i) || str_eq(i.file, E->subject))
		return;
	for (size_t k = 0; k < E->n_trace; k++) {
		pos_t from = E->trace[k].pos;

		if (!pos_resolve(E, from, &i) || i.name || !str_eq(i.file, E->subject))
			continue;
		buf_putz(b, INDENT "from ");
		pos_print(E, from, b);
		buf_putc(b, '\n');
		return;
	}
}

void eval_set_subject(struct eval *E, const char *file)
{
	E->subject = arena_str(&E->perm, str_c(file));
}

void error_brief(struct eval *E, struct buf *msg, struct buf *detail)
{
	BUF(more, LIMIT_ERR_TEXT);
	spell_cycle(E);
	pos_t named = split_message(E, msg, &more),
	      pos = error_pos_is_of_project(E, named) ? named : find_place(E);

	put_context(E, &more);
	if (pos) {
		put_place(E, pos, detail);
		put_caller(E, pos, detail);
	} else if (E->subject.n)
		buf_printf(detail, INDENT "in %.*s\n", STR_ARG(E->subject));
	/* Where a name of the set was asked for, everywhere counts, and no command shows steps. */
	if (!pos && !E->err.hint && strcmp(E->opt.project, "/") != 0)
		eval_hint(E, "`kiln build --show-trace` shows each step that led to this");
	buf_puts(detail, buf_str(&more));
}
