/* SPDX-License-Identifier: MIT
 *
 * kiln audit: what is wrong with what recipes made. */
#include <stdlib.h>

#include "audit/runtime.h"
#include "base/report.h"
#include "cli/audit_command.h"
#include "cli/command.h"
#include "cli/named.h"
#include "environment/environment.h"

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
	OPT_FLAG(struct audit_command, env, "--env",
		 "look at what the environment around is made of"),
	OPT_TEXT(struct audit_command, runtime, "--runtime", "PID",
		 "look at what a running process has mapped instead"),
	OPERANDS(struct audit_command, names, "NAME"),
	OPT_END,
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

static errint audit_products(struct audits *as, struct err *err)
{
	struct named_products products CLEANUP(named_products_release) = {0};
	errint rc = named_products(as->cli, as->c->project, &as->c->names, &products, err);

	if (!rc)
		rc = audits_prepare(as, err);
	for (size_t i = 0; !rc && i < products.n; i++)
		rc = check_built(as->cli, &products.v[i], err);
	if (rc)
		return rc;
	audit_print_begin(&as->print);
	for (size_t i = 0; !rc && i < products.n; i++)
		rc = audits_one(as, products.v[i].name, products.v[i].found->label,
				products.v[i].paths[0], err);
	return rc ? rc : audits_finish(as, err);
}

/* ---- an environment ---- */

static errint open_environment(struct audits *as, struct environment *env, struct err *err)
{
	struct session *session;
	char *dir CLEANUP_FREE = NULL;
	errint rc = environment_find(as->c->project, as->c->project != NULL, &dir, err);

	if (!rc)
		rc = cli_session(as->cli, &session, err);
	if (!rc)
		rc = environment_open(session, dir, &as->cli->a, env, err);
	if (rc)
		return rc;
	if (!env->profile.n) {
		err_set(err, ERR_NOT_FOUND, "the environment of '%s' is not built", dir);
		return err_hint(err, "kiln activate builds it");
	}
	if (!env->fits)
		report_msg(cli_report(as->cli), REPORT_WARN,
			   "the environment's manifest has changed since it was built");
	as->dir = STEAL(dir);
	return 0;
}

static errint audit_environment(struct audits *as, struct err *err)
{
	struct environment env;
	errint rc = open_environment(as, &env, err);

	if (!rc)
		rc = audits_prepare(as, err);
	if (rc)
		return rc;
	audit_print_begin(&as->print);
	rc = audits_one(as, env.name, S(""), env.profile, err);
	return rc ? rc : audits_finish(as, err);
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
	errint rc = audits_prepare(as, err);

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
	audits_tell(as, str_c(arena_printf(&cli->a, "process %s", as->c->runtime)), r.closure, &f);
	audit_print_end(&as->print);
	return 0;
}

static errint audit_asked(struct audits *as, struct err *err)
{
	const struct audit_command *c = as->c;

	if (c->runtime && c->env)
		return err_set(err, ERR_USAGE, "--runtime and --env are two things to look at");
	if (c->env && c->names.n)
		return err_set(err, ERR_USAGE, "--env and '%s' are two things to look at",
			       c->names.v[0]);
	if (c->runtime)
		return audit_process(as, err);
	return c->env ? audit_environment(as, err) : audit_products(as, err);
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
	errint rc = audit_asked(&as, err);
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
