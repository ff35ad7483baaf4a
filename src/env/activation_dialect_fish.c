/* SPDX-License-Identifier: MIT
 *
 * fish. Its prompt is a function, which is kept under another name meanwhile. */
#include "env/activation_int.h"

#include "base/environ.h"

static void quote(struct buf *b, struct str text)
{
	buf_putc(b, '\'');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\'' || text.p[i] == '\\')
			buf_putc(b, '\\');
		buf_putc(b, text.p[i]);
	}
	buf_putc(b, '\'');
}

static void set(const struct dialect *d, struct buf *b, struct str name, struct str value)
{
	buf_printf(b, "set -gx %.*s ", STR_ARG(name));
	d->quote(b, value);
	buf_putz(b, ";\n");
}

static void unset(struct buf *b, struct str name)
{
	buf_printf(b, "set -e %.*s;\n", STR_ARG(name));
}

static void source(const struct dialect *d, struct buf *b, const char *file)
{
	buf_putz(b, "source ");
	d->quote(b, str_c(file));
	buf_putz(b, ";\n");
}

static void run(const struct dialect *d ATTR_UNUSED, struct buf *b, const char *command)
{
	buf_printf(b, "%s | source;\n", command);
}

/* The status that the person's own prompt may show is handed on. */
static void put_prompt(const struct dialect *d, struct buf *b, const char *label)
{
	buf_putz(b, "if status is-interactive;\nset -g _kiln_label ");
	d->quote(b, str_c(label));
	buf_putz(b, ";\nif not functions -q _kiln_fish_prompt; and functions -q fish_prompt;\n"
		    "functions --copy fish_prompt _kiln_fish_prompt;\n"
		    "function _kiln_status; return $argv[1]; end;\n"
		    "function fish_prompt; set -l kept $status;\n");
	if (!env_get("NO_COLOR"))
		buf_putz(b, "set_color --bold magenta; ");
	buf_putz(b, "echo -n \"$_kiln_label \"; set_color normal;\n"
		    "_kiln_status $kept; _kiln_fish_prompt; end;\nend; end;\n");
}

static void dress(const struct dialect *d, struct buf *b, const struct dress *dress)
{
	if (*dress->label)
		put_prompt(d, b, dress->label);
	buf_printf(b,
		   "function %s --wraps %s;\nif test (count $argv) -eq 1; and test "
		   "\"$argv[1]\" = deactivate; ",
		   dress->called, dress->called);
	d->quote(b, str_c(dress->kiln));
	buf_putz(b, " deactivate --print-script --shell fish | source; else; ");
	d->quote(b, str_c(dress->kiln));
	buf_putz(b, " $argv; end; end;\n");
}

/* A prompt that the person defined since then stays. */
static void undress(const struct dialect *d, struct buf *b, const struct dress *dress)
{
	if (*dress->label) {
		put_prompt(d, b, dress->label);
	} else {
		buf_putz(b, "if functions -q _kiln_fish_prompt;\n"
			    "if string match -q '*_kiln_label*' (functions fish_prompt | string "
			    "collect); functions -e fish_prompt; functions --copy "
			    "_kiln_fish_prompt fish_prompt; end;\n"
			    "functions -e _kiln_fish_prompt _kiln_status; end;\n"
			    "set -e _kiln_label;\n");
	}
	if (dress->outermost)
		buf_printf(b, "functions -e %s;\n", dress->called);
}

static void note(struct buf *b, unsigned level)
{
	buf_printf(b,
		   "set -g _kiln_functions_%u (functions -na | string split ,);\n"
		   "set -g _kiln_abbrs_%u (abbr --list);\n",
		   level, level);
}

static void noted(struct buf *b, unsigned level)
{
	buf_printf(b,
		   "set -g _kiln_gone_%u; for name in (functions -na | string split ,);\n"
		   "contains -- $name $_kiln_functions_%u; or set -a _kiln_gone_%u $name; end;\n"
		   "set -g _kiln_cut_%u; for name in (abbr --list);\n"
		   "contains -- $name $_kiln_abbrs_%u; or set -a _kiln_cut_%u $name; end;\n"
		   "set -e _kiln_functions_%u _kiln_abbrs_%u;\n",
		   level, level, level, level, level, level, level, level);
}

static void forget(struct buf *b, unsigned level)
{
	buf_printf(b,
		   "for name in $_kiln_gone_%u; functions -e $name; end;\n"
		   "for name in $_kiln_cut_%u; abbr --erase $name; end;\n"
		   "set -e _kiln_gone_%u _kiln_cut_%u;\n",
		   level, level, level, level);
}

const struct dialect dialect_fish = {
	.shell = ACTIVATION_FISH,
	.pid = "$fish_pid",
	.end = "exec true;\n",
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
