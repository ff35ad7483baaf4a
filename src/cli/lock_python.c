/* SPDX-License-Identifier: MIT
 *
 * kiln lock python: a project's own lock of Python projects. */
#include "cli/lock_set.h"

#include <stdlib.h>

#include "base/report.h"
#include "project/project.h"
#include "project/python_lock.h"

struct lock_python_command {
	const char *project, *pyproject, *release, *set;
	struct option_list requirements, names;
	bool check, upgrade, json;
};

static const struct option rows[] = {
	OPERANDS(struct lock_python_command, names, "NAME"),
	OPT_TEXT(struct lock_python_command, project, "--project", "DIR", "the project's folder"),
	OPT_LIST(struct lock_python_command, requirements, "-r --requirements", "FILE",
		 "what is wanted (requirements.txt of the project)"),
	OPT_TEXT(struct lock_python_command, pyproject, "--pyproject", "FILE",
		 "what is wanted (pyproject.toml of the project)"),
	OPT_TEXT(struct lock_python_command, release, "--release", "NAME",
		 "a lock of its own over the project's"),
	OPT_TEXT(struct lock_python_command, set, "--of-set", "DIR",
		 "the lock of a package set itself, of its pkgs/python"),
	OPT_FLAG(struct lock_python_command, check, "--check",
		 "change nothing, ask nobody; fail where the lock does not fit"),
	OPT_FLAG(struct lock_python_command, upgrade, "-U --upgrade",
		 "the newest versions, of NAMEs alone where there are some"),
	OPT_FLAG(struct lock_python_command, json, "--json", "print what moved as JSON"),
	OPT_END,
};

static const char *text_z(struct cli *cli, struct str s)
{
	return arena_strz(&cli->a, s);
}

static void print_move(struct cli *cli, const struct python_move *m, bool release)
{
	out_str(m->name);
	if (!m->from.n)
		out_printf(" %s added", text_z(cli, m->to));
	else if (!m->to.n)
		out_printf(" %s removed", text_z(cli, m->from));
	else
		out_printf(" %s -> %s", text_z(cli, m->from), text_z(cli, m->to));
	if (m->below.n)
		out_printf(release ? " (otherwise %s)" : " (the set has %s)",
			   text_z(cli, m->below));
	out_str(S("\n"));
}

static void put_version(const char *key, struct str version)
{
	out_printf(", \"%s\": ", key);
	out_json_or_null(version);
}

static void print_json(const struct python_locked *l)
{
	out_str(S("["));
	for (size_t i = 0; i < l->n; i++) {
		const struct python_move *m = &l->moves[i];

		out_printf("%s\n  {\"package\": ", i ? "," : "");
		out_json(m->name);
		put_version("from", m->from);
		put_version("to", m->to);
		put_version("below", m->below);
		out_printf(", \"source\": %s}", m->source ? "true" : "false");
	}
	out_printf("%s]\n", l->n ? "\n" : "");
}

/* What whoever commits the lock should know. */
static void tell(struct cli *cli, const struct python_locked *l)
{
	enum { SHOWN = 5 };
	struct report *report = cli_report(cli);

	for (size_t i = 0; i < l->n; i++) {
		const struct python_move *m = &l->moves[i];

		if (m->source)
			report_msg(report, REPORT_NOTE,
				   "%.*s %.*s is built from its source archive", STR_ARG(m->name),
				   STR_ARG(m->to));
		for (unsigned k = 0; k < PY_MACHINES; k++)
			if (m->missing & (1u << k))
				report_msg(report, REPORT_NOTE,
					   "%.*s %.*s has no file for %s-linux", STR_ARG(m->name),
					   STR_ARG(m->to), py_machines[k]);
	}
	for (size_t i = 0; i < MIN(l->misfits.n, (size_t)SHOWN); i++)
		report_msg(report, REPORT_WARN,
			   "of the set, %.*s; a recipe that uses it fails unless it is among the "
			   "requirements",
			   STR_ARG(l->misfits.v[i].what));
	if (l->misfits.n > SHOWN)
		report_msg(report, REPORT_WARN, "and %zu more of the set", l->misfits.n - SHOWN);
	if (l->untracked)
		report_msg(report, REPORT_WARN,
			   "'%s' is not tracked by Git, so no recipe sees it: git add -N '%s'",
			   l->file, l->file);
}

static errint lock_python(struct cli *cli, void *ctx, struct err *err)
{
	struct lock_python_command *c = ctx;
	char *dir CLEANUP_FREE = NULL;
	struct session *s;
	struct python_locked locked;
	errint rc = cli_session(cli, &s, err);

	if (c->names.n && !c->upgrade) {
		err_set(err, ERR_USAGE, "'%s' is one too many", c->names.v[0]);
		return err_hint(err, "kiln lock python --upgrade NAME moves one project; what is "
				     "wanted stands in a file of requirements");
	}
	if (c->set && (c->check || c->release || c->project || c->requirements.n || c->pyproject))
		return err_set(err, ERR_USAGE, "with --of-set there is --upgrade alone");
	if (c->upgrade && c->check)
		return err_set(err, ERR_USAGE, "--check changes nothing, --upgrade does");
	if (!rc && !c->set)
		rc = project_find(c->project, &dir, err);
	if (rc)
		return rc;
	struct python_request r = {
		.dir = dir,
		.requirements = c->requirements.v,
		.n_requirements = c->requirements.n,
		.pyproject = c->pyproject,
		.release = c->release,
		.upgrade = c->upgrade,
		.names = c->names.v,
		.n_names = c->names.n,
	};
	if (c->check)
		return python_lock_check(s, &r, &cli->a, err);
	rc = c->set ? python_lock_set(s, &r, c->set, &cli->a, &locked, err)
		    : python_lock(s, &r, &cli->a, &locked, err);
	if (rc)
		return rc;
	if (c->json)
		print_json(&locked);
	for (size_t i = 0; !c->json && i < locked.n; i++)
		print_move(cli, &locked.moves[i], c->release);
	if (!locked.n)
		report_msg(cli_report(cli), REPORT_INFO, "'%s' is as it was", locked.file);
	tell(cli, &locked);
	return 0;
}

const struct command lock_python_verb = {
	.name = "python",
	.summary = "pin a project's Python packages",
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = rows,
	.size = sizeof(struct lock_python_command),
	.run = lock_python,
	.manual = "kiln-lock",
};
