/* SPDX-License-Identifier: MIT
 *
 * The room's front: plan, and work the plan off. */
#include "job/build.h"

#include <stdlib.h>

#include "job/loop.h"

/* What planning asks of the options; the names of built-in builders live in the arena. */
static struct plan_options plan_options(struct arena *a, const struct build_options *o)
{
	const char **names = ARENA_ARRAY(a, const char *, o->n_builtins + 1);

	for (size_t i = 0; i < o->n_builtins; i++)
		names[i] = o->builtins[i].name;
	return (struct plan_options){
		.system = o->system,
		.platforms = o->platforms,
		.features = o->features,
		.builtins = names,
		.check = o->check,
		.substituter = o->substituter,
	};
}

errint build_plan_make(struct store *s, struct arena *a, const struct build_wanted *w, size_t n,
		       const struct build_options *o, struct plan *out, struct err *err)
{
	struct plan_options options = plan_options(a, o);

	return plan_make(s, a, &options, w, n, out, err);
}

static errint plan_whole(struct store *s, struct arena *a, const struct build_wanted *w, size_t n,
			 const struct build_options *o, struct plan *out, struct err *err)
{
	errint rc = build_plan_make(s, a, w, n, o, out, err);

	if (rc)
		return rc;
	return plan_finish(out, o->sandbox == SANDBOX_OFF ? NULL : o->sandbox_shell, err);
}

errint build_plan(struct store *s, struct arena *a, const struct build_wanted *w, size_t n,
		  const struct build_options *o, struct build_plan *out, struct err *err)
{
	struct plan plan CLEANUP(plan_release) = {0};
	errint rc = plan_whole(s, a, w, n, o, &plan, err);

	if (!rc)
		plan_summary(&plan, out);
	return rc;
}

errint build_paths(struct store *s, const struct build_wanted *w, size_t n,
		   const struct build_options *o, struct report *report, struct err *err)
{
	ARENA(a);
	struct plan plan CLEANUP(plan_release) = {0};
	errint rc = plan_whole(s, &a, w, n, o, &plan, err);

	return rc ? rc : jobs_run(&plan, o, report, err);
}

static errint wanted_outputs(struct store *s, struct arena *a, const struct build_wanted *w,
			     struct str **v, size_t *n, size_t *cap, struct err *err)
{
	struct drv d;
	errint rc = store_read_drv(s, a, w->path, &d, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < (w->n_outputs ? w->n_outputs : d.n_outputs); i++) {
		const struct drv_output *o =
			w->n_outputs ? drv_output_find(&d, w->outputs[i]) : &d.outputs[i];

		if (!o)
			return err_set(err, ERR_NOT_FOUND, "derivation '%.*s' has no output '%.*s'",
				       STR_ARG(w->path), STR_ARG(w->outputs[i]));
		ARRAY_GROW(*v, *n, *cap);
		(*v)[(*n)++] = o->path;
	}
	return 0;
}

errint build_wanted_paths(struct store *s, struct arena *a, const struct build_wanted *w, size_t n,
			  struct str **out, size_t *n_out, struct err *err)
{
	struct str *v CLEANUP_FREE = NULL;
	size_t count = 0, cap = 0;

	for (size_t i = 0; i < n; i++) {
		errint rc = 0;

		if (store_path_is_drv(w[i].path)) {
			rc = wanted_outputs(s, a, &w[i], &v, &count, &cap, err);
		} else {
			ARRAY_GROW(v, count, cap);
			v[count++] = w[i].path;
		}
		if (rc)
			return rc;
	}
	*out = ARENA_ARRAY(a, struct str, count + 1);
	if (count)
		memcpy(*out, v, count * sizeof(*v));
	*n_out = count;
	return 0;
}
