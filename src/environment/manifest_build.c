/* SPDX-License-Identifier: MIT
 *
 * Manifest builds: their commands, versions and needs as arguments of pkgs/manifest-build.nix,
 * which makes a derivation of them. */
#include "environment/manifest_build.h"

#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "base/report.h"
#include "base/toml.h"
#include "environment/locked.h"
#include "environment/manifest_build_int.h"
#include "manifest/manifest.h"
#include "profile/profile.h"
#include "project/catalog.h"
#include "store/store.h"

enum { BUILD_DEPTH = 64 };

/* ---- ${other} ---- */

static void add_need(struct manifest_making *m, struct str path)
{
	for (size_t i = 0; i < m->n_needs; i++)
		if (str_eq(m->needs[i], path))
			return;
	m->needs[m->n_needs++] = path;
}

/* The command with the paths of builds that it names; every other ${…} is the shell's. */
static errint expand(struct manifest_making *m, struct str text, struct buf *out, struct err *err)
{
	while (text.n) {
		const struct manifest_build *other = NULL;
		ptrdiff_t at = str_find(text, S("${")), end = -1;
		struct environment_built built;

		if (at >= 0) {
			struct str rest = str_skip(text, (size_t)at + 2);

			end = str_chr(rest, '}');
			if (end > 0)
				other = manifest_build_find(m->env->manifest,
							    str_sub(rest, 0, (size_t)end));
		}
		if (!other) {
			size_t n = at < 0 ? text.n : (size_t)at + 2;

			buf_put(out, text.p, n);
			text = str_skip(text, n);
			continue;
		}
		errint rc = manifest_make(m->s, m->env, other, m, m->a, &built, err);
		if (rc)
			return rc;
		add_need(m, built.path);
		buf_put(out, text.p, (size_t)at);
		buf_puts(out, built.path);
		text = str_skip(text, (size_t)at + 2 + (size_t)end + 1);
	}
	return buf_check(out, "command", err);
}

/* ---- what it is called ---- */

static errint version_of_file(struct manifest_making *m, struct err *err)
{
	const struct manifest_text *t = &m->b->version_file;
	char *file CLEANUP_FREE = path_join(m->env->dir, t->text);
	BUF(text, LIMIT_SMALL_FILE);
	errint rc = file_read(AT_FDCWD, file, &text, err);

	if (rc)
		return toml_err(t->at, err, "'version.file' of build '%.*s': %s",
				STR_ARG(m->b->name), err->msg);
	m->version = arena_str(m->a, str_trim(buf_str(&text)));
	return 0;
}

static errint find_version(struct manifest_making *m, struct err *err)
{
	const struct manifest_build *b = m->b;
	errint rc = 0;

	m->version = b->version.text;
	if (b->version_file.at)
		rc = version_of_file(m, err);
	else if (b->version_command.at)
		rc = manifest_version_of_command(m, err);
	if (rc || !m->version.n)
		return rc;
	ERR(bad);
	if (!store_name_check(m->version, &bad))
		return 0;
	return toml_err(b->at, err, "build '%.*s' has a version that is none: '%.*s'",
			STR_ARG(b->name), STR_ARG(m->version));
}

/* ---- what its programs find ---- */

static errint runtime_package(struct manifest_making *m, const struct manifest_text *id,
			      const struct env_packages *all, struct profile_package *v, size_t *n,
			      struct err *err)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct env_package *p = &all->v[i];

		if (!str_eq(p->wanted->id, id->text))
			continue;
		for (size_t k = 0; k < p->n_paths; k++)
			v[(*n)++] = (struct profile_package){p->paths[k], p->wanted->id,
							     (unsigned)p->wanted->priority.value};
		return 0;
	}
	toml_err(id->at, err,
		 "build '%.*s' has '%.*s' among its runtime-packages, which is not installed",
		 STR_ARG(m->b->name), STR_ARG(id->text));
	return err_hint(err, "kiln install %.*s, or leave it out", STR_ARG(id->text));
}

/* With runtime-packages a profile of these alone. */
static errint find_runtime(struct manifest_making *m, struct err *err)
{
	const struct manifest_texts *t = &m->b->runtime_packages;
	const struct environment_change nothing = {0};
	struct env_packages all;
	struct profile_package *v;
	size_t n = 0;
	errint rc = 0;

	m->runtime = m->env->profile;
	if (!t->at)
		return 0;
	rc = env_lock_packages(m->s, m->env, &nothing, m->a, &all, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < all.n; i++)
		n += all.v[i].n_paths;
	v = ARENA_ARRAY(m->a, struct profile_package, n * (t->n + 1));
	n = 0;
	for (size_t i = 0; !rc && i < t->n; i++)
		rc = runtime_package(m, &t->v[i], &all, v, &n, err);
	return rc ? rc : env_profile(m->s, m->env, v, n, S(""), m->a, &m->runtime, err);
}

/* With runtime-packages the result must not need others of the environment. */
static errint check_needs(struct manifest_making *m, struct str path, struct err *err)
{
	const struct environment_change nothing = {0};
	struct env_packages all;
	struct path_info info;
	errint rc = m->b->runtime_packages.at
			    ? env_lock_packages(m->s, m->env, &nothing, m->a, &all, err)
			    : 0;

	if (rc || !m->b->runtime_packages.at)
		return rc;
	rc = store_query(m->s->store, m->a, path, &info, err);
	for (size_t r = 0; !rc && r < info.n_refs; r++) {
		const struct manifest_package *p = NULL;
		bool allowed = false;

		for (size_t i = 0; i < all.n; i++)
			for (size_t k = 0; k < all.v[i].n_paths; k++)
				if (str_eq(all.v[i].paths[k], info.refs[r]))
					p = all.v[i].wanted;
		for (size_t i = 0; p && i < m->b->runtime_packages.n; i++)
			allowed |= str_eq(m->b->runtime_packages.v[i].text, p->id);
		if ((!p || allowed) &&
		    (!str_eq(info.refs[r], m->env->profile) || str_eq(m->runtime, m->env->profile)))
			continue;
		err_set(err, ERR_BUILD,
			"the result of build '%.*s' refers to '%.*s', which is not among its "
			"runtime-packages",
			STR_ARG(m->b->name), STR_ARG(p ? p->id : info.refs[r]));
		return err_hint(err,
				"kiln why tells where; add it to build.%.*s.runtime-packages, or "
				"let the result do without",
				STR_ARG(m->b->name));
	}
	return rc;
}

/* ---- the derivation ---- */

static void put(struct buf *b, const char *key, struct str value)
{
	buf_printf(b, "%s = ", key);
	eval_print_string(b, value);
	buf_putz(b, "; ");
}

/* Variables as a shell has them: their text expands when it is read. */
static void put_vars(struct buf *b, const struct manifest *m)
{
	for (size_t i = 0; i < m->vars.n; i++)
		buf_printf(b, "export %.*s=\"%.*s\"\n", STR_ARG(m->vars.v[i].name),
			   STR_ARG(m->vars.v[i].value));
}

static errint put_arguments(struct manifest_making *m, struct buf *b, struct err *err)
{
	BUF(vars, LIMIT_SMALL_FILE);

	put_vars(&vars, m->env->manifest);
	buf_putz(b, "{ ");
	put(b, "pname", m->b->name);
	put(b, "version", m->version.n ? m->version : S("0"));
	put(b, "description", m->b->description.text);
	put(b, "profile", m->env->profile);
	put(b, "runtime", m->runtime);
	if (m->made.n) {
		put(b, "made", m->made);
		put(b, "from", m->from);
	} else {
		put(b, "vars", buf_str(&vars));
		put(b, "command", m->command);
		buf_putz(b, "project = /. + ");
		eval_print_string(b, m->env->dir);
		buf_putz(b, "; ");
	}
	buf_putz(b, "needs = [ ");
	for (size_t i = 0; i < m->n_needs; i++) {
		eval_print_string(b, m->needs[i]);
		buf_putc(b, ' ');
	}
	buf_putz(b, "]; }");
	return buf_check(b, "command", err);
}

static errint evaluate(struct manifest_making *m, struct drv_ref *out, struct err *err)
{
	const struct eval_request eval = {0};
	const struct project_request request = {
		.session = m->s, .eval = &eval, .dir = m->env->dir.p};
	struct catalog *catalog CLEANUP(catalog_cleanup) = NULL;
	BUF(text, LIMIT_TOML_TEXT);
	struct catalog_item item;
	struct value *v;
	struct drv_ref *found;
	size_t n = 0;
	errint rc = put_arguments(m, &text, err);

	if (!rc)
		rc = catalog_open(&request, m->a, &catalog, err);
	/* Any name of the set leads to its evaluation. */
	if (!rc)
		rc = catalog_find(catalog, "lib", &item, err);
	if (!rc)
		rc = eval_string(item.e->eval, buf_str(&text), "/", "«manifest»", &v, err);
	if (!rc)
		rc = catalog_ask(catalog, "manifest-build.nix", v, &v, err);
	if (!rc)
		rc = evaluation_derivations(item.e, v, m->a, &found, NULL, &n, err);
	if (rc)
		return rc;
	BUG_ON(n != 1);
	*out = found[0];
	drv_ref_own(m->a, out);
	return store_flush(m->s->store, err);
}

static errint check_circle(const struct manifest_making *m, struct err *err)
{
	BUF(way, LIMIT_ERR_TEXT);
	unsigned depth = 0;

	for (const struct manifest_making *up = m->up; up; up = up->up) {
		buf_printf(&way, " <- %.*s", STR_ARG(up->b->name));
		if (up->b == m->b || ++depth > BUILD_DEPTH)
			return toml_err(m->b->at, err, "builds need each other: %.*s%s",
					STR_ARG(m->b->name), buf_z(&way));
	}
	return 0;
}

static errint make_one(struct manifest_making *m, struct environment_built *out, struct err *err)
{
	const struct build_options o = {0};
	BUF(command, LIMIT_TOML_TEXT);
	struct drv_ref drv;
	errint rc = check_circle(m, err);

	if (!rc)
		rc = expand(m, m->b->command.text, &command, err);
	m->command = arena_str(m->a, buf_str(&command));
	if (!rc)
		rc = find_version(m, err);
	if (!rc)
		rc = find_runtime(m, err);
	if (!rc && m->b->sandbox < MANIFEST_SANDBOX_ENFORCE)
		rc = manifest_run_outside(m, err);
	if (!rc)
		rc = evaluate(m, &drv, err);
	if (rc)
		return rc;
	const struct build_wanted w = {drv.drv_path, drv.outputs, drv.n_outputs};
	rc = project_realise_here(m->s, &w, 1, &o, err);
	if (!rc)
		rc = check_needs(m, drv.out_path, err);
	*out = (struct environment_built){m->b->name, m->version, drv.drv_path, drv.out_path};
	return rc;
}

errint manifest_make(struct session *s, const struct environment *env,
		     const struct manifest_build *b, const struct manifest_making *up,
		     struct arena *a, struct environment_built *out, struct err *err)
{
	struct manifest_making m = {.s = s, .env = env, .b = b, .up = up, .a = a};

	m.needs = ARENA_ARRAY(a, struct str, env->manifest->n_builds);
	errint rc = make_one(&m, out, err);
	return rc ? err_wrap(err, "build '%.*s'", STR_ARG(b->name)) : 0;
}

errint environment_build(struct session *s, const struct environment *env, struct str name,
			 struct arena *a, struct environment_built *out, struct err *err)
{
	const struct manifest_build *b = manifest_build_find(env->manifest, name);

	if (!b)
		return err_set(err, ERR_NOT_FOUND, "the manifest has no build '%.*s'",
			       STR_ARG(name));
	return manifest_make(s, env, b, NULL, a, out, err);
}
