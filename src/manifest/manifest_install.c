/* SPDX-License-Identifier: MIT
 *
 * [install] and [pkg-groups]. */
#include <stddef.h>

#include "base/suggest.h"
#include "base/toml_edit.h"
#include "manifest/manifest_int.h"

/* What a table of [install] says, before it is known to be a package of one kind. */
struct descriptor {
	struct manifest_package p;
	struct manifest_text pkg_path, flake, store_path;
};

/* An array of attributes is the same as they joined by dots. */
static errint read_pkg_path(struct manifest_reader *r, const struct toml *v, void *into)
{
	struct manifest_text *out = into;
	struct manifest_texts list;
	BUF(b, LIMIT_TOML_TEXT);

	if (v->kind != TOML_ARRAY)
		return manifest_read_kind(r, MANIFEST_KIND_TEXT, v, out);
	errint rc = manifest_read_kind(r, MANIFEST_KIND_TEXTS, v, &list);
	for (size_t i = 0; !rc && i < list.n; i++) {
		bool quoted = str_chr(list.v[i].text, '.') >= 0;

		buf_printf(&b, "%s%s%.*s%s", i ? "." : "", quoted ? "\"" : "",
			   STR_ARG(list.v[i].text), quoted ? "\"" : "");
	}
	*out = (struct manifest_text){arena_str(r->arena, buf_str(&b)), v};
	return rc;
}

static errint read_outputs(struct manifest_reader *r, const struct toml *v, void *into)
{
	struct manifest_package *p = into;

	if (v->kind == TOML_ARRAY)
		return manifest_read_kind(r, MANIFEST_KIND_TEXTS, v, &p->outputs);
	if (v->kind != TOML_STRING || !str_eqz(v->text, "all")) {
		manifest_wrong(r, v, "is neither \"all\" nor a list of outputs");
		return err_hint(r->err, "for instance [ \"out\", \"dev\" ]");
	}
	p->outputs.at = v;
	p->all_outputs = true;
	return 0;
}

#define AT(member) offsetof(struct descriptor, member)

static const struct manifest_key package_keys[] = {
	{"pkg-path", MANIFEST_KIND_OWN, 0, AT(pkg_path), read_pkg_path},
	{"flake", MANIFEST_KIND_TEXT, 0, AT(flake), NULL},
	{"store-path", MANIFEST_KIND_TEXT, 0, AT(store_path), NULL},
	{"version", MANIFEST_KIND_TEXT, 0, AT(p.version), NULL},
	{"pkg-group", MANIFEST_KIND_TEXT, 0, AT(p.group), NULL},
	{"priority", MANIFEST_KIND_NUMBER, 0, AT(p.priority), NULL},
	{"systems", MANIFEST_KIND_TEXTS, 0, AT(p.systems), NULL},
	{"outputs", MANIFEST_KIND_OWN, 10, AT(p), read_outputs},
};

/* The keys that only packages of the catalog have, or that those of a path do not. */
static void find_misfits(struct manifest_reader *r, const struct toml *v,
			 enum manifest_package_kind kind)
{
	static const char *const misfits[] = {"version", "pkg-group", "outputs"};

	for (size_t i = 0; i < (kind == MANIFEST_FLAKE ? 2 : 3); i++) {
		const struct toml *there = toml_get(v, str_c(misfits[i]));

		if (!there || kind == MANIFEST_CATALOG)
			continue;
		manifest_path_push(r, str_c(misfits[i]));
		manifest_find(r, MANIFEST_UNKNOWN, there, S(""), 0);
		manifest_path_pop(r);
	}
}

/* A key of it may be one of the three, misspelled, or the rest of an id that wants quotes. */
static errint has_none(struct manifest_reader *r, const struct toml *v)
{
	static const char *const kinds[] = {"pkg-path", "flake", "store-path"};
	errint rc = manifest_wrong(r, v, "has none of 'pkg-path', 'flake', 'store-path'");
	BUF(id, LIMIT_TOML_TEXT);

	for (size_t i = 0; i < v->table.n; i++) {
		const struct toml_entry *e = &v->table.entries[i];
		struct suggestion s = suggestion_for(e->key);

		if (e->value->kind == TOML_TABLE) {
			buf_printf(&id, "%.*s.%.*s", STR_ARG(r->path[r->n_path - 1]),
				   STR_ARG(e->key));
			return err_hint(r->err, "a name with dots is written in quotes: \"%s\"",
					buf_z(&id));
		}
		for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
			suggestion_offer(&s, str_c(kinds[k]));
		if (suggestion_hint(&s, r->err))
			return rc;
	}
	return rc;
}

static errint choose_kind(struct manifest_reader *r, const struct toml *v, struct descriptor *d)
{
	const struct manifest_text *what[] = {&d->pkg_path, &d->flake, &d->store_path};
	size_t n = 0;

	/* ORDER manifest_package_kind */
	for (size_t i = 0; i < ARRAY_LEN(what); i++) {
		if (!what[i]->at)
			continue;
		n++;
		d->p.kind = (enum manifest_package_kind)i;
		d->p.what = *what[i];
	}
	if (n == 1 && d->p.what.text.n) {
		find_misfits(r, v, d->p.kind);
		return 0;
	}
	if (n > 1)
		return manifest_wrong(r, v,
				      "has more than one of 'pkg-path', 'flake', 'store-path'");
	if (n)
		return manifest_wrong(r, d->p.what.at, "names no package");
	return has_none(r, v);
}

static errint read_package(struct manifest_reader *r, const struct toml *v, void *into)
{
	struct descriptor d = {.p = {.id = r->path[r->n_path - 1], .at = v}};
	BUF(path, LIMIT_TOML_TEXT);

	if (!d.p.id.n)
		return manifest_wrong(r, v, "has no install id");
	if (v->kind == TOML_STRING) {
		manifest_wrong(r, v, "is a string, not a table");
		toml_put_path(&path, &d.p.id, 1);
		buf_putz(&path, ".pkg-path = ");
		toml_put_str(&path, v->text);
		return err_hint(r->err, "write it as: %s", buf_z(&path));
	}
	d.p.priority.value = MANIFEST_DEFAULT_PRIORITY;
	errint rc = manifest_read_table(r, v, package_keys, ARRAY_LEN(package_keys), &d);
	if (rc)
		return rc;
	if (d.p.priority.value < 0)
		return manifest_wrong(r, d.p.priority.at, "has a priority below 0");
	rc = choose_kind(r, v, &d);
	/* Before there was 'outputs', all were installed. */
	if (r->m->schema == MANIFEST_V1 && d.p.kind != MANIFEST_STORE_PATH)
		d.p.all_outputs = true;
	*(struct manifest_package *)into = d.p;
	return rc;
}

errint manifest_read_install(struct manifest_reader *r, const struct toml *v, void *into)
{
	struct manifest *m = into;
	void *out = NULL;
	errint rc = manifest_read_map(r, v, sizeof(struct manifest_package), read_package, &out,
				      &m->n_packages);

	m->packages = out;
	return rc;
}

static const struct manifest_key group_keys[] = {
	{"stability", MANIFEST_KIND_TEXT, 0, offsetof(struct manifest_group, stability), NULL},
};

static errint read_group(struct manifest_reader *r, const struct toml *v, void *into)
{
	struct manifest_group *g = into;

	g->name = r->path[r->n_path - 1];
	g->at = v;
	return manifest_read_table(r, v, group_keys, ARRAY_LEN(group_keys), g);
}

errint manifest_read_groups(struct manifest_reader *r, const struct toml *v, void *into)
{
	struct manifest *m = into;
	void *out = NULL;
	errint rc = manifest_read_map(r, v, sizeof(struct manifest_group), read_group, &out,
				      &m->n_groups);

	m->groups = out;
	return rc;
}
