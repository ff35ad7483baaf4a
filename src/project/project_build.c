/* SPDX-License-Identifier: MIT
 *
 * From wanted outputs to valid paths. Programs run in a sandbox whose /bin/sh is the set's static
 * busybox: one more thing to ask for, which is resolved when the plan says that a program must run,
 * and before the plan is finished. */
#include "base/report.h"
#include "job/loop.h"
#include "project/project_int.h"
#include "store/derivation.h"
#include "store/store.h"

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

errint project_find_shell(struct session *s, struct err *err)
{
	const struct eval_request eval = {0};
	const struct project_request r = {.session = s, .eval = &eval, .flags = EVALUATION_OWN};
	const struct asked shell = {.kind = ASKED_SET, .text = "busyboxStatic"};
	struct resolved_list l CLEANUP(resolved_list_release) = {0};
	ARENA(a);

	if (s->shell_known)
		return 0;
	if (project_recall(&r, &shell, 1, REPORT_DEBUG, &a, &l, err))
		return err_wrap(err, "finding the sandbox's /bin/sh");
	take_shell(s, &l);
	return 0;
}

/* A registered path that is gone can be made again when it is known what made it. */
static errint find_maker(struct session *s, struct arena *a, struct build_wanted *w,
			 struct err *err)
{
	struct path_info info;
	struct drv d;
	bool valid, known = false;
	errint rc = store_path_is_drv(w->path) ? 0 : store_is_valid(s->store, w->path, &valid, err);

	if (rc || store_path_is_drv(w->path) || valid)
		return rc;
	rc = store_query(s->store, a, w->path, &info, err);
	if (rc == ERR_NOT_FOUND) {
		/* It was never there; whoever plans knows more. */
		err_clear(err);
		return 0;
	}
	if (!rc && info.deriver.n)
		rc = store_is_valid(s->store, info.deriver, &known, err);
	if (!rc && known)
		rc = store_read_drv(s->store, a, info.deriver, &d, err);
	for (size_t i = 0; !rc && known && i < d.n_outputs; i++)
		if (str_eq(d.outputs[i].path, w->path))
			*w = (struct build_wanted){info.deriver, &d.outputs[i].name, 1};
	return rc;
}

/* Does the machine's store have all of it? Then the user's own needs none. */
static errint machine_has(struct session *s, const struct build_wanted *w, bool *out,
			  struct err *err)
{
	ARENA(a);
	struct str *paths;
	size_t n = 0;
	errint rc = 0;

	*out = s->machine != NULL;
	if (*out)
		rc = build_wanted_paths(s->store, &a, w, 1, &paths, &n, err);
	for (size_t i = 0; !rc && *out && i < n; i++) {
		*out = paths[i].n > 0;
		if (*out)
			rc = store_is_valid(s->machine, paths[i], out, err);
	}
	return rc;
}

/* What a build is made of: the caller's wishes, completed. */
struct build_job {
	struct session *session;
	struct build_wanted *w;
	size_t n;
	struct build_options o;
	bool was_wary;
	struct arena a;
};

static void build_job_release(struct build_job *b)
{
	store_set_wary(b->session->store, b->was_wary);
	arena_release(&b->a);
}

static errint build_job_init(struct build_job *b, struct session *s, const struct build_wanted *w,
			     size_t n, const struct build_options *o, bool anywhere,
			     struct err *err)
{
	bool there = false;
	errint rc = 0;

	*b = (struct build_job){.session = s, .o = *o, .was_wary = store_set_wary(s->store, true)};
	if (s->machine)
		store_set_wary(s->machine, true);
	settings_for_build(s->settings, &b->o);
	b->o.builtins = s->builtins;
	b->o.n_builtins = s->n_builtins;
	b->o.ladder = session_ladder(s);
	b->w = ARENA_ARRAY(&b->a, struct build_wanted, n);
	/* What is to be built again is not to be brought. */
	if (!o->check)
		rc = session_substituter(s, &b->o.substituter, err);
	for (size_t i = 0; !rc && i < n; i++) {
		b->w[b->n] = w[i];
		rc = find_maker(s, &b->a, &b->w[b->n], err);
		if (!rc && anywhere && !o->check)
			rc = machine_has(s, &b->w[b->n], &there, err);
		b->n += !there;
	}
	return rc;
}

/* A plan of them, with a shell when a program must run. */
static errint plan_job(struct build_job *b, struct arena *a, struct plan *out, struct err *err)
{
	struct session *s = b->session;
	errint rc = build_plan_make(s->store, a, b->w, b->n, &b->o, out, err);
	bool shell = !rc && b->o.sandbox != SANDBOX_OFF && plan_runs_programs(out);

	if (shell)
		rc = project_find_shell(s, err);
	return rc ? rc : plan_finish(out, shell ? &s->shell : NULL, err);
}

errint project_plan(struct session *s, struct arena *a, const struct build_wanted *w, size_t n,
		    const struct build_options *o, struct build_plan *out, struct err *err)
{
	struct build_job b CLEANUP(build_job_release);
	struct plan plan CLEANUP(plan_release) = {0};
	errint rc = build_job_init(&b, s, w, n, o, true, err);

	if (!rc)
		rc = plan_job(&b, a, &plan, err);
	if (!rc)
		plan_summary(&plan, out);
	return rc;
}

static errint realise(struct session *s, const struct build_wanted *w, size_t n,
		      const struct build_options *o, bool anywhere, struct err *err)
{
	struct build_job b CLEANUP(build_job_release);
	struct plan plan CLEANUP(plan_release) = {0};
	errint rc = build_job_init(&b, s, w, n, o, anywhere, err);

	if (!rc)
		rc = plan_job(&b, &b.a, &plan, err);
	return rc ? rc : jobs_run(&plan, &b.o, s->report, err);
}

errint project_realise(struct session *s, const struct build_wanted *w, size_t n,
		       const struct build_options *o, struct err *err)
{
	return realise(s, w, n, o, true, err);
}

errint project_realise_here(struct session *s, const struct build_wanted *w, size_t n,
			    const struct build_options *o, struct err *err)
{
	return realise(s, w, n, o, false, err);
}
