/* SPDX-License-Identifier: MIT
 *
 * kiln audit: what is wrong with what recipes made. */
#include <stdlib.h>

#include "audit/policy.h"
#include "audit/runtime.h"
#include "base/environ.h"
#include "cli/audit_mend.h"
#include "cli/audit_print.h"
#include "cli/command.h"
#include "cli/named.h"
#include "cli/sbom_facts.h"

enum { AUDIT_FOUND = 1, AUDIT_TROUBLE = 2 };

struct audit_command {
	bool json, sarif, list, fresh, fix, dry_run;
	const char *project;
	const char *runtime;
	struct option_list advisories, names;
};

static const struct option rows[] = {
	OPT_FLAG(struct audit_command, json, "--json", "print JSON"),
	OPT_FLAG(struct audit_command, sarif, "--sarif", "print SARIF 2.1.0"),
	OPT_FLAG(struct audit_command, list, "--list",
		 "tell what is looked for, and look at nothing"),
	OPT_FLAG(struct audit_command, fresh, "--fresh", "look at every path again"),
	OPT_LIST(struct audit_command, advisories, "--advisories", "FILE",
		 "known vulnerabilities: an OSV export (again: another)"),
	OPT_TEXT(struct audit_command, project, "--project", "DIR", "the project's folder"),
	OPT_FLAG(struct audit_command, fix, "--fix",
		 "write the cures that are certain into the recipes"),
	OPT_FLAG(struct audit_command, dry_run, "-n --dry-run",
		 "--fix: show them, and write nothing"),
	OPT_TEXT(struct audit_command, runtime, "--runtime", "PID",
		 "look at what a running process has mapped instead"),
	OPERANDS(struct audit_command, names, "NAME"),
	OPT_END,
};

/* What all results of one call share. */
struct audits {
	struct cli *cli;
	const struct audit_command *c;
	char *dir; /* the project, or NULL */
	struct slot_list slots;
	struct audit_policy policy;
	const char *const *advisories;
	size_t n_advisories;
	struct str debian;
	struct component_facts *components;
	struct audit_mend mend;
	struct audit_print print;
};

/* Before anything is printed, so that what is printed is whole. */
static errint check_built(struct cli *cli, const struct product *p, struct err *err)
{
	bool valid;
	errint rc = store_is_valid(cli->store, p->paths[0], &valid, err);

	if (rc || valid)
		return rc;
	err_set(err, ERR_NOT_FOUND, "'%.*s' is not built", STR_ARG(p->name));
	return p->found->label.n ? err_hint(err, "kiln build %.*s", STR_ARG(p->found->label))
				 : err->code;
}

static errint audit_one(struct audits *as, const struct product *p, struct err *err)
{
	struct cli *cli = as->cli;
	struct audit_findings f CLEANUP(audit_findings_release) = {0};
	const struct audit a = {
		.store = cli->store,
		.a = &cli->a,
		.top = p->paths[0],
		.slots = &as->slots,
		.policy = &as->policy,
		.advisories = as->advisories,
		.n_advisories = as->n_advisories,
		.debian = as->debian,
		.components = as->components,
		.fresh = as->c->fresh,
	};
	errint rc = audit_run(&a, &f, err);

	if (rc)
		return rc;
	audit_policy_apply(&as->policy, &f);
	rc = audit_mend_places(cli, &as->mend, &f, err);
	if (rc)
		return rc;
	audit_print_result(&as->print, p->name, a.top, &f);
	rc = audit_mend_fix(&as->mend, &f, err);
	if (rc)
		return rc;
	if (audit_policy_fails(&as->policy, &f))
		cli->status = AUDIT_FOUND;
	return 0;
}

/* What is to be told of the policy itself, once all have been looked at. */
static void tell_policy(struct audits *as)
{
	struct audit_findings f CLEANUP(audit_findings_release) = {0};

	audit_policy_finish(&as->policy, &as->cli->a, &f);
	if (!f.n)
		return;
	audit_print_result(&as->print, S("kiln.toml"), S(""), &f);
	if (audit_policy_fails(&as->policy, &f))
		as->cli->status = AUDIT_FOUND;
}

/* The command line's, else the policy's. */
static void choose_advisories(struct audits *as)
{
	const struct option_list *given = &as->c->advisories;

	as->advisories = given->n ? (const char *const *)given->v : as->policy.advisories;
	as->n_advisories = given->n ? given->n : as->policy.n_advisories;
}

static errint prepare(struct audits *as, struct err *err)
{
	struct cli *cli = as->cli;
	const char *data;
	ERR(none);
	errint rc = session_data_dir(&cli->session, &data, err);

	if (!rc && project_find(as->c->project, &as->dir, &none) && as->c->project)
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

static errint audit_products(struct audits *as, struct err *err)
{
	struct named_products products CLEANUP(named_products_release) = {0};
	errint rc = named_products(as->cli, as->c->project, &as->c->names, &products, err);

	if (!rc)
		rc = prepare(as, err);
	for (size_t i = 0; !rc && i < products.n; i++)
		rc = check_built(as->cli, &products.v[i], err);
	if (rc)
		return rc;
	audit_print_begin(&as->print);
	for (size_t i = 0; !rc && i < products.n; i++)
		rc = audit_one(as, &products.v[i], err);
	if (rc)
		return rc;
	tell_policy(as);
	audit_print_end(&as->print);
	return audit_mend_finish(&as->mend, err);
}

/* ---- a process ---- */

static errint find_closure(struct audits *as, struct str *out, struct err *err)
{
	const struct option_list *names = &as->c->names;

	*out = S("");
	if (names->n > 1)
		return err_set(err, ERR_USAGE, "a process is started from one result");
	return names->n ? named_path(as->cli, names->v[0], out, err) : 0;
}

static errint audit_process(struct audits *as, struct err *err)
{
	struct cli *cli = as->cli;
	struct audit_findings f CLEANUP(audit_findings_release) = {0};
	struct runtime_request r = {
		.store = cli->store, .a = &cli->a, .slots = &as->slots, .proc = "/proc"};
	struct runtime_process p;
	errint rc = prepare(as, err);

	if (!rc && (!str_to_u64(str_c(as->c->runtime), &r.pid) || !r.pid))
		rc = err_set(err, ERR_USAGE, "'%s' is no number of a process", as->c->runtime);
	if (!rc)
		rc = find_closure(as, &r.closure, err);
	if (!rc)
		rc = runtime_read(&r, &p, err);
	if (!rc)
		rc = audit_runtime(&r, &p, &f, err);
	if (rc)
		return rc;
	audit_policy_apply(&as->policy, &f);
	audit_print_begin(&as->print);
	audit_print_result(&as->print, str_c(arena_printf(&cli->a, "process %s", as->c->runtime)),
			   r.closure, &f);
	audit_print_end(&as->print);
	if (audit_policy_fails(&as->policy, &f))
		cli->status = AUDIT_FOUND;
	return 0;
}

static errint audit_all(struct cli *cli, const struct audit_command *c, struct err *err)
{
	struct audits as = {.cli = cli, .c = c};

	if (c->json && c->sarif)
		return err_set(err, ERR_USAGE, "--json and --sarif are two formats");
	if (c->fix && (c->json || c->sarif || c->runtime))
		return err_set(err, ERR_USAGE, "--fix is for recipes, and tells in words");
	if (c->dry_run && !c->fix)
		return err_set(err, ERR_USAGE,
			       "--dry-run is of --fix; without it nothing is written");
	if (c->list) {
		audit_print_rules(c->json);
		return 0;
	}
	as.print.format = c->sarif ? AUDIT_SARIF : c->json ? AUDIT_JSON : AUDIT_TEXT;
	errint rc = c->runtime ? audit_process(&as, err) : audit_products(&as, err);
	audit_mend_release(&as.mend);
	free(as.dir);
	return rc;
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	errint rc = audit_all(cli, ctx, err);

	/* 1 is an answer here. */
	if (rc && rc != ERR_INTERRUPTED)
		err->status = AUDIT_TROUBLE;
	return rc;
}

const struct command command_audit = {
	.name = "audit",
	.summary = "tell what a result must not hold: torch, drivers, second copies, secrets",
	.topic = TOPIC_LOOK,
	.needs = NEEDS_STORE,
	.rows = rows,
	.size = sizeof(struct audit_command),
	.run = run,
};
