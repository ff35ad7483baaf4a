/* SPDX-License-Identifier: MIT
 *
 * kiln release bump: another build of the same version. */
#include "cli/release_verbs.h"
#include "release/bump.h"

static errint bump(struct cli *cli, void *ctx, struct err *err)
{
	const struct release_command *c = ctx;
	struct release r CLEANUP(release_cleanup) = {.lock = -1};
	uint64_t build;
	errint rc = release_command_open(cli, c, &r, err);

	if (!rc)
		rc = release_lock(&r, err);
	if (!rc)
		rc = release_bump(&r, c->message, &build, err);
	if (rc)
		return rc;
	out_printf(c->json ? "{\"build\": %llu}\n" : "build %llu\n", (unsigned long long)build);
	return 0;
}

static const struct option rows[] = {
	OPT_TEXT(struct release_command, message, "-m --message", "TEXT", "what changed"),
	RELEASE_ROWS,
	OPT_END,
};

const struct command release_verb_bump = {
	.name = "bump",
	.summary = "count another build of the version that is checked out, and commit it",
	.needs = NEEDS_SETTINGS,
	.rows = rows,
	.size = sizeof(struct release_command),
	.run = bump,
	.manual = "kiln-release",
};
