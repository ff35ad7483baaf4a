/* SPDX-License-Identifier: MIT
 *
 * Values as JSON, byte for byte as Nix writes them: names in order, no blanks, UTF-8 as it is,
 * bytes that are not UTF-8 an error, floats by double_to_json(). */
#include "eval/json.h"

#include "base/json.h"
#include "eval/builtin_int.h"
#include "eval/double_text.h"

/* Characters of a text between two looks for ^C. */
enum { ASK_EVERY = 1 << 16 };

struct json_printer {
	struct eval *E;
	pos_t pos;
	unsigned flags; /* enum json_flags */
	const struct context **sc;
	struct buf *b;
};

static errint not_utf8(struct json_printer *j, struct str s, const char *bad)
{
	static const char what[] = "JSON serialization error: [json.exception.type_error.316]";

	if (bad == s.p + s.n)
		return eval_fail(j->E, 0, "%s incomplete UTF-8 string; last byte: 0x%02X", what,
				 (unsigned char)bad[-1]);
	return eval_fail(j->E, 0, "%s invalid UTF-8 byte at index %zu: 0x%02X", what,
			 (size_t)(bad - s.p), (unsigned char)*bad);
}

static errint print_text(struct json_printer *j, struct str s)
{
	const char *p = s.p, *end = s.p + s.n, *plain = p, *bad;

	buf_putc(j->b, '"');
	for (size_t i = 1; p < end; i++) {
		unsigned char c = (unsigned char)*p;
		size_t n = 1;

		if (UNLIKELY(i % ASK_EVERY == 0)) {
			TRY(eval_check_interrupt(j->E));
			buf_put(j->b, plain, (size_t)(p - plain));
			plain = p;
		}

		if (c >= 0x80) {
			n = utf8_sequence(p, end, &bad);
			if (!n)
				return not_utf8(j, s, bad);
		} else if (json_escapes(c)) {
			buf_put(j->b, plain, (size_t)(p - plain));
			json_put_escape(j->b, c);
			plain = p + 1;
		}
		p += n;
	}
	if (s.n)
		buf_put(j->b, plain, (size_t)(end - plain));
	buf_putc(j->b, '"');
	return 0;
}

static errint print(struct json_printer *j, struct value *v);

static errint print_list(struct json_printer *j, struct value *v)
{
	buf_putc(j->b, '[');
	for (size_t i = 0; i < v->n; i++) {
		if (i)
			buf_putc(j->b, ',');
		if (print(j, list_elems(v)[i]))
			return eval_frame(j->E, j->pos,
					  "while evaluating list element at index %zu", i);
	}
	buf_putc(j->b, ']');
	return 0;
}

static errint print_members(struct json_printer *j, struct attrs *a)
{
	const struct attr **by_name;
	size_t n;

	TRY(attrs_by_name(j->E, a, &by_name, &n));
	buf_putc(j->b, '{');
	for (size_t i = 0; i < n; i++) {
		struct str name = sym_str(j->E, by_name[i]->sym);

		if (i)
			buf_putc(j->b, ',');
		TRY(print_text(j, name));
		buf_putc(j->b, ':');
		if (print(j, by_name[i]->v))
			return eval_frame(j->E, by_name[i]->pos,
					  "while evaluating attribute '%.*s'", STR_ARG(name));
	}
	buf_putc(j->b, '}');
	return 0;
}

static errint not_a_string(struct json_printer *j, pos_t pos, struct value *v)
{
	BUF(b, LIMIT_ERR_TEXT);

	print_for_error(j->E, v, &b);
	return eval_fail(j->E, pos, "`__toString` %s return a string, but got %s: %s",
			 v->tag == V_ATTRS ? "must" : "should", value_type_text(v), buf_z(&b));
}

/* What __toString gave: a string, a path (which stays one), or a set that has a text itself. */
static errint print_to_string(struct json_printer *j, pos_t pos, struct value *v)
{
	struct json_printer raw = *j;

	if (v->tag == V_ATTRS && !attrs_get(v->attrs, SYM_toString) &&
	    !attrs_get(v->attrs, SYM_outPath))
		return not_a_string(j, pos, v);
	if (v->tag != V_ATTRS && v->tag != V_PATH && !value_is_string(v))
		return not_a_string(j, pos, v);
	raw.flags &= ~(unsigned)JSON_COPY;
	return print(&raw, v);
}

static errint print_set(struct json_printer *j, struct value *v)
{
	const struct attr *to_string = attrs_get(v->attrs, SYM_toString);
	const struct attr *out_path = attrs_get(v->attrs, SYM_outPath);
	struct value res;

	if (to_string) {
		if (call1(j->E, j->pos, to_string->v, v, &res))
			return eval_frame(j->E, to_string->pos,
					  "while calling the `__toString` attribute");
		if (print_to_string(j, to_string->pos, &res))
			return eval_frame(j->E, to_string->pos,
					  "while using the result of the `__toString` attribute");
		return 0;
	}
	if (!out_path)
		return print_members(j, v->attrs);
	if (print(j, out_path->v))
		return eval_frame(j->E, out_path->pos, "while %s the `outPath` attribute",
				  value_done(out_path->v) ? "using" : "evaluating");
	return 0;
}

static errint print_path(struct json_printer *j, struct value *v)
{
	struct str path = value_str(v);

	if (j->flags & JSON_COPY)
		TRY(copy_to_store(j->E, 0, path, j->sc, &path));
	return print_text(j, path);
}

static errint print_forced(struct json_printer *j, struct value *v)
{
	char number[DOUBLE_TEXT_MAX];

	switch ((enum value_tag)v->tag) {
	case V_INT:
		buf_printf(j->b, "%lld", (long long)v->i);
		return 0;
	case V_FLOAT:
		buf_put(j->b, number, double_to_json(v->f, number));
		return 0;
	case V_BOOL:
		buf_putz(j->b, v->b ? "true" : "false");
		return 0;
	case V_NULL:
		buf_putz(j->b, "null");
		return 0;
	case V_STRING:
	case V_STRCTX:
		*j->sc = context_union(j->E, *j->sc, value_ctx(v));
		return print_text(j, value_str(v));
	case V_PATH:
		return print_path(j, v);
	case V_LIST:
		return print_list(j, v);
	case V_ATTRS:
		return print_set(j, v);
	default:
		return eval_fail(j->E, 0, "cannot convert %s to JSON", value_type_text(v));
	}
}

static errint print(struct json_printer *j, struct value *v)
{
	struct eval *E = j->E;
	errint rc;

	TRY(eval_check_interrupt(E));
	if (!(j->flags & JSON_LAZY))
		TRY(force(E, v, j->pos));
	if (v->tag != V_LIST && v->tag != V_ATTRS)
		return print_forced(j, v);
	TRY(depth_enter(E, j->pos));
	rc = print_forced(j, v);
	depth_leave(E);
	return rc;
}

errint json_value(struct eval *E, struct value *v, pos_t pos, unsigned flags,
		  const struct context **sc, struct buf *b)
{
	struct json_printer j = {.E = E, .pos = pos, .flags = flags, .sc = sc, .b = b};

	return print(&j, v);
}
