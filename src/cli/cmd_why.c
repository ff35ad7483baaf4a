/* SPDX-License-Identifier: MIT
 *
 * kiln why: what makes one path need another, with the files that say so. */
#include <unistd.h>
#include "cli/command.h"
#include "cli/named.h"
#include "cli/why_print.h"

struct why_command {
	const char *from, *to;
	bool all, json;
};

static const struct option rows[] = {
	OPT_FLAG(struct why_command, all, "--all", "every way, not only the shortest"),
	OPT_FLAG(struct why_command, json, "--json", "print JSON"),
	OPERAND(struct why_command, from, "WHO"),
	OPERAND(struct why_command, to, "WHAT"),
	OPT_END,
};

/* Does a store path's name have these words, whole, among those between its dashes? */
static bool name_has(struct str name, struct str words)
{
	for (struct str rest = name; rest.n;) {
		ptrdiff_t at = str_find(rest, words);
		if (at < 0)
			return false;
		struct str behind = str_skip(rest, (size_t)at + words.n);
		bool begins = rest.p + at == name.p || rest.p[at - 1] == '-';
		if (begins && (!behind.n || behind.p[0] == '-' || behind.p[0] == '.'))
			return true;
		rest = str_skip(rest, (size_t)at + 1);
	}
	return false;
}

/* A word that is no path names what is in the closure by a part of its name. */
static errint targets(struct cli *cli, const struct why_command *c, struct str from,
		      struct str_set *out, struct err *err)
{
	struct str_set closure;
	errint rc;

	out->v = ARENA_ARRAY(&cli->a, struct str, 1);
	out->n = 0;
	if (named_is_path(c->to)) {
		out->n = 1;
		return named_path(cli, c->to, &out->v[0], err);
	}
	rc = store_closure(cli->store, &cli->a, &from, 1, 0, &closure, err);
	if (rc)
		return rc;
	out->v = ARENA_ARRAY(&cli->a, struct str, closure.n);
	for (size_t i = 0; i < closure.n; i++)
		if (name_has(store_path_name(closure.v[i]), str_c(c->to)))
			out->v[out->n++] = closure.v[i];
	return 0;
}

static void print_json(const struct why_node *node, bool first)
{
	out_printf("%s\n  {\"path\": ", first ? "" : ",");
	out_json(node->path);
	if (node->distance && node->steps[0].n) {
		const struct why_place *place = &node->steps[0].places[0];

		out_str(S(", \"file\": "));
		out_json(place->file);
		out_printf(", \"link\": %s, \"text\": ", place->link ? "true" : "false");
		out_json(place->text);
	}
	out_str(S("}"));
}

static errint json_chain(struct cli *cli, struct why_node *node, struct err *err)
{
	bool first = true;

	out_str(S("["));
	for (; node; node = node->distance ? node->steps[0].to : NULL) {
		errint rc = node->distance ? why_scan(cli->store, &cli->a, node, 1, err) : 0;

		if (rc)
			return rc;
		print_json(node, first);
		first = false;
	}
	out_str(S("\n ]"));
	return 0;
}

static errint tell(struct cli *cli, const struct why_command *c, struct str from, struct str to,
		   bool first, bool *found, struct err *err)
{
	struct why_print p = {.cli = cli,
			      .to = to,
			      .all = c->all,
			      .precise = true,
			      .colour = isatty(STDOUT_FILENO)};
	struct why_node *node;
	errint rc = why_graph(cli->store, &cli->a, from, to, &node, err);

	if (rc || !node)
		return rc;
	*found = true;
	if (!c->json) {
		out_str(first ? S("") : S("\n"));
		return why_print(&p, node, err);
	}
	out_str(first ? S("\n ") : S(",\n "));
	return json_chain(cli, node, err);
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	struct why_command *c = ctx;
	struct str_set to = {0};
	bool found = false;
	struct str from;

	if (c->all && c->json)
		return err_set(err, ERR_USAGE, "--json tells the shortest way, without --all");
	errint rc = named_path(cli, c->from, &from, err);
	if (!rc)
		rc = targets(cli, c, from, &to, err);
	if (!rc && c->json)
		out_str(S("["));
	for (size_t i = 0; !rc && i < to.n; i++)
		rc = tell(cli, c, from, to.v[i], i == 0, &found, err);
	if (!rc && c->json)
		out_str(S("\n]\n"));
	if (rc || found)
		return rc;
	err_set(err, ERR_NOT_FOUND, "'%.*s' does not need '%s'", STR_ARG(from), c->to);
	return err_hint(err, "kiln store --query --tree %.*s shows what it needs", STR_ARG(from));
}

const struct command command_why = {
	.name = "why",
	.summary = "tell why a result needs another path, and which file says so",
	.topic = TOPIC_LOOK,
	.needs = NEEDS_STORE,
	.rows = rows,
	.size = sizeof(struct why_command),
	.run = run,
};
