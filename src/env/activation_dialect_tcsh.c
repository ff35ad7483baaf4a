/* SPDX-License-Identifier: MIT
 *
 * tcsh. What `eval` gets is one line there, so that all text goes into a file, which is sourced; a
 * variable that is not set ends such a file, and `!` means something between any quotes. */
#include "env/activation_int.h"

#include "base/environ.h"

static void quote(struct buf *b, struct str text)
{
	buf_putc(b, '\'');
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '\'')
			buf_putz(b, "'\\'");
		else if (c == '!' || c == '\n')
			buf_putc(b, '\\');
		buf_putc(b, c);
	}
	buf_putc(b, '\'');
}

static void set(const struct dialect *d, struct buf *b, struct str name, struct str value)
{
	buf_printf(b, "setenv %.*s ", STR_ARG(name));
	d->quote(b, value);
	buf_putc(b, '\n');
}

static void unset(struct buf *b, struct str name)
{
	buf_printf(b, "unsetenv %.*s\n", STR_ARG(name));
}

static void source(const struct dialect *d, struct buf *b, const char *file)
{
	buf_putz(b, "source ");
	d->quote(b, str_c(file));
	buf_putc(b, '\n');
}

static void run(const struct dialect *d ATTR_UNUSED, struct buf *b, const char *command)
{
	buf_printf(b, "eval \"`%s`\"\n", command);
}

/* _kiln_own is the prompt as it was, _kiln_made what it was made. */
static void put_prompt(const struct dialect *d, struct buf *b, const char *label)
{
	BUF(text, LIMIT_SMALL_FILE);

	if (env_get("NO_COLOR"))
		buf_printf(&text, "%s ", label);
	else
		buf_printf(&text, "%%B%s%%b ", label);
	buf_putz(b, "if ( $?prompt ) then\nif ( ! $?_kiln_own ) set _kiln_own = \"$prompt:q\"\n"
		    "set prompt = ");
	d->quote(b, buf_str(&text));
	buf_putz(b, "\"$_kiln_own:q\"\nset _kiln_made = \"$prompt:q\"\nendif\n");
}

/* The alias sources a file, since one line cannot choose. */
static void dress(const struct dialect *d, struct buf *b, const struct dress *dress)
{
	BUF(alias, LIMIT_PATH_TEXT * 2);

	if (*dress->label)
		put_prompt(d, b, dress->label);
	if (!dress->file)
		return;
	/* Between the quotes of the alias, quotes of the file's name would end it. */
	buf_putz(&alias, "set _kiln_argv = ( !*:q ); source ");
	d->quote(&alias, str_c(dress->file));
	buf_printf(b, "alias %s ", dress->called);
	d->quote(b, buf_str(&alias));
	buf_putc(b, '\n');
}

static void undress(const struct dialect *d, struct buf *b, const struct dress *dress)
{
	buf_putz(b, "if ( $?_kiln_own && $?prompt ) then\n"
		    "if ( \"$prompt:q\" == \"$_kiln_made:q\" ) set prompt = \"$_kiln_own:q\"\n"
		    "unset _kiln_own _kiln_made\nendif\n");
	if (*dress->label)
		put_prompt(d, b, dress->label);
	if (dress->outermost)
		buf_printf(b, "unalias %s\n", dress->called);
}

static void note(struct buf *b, unsigned level)
{
	buf_printf(b, "set _kiln_aliases_%u = \" `alias | cut -f 1 | tr '\\n' ' '` \"\n", level);
}

static void noted(struct buf *b, unsigned level)
{
	buf_printf(b,
		   "set _kiln_gone_%u = ()\n"
		   "foreach _kiln_name ( `alias | cut -f 1` )\n"
		   "if ( \"$_kiln_aliases_%u:q\" !~ \"* $_kiln_name:q *\" ) "
		   "set _kiln_gone_%u = ( $_kiln_gone_%u:q $_kiln_name:q )\n"
		   "end\nunset _kiln_aliases_%u _kiln_name\n",
		   level, level, level, level, level);
}

static void forget(struct buf *b, unsigned level)
{
	buf_printf(b,
		   "if ( $?_kiln_gone_%u ) then\nforeach _kiln_name ( $_kiln_gone_%u:q )\n"
		   "unalias $_kiln_name:q\nend\nunset _kiln_gone_%u _kiln_name\nendif\n",
		   level, level, level);
}

const struct dialect dialect_tcsh = {
	.shell = ACTIVATION_TCSH,
	.pid = "$$",
	.end = "if ( $?savehist ) history -S; exec true;\n",
	.quote = quote,
	.set = set,
	.unset = unset,
	.source = source,
	.run = run,
	.dress = dress,
	.undress = undress,
	.note = note,
	.noted = noted,
	.forget = forget,
};
