/* SPDX-License-Identifier: MIT
 *
 * Rows made of settings.def. */
#include "cli/option_setting.h"

#include "base/report.h"
#include "cli/cli.h"

#define ROW(setting, on, names_, args_) \
	{.names = names_,               \
	 .args = args_,                 \
	 .kind = OPTION_CALL,           \
	 .text = setting,               \
	 .value = on,                   \
	 .call = setting_given,         \
	 .flags = OPTION_HIDDEN},
#define ROW_VALUE(name, aliases) ROW(name, 0, "--" name aliases, "VALUE")
#define ROW_EXTRA(name, aliases) \
	ROW_VALUE(name, aliases) ROW("extra-" name, 0, "--extra-" name, "VALUE")
#define ROW_SWITCH(name, aliases) \
	ROW(name, 1, "--" name aliases, NULL) ROW(name, 0, "--no-" name, NULL)
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
#define ROWS_UNMET        ROW_EXTRA
#define ROWS_UNMET_FLAG   ROW_SWITCH
#define ROWS_UNMET_OFF    ROW_SWITCH

const struct option setting_option_rows[] = {
#define X(id, kind, name, aliases) ROWS_##kind(name, aliases)
#include "project/settings.def"
#undef X
	{.names = "--option",
	 .args = "NAME VALUE",
	 .kind = OPTION_CALL,
	 .call = setting_named,
	 .flags = OPTION_HIDDEN},
	OPT_END,
};

errint setting_given(void *at, const struct option_given *g, struct err *err)
{
	struct str value = g->args[0] ? str_c(g->args[0]) : g->row->value ? S("true") : S("false");
	struct settings *s;
	errint rc = cli_settings(g->frame, &s, err);

	if (!rc)
		rc = settings_set(s, str_c(g->row->text), value, err);
	const char *takes = settings_takes(str_c(g->row->text));
	if (rc != ERR_USAGE || !g->args[0] || !takes)
		return rc;
	/* Who typed -j need not know 'max-jobs'. */
	err_set(err, ERR_USAGE, "option '%s' has invalid value '%s'", g->name, g->args[0]);
	return err_hint(err, "it takes %s", takes);
}

/* As Nix has it: only a flag's bad value stops the command. */
errint setting_named(void *at, const struct option_given *g, struct err *err)
{
	struct settings *s;
	ERR(bad);
	errint rc = cli_settings(g->frame, &s, err);

	if (!rc && settings_set(s, str_c(g->args[0]), str_c(g->args[1]), &bad))
		report_msg(cli_report(g->frame), REPORT_WARN, "%s", bad.msg);
	return rc;
}

bool setting_on_line(const struct option_parser *p, const char *name)
{
	for (size_t i = 0; i < p->n_used; i++) {
		const struct option_given *g = &p->used[i];

		if (g->row->call == setting_given && strcmp(g->row->text, name) == 0)
			return true;
		if (g->row->call == setting_named && strcmp(g->args[0], name) == 0)
			return true;
	}
	return false;
}
