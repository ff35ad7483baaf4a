/* SPDX-License-Identifier: MIT
 *
 * bash, and shells that know no more than POSIX says. Text runs in shells with `set -u` or
 * `set -e`, too. */
#include "env/activation_posix.h"

#include <stdio.h>
#include "base/environ.h"
#include "env/dev_shell.h"

/* ---- what all of them can ---- */

void posix_set(const struct dialect *d, struct buf *b, struct str name, struct str value)
{
	buf_printf(b, "export %.*s=", STR_ARG(name));
	d->quote(b, value);
	buf_putz(b, ";\n");
}

void posix_unset(struct buf *b, struct str name)
{
	buf_printf(b, "unset -v %.*s;\n", STR_ARG(name));
}

void posix_source(const struct dialect *d, struct buf *b, const char *file)
{
	buf_putz(b, ". ");
	d->quote(b, str_c(file));
	buf_putz(b, ";\n");
}

void posix_run(const struct dialect *d ATTR_UNUSED, struct buf *b, const char *command)
{
	buf_printf(b, "eval \"$(%s)\";\n", command);
}

static void nothing_of_dress(const struct dialect *d ATTR_UNUSED, struct buf *b ATTR_UNUSED,
			     const struct dress *dress ATTR_UNUSED)
{
}

static void nothing_of_level(struct buf *b ATTR_UNUSED, unsigned level ATTR_UNUSED)
{
}

/* ---- the prompt ---- */

enum { COLOR_1 = 99, COLOR_2 = 141 };

static unsigned color(const char *variable, unsigned otherwise)
{
	uint64_t n;

	return str_to_u64(str_c(env_or(variable, "")), &n) && n < 256 ? (unsigned)n : otherwise;
}

/* The label as the shell's prompt wants it: the first word in one colour, the rest in another. */
static void put_label(const struct dialect *d, struct buf *b, const char *label)
{
	static const char *const bash[] = {
		"\\[\\e[1;38;5;%um\\]%.*s \\[\\e[0;38;5;%um\\]%s\\[\\e[0m\\] ", "%.*s %s "};
	static const char *const zsh[] = {"%%B%%F{%u}%.*s%%f%%b %%F{%u}%s%%f ", "%.*s %s "};
	const char *const *forms = d->shell == ACTIVATION_ZSH ? zsh : bash;
	const char *blank = strchr(label, ' ');
	int n = blank ? (int)(blank - label) : (int)strlen(label);
	const char *rest = blank ? blank + 1 : "";
	BUF(text, LIMIT_SMALL_FILE);

	if (!*label)
		return;
	if (env_get("NO_COLOR"))
		buf_printf(&text, forms[1], n, label, rest);
	else
		buf_printf(&text, forms[0], color("FLOX_PROMPT_COLOR_1", COLOR_1), n, label,
			   color("FLOX_PROMPT_COLOR_2", COLOR_2), rest);
	buf_puts(b, buf_str(&text));
}

/* The label that a shell has is its variable _kiln_label: taken out of the prompt, which a person
 * may have changed, and the new one put before what follows the last newline in it. */
static void put_prompt(const struct dialect *d, struct buf *b, const char *label)
{
	BUF(text, LIMIT_SMALL_FILE);

	put_label(d, &text, label);
	buf_putz(b, "if [ -n \"${_kiln_label-}\" ]; then PS1=${PS1/\"$_kiln_label\"/}; fi;\n"
		    "unset _kiln_label;\n");
	if (!text.n)
		return;
	buf_putz(b, "if [ -n \"${PS1-}\" ]; then _kiln_label=");
	d->quote(b, buf_str(&text));
	buf_putz(b, ";\ncase $PS1 in\n"
		    "*\\\\n*) PS1=\"${PS1%\\\\n*}\\\\n$_kiln_label${PS1##*\\\\n}\" ;;\n"
		    "*) PS1=$_kiln_label$PS1 ;;\nesac; fi;\n");
}

/* `kiln deactivate`, typed, has to change this shell. */
static void put_function(const struct dialect *d, struct buf *b, const struct dress *dress)
{
	buf_printf(b,
		   "function %s {\nif [ \"$#\" = 1 ] && [ \"$1\" = deactivate ]; then "
		   "eval \"$(",
		   dress->called);
	d->quote(b, str_c(dress->kiln));
	buf_printf(b, " deactivate --print-script --shell %s)\"; else ",
		   d->shell == ACTIVATION_ZSH ? "zsh" : "bash");
	d->quote(b, str_c(dress->kiln));
	buf_putz(b, " \"$@\"; fi\n};\n");
}

void posix_dress(const struct dialect *d, struct buf *b, const struct dress *dress)
{
	if (*dress->label)
		put_prompt(d, b, dress->label);
	put_function(d, b, dress);
}

void posix_undress(const struct dialect *d, struct buf *b, const struct dress *dress)
{
	put_prompt(d, b, dress->label);
	if (dress->outermost)
		buf_printf(b, "unset -f %s 2>/dev/null || :;\n", dress->called);
}

/* ---- names that come with what an environment sources ---- */

/* bash knows of each function the file and line that it was defined at, so that one that was
 * replaced is seen, and brought back from the text of all. */
static void bash_note(struct buf *b, unsigned level)
{
	buf_printf(b,
		   "shopt -q extdebug || { shopt -s extdebug; _kiln_debug=1; };\n"
		   "_kiln_lines_%u=$(declare -F $(compgen -A function) 2>/dev/null);\n"
		   "_kiln_bodies_%u=$(declare -f);\n"
		   "[ -z \"${_kiln_debug-}\" ] || shopt -u extdebug; unset _kiln_debug;\n"
		   "_kiln_aliases_%u=$(alias -p);\n",
		   level, level, level);
}

static void bash_noted(struct buf *b, unsigned level)
{
	buf_printf(
		b,
		"_kiln_gone_%u='' _kiln_back_%u='';\n"
		"shopt -q extdebug || { shopt -s extdebug; _kiln_debug=1; };\n"
		"while IFS= read -r _kiln_line; do case \"\n$_kiln_lines_%u\n\" in\n"
		"*\"\n$_kiln_line\n\"*) ;;\n"
		"*\"\n${_kiln_line%%%% *} \"*) _kiln_back_%u+=\" ${_kiln_line%%%% *}\" ;;\n"
		"*) [ -z \"$_kiln_line\" ] || _kiln_gone_%u+=\" ${_kiln_line%%%% *}\" ;;\nesac\n"
		"done < <(declare -F $(compgen -A function) 2>/dev/null);\n"
		"[ -z \"${_kiln_debug-}\" ] || shopt -u extdebug; unset _kiln_debug _kiln_line;\n"
		"_kiln_now_%u=$(alias -p);\n"
		"[ -n \"$_kiln_back_%u\" ] || unset _kiln_bodies_%u; unset _kiln_lines_%u;\n",
		level, level, level, level, level, level, level, level, level);
}

/* Aliases that a person made or changed since stay: only those of the profile go. */
static void bash_forget(struct buf *b, unsigned level)
{
	buf_printf(b,
		   "for _kiln_name in ${_kiln_gone_%u-}; do unset -f \"$_kiln_name\"; done;\n"
		   "for _kiln_name in ${_kiln_back_%u-}; do eval \"$(eval \"$_kiln_bodies_%u\"; "
		   "declare -f \"$_kiln_name\")\"; done;\n"
		   "if [ \"${_kiln_now_%u-}\" != \"${_kiln_aliases_%u-}\" ]; then\n"
		   "while IFS= read -r _kiln_line; do _kiln_name=${_kiln_line#alias };\n"
		   "_kiln_name=${_kiln_name%%%%=*};\n"
		   "case \"\n$_kiln_aliases_%u\n\" in *\"\n$_kiln_line\n\"*) ;;\n"
		   "*) [ \"$(alias \"$_kiln_name\" 2>/dev/null)\" != \"$_kiln_line\" ] || "
		   "unalias \"$_kiln_name\" ;;\nesac; done <<< \"$_kiln_now_%u\";\n"
		   "while IFS= read -r _kiln_line; do _kiln_name=${_kiln_line#alias };\n"
		   "_kiln_name=${_kiln_name%%%%=*};\n"
		   "[ -z \"$_kiln_line\" ] || alias \"$_kiln_name\" >/dev/null 2>&1 || "
		   "eval \"$_kiln_line\"; done <<< \"$_kiln_aliases_%u\"; fi;\n"
		   "unset _kiln_name _kiln_line _kiln_gone_%u _kiln_back_%u _kiln_bodies_%u "
		   "_kiln_now_%u _kiln_aliases_%u;\n",
		   level, level, level, level, level, level, level, level, level, level, level,
		   level, level);
}

const struct dialect dialect_bash = {
	.shell = ACTIVATION_BASH,
	.pid = "$$",
	.end = "exit;\n",
	.quote = shell_quote,
	.set = posix_set,
	.unset = posix_unset,
	.source = posix_source,
	.run = posix_run,
	.dress = posix_dress,
	.undress = posix_undress,
	.note = bash_note,
	.noted = bash_noted,
	.forget = bash_forget,
};

const struct dialect dialect_sh = {
	.shell = ACTIVATION_SH,
	.pid = "$$",
	.end = "exit;\n",
	.quote = shell_quote,
	.set = posix_set,
	.unset = posix_unset,
	.source = posix_source,
	.run = posix_run,
	.dress = nothing_of_dress,
	.undress = nothing_of_dress,
	.note = nothing_of_level,
	.noted = nothing_of_level,
	.forget = nothing_of_level,
};
