/* SPDX-License-Identifier: MIT
 *
 * A damaged path is an output of a derivation that is known, or there is no way back. Paths come
 * back after those that they refer to, so that a build finds its inputs whole. */
#include "project/repair.h"

#include "base/report.h"
#include "project/project.h"
#include "store/derivation.h"

/* Which output of a derivation a path is. */
static errint output_of(struct session *s, struct arena *a, struct str drv, struct str path,
			struct build_wanted *out, bool *found, struct err *err)
{
	struct drv d;
	errint rc = store_read_drv(s->store, a, drv, &d, err);

	for (size_t i = 0; !rc && i < d.n_outputs; i++) {
		if (!str_eq(d.outputs[i].path, path))
			continue;
		*out = (struct build_wanted){drv, &d.outputs[i].name, 1};
		*found = true;
	}
	return rc;
}

static errint find_maker(struct session *s, struct arena *a, struct str path,
			 struct build_wanted *out, bool *found, struct err *err)
{
	struct str_set derivers = {0};
	errint rc = store_valid_derivers(s->store, a, path, &derivers, err);

	*found = false;
	for (size_t i = 0; !rc && !*found && i < derivers.n; i++)
		rc = output_of(s, a, derivers.v[i], path, out, found, err);
	return rc;
}

static errint repair_one(struct session *s, const struct damage *damage, struct err *err)
{
	ARENA(a);
	struct build_options o = {.check = damage->kind == DAMAGE_ALTERED,
				  .repair = damage->kind == DAMAGE_ALTERED};
	struct build_wanted w;
	bool found;
	errint rc = find_maker(s, &a, damage->path, &w, &found, err);

	if (rc)
		return rc;
	if (!found) {
		err_set(err, ERR_NOT_FOUND, "cannot repair '%.*s'", STR_ARG(damage->path));
		err_detail(err, "no derivation that makes it is in the store");
		return err_hint(
			err,
			"add again what it came from, with 'kiln store add' or 'kiln build --repair'");
	}
	rc = project_realise(s, &w, 1, &o, err);
	return rc ? err_wrap(err, "repairing '%.*s'", STR_ARG(damage->path)) : 0;
}

/* A failure is told and counted; only an interrupt ends the rest. */
static errint repair_told(struct session *s, const struct damage *damage, size_t *left,
			  struct err *err)
{
	ERR(failure);
	errint rc = repair_one(s, damage, &failure);

	if (rc == ERR_INTERRUPTED)
		return err_move(err, &failure);
	if (rc)
		report_err(s->report, &failure);
	*left += rc != 0;
	return 0;
}

/* Verifying drops the record of what is gone and nobody needs; what was named is needed. *kept are
 * the paths that are there. */
static errint repair_gone(struct session *s, const struct str *paths, size_t n, struct str *kept,
			  size_t *n_kept, size_t *left, struct err *err)
{
	errint rc = 0;

	for (size_t i = 0; !rc && i < n; i++) {
		struct damage gone = {paths[i], DAMAGE_GONE};
		bool there;

		rc = store_is_present(s->store, paths[i], &there, err);
		if (!rc && there)
			kept[(*n_kept)++] = paths[i];
		else if (!rc)
			rc = repair_told(s, &gone, left, err);
	}
	return rc;
}

errint project_repair(struct session *s, const struct str *paths, size_t n, size_t *left,
		      struct err *err)
{
	ARENA(a);
	struct str *kept = ARENA_ARRAY(&a, struct str, n + 1);
	struct verify_options o = {.contents = true, .paths = paths ? kept : NULL};
	struct verify_result found = {0};
	errint rc;

	*left = 0;
	rc = repair_gone(s, paths, paths ? n : 0, kept, &o.n_paths, left, err);
	if (!rc && (!paths || o.n_paths))
		rc = store_verify(s->store, &a, &o, &found, err);
	/* Referrers come first. */
	for (size_t i = found.n; !rc && i-- > 0;)
		rc = repair_told(s, &found.v[i], left, err);
	return rc;
}
