/* SPDX-License-Identifier: MIT
 *
 * kit.json. */
#include "base/json.h"
#include "vendor/kit_int.h"

const char *kit_state_text(enum kit_state s)
{
	static const char *const texts[] = {
#define X(id, text) text,
		KIT_STATES(X)
#undef X
	};

	return texts[s];
}

const struct kit_member *kit_nar(const struct kit_manifest *m, struct str path)
{
	for (size_t i = 0; i < m->n_members; i++) {
		struct str name = m->members[i].name;

		if (str_starts(name, S("nar/")) && str_ends(name, S(".nar")) &&
		    str_eq(str_sub(name, 4, name.n - 8), store_path_base(path)))
			return &m->members[i];
	}
	return NULL;
}

void kit_label(struct arena *a, struct str label, const char **name, const char **release)
{
	struct str head = label, tail = S("");

	*release = str_cut(label, '@', &head, &tail) ? arena_strz(a, tail) : NULL;
	*name = arena_strz(a, head);
}

/* ---- writing ---- */

static void put_texts(struct buf *b, const char *key, const struct str *v, size_t n)
{
	buf_printf(b, "\"%s\": [", key);
	for (size_t i = 0; i < n; i++) {
		buf_putz(b, i ? ", " : "");
		json_put_str(b, v[i]);
	}
	buf_putc(b, ']');
}

static void put_path(struct buf *b, const struct path_info *p)
{
	char hash[HASH_TEXT_MAX];

	buf_putz(b, "{ \"path\": ");
	json_put_str(b, p->path);
	buf_printf(b, ", \"narHash\": \"%s\", \"narSize\": %llu, ",
		   hash_format(&p->nar_hash, HASH_SRI, true, hash),
		   (unsigned long long)p->nar_size);
	put_texts(b, "references", p->refs, p->n_refs);
	buf_putz(b, ", \"deriver\": ");
	json_put_str(b, p->deriver);
	buf_putz(b, ", \"ca\": ");
	json_put_str(b, p->ca);
	buf_putz(b, ", \"sigs\": ");
	json_put_str(b, p->sigs);
	buf_putz(b, " }");
}

static void put_member(struct buf *b, const struct kit_member *m)
{
	char hash[HASH_TEXT_MAX];

	buf_putz(b, "{ \"name\": ");
	json_put_str(b, m->name);
	buf_printf(b, ", \"offset\": %llu, \"size\": %llu, \"sha256\": \"%s\" }",
		   (unsigned long long)m->offset, (unsigned long long)m->size,
		   hash_format(&m->sha256, HASH_BASE16, false, hash));
}

void kit_manifest_print(const struct kit_manifest *m, struct buf *b)
{
	buf_putz(b, "{\n  \"version\": 1,\n  \"system\": ");
	json_put_str(b, m->system);
	buf_putz(b, ",\n  \"storeDir\": ");
	json_put_str(b, m->store_dir);
	buf_printf(b, ",\n  \"nars\": %llu,\n  \"recipes\": [", (unsigned long long)m->nars);
	for (size_t i = 0; i < m->n_recipes; i++) {
		buf_putz(b, i ? ",\n    { \"label\": " : "\n    { \"label\": ");
		json_put_str(b, m->recipes[i].label);
		buf_putz(b, ", ");
		put_texts(b, "outputs", m->recipes[i].outputs, m->recipes[i].n_outputs);
		buf_putz(b, " }");
	}
	buf_putz(b, "\n  ],\n  \"paths\": [");
	for (size_t i = 0; i < m->n_paths; i++) {
		buf_putz(b, i ? ",\n    " : "\n    ");
		put_path(b, &m->paths[i]);
	}
	buf_putz(b, "\n  ],\n  \"members\": [");
	for (size_t i = 0; i < m->n_members; i++) {
		buf_putz(b, i ? ",\n    " : "\n    ");
		put_member(b, &m->members[i]);
	}
	buf_putz(b, "\n  ]\n}\n");
}

/* ---- reading ---- */

struct kit_object {
	struct arena *a;
	struct json_member *v;
	size_t n;
};

static errint open_object(struct arena *a, struct str text, struct kit_object *out, struct err *err)
{
	out->a = a;
	return json_members(a, text, &out->v, &out->n, err);
}

static errint text_of(const struct kit_object *o, const char *key, struct str *out, struct err *err)
{
	const struct str *value = json_find(o->v, o->n, str_c(key));
	errint rc = value ? json_string(o->a, *value, out, err)
			  : err_set(err, ERR_CORRUPT, "it is missing");

	return rc ? err_wrap(err, "'%s'", key) : 0;
}

static errint texts_of(const struct kit_object *o, const char *key, struct str **out, size_t *n,
		       struct err *err)
{
	errint rc = json_strings(o->a, json_find(o->v, o->n, str_c(key)), out, n, err);

	return rc ? err_wrap(err, "'%s'", key) : 0;
}

static errint number_of(const struct kit_object *o, const char *key, uint64_t *out, struct err *err)
{
	const struct str *value = json_find(o->v, o->n, str_c(key));

	return value && str_to_u64(*value, out)
		       ? 0
		       : err_set(err, ERR_CORRUPT, "'%s' is no number", key);
}

static errint hash_of(const struct kit_object *o, const char *key, struct hash *out,
		      struct err *err)
{
	struct str text;
	errint rc = text_of(o, key, &text, err);

	if (!rc)
		rc = hash_parse(text, HASH_SHA256, out, err);
	return rc;
}

static errint items_of(const struct kit_object *o, const char *key, struct str **out, size_t *n,
		       struct err *err)
{
	const struct str *value = json_find(o->v, o->n, str_c(key));
	errint rc = value ? json_items(o->a, *value, out, n, err)
			  : err_set(err, ERR_CORRUPT, "it is missing");

	return rc ? err_wrap(err, "'%s'", key) : 0;
}

static errint read_path(struct arena *a, struct str text, struct str dir, struct path_info *p,
			struct err *err)
{
	struct kit_object o;
	errint rc = open_object(a, text, &o, err);

	if (!rc)
		rc = text_of(&o, "path", &p->path, err);
	if (!rc && !store_path_is(dir, p->path))
		return err_set(err, ERR_CORRUPT, "'%.*s' is no store path", STR_ARG(p->path));
	if (!rc)
		rc = hash_of(&o, "narHash", &p->nar_hash, err);
	if (!rc)
		rc = number_of(&o, "narSize", &p->nar_size, err);
	if (!rc)
		rc = texts_of(&o, "references", &p->refs, &p->n_refs, err);
	if (!rc)
		rc = text_of(&o, "deriver", &p->deriver, err);
	if (!rc)
		rc = text_of(&o, "ca", &p->ca, err);
	if (!rc)
		rc = text_of(&o, "sigs", &p->sigs, err);
	for (size_t i = 0; !rc && i < p->n_refs; i++)
		if (!store_path_is(dir, p->refs[i]))
			rc = err_set(err, ERR_CORRUPT, "'%.*s' is no store path",
				     STR_ARG(p->refs[i]));
	return rc;
}

static errint read_member(struct arena *a, struct str text, struct kit_member *m, struct err *err)
{
	struct kit_object o;
	errint rc = open_object(a, text, &o, err);

	if (!rc)
		rc = text_of(&o, "name", &m->name, err);
	if (!rc)
		rc = number_of(&o, "offset", &m->offset, err);
	if (!rc)
		rc = number_of(&o, "size", &m->size, err);
	return rc ? rc : hash_of(&o, "sha256", &m->sha256, err);
}

static errint read_recipe(struct arena *a, struct str text, struct str dir, struct kit_recipe *r,
			  struct err *err)
{
	struct kit_object o;
	errint rc = open_object(a, text, &o, err);

	if (!rc)
		rc = text_of(&o, "label", &r->label, err);
	if (!rc)
		rc = texts_of(&o, "outputs", &r->outputs, &r->n_outputs, err);
	for (size_t i = 0; !rc && i < r->n_outputs; i++)
		if (!store_path_is(dir, r->outputs[i]))
			rc = err_set(err, ERR_CORRUPT, "'%.*s' is no store path",
				     STR_ARG(r->outputs[i]));
	return rc;
}

static errint read_lists(const struct kit_object *o, struct kit_manifest *m, struct err *err)
{
	struct arena *a = o->a;
	struct str *items;
	size_t n;
	errint rc = items_of(o, "recipes", &items, &n, err);

	m->recipes = rc ? NULL : ARENA_ARRAY(a, struct kit_recipe, n);
	for (; !rc && m->n_recipes < n; m->n_recipes++)
		rc = read_recipe(a, items[m->n_recipes], m->store_dir, &m->recipes[m->n_recipes],
				 err);
	if (!rc)
		rc = items_of(o, "paths", &items, &n, err);
	m->paths = rc ? NULL : ARENA_ARRAY(a, struct path_info, n);
	for (; !rc && m->n_paths < n; m->n_paths++)
		rc = read_path(a, items[m->n_paths], m->store_dir, &m->paths[m->n_paths], err);
	if (!rc)
		rc = items_of(o, "members", &items, &n, err);
	m->members = rc ? NULL : ARENA_ARRAY(a, struct kit_member, n);
	for (; !rc && m->n_members < n; m->n_members++)
		rc = read_member(a, items[m->n_members], &m->members[m->n_members], err);
	return rc;
}

/* Members stand one behind the other. */
static errint check_members(const struct kit_manifest *m, struct err *err)
{
	uint64_t at = 0;

	for (size_t i = 0; i < m->n_members; i++) {
		const struct kit_member *it = &m->members[i];

		if (it->offset < at || it->offset + it->size < it->offset)
			return err_set(err, ERR_CORRUPT,
				       "'%.*s' is not behind what comes before it",
				       STR_ARG(it->name));
		at = it->offset + it->size;
	}
	for (size_t i = 0; i < m->n_paths; i++)
		if (!kit_nar(m, m->paths[i].path))
			return err_set(err, ERR_CORRUPT, "it lacks '%.*s'",
				       STR_ARG(m->paths[i].path));
	return 0;
}

errint kit_manifest_parse(struct arena *a, struct str text, struct kit_manifest *out,
			  struct err *err)
{
	struct kit_manifest m = {0};
	struct kit_object o;
	errint rc = open_object(a, text, &o, err);

	if (rc)
		return rc;
	const struct str *version = json_find(o.v, o.n, S("version"));
	if (!version || !str_eq(*version, S("1"))) {
		err_set(err, ERR_UNSUPPORTED, "its version is %.*s, and this kiln knows 1",
			STR_ARG(version ? *version : S("not told")));
		return err_hint(err, "the kiln in it can read it: 'tar --zstd -xf FILE kiln'");
	}
	rc = text_of(&o, "system", &m.system, err);
	if (!rc)
		rc = text_of(&o, "storeDir", &m.store_dir, err);
	if (!rc)
		rc = number_of(&o, "nars", &m.nars, err);
	if (!rc)
		rc = read_lists(&o, &m, err);
	if (!rc)
		rc = check_members(&m, err);
	if (!rc)
		*out = m;
	return rc;
}
