/* SPDX-License-Identifier: MIT
 *
 * Entering build environments. */
#include "cli/develop.h"

#include <stdlib.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"
#include "base/report.h"
#include "env/dev_shell.h"
#include "project/dev_env.h"
#include "store/store.h"

const struct option develop_env_rows[] = {
	OPT_FLAG(struct develop, pure, "-i --ignore-environment --pure",
		 "start with little more than HOME and TERM of the environment"),
	OPT_LIST(struct develop, keep, "-k --keep", "NAME", "keep this variable all the same"),
	OPT_LIST(struct develop, unset, "-u --unset", "NAME", "unset this variable"),
	OPT_END,
};

/* ---- the derivation ---- */

/* A function that asks whether it is for a shell is told so; one that takes anything is not asked.
 */
static errint tell_shell(struct evaluation *e, struct value *v, struct err *err)
{
	struct value *asks;
	bool yes = false;
	errint rc = evaluation_apply(e,
				     "f: builtins.isFunction f && "
				     "builtins.functionArgs f ? inNixShell",
				     v, &asks, err);

	if (!rc)
		rc = eval_get_bool(e->eval, asks, &yes, err);
	return rc || !yes ? rc : eval_args_expr(e->args, "inNixShell", S("true"), err);
}

errint develop_derivation(struct evaluation *e, struct value *v, struct arena *a,
			  struct drv_ref *out, struct err *err)
{
	struct drv_ref *found;
	size_t n;
	errint rc = tell_shell(e, v, err);

	if (!rc)
		rc = evaluation_derivations(e, v, a, &found, NULL, &n, err);
	if (rc)
		return rc;
	if (n != 1) {
		err_set(err, ERR_EVAL,
			"a shell is in the environment of one derivation, here are %zu", n);
		return err_hint(err, "name one of them with --attr");
	}
	drv_ref_own(a, &found[0]);
	*out = found[0];
	return store_flush(e->session->store, err);
}

/* ---- bash ---- */

/* The first program of that name on PATH; "" when there is none. */
static const char *on_path(struct arena *a, const char *name)
{
	struct str rest = str_c(env_or("PATH", "")), dir;

	while (str_split(&rest, ':', &dir)) {
		char *path = arena_printf(a, "%.*s/%s", STR_ARG(dir), name);

		if (dir.n && dir.p[0] == '/' && access(path, X_OK) == 0)
			return path;
	}
	return "";
}

/* The shell that is entered: NIX_BUILD_SHELL, else the set's bash, which is built; where that
 * cannot be found, the one on PATH. */
static errint find_bash(struct cli *cli, const struct develop *d, struct session *s,
			const char **out, struct build_wanted *w, size_t *n, struct err *err)
{
	const struct eval_request eval = {0};
	const struct project_request r = {
		.session = s, .eval = &eval, .flags = d->as_nix_shell ? EVALUATION_AS_NIX : 0};
	const struct asked asked = {
		.kind = d->as_nix_shell ? ASKED_EXPR : ASKED_SET,
		.text = d->as_nix_shell ? "(import <nixpkgs> { }).bashInteractive"
					: "bashInteractive",
	};
	struct resolved_list l CLEANUP(resolved_list_release) = {0};
	ERR(why);

	*n = 0;
	*out = env_get("NIX_BUILD_SHELL");
	if (*out) {
		*out = strchr(*out, '/') ? *out : on_path(&cli->a, *out);
		return **out ? 0 : err_set(err, ERR_NOT_FOUND, "NIX_BUILD_SHELL names no program");
	}
	errint rc = project_resolve(&r, &asked, 1, &cli->a, &l, &why);
	if (rc == ERR_INTERRUPTED)
		return err_move(err, &why);
	if (!rc && l.n == 1 && l.v[0].n == 1) {
		const struct drv_ref *bash = &l.v[0].drvs[0];

		*w = (struct build_wanted){bash->drv_path, bash->outputs, bash->n_outputs};
		*n = 1;
		*out = arena_printf(&cli->a, "%.*s/bin/bash", STR_ARG(bash->out_path));
		return 0;
	}
	report_msg(s->report, REPORT_WARN,
		   "the package set has no bashInteractive (%s): the bash of "
		   "PATH is taken",
		   rc ? why.msg : "it is no derivation");
	*out = on_path(&cli->a, "bash");
	return **out ? 0 : err_set(err, ERR_NOT_FOUND, "there is no bash on PATH either");
}

/* ---- entering ---- */

static errint enter(struct cli *cli, const struct develop *d, const struct dev_env *e,
		    const char *bash, const char *folder, struct err *err)
{
	const struct dev_shell shell = {
		.bash = bash,
		.folder = folder,
		.has_files = e->has_files,
		.env = e->env,
		.pure = d->pure,
		.keep = d->keep.v,
		.n_keep = d->keep.n,
		.unset = d->unset.v,
		.n_unset = d->unset.n,
		.cores = cli->settings->cores,
		.attrs = e->attrs,
		.command = d->command,
		.interactive = d->interactive,
		.prompt = d->as_nix_shell ? "\\n\\[\\033[1;32m\\][nix-shell:\\w]\\$\\[\\033[0m\\] "
					  : "\\n\\[\\033[1;32m\\][kiln:\\w]\\$\\[\\033[0m\\] ",
		.no_hook = d->no_hook,
		.hook_alone = !d->as_nix_shell,
		.own_phases = !d->as_nix_shell,
	};
	errint rc = out_flush(err);

	setenv("IN_NIX_SHELL", d->pure ? "pure" : "impure", 1);
	umask(cli->umask);
	return rc ? rc : dev_shell_start(cli->store, &shell, err);
}

errint develop_start(struct cli *cli, const struct develop *d, struct str drv, struct err *err)
{
	char *folder CLEANUP_FREE = NULL, *cwd CLEANUP_FREE = getcwd(NULL, 0);
	struct build_wanted w;
	struct dev_env made;
	struct session *s;
	const char *bash;
	struct dev_request r = {.drv = drv,
				.more = &w,
				.exclude = d->exclude.v,
				.n_exclude = d->exclude.n,
				.options = &d->builds};
	errint rc = cli_session(cli, &s, err);

	if (!rc && !cwd)
		rc = err_sys(err, "finding the working folder");
	if (!rc)
		rc = find_bash(cli, d, s, &bash, &w, &r.n_more, err);
	if (!rc)
		rc = temp_dir(temp_dir_root(), "kiln-shell.", &folder, err);
	if (rc)
		return rc;
	r.session = s;
	r.folder = folder;
	r.outputs = d->as_nix_shell ? NULL : arena_printf(&cli->a, "%s/outputs", cwd);
	rc = dev_env_make(&r, &cli->a, &made, err);
	if (!rc)
		rc = enter(cli, d, &made, bash, folder, err);
	remove_tree_quietly(AT_FDCWD, folder);
	return rc;
}

void develop_put_command(struct buf *b, const struct option_list *words)
{
	buf_putz(b, "if [ \"$(type -t _kiln_shell_clean)\" = function ]; then ");
	for (size_t i = 0; i < words->n; i++) {
		shell_quote(b, str_c(words->v[i]));
		buf_putc(b, ' ');
	}
	buf_putz(b, "; exit\nelse exec ");
	for (size_t i = 0; i < words->n; i++) {
		shell_quote(b, str_c(words->v[i]));
		buf_putc(b, ' ');
	}
	buf_putz(b, "; exit; fi");
}
