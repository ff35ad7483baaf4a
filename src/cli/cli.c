/* SPDX-License-Identifier: MIT
 *
 * The frame that commands stand in: what all of them take, and what is opened on first use. */
#include "cli/cli.h"

#include "base/environ.h"
#include "base/report.h"
#include "store/store.h"
#include "cli/option_setting.h"

enum { VERBOSITY_DEBUG = 8 };

static errint take_command(void *at, const struct option_given *g, struct err *err)
{
	struct option_command *c = at;
	struct cli *cli = g->frame;

	c->given = true;
	option_list_add(&cli->a, &c->words, g->args[0]);
	return 0;
}

const struct option option_command_rows[] = {
	{.names = "-c --command",
	 .args = "COMMAND",
	 .help = "run it and the words behind it instead of a shell",
	 .kind = OPTION_CALL,
	 .flags = OPTION_LAST,
	 .call = take_command},
	OPT_END,
};

const struct option cli_global_rows[] = {
	{.names = "--help -h",
	 .help = "show this help",
	 .kind = OPTION_FLAG,
	 .flags = OPTION_ENDS,
	 .offset = OPT_PLACE(struct cli, help, bool),
	 .value = true},
	{.names = "--version",
	 .help = "show the version",
	 .kind = OPTION_FLAG,
	 .flags = OPTION_ENDS,
	 .offset = OPT_PLACE(struct cli, version, bool),
	 .value = true},
	OPT_TEXT(struct cli, store_dir, "--store", "DIR", "use the store below this folder"),
	OPT_COUNT(struct cli, verbosity, 1, "-v --verbose", "tell more (again: even more)"),
	OPT_COUNT(struct cli, verbosity, -1, "--quiet", "tell less"),
	OPT_CHOICE(struct cli, verbosity, VERBOSITY_DEBUG, NULL, "--debug", NULL),
	OPT_SETTING("offline", 1, "--offline", NULL, "ask no host: this machine's files alone"),
	OPT_END,
};

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
		errint rc = settings_load(s, err);

		if (rc)
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
		struct settings *settings;
		errint rc = cli_settings(cli, &settings, err);

		if (rc)
			return rc;
		const char *where = cli->store_dir;
		/* Where the command line is silent, kiln's own variable counts more than nix.conf.
		 */
		if (!where && !env_get("KILN_STORE"))
			where = settings->store;
		rc = store_config_resolve(where, &config, err);
		if (rc)
			return rc;
		bool machine = false;
		for (char **w = cli->words; w && *w; w++)
			machine |= store_is_of_machine(&config, *w);
		cli->store = machine ? store_open_machine(&config, cli_report(cli))
				     : store_open(&config, cli_report(cli));
		store_config_release(&config);
		store_set_optimise(cli->store, settings->auto_optimise_store);
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
	settings_tell_unmet(settings);
	if (!cli->session.store)
		session_init(&cli->session, store, settings, cli_report(cli));
	*out = &cli->session;
	return 0;
}
