/* SPDX-License-Identifier: MIT
 *
 * TOML's values: numbers, booleans, dates and times, arrays and inline tables. What stands
 * unquoted is first taken as one word and then tried as each kind, so no prefix of a wrong word is
 * ever accepted. */
#include "base/toml_int.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(int c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '+' || c == '-' || c == '_' || c == '.' || c == ':';
}

/* Digits of a base with single underscores between them, the underscores taken out. */
static bool digits(struct str s, unsigned base, char *out, size_t *n)
{
	size_t k = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		unsigned v = is_digit(c) ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a' + 10);

		if (c == '_') {
			if (i == 0 || i + 1 == s.n || s.p[i - 1] == '_')
				return false;
			continue;
		}
		if (!is_digit(c) && ((c | 0x20) < 'a' || (c | 0x20) > 'f'))
			return false;
		if (v >= base)
			return false;
		out[k++] = c;
	}
	*n = k;
	return k > 0;
}

static bool leading_zero(struct str s)
{
	return s.n > 1 && s.p[0] == '0';
}

enum { WORD_MAX = 1024 };

/* 1 when it is an integer, 0 when it is something else, -1 when it does not fit. */
static int parse_integer(struct str s, int64_t *out)
{
	static const struct {
		const char *prefix;
		unsigned base;
	} bases[] = {{"0x", 16}, {"0o", 8}, {"0b", 2}};
	char text[WORD_MAX + 1];
	size_t n = 0;
	unsigned base = 10;
	bool negative = str_starts(s, S("-"));
	uint64_t v = 0;

	for (size_t i = 0; i < ARRAY_LEN(bases); i++) {
		if (!str_starts(s, str_c(bases[i].prefix)))
			continue;
		base = bases[i].base;
		s = str_skip(s, 2);
	}
	if (base == 10) {
		if (negative || str_starts(s, S("+")))
			s = str_skip(s, 1);
		if (leading_zero(s))
			return 0;
	}
	if (!digits(s, base, text, &n))
		return 0;
	for (size_t i = 0; i < n; i++) {
		unsigned d = is_digit(text[i]) ? (unsigned)(text[i] - '0')
					       : (unsigned)((text[i] | 0x20) - 'a' + 10);

		if (__builtin_mul_overflow(v, base, &v) || __builtin_add_overflow(v, d, &v))
			return -1;
	}
	if (v > (uint64_t)INT64_MAX + negative)
		return -1;
	*out = negative ? (int64_t)(0 - v) : (int64_t)v;
	return 1;
}

static locale_t c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void make_c_locale(void)
{
	c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	BUG_ON(!c_locale);
}

/* strtod with a point as the decimal point, whatever the user's locale. */
static double to_double(const char *text)
{
	pthread_once(&c_locale_once, make_c_locale);
	return strtod_l(text, NULL, c_locale);
}

static bool parse_special_float(struct str s, double *out)
{
	bool negative = str_starts(s, S("-"));

	if (negative || str_starts(s, S("+")))
		s = str_skip(s, 1);
	if (str_eq(s, S("inf")))
		*out = negative ? -INFINITY : INFINITY;
	else if (str_eq(s, S("nan")))
		*out = negative ? -NAN : NAN;
	else
		return false;
	return true;
}

static bool parse_float(struct str s, double *out)
{
	char text[WORD_MAX + 8], *p = text;
	struct str whole = s, fraction = STR_NULL, exponent = STR_NULL;
	size_t n, at = 0;

	if (parse_special_float(s, out))
		return true;
	if (str_starts(s, S("-")) || str_starts(s, S("+"))) {
		*p++ = s.p[0];
		whole = str_skip(s, 1);
	}
	while (at < whole.n && (whole.p[at] | 0x20) != 'e')
		at++;
	if (at < whole.n) {
		exponent = str_skip(whole, at + 1);
		whole = str_sub(whole, 0, at);
	}
	bool pointed = str_cut(whole, '.', &whole, &fraction);

	if ((!pointed && !exponent.p) || leading_zero(whole) || !digits(whole, 10, p, &n))
		return false;
	p += n;
	if (pointed) {
		*p++ = '.';
		if (!digits(fraction, 10, p, &n))
			return false;
		p += n;
	}
	if (exponent.p) {
		*p++ = 'e';
		if (str_starts(exponent, S("-")) || str_starts(exponent, S("+"))) {
			*p++ = exponent.p[0];
			exponent = str_skip(exponent, 1);
		}
		if (!digits(exponent, 10, p, &n))
			return false;
		p += n;
	}
	*p = '\0';
	*out = to_double(text);
	return true;
}

/* Takes `n` digits that are at most max off the front; -1 when they are not there. */
static int take_number(struct str *s, size_t n, int max)
{
	int v = 0;

	if (s->n < n)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (!is_digit(s->p[i]))
			return -1;
		v = v * 10 + s->p[i] - '0';
	}
	*s = str_skip(*s, n);
	return v <= max ? v : -1;
}

static bool take_char(struct str *s, const char *any)
{
	if (s->n == 0 || !s->p[0] || !strchr(any, s->p[0]))
		return false;
	*s = str_skip(*s, 1);
	return true;
}

static int month_days(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

static bool take_date(struct str *s)
{
	int year = take_number(s, 4, 9999);

	if (year < 0 || !take_char(s, "-"))
		return false;
	int month = take_number(s, 2, 12);

	if (month < 1 || !take_char(s, "-"))
		return false;
	return take_number(s, 2, month_days(year, month)) >= 1;
}

/* RFC 3339's partial-time; second 60 is a leap second. */
static bool take_time(struct str *s)
{
	if (take_number(s, 2, 23) < 0 || !take_char(s, ":") || take_number(s, 2, 59) < 0 ||
	    !take_char(s, ":") || take_number(s, 2, 60) < 0)
		return false;
	if (!take_char(s, "."))
		return true;
	if (take_number(s, 1, 9) < 0)
		return false;
	while (take_number(s, 1, 9) >= 0)
		;
	return true;
}

static bool take_offset(struct str *s)
{
	if (take_char(s, "zZ"))
		return true;
	return take_char(s, "+-") && take_number(s, 2, 23) >= 0 && take_char(s, ":") &&
	       take_number(s, 2, 59) >= 0;
}

static bool parse_date_time(struct str s, enum toml_kind *kind)
{
	struct str time = s;

	if (take_time(&time) && time.n == 0) {
		*kind = TOML_LOCAL_TIME;
		return true;
	}
	if (!take_date(&s))
		return false;
	*kind = TOML_LOCAL_DATE;
	if (s.n == 0)
		return true;
	*kind = TOML_LOCAL_DATE_TIME;
	if (!take_char(&s, "Tt ") || !take_time(&s))
		return false;
	if (s.n == 0)
		return true;
	*kind = TOML_OFFSET_DATE_TIME;
	return take_offset(&s) && s.n == 0;
}

/* The unquoted word ahead; a date may be joined to its time by a single space. */
static struct str word_ahead(const struct toml_parser *p)
{
	const char *q = p->p;

	while (q < p->end && is_word((unsigned char)*q))
		q++;
	struct str word = str_n(p->p, (size_t)(q - p->p)), date = word;

	if (p->end - q > 3 && q[0] == ' ' && is_digit(q[1]) && is_digit(q[2]) && q[3] == ':' &&
	    take_date(&date) && date.n == 0) {
		for (q++; q < p->end && is_word((unsigned char)*q);)
			q++;
	}
	return str_n(p->p, (size_t)(q - p->p));
}

static errint bare_value(struct toml_parser *p, struct toml **out)
{
	struct str word = word_ahead(p);
	struct toml *node = toml_node(p, TOML_BOOLEAN);

	if (word.n == 0)
		return toml_fail(p, "a value is missing");
	if (word.n > WORD_MAX)
		return toml_fail(p, "a value of more than %d letters is not quoted", WORD_MAX);
	int fits = parse_integer(word, &node->integer);

	if (fits < 0)
		return toml_fail(p, "'%.*s' does not fit into 64 bits", STR_ARG(word));
	if (fits) {
		node->kind = TOML_INTEGER;
	} else if (str_eq(word, S("true")) || str_eq(word, S("false"))) {
		node->boolean = word.p[0] == 't';
	} else if (parse_float(word, &node->number)) {
		node->kind = TOML_FLOAT;
	} else if (parse_date_time(word, &node->kind)) {
		node->text = arena_str(p->arena, word);
	} else {
		toml_fail(p, "'%.*s' is not a value", STR_ARG(word));
		return err_hint(p->err, "strings need quotes");
	}
	p->p += word.n;
	*out = node;
	return 0;
}

static errint array(struct toml_parser *p, unsigned depth, struct toml **out)
{
	struct toml *list, *item;
	errint rc = toml_container(p, TOML_ARRAY, TOML_INLINE, depth, &list);

	if (rc)
		return rc;
	p->p++;
	for (;;) {
		rc = toml_gap(p);
		if (rc)
			return rc;
		if (toml_peek(p) == ']')
			break;
		rc = toml_value(p, depth + 1, &item);
		if (!rc)
			rc = toml_gap(p);
		if (rc)
			return rc;
		toml_push(p, list, item);
		if (toml_peek(p) == ']')
			break;
		if (toml_peek(p) != ',')
			return toml_fail(p, "expected ',' or ']' in the array of line %u",
					 list->line);
		p->p++;
	}
	p->p++;
	*out = list;
	return 0;
}

static errint inline_table(struct toml_parser *p, unsigned depth, struct toml **out)
{
	struct toml *table;
	errint rc = toml_container(p, TOML_TABLE, TOML_INLINE, depth, &table);

	if (rc)
		return rc;
	p->p++;
	toml_blanks(p);
	if (toml_peek(p) == '}') {
		p->p++;
		*out = table;
		return 0;
	}
	for (;;) {
		toml_blanks(p);
		rc = toml_key_value(p, table);
		if (rc)
			return rc;
		toml_blanks(p);
		int c = toml_peek(p);

		if (c != ',' && c != '}')
			return toml_fail(p, "expected ',' or '}' in an inline table");
		p->p++;
		if (c == '}')
			break;
	}
	*out = table;
	return 0;
}

errint toml_value(struct toml_parser *p, unsigned depth, struct toml **out)
{
	switch (toml_peek(p)) {
	case '"':
	case '\'': {
		struct toml *node = toml_node(p, TOML_STRING);

		*out = node;
		return toml_string(p, true, &node->text);
	}
	case '[':
		return array(p, depth, out);
	case '{':
		return inline_table(p, depth, out);
	default:
		return bare_value(p, out);
	}
}
