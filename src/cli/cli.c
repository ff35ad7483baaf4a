/* SPDX-License-Identifier: MIT
 *
 * The frame that commands stand in: global options, help, and what is opened on first use. */
#include "cli/cli.h"

#include <stdio.h>
#include "base/report.h"
#include "cli/setting_options.h"
#include "store/store.h"

enum {
	G_HELP = 10001,
	G_VERSION,
	G_STORE,
	G_VERBOSE,
	G_QUIET,
	G_DEBUG,
};

enum { VERBOSITY_DEBUG = 8 };

const struct option_row cli_global_options[] = {
	{G_HELP, "--help -h", NULL, "show this help"},
	{G_VERSION, "--version", NULL, "show the version"},
	{G_STORE, "--store", "DIR", "use the store below this folder"},
	{G_VERBOSE, "-v --verbose", NULL, "tell more (again: even more)"},
	{G_QUIET, "--quiet", NULL, "tell less"},
	{G_DEBUG, "--debug", NULL, NULL},
	{0},
};

static void print_help(const struct cli *cli)
{
	BUF(b, LIMIT_ERR_TEXT);
	struct str rest = str_c(cli->command->synopsis), form;
	const char *head = "usage:";

	while (str_split(&rest, '\n', &form)) {
		buf_printf(&b, "%s %s %.*s\n", head, cli->called, STR_ARG(form));
		head = "      ";
	}
	buf_printf(&b, "\n%s\n\noptions:\n", cli->command->summary);
	options_help(cli->command->options, &b);
	buf_putz(&b, "\neverywhere:\n");
	options_help(cli_global_options, &b);
	out_str(buf_str(&b));
}

void cli_options(struct cli *cli, struct options *o, int argc, char **argv)
{
	options_init(o, cli->command->options, cli_global_options, argc, argv);
}

/* 1 when it was one. */
static int take_setting(struct cli *cli, int id, const struct options *o, struct err *err)
{
	struct settings *s;
	int rc;

	if (id < SETTING_FIRST)
		return 0;
	rc = cli_settings(cli, &s, err);
	return rc < 0 ? rc : setting_option(s, id, o, err);
}

int cli_next(struct cli *cli, struct options *o, bool *done, struct err *err)
{
	*done = false;
	for (;;) {
		int id = options_next(o, err), rc;

		switch (id) {
		case G_HELP:
			print_help(cli);
			*done = true;
			return OPTION_END;
		case G_VERSION:
			out_printf("%s (kiln) %s\n", cli->called, KILN_VERSION);
			*done = true;
			return OPTION_END;
		case G_STORE:
			cli->store_dir = o->args[0];
			break;
		case G_VERBOSE:
			cli->verbosity++;
			break;
		case G_QUIET:
			cli->verbosity--;
			break;
		case G_DEBUG:
			cli->verbosity = VERBOSITY_DEBUG;
			break;
		default:
			rc = take_setting(cli, id, o, err);
			if (rc <= 0)
				return rc < 0 ? rc : id;
		}
	}
}

struct report *cli_report(struct cli *cli)
{
	if (!cli->report)
		cli->report = report_new_stderr(cli->verbosity);
	return cli->report;
}

errint cli_settings(struct cli *cli, struct settings **out, struct err *err)
{
	if (!cli->settings) {
		struct settings *s CLEANUP(settings_cleanup) = settings_new(cli_report(cli));
		int rc = settings_load(s, err);

		if (rc < 0)
			return rc;
		cli->settings = STEAL(s);
	}
	*out = cli->settings;
	return 0;
}

errint cli_store(struct cli *cli, struct store **out, struct err *err)
{
	if (!cli->store) {
		struct store_config config = {0};
		int rc = store_config_resolve(cli->store_dir, &config, err);

		if (rc < 0)
			return rc;
		bool machine = false;
		for (char **w = cli->words; w && *w; w++)
			machine |= store_is_of_machine(&config, *w);
		cli->store = machine ? store_open_machine(&config, cli_report(cli))
				     : store_open(&config, cli_report(cli));
		store_config_release(&config);
	}
	*out = cli->store;
	return 0;
}

errint cli_session(struct cli *cli, struct session **out, struct err *err)
{
	struct store *store;
	struct settings *settings;
	errint rc = cli_store(cli, &store, err);

	if (!rc)
		rc = cli_settings(cli, &settings, err);
	if (rc)
		return rc;
	if (!cli->session.store)
		session_init(&cli->session, store, settings, cli_report(cli));
	*out = &cli->session;
	return 0;
}

errint command_find(const struct command *table, const char *name, const struct command **out,
		    struct err *err)
{
	unsigned best = 4;
	const char *near = NULL;

	for (const struct command *c = table; c->name; c++) {
		unsigned d;

		if (strcmp(c->name, name) == 0) {
			*out = c;
			return 0;
		}
		d = str_distance(str_c(name), str_c(c->name), best);
		if (d < best) {
			best = d;
			near = c->name;
		}
	}
	err_set(err, ERR_USAGE, "unknown command '%s'", name);
	return near ? err_hint(err, "did you mean '%s'?", near) : err_hint(err, "see --help");
}
