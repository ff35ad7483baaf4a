/* SPDX-License-Identifier: MIT
 *
 * kiln run: becomes a program of a result, which sees the store at its place and the slots filled.
 */
#include <stdlib.h>
#include "cli/cli.h"
#include "env/start.h"
#include "project/slot.h"

enum {
	O_SLOT = 1,
};

const struct option_row cmd_run_options[] = {
	{O_SLOT, "--slot", "SLOT=FILLING", "fill a slot for the command"},
	{0},
};

struct run_command {
	struct arena a;
	const char *result;
	const char **slots;
	size_t n_slots, cap_slots;
};

static void run_release(struct run_command *r)
{
	free(r->slots);
	arena_release(&r->a);
}

static errint fill_slots(struct run_command *r, struct cli *cli, struct err *err)
{
	struct env_slot *v = ARENA_ARRAY(&r->a, struct env_slot, r->n_slots);
	struct session *s;
	errint rc = r->n_slots ? cli_session(cli, &s, err) : 0;

	for (size_t i = 0; !rc && i < r->n_slots; i++) {
		struct str *folders;

		rc = slot_fill(s, &r->a, r->slots[i], &v[i].name, &folders, &v[i].n, err);
		if (!rc)
			v[i].folders = folders;
	}
	return rc ? rc : env_fill_slots(v, r->n_slots, err);
}

static errint run(struct run_command *r, struct cli *cli, char **command, struct err *err)
{
	struct store *s;
	struct str path;
	errint rc = cli_store(cli, &s, err);

	if (!rc)
		rc = env_result(s, &r->a, r->result, &path, err);
	if (!rc)
		rc = fill_slots(r, cli, err);
	if (!rc && r->n_slots == 0)
		rc = env_tell_empty(s, path, err);
	return rc ? rc : env_start(s, path, command, err);
}

errint cmd_run(struct cli *cli, int argc, char **argv, struct err *err)
{
	struct run_command r CLEANUP(run_release) = {0};
	struct options o;
	char **command;
	bool done;
	int id, n;

	cli_options(cli, &o, argc, argv);
	while (!r.result && (id = cli_next(cli, &o, &done, err)) != OPTION_END) {
		if (id == OPTION_OPERAND) {
			r.result = o.args[0];
		} else if (id < 0) {
			return id;
		} else {
			ARRAY_GROW(r.slots, r.n_slots, r.cap_slots);
			r.slots[r.n_slots++] = o.args[0];
		}
	}
	if (done)
		return 0;
	if (!r.result)
		return err_set(err, ERR_USAGE, "which result? usage: %s RESULT [-- COMMAND…]",
			       cli->called);
	command = options_rest(&o, &n);
	if (n > 0 && strcmp(command[0], "--") == 0)
		command++;
	return run(&r, cli, command, err);
}
