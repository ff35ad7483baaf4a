/* SPDX-License-Identifier: MIT
 *
 * The pieces that JSON of manifests and locks is written of. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/toml.h"
#include "manifest/manifest_json.h"

void manifest_json_name(struct buf *b, struct str key)
{
	if (b->n && b->p[b->n - 1] != '{')
		buf_putc(b, ',');
	json_put_str(b, key);
	buf_putc(b, ':');
}

void manifest_json_key(struct buf *b, const char *key)
{
	manifest_json_name(b, str_c(key));
}

static int by_name(const void *a, const void *b)
{
	return str_cmp(**(const struct str *const *)a, **(const struct str *const *)b);
}

/* The things, whose first member is their name, in its order: malloc'd. */
const void **manifest_sorted(const void *v, size_t n, size_t size)
{
	const void **out = xcalloc(n + 1, sizeof(*out));

	for (size_t i = 0; i < n; i++)
		out[i] = (const char *)v + i * size;
	qsort(out, n, sizeof(*out), by_name);
	return out;
}

void manifest_sorted_free(const void ***v)
{
	free(*v);
}

static void put_float(struct buf *b, double d)
{
	char text[40];

	if (!isfinite(d)) {
		buf_putz(b, "null");
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, d);
		if (strtod(text, NULL) == d)
			break;
	}
	buf_putz(b, text);
	if (!strpbrk(text, ".e"))
		buf_putz(b, ".0");
}

static void put_table(struct buf *b, const struct toml *t, bool sort)
{
	MANIFEST_SORTED(v, t->table.entries, t->table.n);

	buf_putc(b, '{');
	for (size_t i = 0; i < t->table.n; i++) {
		const struct toml_entry *e = sort ? v[i] : &t->table.entries[i];

		manifest_json_name(b, e->key);
		manifest_put_toml_json(b, e->value, sort);
	}
	buf_putc(b, '}');
}

void manifest_put_toml_json(struct buf *b, const struct toml *t, bool sort)
{
	switch (t->kind) {
	case TOML_INTEGER:
		buf_printf(b, "%lld", (long long)t->integer);
		return;
	case TOML_FLOAT:
		put_float(b, t->number);
		return;
	case TOML_BOOLEAN:
		buf_putz(b, t->boolean ? "true" : "false");
		return;
	case TOML_ARRAY:
		buf_putc(b, '[');
		for (size_t i = 0; i < t->array.n; i++) {
			if (i)
				buf_putc(b, ',');
			manifest_put_toml_json(b, t->array.items[i], sort);
		}
		buf_putc(b, ']');
		return;
	case TOML_TABLE:
		put_table(b, t, sort);
		return;
	default:
		json_put_str(b, t->text);
	}
}

const char *manifest_shown(struct arena *a, struct str s)
{
	enum { SHOWN = 80 };
	BUF(b, LIMIT_ERR_TEXT);
	size_t n = MIN(s.n, (size_t)SHOWN);

	/* Not through the middle of a character. */
	while (n < s.n && n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < ' ')
			json_put_escape(&b, c);
		else
			buf_putc(&b, c == 0x7f ? '?' : s.p[i]);
	}
	return arena_printf(a, "%s%s", buf_z(&b), n < s.n ? "…" : "");
}
