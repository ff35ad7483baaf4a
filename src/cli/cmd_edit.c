/* SPDX-License-Identifier: MIT
 *
 * kiln edit: another manifest, from an editor or a file, checked before it is one. */
#include "cli/command.h"
#include "cli/init_command.h"
#include "cli/manifest_editor.h"
#include "manifest/env_json.h"
#include "manifest/place.h"

const struct option edit_rows[] = {
	OPT_TEXT(struct edit_command, file, "-f --file", "FILE",
		 "make this file the manifest; '-' is standard input"),
	OPT_TEXT(struct edit_command, name, "-n --name", "NAME", "give the environment this name"),
	OPT_TABLE(struct edit_command, place, NULL, environment_place_rows),
	OPT_END,
};

static errint rename_to(struct cli *cli, const char *dir, struct str name, struct err *err)
{
	struct env_json env = {0};
	BUF(text, LIMIT_SMALL_FILE);
	errint rc = env_json_check_name(name, err);

	if (!rc)
		rc = env_json_read(dir, &cli->a, &env, err);
	if (rc)
		return rc;
	if (env.owner.n) {
		err_set(err, ERR_UNSUPPORTED, "environment '%.*s/%.*s' is one of a server",
			STR_ARG(env.owner), STR_ARG(env.name));
		return err_hint(err, "its name is the server's");
	}
	if (str_eq(env.name, name))
		return err_set(err, ERR_USAGE, "the environment is called '%.*s' already",
			       STR_ARG(name));
	rc = env_json_print(&env, name, &text, err);
	if (!rc)
		rc = env_json_replace(dir, buf_str(&text), err);
	if (!rc)
		out_printf("environment '%.*s' is now '%.*s'\n", STR_ARG(env.name), STR_ARG(name));
	return rc;
}

errint edit_command_run(struct cli *cli, void *ctx, struct err *err)
{
	const struct edit_command *c = ctx;
	enum manifest_edited what = MANIFEST_SAME;
	const char *dir;

	if (c->file && c->name)
		return err_set(err, ERR_USAGE, "--file and --name are two edits, ask for one");
	errint rc = environment_place_find(cli, &c->place, &dir, err);
	if (rc)
		return rc;
	if (c->name)
		return rename_to(cli, dir, str_c(c->name), err);
	rc = c->file ? manifest_edit_file(cli, dir, c->file, &what, err)
		     : manifest_edit_interactive(cli, dir, &what, err);
	if (rc)
		return rc;
	if (what == MANIFEST_SAME)
		out_str(S("the manifest is as it was\n"));
	else if (what == MANIFEST_CHANGED)
		out_str(S("the manifest is changed; 'kiln activate' makes it so\n"));
	else
		out_str(S("the manifest is changed\n"));
	return 0;
}

const struct command command_edit = {
	.name = "edit",
	.summary = "change the manifest of an environment",
	.topic = TOPIC_BUILD,
	.rows = edit_rows,
	.size = sizeof(struct edit_command),
	.run = edit_command_run,
};
