/* SPDX-License-Identifier: MIT
 *
 * kiln search: recipes and packages in whose names or descriptions words stand. */
#include <sys/ioctl.h>
#include <unistd.h>
#include "cli/catalog_command.h"
#include "cli/command.h"

struct search_command {
	struct catalog_from from;
	struct option_list words;
	bool json, names;
};

static const struct option rows[] = {
	OPT_FLAG(struct search_command, json, "--json", "print JSON"),
	OPT_FLAG(struct search_command, names, "--names",
		 "print names alone, also the others of a package"),
	OPT_TABLE(struct search_command, from, NULL, catalog_from_rows),
	OPERANDS(struct search_command, words, "WORD"),
	OPT_END,
};

/* Columns of the terminal; 0 where lines may have any length. */
static size_t columns(void)
{
	struct winsize w;

	return isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) ? w.ws_col : 0;
}

/* The longest beginning of at most that many bytes that cuts no letter. */
static struct str cut(struct str s, size_t max)
{
	if (s.n <= max)
		return s;
	while (max && ((unsigned char)s.p[max] & 0xc0) == 0x80)
		max--;
	return str_sub(s, 0, max);
}

static struct str says(const struct catalog_row *row)
{
	if (row->failure)
		return str_c(row->failure);
	return row->description.n ? row->description : row->origin;
}

enum { NAME_MAX_WIDTH = 40, VERSION_MAX_WIDTH = 20, TEXT_MIN_WIDTH = 20 };

static void print_table(const struct catalog_hit *v, size_t n)
{
	size_t width = columns(), name = 0, version = 0;

	for (size_t i = 0; i < n; i++) {
		name = MAX(name, MIN(v[i].row->attr.n, (size_t)NAME_MAX_WIDTH));
		version = MAX(version, MIN(v[i].row->version.n, (size_t)VERSION_MAX_WIDTH));
	}
	size_t before = name + version + 4;
	for (size_t i = 0; i < n; i++) {
		const struct catalog_row *row = v[i].row;
		struct str text = says(row);

		if (width > before + TEXT_MIN_WIDTH)
			text = cut(text, width - before - 1);
		out_printf("%-*.*s  %-*.*s  %.*s\n", (int)name, STR_ARG(row->attr), (int)version,
			   STR_ARG(row->version), STR_ARG(text));
	}
}

static void print_json(const struct catalog_hit *v, size_t n)
{
	out_str(S("["));
	for (size_t i = 0; i < n; i++) {
		out_str(i ? S(",\n ") : S("\n "));
		catalog_print_json(v[i].row, v[i].also, v[i].n_also);
	}
	out_str(S("\n]\n"));
}

static void print_names(const struct catalog_hit *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		out_printf("%.*s\n", STR_ARG(v[i].row->attr));
		for (size_t k = 0; k < v[i].n_also; k++)
			out_printf("%.*s\n", STR_ARG(v[i].also[k]));
	}
}

static errint search(struct cli *cli, const struct search_command *c, struct catalog *catalog,
		     struct err *err)
{
	struct catalog_row *v;
	struct catalog_hit *hits;
	size_t n, n_hits;
	errint rc = catalog_rows(catalog, &v, &n, err);

	if (rc)
		return rc;
	catalog_search(&cli->a, v, n, c->words.v, c->words.n, &hits, &n_hits);
	if (c->json)
		print_json(hits, n_hits);
	else if (c->names)
		print_names(hits, n_hits);
	else
		print_table(hits, n_hits);
	if (n_hits)
		return 0;
	cli->status = 1;
	if (c->json)
		return 0;
	err_set(err, ERR_NOT_FOUND, "nothing is called, or described by, %s",
		c->words.n == 1 ? arena_printf(&cli->a, "'%s'", c->words.v[0])
				: "all of these words");
	return err_hint(err, "there are %zu recipes and packages: kiln search lists them", n);
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	const struct search_command *c = ctx;
	struct catalog *catalog CLEANUP(catalog_cleanup) = NULL;

	if (c->json && c->names)
		return err_set(err, ERR_USAGE, "--json and --names: only one is possible");
	errint rc = catalog_of(cli, &c->from, EVALUATION_READ_ONLY, &catalog, err);

	return rc ? rc : search(cli, c, catalog, err);
}

const struct command command_search = {
	.name = "search",
	.summary = "find recipes and packages by words",
	.topic = TOPIC_LOOK,
	.rows = rows,
	.size = sizeof(struct search_command),
	.run = run,
};
