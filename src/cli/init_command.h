/* SPDX-License-Identifier: MIT
 *
 * What `kiln init`, `kiln list` and `kiln edit` share with Flox's commands of these names. */
#pragma once

#include "cli/cli.h"
#include "cli/environment_place.h"

struct init_command {
	const char *dir, *name, *recipe;
	bool bare, json;
	bool foreign; /* called as flox */
};
extern const struct option init_rows[];
ATTR_MUST_CHECK errint init_command_run(struct cli *cli, void *ctx, struct err *err);

enum list_what { LIST_EXTENDED, LIST_CONFIG, LIST_NAMES, LIST_ALL };

struct list_command {
	struct environment_place place;
	int what; /* enum list_what */
	bool json;
};
extern const struct option list_rows[];
ATTR_MUST_CHECK errint list_command_run(struct cli *cli, void *ctx, struct err *err);

struct edit_command {
	struct environment_place place;
	const char *file, *name;
};
extern const struct option edit_rows[];
ATTR_MUST_CHECK errint edit_command_run(struct cli *cli, void *ctx, struct err *err);
