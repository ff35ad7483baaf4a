/* SPDX-License-Identifier: MIT
 *
 * Packages of the set that recipes are called with: the one that the project pins, with the
 * project's own locks. */
#include <stdlib.h>
#include "base/report.h"
#include "memo/inputs.h"
#include "project/installable.h"
#include "project/project_int.h"
#include "project/project_tracked.h"

errint project_set(struct evaluation *e, const char *project, struct value **out, struct err *err)
{
	BUF(text, LIMIT_PATH_TEXT * 2);
	const char *data;
	errint rc = session_data_dir(e->session, &data, err);

	if (rc)
		return rc;
	char *own CLEANUP_FREE = path_join(str_c(data), S("pkgs"));
	if (e->request->nixpkgs) {
		buf_putz(&text, "import <nixpkgs> { ");
	} else {
		buf_putz(&text, "import (/. + ");
		eval_print_string(&text, str_c(e->request->pinned ? e->request->pinned : own));
		buf_putz(&text, ") { ");
		if (project) {
			buf_putz(&text, "pythonLocks = /. + ");
			eval_print_string(&text, str_c(project));
			buf_putz(&text, " + \"/.flox\"; ");
		}
	}
	rc = project_put_system(e, &text, err);
	buf_putz(&text, "}");
	if (!rc)
		rc = buf_check(&text, "path", err);
	if (!rc)
		rc = eval_string(e->eval, buf_str(&text), "/", "«set»", out, err);
	return rc ? err_wrap(err, "reading the package set") : 0;
}

/* NULL where the set has nothing of that name that can be built. */
static errint in_set(struct recipes *r, struct str name, struct value **out, struct err *err)
{
	struct value *set, *v, *is;
	bool yes = false;
	errint rc = project_set(&r->e, r->dir, &set, err);

	if (!rc)
		rc = installable_walk(&r->e, set, name, &v, err);
	if (!rc && v)
		rc = evaluation_apply(&r->e, "v: v.type or null == \"derivation\"", v, &is, err);
	if (!rc && v)
		rc = eval_get_bool(r->e.eval, is, &yes, err);
	if (rc)
		return err_wrap(err, "package '%.*s'", STR_ARG(name));
	*out = yes ? v : NULL;
	return 0;
}

errint project_package(struct recipes *r, struct arena *a, const char *name, struct value **out,
		       struct err *err)
{
	char *file CLEANUP_FREE = r->dir ? project_recipe_file(r->dir, str_c(name)) : NULL;
	BUF(text, LIMIT_ERR_TEXT);
	struct value *recipe = NULL;

	*out = NULL;
	if (file)
		return 0;
	if (r->dir && eval_get_attr(r->e.eval, r->v, str_c(name), &recipe, err))
		return err_wrap(err, "recipe '%s'", name);
	if (recipe || (r->dir && project_checked_name(a, r, name)))
		return 0;
	errint rc = in_set(r, str_c(name), out, err);
	if (rc || !*out || !r->dir)
		return rc;
	buf_printf(&text, "'%s' is no recipe of the project: the package set's is taken", name);
	report_msg(r->e.session->report, REPORT_NOTE, "%s", buf_z(&text));
	input_message(r->e.request->inputs, REPORT_NOTE, buf_str(&text));
	return 0;
}
