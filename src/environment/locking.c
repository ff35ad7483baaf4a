/* SPDX-License-Identifier: MIT
 *
 * The manifest's packages beside the lock's rows: which of these still stand, and which are to be
 * found anew. Rows of other systems stay as long as the manifest says the same of them. */
#include <stdlib.h>
#include "base/environ.h"
#include "base/json.h"
#include "base/report.h"
#include "environment/environment_int.h"
#include "environment/locked.h"
#include "manifest/manifest_json.h"
#include "base/environ.h"

struct locking {
	struct session *s;
	const struct environment *env;
	const struct environment_change *change;
	struct arena *a;
	struct manifest_lock old;
	bool same; /* the old one is of this manifest */
	/* what each says of install ids, as JSON */
	struct json_member *was, *is;
	size_t n_was, n_is;
};

static errint installs_of(struct arena *a, struct str manifest, struct json_member **out, size_t *n,
			  struct err *err)
{
	struct json_member *v;
	size_t n_members = 0;
	errint rc = manifest.n ? json_members(a, manifest, &v, &n_members, err) : 0;
	const struct str *install = rc || !n_members ? NULL : json_find(v, n_members, S("install"));

	*n = 0;
	return rc || !install ? rc : json_members(a, *install, out, n, err);
}

static errint read_old(struct locking *l, struct err *err)
{
	BUF(now, LIMIT_TOML_TEXT);
	struct str text;
	errint rc = env_read_text(l->a, l->env->lock_file, &text, err);

	if (!rc && str_trim(text).n)
		rc = manifest_lock_parse(text, l->env->lock_file.p, l->a, &l->old, err);
	if (rc)
		return err_hint(err, "take it away: 'kiln upgrade' makes another");
	l->same = l->old.manifest.n && manifest_lock_is_of(&l->old, l->env->own, l->env->manifest);
	manifest_put_json(&now, l->env->manifest);
	rc = installs_of(l->a, l->old.manifest, &l->was, &l->n_was, err);
	return rc ? rc : installs_of(l->a, arena_str(l->a, buf_str(&now)), &l->is, &l->n_is, err);
}

static bool is_upgraded(const struct locking *l, struct str id)
{
	for (size_t i = 0; i < l->change->n_upgrade; i++)
		if (str_eq(l->change->upgrade[i], id))
			return true;
	return l->change->upgrade_all;
}

/* Does the old manifest say the same of that id? */
static bool stands(const struct locking *l, struct str id)
{
	const struct str *was = json_find(l->was, l->n_was, id);
	const struct str *is = json_find(l->is, l->n_is, id);

	return l->same || (was && is && str_eq(*was, *is));
}

/* What a slot is: a package without files. */
static void tell_slot(const struct locking *l, const struct env_package *p)
{
	struct str name = p->locked.pname;

	for (size_t i = 0; i < l->env->manifest->slots.n; i++)
		if (str_eq(l->env->manifest->slots.v[i].name, name))
			return;
	report_msg(
		l->s->report, REPORT_NOTE,
		"'%.*s' is a slot, which no package holds: [kiln.slots] %.*s = \"cpu\" (or cuda, "
		"venv:PATH) in the manifest fills it",
		STR_ARG(p->locked.install_id), STR_ARG(name));
}

/* Those that are not in the lock, together. */
static errint find_new(struct locking *l, struct env_packages *out, const bool *known,
		       struct err *err)
{
	const struct manifest_package **v CLEANUP_FREE = xcalloc(out->n + 1, sizeof(*v));
	struct env_package *found;
	size_t n = 0, at = 0;
	errint rc = 0;

	for (size_t i = 0; i < out->n; i++)
		if (!known[i])
			v[n++] = out->v[i].wanted;
	found = ARENA_ARRAY(l->a, struct env_package, n);
	if (n)
		rc = env_resolve(l->s, l->env, l->change, v, n, l->a, found, err);
	for (size_t i = 0; !rc && i < out->n; i++) {
		if (known[i])
			continue;
		out->v[i] = found[at++];
		if (!out->v[i].locked.n_outputs)
			tell_slot(l, &out->v[i]);
	}
	return rc;
}

static errint print_lock(struct locking *l, struct env_packages *out, struct err *err)
{
	struct str system = str_c(native_system());
	struct manifest_lock lock = {
		.packages = ARENA_ARRAY(l->a, struct manifest_locked, out->n + l->old.n)};
	BUF(text, LIMIT_LOCK_FILE);

	for (size_t i = 0; i < out->n; i++)
		lock.packages[lock.n++] = out->v[i].locked;
	for (size_t i = 0; i < l->old.n; i++) {
		const struct manifest_locked *row = &l->old.packages[i];

		if (!str_eq(row->system, system) && stands(l, row->install_id) &&
		    manifest_package_find(l->env->manifest, row->install_id) &&
		    !is_upgraded(l, row->install_id))
			lock.packages[lock.n++] = *row;
	}
	manifest_lock_take(&lock, l->env->own, l->env->manifest, l->a);
	manifest_lock_print(&lock, &text);
	errint rc = buf_check(&text, "manifest.lock", err);
	if (!rc)
		out->lock = arena_str(l->a, buf_str(&text));
	return rc;
}

errint env_lock_packages(struct session *s, const struct environment *env,
			 const struct environment_change *change, struct arena *a,
			 struct env_packages *out, struct err *err)
{
	struct locking l = {.s = s, .env = env, .change = change, .a = a};
	const struct manifest *m = env->manifest;
	struct str system = str_c(native_system());
	bool *known CLEANUP_FREE = xcalloc(m->n_packages + 1, sizeof(*known));
	errint rc = read_old(&l, err);

	if (rc)
		return rc;
	*out = (struct env_packages){ARENA_ARRAY(a, struct env_package, m->n_packages), 0, S("")};
	for (size_t i = 0; i < m->n_packages; i++) {
		const struct manifest_package *p = &m->packages[i];
		const struct manifest_locked *row = manifest_lock_find(&l.old, p->id, system);

		if (!manifest_package_is_for(m, p, system))
			continue;
		known[out->n] = row && stands(&l, p->id) && !is_upgraded(&l, p->id);
		out->v[out->n].wanted = p;
		if (known[out->n]) {
			out->v[out->n].locked = *row;
			rc = env_package_outputs(m, &out->v[out->n], a, err);
			if (rc)
				return rc;
		}
		out->n++;
	}
	rc = find_new(&l, out, known, err);
	return rc ? rc : print_lock(&l, out, err);
}
