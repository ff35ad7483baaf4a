/* SPDX-License-Identifier: MIT
 *
 * Text from values: `+` and interpolation, and the coercions that builtins share. */
#include "eval/error.h"
#include "eval/eval_run.h"

#include <inttypes.h>

struct str heap_str(struct eval *E, struct str s)
{
	char *p = heap_alloc(E, s.n);

	if (s.n)
		memcpy(p, s.p, s.n);
	return str_n(p, s.n);
}

char *heap_strz(struct eval *E, struct str s)
{
	char *p = heap_alloc(E, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

struct str heap_printf(struct eval *E, const char *fmt, ...)
{
	BUF(b, LIMIT_NIX_STRING);
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	return heap_str(E, buf_str(&b));
}

struct value string_value(struct eval *E, struct str s, const struct context *ctx)
{
	struct strctx *sc;

	if (!ctx)
		return v_str(s);
	sc = heap_alloc(E, sizeof(*sc));
	*sc = (struct strctx){s.p, ctx};
	return (struct value){.head = V_STRCTX | (uint64_t)s.n << 32, .sc = sc};
}

struct value string_copy(struct eval *E, struct str s, const struct context *ctx)
{
	return string_value(E, heap_str(E, s), ctx);
}

errint string_from_buf(struct eval *E, pos_t pos, const struct buf *b, const struct context *ctx,
		       struct value *out)
{
	char *text;

	if (b->over)
		return eval_fail(E, pos, "string is longer than %u bytes", LIMIT_NIX_STRING);
	if (heap_check(E, b->n) < 0)
		return eval_failed(E);
	text = heap_alloc(E, b->n);
	if (eval_copy(E, text, b->p, b->n) < 0)
		return eval_failed(E);
	*out = string_value(E, str_n(text, b->n), ctx);
	return 0;
}

/* ---- coercion ---- */

ATTR_COLD static errint cannot_coerce(struct eval *E, pos_t pos, struct value *v, const char *ctx)
{
	BUF(shown, LIMIT_ERR_TEXT);

	print_for_error(E, v, &shown);
	eval_fail(E, 0, "cannot coerce %s to a string: %s", value_type_text(v), buf_z(&shown));
	error_cure_text(E, v);
	return ctx ? eval_frame(E, pos, "%s", ctx) : eval_failed(E);
}

/* What is to become of a value, once it is no set with __toString or outPath. */
struct coercion {
	errint (*finish)(struct eval *E, const struct coercion *c, struct value *v);
	pos_t pos;
	unsigned flags;
	const struct context **sc;
	const char *ctx;
	struct str *out;
};

static errint peel(struct eval *E, pos_t pos, struct value *v, const struct coercion *c);

ATTR_COLD static errint peel_failed(struct eval *E, const struct attr *a, const struct value *v,
				    const char *what)
{
	return eval_frame(E, a->pos, "while %s the %s attribute",
			  value_done(v) ? "using" : "evaluating", what);
}

static errint peel_to_string(struct eval *E, const struct attr *a, struct value *self,
			     const struct coercion *c)
{
	struct value r, *box;
	errint rc;

	if (call1(E, a->pos, a->v, self, &r) < 0)
		return eval_frame(E, a->pos, "while calling the `__toString` attribute");
	box = value_box(E, r);
	rc = depth_enter(E, a->pos);
	if (rc == 0) {
		rc = peel(E, a->pos, box, c);
		depth_leave(E);
	}
	return rc ? peel_failed(E, a, box, "result of the `__toString`") : 0;
}

static errint peel_out_path(struct eval *E, const struct attr *a, const struct coercion *c)
{
	errint rc = force(E, a->v, a->pos);

	if (rc == 0)
		rc = depth_enter(E, a->pos);
	if (rc == 0) {
		rc = peel(E, a->pos, a->v, c);
		depth_leave(E);
	}
	return rc ? peel_failed(E, a, a->v, "`outPath`") : 0;
}

/* A set stands for what its __toString gives, else for its outPath, and so on. */
static errint peel(struct eval *E, pos_t pos, struct value *v, const struct coercion *c)
{
	const struct attr *a;

	if (force(E, v, pos) < 0 || eval_check_interrupt(E) < 0)
		return eval_failed(E);
	if (v->tag != V_ATTRS)
		return c->finish(E, c, v);
	a = attrs_get(v->attrs, SYM_toString);
	if (a)
		return peel_to_string(E, a, v, c);
	a = attrs_get(v->attrs, SYM_outPath);
	return a ? peel_out_path(E, a, c) : c->finish(E, c, v);
}

static errint coerce_elements(struct eval *E, pos_t pos, struct value *list, unsigned flags,
			      const struct context **sc, const char *ctx, struct str *out)
{
	BUF(b, LIMIT_NIX_STRING);

	for (uint32_t i = 0; i < list->n; i++) {
		struct value *x = list_elems(list)[i];
		struct str s;

		if (coerce_string(E, pos, x, flags, sc, "while evaluating one element of the list",
				  &s) < 0)
			return ctx ? eval_frame(E, pos, "%s", ctx) : eval_failed(E);
		buf_puts(&b, s);
		if (i + 1 < list->n && (x->tag != V_LIST || x->n != 0))
			buf_putc(&b, ' ');
	}
	if (b.over)
		return eval_fail(E, pos, "string is longer than %u bytes", LIMIT_NIX_STRING);
	*out = heap_str(E, buf_str(&b));
	return 0;
}

/* A decimal number; printf takes ten times as long. */
static struct str int_text(struct eval *E, int64_t i)
{
	char digits[24], *end = digits + sizeof(digits), *p = end;
	uint64_t rest = i < 0 ? -(uint64_t)i : (uint64_t)i;

	do {
		*--p = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (i < 0)
		*--p = '-';
	return heap_str(E, str_n(p, (size_t)(end - p)));
}

static errint coerce_more(struct eval *E, pos_t pos, struct value *v, unsigned flags,
			  const struct context **sc, const char *ctx, struct str *out)
{
	errint r;

	switch (v->tag) {
	case V_BOOL:
		*out = v->b ? S("1") : S("");
		return 0;
	case V_NULL:
		*out = S("");
		return 0;
	case V_INT:
		*out = int_text(E, v->i);
		return 0;
	case V_FLOAT:
		*out = heap_printf(E, "%f", v->f);
		return 0;
	case V_LIST:
		if (depth_enter(E, pos) < 0)
			return eval_failed(E);
		r = coerce_elements(E, pos, v, flags, sc, ctx, out);
		depth_leave(E);
		return r;
	default:
		return cannot_coerce(E, pos, v, ctx);
	}
}

/* Of what is no set, or a set that stands for nothing. */
static errint coerce_peeled(struct eval *E, pos_t pos, struct value *v, unsigned flags,
			    const struct context **sc, const char *ctx, struct str *out)
{
	if (UNLIKELY(eval_check_interrupt(E) < 0))
		return eval_failed(E);
	switch (v->tag) {
	case V_STRCTX:
		*sc = context_union(E, *sc, v->sc->ctx);
		*out = value_str(v);
		return 0;
	case V_STRING:
		*out = value_str(v);
		return 0;
	case V_PATH:
		if (flags & COERCE_COPY)
			return copy_to_store(E, 0, value_str(v), sc, out);
		*out = value_str(v);
		return 0;
	default:
		if (flags & COERCE_MORE)
			return coerce_more(E, pos, v, flags, sc, ctx, out);
		return cannot_coerce(E, pos, v, ctx);
	}
}

static errint finish_string(struct eval *E, const struct coercion *c, struct value *v)
{
	return coerce_peeled(E, c->pos, v, c->flags, c->sc, c->ctx, c->out);
}

errint coerce_string(struct eval *E, pos_t pos, struct value *v, unsigned flags,
		     const struct context **sc, const char *ctx, struct str *out)
{
	if (UNLIKELY(eval_stack_low(E)))
		return eval_fail_stack(E, pos);
	if (UNLIKELY(force(E, v, pos) < 0))
		return eval_failed(E);
	if (v->tag == V_ATTRS) {
		struct coercion c = {finish_string, pos, flags, sc, ctx, out};

		return peel(E, pos, v, &c);
	}
	return coerce_peeled(E, pos, v, flags, sc, ctx, out);
}

static errint finish_path(struct eval *E, const struct coercion *c, struct value *v)
{
	struct str s;

	if (v->tag == V_PATH) {
		*c->out = value_str(v);
		return 0;
	}
	if (coerce_peeled(E, c->pos, v, 0, c->sc, c->ctx, &s) < 0)
		return eval_failed(E);
	if (s.n == 0 || s.p[0] != '/') {
		eval_fail(E, 0, "string '%.*s' doesn't represent an absolute path", STR_ARG(s));
		return c->ctx ? eval_frame(E, c->pos, "%s", c->ctx) : eval_failed(E);
	}
	*c->out = path_canonical(E, s);
	return 0;
}

errint coerce_path(struct eval *E, pos_t pos, struct value *v, const struct context **sc,
		   const char *ctx, struct str *out)
{
	struct coercion c = {finish_path, pos, 0, sc, ctx, out};

	return peel(E, pos, v, &c);
}

errint coerce_store_path(struct eval *E, pos_t pos, struct value *v, const struct context **sc,
			 const char *ctx, struct str *out)
{
	struct str s;

	if (coerce_string(E, pos, v, 0, sc, ctx, &s) < 0)
		return eval_failed(E);
	if (!store_path_is(eval_store_dir(E), s)) {
		eval_fail(E, 0, "path '%.*s' is not in the Nix store", STR_ARG(s));
		return ctx ? eval_frame(E, pos, "%s", ctx) : eval_failed(E);
	}
	*out = s;
	return 0;
}

/* ---- + and interpolation ---- */

static struct value operand(struct eval *E, struct env *env, const struct expr *e)
{
	struct value v = eval_expr(E, env, e);

	if (failed(v))
		eval_frame(E, expr_pos(e), "in an operand of '+'");
	return v;
}

ATTR_COLD static struct value cannot_add(struct eval *E, pos_t pos, struct value *v,
					 const char *what)
{
	eval_fail(E, pos, "cannot add %s to %s", value_type_text(v), what);
	return FAILED;
}

static double as_double(struct value v)
{
	return v.tag == V_INT ? (double)v.i : v.f;
}

struct value add_numbers(struct eval *E, pos_t pos, struct value a, struct value b)
{
	int64_t r;

	if (b.tag != V_INT && b.tag != V_FLOAT)
		return cannot_add(E, pos, &b, a.tag == V_INT ? "an integer" : "a float");
	if (a.tag != V_INT || b.tag != V_INT)
		return v_float(as_double(a) + as_double(b));
	if (!__builtin_add_overflow(a.i, b.i, &r))
		return v_int(r);
	eval_fail(E, pos, "integer overflow in adding %" PRId64 " + %" PRId64, a.i, b.i);
	return FAILED;
}

/* Texts of all parts one after the other. `first` is the evaluated first part. */
static errint gather(struct eval *E, struct env *env, const struct e_strings *s, struct value first,
		     struct str *parts, size_t *total, const struct context **sc)
{
	unsigned copy = first.tag == V_PATH && !s->e.flag ? 0 : COERCE_COPY;

	*total = 0;
	for (uint32_t i = 0; i < s->n; i++) {
		struct value v = i ? operand(E, env, s->v[i].expr) : first, *box;

		if (failed(v))
			return eval_failed(E);
		if (LIKELY(v.tag == V_STRING)) {
			parts[i] = value_str(&v);
		} else {
			/* Coercion may keep a pointer to the value: __toString gets it. */
			box = v.tag == V_ATTRS ? value_box(E, v) : &v;
			if (coerce_string(E, s->v[i].pos, box, copy, sc,
					  "while evaluating a path segment", &parts[i]) < 0)
				return eval_failed(E);
		}
		*total += parts[i].n;
	}
	if (*total > LIMIT_NIX_STRING)
		return eval_fail(E, s->e.pos, "string is longer than %u bytes", LIMIT_NIX_STRING);
	return 0;
}

/* Room for a text of total bytes that begins with `first`. Where that was the last thing to be
 * made, and for this very expression, it grows in place: nobody sees what is behind its end. So a
 * chain of + costs what it is long, and not its square. */
static char *text_room(struct eval *E, struct str *first, size_t total, const char *mark)
{
	size_t has = (first->n + 15) & ~(size_t)15;
	char *w;

	if (first->p < mark || first->p + has != E->heap.top || total == 0)
		return heap_alloc(E, total);
	heap_alloc(E, ((total + 15) & ~(size_t)15) - has);
	w = (char *)first->p;
	first->p += first->n;
	first->n = 0;
	return w;
}

struct value concat_strings(struct eval *E, struct env *env, const struct e_strings *s,
			    struct value first, const char *mark)
{
	struct str small[16], *parts = small, all;
	const struct context *sc = NULL;
	size_t total, grown;
	char *w;

	if (!s->e.flag && (first.tag == V_INT || first.tag == V_FLOAT)) {
		struct value b = operand(E, env, s->v[1].expr);

		return failed(b) ? FAILED : add_numbers(E, s->v[1].pos, first, b);
	}
	if (s->n > ARRAY_LEN(small))
		parts = heap_alloc(E, s->n * sizeof(*parts));
	if (gather(E, env, s, first, parts, &total, &sc) < 0)
		return FAILED;
	if (heap_check(E, total) < 0)
		return FAILED;
	grown = parts[0].n;
	w = text_room(E, &parts[0], total, mark);
	all = str_n(w, total);
	w += grown - parts[0].n;
	for (uint32_t i = 0; i < s->n; i++) {
		if (eval_copy(E, w, parts[i].p, parts[i].n) < 0)
			return FAILED;
		w += parts[i].n;
	}
	if (s->e.flag || first.tag != V_PATH)
		return string_value(E, all, sc);
	if (sc) {
		eval_fail(E, s->e.pos,
			  "a string that refers to a store path cannot be appended to a path");
		return FAILED;
	}
	return v_path(path_canonical(E, all));
}
