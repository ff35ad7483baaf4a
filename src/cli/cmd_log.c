/* SPDX-License-Identifier: MIT
 *
 * kiln log: the log of the last build of what words name. */
#include "cli/command.h"
#include "cli/named.h"
#include "job/build.h"

struct log_command {
	struct option_list names;
};

static const struct option rows[] = {
	OPERANDS_NEEDED(struct log_command, names, "NAME"),
	OPT_END,
};

/* Builders speak to a progress bar in such lines; nobody reads them here. */
static void print_lines(struct str log)
{
	while (log.n) {
		ptrdiff_t end = str_chr(log, '\n');
		struct str line = end < 0 ? log : (struct str){log.p, (size_t)end + 1};

		if (!str_starts(line, S("@nix {")))
			out_str(line);
		log = str_skip(log, line.n);
	}
}

static errint print_log(struct cli *cli, const char *word, struct err *err)
{
	BUF(log, LIMIT_TOOL_OUTPUT);
	struct named named;
	struct path_info info;
	errint rc = named_find(cli, word, &named, err);

	if (rc)
		return rc;
	struct str drv = named.drv.n ? named.drv : named.path;
	if (!named.drv.n && !store_path_is_drv(drv)) {
		rc = store_query(cli->store, &cli->a, drv, &info, err);
		if (rc)
			return rc;
		drv = info.deriver.n ? info.deriver : drv;
	}
	rc = build_log_read(cli->store, drv, &log, err);
	if (rc == ERR_NOT_FOUND) {
		err_set(err, ERR_NOT_FOUND, "there is no build log of '%s'", word);
		return err_hint(err,
				"what was fetched has none; what is built from now on leaves one");
	}
	if (!rc)
		print_lines(buf_str(&log));
	return rc;
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	const struct log_command *c = ctx;
	errint rc = 0;

	for (size_t i = 0; !rc && i < c->names.n; i++)
		rc = print_log(cli, c->names.v[i], err);
	return rc;
}

const struct command command_log = {
	.name = "log",
	.summary = "print the log of the last build of a recipe or path",
	.topic = TOPIC_LOOK,
	.needs = NEEDS_STORE,
	.rows = rows,
	.size = sizeof(struct log_command),
	.run = run,
};
