/* SPDX-License-Identifier: MIT
 *
 * builtins.fromTOML. Dates and times have no counterpart in the language: they are an error, or,
 * where that was asked for, { _type = "timestamp"; value; }. */
#include "eval/builtin_int.h"

#include "base/toml.h"

static errint toml_value(struct eval *E, const struct toml *t, struct value *out);

static errint fail_toml(struct eval *E, const char *what)
{
	return eval_fail(E, 0, "while parsing TOML: %s", what);
}

static errint toml_text(struct eval *E, struct str s, struct value *out)
{
	BUF(shown, LIMIT_ERR_TEXT);

	if (s.n && memchr(s.p, 0, s.n)) {
		for (size_t i = 0; i < s.n; i++)
			buf_puts(&shown, s.p[i] ? str_n(s.p + i, 1) : S("␀"));
		return eval_fail(
			E, 0,
			"while parsing TOML: error: input string '%s' cannot be represented "
			"as Nix string because it contains null bytes",
			buf_z(&shown));
	}
	*out = string_copy(E, s, NULL);
	return 0;
}

static errint toml_array(struct eval *E, const struct toml *t, struct value *out)
{
	struct value **list = list_alloc(E, t->array.n);

	for (size_t i = 0; i < t->array.n; i++) {
		TRY(eval_check_interrupt(E));
		list[i] = value_new(E);
		TRY(toml_value(E, t->array.items[i], list[i]));
	}
	*out = v_list(list, t->array.n);
	return 0;
}

static errint toml_table(struct eval *E, const struct toml *t, struct value *out)
{
	struct attrs *a = attrs_new(E, t->table.n);

	for (size_t i = 0; i < t->table.n; i++) {
		struct value *v = value_new(E), key = v_null();

		TRY(eval_check_interrupt(E));
		TRY(toml_text(E, t->table.entries[i].key, &key));
		TRY(toml_value(E, t->table.entries[i].value, v));
		attrs_push(a, sym_intern(E, value_str(&key)), v, 0);
	}
	TRY(attrs_done_big(E, a, &a));
	*out = v_attrs(a);
	return 0;
}

/* The digits behind the seconds' point become 3, 6 or 9, and a blank or small letter between date
 * and time a 'T': the spelling of Nix. */
static struct str normal_time(struct eval *E, struct str s)
{
	struct str text = heap_str(E, s);
	char *p = (char *)text.p;
	ptrdiff_t point = str_chr(s, '.');
	size_t end, digits, want;

	if (s.n > 10 && p[4] == '-')
		p[10] = 'T';
	if (s.n && p[s.n - 1] == 'z')
		p[s.n - 1] = 'Z';
	if (point < 0)
		return text;
	for (end = (size_t)point + 1; end < s.n && p[end] >= '0' && p[end] <= '9';)
		end++;
	digits = end - (size_t)point - 1;
	while (digits && p[(size_t)point + digits] == '0')
		digits--;
	want = digits == 0 ? 0 : (digits + 2) / 3 * 3;
	want = MIN(want, 9);
	if (want == 0)
		return heap_printf(E, "%.*s%.*s", (int)point, p, (int)(s.n - end), p + end);
	return heap_printf(E, "%.*s.%.*s%.*s%.*s", (int)point, p, (int)MIN(digits, want),
			   p + point + 1, (int)(want - MIN(digits, want)), "00000000",
			   (int)(s.n - end), p + end);
}

static errint toml_time(struct eval *E, const struct toml *t, struct value *out)
{
	struct attrs *a;
	struct str text = t->text;

	if (!E->opt.parse_toml_timestamps)
		return fail_toml(E, "Dates and times are not supported");
	if (t->kind != TOML_LOCAL_DATE)
		text = normal_time(E, text);
	a = attrs_new(E, 2);
	attrs_push(a, sym_intern(E, S("_type")), value_box(E, v_str(S("timestamp"))), 0);
	attrs_push(a, SYM_value, value_box(E, string_copy(E, text, NULL)), 0);
	*out = v_attrs(attrs_done(a));
	return 0;
}

/* The parser bounds the depth, so this may recurse. */
static errint toml_value(struct eval *E, const struct toml *t, struct value *out)
{
	switch (t->kind) {
	case TOML_STRING:
		return toml_text(E, t->text, out);
	case TOML_INTEGER:
		*out = v_int(t->integer);
		return 0;
	case TOML_FLOAT:
		*out = v_float(t->number);
		return 0;
	case TOML_BOOLEAN:
		*out = v_bool(t->boolean);
		return 0;
	case TOML_ARRAY:
		return toml_array(E, t, out);
	case TOML_TABLE:
		return toml_table(E, t, out);
	case TOML_OFFSET_DATE_TIME:
	case TOML_LOCAL_DATE_TIME:
	case TOML_LOCAL_DATE:
	case TOML_LOCAL_TIME:
		return toml_time(E, t, out);
	}
	BUG("TOML value of kind %d", (int)t->kind);
}

BUILTIN(fromTOML)
{
	struct toml *root;
	struct value res;
	struct str text;
	ARENA(mem);
	ERR(err);

	TRY(want_string_plain(E, args[0], 0,
			      "while evaluating the argument passed to builtins.fromTOML", &text));
	if (toml_parse(text, "fromTOML", &mem, &root, &err) == ERR_INTERRUPTED)
		return eval_fail_err(E, 0, &err);
	if (err.code)
		return fail_toml(E, err.msg);
	TRY(toml_value(E, root, &res));
	*out = res;
	return 0;
}

const struct builtin_row builtins_toml[] = {
	{"fromTOML", 1, BUILTIN_GLOBAL, builtin_fromTOML, "e", "The value of a TOML text."},
	BUILTIN_END,
};
