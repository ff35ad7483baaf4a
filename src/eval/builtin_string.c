/* SPDX-License-Identifier: MIT
 *
 * Builtins on strings, as bytes. A piece of a string shares its bytes; results that are put
 * together are written once. */
#include "eval/builtin_int.h"

#include <stdlib.h>

BUILTIN(isString)
{
	TRY(force(E, args[0], pos));
	*out = v_bool(value_is_string(args[0]));
	return 0;
}

BUILTIN(toString)
{
	const struct context *ctx = NULL;
	struct str s;

	TRY(coerce_string(E, pos, args[0], COERCE_MORE, &ctx,
			  "while evaluating the first argument passed to builtins.toString", &s));
	*out = string_value(E, s, ctx);
	return 0;
}

BUILTIN(stringLength)
{
	const struct context *ctx = NULL;
	struct str s;

	TRY(coerce_string(E, pos, args[0], COERCE_COPY, &ctx,
			  "while evaluating the argument passed to builtins.stringLength", &s));
	*out = v_int((int64_t)s.n);
	return 0;
}

BUILTIN(substring)
{
	const struct context *ctx = NULL;
	int64_t start, len;
	struct str s;

	TRY(want_int(E, args[0], 0,
		     "while evaluating the first argument (the start offset) passed to "
		     "builtins.substring",
		     &start));
	if (start < 0)
		return eval_fail(E, 0, "negative start position in 'substring'");
	TRY(want_int(E, args[1], 0,
		     "while evaluating the second argument (the substring length) passed to "
		     "builtins.substring",
		     &len));
	TRY(coerce_string(E, pos, args[2], COERCE_COPY, &ctx,
			  "while evaluating the third argument (the string) passed to "
			  "builtins.substring",
			  &s));
	/* A negative length means all that is left. */
	*out = string_value(E, str_sub(s, (size_t)start, len < 0 ? SIZE_MAX : (size_t)len), ctx);
	return 0;
}

/* Room for a result of n bytes, or a failure. */
static errint string_room(struct eval *E, size_t n, char **out)
{
	if (n > LIMIT_NIX_STRING)
		return eval_fail(E, 0, "string of %zu bytes is too long: the limit is %zu", n,
				 (size_t)LIMIT_NIX_STRING);
	TRY(heap_check(E, n));
	*out = heap_alloc(E, n);
	return 0;
}

BUILTIN(concatStringsSep)
{
	struct str *parts CLEANUP_FREE = NULL;
	const struct context *ctx = NULL;
	size_t total = 0, n;
	struct str sep;
	char *to, *p;

	TRY(want_string(E, args[0], 0,
			"while evaluating the first argument (the separator string) passed to "
			"builtins.concatStringsSep",
			&sep, &ctx));
	TRY(want_list(
		E, args[1], 0,
		"while evaluating the second argument (the list of strings to concat) passed to "
		"builtins.concatStringsSep"));
	n = args[1]->n;
	TRY(heap_check(E, n * sizeof(*parts)));
	parts = xcalloc(n + 1, sizeof(*parts));
	for (size_t i = 0; i < n; i++) {
		TRY(coerce_string(E, pos, list_elems(args[1])[i], COERCE_COPY, &ctx,
				  "while evaluating one element of the list of strings to concat "
				  "passed to builtins.concatStringsSep",
				  &parts[i]));
		total += parts[i].n + (i ? sep.n : 0);
	}
	if (n == 1) {
		*out = string_value(E, parts[0], ctx);
		return 0;
	}
	TRY(string_room(E, total, &to));
	p = to;
	for (size_t i = 0; i < n; i++) {
		if (i && sep.n)
			p = mempcpy(p, sep.p, sep.n);
		TRY(eval_copy(E, p, parts[i].p, parts[i].n));
		p += parts[i].n;
	}
	*out = string_value(E, str_n(to, total), ctx);
	return 0;
}

/* The strings to replace, indexed by their first byte. */
struct replacer {
	struct eval *E;
	struct str *from;
	struct str *to; /* p is NULL until it is needed */
	uint32_t *next; /* the next one with the same first byte; index + 1 */
	uint32_t first[256];
	uint32_t empty; /* the first empty one; UINT32_MAX when there is none */
	bool any;       /* something was replaced */
	struct value **to_values;
	const struct context *ctx;
};

static void replacer_release(struct replacer *r)
{
	free(r->from);
	free(r->to);
	free(r->next);
}

static errint replacer_init(struct replacer *r, struct value *from, struct value *to)
{
	size_t n = from->n;

	r->from = xcalloc(n + 1, sizeof(*r->from));
	r->to = xcalloc(n + 1, sizeof(*r->to));
	r->next = xcalloc(n + 1, sizeof(*r->next));
	r->empty = UINT32_MAX;
	r->to_values = list_elems(to);
	for (size_t i = 0; i < n; i++)
		TRY(want_string(r->E, list_elems(from)[i], 0,
				"while evaluating one of the strings to replace passed to "
				"builtins.replaceStrings",
				&r->from[i], NULL));
	for (size_t i = n; i-- > 0;) {
		uint8_t c;

		if (r->from[i].n == 0) {
			r->empty = (uint32_t)i;
			continue;
		}
		c = (uint8_t)r->from[i].p[0];
		r->next[i] = r->first[c];
		r->first[c] = (uint32_t)i + 1;
	}
	return 0;
}

/* The first of the strings that stands at the beginning of s; UINT32_MAX when none does. */
static uint32_t replacer_find(const struct replacer *r, struct str s)
{
	uint32_t i = s.n ? r->first[(uint8_t)s.p[0]] : 0;

	while (i && !str_starts(s, r->from[i - 1]))
		i = r->next[i - 1];
	return i ? MIN(i - 1, r->empty) : r->empty;
}

static errint replacer_put(struct replacer *r, uint32_t i, struct buf *b)
{
	if (!r->to[i].p) {
		TRY(want_string(r->E, r->to_values[i], 0,
				"while evaluating one of the replacement strings passed to "
				"builtins.replaceStrings",
				&r->to[i], &r->ctx));
		if (!r->to[i].p)
			r->to[i] = S("");
	}
	buf_puts(b, r->to[i]);
	return 0;
}

/* Text between what is replaced, in pieces, since it may be long. */
static errint put_plain(struct replacer *r, struct str s, struct buf *b)
{
	enum { PIECE = 4 << 20 };

	for (; s.n > PIECE; s = str_skip(s, PIECE)) {
		TRY(eval_check_interrupt(r->E));
		buf_put(b, s.p, PIECE);
	}
	buf_puts(b, s);
	return 0;
}

static errint replace_all(struct replacer *r, struct str s, struct buf *b)
{
	size_t plain = 0;

	/* One step behind the end, too: an empty string stands there. */
	for (size_t p = 0; p <= s.n;) {
		uint32_t i = replacer_find(r, str_skip(s, p));

		TRY(eval_check_interrupt(r->E));
		if (i == UINT32_MAX) {
			p++;
			continue;
		}
		r->any = true;
		TRY(put_plain(r, str_sub(s, plain, p - plain), b));
		TRY(replacer_put(r, i, b));
		plain = p + r->from[i].n;
		p = r->from[i].n ? plain : p + 1;
	}
	return r->any ? put_plain(r, str_skip(s, plain), b) : 0;
}

BUILTIN(replaceStrings)
{
	struct replacer r CLEANUP(replacer_release) = {.E = E};
	BUF(b, LIMIT_NIX_STRING);
	struct str s;

	TRY(want_list(E, args[0], 0,
		      "while evaluating the first argument passed to builtins.replaceStrings"));
	TRY(want_list(E, args[1], 0,
		      "while evaluating the second argument passed to builtins.replaceStrings"));
	if (args[0]->n != args[1]->n)
		return eval_fail(E, 0,
				 "'from' and 'to' arguments passed to builtins.replaceStrings have "
				 "different lengths");
	TRY(replacer_init(&r, args[0], args[1]));
	TRY(want_string(E, args[2], 0,
			"while evaluating the third argument passed to builtins.replaceStrings", &s,
			&r.ctx));
	TRY(replace_all(&r, s, &b));
	if (!r.any) {
		*out = string_value(E, s, r.ctx);
		return 0;
	}
	return string_from_buf(E, pos, &b, r.ctx, out);
}

const struct builtin_row builtins_string[] = {
	{"isString", 1, 0, builtin_isString, "e", "Is e a string?"},
	{"toString", 1, BUILTIN_GLOBAL, builtin_toString, "e",
	 "A value as a string: numbers, booleans (true is \"1\"), null (\"\"), paths, lists of these "
	 "with spaces between, sets with __toString or outPath."},
	{"stringLength", 1, 0, builtin_stringLength, "e", "The length of a string in bytes."},
	{"substring", 3, 0, builtin_substring, "start len s",
	 "len bytes of s from start on; all that follow when len is negative."},
	{"concatStringsSep", 2, 0, builtin_concatStringsSep, "separator list",
	 "Joins a list of strings with a separator between."},
	{"replaceStrings", 3, 0, builtin_replaceStrings, "from to s",
	 "s with each of the strings in `from` replaced by the one at the same place in `to`; from "
	 "left to right, the first that matches."},
	BUILTIN_END,
};
