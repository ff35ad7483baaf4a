/* SPDX-License-Identifier: MIT
 *
 * What the commands that look for recipes and packages by name share. */
#pragma once

#include "cli/cli.h"
#include "project/catalog.h"

/* Where they look: into a struct catalog_from. */
struct catalog_from {
	const char *project, *nixpkgs;
};
extern const struct option catalog_from_rows[];

/* The project that is named, or the one around if there is one, and the set; lives as long as cli's
 * session. flags are evaluation_open()'s. */
ATTR_MUST_CHECK errint catalog_of(struct cli *cli, const struct catalog_from *from, unsigned flags,
				  struct catalog **out, struct err *err);
/* An object with all that a row says, and with `also` names of the same package. */
void catalog_print_json(const struct catalog_row *row, const struct str *also, size_t n_also);
/* More members may follow, before the closing brace. */
void catalog_json_members(const struct catalog_row *row, const struct str *also, size_t n_also);
