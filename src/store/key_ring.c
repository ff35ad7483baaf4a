/* SPDX-License-Identifier: MIT
 *
 * [keys] of kiln.toml, read and added to. */
#include "store/key_ring.h"

#include "base/date.h"
#include "base/file.h"
#include "base/json.h"
#include "base/toml.h"
#include "base/toml_edit.h"

static errint read_date(const struct toml *table, const char *key, int64_t *out, struct err *err)
{
	const struct toml *v = toml_get(table, str_c(key));

	if (!v)
		return 0;
	if (v->kind != TOML_OFFSET_DATE_TIME && v->kind != TOML_LOCAL_DATE)
		return toml_err(v, err, "'%s' is %s, not a date or a date-time with its zone", key,
				toml_kind_text(v->kind));
	if (!date_parse(v->text, out))
		return toml_err(v, err, "'%.*s' is no date that there is", STR_ARG(v->text));
	return 0;
}

static errint read_text(const struct toml *table, const char *key, struct str *out, struct err *err)
{
	const struct toml *v;
	errint rc = toml_want(table, key, TOML_STRING, &v, err);

	if (!rc && v)
		*out = v->text;
	return rc;
}

static errint read_gates(const struct toml *table, struct arena *a, struct trusted_key *k,
			 struct err *err)
{
	const struct toml *v;
	errint rc = toml_want(table, "gates", TOML_ARRAY, &v, err);

	if (rc || !v)
		return rc;
	if (!v->array.n)
		return toml_err(v, err, "'gates' names none; a key without 'gates' may sign all");
	k->n_gates = v->array.n;
	k->gates = ARENA_ARRAY(a, struct str, k->n_gates);
	for (size_t i = 0; i < k->n_gates; i++) {
		if (v->array.items[i]->kind != TOML_STRING)
			return toml_err(v->array.items[i], err, "'gates' lists names, not %s",
					toml_kind_text(v->array.items[i]->kind));
		k->gates[i] = v->array.items[i]->text;
	}
	return 0;
}

static errint read_retirement(const struct toml *table, struct trusted_key *k, struct err *err)
{
	const struct toml *v;
	errint rc = read_date(table, "retired", &k->retired_at, err);

	if (!rc)
		rc = read_text(table, "reason", &k->reason, err);
	if (!rc)
		rc = read_text(table, "evidence", &k->evidence, err);
	if (!rc)
		rc = toml_want(table, "compromised", TOML_BOOLEAN, &v, err);
	if (rc)
		return rc;
	k->compromised = v && v->boolean;
	k->retired = k->compromised || toml_get(table, S("retired"));
	return 0;
}

static errint read_key(const struct toml_entry *e, struct arena *a, struct trusted_key *k,
		       struct err *err)
{
	static const char *const known[] = {"public",  "from",   "until",       "gates",
					    "retired", "reason", "compromised", "evidence"};
	const struct toml *public;

	*k = (struct trusted_key){.from = INT64_MIN, .until = INT64_MAX};
	if (e->value->kind != TOML_TABLE)
		return toml_err(e->value, err, "key '%.*s' is a table with 'public'",
				STR_ARG(e->key));
	for (size_t i = 0; i < e->value->table.n; i++) {
		const struct toml_entry *row = &e->value->table.entries[i];
		bool found = false;

		for (size_t j = 0; j < ARRAY_LEN(known); j++)
			found |= str_eqz(row->key, known[j]);
		/* A misspelt 'retired' must not leave a key trusted. */
		if (!found)
			return toml_err(row->value, err, "a key has no '%.*s'", STR_ARG(row->key));
	}
	errint rc = toml_need(e->value, "public", TOML_STRING, &public, err);
	if (rc)
		return rc;
	if (public_key_parse(a, public->text, &k->key, err))
		return err_wrap(err, "%s:%u:%u", public->file, public->line, public->column);
	if (!str_eq(k->key.name, e->key))
		return toml_err(public, err, "key '%.*s' is called '%.*s' by itself",
				STR_ARG(e->key), STR_ARG(k->key.name));
	rc = read_date(e->value, "from", &k->from, err);
	if (!rc)
		rc = read_date(e->value, "until", &k->until, err);
	if (!rc)
		rc = read_gates(e->value, a, k, err);
	return rc ? rc : read_retirement(e->value, k, err);
}

errint key_ring_parse(struct str text, const char *file, struct arena *a, struct key_ring *out,
		      struct err *err)
{
	struct toml *root;
	const struct toml *keys = NULL;
	struct key_ring r = {0};
	errint rc = toml_parse(text, file, a, &root, err);

	if (!rc)
		rc = toml_want(root, "keys", TOML_TABLE, &keys, err);
	if (rc)
		return rc;
	r.v = ARENA_ARRAY(a, struct trusted_key, keys ? keys->table.n : 0);
	for (size_t i = 0; keys && i < keys->table.n; i++) {
		rc = read_key(&keys->table.entries[i], a, &r.v[r.n++], err);
		if (rc)
			return rc;
	}
	*out = r;
	return 0;
}

errint key_ring_read(const char *file, struct arena *a, struct key_ring *out, struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);
	ERR(absent);

	if (file_read(AT_FDCWD, file, &text, &absent)) {
		if (absent.code != ERR_NOT_FOUND)
			return err_move(err, &absent);
		*out = (struct key_ring){0};
		return 0;
	}
	return key_ring_parse(buf_str(&text), file, a, out, err);
}

struct trusted_key *key_ring_find(const struct key_ring *r, struct str name)
{
	for (size_t i = 0; i < r->n; i++)
		if (str_eq(r->v[i].key.name, name))
			return &r->v[i];
	return NULL;
}

void key_ring_restrict(struct key_ring *r, const struct key_ring *other)
{
	for (size_t i = 0; i < r->n; i++) {
		struct trusted_key *k = &r->v[i];

		for (size_t j = 0; j < other->n; j++) {
			const struct trusted_key *o = &other->v[j];

			/* The same key under another name is the same key. */
			if (!o->retired || memcmp(o->key.b, k->key.b, KEY_PUBLIC_SIZE) != 0)
				continue;
			k->compromised |= o->compromised;
			if (k->retired)
				continue;
			k->retired = true;
			k->retired_at = o->retired_at;
			k->reason = o->reason;
			k->evidence = o->evidence;
		}
	}
}

enum key_standing key_standing(const struct trusted_key *k, int64_t at)
{
	if (k->compromised)
		return KEY_COMPROMISED;
	if (k->retired)
		return KEY_RETIRED;
	if (at < k->from)
		return KEY_NOT_YET;
	return at >= k->until ? KEY_EXPIRED : KEY_GOOD;
}

bool key_may_sign(const struct trusted_key *k, struct str gate)
{
	for (size_t i = 0; i < k->n_gates; i++)
		if (str_eq(k->gates[i], gate))
			return true;
	return k->n_gates == 0;
}

/* ---- edits ---- */

struct key_rows {
	struct toml_row v[8];
	size_t n;
	struct arena a;
};

static void add(struct key_rows *r, const char *key, struct str value)
{
	r->v[r->n++] = (struct toml_row){key, value};
}

static void add_text(struct key_rows *r, const char *key, struct str value)
{
	BUF(b, LIMIT_SMALL_FILE);

	json_put_str(&b, value);
	add(r, key, arena_str(&r->a, buf_str(&b)));
}

static void add_date(struct key_rows *r, const char *key, int64_t at)
{
	char text[DATE_TEXT_MAX];

	add(r, key, arena_str(&r->a, str_c(date_print(at, text))));
}

static void add_gates(struct key_rows *r, const struct trusted_key *k)
{
	BUF(b, LIMIT_SMALL_FILE);

	for (size_t i = 0; i < k->n_gates; i++) {
		buf_putz(&b, i ? ", " : "[");
		json_put_str(&b, k->gates[i]);
	}
	buf_putc(&b, ']');
	if (k->n_gates)
		add(r, "gates", arena_str(&r->a, buf_str(&b)));
}

static void release_rows(struct key_rows *r)
{
	arena_release(&r->a);
}

errint key_ring_trust(struct str text, const char *file, const struct trusted_key *k,
		      struct buf *out, struct err *err)
{
	struct key_rows rows CLEANUP(release_rows) = {0};
	struct key_ring there;
	BUF(public, LIMIT_SMALL_FILE);
	errint rc = key_ring_parse(text, file, &rows.a, &there, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < there.n; i++) {
		const struct trusted_key *t = &there.v[i];
		bool same = memcmp(t->key.b, k->key.b, KEY_PUBLIC_SIZE) == 0;

		if (same || str_eq(t->key.name, k->key.name))
			return err_set(err, ERR_EXISTS, "%s has %s key%s%.*s%s", file,
				       same ? "this" : "another", same ? ", as '" : " '",
				       STR_ARG(t->key.name),
				       same && t->retired ? "', retired" : "'");
	}
	public_key_print(&k->key, &public);
	add_text(&rows, "public", buf_str(&public));
	if (k->from != INT64_MIN)
		add_date(&rows, "from", k->from);
	if (k->until != INT64_MAX)
		add_date(&rows, "until", k->until);
	add_gates(&rows, k);
	return toml_edit_add(text, file, (struct str[]){S("keys"), k->key.name}, 2, rows.v, rows.n,
			     out, err);
}

errint key_ring_retire(struct str text, const char *file, const struct trusted_key *k,
		       struct buf *out, struct err *err)
{
	struct key_rows rows CLEANUP(release_rows) = {0};
	struct key_ring there;
	errint rc = key_ring_parse(text, file, &rows.a, &there, err);

	if (rc)
		return rc;
	const struct trusted_key *t = key_ring_find(&there, k->key.name);
	if (!t) {
		err_set(err, ERR_NOT_FOUND, "%s trusts no key '%.*s'", file, STR_ARG(k->key.name));
		return err_hint(err, "kiln key list shows them");
	}
	if (t->retired) {
		err_set(err, ERR_EXISTS, "key '%.*s' is retired already", STR_ARG(k->key.name));
		return err_hint(err, "what is wrong with that, change in %s by hand", file);
	}
	add_date(&rows, "retired", k->retired_at);
	add_text(&rows, "reason", k->reason);
	add(&rows, "compromised", k->compromised ? S("true") : S("false"));
	if (k->evidence.n)
		add_text(&rows, "evidence", k->evidence);
	return toml_edit_add(text, file, (struct str[]){S("keys"), k->key.name}, 2, rows.v, rows.n,
			     out, err);
}
