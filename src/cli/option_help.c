/* SPDX-License-Identifier: MIT
 *
 * Rows told: what --help prints, and whoever else reads them. */
#include "cli/option.h"

#include "base/buf.h"

static void help_row(const struct option *row, struct buf *b)
{
	size_t from = b->n;
	struct str rest = str_c(row->names), one;
	const char *comma = "";

	buf_putz(b, "  ");
	while (str_split(&rest, ' ', &one)) {
		buf_printf(b, "%s%.*s", comma, STR_ARG(one));
		comma = ", ";
	}
	if (row->args)
		buf_printf(b, " %s", row->args);
	if (b->n - from > 28)
		buf_printf(b, "\n%*s", 30, "");
	else
		buf_printf(b, "%*s", (int)(30 - (b->n - from)), "");
	buf_printf(b, "%s\n", row->help);
}

static bool is_shown(const struct option *row)
{
	return row->names && row->help && row->kind != OPTION_IGNORED &&
	       !(row->flags & OPTION_HIDDEN);
}

void options_each(const struct option *rows, const char *heading,
		  void (*fn)(void *ctx, const char *heading, const struct option *row), void *ctx)
{
	for (const struct option *row = rows; row && !option_is_end(row); row++)
		if (is_shown(row))
			fn(ctx, heading, row);
	for (const struct option *row = rows; row && !option_is_end(row); row++)
		if (row->kind == OPTION_TABLE)
			options_each(row->rows, row->help ?: heading, fn, ctx);
}

struct help {
	struct buf *b;
	const char *heading;
};

static void help_one(void *ctx, const char *heading, const struct option *row)
{
	struct help *h = ctx;

	if (strcmp(heading, h->heading) != 0)
		buf_printf(h->b, "\n%s:\n", heading);
	h->heading = heading;
	help_row(row, h->b);
}

void options_help(const struct option *rows, const char *heading, struct buf *b)
{
	struct help h = {b, ""};

	options_each(rows, heading, help_one, &h);
}
