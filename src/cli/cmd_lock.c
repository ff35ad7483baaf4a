/* SPDX-License-Identifier: MIT
 *
 * kiln lock: pins packages by hash. Debian's so far; the lock and its request stand side by side.
 */
#include "base/file.h"
#include "cli/cli.h"
#include "deb/lock.h"
#include "project/data_dir.h"
#include "source/ladder.h"

enum {
	O_ROOTS = 1,
	O_OUTPUT,
	O_KEYRING,
};

const struct option_row cmd_lock_options[] = {
	{O_ROOTS, "--roots", "FILE", "what is wanted (roots.control of the package set)"},
	{O_OUTPUT, "-o --output", "FILE", "the lock to write (lock.json beside the roots)"},
	{O_KEYRING, "--keyring", "FILE", "the keys that may sign the suite"},
	{0},
};

static errint lock_debian(struct cli *cli, const char *roots, const char *output,
			  const char *keyring, struct err *err)
{
	struct ladder *ladder CLEANUP(ladder_cleanup) = ladder_new(NULL, NULL, cli_report(cli));
	char *roots_found CLEANUP_FREE = NULL;
	char *lock CLEANUP_FREE = NULL;
	struct deb_lock_options o = {
		.keyring = keyring, .ladder = ladder, .report = cli_report(cli)};

	if (!roots) {
		char *data CLEANUP_FREE = NULL;
		errint rc = data_dir_find(&data, err);

		if (rc)
			return rc;
		roots = roots_found = xasprintf("%s/pkgs/debian/roots.control", data);
	}
	lock = output ? xstrdup(output) : path_join(path_dir(str_c(roots)), S("lock.json"));
	o.roots = roots;
	o.lock = lock;
	return deb_lock(&o, err);
}

errint cmd_lock(struct cli *cli, int argc, char **argv, struct err *err)
{
	const char *what = NULL, *roots = NULL, *output = NULL, *keyring = NULL;
	struct options o;
	bool done;
	int id;

	cli_options(cli, &o, argc, argv);
	while ((id = cli_next(cli, &o, &done, err)) != OPTION_END) {
		if (id < 0 && id != OPTION_OPERAND)
			return id;
		if (id == OPTION_OPERAND && what)
			return err_set(err, ERR_USAGE, "one lock at a time: '%s' is too much",
				       o.args[0]);
		if (id == OPTION_OPERAND)
			what = o.args[0];
		else if (id == O_ROOTS)
			roots = o.args[0];
		else if (id == O_OUTPUT)
			output = o.args[0];
		else
			keyring = o.args[0];
	}
	if (done)
		return 0;
	if (!what || strcmp(what, "debian") != 0) {
		err_set(err, ERR_USAGE, "there is no lock '%s'", what ? what : "");
		return err_hint(err, "%s debian", cli->called);
	}
	return lock_debian(cli, roots, output, keyring, err);
}
