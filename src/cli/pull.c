/* SPDX-License-Identifier: MIT
 *
 * The caches become settings of this process: whoever plans asks those. */
#include "cli/pull.h"

#include "cli/option.h"
#include "project/project.h"

errint pull_paths(struct cli *cli, const struct option_list *from, bool alone,
		  const struct build_wanted *w, size_t n, struct err *err)
{
	struct build_options o = {.jobs = alone ? BUILD_JOBS_NONE : 0};
	struct settings *settings = cli->settings;
	struct session *s;
	errint rc = cli_session(cli, &s, err);

	if (rc)
		return rc;
	if (alone)
		settings->substituters = (struct setting_words){0};
	for (size_t i = 0; i < from->n; i++)
		settings_add_word(settings, &settings->substituters, str_c(from->v[i]));
	return project_realise(s, w, n, &o, err);
}
