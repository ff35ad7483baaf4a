/* SPDX-License-Identifier: MIT
 *
 * Licences of a closure's packages beside those that a policy lists. */
#include "audit/audit_int.h"
#include "audit/policy.h"
#include "sbom/spdx.h"

/* What was made of nobody's work, as an environment of links, has no licence of its own. */
static bool is_somebodys(const struct component *c)
{
	return c->ecosystem != COMPONENT_GENERIC || c->said.n || c->licence.n;
}

/* Somebody may allow "A AND B" and not B by itself. */
static bool is_allowed_as_whole(const struct auditing *au, struct str licence)
{
	const struct audit_policy *p = au->in->policy;

	for (size_t i = 0; i < p->n_licences; i++)
		if (str_eq(spdx_expression(au->in->a, p->licences[i]), licence))
			return true;
	return false;
}

static void see(struct auditing *au, struct str path, const struct component *c)
{
	const struct audit_policy *p = au->in->policy;
	struct str which = S("");
	const char *what = arena_printf(au->in->a, "%.*s%s%.*s", STR_ARG(c->name),
					c->version.n ? " " : "", STR_ARG(c->version));

	if (!is_somebodys(c))
		return;
	if (!c->licence.n)
		audit_add(au, AUDIT_LICENCE_UNKNOWN, path, c->info, c->name, NULL,
			  "%s does not say its licence%s%.*s%s", what,
			  c->said.n ? " in words that are known: '" : "", STR_ARG(c->said),
			  c->said.n ? "'" : "");
	else if (!is_allowed_as_whole(au, c->licence) &&
		 !spdx_allowed(au->in->a, c->licence, p->licences, p->n_licences, &which))
		audit_add(au, AUDIT_LICENCE, path, c->info, which, NULL,
			  "%s is under '%.*s': '%.*s' is not allowed", what, STR_ARG(c->licence),
			  STR_ARG(which));
}

void audit_licences(struct auditing *au)
{
	const struct component_closure *c = &au->components;

	if (!au->in->policy || !au->in->policy->has_licences)
		return;
	for (size_t i = 0; i < c->n; i++) {
		const struct component_path *p = &c->v[i];

		if (!p->n)
			see(au, p->path, &p->it);
		for (size_t k = 0; k < p->n; k++)
			see(au, p->path, &p->v[k]);
	}
}
