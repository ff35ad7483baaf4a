/* SPDX-License-Identifier: MIT
 *
 * kiln size: what a closure weighs, path by path. */
#include <stdio.h>
#include <stdlib.h>
#include "cli/command.h"
#include "cli/named.h"
#include "store/closure_size.h"

struct size_command {
	struct option_list names;
	bool own, bytes, json;
};

static const struct option rows[] = {
	OPT_FLAG(struct size_command, own, "--own", "sort by each path's own size"),
	OPT_FLAG(struct size_command, bytes, "-b --bytes", "print bytes, without units"),
	OPT_FLAG(struct size_command, json, "--json", "print JSON"),
	OPERANDS_NEEDED(struct size_command, names, "NAME|PATH"),
	OPT_END,
};

static int by_path(const struct path_weight *a, const struct path_weight *b)
{
	int c = str_cmp(store_path_name(a->path), store_path_name(b->path));

	return c ? c : str_cmp(a->path, b->path);
}

/* Big ones first. */
static int by_added(const void *a, const void *b)
{
	const struct path_weight *x = a, *y = b;

	return x->added != y->added ? (x->added < y->added) - (x->added > y->added) : by_path(x, y);
}

static int by_own(const void *a, const void *b)
{
	const struct path_weight *x = a, *y = b;

	return x->own != y->own ? (x->own < y->own) - (x->own > y->own) : by_path(x, y);
}

static void print_json(const struct path_weight *v, size_t n, uint64_t total)
{
	out_printf("{\"total\": %llu, \"paths\": [", (unsigned long long)total);
	for (size_t i = 0; i < n; i++) {
		out_str(i ? S(",\n {\"path\": ") : S("\n {\"path\": "));
		out_json(v[i].path);
		out_printf(", \"own\": %llu, \"added\": %llu}", (unsigned long long)v[i].own,
			   (unsigned long long)v[i].added);
	}
	out_str(S("\n]}\n"));
}

static const char *text_of(const struct size_command *c, uint64_t n, char text[SIZE_TEXT_MAX])
{
	if (!c->bytes)
		return size_text(n, text);
	snprintf(text, SIZE_TEXT_MAX, "%llu", (unsigned long long)n);
	return text;
}

static void print_table(const struct size_command *c, const struct path_weight *v, size_t n,
			uint64_t total)
{
	int width = c->bytes ? 13 : 10;
	char own[SIZE_TEXT_MAX], added[SIZE_TEXT_MAX];

	out_printf("%*s %*s  path\n", width, "added", width, "own");
	for (size_t i = 0; i < n; i++)
		out_printf("%*s %*s  %.*s\n", width, text_of(c, v[i].added, added), width,
			   text_of(c, v[i].own, own), STR_ARG(v[i].path));
	out_printf("%*s %*s  %zu path%s\n", width, text_of(c, total, added), width, "", n,
		   n == 1 ? "" : "s");
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	const struct size_command *c = ctx;
	struct str *roots = ARENA_ARRAY(&cli->a, struct str, c->names.n);
	struct path_weight *v;
	uint64_t total = 0;
	errint rc = 0;
	size_t n;

	for (size_t i = 0; !rc && i < c->names.n; i++)
		rc = named_path(cli, c->names.v[i], &roots[i], err);
	if (!rc)
		rc = closure_weigh(cli->store, &cli->a, roots, c->names.n, &v, &n, err);
	if (rc)
		return rc;
	qsort(v, n, sizeof(*v), c->own ? by_own : by_added);
	for (size_t i = 0; i < n; i++)
		total += v[i].own;
	if (c->json)
		print_json(v, n, total);
	else
		print_table(c, v, n, total);
	return 0;
}

const struct command command_size = {
	.name = "size",
	.summary = "tell what of a closure weighs how much, and what each path adds",
	.topic = TOPIC_LOOK,
	.needs = NEEDS_STORE,
	.rows = rows,
	.size = sizeof(struct size_command),
	.run = run,
};
