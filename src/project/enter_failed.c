/* SPDX-License-Identifier: MIT
 *
 * Into the last failure: what its builder saw is made valid again, and a bash that is there. */
#include "base/environ.h"
#include "base/file.h"
#include "job/failed.h"
#include "project/dev_env.h"
#include "project/project_int.h"
#include "store/derivation.h"

struct failed_visit {
	struct session *session;
	struct arena a;
	struct drv drv;
	struct failed_entry entry;
	struct build_wanted more[2]; /* bash, and what /bin/sh is of */
	size_t n_more;
	struct str bash; /* the store path, to be seen too; "" when the builder is bash */
};

static void failed_visit_release(struct failed_visit *e)
{
	arena_release(&e->a);
}

/* The builder itself, where it is bash; else the set's. */
static errint find_bash(struct failed_visit *e, struct err *err)
{
	const struct eval_request eval = {0};
	const struct project_request r = {.session = e->session, .eval = &eval};
	const struct asked asked = {.kind = ASKED_SET, .text = "bashInteractive"};
	struct resolved_list l CLEANUP(resolved_list_release) = {0};

	if (str_eq(path_base(e->drv.builder), S("bash")) && str_starts(e->drv.builder, S("/"))) {
		e->entry.bash = arena_strz(&e->a, e->drv.builder);
		return 0;
	}
	errint rc = project_resolve(&r, &asked, 1, &e->a, &l, err);
	if (rc)
		return rc;
	if (l.n != 1 || l.v[0].n != 1)
		return err_set(err, ERR_NOT_FOUND, "the package set has no bashInteractive");
	const struct drv_ref *bash = &l.v[0].drvs[0];
	e->more[e->n_more++] =
		(struct build_wanted){bash->drv_path, bash->outputs, bash->n_outputs};
	e->bash = bash->out_path;
	e->entry.bash = arena_printf(&e->a, "%.*s/bin/bash", STR_ARG(bash->out_path));
	return 0;
}

static errint find_shell(struct failed_visit *e, struct err *err)
{
	static const struct str out = S("out");
	struct session *s = e->session;

	if (!e->entry.failed.isolated || str_starts(e->drv.builder, S("builtin:")))
		return 0;
	errint rc = project_find_shell(s, err);
	if (rc)
		return rc;
	e->more[e->n_more++] = (struct build_wanted){s->shell.drv, &out, 1};
	char *real CLEANUP_FREE = store_real_path(s->store, s->shell.path);
	e->entry.shell = arena_printf(&e->a, "%s/%.*s", real, STR_ARG(s->shell.file));
	return 0;
}

/* What the builder saw, and what bash needs. */
static errint make_inputs(struct failed_visit *e, struct err *err)
{
	const struct build_options o = {0};
	const struct dev_request r = {.session = e->session,
				      .drv = e->entry.failed.drv,
				      .more = e->more,
				      .n_more = e->n_more,
				      .options = &o};
	struct str_set seen, all;
	errint rc = dev_inputs_make(&r, &e->a, &e->drv, &seen, err);

	if (rc)
		return rc;
	struct str *v = ARENA_ARRAY(&e->a, struct str, seen.n + 1);
	if (seen.n)
		memcpy(v, seen.v, seen.n * sizeof(*v));
	v[seen.n] = e->bash;
	rc = store_closure(e->session->store, &e->a, v, seen.n + (e->bash.n ? 1 : 0), 0, &all, err);
	e->entry.inputs = all;
	return rc;
}

errint project_enter_failed(struct session *s, const char *command, int *status, struct err *err)
{
	struct failed_visit e CLEANUP(failed_visit_release) = {.session = s,
							       .entry.command = command};
	struct build_options o = {.builtins = s->builtins, .n_builtins = s->n_builtins};
	errint rc = failed_last(s->store, &e.a, &e.entry.failed, err);

	if (!rc)
		rc = store_read_drv(s->store, &e.a, e.entry.failed.drv, &e.drv, err);
	if (!rc)
		rc = find_bash(&e, err);
	if (!rc)
		rc = find_shell(&e, err);
	if (!rc)
		rc = make_inputs(&e, err);
	if (rc)
		return rc;
	settings_for_build(s->settings, &o);
	e.entry.options = &o;
	return failed_enter(s->store, &e.entry, status, err);
}
