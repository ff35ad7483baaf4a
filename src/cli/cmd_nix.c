/* SPDX-License-Identifier: MIT
 *
 * nix: the verbs that exist here, eval and repl. All take the same options, before or behind the
 * verb. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli/build_request.h"
#include "cli/eval_options.h"
#include "cli/nix_eval.h"
#include "cli/repl.h"

enum {
	O_NIX_EXPR = 1,
	O_APPLY,
	O_JSON,
	O_RAW,
	O_WRITE_TO,
	O_READ_ONLY,
	O_PRETTY,
	O_NO_PRETTY,
};

const struct option_row cmd_nix_options[] = {
	{O_NIX_EXPR, "--expr", "EXPR", "operands are attribute paths of this text's value"},
	{O_FILE, "-f --file", "FILE", "operands are attribute paths of this file's value"},
	{O_APPLY, "--apply", "EXPR", "eval: print what this function makes of the value"},
	{O_JSON, "--json", NULL, "eval: print JSON"},
	{O_PRETTY, "--pretty", NULL, "eval: JSON on lines, the default on a terminal"},
	{O_NO_PRETTY, "--no-pretty", NULL, "eval: JSON on one line"},
	{O_RAW, "--raw", NULL, "eval: print a string's bytes alone"},
	{O_WRITE_TO, "--write-to", "PATH", "eval: write strings to files of this name"},
	{O_READ_ONLY, "--read-only", NULL, "write nothing to the store"},
	EVAL_OPTION_ROWS,
	BUILD_SETTING_ROWS,
	{0},
};

struct nix_command {
	struct eval_request request;
	struct installables from;
	struct nix_eval eval;
	const char **words; /* the verb, and operands */
	size_t n, cap;
	bool read_only;
};

static void nix_command_release(struct nix_command *c)
{
	eval_request_release(&c->request);
	free(c->words);
}

static void take(struct nix_command *c, int id, const struct options *o)
{
	switch (id) {
	case OPTION_OPERAND:
		ARRAY_GROW(c->words, c->n, c->cap);
		c->words[c->n++] = o->args[0];
		break;
	case O_NIX_EXPR:
		c->from.expr = o->args[0];
		break;
	case O_FILE:
		c->from.file = o->args[0];
		break;
	case O_APPLY:
		c->eval.apply = o->args[0];
		break;
	case O_WRITE_TO:
		c->eval.write_to = o->args[0];
		break;
	case O_PRETTY:
	case O_NO_PRETTY:
		c->eval.pretty = id == O_PRETTY;
		break;
	default:
		c->eval.json |= id == O_JSON;
		c->eval.raw |= id == O_RAW;
		c->read_only |= id == O_READ_ONLY;
		eval_option(&c->request, id, o);
	}
}

/* Pure unless told otherwise: for eval. A file cannot be. */
static errint default_purity(struct nix_command *c, bool pure, struct settings *s, struct err *err)
{
	bool given = s->given[SETTING_INDEX_pure_eval];

	if (c->from.file && c->from.expr)
		return err_set(err, ERR_USAGE, "'--file' and '--expr' are exclusive");
	if (c->from.file && given && s->pure_eval)
		return err_set(err, ERR_USAGE, "'--file' is not compatible with '--pure-eval'");
	if (!given)
		s->pure_eval = pure && !c->from.file;
	return 0;
}

static errint nix_eval(struct nix_command *c, struct cli *cli, struct err *err)
{
	EVALUATION(e);
	unsigned flags =
		EVALUATION_SET | EVALUATION_AS_NIX | (c->read_only ? EVALUATION_READ_ONLY : 0);
	struct session *session;

	if (c->n > 2)
		return err_set(err, ERR_USAGE, "'nix eval' takes one operand, '%s' is too much",
			       c->words[2]);
	if (c->eval.raw && c->eval.json)
		return err_set(err, ERR_USAGE, "--raw and --json are mutually exclusive");
	c->eval.operand = c->n > 1 ? c->words[1] : NULL;
	c->eval.umask = cli->umask;
	errint rc = cli_session(cli, &session, err);
	if (!rc)
		rc = evaluation_open(session, &c->request, flags, &e, err);
	return rc ? rc : nix_eval_run(&c->eval, &e, &c->from, err);
}

static bool is_file(const char *operand)
{
	struct stat st;

	return operand[0] == '<' || (stat(operand, &st) == 0 && S_ISREG(st.st_mode));
}

static errint nix_repl(struct nix_command *c, struct cli *cli, struct err *err)
{
	struct eval_source source = {c->from.file ?: c->from.expr, !c->from.file};
	struct repl r CLEANUP(repl_release) = {0};

	for (size_t i = 1; i < c->n; i++) {
		if (source.text) {
			ARRAY_GROW(c->request.attrs, c->request.n_attrs, c->request.cap_attrs);
			c->request.attrs[c->request.n_attrs++] = c->words[i];
		} else if (is_file(c->words[i])) {
			repl_add_file(&r, c->words[i]);
		} else {
			repl_add_flake(&r, c->words[i]);
		}
	}
	errint rc = repl_open(&r, cli, &c->request, source,
			      EVALUATION_AS_NIX | (c->read_only ? EVALUATION_READ_ONLY : 0), err);
	return rc ? rc : repl_loop(&r, err);
}

/* What Nix calls it, and what does it here. */
static errint unsupported(const char *verb, struct err *err)
{
	static const struct {
		const char *verb, *instead;
	} known[] = {
		{"build", "kiln build, or nix-build,"},
		{"config", "kiln-settings(5) lists settings; nix.conf"},
		{"copy", "kiln store --export and --import"},
		{"derivation", "kiln instantiate --json"},
		{"develop", NULL},
		{"flake", NULL},
		{"fmt", NULL},
		{"hash", NULL},
		{"log", "kiln store --read-log"},
		{"nar", "kiln store --dump and --restore"},
		{"path-info", "kiln store --query"},
		{"profile", NULL},
		{"run", "kiln run"},
		{"search", NULL},
		{"shell", "kiln run"},
		{"store", "kiln store"},
		{"why-depends", "kiln store --query --tree"},
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (strcmp(known[i].verb, verb) != 0)
			continue;
		err_set(err, ERR_UNSUPPORTED, "'nix %s' does not exist here", verb);
		return known[i].instead ? err_hint(err, "%s does what is there", known[i].instead)
					: err_hint(err, "kiln --help lists what does");
	}
	err_set(err, ERR_USAGE, "unknown command 'nix %s'", verb);
	return err_hint(err, "there are 'nix eval' and 'nix repl'");
}

errint cmd_nix(struct cli *cli, int argc, char **argv, struct err *err)
{
	static char called[] = "nix repl";
	struct nix_command c CLEANUP(nix_command_release) = {.eval.pretty = isatty(STDOUT_FILENO)};
	struct settings *s;
	struct options o;
	bool done, eval;
	int id;
	errint rc = cli_settings(cli, &s, err);

	if (rc)
		return rc;
	/* A file's word on purity is no word on the command line. */
	s->given[SETTING_INDEX_pure_eval] = false;
	cli_options(cli, &o, argc, argv);
	while ((id = cli_next(cli, &o, &done, err)) != OPTION_END) {
		if (id < 0 && id != OPTION_OPERAND)
			return id;
		take(&c, id, &o);
	}
	if (done)
		return 0;
	if (!c.n) {
		err_set(err, ERR_USAGE, "no subcommand");
		return err_hint(err, "there are 'nix eval' and 'nix repl'");
	}
	eval = strcmp(c.words[0], "eval") == 0;
	if (!eval && strcmp(c.words[0], "repl") != 0)
		return unsupported(c.words[0], err);
	rc = default_purity(&c, eval, s, err);
	if (rc)
		return rc;
	cli->called = eval ? cli->called : called;
	return eval ? nix_eval(&c, cli, err) : nix_repl(&c, cli, err);
}
