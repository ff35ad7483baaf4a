/* SPDX-License-Identifier: MIT
 *
 * What each path has by itself, as facts.h found it. */
#include "audit/audit_int.h"

/* A filling is its maker's: what is in it is not mended by recipes. */
void audit_found(struct auditing *au)
{
	for (size_t i = 0; i < au->closure.paths.n; i++) {
		const struct path_facts *f = &au->facts[i];

		for (size_t k = 0; k < f->n_found; k++)
			audit_add(au, f->found[k].rule, au->closure.paths.v[i], f->found[k].file,
				  path_base(f->found[k].file), NULL, "%.*s",
				  STR_ARG(f->found[k].text));
	}
}
