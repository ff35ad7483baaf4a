/* SPDX-License-Identifier: MIT
 *
 * From options to what a started program finds in its environment. */
#include "cli/slot_told.h"

#include "env/probe.h"
#include "project/project.h"
#include "project/slot_start.h"

/* The project around, whose .flox/kiln.toml may add slots. */
static const char *project_around(struct cli *cli)
{
	char *dir CLEANUP_FREE = NULL;
	ERR(none);

	return project_find(NULL, &dir, &none) ? NULL : arena_strz(&cli->a, str_c(dir));
}

static struct env_slots slots_of(struct cli *cli, const struct slot_start *start)
{
	struct env_slot *v = ARENA_ARRAY(&cli->a, struct env_slot, start->n_filled);

	for (size_t i = 0; i < start->n_filled; i++)
		v[i] = (struct env_slot){start->filled[i].name, start->filled[i].folders,
					 start->filled[i].n};
	return (struct env_slots){
		.v = v,
		.n = start->n_filled,
		.path = start->place.path,
		.n_path = start->place.n,
		.empty = start->empty,
		.n_empty = start->n_empty,
		.constraints = start->place.constraints,
		.driver = start->place.driver,
	};
}

errint slot_told(struct cli *cli, struct str result, const struct option_list *texts,
		 const char *program, bool environment, struct slot_told *out, struct err *err)
{
	struct slot_start_request request = {
		.result = result,
		.texts = texts->v,
		.n = texts->n,
		.project = project_around(cli),
		.program = program,
		.environment = environment,
	};
	struct slot_start start;
	errint rc = cli_session(cli, &request.session, err);

	if (!rc)
		rc = slot_start(&request, &cli->a, &start, err);
	if (rc)
		return rc;
	*out = (struct slot_told){
		.slots = slots_of(cli, &start),
		.python = start.python,
		.modules = start.modules,
		.n_modules = start.n_modules,
		.mark = start.mark,
	};
	return 0;
}

errint slot_try(struct cli *cli, const struct slot_told *t, struct err *err)
{
	const struct env_probe p = {t->python, t->modules, t->n_modules, t->mark};

	return t->python ? env_probe(cli->store, &p, err) : 0;
}
