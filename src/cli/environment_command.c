/* SPDX-License-Identifier: MIT
 *
 * Finding and opening the environment that a command is about. */
#include "cli/environment_command.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "base/file.h"
#include "base/report.h"

/* The user's own, where nothing else is. */
static errint find_default(struct cli *cli, bool make, const char **out, struct err *err)
{
	char *dir CLEANUP_FREE = NULL, *found CLEANUP_FREE = NULL;
	errint rc = environment_default_dir(&dir, err);

	if (!rc && make)
		rc = environment_make_default(dir, err);
	if (!rc)
		rc = environment_find(dir, true, &found, err);
	if (!rc)
		*out = arena_strz(&cli->a, str_c(found));
	return rc;
}

errint environment_of(struct cli *cli, const struct environment_from *from, struct environment *out,
		      struct err *err)
{
	char *here CLEANUP_FREE = from->place.dir ? NULL : getcwd(NULL, 0);
	const char *dir;
	struct session *s;
	errint rc = cli_session(cli, &s, err);

	if (rc)
		return rc;
	rc = environment_place_find(cli, &from->place, &dir, err);
	/* Without a working folder nobody knows what is around. */
	if (rc == ERR_NOT_FOUND && from->fallback && here) {
		err_clear(err);
		rc = find_default(cli, from->make, &dir, err);
	}
	return rc ? rc : environment_open(s, dir, &cli->a, out, err);
}

const char *environment_text(struct cli *cli, const struct environment *env)
{
	if (env->is_default)
		return "your own environment";
	return arena_printf(&cli->a, "environment '%.*s'", STR_ARG(env->name));
}

const char *environment_time(struct cli *cli, int64_t when)
{
	time_t t = (time_t)when;
	struct tm tm;
	char text[40];

	if (!gmtime_r(&t, &tm) || !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
		return "?";
	return arena_strz(&cli->a, str_c(text));
}

void environment_tell(struct cli *cli, const struct environment *env, bool made, bool json)
{
	if (json) {
		out_str(S("{\"environment\": "));
		out_json(env->dir);
		out_printf(", \"generation\": %llu, \"profile\": ",
			   (unsigned long long)env->generation);
		out_json(env->profile);
		out_printf(", \"changed\": %s}\n", made ? "true" : "false");
	} else if (made) {
		report_msg(cli_report(cli), REPORT_NOTE, "%s is at generation %llu",
			   environment_text(cli, env), (unsigned long long)env->generation);
	}
}

errint environment_command_change(struct cli *cli, struct environment *env,
				  struct environment_change *change, const struct buf *did,
				  bool json, struct err *err)
{
	struct session *s;
	bool made = false;
	errint rc = cli_session(cli, &s, err);

	if (!rc)
		rc = buf_check(did, "command line", err);
	change->did = buf_z(did);
	if (!rc)
		rc = environment_change(s, env, change, &cli->a, &made, err);
	if (!rc)
		environment_tell(cli, env, made, json);
	return rc;
}
