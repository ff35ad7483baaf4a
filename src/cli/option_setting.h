/* SPDX-License-Identifier: MIT
 *
 * The settings of nix.conf as options: every command takes `--NAME`, `--no-NAME`, `--NAME VALUE`,
 * `--extra-NAME VALUE` and `--option NAME VALUE`; commands for which one matters show it with a row
 * of their own. The parser's frame is the struct cli. */
#pragma once

#include "cli/option.h"

/* A setting's row in a command's table: a switch that sets it to `on`, or one with a value. */
#define OPT_SETTING(setting, on, names_, args_, help_)                              \
	{                                                                           \
		.names = names_, .args = args_, .help = help_, .kind = OPTION_CALL, \
		.text = setting, .value = on, .call = setting_given                 \
	}
#define OPT_SETTING_NAMED                                                                   \
	{                                                                                   \
		.names = "--option", .args = "NAME VALUE", .help = "a setting of nix.conf", \
		.kind = OPTION_CALL, .call = setting_named                                  \
	}

/* What the rows above call; at is unused, the frame has the settings. */
errint setting_given(void *at, const struct option_given *g, struct err *err);
errint setting_named(void *at, const struct option_given *g, struct err *err);

/* All of them, without help. */
extern const struct option setting_option_rows[];
/* Was this setting given on the line that was read? */
bool setting_on_line(const struct option_parser *p, const char *name);
