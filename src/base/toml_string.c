/* SPDX-License-Identifier: MIT
 *
 * TOML's four kinds of strings (TOML 1.0, "String"): basic and literal, each on one line or on
 * many. The document is known to be UTF-8; line ends of any form become a newline. */
#include "base/encoding.h"
#include "base/process.h"
#include "base/toml_int.h"

/* Bytes of a string between two looks for ^C. */
enum { ASK_EVERY = 1 << 20 };

static bool is_control(int c)
{
	return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7f;
}

static void put_utf8(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_putc(b, (char)c);
		return;
	}
	if (c < 0x800) {
		buf_putc(b, (char)(0xc0 | c >> 6));
	} else {
		if (c < 0x10000) {
			buf_putc(b, (char)(0xe0 | c >> 12));
		} else {
			buf_putc(b, (char)(0xf0 | c >> 18));
			buf_putc(b, (char)(0x80 | (c >> 12 & 0x3f)));
		}
		buf_putc(b, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	buf_putc(b, (char)(0x80 | (c & 0x3f)));
}

/* The digits behind \u or \U. */
static errint unicode_escape(struct toml_parser *p, size_t digits)
{
	uint8_t bytes[4] = {0};
	uint32_t c = 0;

	if ((size_t)(p->end - p->p) < digits ||
	    !base16_decode(str_n(p->p, digits), bytes, digits / 2))
		return toml_fail(p, "an escape needs %zu hexadecimal digits", digits);
	for (size_t i = 0; i < digits / 2; i++)
		c = c << 8 | bytes[i];
	if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return toml_fail(p, "'%.*s' is not a Unicode character", (int)digits, p->p);
	p->p += digits;
	put_utf8(&p->scratch, c);
	return 0;
}

/* A backslash at the end of a line takes all blanks and newlines behind it away. */
static bool line_continuation(struct toml_parser *p)
{
	const char *from = p->p;

	toml_blanks(p);
	if (!toml_newline(p)) {
		p->p = from;
		return false;
	}
	do
		toml_blanks(p);
	while (toml_newline(p));
	return true;
}

/* The backslash is behind us. */
static errint escape(struct toml_parser *p, bool multi)
{
	static const char from[] = "btnfr\"\\", to[] = "\b\t\n\f\r\"\\";
	int c = toml_peek(p);

	if (multi && line_continuation(p))
		return 0;
	const char *at = c > 0 ? strchr(from, c) : NULL;

	if (at) {
		p->p++;
		buf_putc(&p->scratch, to[at - from]);
		return 0;
	}
	if (c != 'u' && c != 'U')
		return toml_fail(p, "unknown escape in a string");
	p->p++;
	return unicode_escape(p, c == 'u' ? 4 : 8);
}

/* One step inside of a string: a newline, an escape, or a run of plain bytes. */
static errint string_part(struct toml_parser *p, char quote, bool multi)
{
	if (multi && toml_newline(p)) {
		buf_putc(&p->scratch, '\n');
		return 0;
	}
	int c = toml_peek(p);

	if (c < 0 || c == '\n' || toml_ahead(p, S("\r\n")))
		return toml_fail(p, "a string does not end");
	if (is_control(c))
		return toml_fail(p, "control character 0x%02x in a string", (unsigned)c);
	if (c == '\\' && quote == '"') {
		p->p++;
		return escape(p, multi);
	}
	const char *from = p->p++;

	for (c = toml_peek(p); c >= 0 && c != quote && c != '\\' && !is_control(c);
	     c = toml_peek(p)) {
		p->p++;
		if ((size_t)(p->p - from) % ASK_EVERY == 0 && interrupt_check(p->err))
			return p->err->code;
	}
	buf_put(&p->scratch, from, (size_t)(p->p - from));
	return 0;
}

static size_t quotes_ahead(const struct toml_parser *p, char quote)
{
	size_t n = 0;

	while (p->p + n < p->end && p->p[n] == quote)
		n++;
	return n;
}

errint toml_string(struct toml_parser *p, bool may_be_multi_line, struct str *out)
{
	char quote = *p->p;
	size_t opening = quotes_ahead(p, quote), closing;
	bool multi = opening >= 3;

	if (multi && !may_be_multi_line)
		return toml_fail(p, "a key cannot be a multi-line string");
	buf_clear(&p->scratch);
	p->p += multi ? 3 : 1;
	if (multi)
		toml_newline(p);
	for (;;) {
		closing = quotes_ahead(p, quote);
		if (!multi && closing)
			break;
		if (closing >= 3)
			break;
		/* One or two quotes are content of a multi-line string. */
		buf_put(&p->scratch, p->p, closing);
		p->p += closing;
		if (closing)
			continue;
		errint rc = string_part(p, quote, multi);

		if (rc)
			return rc;
	}
	if (multi) {
		/* Up to two more quotes stand before the delimiter. */
		size_t extra = MIN(closing - 3, (size_t)2);

		buf_put(&p->scratch, p->p, extra);
		p->p += extra + 3;
	} else {
		p->p++;
	}
	*out = arena_str(p->arena, buf_str(&p->scratch));
	return 0;
}
