/* SPDX-License-Identifier: MIT
 *
 * The manifest's root: its schema first, which says what the rest may have, then the sections. */
#include "manifest/manifest.h"

#include <stddef.h>
#include <stdio.h>

#include "base/file.h"
#include "base/suggest.h"
#include "manifest/manifest_int.h"
#include "manifest/manifest_json.h"

/* ---- the schema ---- */

static const char *const schema_texts[] = {"1.10.0", "1.11.0", "1.12.0", "1.13.0", "1.14.0",
					   "1.15.0", "1.16.0", "1.17.0", "1.18.0", "1.19.0"};

const char *manifest_schema_text(unsigned schema)
{
	if (schema < MANIFEST_OLDEST_SCHEMA || schema > MANIFEST_LATEST_SCHEMA)
		return "1";
	return schema_texts[schema - MANIFEST_OLDEST_SCHEMA];
}

static errint read_old_version(struct manifest *m, const struct toml *v, struct err *err)
{
	if (v->kind == TOML_INTEGER && v->integer == 1) {
		m->schema = MANIFEST_V1;
		m->schema_at = v;
		return 0;
	}
	if (v->kind == TOML_INTEGER)
		return toml_err(v, err, "version %lld of manifests is not known, only 1",
				(long long)v->integer);
	errint rc = toml_err(v, err, "'version' is %s, not the number 1", toml_kind_text(v->kind));
	if (v->kind == TOML_STRING)
		err_hint(err, "schemas as text stand in 'schema-version', for instance "
			      "schema-version = \"1.12.0\"");
	return rc;
}

static errint read_schema(struct manifest *m, struct arena *a, struct err *err)
{
	const struct toml *old = toml_get(m->root, S("version")), *v;
	errint rc = toml_want(m->root, "schema-version", TOML_STRING, &v, err);

	if (rc)
		return err_hint(err, "for instance schema-version = \"1.12.0\"");
	if (old && v) {
		toml_err(old, err, "both 'version' and 'schema-version' are there");
		return err_hint(err, "remove 'version'");
	}
	if (old)
		return read_old_version(m, old, err);
	if (!v) {
		toml_err(m->root, err, "'schema-version' is missing");
		return err_hint(
			err, "add 'schema-version = \"1.12.0\"', or 'version = 1', as first line");
	}
	for (size_t i = 0; i < ARRAY_LEN(schema_texts); i++) {
		if (!str_eqz(v->text, schema_texts[i]))
			continue;
		m->schema = MANIFEST_OLDEST_SCHEMA + (unsigned)i;
		m->schema_at = v;
		return 0;
	}
	toml_err(v, err, "schema-version '%s' is not known", manifest_shown(a, v->text));
	return err_hint(err, "known are 1.10.0, 1.11.0 and so on to 1.19.0");
}

/* ---- the root ---- */

/* MAJOR.MINOR.PATCH, and behind that -… or +… */
static bool is_semver(struct str s)
{
	for (size_t part = 0; part < 3; part++) {
		size_t n = 0;

		while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
			n++;
		if (!n || n > 18 || (n > 1 && s.p[0] == '0'))
			return false;
		s = str_skip(s, n);
		if (part < 2 && (!s.n || s.p[0] != '.'))
			return false;
		if (part < 2)
			s = str_skip(s, 1);
	}
	return !s.n || ((s.p[0] == '-' || s.p[0] == '+') && s.n > 1);
}

static const struct manifest_key minimum_keys[] = {
	{"version", MANIFEST_KIND_TEXT, 0, offsetof(struct manifest, minimum_cli), NULL},
	{"reason", MANIFEST_KIND_TEXT, 0, offsetof(struct manifest, minimum_cli_reason), NULL},
};

static errint read_minimum(struct manifest_reader *r, const struct toml *v, void *into)
{
	struct manifest *m = into;
	errint rc = v->kind == TOML_TABLE
			    ? manifest_read_table(r, v, minimum_keys, ARRAY_LEN(minimum_keys), m)
			    : manifest_read_kind(r, MANIFEST_KIND_TEXT, v, &m->minimum_cli);

	if (rc)
		return rc;
	if (!m->minimum_cli.at)
		return manifest_wrong(r, v, "has no 'version'");
	if (v->kind == TOML_TABLE && !m->minimum_cli_reason.at)
		return manifest_wrong(r, v, "has no 'reason'");
	/* 1.10.0 took any text. */
	if (m->schema == MANIFEST_OLDEST_SCHEMA && v->kind == TOML_TABLE)
		manifest_find(r, MANIFEST_NEWER, v, S(""), MANIFEST_OLDEST_SCHEMA + 1);
	if (m->schema > MANIFEST_OLDEST_SCHEMA && !is_semver(m->minimum_cli.text))
		return manifest_wrong(r, m->minimum_cli.at, "is no version of three numbers");
	return 0;
}

/* The schema was read before. */
static errint read_nothing(struct manifest_reader *r, const struct toml *v, void *into)
{
	(void)r;
	(void)v;
	(void)into;
	return 0;
}

#define AT(member) offsetof(struct manifest, member)

static const struct manifest_key root_keys[] = {
	{"version", MANIFEST_KIND_OWN, 0, 0, read_nothing},
	{"schema-version", MANIFEST_KIND_OWN, 0, 0, read_nothing},
	{"description", MANIFEST_KIND_TEXT, 17, AT(description), NULL},
	{"minimum-cli-version", MANIFEST_KIND_OWN, 10, 0, read_minimum},
	{"install", MANIFEST_KIND_OWN, 0, 0, manifest_read_install},
	{"pkg-groups", MANIFEST_KIND_OWN, 19, 0, manifest_read_groups},
	{"vars", MANIFEST_KIND_VARS, 0, AT(vars), NULL},
	{"hook", MANIFEST_KIND_OWN, 0, 0, manifest_read_hook},
	{"profile", MANIFEST_KIND_OWN, 0, 0, manifest_read_profile},
	{"options", MANIFEST_KIND_OWN, 0, 0, manifest_read_options},
	{"services", MANIFEST_KIND_OWN, 0, 0, manifest_read_services},
	{"build", MANIFEST_KIND_OWN, 0, 0, manifest_read_builds},
	{"containerize", MANIFEST_KIND_OWN, 0, 0, manifest_read_container},
	{"include", MANIFEST_KIND_OWN, 0, 0, manifest_read_include},
	{"plugins", MANIFEST_KIND_RAW, 14, AT(plugins), NULL},
	{"kiln", MANIFEST_KIND_OWN, 0, 0, manifest_read_kiln},
};

/* [plugins.kiln] is [kiln] where Flox is to read the file, too. */
static errint read_plugin(struct manifest_reader *r)
{
	const struct toml *own = r->m->plugins ? toml_get(r->m->plugins, S("kiln")) : NULL;

	if (!own)
		return 0;
	manifest_path_push(r, S("plugins"));
	manifest_path_push(r, S("kiln"));
	if (toml_get(r->m->root, S("kiln")))
		return manifest_wrong(r, own, "and [kiln] are both there");
	errint rc = manifest_read_kiln(r, own, r->m);
	manifest_path_pop(r);
	manifest_path_pop(r);
	return rc;
}

errint manifest_parse(struct str text, const char *file, struct arena *a, struct manifest **out,
		      struct err *err)
{
	struct manifest *m = ARENA_NEW(a, struct manifest);
	struct manifest_reader r = {
		.arena = a,
		.err = err,
		.m = m,
		.crlf = str_find(text, S("\r\n")) >= 0,
	};
	struct toml *root;
	errint rc = toml_parse(text, file, a, &root, err);

	if (rc)
		return rc;
	m->root = root;
	m->file = root->file;
	rc = read_schema(m, a, err);
	if (!rc)
		rc = manifest_read_table(&r, root, root_keys, ARRAY_LEN(root_keys), m);
	if (!rc)
		rc = read_plugin(&r);
	if (!rc && !m->n_includes)
		rc = manifest_finish(m, a, err);
	if (rc)
		return rc;
	*out = m;
	return 0;
}

static errint no_service(struct manifest *m, struct str name, struct err *err)
{
	struct suggestion s = suggestion_for(name);

	for (size_t i = 0; i < m->n_services; i++)
		suggestion_offer(&s, m->services[i].name);
	suggestion_hint(&s, err);
	return err_hint(err, "services are tables [services.NAME] with a 'command'");
}

errint manifest_finish(struct manifest *m, struct arena *a, struct err *err)
{
	struct manifest_index services;

	manifest_index_make(&services, a, m->services, m->n_services, sizeof(*m->services));
	for (size_t i = 0; i < m->n_services; i++)
		for (size_t k = 0; k < m->services[i].n_depends; k++) {
			const struct manifest_dependency *d = &m->services[i].depends[k];

			if (manifest_index_find(&services, d->service) >= 0)
				continue;
			toml_err(d->at, err, "service '%s' depends on '%s', which is no service",
				 manifest_shown(a, m->services[i].name),
				 manifest_shown(a, d->service));
			return no_service(m, d->service, err);
		}
	for (size_t i = 0; i < m->n_watches; i++) {
		const struct manifest_watch *w = &m->watches[i];
		ptrdiff_t at = manifest_index_find(&services, w->service);

		if (at < 0) {
			toml_err(w->at, err, "[kiln.services] has '%s', which is no service",
				 manifest_shown(a, w->service));
			return no_service(m, w->service, err);
		}
		m->services[at].watch = w;
	}
	return 0;
}

/* ---- what no schema has ---- */

static void tell(const struct manifest *m, const struct manifest_finding *f, struct buf *b)
{
	buf_printf(b, "%s:%u:%u: '%.*s' is ", f->at->file, f->at->line, f->at->column,
		   STR_ARG(f->path));
	if (f->kind == MANIFEST_NEWER)
		buf_printf(b, "of schema-version %s, the manifest is of %s%s",
			   manifest_schema_text(f->since),
			   m->schema == MANIFEST_V1 ? "version " : "",
			   manifest_schema_text(m->schema));
	else
		buf_putz(b, "no key of a manifest");
}

static errint hint_finding(const struct manifest *m, const struct manifest_finding *f,
			   struct err *err)
{
	if (f->kind == MANIFEST_NEWER)
		return err_hint(err, "make '%s' of it: schema-version = \"%s\"",
				m->schema == MANIFEST_V1 ? "version = 1" : "schema-version",
				manifest_schema_text(f->since));
	if (f->near.n)
		return err_hint(err, "did you mean '%.*s'?", STR_ARG(f->near));
	return err_hint(err, "all keys stand in manifest.toml(5); other programs' own data goes "
			     "below [plugins]");
}

errint manifest_refuse_unknown(const struct manifest *m, struct err *err)
{
	enum { SHOWN = 4 };
	BUF(b, LIMIT_ERR_TEXT);

	if (!m->n_findings)
		return 0;
	tell(m, &m->findings[0], &b);
	err_set(err, ERR_CORRUPT, "%s", buf_z(&b));
	for (size_t i = 1; i < m->n_findings && i <= SHOWN; i++) {
		buf_clear(&b);
		tell(m, &m->findings[i], &b);
		if (m->findings[i].near.n)
			buf_printf(&b, ", perhaps '%.*s'", STR_ARG(m->findings[i].near));
		err_detail(err, "%s", buf_z(&b));
	}
	if (m->n_findings > SHOWN + 1)
		err_detail(err, "and %zu more", m->n_findings - SHOWN - 1);
	return hint_finding(m, &m->findings[0], err);
}

errint manifest_read(const char *dir, struct arena *a, struct manifest **out, struct err *err)
{
	BUF(text, LIMIT_MANIFEST);
	const char *file = arena_printf(a, "%s/.flox/env/manifest.toml", dir);
	struct manifest *m;
	errint rc = file_read(AT_FDCWD, file, &text, err);

	if (!rc)
		rc = manifest_parse(buf_str(&text), file, a, &m, err);
	if (!rc)
		rc = manifest_refuse_unknown(m, err);
	if (rc)
		return rc;
	*out = m;
	return 0;
}

/* ---- asking it ---- */

const struct manifest_package *manifest_package_find(const struct manifest *m, struct str id)
{
	for (size_t i = 0; i < m->n_packages; i++)
		if (str_eq(m->packages[i].id, id))
			return &m->packages[i];
	return NULL;
}

const struct manifest_service *manifest_service_find(const struct manifest *m, struct str name)
{
	for (size_t i = 0; i < m->n_services; i++)
		if (str_eq(m->services[i].name, name))
			return &m->services[i];
	return NULL;
}

const struct manifest_build *manifest_build_find(const struct manifest *m, struct str name)
{
	for (size_t i = 0; i < m->n_builds; i++)
		if (str_eq(m->builds[i].name, name))
			return &m->builds[i];
	return NULL;
}

static bool among(const struct manifest_texts *list, struct str s)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->v[i].text, s))
			return true;
	return false;
}

bool manifest_package_is_for(const struct manifest *m, const struct manifest_package *p,
			     struct str system)
{
	const struct manifest_texts *list = p->systems.at ? &p->systems : &m->options.systems;

	return !list->at || among(list, system);
}

bool manifest_service_is_for(const struct manifest_service *s, struct str system)
{
	return !s->systems.at || among(&s->systems, system);
}
