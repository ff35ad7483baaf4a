/* SPDX-License-Identifier: MIT
 *
 * Writing manifest.lock. */
#include "manifest/manifest.h"
#include "manifest/manifest_json.h"
#include "manifest/manifest_lock.h"

/* ---- packages ---- */

static void put_text(struct buf *b, const char *key, struct str s)
{
	if (!s.p)
		return;
	manifest_json_key(b, key);
	json_put_str(b, s);
}

static void put_flag(struct buf *b, const char *key, int flag)
{
	if (flag < 0)
		return;
	manifest_json_key(b, key);
	buf_putz(b, flag ? "true" : "false");
}

static void put_list(struct buf *b, const char *key, const struct manifest_locked_list *l)
{
	if (!l->v)
		return;
	manifest_json_key(b, key);
	buf_putc(b, '[');
	for (size_t i = 0; i < l->n; i++) {
		if (i)
			buf_putc(b, ',');
		json_put_str(b, l->v[i]);
	}
	buf_putc(b, ']');
}

static void put_outputs(struct buf *b, const struct manifest_locked *p)
{
	MANIFEST_SORTED(v, p->outputs, p->n_outputs);

	manifest_json_key(b, "outputs");
	buf_putc(b, '{');
	for (size_t i = 0; i < p->n_outputs; i++) {
		const struct manifest_locked_output *o = v[i];

		manifest_json_name(b, o->name);
		json_put_str(b, o->path);
	}
	buf_putc(b, '}');
}

static void put_catalog(struct buf *b, const struct manifest_locked *p)
{
	put_text(b, "attr_path", p->attr_path);
	put_flag(b, "broken", p->broken);
	put_text(b, "derivation", p->derivation);
	put_text(b, "description", p->description);
	put_text(b, "install_id", p->install_id);
	if (p->licenses.n)
		put_text(b, "license", p->licenses.v[0]);
	put_text(b, "locked_url", p->locked_url);
	put_text(b, "name", p->name);
	put_text(b, "pname", p->pname);
	put_text(b, "rev", p->rev);
	manifest_json_key(b, "rev_count");
	buf_printf(b, "%lld", (long long)p->rev_count);
	put_text(b, "rev_date", p->rev_date);
	put_text(b, "scrape_date", p->scrape_date);
	put_list(b, "stabilities", &p->stabilities);
	put_flag(b, "unfree", p->unfree);
	put_text(b, "version", p->version);
	put_list(b, "outputs_to_install", &p->outputs_to_install);
	put_outputs(b, p);
	put_text(b, "system", p->system);
	put_text(b, "group", p->group);
}

static void put_flake(struct buf *b, const struct manifest_locked *p)
{
	put_text(b, "install_id", p->install_id);
	put_text(b, "locked-url", p->locked_url);
	put_text(b, "flake-description", p->flake_description);
	put_text(b, "locked-flake-attr-path", p->attr_path);
	put_text(b, "derivation", p->derivation);
	put_outputs(b, p);
	put_list(b, "output-names", &p->output_names);
	put_list(b, "outputs-to-install", &p->outputs_to_install);
	put_list(b, "requested-outputs-to-install", &p->requested_outputs);
	put_text(b, "package-system", p->package_system);
	put_text(b, "system", p->system);
	put_text(b, "name", p->name);
	put_text(b, "pname", p->pname);
	put_text(b, "version", p->version);
	put_text(b, "description", p->description);
	put_list(b, "licenses", &p->licenses);
	put_flag(b, "broken", p->broken);
	put_flag(b, "unfree", p->unfree);
}

static void put_package(struct buf *b, const struct manifest_locked *p)
{
	buf_putc(b, '{');
	if (p->kind == MANIFEST_CATALOG) {
		put_catalog(b, p);
	} else if (p->kind == MANIFEST_FLAKE) {
		put_flake(b, p);
	} else {
		put_text(b, "install_id", p->install_id);
		put_text(b, "store_path", p->store_path);
		put_text(b, "system", p->system);
	}
	manifest_json_key(b, "priority");
	buf_printf(b, "%llu}", (unsigned long long)p->priority);
}

void manifest_lock_print(const struct manifest_lock *l, struct buf *out)
{
	BUF(b, LIMIT_LOCK_FILE);

	buf_printf(&b, "{\"lockfile-version\":1,\"manifest\":%.*s,\"packages\":[",
		   STR_ARG(l->manifest));
	for (size_t i = 0; i < l->n; i++) {
		if (i)
			buf_putc(&b, ',');
		put_package(&b, &l->packages[i]);
	}
	buf_putc(&b, ']');
	if (l->compose.n)
		buf_printf(&b, ",\"compose\":%.*s", STR_ARG(l->compose));
	buf_putc(&b, '}');
	json_put_pretty(out, buf_str(&b));
	buf_putc(out, '\n');
	out->over |= b.over;
}

/* ---- the manifest in it ---- */

static void put_compose(struct buf *b, const struct manifest *m)
{
	buf_putz(b, "{\"composer\":");
	manifest_put_json(b, m);
	buf_putz(b, ",\"include\":[");
	for (size_t i = 0; i < m->n_includes; i++) {
		const struct manifest_include *one = &m->includes[i];

		buf_putz(b, i ? ",{\"manifest\":" : "{\"manifest\":");
		manifest_put_json(b, one->manifest);
		put_text(b, "name", one->name.at ? one->name.text : one->found_name);
		manifest_json_key(b, "descriptor");
		manifest_put_toml_json(b, one->at, false);
		buf_putc(b, '}');
	}
	buf_putz(b, "],\"warnings\":[]}");
}

void manifest_lock_take(struct manifest_lock *l, const struct manifest *m,
			const struct manifest *whole, struct arena *a)
{
	BUF(b, LIMIT_LOCK_FILE);

	manifest_put_json(&b, whole);
	l->manifest = arena_str(a, buf_str(&b));
	l->compose = (struct str){"", 0};
	if (m == whole)
		return;
	buf_clear(&b);
	put_compose(&b, m);
	l->compose = arena_str(a, buf_str(&b));
}

/* ---- is it that one's? ---- */

static bool same(struct str a, struct str b)
{
	BUF(x, LIMIT_LOCK_FILE);
	BUF(y, LIMIT_LOCK_FILE);

	json_put_pretty(&x, a);
	json_put_pretty(&y, b);
	return !x.over && !y.over && str_eq(buf_str(&x), buf_str(&y));
}

static const struct str *member(struct str json, const char *key, struct arena *a)
{
	struct json_member *v;
	size_t n;
	ERR(none);

	return json_members(a, json, &v, &n, &none) ? NULL : json_find(v, n, str_c(key));
}

/* Flox locks a manifest as one of its newest schema, in which what version = 1 leaves unsaid is
 * said. */
static void raise_to_locked(struct manifest *m, struct str locked, struct arena *a)
{
	const struct str *text = member(locked, "schema-version", a);
	unsigned schema = MANIFEST_LATEST_SCHEMA;
	struct str version;
	ERR(none);

	if (!text || json_string(a, *text, &version, &none))
		return;
	while (schema > m->schema && !str_eqz(version, manifest_schema_text(schema)))
		schema--;
	if (schema <= m->schema || schema < MANIFEST_OLDEST_SCHEMA)
		return;
	struct manifest_package *v = ARENA_ARRAY(a, struct manifest_package, m->n_packages + 1);
	for (size_t i = 0; i < m->n_packages; i++) {
		v[i] = m->packages[i];
		if (v[i].all_outputs && !v[i].outputs.at)
			v[i].outputs.at = v[i].at;
	}
	m->packages = v;
	m->schema = schema;
}

static bool is_locked(struct str locked, const struct manifest *m, struct arena *a)
{
	struct manifest raised = *m;
	BUF(b, LIMIT_LOCK_FILE);

	raise_to_locked(&raised, locked, a);
	manifest_put_json(&b, &raised);
	return !b.over && same(locked, buf_str(&b));
}

static bool are_locked(struct str compose, const struct manifest *m, struct arena *a)
{
	const struct str *own = member(compose, "composer", a);
	const struct str *list = member(compose, "include", a);
	struct str *items;
	size_t n;
	ERR(none);

	if (!own || !list || !is_locked(*own, m, a) || json_items(a, *list, &items, &n, &none) ||
	    n != m->n_includes)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct str *one = member(items[i], "manifest", a);

		if (!one || !m->includes[i].manifest ||
		    !is_locked(*one, m->includes[i].manifest, a))
			return false;
	}
	return true;
}

bool manifest_lock_is_of(const struct manifest_lock *l, const struct manifest *m,
			 const struct manifest *whole)
{
	ARENA(a);

	if (m == whole)
		return !l->compose.n && is_locked(l->manifest, m, &a);
	return l->compose.n && are_locked(l->compose, m, &a);
}
