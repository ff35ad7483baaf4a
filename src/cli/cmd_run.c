/* SPDX-License-Identifier: MIT
 *
 * kiln run: becomes a program of a result, which sees the store at its place and the slots filled.
 */
#include "cli/command.h"
#include "cli/named.h"
#include "cli/slot_told.h"

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
	struct slot_told told;
	struct str path;
	/* A recipe's name is the shorter way to what it made last. */
	errint rc = named_is_path(r->result)
			    ? env_result(cli->store, &cli->a, r->result, &path, err)
			    : named_path(cli, r->result, &path, err);

	if (rc)
		return rc;
	char **command = command_of(&cli->a, r);
	rc = slot_told(cli, path, &r->slots, command[0], false, &told, err);
	if (!rc)
		rc = env_tell_slots(&told.slots, err);
	if (!rc)
		rc = slot_try(cli, &told, err);
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
