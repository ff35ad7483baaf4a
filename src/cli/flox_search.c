/* SPDX-License-Identifier: MIT
 *
 * flox search and flox show, over what there is here: recipes and the set. What Flox tells people
 * beside its answer goes to standard error, as there. A package of the set's Python has nixpkgs'
 * name, python313Packages.NAME. */
#include <stdio.h>
#include <unistd.h>

#include "base/environ.h"
#include "base/report.h"
#include "base/suggest.h"
#include "cli/catalog_command.h"
#include "cli/flox_verbs.h"

enum { FEW = 10 };
#define SHOW_HINT      "Use 'flox show <package>' to see available versions"
#define NO_DESCRIPTION "<no description provided>"

/* ---- names ---- */

/* "313" of the set's python3, "3" where it has none. */
static const char *python_digits(struct arena *a, const struct catalog_row *v, size_t n)
{
	struct str major, rest, minor, patch;

	for (size_t i = 0; i < n; i++)
		if (str_eqz(v[i].attr, "python3") && str_cut(v[i].version, '.', &major, &rest)) {
			minor = rest;
			(void)str_cut(rest, '.', &minor, &patch);
			return arena_printf(a, "%.*s%.*s", STR_ARG(major), STR_ARG(minor));
		}
	return "3";
}

static struct str pkg_path(struct arena *a, const char *digits, struct str attr)
{
	struct str rest = str_drop_prefix(attr, S("python3.pkgs."));

	return rest.n == attr.n
		       ? attr
		       : str_c(arena_printf(a, "python%sPackages.%.*s", digits, STR_ARG(rest)));
}

/* "python313Packages.pip" as the catalog has it. */
static const char *catalog_name(struct arena *a, struct str term)
{
	struct str head, rest;

	if (!str_cut(term, '.', &head, &rest) || !str_starts(head, S("python3")) ||
	    !str_ends(head, S("Packages")))
		return arena_strz(a, term);
	return arena_printf(a, "python3.pkgs.%.*s", STR_ARG(rest));
}

/* ---- flox search ---- */

struct flox_search {
	bool json, all;
	const char *term;
};

static const struct option search_rows[] = {
	OPT_FLAG(struct flox_search, json, "--json", "print JSON"),
	OPT_FLAG(struct flox_search, all, "-a --all", "print all results, not only ten"),
	OPERAND_OPTIONAL(struct flox_search, term, "SEARCH-TERM"),
	OPT_END,
};

struct flox_result {
	const char *term, *digits;
	struct catalog_hit *v;
	size_t n, n_shown;
};

static void put(const char *name, struct str value)
{
	out_printf(",\"%s\":", name);
	out_json_or_null(value);
}

static void print_json(struct cli *cli, const struct flox_result *f)
{
	out_str(S("["));
	for (size_t i = 0; i < f->n_shown; i++) {
		const struct catalog_row *row = f->v[i].row;

		out_str(i ? S(",{\"attr_path\":") : S("{\"attr_path\":"));
		out_json(pkg_path(&cli->a, f->digits, row->attr));
		put("catalog", S(""));
		put("description", row->description);
		put("name", str_c(arena_printf(&cli->a, "%.*s%s%.*s", STR_ARG(row->name),
					       row->version.n ? "-" : "", STR_ARG(row->version))));
		put("pkg_path", pkg_path(&cli->a, f->digits, row->attr));
		put("pname", row->name);
		out_str(S(",\"stabilities\":[\"stable\"]"));
		put("system", str_c(native_system()));
		put("version", row->version);
		out_str(S("}"));
	}
	out_str(S("]\n"));
}

/* Each place where the term stands is bold, on a terminal. */
static void print_name(struct str name, struct str term, bool bold)
{
	struct str rest = name;

	for (ptrdiff_t at; bold && term.n && (at = str_find(rest, term)) >= 0;) {
		out_str(str_sub(rest, 0, (size_t)at));
		out_printf("\033[1m%.*s\033[0m", STR_ARG(term));
		rest = str_skip(rest, (size_t)at + term.n);
	}
	out_str(rest);
}

static void print_table(struct cli *cli, const struct flox_result *f)
{
	bool bold = isatty(STDOUT_FILENO);
	size_t width = 0;

	for (size_t i = 0; i < f->n_shown; i++)
		width = MAX(width, pkg_path(&cli->a, f->digits, f->v[i].row->attr).n);
	for (size_t i = 0; i < f->n_shown; i++) {
		struct str name = pkg_path(&cli->a, f->digits, f->v[i].row->attr);
		struct str text = f->v[i].row->description;

		print_name(name, str_c(f->term), bold);
		out_printf("%*s  ", (int)(width - name.n), "");
		out_str(text.n ? text : S(NO_DESCRIPTION));
		out_str(S("\n"));
	}
}

/* Behind the answer, whatever the standard output is. */
static void print_hints(const struct flox_result *f)
{
	out_now();
	if (f->n > f->n_shown)
		fprintf(stderr,
			"\nShowing %zu of %zu results. Use `flox search %s --all` to see the full "
			"list.\n",
			f->n_shown, f->n, f->term);
	fprintf(stderr, "\n" SHOW_HINT "\n\n");
}

static errint nothing(struct cli *cli, const struct flox_result *f, struct err *err)
{
	struct suggestion s = suggestion_for(str_c(f->term));

	err_set(err, ERR_NOT_FOUND, "No packages matched this search term: '%s'", f->term);
	for (size_t i = 0; i < f->n; i++)
		suggestion_offer(&s, pkg_path(&cli->a, f->digits, f->v[i].row->attr));
	if (suggestion_hint(&s, err))
		return ERR_NOT_FOUND;
	return f->n ? err_hint(err, "did you mean '%.*s'?",
			       STR_ARG(pkg_path(&cli->a, f->digits, f->v[0].row->attr)))
		    : ERR_NOT_FOUND;
}

static errint look_for(struct cli *cli, const char *term, bool all, struct flox_result *out,
		       struct err *err)
{
	const struct catalog_from from = {0};
	struct catalog *catalog CLEANUP(catalog_cleanup) = NULL;
	const char *words[] = {catalog_name(&cli->a, str_c(term))};
	struct catalog_row *v;
	size_t n;
	errint rc = catalog_of(cli, &from, EVALUATION_READ_ONLY, &catalog, err);

	if (!rc)
		rc = catalog_rows(catalog, &v, &n, err);
	if (rc)
		return rc;
	*out = (struct flox_result){.term = term, .digits = python_digits(&cli->a, v, n)};
	catalog_search(&cli->a, v, n, words, 1, &out->v, &out->n);
	out->n_shown = out->n && out->v[0].slip ? 0 : all ? out->n : MIN(out->n, (size_t)FEW);
	return 0;
}

static errint search_run(struct cli *cli, void *ctx, struct err *err)
{
	const struct flox_search *c = ctx;
	struct str term = str_c(c->term), version;
	struct flox_result f;

	if (!c->term) {
		err_set(err, ERR_USAGE, "No search term provided.");
		return err_hint(err, "for example, 'flox search curl'");
	}
	if (str_cut(str_c(c->term), '@', &term, &version))
		report_msg(cli_report(cli), REPORT_WARN,
			   "'flox search' ignores version specifiers: 'flox show' tells versions");
	errint rc = look_for(cli, arena_strz(&cli->a, term), c->all, &f, err);
	if (rc)
		return rc;
	if (c->json) {
		print_json(cli, &f);
		return 0;
	}
	if (!f.n_shown)
		return nothing(cli, &f, err);
	print_table(cli, &f);
	print_hints(&f);
	return 0;
}

const struct command flox_verb_search = {
	.name = "search",
	.summary = "find packages by a word",
	.rows = search_rows,
	.size = sizeof(struct flox_search),
	.run = search_run,
};

/* ---- flox show ---- */

struct flox_show {
	const char *path;
};

static const struct option show_rows[] = {
	OPERAND(struct flox_show, path, "PKG-PATH"),
	OPT_END,
};

/* Flox's four systems, sorted, as far as the package is for them. */
static const char *systems_of(struct arena *a, const struct catalog_row *row, bool *all)
{
	static const char *const known[] = {"aarch64-darwin", "aarch64-linux", "x86_64-darwin",
					    "x86_64-linux"};
	const char *out = "";
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		struct str rest = row->platforms, one;
		bool has = !row->platforms.n && strcmp(known[i], native_system()) == 0;

		while (!has && rest.n && str_split(&rest, ' ', &one))
			has = str_eqz(one, known[i]);
		if (!has)
			continue;
		out = arena_printf(a, "%s%s%s", out, n ? ", " : "", known[i]);
		n++;
	}
	*all = n == ARRAY_LEN(known);
	return out;
}

/* "out*, dev": what is installed by default has an asterisk. */
static const char *outputs_of(struct arena *a, struct str words)
{
	struct str rest = words, one;
	const char *out = "";

	while (rest.n && str_split(&rest, ' ', &one))
		out = arena_printf(a, "%s%s%.*s%s", out, *out ? ", " : "", STR_ARG(one),
				   *out ? "" : "*");
	return out;
}

static void print_shown(struct cli *cli, const char *path, const struct catalog_row *row)
{
	bool all;
	const char *systems = systems_of(&cli->a, row, &all);
	struct str text = row->description.n ? row->description : S(NO_DESCRIPTION);

	out_printf("%s - %.*s\nLatest:  %s@%.*s\n", path, STR_ARG(text), path,
		   STR_ARG(row->version));
	if (row->license.n)
		out_printf("License: %.*s\n", STR_ARG(row->license));
	if (row->outputs.n)
		out_printf("Outputs: %s (* installed by default)\n",
			   outputs_of(&cli->a, row->outputs));
	out_printf("Systems: %s\n\nOther versions:\n    %s@%.*s", systems, path,
		   STR_ARG(row->version));
	if (!all)
		out_printf(" (%s only)", systems);
	out_str(S("\n"));
}

static errint show_run(struct cli *cli, void *ctx, struct err *err)
{
	const struct flox_show *c = ctx;
	const struct catalog_from from = {0};
	struct catalog *catalog CLEANUP(catalog_cleanup) = NULL;
	struct catalog_item item;
	struct catalog_row row;
	ERR(why);
	errint rc = catalog_of(cli, &from, EVALUATION_READ_ONLY, &catalog, err);

	if (rc)
		return rc;
	rc = catalog_find(catalog, catalog_name(&cli->a, str_c(c->path)), &item, &why);
	if (rc == ERR_NOT_FOUND) {
		err_set(err, ERR_NOT_FOUND, "no packages matched this pkg-path: '%s'", c->path);
		return why.hint ? err_hint(err, "%s", why.hint) : ERR_NOT_FOUND;
	}
	if (rc)
		return err_move(err, &why);
	rc = catalog_row_of(catalog, &item, &row, err);
	if (!rc)
		print_shown(cli, c->path, &row);
	return rc;
}

const struct command flox_verb_show = {
	.name = "show",
	.summary = "tell about a package",
	.rows = show_rows,
	.size = sizeof(struct flox_show),
	.run = show_run,
};
