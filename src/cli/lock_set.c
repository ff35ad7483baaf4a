/* SPDX-License-Identifier: MIT
 *
 * kiln lock set: pins the package set that a project's recipes are called with. */
#include "cli/lock_set.h"

#include <stdlib.h>

#include "base/report.h"
#include "project/project.h"

static errint report_pin(struct cli *cli, const struct set_pin *was, const struct set_pin *is)
{
	if (!was->there)
		out_printf("set %.*s\n", STR_ARG(is->version));
	else if (str_eq(was->path, is->path))
		report_msg(cli_report(cli), REPORT_INFO, "the set is as it was");
	else
		out_printf("set %.*s -> %.*s%s\n", STR_ARG(was->version), STR_ARG(is->version),
			   str_eq(was->version, is->version) ? " (of other content)" : "");
	return 0;
}

static errint check(const char *dir, const struct set_pin *was, const struct set_pin *own,
		    struct err *err)
{
	if (!was->there)
		err_set(err, ERR_NOT_FOUND, "'%s' pins no package set", dir);
	else if (!str_eq(was->path, own->path))
		err_set(err, ERR_DIFFERS, "'%s' pins set %.*s, and kiln's own is %.*s%s", dir,
			STR_ARG(was->version), STR_ARG(own->version),
			str_eq(was->version, own->version) ? " of other content" : "");
	else
		return 0;
	return err_hint(err, "'kiln lock set' pins kiln's own");
}

static errint pin_own(struct cli *cli, struct session *s, const char *dir,
		      const struct set_pin *was, const struct set_pin *own, struct err *err)
{
	errint rc = project_set_keep(s, own, err);

	if (!rc && !str_eq(was->path, own->path))
		rc = project_pin_write(dir, own, err);
	return rc ? rc : report_pin(cli, was, own);
}

static errint vendor(struct session *s, const char *dir, const struct set_pin *own, struct err *err)
{
	char *to CLEANUP_FREE = NULL;
	errint rc = project_set_vendor(s, dir, own, &to, err);

	if (!rc)
		out_printf("%s\n", to);
	return rc;
}

errint lock_set(struct cli *cli, void *ctx, struct err *err)
{
	const struct lock_set_command *c = ctx;
	struct session *s;
	struct set_pin was, own;
	char *dir CLEANUP_FREE = NULL;
	errint rc = cli_session(cli, &s, err);

	if (!rc)
		rc = project_find(c->project, &dir, err);
	if (!rc)
		rc = project_set_own(s, &cli->a, &own, err);
	if (rc)
		return rc;
	rc = project_pin_read(s, dir, &cli->a, &was, err);
	if (c->check)
		return rc ? rc : check(dir, &was, &own, err);
	/* A pin that cannot be read is what this mends; a newer kiln's file is not. */
	if (rc == ERR_CORRUPT) {
		err_clear(err);
		was = (struct set_pin){0};
		rc = 0;
	}
	if (!rc)
		rc = pin_own(cli, s, dir, &was, &own, err);
	return rc || !c->vendor ? rc : vendor(s, dir, &own, err);
}

#define ROWS                                                                                    \
	OPT_TEXT(struct lock_set_command, project, "--project", "DIR", "the project's folder"), \
		OPT_FLAG(struct lock_set_command, check, "--check",                             \
			 "change nothing; fail unless kiln's own set is pinned")

const struct option lock_rows[] = {ROWS, OPT_END};

static const struct option rows[] = {
	ROWS,
	OPT_FLAG(struct lock_set_command, vendor, "--vendor",
		 "lay a copy of it into the project's .flox/sources, too"),
	OPT_END,
};

const struct command lock_set_verb = {
	.name = "set",
	.summary = "pin the package set of a project",
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = rows,
	.size = sizeof(struct lock_set_command),
	.run = lock_set,
	.manual = "kiln-lock",
};
