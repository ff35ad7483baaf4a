/* SPDX-License-Identifier: MIT
 *
 * kiln services start, stop and restart. */
#include "cli/services_verbs.h"

#include <stdlib.h>
#include "base/report.h"

extern char **environ;

static const struct option rows[] = {
	OPT_LIST(struct services_command, slots, "--slot --with", "SLOT=FILLING",
		 "fill a slot: with cpu, cuda, venv:PATH, PATH or none"),
	SERVICES_ROWS,
	OPT_END,
};

static const struct option stop_rows[] = {
	SERVICES_ROWS,
	OPT_END,
};

/* What we have in our environment, and the service's own variables over it. */
static const char *const *whole_env(struct arena *a, const char *const *own)
{
	size_t n = 0, n_own = 0, to = 0;

	while (environ[n])
		n++;
	while (own && own[n_own])
		n_own++;
	const char **out = ARENA_ARRAY(a, const char *, n + n_own + 1);
	for (size_t i = 0; i < n; i++) {
		bool over = false;

		for (size_t j = 0; !over && j < n_own; j++) {
			size_t name = strcspn(own[j], "=") + 1;

			over = strncmp(environ[i], own[j], name) == 0;
		}
		if (!over)
			out[to++] = environ[i];
	}
	for (size_t j = 0; j < n_own; j++)
		out[to++] = own[j];
	return out;
}

static void tell_started(struct cli *cli, const struct service_task *t, bool named)
{
	struct report *r = cli_report(cli);
	const char *name = t->spec->name;

	switch (t->outcome) {
	case SERVICE_DONE:
		report_msg(r, REPORT_NOTE, "service '%s' started", name);
		break;
	case SERVICE_ENDED:
		report_msg(r, REPORT_NOTE, "service '%s' started, and has ended with status 0",
			   name);
		break;
	case SERVICE_WAS_SO:
		report_msg(r, named ? REPORT_WARN : REPORT_INFO, "service '%s' is already running",
			   name);
		break;
	case SERVICE_NOT_DONE:
	case SERVICE_NOT_TRIED:
		break;
	}
}

static void tell_stopped(struct cli *cli, const struct service_task *t, bool named)
{
	struct report *r = cli_report(cli);

	if (t->outcome == SERVICE_DONE)
		report_msg(r, REPORT_NOTE, "service '%s' stopped", t->spec->name);
	else if (t->outcome == SERVICE_WAS_SO)
		report_msg(r, named ? REPORT_WARN : REPORT_INFO, "service '%s' is not running",
			   t->spec->name);
}

/* Of a single one its own error is all there is to say. */
static errint tell_failures(struct cli *cli, struct service_task *tasks, size_t n, errint rc,
			    struct err *err)
{
	size_t failed = 0, last = 0;

	for (size_t i = 0; i < n; i++) {
		if (!tasks[i].err.msg)
			continue;
		last = i;
		failed++;
	}
	if (rc && failed == 1)
		return err_move(err, &tasks[last].err);
	for (size_t i = 0; i < n; i++)
		if (tasks[i].err.msg)
			report_err(cli_report(cli), &tasks[i].err);
	return rc;
}

static bool is_named(const struct services_command *c, const char *name)
{
	for (size_t i = 0; i < c->names.n; i++)
		if (strcmp(c->names.v[i], name) == 0)
			return true;
	return false;
}

errint services_start_here(struct cli *cli, struct services_command *c, struct err *err)
{
	struct service_task *tasks CLEANUP_FREE = NULL;
	size_t *v, n;
	errint rc =
		services_select(c->specs, c->n, c->names.v, c->names.n, true, &cli->a, &v, &n, err);

	if (rc)
		return rc;
	tasks = xcalloc(n + 1, sizeof(*tasks));
	for (size_t i = 0; i < n; i++) {
		struct service_spec *s = &c->specs[v[i]];

		s->env = whole_env(&cli->a, s->env);
		s->umask = cli->umask;
		tasks[i].spec = s;
	}
	rc = services_start(c->state, tasks, n, cli_report(cli), err);
	for (size_t i = 0; i < n; i++) {
		tell_started(cli, &tasks[i], is_named(c, tasks[i].spec->name));
		/* One that is not ready yet is there, too. */
		if (tasks[i].supervisor)
			option_list_add(&cli->a, &c->started, tasks[i].spec->name);
	}
	rc = tell_failures(cli, tasks, n, rc, err);
	if (!rc)
		rc = services_command_hold(cli, c, tasks, n, err);
	service_tasks_release(tasks, n);
	return rc;
}

/* ---- start ---- */

static errint start_run(struct cli *cli, void *ctx, struct err *err)
{
	struct services_command *c = ctx;
	const char **names;
	size_t n;
	/* before the hook is run */
	errint rc = services_command_names(cli, c, &names, &n, err);

	if (!rc)
		rc = services_command_enter(cli, c, err);
	return rc ? rc : services_start_here(cli, c, err);
}

const struct command services_verb_start = {
	.name = "start",
	.summary = "start services, and wait until they are ready",
	.rows = rows,
	.size = sizeof(struct services_command),
	.run = start_run,
	.release = services_command_release,
};

/* ---- stop ---- */

static errint stop_named(struct cli *cli, struct services_command *c, const char *const *names,
			 size_t n, bool tell, struct err *err)
{
	struct service_task *tasks CLEANUP_FREE = xcalloc(n + 1, sizeof(*tasks));
	struct service_spec *specs CLEANUP_FREE = xcalloc(n + 1, sizeof(*specs));

	for (size_t i = 0; i < n; i++) {
		specs[i].name = names[i];
		for (size_t j = 0; j < c->n; j++)
			if (strcmp(c->specs[j].name, names[i]) == 0)
				specs[i] = c->specs[j];
		tasks[i].spec = &specs[i];
	}
	errint rc = services_stop(c->state, tasks, n, cli_report(cli), err);
	for (size_t i = 0; tell && i < n; i++)
		tell_stopped(cli, &tasks[i], is_named(c, names[i]));
	rc = tell_failures(cli, tasks, n, rc, err);
	service_tasks_release(tasks, n);
	return rc;
}

static errint stop_run(struct cli *cli, void *ctx, struct err *err)
{
	struct services_command *c = ctx;
	const char **names;
	size_t n;
	errint rc = services_command_names(cli, c, &names, &n, err);

	return rc ? rc : stop_named(cli, c, names, n, true, err);
}

const struct command services_verb_stop = {
	.name = "stop",
	.summary = "stop services, whole",
	.rows = stop_rows,
	.size = sizeof(struct services_command),
	.run = stop_run,
	.release = services_command_release,
};

/* ---- restart ---- */

static errint restart_run(struct cli *cli, void *ctx, struct err *err)
{
	struct services_command *c = ctx;
	const char **names;
	size_t n;
	errint rc = services_command_names(cli, c, &names, &n, err);

	/* What can fail comes before what runs is stopped. */
	if (!rc)
		rc = services_command_enter(cli, c, err);
	if (!rc)
		rc = stop_named(cli, c, names, n, false, err);
	return rc ? rc : services_start_here(cli, c, err);
}

const struct command services_verb_restart = {
	.name = "restart",
	.summary = "stop services and start them as the manifest has them now",
	.rows = rows,
	.size = sizeof(struct services_command),
	.run = restart_run,
	.release = services_command_release,
};
