/* SPDX-License-Identifier: MIT
 *
 * From derivations to built, linked results. */
#include "cli/results.h"

#include <stdlib.h>
#include "store/derivation.h"
#include "store/store.h"

static errint link_outputs(struct store *s, const struct result *r, struct err *err)
{
	for (size_t i = 0; i < r->drv->n_outputs; i++) {
		struct str output = r->drv->outputs[i];
		char *link CLEANUP_FREE = str_eq(output, S("out"))
						  ? xstrdup(r->link)
						  : xasprintf("%s-%.*s", r->link, STR_ARG(output));
		int rc = store_add_root(s, link, r->paths[i], err);

		if (rc < 0)
			return err_wrap(err, "linking '%s'", link);
	}
	return 0;
}

static errint find_paths(struct store *s, struct arena *a, struct result *r, struct err *err)
{
	struct drv drv;
	int rc = store_read_drv(s, a, r->drv->drv_path, &drv, err);

	if (rc < 0)
		return rc;
	r->paths = ARENA_ARRAY(a, struct str, r->drv->n_outputs);
	for (size_t i = 0; i < r->drv->n_outputs; i++) {
		const struct drv_output *o = drv_output_find(&drv, r->drv->outputs[i]);

		if (!o)
			return err_set(err, ERR_NOT_FOUND, "'%.*s' has no output '%.*s'",
				       STR_ARG(r->drv->name), STR_ARG(r->drv->outputs[i]));
		r->paths[i] = o->path;
	}
	return 0;
}

errint results_build(struct cli *cli, struct arena *a, struct result *v, size_t n,
		     struct build_request *r, struct err *err)
{
	struct build_wanted *wanted = ARENA_ARRAY(a, struct build_wanted, n);
	struct store *s;
	int rc = cli_store(cli, &s, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < n; i++)
		wanted[i] = (struct build_wanted){.path = v[i].drv->drv_path,
						  .outputs = v[i].drv->outputs,
						  .n_outputs = v[i].drv->n_outputs};
	rc = realise(cli, s, wanted, n, r, err);
	for (size_t i = 0; rc == 0 && !r->dry_run && i < n; i++) {
		rc = find_paths(s, a, &v[i], err);
		if (rc == 0 && v[i].link)
			rc = link_outputs(s, &v[i], err);
	}
	return rc;
}
