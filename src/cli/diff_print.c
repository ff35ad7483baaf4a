/* SPDX-License-Identifier: MIT
 *
 * Changed packages as lines and as JSON. */
#include "cli/diff_print.h"

#include "cli/cli.h"

static void print_versions(struct str_set v)
{
	if (!v.n)
		out_str(S("∅"));
	for (size_t i = 0; i < v.n; i++) {
		out_str(i ? S(", ") : S(""));
		out_str(v.v[i].n ? v.v[i] : S("ε"));
	}
}

void diff_print_line(const struct closure_change *c)
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

void diff_json(const struct closure_change *v, size_t n)
{
	out_str(S("["));
	for (size_t i = 0; i < n; i++) {
		out_str(i ? S(",\n {\"name\": ") : S("\n {\"name\": "));
		out_json(v[i].name);
		json_versions("removed", v[i].gone);
		json_versions("added", v[i].come);
		out_printf(", \"size\": %lld}", (long long)v[i].size);
	}
	out_str(S("\n]"));
}
