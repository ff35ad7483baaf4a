/* SPDX-License-Identifier: MIT
 *
 * nix-shell: a shell in the build environment of a derivation, or with packages; also as the
 * interpreter of scripts. */
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "cli/command.h"
#include "cli/develop.h"
#include "cli/shell_script.h"
#include "env/dev_shell.h"
#include "project/installable.h"
#include "store/store.h"

struct nix_shell {
	struct eval_request request;
	struct develop develop;
	struct shell_script script;
	struct option_list words;
	bool exprs, packages;
	const char *command, *run, *interpreter;
};

static const struct option rows[] = {
	OPT_FLAG(struct nix_shell, exprs, "-E --expr", "operands are expressions, not files"),
	OPT_FLAG(struct nix_shell, packages, "-p --packages",
		 "operands are packages to have in the environment"),
	OPT_TEXT(struct nix_shell, run, "--run", "COMMAND", "run it in the environment, and end"),
	OPT_TEXT(struct nix_shell, command, "--command", "COMMAND",
		 "the same in an interactive shell, which 'return' keeps"),
	OPT_TEXT(struct nix_shell, interpreter, "-i", "INTERPRETER",
		 "of a script: the program that runs it"),
	OPT_FLAG(struct nix_shell, develop.pure, "--pure",
		 "start with little more than HOME and TERM of the environment"),
	OPT_LIST(struct nix_shell, develop.keep, "--keep", "NAME",
		 "keep this variable of the environment with --pure"),
	OPT_LIST(struct nix_shell, develop.exclude, "--exclude", "REGEX",
		 "do not build inputs whose derivation's path it is found in"),
	OPT_CHOICE(struct nix_shell, develop.builds.log, BUILD_LOG_TAIL, NULL,
		   "-Q --no-build-output", "show a builder's lines only when it fails"),
	OPT_TABLE_ALONE("building", build_setting_rows),
	OPT_TABLE(struct nix_shell, request, "evaluation", eval_option_rows),
	OPERANDS(struct nix_shell, words, "PATH"),
	OPT_END,
};

static void release(void *ctx)
{
	eval_request_release(&((struct nix_shell *)ctx)->request);
}

static errint expand(struct cli *cli, void *ctx, int *argc, char ***argv, struct err *err)
{
	struct nix_shell *c = ctx;

	return shell_script_read(&cli->a, argc, argv, &c->script, err);
}

/* ---- what is evaluated ---- */

/* With a compiler where the set has one. */
static void put_packages(const struct nix_shell *c, struct buf *b)
{
	buf_putz(
		b,
		"{ ... }@args: with import <nixpkgs> args; (if pkgs.stdenv.hasCC or true then pkgs.runCommandCC "
		"or pkgs.runCommand else pkgs.runCommand) \"shell\" { buildInputs = [ ");
	for (size_t i = 0; i < c->words.n; i++)
		buf_printf(b, "(%s) ", c->words.v[i]);
	buf_putz(b, "]; } \"\"");
}

/* A script's paths are beside it. */
static const char *path_of(struct cli *cli, const struct nix_shell *c, const char *word)
{
	struct str dir = c->script.file ? path_dir(str_c(c->script.file)) : S("");
	bool plain = !dir.n || strchr("/<", word[0]) || str_find(str_c(word), S("://")) > 0;

	return plain ? word : arena_printf(&cli->a, "%.*s/%s", STR_ARG(dir), word);
}

static const char *default_file(void)
{
	return access("shell.nix", F_OK) == 0 ? "./shell.nix" : "./default.nix";
}

static errint source_of(struct cli *cli, const struct nix_shell *c, struct eval_source *out,
			struct err *err)
{
	BUF(b, LIMIT_NIX_SOURCE);

	if (c->packages) {
		put_packages(c, &b);
		errint rc = buf_check(&b, "list of packages", err);
		*out = (struct eval_source){arena_strz(&cli->a, buf_str(&b)), true};
		return rc;
	}
	if (c->words.n > 1)
		return err_set(err, ERR_USAGE, "nix-shell requires a single derivation");
	if (c->exprs)
		*out = c->words.n ? (struct eval_source){c->words.v[0], true}
				  : (struct eval_source){"-", false};
	else
		*out = (struct eval_source){
			c->words.n ? path_of(cli, c, c->words.v[0]) : default_file(), false};
	return 0;
}

static errint evaluate(struct cli *cli, struct nix_shell *c, struct str *drv, struct err *err)
{
	struct eval_source source;
	struct drv_ref found;
	struct session *s;
	struct value *v;
	EVALUATION(e);
	errint rc = source_of(cli, c, &source, err);

	if (!rc)
		rc = cli_session(cli, &s, err);
	if (!rc)
		rc = evaluation_open(s, &c->request, EVALUATION_SET | EVALUATION_AS_NIX, &e, err);
	if (!rc)
		rc = evaluation_value(&e, source, &v, err);
	if (rc && !c->words.n && !source.is_expr && access(source.text, F_OK))
		return err_hint(err,
				"name a file, give an expression with -E, or packages with -p");
	if (!rc)
		rc = develop_derivation(&e, v, &cli->a, &found, err);
	if (!rc)
		*drv = found.drv_path;
	return rc;
}

static errint find(struct cli *cli, struct nix_shell *c, struct str *drv, struct err *err)
{
	const char *plain;
	struct str *outputs;
	size_t n;

	/* What is evaluated may ask for it. */
	setenv("IN_NIX_SHELL", c->develop.pure ? "pure" : "impure", 1);
	if (!c->packages && !c->exprs && c->words.n == 1) {
		installable_outputs(&cli->a, c->words.v[0], &plain, &outputs, &n);
		if (store_path_is_drv(str_c(plain)))
			return store_follow_links(cli->store, &cli->a, plain, drv, err);
	}
	return evaluate(cli, c, drv, err);
}

/* ---- what is run ---- */

static bool names(const char *interpreter, const char *language)
{
	return strstr(interpreter, language) != NULL;
}

/* The interpreter takes the place of the shell. Those of perl and ruby look for their own name in
 * the first line, and call nix-shell again. */
static void put_script(const struct nix_shell *c, struct buf *b)
{
	buf_printf(b, "exec %s ", c->interpreter);
	if (names(c->interpreter, "perl"))
		buf_putz(b, "-x ");
	if (names(c->interpreter, "ruby"))
		buf_putz(b, "-e 'load(ARGV.shift)' -- ");
	shell_quote(b, str_c(c->script.file));
	for (char *const *arg = c->script.args; *arg; arg++) {
		buf_putc(b, ' ');
		shell_quote(b, str_c(*arg));
	}
	buf_putc(b, '\n');
}

static errint prepare(struct cli *cli, struct nix_shell *c, struct err *err)
{
	struct develop *d = &c->develop;
	BUF(b, LIMIT_SMALL_FILE);

	if (c->interpreter && !c->script.file)
		return err_set(err, ERR_USAGE,
			       "'-i' is for scripts that begin with '#! nix-shell'");
	if (c->run && c->command)
		return err_set(err, ERR_USAGE, "--run and --command: only one is possible");
	d->interactive =
		!c->run && !c->interpreter && isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
	if (c->interpreter)
		put_script(c, &b);
	else if (c->run || c->command)
		buf_printf(&b, "%s\nexit\n", c->run ?: c->command);
	errint rc = buf_check(&b, "command", err);
	if (!rc && b.n)
		d->command = arena_strz(&cli->a, buf_str(&b));
	d->as_nix_shell = true;
	/* To a shell it means its environment, too. */
	if (setting_on_line(&cli->line, "pure-eval") && !cli->settings->pure_eval)
		d->pure = false;
	return rc;
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	struct nix_shell *c = ctx;
	struct str drv;
	errint rc = prepare(cli, c, err);

	if (!rc)
		rc = find(cli, c, &drv, err);
	return rc ? rc : develop_start(cli, &c->develop, drv, err);
}

const struct command command_nix_shell = {
	.name = "nix-shell",
	.synopsis = "[OPTION…] [PATH]\n[OPTION…] -p PACKAGE…\nSCRIPT [ARG…]",
	.summary = "enter build environments, as nix-shell does",
	.topic = TOPIC_FOREIGN,
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = rows,
	.size = sizeof(struct nix_shell),
	.defaults = &(const struct nix_shell){.develop.builds.log = BUILD_LOG_RAW},
	.expand = expand,
	.run = run,
	.release = release,
};
