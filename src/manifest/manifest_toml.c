/* SPDX-License-Identifier: MIT
 *
 * Written of the JSON that the lock has, so that there is one list of keys and their order. */
#include "manifest/manifest_toml.h"

#include "base/toml.h"
#include "base/toml_edit.h"
#include "manifest/manifest_json.h"

struct toml_writer {
	struct arena *arena;
	struct buf *out;
	struct err *err;
	struct str path[TOML_DEPTH + 4];
	size_t n;
};

/* Scripts keep their lines where a literal string can hold them. */
static void put_text(struct buf *out, struct str s)
{
	bool plain = str_chr(s, '\n') >= 0 && str_find(s, S("'''")) < 0 && !str_ends(s, S("'"));

	for (size_t i = 0; plain && i < s.n; i++)
		plain = (unsigned char)s.p[i] >= 0x20 ? s.p[i] != 0x7f
						      : s.p[i] == '\n' || s.p[i] == '\t';
	if (plain)
		buf_printf(out, "'''\n%.*s'''", STR_ARG(s));
	else
		toml_put_str(out, s);
}

static errint put_value(struct toml_writer *w, struct str json)
{
	struct json_member *v;
	struct str text;
	size_t n;
	errint rc;

	switch (json.p[0]) {
	case '"':
		rc = json_string(w->arena, json, &text, w->err);
		if (!rc)
			put_text(w->out, text);
		return rc;
	case '[':
	case '{':
		break;
	default:
		buf_puts(w->out, json);
		return 0;
	}
	bool is_table = json.p[0] == '{';
	rc = json_elements(w->arena, json, &v, &n, w->err);
	buf_putz(w->out, is_table ? "{ " : "[");
	for (size_t i = 0; !rc && i < n; i++) {
		if (i)
			buf_putz(w->out, ", ");
		if (is_table) {
			toml_put_path(w->out, &v[i].key, 1);
			buf_putz(w->out, " = ");
		}
		rc = put_value(w, v[i].value);
	}
	buf_putz(w->out, is_table ? (n ? " }" : "}") : "]");
	return rc;
}

static errint put_row(struct toml_writer *w, size_t from, struct str json)
{
	toml_put_path(w->out, w->path + from, w->n - from);
	buf_putz(w->out, " = ");
	errint rc = put_value(w, json);
	buf_putc(w->out, '\n');
	return rc;
}

/* All that is below, as dotted rows. */
static errint put_dotted(struct toml_writer *w, size_t from, struct str json)
{
	struct json_member *v;
	size_t n;

	if (json.p[0] != '{')
		return put_row(w, from, json);
	errint rc = json_members(w->arena, json, &v, &n, w->err);
	for (size_t i = 0; !rc && i < n; i++) {
		w->path[w->n++] = v[i].key;
		rc = put_dotted(w, from, v[i].value);
		w->n--;
	}
	return rc;
}

static errint put_table(struct toml_writer *w, struct str json)
{
	struct json_member *v;
	bool dotted = w->n == 1 && str_eq(w->path[0], S("install"));
	size_t n, rows = 0;
	errint rc = json_members(w->arena, json, &v, &n, w->err);

	for (size_t i = 0; !rc && i < n; i++)
		rows += v[i].value.p[0] != '{';
	if (w->n && (rows || !n || dotted)) {
		buf_putz(w->out, w->out->n ? "\n[" : "[");
		toml_put_path(w->out, w->path, w->n);
		buf_putz(w->out, "]\n");
	}
	for (int tables = 0; tables < 2; tables++)
		for (size_t i = 0; !rc && i < n; i++) {
			bool is_table = v[i].value.p[0] == '{';

			if (is_table != (tables == 1))
				continue;
			w->path[w->n++] = v[i].key;
			rc = dotted     ? put_dotted(w, 1, v[i].value)
			     : is_table ? put_table(w, v[i].value)
					: put_row(w, w->n - 1, v[i].value);
			w->n--;
		}
	return rc;
}

errint manifest_put_toml(struct buf *out, const struct manifest *m, struct err *err)
{
	ARENA(a);
	BUF(json, LIMIT_LOCK_FILE);
	struct toml_writer w = {.arena = &a, .out = out, .err = err};

	manifest_put_json(&json, m);
	errint rc = buf_check(&json, "the merged manifest", err);
	if (!rc)
		rc = put_table(&w, buf_str(&json));
	return rc ? rc : buf_check(out, "the merged manifest", err);
}
