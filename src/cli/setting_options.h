/* SPDX-License-Identifier: MIT
 *
 * The settings of nix.conf as flags: `--option NAME VALUE`, `--NAME VALUE`, `--NAME`, `--no-NAME`
 * and `--extra-NAME VALUE`, from the same table that configuration files use. */
#pragma once

#include "cli/options.h"
#include "project/settings.h"

/* Ids of the flags, for rows of option tables that show one of them. */
enum setting_flag {
	SETTING_FIRST = 40000,
#define X(id, kind, name, aliases)                             \
	SETTING_##id = SETTING_FIRST + 2 * SETTING_INDEX_##id, \
	SETTING_NOT_##id, /* --no-NAME, --extra-NAME */
#include "project/settings.def"
#undef X
	SETTING_OPTION, /* --option NAME VALUE */
};
/* All flags, without help, to be included in a table of options. */
extern const struct option_row setting_rows[];

/* Takes the option that options_next() just gave: 1 when it was a setting's, 0 when not. */
ATTR_MUST_CHECK int setting_option(struct settings *s, int id, const struct options *o,
				   struct err *err);
