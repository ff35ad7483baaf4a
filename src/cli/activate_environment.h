/* SPDX-License-Identifier: MIT
 *
 * From an environment on disk to an activation of it. */
#pragma once

#include "cli/cli.h"
#include "environment/environment.h"
#include "env/activation.h"

struct activate_options {
	const char *dir; /* NULL: the environment around, else the user's own */
	struct option_list slots;
	const char *mode; /* "dev", "run"; NULL: the manifest's */
	bool sbin, no_prompt;
};

struct activate_environment {
	struct environment env;
	struct activation activation;
	struct slot_told *told;
};

/* Opens the environment, makes it ready, fills its slots and checks them. In the command's arena.
 * program is what will be started, NULL: a shell. */
ATTR_MUST_CHECK errint activate_open(struct cli *cli, const struct activate_options *o,
				     const char *program, struct activate_environment *out,
				     struct err *err);
/* This program's file, in the command's arena. */
const char *activate_program(struct cli *cli);
/* How a person calls it: "kiln", or "flox". */
const char *activate_called(const struct cli *cli);
