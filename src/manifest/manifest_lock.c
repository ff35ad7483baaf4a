/* SPDX-License-Identifier: MIT
 *
 * Reading manifest.lock. */
#include "manifest/manifest_lock.h"

#include "base/file.h"
#include "manifest/manifest_json.h"

struct locked_reader {
	struct arena *arena;
	struct err *err;
	const struct json_member *v; /* the members of the package that is read */
	size_t n;
};

static bool is_null(struct str value)
{
	return str_eq(value, S("null"));
}

/* NULL when it is not there, or null. */
static const struct str *find(struct locked_reader *r, const char *key)
{
	const struct str *v = json_find(r->v, r->n, str_c(key));

	return v && !is_null(*v) ? v : NULL;
}

static errint read_text(struct locked_reader *r, const char *key, bool needed, struct str *out)
{
	const struct str *v = find(r, key);

	if (!v)
		return needed ? err_set(r->err, ERR_CORRUPT, "'%s' is missing", key) : 0;
	errint rc = json_string(r->arena, *v, out, r->err);
	return rc ? err_wrap(r->err, "'%s'", key) : 0;
}

static errint read_list(struct locked_reader *r, const char *key, struct manifest_locked_list *out)
{
	const struct str *v = find(r, key);

	if (!v)
		return 0;
	errint rc = json_strings(r->arena, v, &out->v, &out->n, r->err);
	if (rc)
		return err_wrap(r->err, "'%s'", key);
	/* That it is there is told by v. */
	if (!out->v)
		out->v = ARENA_NEW(r->arena, struct str);
	return 0;
}

static errint read_flag(struct locked_reader *r, const char *key, int *out)
{
	const struct str *v = find(r, key);

	if (!v)
		return 0;
	if (!str_eq(*v, S("true")) && !str_eq(*v, S("false")))
		return err_set(r->err, ERR_CORRUPT, "'%s' is neither true nor false", key);
	*out = str_eq(*v, S("true"));
	return 0;
}

static errint read_priority(struct locked_reader *r, struct manifest_locked *p)
{
	const struct str *v = find(r, "priority");

	p->priority = MANIFEST_DEFAULT_PRIORITY;
	if (v && !str_to_u64(*v, &p->priority))
		return err_set(r->err, ERR_CORRUPT, "'priority' is no number from 0 on");
	return 0;
}

static errint read_outputs(struct locked_reader *r, struct manifest_locked *p)
{
	const struct str *v = find(r, "outputs");
	struct json_member *outputs;
	size_t n;

	if (!v)
		return err_set(r->err, ERR_CORRUPT, "'outputs' is missing");
	errint rc = json_members(r->arena, *v, &outputs, &n, r->err);
	if (rc)
		return err_wrap(r->err, "'outputs'");
	p->outputs = ARENA_ARRAY(r->arena, struct manifest_locked_output, n + 1);
	p->n_outputs = n;
	for (size_t i = 0; !rc && i < n; i++) {
		p->outputs[i].name = outputs[i].key;
		rc = json_string(r->arena, outputs[i].value, &p->outputs[i].path, r->err);
	}
	return rc ? err_wrap(r->err, "'outputs'") : 0;
}

/* What both kinds that were built from a derivation have. */
static errint read_built(struct locked_reader *r, struct manifest_locked *p)
{
	bool is_flake = p->kind == MANIFEST_FLAKE;
	errint rc = read_text(r, "derivation", true, &p->derivation);

	if (!rc)
		rc = read_text(r, "name", true, &p->name);
	if (!rc)
		rc = read_text(r, "pname", !is_flake, &p->pname);
	if (!rc)
		rc = read_text(r, "version", !is_flake, &p->version);
	if (!rc)
		rc = read_text(r, "description", false, &p->description);
	if (!rc)
		rc = read_flag(r, "broken", &p->broken);
	if (!rc)
		rc = read_flag(r, "unfree", &p->unfree);
	return rc ? rc : read_outputs(r, p);
}

static errint read_catalog(struct locked_reader *r, struct manifest_locked *p)
{
	const struct str *count = find(r, "rev_count");
	struct str license = STR_NULL;
	errint rc = read_built(r, p);

	if (!rc)
		rc = read_text(r, "attr_path", true, &p->attr_path);
	if (!rc)
		rc = read_text(r, "locked_url", true, &p->locked_url);
	if (!rc)
		rc = read_text(r, "rev", true, &p->rev);
	if (!rc)
		rc = read_text(r, "rev_date", true, &p->rev_date);
	if (!rc)
		rc = read_text(r, "scrape_date", true, &p->scrape_date);
	if (!rc)
		rc = read_text(r, "group", true, &p->group);
	if (!rc)
		rc = read_text(r, "license", false, &license);
	if (!rc)
		rc = read_list(r, "stabilities", &p->stabilities);
	if (!rc)
		rc = read_list(r, "outputs_to_install", &p->outputs_to_install);
	if (!rc && (!count || !str_to_i64(*count, &p->rev_count)))
		rc = err_set(r->err, ERR_CORRUPT, "'rev_count' is no number");
	if (rc || !license.p)
		return rc;
	p->licenses.v = ARENA_NEW(r->arena, struct str);
	p->licenses.v[0] = license;
	p->licenses.n = 1;
	return 0;
}

static errint read_flake(struct locked_reader *r, struct manifest_locked *p)
{
	errint rc = read_built(r, p);

	if (!rc)
		rc = read_text(r, "locked-url", true, &p->locked_url);
	if (!rc)
		rc = read_text(r, "flake-description", false, &p->flake_description);
	if (!rc)
		rc = read_text(r, "locked-flake-attr-path", true, &p->attr_path);
	if (!rc)
		rc = read_text(r, "package-system", true, &p->package_system);
	if (!rc)
		rc = read_list(r, "output-names", &p->output_names);
	if (!rc)
		rc = read_list(r, "outputs-to-install", &p->outputs_to_install);
	if (!rc)
		rc = read_list(r, "requested-outputs-to-install", &p->requested_outputs);
	if (!rc)
		rc = read_list(r, "licenses", &p->licenses);
	return rc;
}

static errint read_package(struct locked_reader *r, struct str text, struct manifest_locked *p)
{
	struct json_member *v;

	*p = (struct manifest_locked)MANIFEST_LOCKED_INIT;
	errint rc = json_members(r->arena, text, &v, &r->n, r->err);
	if (rc)
		return rc;
	r->v = v;
	rc = read_text(r, "install_id", true, &p->install_id);
	if (!rc)
		rc = read_text(r, "system", true, &p->system);
	if (!rc)
		rc = read_priority(r, p);
	if (rc)
		return rc;
	if (find(r, "store_path")) {
		p->kind = MANIFEST_STORE_PATH;
		rc = read_text(r, "store_path", true, &p->store_path);
	} else if (find(r, "locked-url")) {
		p->kind = MANIFEST_FLAKE;
		rc = read_flake(r, p);
	} else {
		p->kind = MANIFEST_CATALOG;
		rc = read_catalog(r, p);
	}
	return rc ? err_wrap(r->err, "package '%s'", manifest_shown(r->arena, p->install_id)) : 0;
}

static errint read_packages(struct locked_reader *r, const struct str *list,
			    struct manifest_lock *out)
{
	struct str *items;
	size_t n;

	if (!list)
		return err_set(r->err, ERR_CORRUPT, "'packages' is missing");
	errint rc = json_items(r->arena, *list, &items, &n, r->err);
	if (rc)
		return err_wrap(r->err, "'packages'");
	out->packages = ARENA_ARRAY(r->arena, struct manifest_locked, n + 1);
	out->n = n;
	for (size_t i = 0; !rc && i < n; i++)
		rc = read_package(r, items[i], &out->packages[i]);
	return rc;
}

static errint read_lock(struct locked_reader *r, struct str text, struct manifest_lock *l)
{
	struct json_member *v, *inner;
	size_t n, n_inner;
	errint rc = json_members(r->arena, text, &v, &n, r->err);

	if (rc)
		return rc;
	const struct str *version = json_find(v, n, S("lockfile-version"));
	const struct str *manifest = json_find(v, n, S("manifest"));
	const struct str *compose = json_find(v, n, S("compose"));
	if (!version)
		return err_set(r->err, ERR_CORRUPT, "'lockfile-version' is missing");
	if (!str_eq(*version, S("1"))) {
		err_set(r->err, ERR_UNSUPPORTED, "lockfile-version %s is not known, only 1",
			manifest_shown(r->arena, *version));
		return err_hint(r->err,
				"it was written by a newer program; remove it to lock anew");
	}
	if (!manifest)
		return err_set(r->err, ERR_CORRUPT, "'manifest' is missing");
	rc = json_members(r->arena, *manifest, &inner, &n_inner, r->err);
	if (rc)
		return err_wrap(r->err, "'manifest'");
	l->manifest = *manifest;
	if (compose && !is_null(*compose)) {
		rc = json_members(r->arena, *compose, &inner, &n_inner, r->err);
		l->compose = *compose;
	}
	if (rc)
		return err_wrap(r->err, "'compose'");
	return read_packages(r, json_find(v, n, S("packages")), l);
}

errint manifest_lock_parse(struct str text, const char *file, struct arena *a,
			   struct manifest_lock *out, struct err *err)
{
	struct locked_reader r = {.arena = a, .err = err};
	struct manifest_lock l = {0};

	if (read_lock(&r, arena_str(a, text), &l))
		return err_wrap(err, "'%s'", file);
	*out = l;
	return 0;
}

errint manifest_lock_read(const char *dir, struct arena *a, struct manifest_lock *out,
			  struct err *err)
{
	BUF(text, LIMIT_LOCK_FILE);
	const char *file = arena_printf(a, "%s/.flox/env/manifest.lock", dir);
	errint rc = file_read(AT_FDCWD, file, &text, err);

	return rc ? rc : manifest_lock_parse(buf_str(&text), file, a, out, err);
}

const struct manifest_locked *manifest_lock_find(const struct manifest_lock *l, struct str id,
						 struct str system)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_eq(l->packages[i].install_id, id) && str_eq(l->packages[i].system, system))
			return &l->packages[i];
	return NULL;
}
