/* SPDX-License-Identifier: MIT
 *
 * base16, Nix's base32 and base64. A decoder refuses what its encoder would not have written
 * (but for upper case in base16), so a value has one spelling and texts can be compared. */
#include "base/encoding.h"

static const char digits16[] = "0123456789abcdef";
static const char digits32[] = "0123456789abcdfghijklmnpqrsvwxyz";
static const char digits64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int value16(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int value32(char c)
{
	const char *p = c ? memchr(digits32, c, 32) : NULL;

	return p ? (int)(p - digits32) : -1;
}

static int value64(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

void base16_encode(const uint8_t *p, size_t n, char *out)
{
	for (size_t i = 0; i < n; i++) {
		out[i * 2] = digits16[p[i] >> 4];
		out[i * 2 + 1] = digits16[p[i] & 15];
	}
	out[n * 2] = '\0';
}

/* The number is little endian and written with its highest digit first: letter i holds the five
 * bits from bit 5 * (len - 1 - i) on. */
void base32_encode(const uint8_t *p, size_t n, char *out)
{
	size_t len = BASE32_LEN(n);

	for (size_t i = 0; i < len; i++) {
		size_t bit = (len - 1 - i) * 5, at = bit / 8;
		unsigned pair = p[at] | (at + 1 < n ? (unsigned)p[at + 1] << 8 : 0);

		out[i] = digits32[pair >> (bit % 8) & 31];
	}
	out[len] = '\0';
}

void base64_encode(const uint8_t *p, size_t n, char *out)
{
	for (; n; out += 4) {
		size_t k = MIN(n, (size_t)3);
		unsigned v = (unsigned)p[0] << 16 | (k > 1 ? (unsigned)p[1] << 8 : 0) |
			     (k > 2 ? p[2] : 0);

		out[0] = digits64[v >> 18];
		out[1] = digits64[v >> 12 & 63];
		out[2] = k > 1 ? digits64[v >> 6 & 63] : '=';
		out[3] = k > 2 ? digits64[v & 63] : '=';
		p += k;
		n -= k;
	}
	*out = '\0';
}

bool base16_check(struct str s, size_t n)
{
	if (s.n != BASE16_LEN(n))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (value16(s.p[i]) < 0)
			return false;
	}
	return true;
}

bool base16_decode(struct str s, uint8_t *out, size_t n)
{
	if (!base16_check(s, n))
		return false;
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)(value16(s.p[i * 2]) << 4 | value16(s.p[i * 2 + 1]));
	return true;
}

static bool base32_valid(struct str s, size_t n)
{
	if (s.n != BASE32_LEN(n))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (value32(s.p[i]) < 0)
			return false;
	}
	/* The first letter may hold bits above the highest byte; they must be zero. */
	size_t used = n * 8 - (s.n ? (s.n - 1) * 5 : 0);

	return s.n == 0 || value32(s.p[0]) >> used == 0;
}

bool base32_decode(struct str s, uint8_t *out, size_t n)
{
	if (!base32_valid(s, n))
		return false;
	memset(out, 0, n);
	for (size_t i = 0; i < s.n; i++) {
		size_t bit = (s.n - 1 - i) * 5, at = bit / 8;
		unsigned v = (unsigned)value32(s.p[i]) << (bit % 8);

		out[at] |= (uint8_t)v;
		if (at + 1 < n)
			out[at + 1] |= (uint8_t)(v >> 8);
	}
	return true;
}

/* Letters before the padding, or -1 when the text is not base64 as the encoder writes it. */
static ptrdiff_t base64_letters(struct str s)
{
	size_t pad = 0;

	if (s.n % 4)
		return -1;
	while (pad < 2 && pad < s.n && s.p[s.n - 1 - pad] == '=')
		pad++;
	size_t letters = s.n - pad;

	for (size_t i = 0; i < letters; i++) {
		if (value64(s.p[i]) < 0)
			return -1;
	}
	if (pad && value64(s.p[letters - 1]) & (pad == 1 ? 3 : 15))
		return -1;
	return (ptrdiff_t)letters;
}

ptrdiff_t base64_decode_any(struct str s, uint8_t *out)
{
	ptrdiff_t letters = base64_letters(s), n = 0;
	unsigned v = 0;

	for (ptrdiff_t i = 0; i < letters; i++) {
		v = v << 6 | (unsigned)value64(s.p[i]);
		if (i % 4)
			out[n++] = (uint8_t)(v >> (6 - i % 4 * 2));
	}
	return letters < 0 ? -1 : n;
}

bool base64_decode(struct str s, uint8_t *out, size_t n)
{
	ptrdiff_t letters = s.n == BASE64_LEN(n) ? base64_letters(s) : -1;

	if (letters < 0 || (size_t)letters * 3 / 4 != n)
		return false;
	return base64_decode_any(s, out) == (ptrdiff_t)n;
}

size_t utf8_sequence(const char *p, const char *end, const char **bad)
{
	unsigned char c = (unsigned char)*p, low = 0x80, high = 0xbf;
	size_t n = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;

	*bad = p;
	if (c == 0xe0)
		low = 0xa0;
	else if (c == 0xed)
		high = 0x9f;
	else if (c == 0xf0)
		low = 0x90;
	else if (c == 0xf4)
		high = 0x8f;
	for (size_t i = 1; i < n; i++) {
		*bad = p + i;
		if (p + i == end || (unsigned char)p[i] < low || (unsigned char)p[i] > high)
			return 0;
		low = 0x80;
		high = 0xbf;
	}
	return n;
}
