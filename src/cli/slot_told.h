/* SPDX-License-Identifier: MIT
 *
 * Slots of what is started, filled and checked, as a program is told of them. */
#pragma once

#include "cli/cli.h"
#include "env/start.h"

struct slot_told {
	struct env_slots slots;
	const char *python; /* NULL: nothing to be tried */
	const struct str *modules;
	size_t n_modules;
	const char *mark;
};

/* Fills what the texts (`--slot`) and KILN_SLOT_* name, for a program of the result, which may be
 * an environment's profile. In the command's arena. */
ATTR_MUST_CHECK errint slot_told(struct cli *cli, struct str result,
				 const struct option_list *texts, const char *program,
				 bool environment, struct slot_told *out, struct err *err);
/* Imports them once, where that was not done yet; the slots are told in this process's environment
 * already. */
ATTR_MUST_CHECK errint slot_try(struct cli *cli, const struct slot_told *t, struct err *err);
