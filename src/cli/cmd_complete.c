/* SPDX-License-Identifier: MIT
 *
 * kiln complete -- WORD…: what may stand in the place of the last word of a command line, for the
 * files of shells in docs/completion. Each line is a candidate, with a tab and what it is; the last
 * one says what the shell adds itself: ":words" nothing, ":files" or ":folders". It never fails,
 * and tells of nothing that is wrong: nobody asked. */
#include "cli/command.h"
#include "cli/complete.h"
#include "cli/option_setting.h"

struct complete_command {
	int argc;
	char **argv;
};

static const struct option rows[] = {
	OPT_END,
};

/* ---- what is expected where ---- */

/* The first row counts whose command is the line's, or in front of it, and whose name of an
 * argument is the row's. */
static const struct expected {
	const char *called, *args; /* NULL: any */
	unsigned kinds;
} expected[] = {
	{"kiln help", NULL, COMPLETE_COMMANDS | COMPLETE_TOPICS},
	{"kiln doctor", "PART", COMPLETE_CHECKS},
	{"kiln install", NULL, COMPLETE_RECIPES | COMPLETE_PACKAGES | COMPLETE_FILES},
	{"kiln uninstall", NULL, COMPLETE_INSTALLED},
	{"kiln upgrade", NULL, COMPLETE_INSTALLED},
	{"kiln build", "NAME|PATH",
	 COMPLETE_RECIPES | COMPLETE_BUILDS | COMPLETE_OR_PACKAGES | COMPLETE_FILES},
	{"kiln services", "NAME", COMPLETE_SERVICES},
	{"kiln services", "SERVICE", COMPLETE_SERVICES},
	{"kiln init", "NAME", 0},
	{"kiln edit", "NAME", 0},
	{"kiln key", "NAME", COMPLETE_KEYS},
	{"kiln key", "KEY", COMPLETE_KEYS | COMPLETE_FILES},
	{"kiln release", "KEY", COMPLETE_KEYS | COMPLETE_FILES},
	{"kiln store add", "NAME", 0},
	{"kiln prefetch", NULL, COMPLETE_FILES},
	{"kiln show", "NAME", COMPLETE_RECIPES | COMPLETE_PACKAGES},
	{"kiln check", "NAME", COMPLETE_RECIPES | COMPLETE_PACKAGES},
	{"kiln develop", "NAME|PATH", COMPLETE_RECIPES | COMPLETE_PACKAGES | COMPLETE_FILES},
	{"kiln shell", "NAME|PATH", COMPLETE_RECIPES | COMPLETE_PACKAGES | COMPLETE_FILES},
	{"kiln size", "NAME|PATH", COMPLETE_RECIPES | COMPLETE_PACKAGES | COMPLETE_FILES},
	{"kiln search", NULL, 0},
	{"kiln env", NULL, COMPLETE_GENERATIONS},
	{"kiln release", "FROM", COMPLETE_TRACKS},
	{"kiln release", "TO", COMPLETE_TRACKS},
	{"kiln release", "NAME", 0},
	{NULL, "TRACK", COMPLETE_TRACKS},
	{NULL, "TRACK|TAG", COMPLETE_TRACKS},
	{NULL, "SLOT=FILLING", COMPLETE_SLOTS | COMPLETE_FILES},
	{NULL, "RECIPE", COMPLETE_RECIPES},
	{NULL, "NAME[@RELEASE]", COMPLETE_RECIPES},
	{NULL, "NAME", COMPLETE_RECIPES | COMPLETE_OR_PACKAGES | COMPLETE_FILES},
	{NULL, "NAME|PATH", COMPLETE_RECIPES | COMPLETE_OR_PACKAGES | COMPLETE_FILES},
	{NULL, "WHO", COMPLETE_RECIPES | COMPLETE_OR_PACKAGES | COMPLETE_FILES},
	{NULL, "WHAT", COMPLETE_RECIPES | COMPLETE_OR_PACKAGES | COMPLETE_FILES},
	{NULL, "OLD", COMPLETE_RECIPES | COMPLETE_FILES},
	{NULL, "NEW", COMPLETE_RECIPES | COMPLETE_FILES},
	{NULL, "DIR", COMPLETE_FOLDERS},
	{NULL, "FILE", COMPLETE_FILES},
	{NULL, "PATH", COMPLETE_FILES},
	{NULL, "LINK", COMPLETE_FILES},
	{NULL, "KEY", COMPLETE_FILES},
	{NULL, "BEFORE", COMPLETE_FILES},
	{NULL, "AFTER", COMPLETE_FILES},
	{NULL, "COMMAND ARG", COMPLETE_FILES},
	{NULL, "INSTALLABLE", COMPLETE_RECIPES | COMPLETE_FILES},
};

static bool is_called(const char *called, const char *by)
{
	size_t n = by ? strlen(by) : 0;

	return !by || (strncmp(called, by, n) == 0 && (!called[n] || called[n] == ' '));
}

static unsigned kinds_of(const char *called, struct str args)
{
	for (size_t i = 0; i < ARRAY_LEN(expected); i++)
		if (is_called(called, expected[i].called) &&
		    (!expected[i].args || str_eqz(args, expected[i].args)))
			return expected[i].kinds;
	return 0;
}

/* "cyclonedx|spdx" says itself what it may be. */
static bool offer_literals(struct completion *c, struct str args)
{
	struct str rest = args, one;

	for (size_t i = 0; i < args.n; i++)
		if (!(args.p[i] >= 'a' && args.p[i] <= 'z') && !strchr("|-", args.p[i]))
			return false;
	if (str_chr(args, '|') < 0)
		return false;
	while (str_split(&rest, '|', &one))
		complete_offer(c, one, S(""));
	return true;
}

/* ---- the line ---- */

struct line {
	const struct command *command; /* or verb; NULL: kiln itself */
	const char *called;
	const struct option *waiting; /* an option whose arguments are not all there */
	unsigned given;               /* of them */
	size_t operands;
	bool operands_only, of_program;
};

/* Options may stand before the verb that has them. */
static const struct option *row_within(const struct command *c, struct str name)
{
	const struct option *row = option_find(c->rows, name);

	for (size_t i = 0; !row && c->verbs && c->verbs[i]; i++)
		row = option_find(c->verbs[i]->rows, name);
	return row;
}

static const struct option *row_of(const struct line *l, struct str name)
{
	const struct option *row = l->command ? row_within(l->command, name) : NULL;

	if (!row)
		row = option_find(cli_global_rows, name);
	return row ? row : option_find(setting_option_rows, name);
}

static unsigned args_of(const struct option *row)
{
	unsigned n = row->args ? 1 : 0;

	for (const char *p = row->args; p && *p; p++)
		n += *p == ' ';
	return n;
}

static const struct command *verb_of(const struct command *const *table, struct str name)
{
	for (size_t i = 0; table && table[i]; i++)
		if (str_eqz(name, table[i]->name))
			return table[i];
	return NULL;
}

/* Whose recipes and services are meant. */
static void see_dir(struct completion *c, const struct option *row, struct str value)
{
	struct str rest = str_c(row->names), one;

	while (str_split(&rest, ' ', &one))
		if (str_eqz(one, "--dir") || str_eqz(one, "--project"))
			c->dir = arena_strz(&c->cli->a, value);
}

static void see_option(struct completion *c, struct line *l, struct str word)
{
	struct str name = word, value;
	bool with = str_starts(word, S("--")) && str_cut(word, '=', &name, &value);
	const struct option *row = row_of(l, name);

	if (!row)
		return;
	l->of_program |= (row->flags & OPTION_LAST) != 0;
	if (with)
		see_dir(c, row, value);
	if (args_of(row) > (with ? 1 : 0)) {
		l->waiting = row;
		l->given = with ? 1 : 0;
	}
}

static void see_operand(struct completion *c, struct line *l, struct str word)
{
	const struct command *const *verbs = l->command ? l->command->verbs : commands;
	const struct command *verb;

	/* `kiln help store` goes on as `kiln store`. */
	if (l->command == &command_help && !l->operands)
		verbs = commands;
	verb = l->operands ? NULL : verb_of(verbs, word);
	if (verb && l->command == &command_help)
		l->called = "kiln";
	if (verb) {
		l->command = verb;
		l->called = l->called[0] && command_is_foreign(verb->name)
				    ? verb->name
				    : arena_printf(&c->cli->a, "%s %s", l->called, verb->name);
		return;
	}
	const struct option *row =
		l->command ? option_of_operand(l->command->rows, l->operands) : NULL;
	l->of_program |= row && (row->flags & OPTION_LAST);
	l->operands++;
}

static void see(struct completion *c, struct line *l, struct str word)
{
	if (l->waiting) {
		see_dir(c, l->waiting, word);
		if (++l->given >= args_of(l->waiting))
			l->waiting = NULL;
	} else if (!l->operands_only && str_eqz(word, "--")) {
		l->operands_only = true;
	} else if (!l->operands_only && word.n > 1 && word.p[0] == '-') {
		see_option(c, l, word);
	} else {
		see_operand(c, l, word);
	}
}

/* ---- the last word ---- */

static void offer_row(void *ctx, const char *heading, const struct option *row)
{
	struct str rest = str_c(row->names), one;

	while (str_split(&rest, ' ', &one))
		complete_offer(ctx, one, str_c(row->help));
}

static unsigned offer_argument(struct completion *c, const struct line *l, const struct option *row,
			       unsigned number)
{
	struct str rest = str_c(row->args), args = rest;

	if (row->names)
		for (unsigned i = 0; i <= number; i++)
			str_split(&rest, ' ', &args);
	if (row->names && option_find(setting_option_rows, S("--option")) == row && !number) {
		complete_words(c, COMPLETE_SETTINGS);
		return 0;
	}
	if (offer_literals(c, args))
		return 0;
	unsigned kinds = kinds_of(l->called, args);
	complete_words(c, kinds);
	return kinds;
}

static unsigned offer_operand(struct completion *c, const struct line *l)
{
	const struct command *const *verbs = l->command ? l->command->verbs : commands;
	const struct option *row =
		l->command ? option_of_operand(l->command->rows, l->operands) : NULL;

	for (size_t i = 0; !l->operands && verbs && verbs[i]; i++)
		if (!verbs[i]->hidden && (verbs != commands || !command_is_foreign(verbs[i]->name)))
			complete_offer(c, str_c(verbs[i]->name), str_c(verbs[i]->summary));
	if (l->of_program)
		return COMPLETE_FILES;
	/* What begins like a verb is one. */
	if (c->n && c->word.n)
		return 0;
	return row ? offer_argument(c, l, row, 0) : 0;
}

static unsigned offer_last(struct completion *c, struct line *l)
{
	struct str name, value;

	if (l->waiting)
		return offer_argument(c, l, l->waiting, l->given);
	if (l->operands_only || l->of_program || !str_starts(c->word, S("-")))
		return offer_operand(c, l);
	if (!str_starts(c->word, S("--")) || !str_cut(c->word, '=', &name, &value)) {
		if (l->command && l->command->rows)
			options_each(l->command->rows, "", offer_row, c);
		options_each(cli_global_rows, "", offer_row, c);
		return 0;
	}
	const struct option *row = row_of(l, name);
	if (!row || !row->args)
		return 0;
	c->front = str_sub(c->word, 0, name.n + 1);
	c->word = value;
	return offer_argument(c, l, row, 0);
}

/* ---- the command ---- */

/* Whatever is there is another program's line. */
static errint expand(struct cli *cli, void *ctx, int *argc, char ***argv, struct err *err)
{
	struct complete_command *c = ctx;
	int first = *argc > 1 && strcmp((*argv)[1], "--") == 0 ? 2 : 1;

	c->argc = *argc - first;
	c->argv = *argv + first;
	*argc = 1;
	return 0;
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	const struct complete_command *cc = ctx;
	struct line l = {.called = "kiln"};
	struct session *session;
	struct completion c = {.cli = cli, .word = S(""), .front = S("")};
	ERR(none);

	cli->verbosity = -10;
	if (cc->argc < 2 || cli_session(cli, &session, &none))
		return 0;
	for (int i = 1; i < cc->argc - 1; i++)
		see(&c, &l, str_c(cc->argv[i]));
	c.word = str_c(cc->argv[cc->argc - 1]);
	unsigned kinds = offer_last(&c, &l);
	out_printf("%s\n", kinds & COMPLETE_FILES     ? ":files"
			   : kinds & COMPLETE_FOLDERS ? ":folders"
						      : ":words");
	return 0;
}

const struct command command_complete = {
	.name = "complete",
	.summary = "offer what may stand in a command line",
	.topic = TOPIC_OTHER,
	.hidden = true,
	.rows = rows,
	.size = sizeof(struct complete_command),
	.expand = expand,
	.run = run,
};
