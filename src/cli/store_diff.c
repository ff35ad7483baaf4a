/* SPDX-License-Identifier: MIT
 *
 * kiln store diff, nix store diff-closures: which packages of two closures differ. */
#include "cli/named.h"
#include "cli/nix_verbs.h"
#include "store/closure_diff.h"

struct diff_command {
	const char *before, *after;
	bool json;
};

static const struct option kiln_rows[] = {
	OPT_FLAG(struct diff_command, json, "--json", "print JSON"),
	OPERAND(struct diff_command, before, "BEFORE"),
	OPERAND(struct diff_command, after, "AFTER"),
	OPT_END,
};

static const struct option nix_rows[] = {
	OPERAND(struct diff_command, before, "BEFORE"),
	OPERAND(struct diff_command, after, "AFTER"),
	OPT_END,
};

static void print_versions(struct str_set v)
{
	if (!v.n)
		out_str(S("∅"));
	for (size_t i = 0; i < v.n; i++) {
		out_str(i ? S(", ") : S(""));
		out_str(v.v[i].n ? v.v[i] : S("ε"));
	}
}

static void print_line(const struct closure_change *c)
{
	bool versions = c->gone.n || c->come.n;

	out_printf("%.*s: ", STR_ARG(c->name));
	if (versions) {
		print_versions(c->gone);
		out_str(S(" → "));
		print_versions(c->come);
	}
	if (c->size)
		out_printf("%s%+.1f KiB", versions ? ", " : "", (double)c->size / 1024);
	out_str(S("\n"));
}

static void json_versions(const char *name, struct str_set v)
{
	out_printf(", \"%s\": [", name);
	for (size_t i = 0; i < v.n; i++) {
		out_str(i ? S(", ") : S(""));
		out_json(v.v[i]);
	}
	out_str(S("]"));
}

static void print_json(const struct closure_change *v, size_t n)
{
	out_str(S("["));
	for (size_t i = 0; i < n; i++) {
		out_str(i ? S(",\n {\"name\": ") : S("\n {\"name\": "));
		out_json(v[i].name);
		json_versions("removed", v[i].gone);
		json_versions("added", v[i].come);
		out_printf(", \"size\": %lld}", (long long)v[i].size);
	}
	out_str(S("\n]\n"));
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	const struct diff_command *c = ctx;
	struct closure_change *v;
	struct str before, after;
	size_t n;
	errint rc = named_path(cli, c->before, &before, err);

	if (!rc)
		rc = named_path(cli, c->after, &after, err);
	if (!rc)
		rc = closure_diff(cli->store, &cli->a, before, after, &v, &n, err);
	if (rc)
		return rc;
	if (c->json)
		print_json(v, n);
	for (size_t i = 0; !c->json && i < n; i++)
		print_line(&v[i]);
	return 0;
}

const struct command store_verb_diff = {
	.name = "diff",
	.summary = "tell which packages of two closures differ",
	.needs = NEEDS_STORE,
	.rows = kiln_rows,
	.size = sizeof(struct diff_command),
	.run = run,
};

const struct command nix_store_diff_closures = {
	.name = "diff-closures",
	.summary = "tell which packages of two closures differ",
	.needs = NEEDS_STORE,
	.rows = nix_rows,
	.size = sizeof(struct diff_command),
	.run = run,
};
