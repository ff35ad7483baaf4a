/* SPDX-License-Identifier: MIT
 *
 * Explains what is wrong with a JSON text: a scanner that reads byte by byte as nlohmann's does,
 * since its messages tell how far it got. */
#include "eval/json.h"

#include <stdio.h>

/* ORDER json_token */
static const char *const token_names[] = {
	"true literal",
	"false literal",
	"null literal",
	"string literal",
	"number literal",
	"'['",
	"'{'",
	"']'",
	"'}'",
	"':'",
	"','",
	"end of input",
	"'[', '{', or a literal",
};

static struct json_scan bad(struct json_scan s, const char *why)
{
	s.token = JSON_TOKEN_BAD;
	snprintf(s.why, sizeof(s.why), "%s", why);
	return s;
}

/* The next byte, or -1 at the end. */
static int next(struct json_scan *s, const char *end)
{
	if (s->end == end) {
		s->past_end = true;
		return -1;
	}
	return (unsigned char)*s->end++;
}

static void unread(struct json_scan *s)
{
	if (s->past_end)
		s->past_end = false;
	else
		s->end--;
}

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static struct json_scan scan_literal(struct json_scan s, const char *end, const char *rest,
				     enum json_token token)
{
	for (; *rest; rest++)
		if (next(&s, end) != *rest)
			return bad(s, "invalid literal");
	s.token = token;
	return s;
}

static struct json_scan scan_number(struct json_scan s, const char *end, int c)
{
	if (c == '-') {
		c = next(&s, end);
		if (!is_digit(c))
			return bad(s, "invalid number; expected digit after '-'");
	}
	if (c == '0')
		c = next(&s, end);
	else
		while (is_digit(c))
			c = next(&s, end);
	if (c == '.') {
		c = next(&s, end);
		if (!is_digit(c))
			return bad(s, "invalid number; expected digit after '.'");
		while (is_digit(c))
			c = next(&s, end);
	}
	if (c == 'e' || c == 'E') {
		c = next(&s, end);
		if (c == '+' || c == '-') {
			c = next(&s, end);
			if (!is_digit(c))
				return bad(s, "invalid number; expected digit after exponent sign");
		} else if (!is_digit(c)) {
			return bad(s, "invalid number; expected '+', '-', or digit after exponent");
		}
		while (is_digit(c))
			c = next(&s, end);
	}
	unread(&s);
	s.token = JSON_TOKEN_NUMBER;
	return s;
}

/* Four hexadecimal digits, or -1. */
static int scan_unit(struct json_scan *s, const char *end)
{
	int unit = 0;

	for (int i = 0; i < 4; i++) {
		int c = next(s, end);

		if (is_digit(c))
			unit = unit * 16 + c - '0';
		else if (c >= 'a' && c <= 'f')
			unit = unit * 16 + c - 'a' + 10;
		else if (c >= 'A' && c <= 'F')
			unit = unit * 16 + c - 'A' + 10;
		else
			return -1;
	}
	return unit;
}

/* Behind "\u"; NULL when it is fine. */
static const char *scan_unicode(struct json_scan *s, const char *end)
{
	static const char no_digits[] = "invalid string: '\\u' must be followed by 4 hex digits";
	static const char no_low[] = "invalid string: surrogate U+D800..U+DBFF must be followed by "
				     "U+DC00..U+DFFF";
	int unit = scan_unit(s, end);

	if (unit < 0)
		return no_digits;
	if (unit >= 0xdc00 && unit <= 0xdfff)
		return "invalid string: surrogate U+DC00..U+DFFF must follow U+D800..U+DBFF";
	if (unit < 0xd800 || unit > 0xdfff)
		return NULL;
	if (next(s, end) != '\\' || next(s, end) != 'u')
		return no_low;
	unit = scan_unit(s, end);
	if (unit < 0)
		return no_digits;
	return unit >= 0xdc00 && unit <= 0xdfff ? NULL : no_low;
}

static struct json_scan bad_control(struct json_scan s, int c)
{
	static const char *const names[] = {
		"NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS",  "HT",  "LF",
		"VT",  "FF",  "CR",  "SO",  "SI",  "DLE", "DC1", "DC2", "DC3", "DC4", "NAK",
		"SYN", "ETB", "CAN", "EM",  "SUB", "ESC", "FS",  "GS",  "RS",  "US",
	};
	const char *letters = "btn\vfr", *letter = c >= 8 && c <= 13 ? letters + (c - 8) : "\v";

	s = bad(s, "");
	snprintf(
		s.why, sizeof(s.why),
		*letter == '\v'
			? "invalid string: control character U+%04X (%s) must be escaped to \\u%04X"
			: "invalid string: control character U+%04X (%s) must be escaped to \\u%04X "
			  "or \\%c",
		(unsigned)c, names[c], (unsigned)c, *letter);
	return s;
}

static struct json_scan scan_string(struct json_scan s, const char *end)
{
	for (;;) {
		int c = next(&s, end);
		const char *why, *broken;
		size_t n;

		if (c < 0)
			return bad(s, "invalid string: missing closing quote");
		if (c == '"') {
			s.token = JSON_TOKEN_STRING;
			return s;
		}
		if (c < 0x20)
			return bad_control(s, c);
		if (c == '\\') {
			c = next(&s, end);
			why = c == 'u' ? scan_unicode(&s, end) : NULL;
			if (c != 'u' && (c <= 0 || !strchr("\"\\/bfnrt", c)))
				why = "invalid string: forbidden character after backslash";
			if (why)
				return bad(s, why);
			continue;
		}
		n = utf8_sequence(s.end - 1, end, &broken);
		if (!n) {
			s.past_end = broken == end;
			s.end = broken == end ? end : broken + 1;
			return bad(s, "invalid string: ill-formed UTF-8 byte");
		}
		s.end += n - 1;
	}
}

struct json_scan json_scan(const char *p, const char *end)
{
	struct json_scan s = {.end = p};
	static const char marks[] = "[{]}:,";
	int c = next(&s, end);
	const char *mark = c > 0 ? strchr(marks, c) : NULL;

	if (mark) {
		s.token = (enum json_token)(JSON_TOKEN_BEGIN_ARRAY + (mark - marks));
		return s;
	}
	switch (c) {
	case -1:
	case 0:
		s.token = JSON_TOKEN_END;
		return s;
	case 't':
		return scan_literal(s, end, "rue", JSON_TOKEN_TRUE);
	case 'f':
		return scan_literal(s, end, "alse", JSON_TOKEN_FALSE);
	case 'n':
		return scan_literal(s, end, "ull", JSON_TOKEN_NULL);
	case '"':
		return scan_string(s, end);
	default:
		return is_digit(c) || c == '-' ? scan_number(s, end, c) : bad(s, "invalid literal");
	}
}

/* The bytes of a token that is none, with control characters made visible. */
static void print_token(struct buf *b, const char *p, const char *end)
{
	for (; p < end; p++) {
		if ((unsigned char)*p < 0x20)
			buf_printf(b, "<U+%.4X>", (unsigned)*p);
		else
			buf_putc(b, *p);
	}
}

/* Where a byte is, counted as nlohmann does: how much of the line has been read. */
static void print_position(struct buf *b, struct str text, const struct json_scan *s)
{
	size_t line = 1, column = 0;

	for (const char *p = text.p; p < s->end; p++) {
		column++;
		if (*p == '\n') {
			line++;
			column = 0;
		}
	}
	buf_printf(b, "parse error at line %zu, column %zu: ", line, column + s->past_end);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Where "last read" begins: nlohmann forgets what it read only when a string or number starts. */
static const char *last_read(struct str text, const char *p)
{
	const char *at = text.p, *from = text.p, *end = text.p + text.n;

	if (str_starts(text, S("\xef\xbb\xbf")))
		at = from = text.p + 3;
	while (at <= p) {
		while (at < p && is_blank(*at))
			at++;
		if (at < end && (*at == '"' || *at == '-' || is_digit((unsigned char)*at)))
			from = at;
		if (at >= p)
			break;
		at = json_scan(at, end).end;
	}
	return from;
}

errint json_fail(struct eval *E, struct str text, const char *p, const char *what,
		 enum json_token expected)
{
	struct json_scan s = json_scan(p, text.p + text.n);
	BUF(b, LIMIT_ERR_TEXT);

	buf_putz(&b, "[json.exception.parse_error.101] ");
	print_position(&b, text, &s);
	if (text.n == 0) {
		buf_putz(&b, "attempting to parse an empty input; check that your input string or "
			     "stream contains the expected JSON");
	} else {
		buf_printf(&b, "syntax error while parsing %s - ", what);
		if (s.token == JSON_TOKEN_BAD) {
			buf_printf(&b, "%s; last read: '", s.why);
			print_token(&b, last_read(text, p), s.end);
			buf_putc(&b, '\'');
			if (expected == JSON_TOKEN_VALUE)
				expected = JSON_TOKEN_NONE;
		} else {
			buf_printf(&b, "unexpected %s", token_names[s.token]);
		}
		if (expected != JSON_TOKEN_NONE)
			buf_printf(&b, "; expected %s", token_names[expected]);
	}
	eval_fail(E, 0, "%s", buf_z(&b));
	return eval_frame(E, 0, "while decoding a JSON string");
}
