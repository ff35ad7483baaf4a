/* SPDX-License-Identifier: MIT
 *
 * zsh, where it is not bash: functions and aliases are tables that can be compared, and completions
 * are found by fpath, which no environment variable may stand for: one that is exported hides the
 * shell's own folders. */
#include "env/activation_posix.h"

#include <sys/stat.h>
#include "base/environ.h"
#include "env/dev_shell.h"

/* ---- completions ---- */

static const char *const completions[] = {"share/zsh/site-functions",
					  "share/zsh/vendor-completions"};

/* The folders of all environments that are active; true if there are any. */
static bool put_folders(struct buf *b)
{
	struct str rest = str_c(env_or("FLOX_ENV_DIRS", "")), env;
	bool any = false;

	while (rest.n && str_split(&rest, ':', &env))
		for (size_t i = 0; i < ARRAY_LEN(completions); i++) {
			char *dir CLEANUP_FREE = xasprintf("%.*s/%s", STR_ARG(env), completions[i]);
			struct stat st;

			if (!env.n || stat(dir, &st) || !S_ISDIR(st.st_mode))
				continue;
			buf_putc(b, ' ');
			shell_quote(b, str_c(dir));
			any = true;
		}
	return any;
}

/* Completions that are in use already are collected anew, without writing that down. */
static void put_fpath(struct buf *b)
{
	BUF(folders, LIMIT_SMALL_FILE);
	bool any = put_folders(&folders);

	if (!any)
		buf_putz(b, "if (( ${+_kiln_fpath} )); then fpath=(${fpath:|_kiln_fpath}); "
			    "unset _kiln_fpath; fi;\n");
	else
		buf_printf(b,
			   "typeset -ga _kiln_fpath; fpath=(${fpath:|_kiln_fpath});\n"
			   "_kiln_fpath=(%s ); fpath=($_kiln_fpath $fpath);\n"
			   "if (( ${+functions[compdef]} )); then autoload -Uz compinit; "
			   "compinit -D -u; fi;\n",
			   buf_z(&folders));
}

static void dress(const struct dialect *d, struct buf *b, const struct dress *dress)
{
	posix_dress(d, b, dress);
	put_fpath(b);
}

static void undress(const struct dialect *d, struct buf *b, const struct dress *dress)
{
	posix_undress(d, b, dress);
	put_fpath(b);
}

/* ---- functions and aliases ---- */

static void zsh_note(struct buf *b, unsigned level)
{
	buf_printf(b,
		   "zmodload zsh/parameter; typeset -gA _kiln_functions_%u _kiln_aliases_%u;\n"
		   "_kiln_functions_%u=(\"${(@kv)functions}\");\n"
		   "_kiln_aliases_%u=(\"${(@kv)aliases}\");\n",
		   level, level, level, level);
}

/* Of both tables what came or changed: a name, what it was, and what it was made. */
static void zsh_noted(struct buf *b, unsigned level)
{
	static const char *const tables[] = {"functions", "aliases"};

	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		const char *t = tables[i];

		buf_printf(b,
			   "typeset -gA _kiln_new_%s_%u; _kiln_new_%s_%u=();\n"
			   "for _kiln_name in \"${(@k)%s}\"; do\n"
			   "[[ -n ${_kiln_%s_%u[(e)$_kiln_name]+x} && "
			   "${_kiln_%s_%u[$_kiln_name]-} == \"${%s[$_kiln_name]}\" ]] || "
			   "_kiln_new_%s_%u[$_kiln_name]=\"${%s[$_kiln_name]}\"; done;\n",
			   t, level, t, level, t, t, level, t, level, t, t, level, t);
	}
	buf_putz(b, "unset _kiln_name;\n");
}

static void zsh_forget(struct buf *b, unsigned level)
{
	static const char *const tables[] = {"functions", "aliases"};

	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		const char *t = tables[i];

		buf_printf(b,
			   "for _kiln_name in \"${(@k)_kiln_new_%s_%u}\"; do\n"
			   "[[ \"${%s[$_kiln_name]-}\" == \"${_kiln_new_%s_%u[$_kiln_name]}\" ]] "
			   "|| continue;\n"
			   "if (( ${${(@k)_kiln_%s_%u}[(Ie)$_kiln_name]} )); then "
			   "%s[$_kiln_name]=\"${_kiln_%s_%u[$_kiln_name]}\";\n"
			   "else unset \"%s[$_kiln_name]\"; fi; done;\n"
			   "unset _kiln_new_%s_%u _kiln_%s_%u;\n",
			   t, level, t, t, level, t, level, t, t, level, t, t, level, t, level);
	}
	buf_putz(b, "unset _kiln_name;\n");
}

const struct dialect dialect_zsh = {
	.shell = ACTIVATION_ZSH,
	.pid = "$$",
	.end = "exit;\n",
	.quote = shell_quote,
	.set = posix_set,
	.unset = posix_unset,
	.source = posix_source,
	.run = posix_run,
	.dress = dress,
	.undress = undress,
	.note = zsh_note,
	.noted = zsh_noted,
	.forget = zsh_forget,
};
