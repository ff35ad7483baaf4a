/* SPDX-License-Identifier: MIT
 *
 * kiln help: the commands by what they are for, topics, and manual pages where there is no man.
 * `kiln help COMMAND` is `kiln COMMAND --help`, which main.c makes of it. */
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/suggest.h"
#include "cli/command.h"
#include "cli/help_topics.h"
#include "cli/page_print.h"
#include "cli/synonym.h"

enum { WIDTH = 80, MAX_WIDTH = 120 };

const struct help_topic help_topics[] = {
#define X(name, page, summary) {name, page, summary},
#include "cli/help_topics.def"
#undef X
	{0},
};

struct help_command {
	bool list, manual;
	const char *word;
};

static const struct option rows[] = {
	OPT_FLAG(struct help_command, manual, "-m --manual",
		 "the whole manual page of a command or topic"),
	OPT_FLAG(struct help_command, list, "--list",
		 "every command, verb and option on a line of its own, for completion"),
	OPERAND_OPTIONAL(struct help_command, word, "COMMAND|TOPIC"),
	OPT_END,
};

static void list_row(void *ctx, const char *heading, const struct option *row)
{
	struct str rest = str_c(row->names), one;

	while (str_split(&rest, ' ', &one))
		out_printf("%s\t%s\t%.*s\t%s\n", (const char *)ctx, heading, STR_ARG(one),
			   row->help);
}

static void list(void *ctx, const char *called, const struct command *c)
{
	out_printf("%s\t\t\t%s\n", called, c->summary);
	options_each(c->rows, "", list_row, (void *)called);
}

/* ---- pages ---- */

static unsigned width(void)
{
	struct winsize w;
	bool known = isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) && w.ws_col;

	return known ? MIN((unsigned)w.ws_col, (unsigned)MAX_WIDTH) : WIDTH;
}

static errint print_page(struct cli *cli, const char *page, struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);
	BUF(out, LIMIT_LOCK_FILE);
	struct session *session;
	const char *data;
	errint rc = cli_session(cli, &session, err);

	if (!rc)
		rc = session_data_dir(session, &data, err);
	if (rc)
		return rc;
	char *file CLEANUP_FREE = xasprintf("%s/docs/man/%s.scd", data, page);
	rc = file_read(AT_FDCWD, file, &text, err);
	if (rc)
		return err_hint(err, "reinstall kiln, or set KILN_DATA_DIR");
	page_print(buf_str(&text), width(), isatty(STDOUT_FILENO), &out);
	rc = buf_check(&out, "manual page", err);
	if (!rc)
		out_str(buf_str(&out));
	return rc;
}

/* The page of a command is called by it, but for what its row says otherwise. */
static const char *page_of(struct cli *cli, const char *word)
{
	for (const struct help_topic *t = help_topics; t->name; t++)
		if (strcmp(t->name, word) == 0 || strcmp(t->page, word) == 0)
			return t->page;
	if (strcmp(word, "kiln") == 0)
		return "kiln.1";
	for (size_t i = 0; commands[i]; i++) {
		const struct command *c = commands[i];

		if (strcmp(c->name, word) != 0 || c->hidden)
			continue;
		if (c->manual)
			return arena_printf(&cli->a, "%s.1", c->manual);
		return arena_printf(&cli->a, command_is_foreign(word) ? "%s.1" : "kiln-%s.1", word);
	}
	return NULL;
}

static errint no_such(const char *word, struct err *err)
{
	struct suggestion s = suggestion_for(str_c(word));

	for (size_t i = 0; commands[i]; i++)
		if (!commands[i]->hidden && !command_is_foreign(commands[i]->name))
			suggestion_offer(&s, str_c(commands[i]->name));
	for (const struct help_topic *t = help_topics; t->name; t++)
		suggestion_offer(&s, str_c(t->name));
	err_set(err, ERR_USAGE, "there is no command and no topic '%s'", word);
	if (synonym_hint(str_c(word), NULL, err) || suggestion_hint(&s, err))
		return ERR_USAGE;
	return err_hint(err, "'kiln help' lists both");
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	const struct help_command *c = ctx;
	const char *page = c->word ? page_of(cli, c->word) : NULL;

	if (page)
		return print_page(cli, page, err);
	if (c->word)
		return no_such(c->word, err);
	if (c->manual)
		return print_page(cli, "kiln.1", err);
	if (c->list) {
		commands_each(list, NULL);
		return 0;
	}
	commands_print();
	return 0;
}

const struct command command_help = {
	.name = "help",
	.summary = "tell about commands, topics and files",
	.topic = TOPIC_OTHER,
	.rows = rows,
	.size = sizeof(struct help_command),
	.run = run,
};
