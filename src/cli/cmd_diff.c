/* SPDX-License-Identifier: MIT
 *
 * kiln diff: what changed between two results, or two releases of a recipe: packages by version and
 * size, and what checks found out about them. Exits as diff does. */
#include "cli/command.h"
#include "cli/diff_print.h"
#include "cli/named.h"
#include "store/facts.h"

enum { DIFF_DIFFERS = 1, DIFF_TROUBLE = 2, VALUE_MAX = 120 };

struct result_diff {
	const char *before, *after, *recipe;
	bool json, releases;
};

static const struct option rows[] = {
	OPT_FLAG(struct result_diff, json, "--json", "print JSON"),
	OPT_FLAG(struct result_diff, releases, "--release", "OLD and NEW are releases of RECIPE"),
	OPERAND(struct result_diff, before, "OLD"),
	OPERAND(struct result_diff, after, "NEW"),
	OPERAND_OPTIONAL(struct result_diff, recipe, "RECIPE"),
	OPT_END,
};

/* A value that people want to see: scalars and short lists, the beginning of all else. */
static void print_value(struct str v)
{
	size_t n = MIN(v.n, (size_t)VALUE_MAX);

	/* not within a character */
	while (n < v.n && n && ((unsigned char)v.p[n] & 0xc0) == 0x80)
		n--;
	out_str(str_sub(v, 0, n));
	if (n < v.n)
		out_str(S("…"));
}

static void print_key(const struct fact_change *c)
{
	for (size_t i = 0; i < c->n_key; i++) {
		out_str(i ? S(".") : S(""));
		out_str(c->key[i]);
	}
}

static void print_change(const struct fact_change *c)
{
	if (!c->n_key && !(c->before.n && c->after.n)) {
		out_printf("  known only of the %s: check the other, too\n",
			   c->before.n ? "old one" : "new one");
		return;
	}
	out_str(!c->after.n ? S("  - ") : !c->before.n ? S("  + ") : S("  ~ "));
	print_key(c);
	/* The name says enough where a whole object came or went. */
	if (c->before.n && c->after.n) {
		out_str(S(": "));
		print_value(c->before);
		out_str(S(" → "));
		print_value(c->after);
	} else {
		struct str v = c->before.n ? c->before : c->after;

		if (v.p[0] != '{') {
			out_str(S(": "));
			print_value(v);
		}
	}
	out_str(S("\n"));
}

static void print_facts(const struct fact_change *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!i || !str_eq(v[i].package, v[i - 1].package))
			out_printf("facts of %.*s:\n", STR_ARG(v[i].package));
		print_change(&v[i]);
	}
}

static void json_value(const char *name, struct str v)
{
	out_printf(", \"%s\": ", name);
	out_str(v.n ? v : S("null"));
}

static void json_facts(const struct fact_change *v, size_t n)
{
	out_str(S("["));
	for (size_t i = 0; i < n; i++) {
		out_str(i ? S(",\n {\"package\": ") : S("\n {\"package\": "));
		out_json(v[i].package);
		out_str(S(", \"key\": ["));
		for (size_t k = 0; k < v[i].n_key; k++) {
			out_str(k ? S(", ") : S(""));
			out_json(v[i].key[k]);
		}
		out_str(S("]"));
		json_value("before", v[i].before);
		json_value("after", v[i].after);
		out_str(S("}"));
	}
	out_str(S("\n]"));
}

/* The two closures' tops. */
static errint find(struct cli *cli, const struct result_diff *c, struct str *before,
		   struct str *after, struct err *err)
{
	if (c->releases && !c->recipe) {
		err_set(err, ERR_USAGE, "'--release' without a recipe");
		return err_hint(err, "kiln diff --release %s %s RECIPE", c->before, c->after);
	}
	if (!c->releases && c->recipe) {
		err_set(err, ERR_USAGE, "'%s' is a third operand", c->recipe);
		return err_hint(err, "kiln diff --release OLD NEW RECIPE compares two releases");
	}
	errint rc = c->releases ? named_release(cli, c->recipe, c->before, before, err)
				: named_path(cli, c->before, before, err);
	if (rc)
		return rc;
	return c->releases ? named_release(cli, c->recipe, c->after, after, err)
			   : named_path(cli, c->after, after, err);
}

static errint diff(struct cli *cli, const struct result_diff *c, struct err *err)
{
	struct closure_change *packages;
	struct fact_change *facts;
	struct str before, after;
	size_t n_packages, n_facts;
	errint rc = find(cli, c, &before, &after, err);

	if (!rc)
		rc = closure_diff(cli->store, &cli->a, before, after, &packages, &n_packages, err);
	if (!rc)
		rc = facts_diff(cli->store, &cli->a, before, after, &facts, &n_facts, err);
	if (rc)
		return rc;
	if (c->json) {
		out_str(S("{\"packages\": "));
		diff_json(packages, n_packages);
		out_str(S(",\n\"facts\": "));
		json_facts(facts, n_facts);
		out_str(S("}\n"));
	} else {
		for (size_t i = 0; i < n_packages; i++)
			diff_print_line(&packages[i]);
		print_facts(facts, n_facts);
	}
	cli->status = n_packages || n_facts ? DIFF_DIFFERS : 0;
	return 0;
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	errint rc = diff(cli, ctx, err);

	/* 1 is an answer here. */
	if (rc && rc != ERR_INTERRUPTED)
		err->status = DIFF_TROUBLE;
	return rc;
}

const struct command command_diff = {
	.name = "diff",
	.summary = "tell what changed between two results: packages, sizes, facts",
	.topic = TOPIC_LOOK,
	.needs = NEEDS_STORE,
	.rows = rows,
	.size = sizeof(struct result_diff),
	.run = run,
};
