/* SPDX-License-Identifier: MIT
 *
 * nix-instantiate: derivations of expressions, or with --eval their values. */
#include "cli/build_request.h"
#include "cli/instantiate.h"

enum {
	O_EVAL = 1,
	O_PARSE,
	O_STRICT,
	O_JSON,
	O_XML,
	O_RAW,
	O_NO_LOCATION,
	O_ADD_ROOT,
	O_INDIRECT,
	O_READ_WRITE,
	O_READ_ONLY,
	O_FIND_FILE,
	O_EXPRS,
	O_NO_GC_WARNING,
	O_EVAL_STORE,
	O_LOG_FORMAT,
	O_NO_LOGS,
	O_REPAIR,
};

const struct option_row cmd_nix_instantiate_options[] = {
	{O_EXPRS, "-E --expr", NULL, "operands are expressions, not files"},
	{O_EVAL, "--eval --eval-only", NULL, "print values instead of derivations"},
	{O_PARSE, "--parse --parse-only", NULL, "print the parsed expressions"},
	{O_STRICT, "--strict", NULL, "with --eval: in depth"},
	{O_JSON, "--json", NULL, "with --eval: as JSON"},
	{O_XML, "--xml", NULL, "with --eval: as XML"},
	{O_RAW, "--raw", NULL, "with --eval: a string's bytes alone"},
	{O_NO_LOCATION, "--no-location", NULL, "with --xml: without positions"},
	{O_ADD_ROOT, "--add-root", "LINK", "make the derivation's link, a root"},
	{O_INDIRECT, "--indirect", NULL, NULL},
	{O_NO_GC_WARNING, "--no-gc-warning", NULL, "do not warn where --add-root is missing"},
	{O_READ_WRITE, "--read-write-mode", NULL, "with --eval: write derivations to the store"},
	{O_READ_ONLY, "--readonly-mode --dry-run", NULL, "write nothing to the store"},
	{O_EVAL_STORE, "--eval-store", "DIR", "write derivations to the store below this folder"},
	{O_FIND_FILE, "--find-file", NULL, "operands are names on the search path"},
	EVAL_OPTION_ROWS,
	BUILD_SETTING_ROWS,
	{O_NO_LOGS, "-Q --no-build-output", NULL, NULL},
	{O_LOG_FORMAT, "--log-format", "FORMAT", NULL},
	{O_REPAIR, "--repair", NULL, NULL},
	{0},
};

struct command_line {
	struct instantiation c;
	const char **words;
	size_t n, cap;
	bool exprs, eval, read_write, standard_input;
};

static void take_word(struct command_line *l, const char *word)
{
	if (strcmp(word, "-") == 0) {
		l->standard_input = true;
		return;
	}
	ARRAY_GROW(l->words, l->n, l->cap);
	l->words[l->n++] = word;
}

static errint take_log_format(const char *name, struct err *err)
{
	static const char *const known[] = {
		"raw", "raw-with-logs", "bar", "bar-with-logs", "multiline", "multiline-with-logs"};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strcmp(name, known[i]) == 0)
			return 0;
	if (strcmp(name, "internal-json") == 0)
		return err_set(err, ERR_UNSUPPORTED, "log format '%s' is not supported", name);
	return err_set(err, ERR_USAGE, "option 'log-format' has an invalid value '%s'", name);
}

static bool take_output(struct instantiation *c, int id)
{
	switch (id) {
	case O_STRICT:
		c->flags |= EVAL_STRICT;
		return true;
	case O_NO_LOCATION:
		c->flags &= ~(unsigned)EVAL_LOCATIONS;
		return true;
	case O_JSON:
		c->how = EVAL_JSON;
		return true;
	case O_XML:
		c->how = EVAL_XML;
		return true;
	case O_RAW:
		c->how = EVAL_RAW;
		return true;
	default:
		return false;
	}
}

static errint take(struct command_line *l, struct cli *cli, int id, const struct options *o,
		   struct err *err)
{
	if (take_output(&l->c, id) || eval_option(&l->c.request, id, o))
		return 0;
	switch (id) {
	case OPTION_OPERAND:
		take_word(l, o->args[0]);
		return 0;
	case O_ADD_ROOT:
		l->c.root = o->args[0];
		return 0;
	case O_EVAL_STORE:
		cli->store_dir = o->args[0];
		return 0;
	case O_LOG_FORMAT:
		return take_log_format(o->args[0], err);
	case O_REPAIR:
		err_set(err, ERR_UNSUPPORTED, "'--repair' is not supported");
		return err_hint(err, "nix-store --verify --check-contents finds what is damaged");
	default:
		l->eval |= id == O_EVAL;
		l->exprs |= id == O_EXPRS;
		l->read_write |= id == O_READ_WRITE;
		l->c.warn_unrooted &= id != O_NO_GC_WARNING;
		l->c.read_only |= id == O_READ_ONLY;
		if (id == O_PARSE || id == O_FIND_FILE)
			l->c.what = id == O_PARSE ? INSTANTIATE_PARSED : INSTANTIATE_FILES;
		return 0;
	}
}

static void complete(struct command_line *l)
{
	struct instantiation *c = &l->c;

	if (l->eval && c->what == INSTANTIATE_DERIVATIONS)
		c->what = INSTANTIATE_VALUES;
	c->read_only |= c->what != INSTANTIATE_DERIVATIONS && !l->read_write;
	if (l->standard_input)
		instantiation_source(c, "-", false);
	else if (l->n == 0 && !l->exprs)
		take_word(l, "./default.nix");
	for (size_t i = 0; i < l->n; i++)
		instantiation_source(c, l->words[i], l->exprs);
}

static void command_line_release(struct command_line *l)
{
	instantiation_release(&l->c);
	cleanup_free_(&l->words);
}

errint cmd_nix_instantiate(struct cli *cli, int argc, char **argv, struct err *err)
{
	struct command_line l CLEANUP(command_line_release) = {.c.flags = EVAL_LOCATIONS,
							       .c.warn_unrooted = true};
	struct options o;
	bool done;
	int id;

	cli_options(cli, &o, argc, argv);
	while ((id = cli_next(cli, &o, &done, err)) != OPTION_END) {
		if (id < 0 && id != OPTION_OPERAND)
			return id;
		errint rc = take(&l, cli, id, &o, err);
		if (rc)
			return rc;
	}
	if (done)
		return 0;
	complete(&l);
	l.c.as_nix = true;
	return instantiation_run(&l.c, cli, err);
}
