/* SPDX-License-Identifier: MIT
 *
 * Services see what a person in the environment sees: the same activation, the hook run once. */
#include "cli/services_verbs.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli/activate_environment.h"
#include "env/view.h"

errint services_command_enter(struct cli *cli, struct services_command *c, struct err *err)
{
	struct activation_entry *entry CLEANUP(activation_entry_cleanup) = NULL;
	struct activate_environment e = {0};
	struct activate_options o = {.dir = c->dir, .slots = c->slots, .no_prompt = true};
	errint rc = activate_open(cli, &o, "bash", &e, err);
	if (rc)
		return rc;
	char *profile CLEANUP_FREE = str_dupz(e.env.profile);
	if (access(profile, F_OK))
		rc = view_enter(cli->store, err);
	if (rc)
		return rc;
	return activation_enter(&e.activation, &entry, err);
}

errint services_command_hold(struct cli *cli, const struct services_command *c,
			     const struct service_task *tasks, size_t n, struct err *err)
{
	struct environment env;
	struct session *s;
	errint rc = cli_session(cli, &s, err);

	if (!rc)
		rc = environment_open(s, c->dir, &cli->a, &env, err);
	for (size_t i = 0; !rc && i < n; i++) {
		ERR(ended);

		if (!tasks[i].supervisor)
			continue;
		rc = environment_hold(s, &env, tasks[i].supervisor, &ended);
		/* One that has ended meanwhile needs nothing. */
		if (rc == ERR_NOT_FOUND)
			rc = 0;
		else if (rc)
			err_move(err, &ended);
	}
	return rc;
}
