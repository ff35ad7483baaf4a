/* SPDX-License-Identifier: MIT
 *
 * What checks a recipe: its attribute `check` (python3.pkgs make one of every package), all that is
 * in its `checks`, and a recipe NAME-check beside it. */
#include "base/report.h"
#include "project/project_int.h"
#include "project/project_tracked.h"

#define CHECK_SUFFIX "-check"

const char *project_checked_name(struct arena *a, const struct recipes *r, const char *name)
{
	struct str of = str_drop_suffix(str_c(name), S(CHECK_SUFFIX));
	char *own CLEANUP_FREE = project_recipe_file(r->dir, str_c(name));
	char *file CLEANUP_FREE = project_recipe_file(r->dir, of);

	return !own && file && of.n < strlen(name) ? arena_strz(a, of) : NULL;
}

errint project_checks(const struct recipes *r, const char *name, struct value *recipe,
		      struct value *out[PROJECT_CHECKS_MAX], size_t *n, struct err *err)
{
	char *beside CLEANUP_FREE = xasprintf("%s" CHECK_SUFFIX, name);
	const struct {
		struct value *of;
		struct str attr;
	} places[PROJECT_CHECKS_MAX] = {
		{recipe, S("check")},
		{recipe, S("checks")},
		{r->v, str_c(beside)},
	};

	*n = 0;
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		struct value *found;
		errint rc = eval_get_attr(r->e.eval, places[i].of, places[i].attr, &found, err);

		if (rc)
			return rc;
		if (found)
			out[(*n)++] = found;
	}
	return 0;
}

errint project_no_checks(struct err *err)
{
	err_set(err, ERR_NOT_FOUND, "there is nothing to check");
	return err_hint(err,
			"the modules of Python packages are; another recipe says how by "
			"passthru.checks.NAME, a derivation, or a recipe NAME-check beside it");
}
