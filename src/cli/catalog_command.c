/* SPDX-License-Identifier: MIT
 *
 * Opening a catalog for a command line, and its rows as JSON. */
#include "cli/catalog_command.h"

#include <stdlib.h>

const struct option catalog_from_rows[] = {
	OPT_TEXT(struct catalog_from, project, "--project", "DIR", "the project's folder"),
	OPT_TEXT(struct catalog_from, nixpkgs, "--nixpkgs", "PATH",
		 "look into this package set instead of kiln's"),
	OPT_END,
};

errint catalog_of(struct cli *cli, const struct catalog_from *from, unsigned flags,
		  struct catalog **out, struct err *err)
{
	struct eval_request *eval = ARENA_NEW(&cli->a, struct eval_request);
	struct project_request r = {.eval = eval, .flags = flags};
	char *dir CLEANUP_FREE = NULL;
	ERR(none);
	errint rc = cli_session(cli, &r.session, err);

	eval->nixpkgs = from->nixpkgs;
	if (!rc && from->project)
		rc = project_find(from->project, &dir, err);
	else if (!rc && project_find(NULL, &dir, &none) && none.code != ERR_NOT_FOUND)
		rc = err_move(err, &none);
	if (rc)
		return rc;
	r.dir = dir ? arena_strz(&cli->a, str_c(dir)) : NULL;
	return catalog_open(&r, &cli->a, out, err);
}

static void put_text(const char *key, struct str value)
{
	out_printf(", \"%s\": ", key);
	if (value.n)
		out_json(value);
	else
		out_str(S("null"));
}

static void put_list(const char *key, const struct str *v, size_t n)
{
	out_printf(", \"%s\": [", key);
	for (size_t i = 0; i < n; i++) {
		out_str(i ? S(", ") : S(""));
		out_json(v[i]);
	}
	out_str(S("]"));
}

static void put_words(const char *key, struct str words)
{
	struct str rest = words, one;
	bool first = true;

	out_printf(", \"%s\": [", key);
	while (str_split(&rest, ' ', &one)) {
		if (!one.n)
			continue;
		out_str(first ? S("") : S(", "));
		out_json(one);
		first = false;
	}
	out_str(S("]"));
}

void catalog_json_members(const struct catalog_row *row, const struct str *also, size_t n_also)
{
	static const char *const kinds[] = {"recipe", "package", "slot"};

	out_str(S("{\"attribute\": "));
	out_json(row->attr);
	out_printf(", \"kind\": \"%s\"", kinds[row->kind]);
	put_text("name", row->name);
	put_text("version", row->version);
	put_text("description", row->description);
	put_text("homepage", row->homepage);
	put_text("license", row->license);
	put_words("platforms", row->platforms);
	put_words("outputs", row->outputs);
	put_text("origin", row->origin);
	put_text("position", row->position);
	put_list("also", also, n_also);
	if (row->failure)
		put_text("failure", str_c(row->failure));
}

void catalog_print_json(const struct catalog_row *row, const struct str *also, size_t n_also)
{
	catalog_json_members(row, also, n_also);
	out_str(S("}"));
}
