/* SPDX-License-Identifier: MIT
 *
 * Which format, and what all of them need. */
#include "sbom/sbom.h"

#include <stdio.h>

#include "base/encoding.h"
#include "base/json.h"
#include "sbom/sbom_int.h"

static const struct sbom_row {
	const char *name;
	void (*write)(struct sbom *s);
} formats[] = {
	[SBOM_CYCLONEDX] = {"cyclonedx", sbom_cyclonedx},
	[SBOM_SPDX] = {"spdx", sbom_spdx},
	[SBOM_SPDX_TAG] = {"spdx-tag", sbom_spdx_tag},
};

bool sbom_format_parse(const char *name, enum sbom_format *out)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (strcmp(formats[i].name, name) == 0) {
			*out = (enum sbom_format)i;
			return true;
		}
	return false;
}

struct str sbom_utf8(struct arena *a, struct str s)
{
	const char *end = s.p + s.n, *bad;
	size_t wrong = 0;

	for (const char *p = s.p; p < end;) {
		size_t n = utf8_sequence(p, end, &bad);

		wrong += !n;
		p += n ? n : 1;
	}
	if (!wrong)
		return s;
	char *out = arena_alloc(a, s.n + wrong * 2 + 1), *to = out;
	for (const char *p = s.p; p < end;) {
		size_t n = utf8_sequence(p, end, &bad);

		memcpy(to, n ? p : "\xef\xbf\xbd", n ? n : 3);
		to += n ? n : 3;
		p += n ? n : 1;
	}
	return str_n(out, (size_t)(to - out));
}

void sbom_put_text(struct buf *b, struct str s)
{
	ARENA(a);

	json_put_str(b, sbom_utf8(&a, s));
}

struct str sbom_url(struct arena *a, struct str s)
{
	char *out = arena_alloc(a, s.n * 3 + 1);
	bool fragment = false;
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool plain = c > ' ' && c < 0x7f && !strchr("\"<>\\^`{|}[]", c);

		if (c == '%')
			plain = base16_check(str_sub(s, i + 1, 2), 1);
		if (c == '#')
			plain = !fragment;
		fragment |= c == '#';
		if (plain)
			out[n++] = (char)c;
		else
			n += (size_t)snprintf(out + n, 4, "%%%02X", c);
	}
	return str_n(out, n);
}

struct str sbom_hex(struct arena *a, const struct hash *h)
{
	size_t n = h->algo == HASH_NONE ? 0 : hash_size(h->algo);
	char *out = arena_alloc(a, BASE16_LEN(n) + 1);

	base16_encode(h->b, n, out);
	return str_c(out);
}

struct str sbom_algorithm(const struct hash *h, bool dash)
{
	static const struct {
		enum hash_algo algo;
		const char *dashed, *plain;
	} names[] = {
		{HASH_MD5, "MD5", "MD5"},
		{HASH_SHA1, "SHA-1", "SHA1"},
		{HASH_SHA256, "SHA-256", "SHA256"},
		{HASH_SHA512, "SHA-512", "SHA512"},
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].algo == h->algo)
			return str_c(dash ? names[i].dashed : names[i].plain);
	return S("");
}

/* A number of RFC 9562's version 8, whose bits are ours. */
static void make_uuid(const struct hash *h, char out[37])
{
	uint8_t p[16];
	char hex[33];

	memcpy(p, h->b, sizeof(p));
	p[6] = (uint8_t)((p[6] & 0x0f) | 0x80);
	p[8] = (uint8_t)((p[8] & 0x3f) | 0x80);
	base16_encode(p, sizeof(p), hex);
	snprintf(out, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

void sbom_write(const struct component_closure *c, const struct sbom_options *o, struct arena *a,
		struct buf *out)
{
	struct sbom s = {.c = c, .o = o, .a = a, .b = out};

	make_uuid(&o->closure, s.uuid);
	formats[o->format].write(&s);
}
