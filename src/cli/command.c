/* SPDX-License-Identifier: MIT
 *
 * The table of commands: finding one, reading its line into its context, running it, telling
 * about it. */
#include "cli/command.h"

#include <stdlib.h>
#include "base/suggest.h"
#include "cli/help_topics.h"
#include "cli/option_setting.h"
#include "cli/synonym.h"

const struct command *const commands[] = {
#define X(id) &command_##id,
#include "cli/commands.def"
#undef X
	NULL,
};

bool command_is_foreign(const char *name)
{
	return strncmp(name, "nix", 3) == 0 || strcmp(name, "flox") == 0;
}

/* ---- finding ---- */

static errint not_here(const char *const *elsewhere, const char *called, const char *name,
		       struct err *err)
{
	for (; elsewhere && *elsewhere; elsewhere += 2) {
		if (strcmp(elsewhere[0], name) != 0)
			continue;
		err_set(err, ERR_UNSUPPORTED, "'%s %s' does not exist here", called, name);
		return elsewhere[1][0] ? err_hint(err, "%s does what is there", elsewhere[1])
				       : err_hint(err, "'kiln help' lists what does");
	}
	return 0;
}

static bool table_has(const struct command *const *table, const char *name)
{
	for (size_t i = 0; table && table[i]; i++)
		if (strcmp(table[i]->name, name) == 0)
			return true;
	return false;
}

/* Right words at the wrong place: a verb without its command, a command behind another. */
static bool hint_place(const struct command *const *table, const char *name, struct err *err)
{
	if (table != commands && table_has(commands, name) && !command_is_foreign(name)) {
		err_hint(err, "here it is 'kiln %s'", name);
		return true;
	}
	for (size_t i = 0; table == commands && commands[i]; i++) {
		if (command_is_foreign(commands[i]->name) || !table_has(commands[i]->verbs, name))
			continue;
		err_hint(err, "here it is 'kiln %s %s'", commands[i]->name, name);
		return true;
	}
	return false;
}

static void put_verbs(const struct command *const *table, struct buf *b)
{
	for (size_t i = 0; table[i]; i++)
		buf_printf(b, " %s", table[i]->name);
}

/* All of them, where they are few. */
static bool hint_verbs(const struct command *const *table, struct err *err)
{
	BUF(b, LIMIT_ERR_TEXT);
	enum { FEW = 60 };

	put_verbs(table, &b);
	if (b.n > FEW)
		return false;
	err_hint(err, "there are:%s", buf_z(&b));
	return true;
}

errint command_find(const struct command *const *table, const char *called, const char *name,
		    const struct command **out, struct err *err)
{
	struct suggestion s = suggestion_for(str_c(name));
	bool ours = strncmp(called, "kiln ", 5) == 0;

	for (size_t i = 0; table[i]; i++) {
		if (strcmp(table[i]->name, name) == 0) {
			*out = table[i];
			return 0;
		}
		if (!table[i]->hidden && (table != commands || !command_is_foreign(table[i]->name)))
			suggestion_offer(&s, str_c(table[i]->name));
	}
	errint rc = err_set(err, ERR_USAGE, "unknown command '%s%s%s'", called, *called ? " " : "",
			    name);
	if (table == commands &&
	    (synonym_hint(str_c(name), NULL, err) || hint_place(table, name, err)))
		return rc;
	if (ours && (synonym_hint(str_c(name), called, err) || hint_place(table, name, err)))
		return rc;
	if (suggestion_hint(&s, err))
		return rc;
	/* Other tools' commands that are not here under their names. */
	if (!ours && table != commands &&
	    (hint_place(table, name, err) || synonym_hint(str_c(name), NULL, err)))
		return rc;
	if (!*called)
		return err_hint(err, "'kiln help' lists what there is");
	return hint_verbs(table, err) ? rc : err_hint(err, "see '%s --help'", called);
}

/* ---- running ---- */

static const struct option *look(const void *ctx, struct str name)
{
	const struct command *c = ctx;
	const struct option *row =
		option_find(cli_global_rows, name) ?: option_find(setting_option_rows, name);

	if (!row && !c->verbs)
		return option_find(c->rows, name);
	for (size_t i = 0; !row && c->verbs && c->verbs[i]; i++)
		row = look(c->verbs[i], name);
	return row;
}

/* Options may stand before a verb: they go behind it. */
static void verb_first(int at, char **argv)
{
	char *verb = argv[at];

	memmove(argv + 2, argv + 1, (size_t)(at - 1) * sizeof(*argv));
	argv[1] = verb;
}

static errint read_line(struct cli *cli, const struct command *c, void *ctx, int argc, char **argv,
			struct err *err)
{
	struct option_parser *p = &cli->line;

	*p = (struct option_parser){.called = cli->called, .a = &cli->a, .frame = cli};
	/* To other tools an empty word has its meaning. */
	p->full_words = str_starts(str_c(cli->called), S("kiln"));
	if (c->rows) {
		p->tables[p->n_tables].rows = c->rows;
		p->tables[p->n_tables++].ctx = ctx;
	}
	p->tables[p->n_tables].rows = cli_global_rows;
	p->tables[p->n_tables++].ctx = cli;
	p->tables[p->n_tables].rows = setting_option_rows;
	p->tables[p->n_tables].many = true;
	p->tables[p->n_tables++].ctx = cli;
	return options_parse(p, argc, argv, err);
}

/* --help and --version are done here: *done. */
static errint tell(struct cli *cli, const struct command *c, bool *done, struct err *err)
{
	const char *word = NULL;
	bool whole = c->verbs == commands;
	const struct command *verb;

	*done = cli->help || cli->version;
	/* What is asked about may be no verb. */
	for (size_t i = 0; i < cli->line.n_used; i++)
		word = cli->line.used[i].name ? word : cli->line.used[i].args[0];
	if (cli->help && c->verbs && word)
		return command_find(c->verbs, cli->called, word, &verb, err);
	if (cli->help && whole)
		commands_print();
	else if (cli->help)
		command_print_help(cli, c);
	else if (cli->version)
		out_printf("%s%s %s\n", cli->called, whole ? "" : " (kiln)", KILN_VERSION);
	return 0;
}

static errint provide(struct cli *cli, const struct command *c, struct err *err)
{
	struct settings *settings;
	struct store *s;
	errint rc = 0;

	if (c->needs & NEEDS_SETTINGS)
		rc = cli_settings(cli, &settings, err);
	if (!rc && (c->needs & NEEDS_STORE))
		rc = cli_store(cli, &s, err);
	return rc;
}

static errint run_rows(struct cli *cli, const struct command *c, int argc, char **argv,
		       struct err *err)
{
	void *ctx = arena_calloc(&cli->a, 1, MAX(c->size, 1));
	bool done = false;

	if (c->defaults)
		memcpy(ctx, c->defaults, c->size);
	errint rc = c->expand ? c->expand(cli, ctx, &argc, &argv, err) : 0;
	if (!rc)
		rc = read_line(cli, c, ctx, argc, argv, err);
	if (!rc)
		rc = tell(cli, c, &done, err);
	if (!rc && !done)
		rc = provide(cli, c, err);
	if (!rc && !done)
		rc = c->run(cli, ctx, err);
	if (c->release)
		c->release(ctx);
	return rc;
}

static errint no_verb(struct cli *cli, const struct command *c, int argc, char **argv,
		      struct err *err)
{
	BUF(b, LIMIT_ERR_TEXT);
	bool done = false;
	errint rc = read_line(cli, c, NULL, argc, argv, err);

	if (!rc)
		rc = tell(cli, c, &done, err);
	if (rc || done)
		return rc;
	if (c->verbs == commands) {
		err_set(err, ERR_USAGE, "no command is given");
		return err_hint(err, "'kiln help' lists them");
	}
	put_verbs(c->verbs, &b);
	err_set(err, ERR_USAGE, "'%s' needs a verb", cli->called);
	return err_hint(err, "there are:%s", buf_z(&b));
}

errint command_start(struct cli *cli, const struct command *c, int argc, char **argv,
		     struct err *err)
{
	const struct command *verb = NULL;
	int at = c->verbs ? options_first_operand(look, c, argc, argv) : argc;

	cli->command = c;
	if (at < argc) {
		errint rc = command_find(c->verbs, cli->called, argv[at], &verb, err);
		if (rc && !(c->rows && option_of_operand(c->rows, 0)))
			return not_here(c->elsewhere, cli->called, argv[at], err) ?: rc;
		if (rc)
			err_clear(err);
	}
	if (verb) {
		cli->called = arena_printf(&cli->a, "%s %s", cli->called, verb->name);
		verb_first(at, argv);
		return command_start(cli, verb, argc - 1, argv + 1, err);
	}
	return c->rows ? run_rows(cli, c, argc, argv, err) : no_verb(cli, c, argc, argv, err);
}

/* ---- telling ---- */

static void put_synopsis(const struct command *c, struct buf *b)
{
	buf_putz(b, c->verbs && !c->rows ? "VERB [OPTION…]" : "[OPTION…]");
	for (const struct option *row = c->rows; row && !option_is_end(row); row++) {
		bool needed = row->flags & OPTION_NEEDED;

		if (!row->names && row->args)
			buf_printf(b, " %s%s%s%s", needed ? "" : "[", row->args,
				   row->kind == OPTION_TEXT ? "" : "…", needed ? "" : "]");
	}
}

static void put_usage(const char *called, const struct command *c, struct buf *b)
{
	struct str rest = str_c(c->synopsis), form;
	const char *head = "usage:";

	if (!c->synopsis) {
		buf_printf(b, "%s %s ", head, called);
		put_synopsis(c, b);
		buf_putc(b, '\n');
	}
	while (c->synopsis && str_split(&rest, '\n', &form)) {
		buf_printf(b, "%s %s %.*s\n", head, called, STR_ARG(form));
		head = "      ";
	}
}

static const char *manual_of(const struct cli *cli, const struct command *c, struct arena *a)
{
	struct str rest = str_c(cli->called), first, second;

	if (c->manual)
		return c->manual;
	str_split(&rest, ' ', &first);
	if (!str_eq(first, S("kiln")) || !str_split(&rest, ' ', &second))
		return arena_strz(a, first);
	return arena_printf(a, "kiln-%.*s", STR_ARG(second));
}

void command_print_help(const struct cli *cli, const struct command *c)
{
	ARENA(a);
	BUF(b, LIMIT_ERR_TEXT);

	put_usage(cli->called, c, &b);
	buf_printf(&b, "\n%s\n", c->summary);
	if (c->verbs)
		buf_putz(&b, "\nverbs:\n");
	for (size_t i = 0; c->verbs && c->verbs[i]; i++)
		buf_printf(&b, "  %-14s %s\n", c->verbs[i]->name, c->verbs[i]->summary);
	options_help(c->rows, "options", &b);
	options_help(cli_global_rows, "everywhere", &b);
	buf_printf(&b, "\n'man %s' tells more", manual_of(cli, c, &a));
	if (!command_is_foreign(cli->called))
		buf_printf(&b, "; so does 'kiln help -m %s'",
			   str_drop_prefix(str_c(manual_of(cli, c, &a)), S("kiln-")).p);
	buf_putz(&b, ".\n");
	out_str(buf_str(&b));
}

void commands_print(void)
{
	static const char *const topics[] = {
#define X(id, text) text,
		COMMAND_TOPICS(X)
#undef X
	};

	out_printf(
		"usage: kiln COMMAND [OPTION…] [ARGUMENT…]\n\n"
		"Reproducible builds, publishing and running of ComfyUI and other Python ML stacks.\n");
	for (size_t t = 0; t < ARRAY_LEN(topics); t++) {
		if (t == TOPIC_FOREIGN)
			continue;
		out_printf("\n%s:\n", topics[t]);
		for (size_t i = 0; commands[i]; i++)
			if (commands[i]->topic == t && !commands[i]->hidden)
				out_printf("  %-12s %s\n", commands[i]->name, commands[i]->summary);
	}
	out_str(S("\ntopics and files:\n"));
	for (const struct help_topic *t = help_topics; t->name; t++)
		out_printf("  %-17s %s\n", t->name, t->summary);
	out_printf(
		"\n'kiln help COMMAND' tells a command's options, 'kiln help TOPIC' prints a topic's page;"
		"\n'kiln help -m COMMAND' or 'man kiln-COMMAND' tells all of a command.\n");
}

static void each(const struct command *c, const char *called,
		 void (*fn)(void *ctx, const char *called, const struct command *c), void *ctx)
{
	fn(ctx, called, c);
	for (size_t i = 0; c->verbs && c->verbs[i]; i++) {
		char *verb CLEANUP_FREE = xasprintf("%s %s", called, c->verbs[i]->name);

		each(c->verbs[i], verb, fn, ctx);
	}
}

void commands_each(void (*fn)(void *ctx, const char *called, const struct command *c), void *ctx)
{
	for (size_t i = 0; commands[i]; i++) {
		const char *name = commands[i]->name;

		if (commands[i]->hidden)
			continue;
		char *called CLEANUP_FREE = xasprintf("kiln %s", name);

		each(commands[i], command_is_foreign(name) ? name : called, fn, ctx);
	}
}
