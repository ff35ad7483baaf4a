/* SPDX-License-Identifier: MIT
 *
 * kiln run: becomes a program of a result, which sees the store at its place and the slots filled.
 */
#include "cli/command.h"
#include "cli/named.h"
#include "env/probe.h"
#include "env/start.h"
#include "project/project.h"
#include "project/slot_start.h"

struct run_command {
	const char *result;
	struct option_list slots, command;
};

static const struct option rows[] = {
	OPT_LIST(struct run_command, slots, "--slot", "SLOT=FILLING",
		 "fill a slot: with cpu, cuda, venv:PATH, PATH or none"),
	{.args = "RESULT",
	 .kind = OPTION_TEXT,
	 .flags = OPTION_NEEDED | OPTION_LAST,
	 .offset = offsetof(struct run_command, result)},
	OPERANDS(struct run_command, command, "COMMAND ARG"),
	OPT_END,
};

/* The project around, whose .flox/kiln.toml may add slots. */
static const char *project_around(struct cli *cli)
{
	char *dir CLEANUP_FREE = NULL;
	ERR(none);

	return project_find(NULL, &dir, &none) ? NULL : arena_strz(&cli->a, str_c(dir));
}

static errint tell_slots(struct cli *cli, const struct slot_start *start, struct err *err)
{
	struct env_slot *v = ARENA_ARRAY(&cli->a, struct env_slot, start->n_filled);

	for (size_t i = 0; i < start->n_filled; i++)
		v[i] = (struct env_slot){start->filled[i].name, start->filled[i].folders,
					 start->filled[i].n};
	const struct env_slots e = {
		.v = v,
		.n = start->n_filled,
		.path = start->place.path,
		.n_path = start->place.n,
		.empty = start->empty,
		.n_empty = start->n_empty,
		.constraints = start->place.constraints,
		.driver = start->place.driver,
	};
	return env_tell_slots(&e, err);
}

static errint fill_slots(struct cli *cli, const struct run_command *r, struct str result,
			 const char *program, struct err *err)
{
	struct slot_start_request request = {
		.result = result,
		.texts = r->slots.v,
		.n = r->slots.n,
		.project = project_around(cli),
		.program = program,
	};
	struct slot_start start;
	errint rc = cli_session(cli, &request.session, err);

	if (!rc)
		rc = slot_start(&request, &cli->a, &start, err);
	if (!rc)
		rc = tell_slots(cli, &start, err);
	if (rc || !start.python)
		return rc;
	const struct env_probe p = {start.python, start.modules, start.n_modules, start.mark};
	return env_probe(cli->store, &p, err);
}

/* Words behind the result are the command, `--` before it is not. */
static char **command_of(struct arena *a, const struct run_command *r)
{
	size_t skip = r->command.n && strcmp(r->command.v[0], "--") == 0;
	size_t n = r->command.n - skip;
	char **v = ARENA_ARRAY(a, char *, n + 1);

	for (size_t i = 0; i < n; i++)
		v[i] = (char *)r->command.v[skip + i];
	return v;
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	const struct run_command *r = ctx;
	struct str path;
	/* A recipe's name is the shorter way to what it made last. */
	errint rc = named_is_path(r->result)
			    ? env_result(cli->store, &cli->a, r->result, &path, err)
			    : named_path(cli, r->result, &path, err);

	if (rc)
		return rc;
	char **command = command_of(&cli->a, r);
	rc = fill_slots(cli, r, path, command[0], err);
	return rc ? rc : env_start(cli->store, path, command, err);
}

const struct command command_run = {
	.name = "run",
	.synopsis = "[OPTION…] RESULT|NAME [-- COMMAND [ARG…]]",
	.summary = "run a program of a result, its slots filled",
	.topic = TOPIC_BUILD,
	.needs = NEEDS_STORE,
	.rows = rows,
	.size = sizeof(struct run_command),
	.run = run,
};
