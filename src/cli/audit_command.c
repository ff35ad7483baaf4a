/* SPDX-License-Identifier: MIT
 *
 * Policy, places and printing around what finds. */
#include "cli/audit_command.h"

#include "base/environ.h"
#include "cli/sbom_facts.h"
#include "project/project.h"

void audits_tell(struct audits *as, struct str name, struct str top, struct audit_findings *f)
{
	audit_print_result(&as->print, name, top, f);
	if (audit_policy_fails(&as->policy, f))
		as->cli->status = AUDIT_FOUND;
}

errint audits_one(struct audits *as, struct str name, struct str recipe, struct str top,
		  struct err *err)
{
	struct cli *cli = as->cli;
	struct audit_findings f CLEANUP(audit_findings_release) = {0};
	const struct audit a = {
		.store = cli->store,
		.a = &cli->a,
		.top = top,
		.slots = &as->slots,
		.policy = &as->policy,
		.advisories = as->advisories,
		.n_advisories = as->n_advisories,
		.debian = as->debian,
		.components = as->components,
		.fresh = as->c->fresh,
	};
	errint rc = audit_run(&a, &f, err);

	if (!rc && as->dir)
		rc = mend_sources(&cli->session, as->dir, recipe, &cli->a, &f, err);
	if (rc)
		return rc;
	audit_policy_apply(&as->policy, &f);
	rc = audit_mend_places(cli, &as->mend, &f, err);
	if (rc)
		return rc;
	audits_tell(as, name, top, &f);
	return audit_mend_fix(&as->mend, &f, err);
}

/* What is to be told of the policy itself, once all have been looked at. */
static void tell_policy(struct audits *as)
{
	struct audit_findings f CLEANUP(audit_findings_release) = {0};

	audit_policy_finish(&as->policy, &as->cli->a, &f);
	if (f.n)
		audits_tell(as, S("kiln.toml"), S(""), &f);
}

/* The command line's, else the policy's. */
static void choose_advisories(struct audits *as)
{
	const struct option_list *given = &as->c->advisories;

	as->advisories = given->n ? (const char *const *)given->v : as->policy.advisories;
	as->n_advisories = given->n ? given->n : as->policy.n_advisories;
}

errint audits_prepare(struct audits *as, struct err *err)
{
	struct cli *cli = as->cli;
	const char *data;
	ERR(none);
	errint rc = session_data_dir(&cli->session, &data, err);

	if (!rc && !as->dir && project_find(as->c->project, &as->dir, &none) && as->c->project)
		rc = err_move(err, &none);
	if (!rc)
		rc = slot_list_read(data, as->dir, &cli->a, &as->slots, err);
	if (!rc)
		rc = audit_policy_read(as->dir, clock_unix(), &cli->a, &as->policy, err);
	if (rc)
		return rc;
	choose_advisories(as);
	as->mend = (struct audit_mend){
		.project = as->dir, .fix = as->c->fix, .dry_run = as->c->dry_run};
	as->debian = as->n_advisories ? audit_debian_release(&cli->a, data) : S("");
	return as->n_advisories || as->policy.has_licences
		       ? sbom_facts(cli, as->c->project, &as->components, err)
		       : 0;
}

errint audits_finish(struct audits *as, struct err *err)
{
	tell_policy(as);
	audit_print_end(&as->print);
	return audit_mend_finish(&as->mend, err);
}
