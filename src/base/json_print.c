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
