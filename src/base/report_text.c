/* SPDX-License-Identifier: MIT
 *
 * Text for reports. Output of builders and servers goes to the user's terminal only after
 * text_clean(): no byte of it may move the cursor. */
#include "base/report_int.h"

/* Length of the escape sequence at the front of s (ECMA-48: CSI, OSC and two-byte ones). */
static size_t escape_length(struct str s)
{
	size_t i = 2;

	if (s.n < 2)
		return s.n;
	if (s.p[1] == '[') {
		while (i < s.n && (s.p[i] < 0x40 || s.p[i] > 0x7e))
			i++;
		return MIN(i + 1, s.n);
	}
	if (s.p[1] == ']') {
		while (i < s.n && s.p[i] != '\a' && s.p[i] != 0x1b)
			i++;
		/* Ends in BEL, or in ESC and backslash, whose backslash goes, too. */
		return MIN(i + (i < s.n && s.p[i] == 0x1b ? 2 : 1), s.n);
	}
	return 2;
}

/* Length of the UTF-8 character at the front, and its code; 1 and -1 for bytes that are none. */
static size_t utf8_next(struct str s, int32_t *code)
{
	uint8_t c = (uint8_t)s.p[0];
	size_t n = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
	int32_t v = n < 2 ? c : c & (0x7f >> n);

	*code = -1;
	if (n == 0 || n > s.n)
		return 1;
	for (size_t i = 1; i < n; i++) {
		if (((uint8_t)s.p[i] & 0xc0) != 0x80)
			return 1;
		v = v << 6 | ((uint8_t)s.p[i] & 0x3f);
	}
	*code = v;
	return n;
}

void text_clean(struct buf *out, struct str text, bool keep_lines)
{
	while (text.n) {
		int32_t code;
		size_t n = utf8_next(text, &code);

		if (code == 0x1b) {
			text = str_skip(text, escape_length(text));
			continue;
		}
		if (code == '\t' || (code == '\n' && !keep_lines))
			buf_putc(out, ' ');
		else if (code < 0 || code == 0x7f || (code >= 0x80 && code < 0xa0) ||
			 (code < 0x20 && code != '\n' && code != '\r'))
			buf_putc(out, '?');
		else if (code != '\r')
			buf_put(out, text.p, n);
		text = str_skip(text, n);
	}
}

/* Not wcwidth(), which knows only the locale's characters. The ranges are those that terminals
 * draw two columns wide (Unicode's East Asian Width W and F, coarsely), and combining marks. */
static unsigned char_columns(int32_t c)
{
	static const struct {
		int32_t from, to;
		unsigned columns;
	} ranges[] = {
		{0x0300, 0x036f, 0},   {0x1100, 0x115f, 2},   {0x200b, 0x200f, 0},
		{0x20d0, 0x20f0, 0},   {0x2e80, 0xa4cf, 2},   {0xac00, 0xd7a3, 2},
		{0xf900, 0xfaff, 2},   {0xfe00, 0xfe0f, 0},   {0xfe30, 0xfe6f, 2},
		{0xff00, 0xff60, 2},   {0xffe0, 0xffe6, 2},   {0x1f300, 0x1f64f, 2},
		{0x1f680, 0x1f6ff, 2}, {0x1f900, 0x1f9ff, 2}, {0x20000, 0x3fffd, 2},
	};

	for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
		if (c >= ranges[i].from && c <= ranges[i].to)
			return ranges[i].columns;
	}
	return 1;
}

struct str text_fit(struct str text, unsigned columns)
{
	size_t at = 0;

	while (at < text.n) {
		int32_t code;
		size_t n = utf8_next(str_skip(text, at), &code);
		unsigned w = char_columns(code);

		if (w > columns)
			break;
		columns -= w;
		at += n;
	}
	return str_n(text.p, at);
}

unsigned text_columns(struct str text)
{
	unsigned columns = 0;

	while (text.n) {
		int32_t code;
		size_t n = utf8_next(text, &code);

		columns += char_columns(code);
		text = str_skip(text, n);
	}
	return columns;
}

void text_amount(struct buf *out, uint64_t n, const char *unit)
{
	static const char *const sizes[] = {"kB", "MB", "GB", "TB"};
	size_t i = 0;

	if (strcmp(unit, "B") != 0 || n < 1000) {
		buf_printf(out, "%llu %s", (unsigned long long)n, unit);
		return;
	}
	while (n >= 999950 && i + 1 < ARRAY_LEN(sizes)) {
		n /= 1000;
		i++;
	}
	buf_printf(out, "%.1f %s", (double)n / 1000, sizes[i]);
}

void text_duration(struct buf *out, uint64_t ms)
{
	unsigned long long s = ms / 1000;

	if (s < 60)
		buf_printf(out, "%.1f s", (double)ms / 1000);
	else if (s < 3600)
		buf_printf(out, "%llu min %llu s", s / 60, s % 60);
	else
		buf_printf(out, "%llu h %llu min", s / 3600, s / 60 % 60);
}

void text_progress(struct buf *out, const struct activity *a, uint64_t now)
{
	uint64_t ms = now - a->started;

	if (a->total) {
		buf_printf(out, " %u %%,",
			   (unsigned)MIN(100.0, 100.0 * (double)a->done / (double)a->total));
		buf_putc(out, ' ');
		text_amount(out, a->done, a->unit);
		buf_putz(out, " of ");
		text_amount(out, a->total, a->unit);
		buf_putc(out, ',');
	} else if (a->done) {
		buf_putc(out, ' ');
		text_amount(out, a->done, a->unit);
		buf_putc(out, ',');
	}
	/* A rate means nothing in the first moments. */
	if (a->done && ms > 500 && strcmp(a->unit, "B") == 0) {
		buf_putc(out, ' ');
		text_amount(out, (uint64_t)((double)a->done * 1000 / (double)ms), "B");
		buf_putz(out, "/s,");
	}
	buf_putc(out, ' ');
	text_duration(out, ms);
}

void text_counts(struct buf *out, const struct report *r)
{
	static const char *const words[] = {
#define X(name, done) [WORK_##name] = done,
		REPORT_WORKS(X)
#undef X
	};
	const char *between = "";

	for (size_t i = 0; i < WORKS_; i++) {
		if (!r->counts[i].planned)
			continue;
		buf_printf(out, "%s%u/%u %s", between, r->counts[i].done, r->counts[i].planned,
			   words[i]);
		between = ", ";
	}
}
