/* SPDX-License-Identifier: MIT
 *
 * nix-instantiate: derivations of expressions, or with --eval their values. */
#include "cli/command.h"
#include "cli/instantiate.h"
#include "cli/option_eval.h"

struct command_line {
	struct instantiation c;
	struct option_list words;
	bool exprs, eval, read_write, standard_input;
};

static errint take_eval_store(void *at, const struct option_given *g, struct err *err)
{
	struct cli *cli = g->frame;

	cli->store_dir = g->args[0];
	return 0;
}

static errint take_repair(void *at, const struct option_given *g, struct err *err)
{
	err_set(err, ERR_UNSUPPORTED, "'--repair' is not supported");
	return err_hint(err, "nix-store --verify --check-contents --repair, or nix-build --repair");
}

static errint take_print(void *at, const struct option_given *g, struct err *err)
{
	struct instantiation *c = at;

	c->flags |= g->row->value > 0 ? (unsigned)g->row->value : 0;
	c->flags &= g->row->value < 0 ? ~(unsigned)-g->row->value : ~0U;
	return 0;
}

#define PRINT(flags, names_, help_)                                                  \
	{                                                                            \
		.names = names_, .help = help_, .kind = OPTION_CALL, .value = flags, \
		.call = take_print                                                   \
	}

static const struct option rows[] = {
	OPT_FLAG(struct command_line, exprs, "-E --expr", "operands are expressions, not files"),
	OPT_FLAG(struct command_line, eval, "--eval --eval-only",
		 "print values instead of derivations"),
	OPT_CHOICE(struct command_line, c.what, INSTANTIATE_PARSED, NULL, "--parse --parse-only",
		   "print the parsed expressions"),
	PRINT(EVAL_STRICT, "--strict", "with --eval: in depth"),
	OPT_CHOICE(struct command_line, c.how, EVAL_JSON, NULL, "--json", "with --eval: as JSON"),
	OPT_CHOICE(struct command_line, c.how, EVAL_XML, NULL, "--xml", "with --eval: as XML"),
	OPT_CHOICE(struct command_line, c.how, EVAL_RAW, NULL, "--raw",
		   "with --eval: a string's bytes alone"),
	PRINT(-EVAL_LOCATIONS, "--no-location", "with --xml: without positions"),
	OPT_TEXT(struct command_line, c.root, "--add-root", "LINK",
		 "make the derivation's link, a root"),
	OPT_IGNORED("--indirect", NULL, "every root is an indirect one"),
	OPT_UNFLAG(struct command_line, c.warn_unrooted, "--no-gc-warning",
		   "do not warn where --add-root is missing"),
	OPT_FLAG(struct command_line, read_write, "--read-write-mode",
		 "with --eval: write derivations to the store"),
	OPT_FLAG(struct command_line, c.read_only, "--readonly-mode --dry-run",
		 "write nothing to the store"),
	{.names = "--eval-store",
	 .args = "DIR",
	 .help = "write derivations to the store below this folder",
	 .kind = OPTION_CALL,
	 .call = take_eval_store},
	OPT_CHOICE(struct command_line, c.what, INSTANTIATE_FILES, NULL, "--find-file",
		   "operands are names on the search path"),
	OPT_TABLE(struct command_line, c.request, "evaluation", eval_option_rows),
	OPT_TABLE_ALONE("building", build_setting_rows),
	OPT_IGNORED("-Q --no-build-output", NULL, "builders' lines are shown only on failure"),
	OPT_LOG_FORMAT,
	{.names = "--repair",
	 .help = "not here",
	 .kind = OPTION_CALL,
	 .flags = OPTION_HIDDEN,
	 .call = take_repair},
	OPERANDS(struct command_line, words, "FILE"),
	OPT_END,
};

static void complete(struct command_line *l)
{
	struct instantiation *c = &l->c;

	c->as_nix = true;
	for (size_t i = 0; i < l->words.n; i++)
		l->standard_input |= strcmp(l->words.v[i], "-") == 0;
	if (l->eval && c->what == INSTANTIATE_DERIVATIONS)
		c->what = INSTANTIATE_VALUES;
	c->read_only |= c->what != INSTANTIATE_DERIVATIONS && !l->read_write;
	if (l->standard_input)
		instantiation_source(c, "-", false);
	else if (l->words.n == 0 && !l->exprs)
		instantiation_source(c, "./default.nix", false);
	for (size_t i = 0; i < l->words.n; i++)
		if (strcmp(l->words.v[i], "-") != 0)
			instantiation_source(c, l->words.v[i], l->exprs);
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	struct command_line *l = ctx;

	complete(l);
	return instantiation_run(&l->c, cli, err);
}

static void release(void *ctx)
{
	instantiation_release(&((struct command_line *)ctx)->c);
}

const struct command command_nix_instantiate = {
	.name = "nix-instantiate",
	.summary = "turn expressions into derivations, as nix-instantiate does",
	.topic = TOPIC_FOREIGN,
	.rows = rows,
	.size = sizeof(struct command_line),
	.defaults =
		&(const struct command_line){.c.flags = EVAL_LOCATIONS, .c.warn_unrooted = true},
	.run = run,
	.release = release,
};
