/* SPDX-License-Identifier: MIT
 *
 * The option parser: where values go, what is refused, and that no row of any command goes nowhere.
 */
#include "tap.h"

#include "base/suggest.h"
#include "cli/command.h"
#include "cli/synonym.h"

struct inner {
	const char *text;
	bool flag;
};

struct context {
	bool yes, no;
	int choice, count;
	uint64_t bits, number;
	const char *text;
	struct option_list list;
	struct inner inner;
	const char *pair[2];
	const char *first, *second;
	struct option_list rest;
};

static errint take_pair(void *at, const struct option_given *g, struct err *err)
{
	const char **pair = at;

	pair[0] = g->args[0];
	pair[1] = g->args[1];
	return strcmp(g->args[0], "bad") ? 0 : err_set(err, ERR_USAGE, "a bad pair");
}

static const struct option inner_rows[] = {
	OPT_TEXT(struct inner, text, "--inner", "TEXT", "text of a table"),
	OPT_FLAG(struct inner, flag, "-i", "flag of a table"),
	OPT_END,
};

static const struct option rows[] = {
	OPT_FLAG(struct context, yes, "-y --yes", "a flag"),
	OPT_UNFLAG(struct context, no, "--no", "a flag that clears"),
	OPT_CHOICE(struct context, choice, 1, "ways", "--one", "a way"),
	OPT_CHOICE(struct context, choice, 2, "ways", "--two", "another"),
	OPT_COUNT(struct context, count, 1, "-c", "counts"),
	OPT_BITS(struct context, bits, 4, "--four", "a bit"),
	OPT_BITS(struct context, bits, 8, "--eight", "a bit"),
	OPT_NUMBER(struct context, number, "-n --number", "N", "a number"),
	OPT_TEXT(struct context, text, "-t --text", "TEXT", "text"),
	OPT_LIST(struct context, list, "-l --list", "WORD", "a list"),
	OPT_CALL(struct context, pair, take_pair, "--pair", "A B", "two"),
	OPT_IGNORED("--ignored", "X", "because this is a test"),
	OPT_TABLE(struct context, inner, "table", inner_rows),
	OPERAND(struct context, first, "FIRST"),
	OPERAND_OPTIONAL(struct context, second, "SECOND"),
	OPT_END,
};

static errint parse_rows(const struct option *v, struct arena *a, struct context *c,
			 const char *line, struct err *err)
{
	struct option_parser p = {.called = "test", .a = a, .n_tables = 1};
	struct str rest = str_c(line), word;
	char *argv[32] = {"test"};
	int argc = 1;

	p.tables[0].rows = v;
	p.tables[0].ctx = c;
	while (str_split(&rest, ' ', &word))
		argv[argc++] = arena_strz(a, word);
	return options_parse(&p, argc, argv, err);
}

static errint parse(struct arena *a, struct context *c, const char *line, struct err *err)
{
	*c = (struct context){.no = true};
	return parse_rows(rows, a, c, line, err);
}

static void test_places(void)
{
	ARENA(a);
	struct context c;
	ERR(err);

	OK(parse(&a, &c,
		 "-ccy --no --two --four --eight --number=12 -tword --list a -l b --pair x y "
		 "--inner in -i --ignored z one two",
		 &err) == 0,
	   "a line of everything is read");
	OK(c.yes && !c.no && c.count == 2 && c.choice == 2 && c.bits == 12 && c.number == 12,
	   "flags, counts, choices, bits and numbers are where their rows say");
	OK(c.text && strcmp(c.text, "word") == 0, "an argument may stick to its letter");
	OK(c.list.n == 2 && strcmp(c.list.v[1], "b") == 0, "a list grows");
	OK(c.pair[0] && strcmp(c.pair[1], "y") == 0, "two arguments");
	OK(c.inner.flag && strcmp(c.inner.text, "in") == 0, "a table's rows store into its member");
	OK(strcmp(c.first, "one") == 0 && strcmp(c.second, "two") == 0, "operands, in their order");
	OK(parse(&a, &c, "-- -y", &err) == 0 && !c.yes && strcmp(c.first, "-y") == 0,
	   "behind -- all are operands");
	OK(parse(&a, &c, "-", &err) == 0 && strcmp(c.first, "-") == 0, "a dash is an operand");
}

/* Each line is refused, in these words. */
static void test_refused(void)
{
	static const struct {
		const char *line, *message, *hint;
	} v[] = {
		{"x --unknwn", "unknown option '--unknwn'", "see 'test --help'"},
		{"x --numbr 1", "unknown option '--numbr'", "did you mean '--number'?"},
		{"x --yes=1", "option '--yes' takes no argument", NULL},
		{"x --number", "option '--number' needs N", NULL},
		{"x --number -1", "option '--number' needs a number, not '-1'", NULL},
		{"x --number 18446744073709551616",
		 "option '--number' needs a number, not '18446744073709551616'", NULL},
		{"x --pair y", "option '--pair' needs B", NULL},
		{"x --one --two", "'--one' and '--two' are two ways, only one is possible", NULL},
		{"x --pair bad y", "a bad pair", NULL},
		{"-yz x", "unknown option '-z'", "see 'test --help'"},
		{"-y", "'test' needs FIRST", "see 'test --help'"},
		{"a b c", "'test' takes 2 operands, 'c' is too much", NULL},
	};
	ARENA(a);
	struct context c;

	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		ERR(err);
		errint rc = parse(&a, &c, v[i].line, &err);

		OK(rc == ERR_USAGE, "'%s' is refused", v[i].line);
		IS_STR(str_c(err.msg), str_c(v[i].message), "with its reason");
		if (v[i].hint)
			IS_STR(str_c(err.hint), str_c(v[i].hint), "and a hint");
	}
}

static void test_operands(void)
{
	static const struct option none[] = {OPT_END};
	static const struct option many[] = {OPERANDS_NEEDED(struct context, rest, "WORD"),
					     OPT_END};
	static const struct option last[] = {OPT_FLAG(struct context, yes, "-y", "a flag"),
					     {.args = "FIRST",
					      .kind = OPTION_TEXT,
					      .flags = OPTION_NEEDED | OPTION_LAST,
					      .offset = offsetof(struct context, first)},
					     OPERANDS(struct context, rest, "ARG"),
					     OPT_END};
	ARENA(a);
	struct context c = {0};
	ERR(err);

	OK(parse_rows(none, &a, &c, "word", &err) == ERR_USAGE &&
		   strcmp(err.msg, "'test' takes no operand, and here is 'word'") == 0,
	   "a word that nothing reads is refused");
	OK(parse_rows(many, &a, &c, "a b c", &err) == 0 && c.rest.n == 3, "all words are taken");
	c = (struct context){0};
	OK(parse_rows(last, &a, &c, "-y prog -x -y", &err) == 0 && c.yes && c.rest.n == 2 &&
		   strcmp(c.rest.v[0], "-x") == 0,
	   "what stands behind a program is the program's");
}

/* An empty word among what each command line has. */
static void test_empty(void)
{
	static const struct option line[] = {
		OPT_TEXT(struct context, text, "-t --text", "TEXT", "text"),
		OPT_TEXT(struct context, inner.text, "-d --dir", "DIR", "a folder"),
		{.args = "FIRST",
		 .kind = OPTION_TEXT,
		 .flags = OPTION_NEEDED | OPTION_LAST,
		 .offset = offsetof(struct context, first)},
		OPERANDS(struct context, rest, "ARG"),
		OPT_END};
	static const struct {
		const char *argv[4], *message; /* NULL: it is read */
	} v[] = {
		{{"test", "", NULL}, "'test' needs FIRST, and here is an empty word"},
		{{"test", "--", "", NULL}, "'test' needs FIRST, and here is an empty word"},
		{{"test", "--dir=", "x", NULL},
		 "option '--dir' needs DIR, and here is an empty word"},
		{{"test", "-d", "", "x"}, "option '-d' needs DIR, and here is an empty word"},
		{{"test", "-t", "", "x"}, NULL},
		{{"test", "x", "", "--dir="}, NULL},
	};
	ARENA(a);

	for (size_t i = 0; i < 2 * ARRAY_LEN(v); i++) {
		const char *const *argv = v[i / 2].argv;
		struct option_parser p = {
			.called = "test", .a = &a, .n_tables = 1, .full_words = i % 2 == 0};
		struct context c = {0};
		int argc = 0;
		ERR(err);

		p.tables[0].rows = line;
		p.tables[0].ctx = &c;
		while (argc < 4 && argv[argc])
			argc++;
		errint rc = options_parse(&p, argc, (char **)argv, &err);
		if (p.full_words && v[i / 2].message)
			IS_STR(str_c(rc ? err.msg : "read"), str_c(v[i / 2].message), "empty");
		else
			OK(rc == 0, "an empty word is read: %s", rc ? err.msg : argv[1]);
	}
}

static const char *meant(const char *word, const char *const *names)
{
	static char out[64];
	struct suggestion s = suggestion_for(str_c(word));

	for (; *names; names++)
		suggestion_offer(&s, str_c(*names));
	snprintf(out, sizeof(out), "%.*s", STR_ARG(s.n ? s.near[0] : S("")));
	return out;
}

static void test_suggestions(void)
{
	static const char *const names[] = {"build", "eval",  "gc",    "instantiate", "lock",
					    "log",   "parse", "store", "version",     NULL};

	IS_STR(str_c(meant("biuld", names)), S("build"), "a slip");
	IS_STR(str_c(meant("bild", names)), S("build"), "a letter too few");
	IS_STR(str_c(meant("inst", names)), S("instantiate"), "a beginning");
	IS_STR(str_c(meant("evaluate", names)), S("eval"), "a word that begins with the name");
	IS_STR(str_c(meant("stantia", names)), S("instantiate"), "a part");
	IS_STR(str_c(meant("why", names)), S(""), "nothing near: nothing is said");
	IS_STR(str_c(meant("xy", names)), S(""), "two letters are near to nothing");
	IS_STR(str_c(meant("verify", names)), S(""), "nor is half a word");
	ERR(err);
	OK(synonym_hint(S("clean"), NULL, &err) && strstr(err.hint, "here it is 'kiln gc'"),
	   "other tools' words have a meaning");
	err_clear(&err);
	OK(synonym_hint(S("freeze"), NULL, &err) && strstr(err.hint, "stand in the recipes"),
	   "or a way that leads there");
	err_clear(&err);
	OK(!synonym_hint(S("clean"), "kiln store", &err), "not everywhere");
	OK(!synonym_hint(S("frobnicate"), NULL, &err), "most words have none");
}

/* ---- the rows of all commands ---- */

static void check_rows(const char *called, const struct option *v, size_t size);

static void check_row(const char *called, const struct option *row, const struct option *rest,
		      size_t size)
{
	struct str names = str_c(row->names), one;

	if (row->kind == OPTION_TABLE)
		check_rows(called, row->rows, 0);
	if (row->kind == OPTION_CALL && !row->call)
		OK(false, "'%s': '%s' calls nothing", called, row->names ?: row->args);
	if (row->names && !row->help && !(row->flags & OPTION_HIDDEN))
		OK(strcmp(row->names, "--debug") == 0, "'%s': '%s' has a line of help", called,
		   row->names);
	if (size && row->kind != OPTION_CALL && row->kind != OPTION_IGNORED && row->offset >= size)
		OK(false, "'%s': '%s' is stored beyond its context", called,
		   row->names ?: row->args);
	while (row->names && str_split(&names, ' ', &one))
		if (option_find(rest, one))
			OK(false, "'%s': '%.*s' has two rows", called, STR_ARG(one));
}

static void check_rows(const char *called, const struct option *v, size_t size)
{
	for (const struct option *row = v; row && !option_is_end(row); row++)
		check_row(called, row, row + 1, size);
}

static void check_command(void *ctx, const char *called, const struct command *c)
{
	size_t *n = ctx;

	++*n;
	OK(c->run || c->verbs, "'%s' does something", called);
	OK(c->summary && c->name, "'%s' tells what", called);
	for (const struct option *row = c->rows; row && !option_is_end(row); row++)
		if (!row->names && row->kind != OPTION_TABLE)
			OK(row->args, "'%s': an operand has a name", called);
	check_rows(called, c->rows, c->size);
}

static void test_tables(void)
{
	size_t n = 0;

	for (size_t i = 0; commands[i] && commands[i + 1]; i++)
		OK(strcmp(commands[i]->name, commands[i + 1]->name) < 0 ||
			   command_is_foreign(commands[i]->name),
		   "'%s' stands before '%s'", commands[i]->name, commands[i + 1]->name);
	commands_each(check_command, &n);
	OK(n > 40, "%zu commands and verbs", n);
	check_rows("everywhere", cli_global_rows, sizeof(struct cli));
}

int main(void)
{
	test_places();
	test_refused();
	test_operands();
	test_empty();
	test_suggestions();
	test_tables();
	return tap_done();
}
