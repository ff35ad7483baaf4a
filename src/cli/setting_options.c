/* SPDX-License-Identifier: MIT
 *
 * Rows made of the settings' table, and what they set. */
#include "cli/setting_options.h"

#include "base/report.h"

#define ROW_VALUE(id, name, aliases) {SETTING_##id, "--" name aliases, "VALUE", NULL},
#define ROW_EXTRA(id, name, aliases) \
	ROW_VALUE(id, name, aliases){SETTING_NOT_##id, "--extra-" name, "VALUE", NULL},
#define ROW_SWITCH(id, name, aliases) \
	{SETTING_##id, "--" name aliases, NULL, NULL}, {SETTING_NOT_##id, "--no-" name, NULL, NULL},
#define ROWS_FLAG         ROW_SWITCH
#define ROWS_NUMBER       ROW_VALUE
#define ROWS_JOBS         ROW_VALUE
#define ROWS_TEXT         ROW_VALUE
#define ROWS_WORDS        ROW_EXTRA
#define ROWS_LINT         ROW_VALUE
#define ROWS_SANDBOX      ROW_SWITCH
#define ROWS_FEATURES     ROW_EXTRA
#define ROWS_SKIPPED      ROW_EXTRA
#define ROWS_SKIPPED_FLAG ROW_SWITCH

const struct option_row setting_rows[] = {
	{SETTING_OPTION, "--option", "NAME VALUE", NULL},
#define X(id, kind, name, aliases) ROWS_##kind(id, name, aliases)
#include "project/settings.def"
#undef X
	{0},
};

int setting_option(struct settings *s, int id, const struct options *o, struct err *err)
{
	ERR(bad);
	int i = id - SETTING_FIRST;

	if (id == SETTING_OPTION) {
		/* As Nix has it: only a flag's bad value stops the command. */
		if (settings_set(s, str_c(o->args[0]), str_c(o->args[1]), &bad))
			report_msg(s->report, REPORT_WARN, "%s", bad.msg);
		return 1;
	}
	if (i < 0 || i / 2 >= SETTING_COUNT)
		return 0;
	enum setting_index index = (enum setting_index)(i / 2);
	struct str value = str_c(o->args[0]);
	if (setting_is_switch(index))
		value = i % 2 ? S("false") : S("true");
	errint rc = settings_set_found(s, index, value, i % 2, err);
	return rc ? rc : 1;
}
