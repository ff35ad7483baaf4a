/* SPDX-License-Identifier: MIT
 *
 * The files' texts, byte for byte those that Nix writes: keys in byte order, no blanks, values in
 * the evaluator's own spelling. */
#include "job/build_attrs_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"

static bool among(struct str_set set, struct str path)
{
	return bsearch(&path, set.v, set.n, sizeof(*set.v), str_cmp_qsort) != NULL;
}

/* The closure of the exported paths; of derivations in it also what they have built. */
static errint export_closure(struct store *s, struct arena *a, const struct graph_export *e,
			     struct str_set inputs, struct str_set *out, struct err *err)
{
	struct str *tops = ARENA_ARRAY(a, struct str, e->n_paths + 1);

	for (size_t i = 0; i < e->n_paths; i++) {
		if (!store_path_split(store_dir(s), e->paths[i], &tops[i], NULL))
			return err_set(err, ERR_EVAL,
				       "'%.*s' in exportReferencesGraph is not a store path",
				       STR_ARG(e->paths[i]));
		if (!among(inputs, tops[i]))
			return err_set(err, ERR_EVAL,
				       "cannot export references of '%.*s', which is not among the "
				       "derivation's inputs",
				       STR_ARG(tops[i]));
	}
	return store_closure(s, a, tops, e->n_paths, CLOSURE_OUTPUTS, out, err);
}

errint export_text(struct store *s, struct arena *a, const struct graph_export *e,
		   struct str_set inputs, struct str *out, struct err *err)
{
	BUF(b, LIMIT_NIX_STRING);
	struct str_set closure;
	errint rc = export_closure(s, a, e, inputs, &closure, err);

	for (size_t i = 0; !rc && i < closure.n; i++) {
		struct path_info info;

		rc = store_query(s, a, closure.v[i], &info, err);
		if (rc)
			break;
		/* The empty line is where a deriver could stand. */
		buf_printf(&b, "%.*s\n\n%zu\n", STR_ARG(info.path), info.n_refs);
		for (size_t k = 0; k < info.n_refs; k++)
			buf_printf(&b, "%.*s\n", STR_ARG(info.refs[k]));
	}
	if (!rc)
		rc = buf_check(&b, "exported references", err);
	if (!rc)
		*out = arena_str(a, buf_str(&b));
	return rc;
}

static errint closure_size(struct store *s, struct arena *a, struct str path, uint64_t *out,
			   struct err *err)
{
	struct str_set closure;
	uint64_t sum = 0;
	errint rc = store_closure(s, a, &path, 1, 0, &closure, err);

	for (size_t i = 0; !rc && i < closure.n; i++) {
		struct path_info info;

		rc = store_query(s, a, closure.v[i], &info, err);
		if (!rc)
			sum += info.nar_size;
	}
	if (!rc)
		*out = sum;
	return rc;
}

/* Store paths and hashes hold no letter that JSON would escape. */
static errint export_json_path(struct store *s, struct arena *a, struct str path, struct buf *b,
			       struct err *err)
{
	char hash[HASH_TEXT_MAX];
	struct path_info info;
	uint64_t size = 0;
	errint rc = store_query(s, a, path, &info, err);

	if (!rc)
		rc = closure_size(s, a, path, &size, err);
	if (rc)
		return rc;
	buf_putc(b, '{');
	if (info.ca.n)
		buf_printf(b, "\"ca\":\"%.*s\",", STR_ARG(info.ca));
	buf_printf(b, "\"closureSize\":%llu,\"narHash\":\"%s\",\"narSize\":%llu,\"path\":\"%.*s\",",
		   (unsigned long long)size, hash_format(&info.nar_hash, HASH_NIX32, true, hash),
		   (unsigned long long)info.nar_size, STR_ARG(info.path));
	buf_putz(b, "\"references\":[");
	for (size_t i = 0; i < info.n_refs; i++)
		buf_printf(b, "%s\"%.*s\"", i ? "," : "", STR_ARG(info.refs[i]));
	buf_putz(b, "],\"valid\":true}");
	return 0;
}

static errint export_json(struct store *s, struct arena *a, const struct graph_export *e,
			  struct str_set inputs, struct str *out, struct err *err)
{
	BUF(b, LIMIT_NIX_STRING);
	struct str_set closure;
	errint rc = export_closure(s, a, e, inputs, &closure, err);

	buf_putc(&b, '[');
	for (size_t i = 0; !rc && i < closure.n; i++) {
		if (i)
			buf_putc(&b, ',');
		rc = export_json_path(s, a, closure.v[i], &b, err);
	}
	buf_putc(&b, ']');
	if (!rc)
		rc = buf_check(&b, "exported references", err);
	if (!rc)
		*out = arena_str(a, buf_str(&b));
	return rc;
}

static int by_key(const void *a, const void *b)
{
	return str_cmp(((const struct json_member *)a)->key, ((const struct json_member *)b)->key);
}

static void put_member(struct json_member *v, size_t *n, struct str key, struct str value)
{
	for (size_t i = 0; i < *n; i++) {
		if (str_eq(v[i].key, key)) {
			v[i].value = value;
			return;
		}
	}
	v[(*n)++] = (struct json_member){key, value};
}

static struct str outputs_json(struct arena *a, const struct drv *d)
{
	BUF(b, LIMIT_NIX_STRING);

	buf_putc(&b, '{');
	for (size_t i = 0; i < d->n_outputs; i++)
		buf_printf(&b, "%s\"%.*s\":\"%.*s\"", i ? "," : "", STR_ARG(d->outputs[i].name),
			   STR_ARG(d->outputs[i].path));
	buf_putc(&b, '}');
	return arena_str(a, buf_str(&b));
}

errint build_attrs_files(struct store *s, struct arena *a, const struct build_attrs *t,
			 struct str_set inputs, struct str *json, struct str *shell,
			 struct err *err)
{
	BUF(b, LIMIT_NIX_STRING);
	struct graph_export *exports;
	size_t n_exports, n = t->n_members;
	errint rc = build_attrs_exports(t, &exports, &n_exports, err);

	if (rc)
		return rc;
	struct json_member *v = ARENA_ARRAY(a, struct json_member, n + n_exports + 1);
	for (size_t i = 0; i < n; i++)
		v[i] = t->members[i];
	put_member(v, &n, S("outputs"), outputs_json(a, t->drv));
	for (size_t i = 0; i < n_exports; i++) {
		struct str text;

		rc = export_json(s, a, &exports[i], inputs, &text, err);
		if (rc)
			return rc;
		put_member(v, &n, exports[i].name, text);
	}
	qsort(v, n, sizeof(*v), by_key);
	for (size_t i = 0; i < n; i++) {
		buf_putc(&b, i ? ',' : '{');
		json_put_str(&b, v[i].key);
		buf_putc(&b, ':');
		buf_puts(&b, v[i].value);
	}
	buf_putc(&b, '}');
	rc = buf_check(&b, ".attrs.json", err);
	if (rc)
		return rc;
	*json = arena_str(a, buf_str(&b));
	return build_attrs_shell(a, v, n, shell, err);
}

static bool shell_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

		if (!letter && (i == 0 || c < '0' || c > '9'))
			return false;
	}
	return s.n > 0;
}

static void put_quoted(struct buf *b, struct str s)
{
	buf_putc(b, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\'')
			buf_putz(b, "'\\''");
		else
			buf_putc(b, s.p[i]);
	}
	buf_putc(b, '\'');
}

/* A whole number, cut to 32 bits as Nix does; a fraction has no place in a shell. */
static bool put_number(struct arena *a, struct buf *b, struct str text)
{
	const char *z = arena_strz(a, text);
	double d = strtod(z, NULL);
	float f = (float)d;

	if (ceilf(f) != f)
		return false;
	long long whole = strpbrk(z, ".eE") ? (long long)d : strtoll(z, NULL, 10);
	buf_printf(b, "%d", (int)whole);
	return true;
}

/* False, with nothing appended, where a value is not simple. */
static bool put_simple(struct arena *a, struct buf *b, struct str v)
{
	ERR(ignored);
	struct str s;

	switch (v.p[0]) {
	case '"':
		if (json_string(a, v, &s, &ignored))
			return false;
		put_quoted(b, s);
		return true;
	case 'n':
		buf_putz(b, "''");
		return true;
	case 't':
		buf_putc(b, '1');
		return true;
	case 'f':
		return true;
	case '{':
	case '[':
		return false;
	default:
		return put_number(a, b, v);
	}
}

/* An array or an object of simple values. */
static errint put_list(struct arena *a, struct buf *b, struct str key, struct str v,
		       struct err *err)
{
	BUF(items, LIMIT_NIX_STRING);
	bool object = v.p[0] == '{';
	struct json_member *m;
	size_t n;
	errint rc = json_elements(a, v, &m, &n, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < n; i++) {
		if (object) {
			buf_putc(&items, '[');
			put_quoted(&items, m[i].key);
			buf_putz(&items, "]=");
		}
		if (!put_simple(a, &items, m[i].value))
			return 0;
		buf_putc(&items, ' ');
	}
	buf_printf(b, "declare -%c %.*s=(%s)\n", object ? 'A' : 'a', STR_ARG(key), buf_z(&items));
	return 0;
}

errint build_attrs_shell(struct arena *a, const struct json_member *v, size_t n, struct str *out,
			 struct err *err)
{
	BUF(b, LIMIT_NIX_STRING);
	errint rc = 0;

	for (size_t i = 0; !rc && i < n; i++) {
		BUF(value, LIMIT_NIX_STRING);

		if (!shell_name(v[i].key))
			continue;
		if (strchr("[{", v[i].value.p[0]))
			rc = put_list(a, &b, v[i].key, v[i].value, err);
		else if (put_simple(a, &value, v[i].value))
			buf_printf(&b, "declare %.*s=%s\n", STR_ARG(v[i].key), buf_z(&value));
	}
	if (!rc)
		rc = buf_check(&b, ".attrs.sh", err);
	if (!rc)
		*out = arena_str(a, buf_str(&b));
	return rc;
}
