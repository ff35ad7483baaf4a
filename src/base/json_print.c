/* SPDX-License-Identifier: MIT
 *
 * The writing half of json.h: the only place that knows how a string is escaped. */
#include "base/json.h"

#include "base/buf.h"

void json_put_escape(struct buf *b, unsigned char c)
{
	static const char letters[] = "btn\vfr"; /* 8 to 13 */

	if (c == '"' || c == '\\')
		buf_put(b, (char[]){'\\', (char)c}, 2);
	else if (c >= 8 && c <= 13 && c != '\v')
		buf_put(b, (char[]){'\\', letters[c - 8]}, 2);
	else
		buf_printf(b, "\\u%04x", c);
}

void json_put_str(struct buf *b, struct str s)
{
	size_t plain = 0;

	buf_putc(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (!json_escapes(c))
			continue;
		buf_put(b, s.p + plain, i - plain);
		json_put_escape(b, c);
		plain = i + 1;
	}
	if (s.n)
		buf_put(b, s.p + plain, s.n - plain);
	buf_putc(b, '"');
}

static void put_line(struct buf *b, unsigned depth)
{
	buf_putc(b, '\n');
	for (unsigned i = 0; i < depth; i++)
		buf_putz(b, "  ");
}

/* Behind the string that begins there. */
static size_t string_end(struct str text, size_t at)
{
	for (at++; at < text.n && text.p[at] != '"'; at++)
		at += text.p[at] == '\\';
	return MIN(at + 1, text.n);
}

void json_put_pretty(struct buf *b, struct str text)
{
	unsigned depth = 0;
	bool fresh = false; /* nothing stands in the innermost brackets yet */

	for (size_t i = 0; i < text.n;) {
		char c = text.p[i];

		if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
			i++;
			continue;
		}
		if (c == '}' || c == ']') {
			depth -= depth > 0;
			if (!fresh)
				put_line(b, depth);
		} else if (fresh) {
			put_line(b, depth);
		}
		fresh = c == '{' || c == '[';
		depth += fresh;
		size_t end = c == '"' ? string_end(text, i) : i + 1;
		buf_puts(b, str_sub(text, i, end - i));
		i = end;
		if (c == ',')
			put_line(b, depth);
		else if (c == ':')
			buf_putc(b, ' ');
	}
}
