/* SPDX-License-Identifier: MIT
 *
 * kiln upgrade: what the lock says of an environment's packages is found anew. */
#include "base/report.h"
#include "cli/environment_command.h"
#include "environment/env_history.h"
#include "manifest/manifest_edit.h"

struct upgrade_command {
	struct environment_from from;
	bool json, dry_run;
	struct option_list names;
};

static const struct option rows[] = {
	OPT_TABLE(struct upgrade_command, from.place, NULL, environment_place_rows),
	OPT_FLAG(struct upgrade_command, dry_run, "-n --dry-run",
		 "tell what would be other, and change nothing"),
	OPT_FLAG(struct upgrade_command, json, "--json", "print JSON"),
	OPERANDS(struct upgrade_command, names, "NAME|GROUP"),
	OPT_END,
};

/* A group stands for all its packages. */
static size_t add_group(const struct manifest *m, const char *word, struct str *ids)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_packages; i++) {
		const struct manifest_package *p = &m->packages[i];
		struct str group = p->group.at ? p->group.text : S(MANIFEST_DEFAULT_GROUP);

		if (p->kind == MANIFEST_CATALOG && str_eqz(group, word))
			ids[n++] = p->id;
	}
	return n;
}

static errint find_names(struct cli *cli, const struct upgrade_command *c,
			 const struct environment *env, struct environment_change *change,
			 struct err *err)
{
	const struct manifest *m = env->manifest;
	struct str *ids = ARENA_ARRAY(&cli->a, struct str, c->names.n + m->n_packages * c->names.n);
	const struct manifest_package *p;
	errint rc = 0;

	change->upgrade = ids;
	change->upgrade_all = c->names.n == 0;
	for (size_t i = 0; !rc && i < c->names.n; i++) {
		size_t n = add_group(m, c->names.v[i], ids + change->n_upgrade);

		change->n_upgrade += n;
		if (n)
			continue;
		rc = manifest_package_named(m, str_c(c->names.v[i]), &p, err);
		if (!rc)
			ids[change->n_upgrade++] = p->id;
	}
	return rc;
}

static void tell_text(struct cli *cli, const struct env_difference *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct env_difference *d = &v[i];

		out_printf("%.*s: %.*s%s%.*s%s\n", STR_ARG(d->id), STR_ARG(d->before),
			   d->before.n && d->after.n ? " -> " : "", STR_ARG(d->after),
			   str_eq(d->before, d->after) ? " (built otherwise)" : "");
	}
	if (!n)
		report_msg(cli_report(cli), REPORT_NOTE, "nothing to upgrade");
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	struct upgrade_command *c = ctx;
	struct environment_change change = {.did = "upgrade"};
	struct environment env;
	struct env_difference *v;
	struct str before, after;
	struct session *s;
	bool made = false;
	size_t n;

	c->from.fallback = true;
	errint rc = environment_of(cli, &c->from, &env, err);
	if (!rc)
		rc = cli_session(cli, &s, err);
	if (!rc)
		rc = find_names(cli, c, &env, &change, err);
	if (!rc)
		rc = environment_lock_text(&env, &cli->a, &before, err);
	change.manifest = env.manifest_text;
	if (!rc && c->dry_run)
		rc = environment_preview(s, &env, &change, &cli->a, &after, err);
	if (!rc && !c->dry_run)
		rc = environment_change(s, &env, &change, &cli->a, &made, err);
	if (!rc && !c->dry_run)
		rc = environment_lock_text(&env, &cli->a, &after, err);
	if (!rc)
		rc = env_lock_difference(&cli->a, before, after, &v, &n, err);
	if (rc)
		return rc;
	if (!c->json)
		tell_text(cli, v, n);
	environment_tell(cli, &env, made, c->json);
	return 0;
}

const struct command command_upgrade = {
	.name = "upgrade",
	.summary = "lock an environment's packages anew",
	.topic = TOPIC_BUILD,
	.needs = NEEDS_STORE,
	.rows = rows,
	.size = sizeof(struct upgrade_command),
	.run = run,
};
