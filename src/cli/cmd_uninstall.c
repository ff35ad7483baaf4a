/* SPDX-License-Identifier: MIT
 *
 * kiln uninstall: packages out of an environment. */
#include "cli/environment_command.h"
#include "manifest/manifest_edit.h"

struct uninstall_command {
	struct environment_from from;
	bool json;
	struct option_list names;
};

static const struct option rows[] = {
	OPT_TABLE(struct uninstall_command, from.place, NULL, environment_place_rows),
	OPT_FLAG(struct uninstall_command, json, "--json", "print JSON"),
	OPERANDS_NEEDED(struct uninstall_command, names, "NAME"),
	OPT_END,
};

/* A package of an included manifest is that one's to take out. */
static errint check_own(const struct environment *env, const struct manifest_package *p,
			struct err *err)
{
	if (manifest_package_find(env->own, p->id))
		return 0;
	err_set(err, ERR_UNSUPPORTED, "'%.*s' comes from an environment that this one includes",
		STR_ARG(p->id));
	return err_hint(err, "take it out there: %s", p->at ? p->at->file : "its manifest");
}

static errint take_out(struct cli *cli, const struct environment *env, const char *word,
		       struct str *text, struct buf *did, struct err *err)
{
	BUF(out, LIMIT_TOML_TEXT);
	const struct manifest_package *p;
	errint rc = manifest_package_named(env->manifest, str_c(word), &p, err);

	if (rc)
		return err_wrap(err, "%s", environment_text(cli, env));
	rc = check_own(env, p, err);
	if (!rc)
		rc = manifest_edit_uninstall(*text, env->manifest_file.p, p->id, &out, err);
	if (rc)
		return rc;
	*text = arena_str(&cli->a, buf_str(&out));
	buf_printf(did, " %.*s", STR_ARG(p->id));
	return 0;
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	struct uninstall_command *c = ctx;
	BUF(did, LIMIT_SMALL_FILE);
	struct environment env;

	c->from.fallback = true;
	errint rc = environment_of(cli, &c->from, &env, err);

	if (rc)
		return rc;
	struct environment_change change = {.manifest = env.manifest_text};
	buf_putz(&did, "uninstall");
	for (size_t i = 0; !rc && i < c->names.n; i++)
		rc = take_out(cli, &env, c->names.v[i], &change.manifest, &did, err);
	return rc ? rc : environment_command_change(cli, &env, &change, &did, c->json, err);
}

const struct command command_uninstall = {
	.name = "uninstall",
	.summary = "take packages out of an environment",
	.topic = TOPIC_BUILD,
	.needs = NEEDS_STORE,
	.rows = rows,
	.size = sizeof(struct uninstall_command),
	.run = run,
};
