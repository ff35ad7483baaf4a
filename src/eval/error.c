/* SPDX-License-Identifier: MIT
 *
 * Failures of programs: the message with its place in the source, the trace of what was being
 * evaluated, similar names. Frames are collected while unwinding, innermost first, and laid out
 * as Nix does when the failure leaves the evaluator. */
#include "eval/ast.h"
#include "eval/error.h"

#include <stdlib.h>
#include "base/report.h"
#include "memo/inputs.h"

static char *format(const char *fmt, va_list ap)
{
	BUF(b, LIMIT_ERR_TEXT);

	buf_vprintf(&b, fmt, ap);
	return buf_steal(&b);
}

/* A failure that was caught, with all of its trace, also for the thunks that it went through first:
 * as in Nix, where these hold the one exception. */
struct thrown {
	struct str msg;
	pos_t pos;
	size_t n_trace;
	struct frame *trace; /* innermost first */
};

void thrown_keep(struct eval *E, struct value *v)
{
	if (!E->thrown)
		E->thrown = ARENA_NEW(&E->perm, struct thrown);
	v->head = V_THROWN;
	v->thrown = E->thrown;
}

/* The failure under way may end, or change: what thunks refer to is what it is now. */
static void thrown_settle(struct eval *E)
{
	struct thrown *t = E->thrown;

	if (LIKELY(!t))
		return;
	t->msg = arena_str(&E->perm, str_c(E->err.msg ? E->err.msg : ""));
	t->pos = E->err_pos;
	t->n_trace = E->n_trace;
	t->trace = ARENA_ARRAY(&E->perm, struct frame, E->n_trace);
	for (size_t i = 0; i < E->n_trace; i++) {
		t->trace[i] = E->trace[i];
		t->trace[i].text = (char *)arena_str(&E->perm, str_c(E->trace[i].text)).p;
	}
}

errint thrown_again(struct eval *E, const struct value *v)
{
	const struct thrown *t = v->thrown;

	eval_fail_code(E, t->pos, ERR_THROWN, "%.*s", STR_ARG(t->msg));
	while (E->n_trace < t->n_trace) {
		struct frame f = t->trace[E->n_trace];

		f.text = xstrdup(f.text);
		ARRAY_GROW(E->trace, E->n_trace, E->cap_trace);
		E->trace[E->n_trace++] = f;
	}
	return eval_failed(E);
}

void eval_tell(struct eval *E, int level, const char *fmt, ...)
{
	BUF(b, LIMIT_NIX_STRING);
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	input_message(E->opt.inputs, (uint32_t)level, buf_str(&b));
	report_msg(E->opt.report, level, "%s", buf_z(&b));
}

void eval_forget(struct eval *E)
{
	thrown_settle(E);
	E->thrown = NULL;
	for (size_t i = 0; i < E->n_trace; i++)
		free(E->trace[i].text);
	E->n_trace = 0;
	E->err_pos = 0;
	E->err_in_text = false;
	err_clear(&E->err);
}

struct eval_failure eval_put_aside(struct eval *E)
{
	struct eval_failure f = {
		.err = E->err,
		.pos = E->err_pos,
		.in_text = E->err_in_text,
		.trace = E->trace,
		.n_trace = E->n_trace,
		.cap_trace = E->cap_trace,
		.thrown = E->thrown,
	};

	thrown_settle(E);
	E->thrown = NULL;
	E->err = (struct err)ERR_INIT;
	E->trace = NULL;
	E->n_trace = E->cap_trace = 0;
	return f;
}

void eval_take_back(struct eval *E, struct eval_failure *f)
{
	eval_forget(E);
	free(E->trace);
	E->err = f->err;
	E->err_pos = f->pos;
	E->err_in_text = f->in_text;
	E->trace = f->trace;
	E->n_trace = f->n_trace;
	E->cap_trace = f->cap_trace;
	E->thrown = f->thrown;
}

static errint vfail(struct eval *E, pos_t pos, int code, const char *fmt, va_list ap)
{
	eval_forget(E);
	E->err_pos = pos;
	return err_vset(&E->err, code, fmt, ap);
}

errint(eval_fail)(struct eval *E, pos_t pos, const char *fmt, ...)
{
	va_list ap;
	errint r;

	va_start(ap, fmt);
	r = vfail(E, pos, ERR_EVAL, fmt, ap);
	va_end(ap);
	return r;
}

errint(eval_fail_code)(struct eval *E, pos_t pos, int code, const char *fmt, ...)
{
	va_list ap;
	errint r;

	va_start(ap, fmt);
	r = vfail(E, pos, code, fmt, ap);
	va_end(ap);
	return r;
}

errint(eval_fail_err)(struct eval *E, pos_t pos, struct err *from)
{
	BUG_ON(from->code >= 0);
	if (from->code == ERR_INTERRUPTED) {
		err_clear(from);
		return eval_interrupted(E);
	}
	eval_forget(E);
	E->err_pos = pos;
	/* What a program asks for is no matter of the command line. */
	if (from->code == ERR_USAGE)
		from->code = ERR_EVAL;
	return err_move(&E->err, from);
}

errint(eval_fail_stack)(struct eval *E, pos_t pos)
{
	return eval_fail_code(E, pos, ERR_TOO_BIG, "stack overflow; max-call-depth exceeded");
}

errint(eval_out_of_memory)(struct eval *E)
{
	return eval_fail_code(E, 0, ERR_TOO_BIG, "out of memory");
}

errint(eval_interrupted)(struct eval *E)
{
	if (E->heap.exhausted)
		return eval_out_of_memory(E);
	return eval_fail_code(E, 0, ERR_INTERRUPTED, "interrupted by the user");
}

static errint add_frame(struct eval *E, pos_t pos, bool always, const char *fmt, va_list ap)
{
	char *text;

	BUG_ON(!E->err.code);
	if (E->err.code == ERR_INTERRUPTED)
		return eval_failed(E);
	text = format(fmt, ap);
	ARRAY_GROW(E->trace, E->n_trace, E->cap_trace);
	E->trace[E->n_trace++] = (struct frame){pos, text, always};
	return eval_failed(E);
}

errint(eval_frame)(struct eval *E, pos_t pos, const char *fmt, ...)
{
	va_list ap;
	errint r;

	va_start(ap, fmt);
	r = add_frame(E, pos, false, fmt, ap);
	va_end(ap);
	return r;
}

errint(eval_frame_always)(struct eval *E, pos_t pos, const char *fmt, ...)
{
	va_list ap;
	errint r;

	va_start(ap, fmt);
	r = add_frame(E, pos, true, fmt, ap);
	va_end(ap);
	return r;
}

errint(eval_hint)(struct eval *E, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = format(fmt, ap);
	va_end(ap);
	err_hint(&E->err, "%s", text);
	free(text);
	return eval_failed(E);
}

errint(eval_fail_type)(struct eval *E, pos_t pos, const char *what, struct value *v)
{
	BUF(shown, LIMIT_ERR_TEXT);

	print_for_error(E, v, &shown);
	return eval_fail(E, pos, "expected %s but found %s: %s", what, value_type_text(v),
			 buf_z(&shown));
}

/* ---- similar names ---- */

enum { MAX_DISTANCE = 2, MAX_SUGGESTIONS = 5 };

struct similar {
	unsigned distance;
	struct str name;
};

static bool before(const struct similar *a, const struct similar *b)
{
	if (a->distance != b->distance)
		return a->distance < b->distance;
	return str_cmp(a->name, b->name) < 0;
}

/* Keeps the best few, in order. */
static void offer(struct similar *best, size_t *n, struct similar x)
{
	size_t i = *n;

	if (x.distance > MAX_DISTANCE)
		return;
	while (i > 0 && before(&x, &best[i - 1]))
		i--;
	if (i == MAX_SUGGESTIONS)
		return;
	if (*n < MAX_SUGGESTIONS)
		++*n;
	memmove(best + i + 1, best + i, (*n - i - 1) * sizeof(*best));
	best[i] = x;
}

static errint put_suggestions(struct eval *E, const struct similar *best, size_t n)
{
	BUF(b, LIMIT_ERR_TEXT);

	if (n == 0)
		return eval_failed(E);
	buf_putz(&b, n == 1 ? "Did you mean " : "Did you mean one of ");
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_putz(&b, i + 1 == n ? " or " : ", ");
		buf_puts(&b, best[i].name);
	}
	return err_detail(&E->err, "%s?", buf_z(&b));
}

errint(eval_suggest)(struct eval *E, sym_t wanted, const sym_t *among, size_t n)
{
	struct similar best[MAX_SUGGESTIONS + 1];
	size_t used = 0;

	for (size_t i = 0; i < n; i++)
		offer(best, &used,
		      (struct similar){
			      str_distance(sym_str(E, wanted), sym_str(E, among[i]), MAX_DISTANCE),
			      sym_str(E, among[i])});
	return put_suggestions(E, best, used);
}

errint(eval_suggest_attrs)(struct eval *E, sym_t wanted, const struct attrs *among)
{
	struct similar best[MAX_SUGGESTIONS + 1];
	size_t used = 0;

	for (const struct attrs *a = among; a; a = a->base)
		for (uint32_t i = 0; i < a->n; i++)
			offer(best, &used,
			      (struct similar){str_distance(sym_str(E, wanted),
							    sym_str(E, a->v[i].sym), MAX_DISTANCE),
					       sym_str(E, a->v[i].sym)});
	return put_suggestions(E, best, used);
}

/* ---- layout ---- */

#define INDENT "       "

static void put_line(struct buf *b, unsigned n, struct str line)
{
	while (line.n && memchr(" \t\r", line.p[line.n - 1], 3))
		line.n--;
	buf_printf(b, INDENT " %5u|", n);
	if (line.n)
		buf_putc(b, ' ');
	buf_puts(b, line);
	buf_putc(b, '\n');
}

/* Of a line that nobody can read whole, some bytes around one of them, whose place in what is left
 * is *column. UTF-8 sequences stay whole. */
static struct str shorten(struct str line, size_t at, unsigned *column)
{
	enum { LONGEST = 2000, AROUND = 200 };
	size_t from = at > AROUND ? at - AROUND : 0, to = MIN(line.n, at + AROUND);

	if (line.n <= LONGEST)
		return line;
	while (from > 0 && (line.p[from] & 0xc0) == 0x80)
		from--;
	while (to < line.n && (line.p[to] & 0xc0) == 0x80)
		to++;
	if (column)
		*column -= (unsigned)from;
	return str_sub(line, from, to - from);
}

/* "at file:1:2:" and the lines around, each with this indentation in front. */
static void put_place(struct eval *E, pos_t pos, const char *more, struct buf *b)
{
	struct str prev, line, next;
	struct pos_info i;

	if (!pos_resolve(E, pos, &i) || !pos_lines(E, pos, &prev, &line, &next))
		return;
	buf_printf(b, INDENT "%sat ", more);
	pos_print(E, pos, b);
	buf_putz(b, ":\n");
	if (prev.p)
		put_line(b, i.line - 1, shorten(prev, 0, NULL));
	put_line(b, i.line, shorten(line, i.column - 1, &i.column));
	buf_printf(b, INDENT "      |%*s^\n", (int)i.column, "");
	if (next.p)
		put_line(b, i.line + 1, shorten(next, 0, NULL));
}

/* Continuation lines of a text stand below its first. */
static void put_indented(struct buf *b, const char *text)
{
	struct str rest = str_c(text), line;
	bool first = true;

	while (str_split(&rest, '\n', &line)) {
		if (!first)
			buf_putz(b, line.n ? "\n" INDENT : "\n");
		buf_puts(b, line);
		first = false;
	}
}

static void put_frame(struct eval *E, const struct frame *f, struct buf *b)
{
	buf_putz(b, INDENT "… ");
	put_indented(b, f->text);
	buf_putc(b, '\n');
	put_place(E, f->pos, "  ", b);
	buf_putc(b, '\n');
}

/* Frames that were shown already, so that a recursion is told once. */
struct error_seen {
	size_t *slots; /* 1 + index into the trace */
	size_t n_slots;
};

static bool same_frame(const struct frame *a, const struct frame *b)
{
	return a->pos == b->pos && strcmp(a->text, b->text) == 0;
}

/* Adds; true when it was there. */
static bool seen_add(struct eval *E, struct error_seen *s, size_t i)
{
	const struct frame *f = &E->trace[i];
	size_t slot = (str_hash(str_c(f->text)) ^ f->pos * 2654435761u) & (s->n_slots - 1);

	while (s->slots[slot]) {
		if (same_frame(&E->trace[s->slots[slot] - 1], f))
			return true;
		slot = (slot + 1) & (s->n_slots - 1);
	}
	s->slots[slot] = i + 1;
	return false;
}

static void put_skipped(struct eval *E, struct error_seen *s, const size_t *skipped, size_t *n,
			struct buf *b)
{
	if (*n > 5) {
		buf_printf(b, INDENT "(%zu duplicate frames omitted)\n\n", *n);
		memset(s->slots, 0, s->n_slots * sizeof(*s->slots));
	} else {
		for (size_t i = 0; i < *n; i++)
			put_frame(E, &E->trace[skipped[i]], b);
	}
	*n = 0;
}

/* A failure without a place of its own has it in the innermost frame that has one: it is shown even
 * where a trace is cut, which Nix does not do, so that every failure tells where it was. */
static void keep_place(struct eval *E)
{
	for (size_t i = 0; !E->err_pos && i < E->n_trace; i++)
		if (E->trace[i].pos && *E->trace[i].text) {
			E->trace[i].always = true;
			return;
		}
}

static void put_trace(struct eval *E, struct buf *b)
{
	struct error_seen seen = {.n_slots = 16};
	size_t *skipped = xcalloc(E->n_trace, sizeof(*skipped)), n_skipped = 0, count = 0;
	bool truncated = false;

	keep_place(E);
	while (seen.n_slots < E->n_trace * 2)
		seen.n_slots *= 2;
	seen.slots = xcalloc(seen.n_slots, sizeof(*seen.slots));
	for (size_t i = E->n_trace; i-- > 0;) {
		const struct frame *f = &E->trace[i];

		if (!*f->text)
			continue;
		truncated |= !E->opt.show_trace && count > 3;
		if (truncated && !f->always)
			continue;
		if (seen_add(E, &seen, i)) {
			skipped[n_skipped++] = i;
			continue;
		}
		put_skipped(E, &seen, skipped, &n_skipped, b);
		put_frame(E, f, b);
		count += f->pos ? 2 : 1;
	}
	put_skipped(E, &seen, skipped, &n_skipped, b);
	if (truncated)
		buf_putz(b, INDENT "(stack trace truncated; use '--show-trace' to show the full, "
				   "detailed trace)\n\n");
	free(skipped);
	free(seen.slots);
}

/* What was there to say in more lines follows the place. */
static errint finish_brief(struct eval *E, struct err *out)
{
	BUF(msg, LIMIT_ERR_TEXT);
	BUF(detail, LIMIT_ERR_TEXT * 2);

	error_brief(E, &msg, &detail);
	if (E->err.detail) {
		buf_putz(&detail, INDENT);
		put_indented(&detail, E->err.detail);
		buf_putc(&detail, '\n');
	}
	free(E->err.msg);
	E->err.msg = buf_steal(&msg);
	free(E->err.detail);
	E->err.detail = detail.n ? buf_steal(&detail) : NULL;
	err_move(out, &E->err);
	eval_forget(E);
	return out->code;
}

errint error_finish(struct eval *E, struct err *out)
{
	BUF(trace, LIMIT_ERR_TEXT * 64);
	BUF(msg, LIMIT_ERR_TEXT);
	BUF(detail, LIMIT_ERR_TEXT);

	thrown_settle(E);
	E->thrown = NULL;
	if (error_is_brief(E))
		return finish_brief(E, out);
	if (E->n_trace) {
		buf_putz(&trace, "error:\n");
		put_trace(E, &trace);
		free(E->err.trace);
		E->err.trace = buf_steal(&trace);
	}
	put_indented(&msg, E->err.msg ? E->err.msg : "");
	free(E->err.msg);
	E->err.msg = buf_steal(&msg);
	put_place(E, E->err_pos, "", &detail);
	if (E->err.detail) {
		buf_putz(&detail, INDENT);
		put_indented(&detail, E->err.detail);
		buf_putc(&detail, '\n');
	}
	free(E->err.detail);
	E->err.detail = detail.n ? buf_steal(&detail) : NULL;
	err_move(out, &E->err);
	eval_forget(E);
	return out->code;
}

void error_warn(struct eval *E, pos_t pos, const char *doing, const char *fmt, ...)
{
	BUF(text, LIMIT_ERR_TEXT);
	BUF(out, LIMIT_ERR_TEXT * 2);
	struct str rest, line;
	va_list ap;

	if (doing)
		buf_printf(&text, "\n" INDENT "… %s\n\n" INDENT "warning: ", doing);
	else
		buf_putc(&text, ' ');
	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	buf_putc(&text, '\n');
	put_place(E, pos, "", &text);
	/* "warning: " is two wider than "error: ". */
	buf_putz(&out, "warning:");
	rest = buf_str(&text);
	if (str_split(&rest, '\n', &line))
		buf_puts(&out, line);
	while (str_split(&rest, '\n', &line))
		if (line.n || rest.p)
			buf_printf(&out, "\n%s%.*s", line.n ? "  " : "", STR_ARG(line));
	eval_tell(E, REPORT_NOTE, "%s", buf_z(&out));
}
