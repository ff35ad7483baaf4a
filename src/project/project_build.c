/* SPDX-License-Identifier: MIT
 *
 * From wanted outputs to valid paths. Programs run in a sandbox whose /bin/sh is the set's static
 * busybox: one more thing to ask for, which is resolved before the plan is made, and only when a
 * program must run. */
#include "base/report.h"
#include "project/project_int.h"
#include "store/derivation.h"
#include "store/store.h"

static errint give_shell(void *ctx, struct store *store, struct arena *a, struct sandbox_shell *out,
			 struct err *err)
{
	const struct session *s = ctx;

	*out = s->shell;
	return 0;
}

static errint all_there(struct session *s, const struct build_wanted *w, size_t n, bool *there,
			struct err *err)
{
	ARENA(a);
	struct str *paths;
	size_t n_paths;
	errint rc = build_wanted_paths(s->store, &a, w, n, &paths, &n_paths, err);

	*there = true;
	for (size_t i = 0; !rc && *there && i < n_paths; i++) {
		*there = paths[i].n > 0;
		if (*there)
			rc = store_is_valid(s->store, paths[i], there, err);
	}
	return rc;
}

static void take_shell(struct session *s, const struct resolved_list *l)
{
	BUG_ON(l->n != 1 || l->v[0].n != 1);
	s->shell = (struct sandbox_shell){
		.drv = arena_str(&s->a, l->v[0].drvs[0].drv_path),
		.path = arena_str(&s->a, l->v[0].drvs[0].out_path),
		.file = S("bin/busybox"),
	};
	s->shell_known = true;
}

/* Is it needed? It is not known yet, so plan without. */
static errint runs_programs(struct session *s, const struct build_wanted *w, size_t n,
			    const struct build_options *o, bool *out, struct err *err)
{
	ARENA(a);
	struct build_plan plan = {0};
	errint rc = build_plan(s->store, &a, w, n, o, &plan, err);

	*out = plan.programs;
	return rc;
}

static errint find_shell(struct session *s, const struct build_wanted *w, size_t n,
			 const struct build_options *o, struct err *err)
{
	const struct eval_request eval = {0};
	const struct project_request r = {.session = s, .eval = &eval, .flags = EVALUATION_OWN};
	const struct asked shell = {.kind = ASKED_SET, .text = "busyboxStatic"};
	struct resolved_list l CLEANUP(resolved_list_release) = {0};
	bool needed;
	ARENA(a);

	if (project_remembers(&r, &shell, 1, REPORT_DEBUG, &a, &l)) {
		take_shell(s, &l);
		return 0;
	}
	errint rc = runs_programs(s, w, n, o, &needed, err);
	if (rc || !needed)
		return rc;
	if (project_recall(&r, &shell, 1, REPORT_DEBUG, &a, &l, err))
		return err_wrap(err, "finding the sandbox's /bin/sh");
	take_shell(s, &l);
	return 0;
}

static errint complete(struct session *s, const struct build_wanted *w, size_t n,
		       struct build_options *o, struct err *err)
{
	bool there;

	settings_for_build(s->settings, o);
	o->builtins = s->builtins;
	o->n_builtins = s->n_builtins;
	o->ladder = session_ladder(s);
	if (o->sandbox == SANDBOX_OFF)
		return 0;
	errint rc = s->shell_known ? 0 : all_there(s, w, n, &there, err);
	if (!rc && !s->shell_known && (!there || o->check))
		rc = find_shell(s, w, n, o, err);
	if (rc)
		return rc;
	if (s->shell_known) {
		o->sandbox_shell = give_shell;
		o->sandbox_shell_ctx = s;
	}
	return 0;
}

errint project_plan(struct session *s, struct arena *a, const struct build_wanted *w, size_t n,
		    const struct build_options *o, struct build_plan *out, struct err *err)
{
	struct build_options own = *o;
	errint rc = complete(s, w, n, &own, err);

	return rc ? rc : build_plan(s->store, a, w, n, &own, out, err);
}

errint project_realise(struct session *s, const struct build_wanted *w, size_t n,
		       const struct build_options *o, struct err *err)
{
	struct build_options own = *o;
	errint rc = complete(s, w, n, &own, err);

	return rc ? rc : build_paths(s->store, w, n, &own, s->report, err);
}
