/* SPDX-License-Identifier: MIT
 *
 * What changes an environment: all of it is made beside what is there, and then put in its place.
 */
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "base/process.h"
#include "base/report.h"
#include "environment/environment_int.h"
#include "environment/locked.h"
#include "project/project.h"
#include "store/store.h"

/* Long work is not begun that could not be finished. */
static errint check_writable(const struct environment *env, struct err *err)
{
	struct str folder = path_dir(env->manifest_file);
	char *text CLEANUP_FREE = str_dupz(folder);

	if (access(text, W_OK) == 0)
		return 0;
	err_sys(err, "the environment of '%.*s' cannot be changed: '%s'", STR_ARG(env->dir), text);
	return err_hint(err, "manifest and lock are kept there: make it writable");
}

/* The first environment that is made of a set pins it, as the first build does. */
static errint pin_set(struct session *s, const struct environment *env, struct err *err)
{
	bool pinned = false;
	errint rc = project_pin_first(s, env->dir.p, &pinned, err);

	if (pinned)
		report_msg(s->report, REPORT_INFO,
			   "pinned package set " KILN_VERSION " in '%.*s/.flox/kiln.lock'",
			   STR_ARG(env->dir));
	return rc;
}

static errint put_in_place(struct session *s, struct environment *env, struct arena *a,
			   const struct env_packages *packages, struct env_generation *g,
			   struct err *err)
{
	errint rc = env_installs(a, env->manifest, &g->installs, err);

	if (!rc)
		rc = env_generation_make(s, a, env, env->manifest_text, packages->lock, g, err);
	if (rc)
		return rc;
	rc = env_generation_switch(a, env, g->number, err);
	if (rc)
		env_generation_drop(env, g->number);
	return rc;
}

/* Is there anything to put in place? */
static errint is_as_it_was(struct arena *a, const struct environment *env,
			   const struct env_packages *packages, struct str profile, bool *same,
			   struct err *err)
{
	struct env_generation now;
	struct str lock, text, installs;
	bool pending;
	errint rc =
		env_generation_current(a, env->run_dir, env->manifest_text, &now, &pending, err);

	if (!rc)
		rc = env_read_text(a, env->lock_file, &lock, err);
	if (!rc)
		rc = env_read_text(a, env->manifest_file, &text, err);
	if (!rc)
		rc = env_installs(a, env->manifest, &installs, err);
	if (rc)
		return rc;
	*same = now.number && !pending && str_eq(now.profile, profile) &&
		str_eq(lock, packages->lock) && str_eq(text, env->manifest_text) &&
		str_eq(now.manifest, env_hash(a, text)) && str_eq(now.lock, env_hash(a, lock)) &&
		str_eq(now.installs, installs);
	return 0;
}

static errint change_locked(struct session *s, struct environment *env,
			    const struct environment_change *change, struct arena *a, bool *made,
			    struct err *err)
{
	struct env_generation g = {.did = str_c(change->did)};
	struct env_packages packages;
	bool same = false;
	errint rc = env_read_manifest(a, env, change->manifest, err);

	if (!rc)
		rc = env_lock_packages(s, env, change, a, &packages, err);
	if (!rc)
		rc = env_build(s, env, &packages, a, &g.profile, err);
	if (!rc)
		rc = interrupt_check(err);
	if (!rc)
		rc = is_as_it_was(a, env, &packages, g.profile, &same, err);
	if (!rc && env->manifest->n_packages)
		rc = pin_set(s, env, err);
	if (!rc && !same)
		rc = put_in_place(s, env, a, &packages, &g, err);
	if (rc)
		return rc;
	*made = !same;
	rc = env_read_generation(s, a, env, err);
	if (!rc)
		env_venvs_follow(s, env);
	return rc;
}

errint environment_change(struct session *s, struct environment *env,
			  const struct environment_change *change, struct arena *a, bool *made,
			  struct err *err)
{
	struct environment next = *env;
	int lock CLEANUP_FD = -1;
	errint rc = check_writable(env, err);

	if (!rc)
		rc = env_lock(s, env, &lock, err);
	if (!rc)
		rc = env_generation_recover(a, env, err);
	if (!rc)
		rc = change_locked(s, &next, change, a, made, err);
	if (rc)
		return rc;
	*env = next;
	return 0;
}

errint environment_ready(struct session *s, struct environment *env, struct arena *a,
			 struct err *err)
{
	struct environment next;
	int lock CLEANUP_FD = -1;
	bool made;
	errint rc = 0;

	if (env->fits)
		return 0;
	rc = env_lock(s, env, &lock, err);
	if (!rc)
		rc = env_generation_recover(a, env, err);
	/* Whoever had the lock may have done it. */
	if (!rc)
		rc = environment_open(s, env->dir.p, a, &next, err);
	if (!rc && !next.fits) {
		const struct environment_change change = {
			.manifest = next.manifest_text,
			.did = next.generation ? "edit" : "activate",
		};
		rc = check_writable(&next, err);
		if (!rc)
			rc = change_locked(s, &next, &change, a, &made, err);
	}
	if (rc)
		return rc;
	*env = next;
	return 0;
}
