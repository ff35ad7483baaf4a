/* SPDX-License-Identifier: MIT
 *
 * Generations beside one another. */
#include "environment/env_history.h"
#include "base/environ.h"

#include <stdlib.h>
#include "environment/environment_int.h"
#include "environment/locked.h"
#include "manifest/manifest_lock.h"
#include "base/environ.h"
#include "store/store.h"

/* ---- differences ---- */

struct env_lock_side {
	struct manifest_lock lock;
	const struct manifest_locked **v;
	size_t n;
};

static int by_id(const void *a, const void *b)
{
	const struct manifest_locked *x = *(const struct manifest_locked *const *)a;
	const struct manifest_locked *y = *(const struct manifest_locked *const *)b;

	return str_cmp(x->install_id, y->install_id);
}

static errint read_side(struct arena *a, struct str text, struct env_lock_side *out,
			struct err *err)
{
	errint rc = text.n ? manifest_lock_parse(text, "manifest.lock", a, &out->lock, err) : 0;

	if (rc)
		return rc;
	out->v = ARENA_ARRAY(a, const struct manifest_locked *, out->lock.n);
	for (size_t i = 0; i < out->lock.n; i++)
		if (str_eqz(out->lock.packages[i].system, native_system()))
			out->v[out->n++] = &out->lock.packages[i];
	if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), by_id);
	return 0;
}

static struct str path_of(const struct manifest_locked *l)
{
	if (l->store_path.n)
		return l->store_path;
	return l->n_outputs ? l->outputs[0].path : S("");
}

static struct str version_of(const struct manifest_locked *l)
{
	struct str path = path_of(l);

	if (l->version.n)
		return l->version;
	return path.n ? store_path_name(path) : S("-");
}

errint env_lock_difference(struct arena *a, struct str before, struct str after,
			   struct env_difference **out, size_t *n, struct err *err)
{
	struct env_lock_side x = {0}, y = {0};
	size_t i = 0, k = 0;
	errint rc = read_side(a, before, &x, err);

	if (!rc)
		rc = read_side(a, after, &y, err);
	if (rc)
		return rc;
	*out = ARENA_ARRAY(a, struct env_difference, x.n + y.n);
	*n = 0;
	while (i < x.n || k < y.n) {
		struct env_difference *d = &(*out)[*n];
		int c = i == x.n ? 1 : k == y.n ? -1 : by_id(&x.v[i], &y.v[k]);
		const struct manifest_locked *was = c <= 0 ? x.v[i++] : NULL;
		const struct manifest_locked *is = c >= 0 ? y.v[k++] : NULL;

		*d = (struct env_difference){.id = was ? was->install_id : is->install_id};
		if (was) {
			d->before = version_of(was);
			d->path_before = path_of(was);
		}
		if (is) {
			d->after = version_of(is);
			d->path_after = path_of(is);
		}
		*n += !str_eq(d->path_before, d->path_after) || !was || !is;
	}
	return 0;
}

/* ---- going back ---- */

static errint check_edits(struct arena *a, const struct environment *env, struct err *err)
{
	struct str hash = env_hash(a, env->manifest_text);
	struct env_generation *v;
	size_t n;
	errint rc = env_generation_list(a, env->run_dir, &v, &n, err);

	for (size_t i = 0; !rc && i < n; i++)
		if (str_eq(v[i].manifest, hash))
			return 0;
	if (rc)
		return rc;
	err_set(err, ERR_EXISTS, "'%s' was edited, and no generation has that edit",
		env->manifest_file.p);
	return err_hint(err,
			"kiln upgrade, or an activation, makes a generation of it; or take the "
			"edit back");
}

/* What was current before the current one was made, or the nearest one before that is still there.
 */
static errint find_target(struct arena *a, const struct environment *env, uint64_t number,
			  struct env_generation *out, struct err *err)
{
	struct env_generation *v, now;
	uint64_t before = env->generation;
	size_t n = 0;
	errint rc = 0;

	if (number)
		return env_generation_read(a, env->run_dir, number, out, err);
	if (before)
		rc = env_generation_read(a, env->run_dir, before, &now, err);
	if (!rc && before && now.parent)
		before = now.parent + 1;
	if (!rc)
		rc = env_generation_list(a, env->run_dir, &v, &n, err);
	if (rc)
		return rc;
	for (size_t i = n; i > 0; i--)
		if (v[i - 1].number < before) {
			*out = v[i - 1];
			return 0;
		}
	return err_set(err, ERR_NOT_FOUND, "there is no generation before %llu",
		       (unsigned long long)env->generation);
}

static errint check_there(struct session *s, const struct env_generation *g, struct err *err)
{
	bool there;
	errint rc = store_is_present(s->store, g->profile, &there, err);

	if (rc || there)
		return rc;
	err_set(err, ERR_NOT_FOUND, "generation %llu is gone: '%.*s' is not in the store",
		(unsigned long long)g->number, STR_ARG(g->profile));
	return err_hint(err, "its manifest is .flox/run/generations/%llu/manifest.toml",
			(unsigned long long)g->number);
}

errint environment_rollback(struct session *s, struct environment *env, uint64_t number,
			    struct arena *a, struct err *err)
{
	struct environment next;
	struct env_generation g;
	int lock CLEANUP_FD = -1;
	errint rc = env_lock(s, env, &lock, err);

	if (!rc)
		rc = env_generation_recover(a, env, err);
	if (!rc)
		rc = environment_open(s, env->dir.p, a, &next, err);
	if (!rc)
		rc = find_target(a, &next, number, &g, err);
	if (!rc)
		rc = check_edits(a, &next, err);
	if (!rc)
		rc = check_there(s, &g, err);
	if (!rc)
		rc = env_generation_switch(a, &next, g.number, err);
	if (!rc)
		rc = environment_open(s, env->dir.p, a, env, err);
	if (!rc)
		env_venvs_follow(s, env);
	return rc;
}

/* ---- forgetting, and looking ahead ---- */

static bool is_named(const uint64_t *v, size_t n, uint64_t number)
{
	for (size_t i = 0; i < n; i++)
		if (v[i] == number)
			return true;
	return false;
}

static errint check_named(struct arena *a, const struct environment *env, const uint64_t *v,
			  size_t n, struct err *err)
{
	struct env_generation g;
	errint rc = 0;

	for (size_t i = 0; !rc && i < n; i++) {
		if (v[i] == env->generation) {
			err_set(err, ERR_USAGE, "generation %llu is the current one",
				(unsigned long long)v[i]);
			return err_hint(err, "kiln env rollback goes to another first");
		}
		rc = env_generation_read(a, env->run_dir, v[i], &g, err);
	}
	return rc;
}

errint environment_forget(struct session *s, const struct environment *env, const uint64_t *v,
			  size_t n, bool old, struct arena *a, size_t *removed, struct err *err)
{
	struct env_generation *all;
	struct environment now;
	int lock CLEANUP_FD = -1;
	size_t n_all;
	errint rc = env_lock(s, env, &lock, err);

	*removed = 0;
	if (!rc)
		rc = env_generation_recover(a, env, err);
	if (!rc)
		rc = environment_open(s, env->dir.p, a, &now, err);
	if (!rc)
		rc = check_named(a, &now, v, n, err);
	if (!rc)
		rc = env_generation_list(a, env->run_dir, &all, &n_all, err);
	for (size_t i = 0; !rc && i < n_all; i++) {
		if (all[i].number == now.generation || (!old && !is_named(v, n, all[i].number)))
			continue;
		env_generation_drop(env, all[i].number);
		++*removed;
	}
	return rc;
}

errint environment_preview(struct session *s, const struct environment *env,
			   const struct environment_change *change, struct arena *a,
			   struct str *lock, struct err *err)
{
	struct environment next = *env;
	struct env_packages packages;
	errint rc = env_read_manifest(a, &next, change->manifest, err);

	if (!rc)
		rc = env_lock_packages(s, &next, change, a, &packages, err);
	if (!rc)
		*lock = packages.lock;
	return rc;
}
