/* SPDX-License-Identifier: MIT
 *
 * The option parser over a table of rows. It knows no command and prints nothing. */
#include "cli/options.h"

#include "base/buf.h"
#include "base/str.h"

void options_init(struct options *o, const struct option_row *rows, const struct option_row *also,
		  int argc, char **argv)
{
	*o = (struct options){.rows = rows, .also = also, .argc = argc, .argv = argv, .next = 1};
}

static bool is_spelled(const struct option_row *row, struct str name)
{
	struct str rest = str_c(row->names), one;

	while (row->names && str_split(&rest, ' ', &one))
		if (str_eq(one, name))
			return true;
	return false;
}

const struct option_row *option_row_find(const struct option_row *rows, struct str name)
{
	for (; rows && rows->id; rows++)
		if (is_spelled(rows, name))
			return rows;
	return NULL;
}

/* A table's own rows come before those it includes, and so do the other table's. */
static const struct option_row *find(const struct options *o, struct str name)
{
	const struct option_row *found = option_row_find(o->rows, name);

	if (!found)
		found = option_row_find(o->also, name);
	for (const struct option_row *row = o->rows; !found && row->id; row++)
		found = option_row_find(row->table, name);
	return found;
}

static void nearest_in(const struct option_row *rows, struct str name, unsigned *best,
		       struct str *out)
{
	for (; rows && rows->id; rows++) {
		struct str rest = str_c(rows->names), one;

		if (rows->table)
			nearest_in(rows->table, name, best, out);
		while (rows->names && str_split(&rest, ' ', &one)) {
			unsigned d = str_distance(name, one, *best);

			if (d < *best) {
				*best = d;
				*out = one;
			}
		}
	}
}

static int unknown(const struct options *o, struct str name, struct err *err)
{
	unsigned best = 4;
	struct str near = STR_NULL;

	err_set(err, ERR_USAGE, "unknown option '%.*s'", STR_ARG(name));
	nearest_in(o->rows, name, &best, &near);
	nearest_in(o->also, name, &best, &near);
	if (near.p)
		return err_hint(err, "did you mean '%.*s'?", STR_ARG(near));
	return err_hint(err, "see --help");
}

static int take_args(struct options *o, const struct option_row *row, struct str name,
		     const char *inline_arg, struct err *err)
{
	struct str rest = str_c(row->args), what;
	int n = 0;

	o->args[0] = o->args[1] = NULL;
	if (!row->args && inline_arg)
		return err_set(err, ERR_USAGE, "option '%.*s' takes no argument", STR_ARG(name));
	while (row->args && str_split(&rest, ' ', &what)) {
		BUG_ON(n == OPTION_ARGS_MAX);
		if (n == 0 && inline_arg)
			o->args[n++] = inline_arg;
		else if (o->next < o->argc)
			o->args[n++] = o->argv[o->next++];
		else
			return err_set(err, ERR_USAGE, "option '%.*s' needs %.*s", STR_ARG(name),
				       STR_ARG(what));
	}
	return row->id;
}

static int next_in_cluster(struct options *o, struct err *err)
{
	static char name[3];
	const struct option_row *row;
	const char *arg = NULL;

	name[0] = '-';
	name[1] = *o->cluster++;
	name[2] = '\0';
	row = find(o, str_c(name));
	if (!row)
		return unknown(o, str_c(name), err);
	if (*o->cluster == '\0')
		o->cluster = NULL;
	else if (row->args)
		arg = STEAL(o->cluster);
	o->name = name;
	return take_args(o, row, str_c(name), arg, err);
}

int options_next(struct options *o, struct err *err)
{
	const struct option_row *row;
	const char *word, *eq;
	struct str name;

	if (o->cluster)
		return next_in_cluster(o, err);
	if (o->next >= o->argc)
		return OPTION_END;
	word = o->argv[o->next++];
	if (o->operands_only || word[0] != '-' || word[1] == '\0') {
		o->args[0] = word;
		return OPTION_OPERAND;
	}
	if (strcmp(word, "--") == 0) {
		o->operands_only = true;
		return options_next(o, err);
	}
	o->name = word;
	row = find(o, str_c(word));
	if (row)
		return take_args(o, row, str_c(word), NULL, err);
	if (word[1] != '-') {
		o->cluster = word + 1;
		return next_in_cluster(o, err);
	}
	eq = strchr(word, '=');
	name = eq ? str_n(word, (size_t)(eq - word)) : str_c(word);
	row = eq ? find(o, name) : NULL;
	if (!row)
		return unknown(o, name, err);
	return take_args(o, row, name, eq + 1, err);
}

char **options_rest(struct options *o, int *n)
{
	char **rest = o->argv + o->next;

	*n = o->argc - o->next;
	o->next = o->argc;
	return rest;
}

void options_help(const struct option_row *rows, struct buf *b)
{
	for (; rows->id; rows++) {
		size_t from = b->n;
		struct str rest = str_c(rows->names), one;
		const char *comma = "";

		if (!rows->help)
			continue;
		buf_putz(b, "  ");
		while (str_split(&rest, ' ', &one)) {
			buf_printf(b, "%s%.*s", comma, STR_ARG(one));
			comma = ", ";
		}
		if (rows->args)
			buf_printf(b, " %s", rows->args);
		if (b->n - from > 28)
			buf_printf(b, "\n%*s", 30, "");
		else
			buf_printf(b, "%*s", (int)(30 - (b->n - from)), "");
		buf_printf(b, "%s\n", rows->help);
	}
}

errint options_number(const struct options *o, uint64_t *out, struct err *err)
{
	if (str_to_u64(str_c(o->args[0]), out))
		return 0;
	return err_set(err, ERR_USAGE, "option '%s' needs a number, not '%s'", o->name, o->args[0]);
}
