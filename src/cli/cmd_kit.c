/* SPDX-License-Identifier: MIT
 *
 * kiln kit: recipes, sources and results in one file. */
#include "base/report.h"
#include "cli/command.h"
#include "store/store.h"
#include "vendor/kit.h"

struct kit_command {
	const char *project, *file, *output, *sign;
	struct option_list names, keys;
	bool json;
};

static void print_paths(const char *key, const struct kit_result *r)
{
	out_printf("\"%s\": [", key);
	for (size_t i = 0; i < r->n_outputs; i++) {
		out_str(i ? S(", ") : S(""));
		out_json(r->outputs[i]);
	}
	out_str(S("]"));
}

static void print_json(const char *file, const struct kit_result *r)
{
	out_str(S("{\"file\": "));
	out_json(str_c(file));
	out_printf(", \"size\": %llu, \"sources\": %zu, \"paths\": %zu, ",
		   (unsigned long long)r->size, r->sources, r->paths);
	print_paths("outputs", r);
	out_str(S("}\n"));
}

/* ---- make ---- */

static const struct option make_rows[] = {
	OPERANDS_NEEDED(struct kit_command, names, "NAME[@RELEASE]"),
	OPT_TEXT(struct kit_command, output, "-o --output", "FILE", "the kit to write"),
	OPT_TEXT(struct kit_command, sign, "--sign", "FILE",
		 "sign it with the secret key in this file"),
	OPT_TEXT(struct kit_command, project, "--project", "DIR", "the project's folder"),
	OPT_FLAG(struct kit_command, json, "--json", "print JSON"),
	OPT_END,
};

static errint make(struct cli *cli, void *ctx, struct err *err)
{
	const struct kit_command *c = ctx;
	struct kit_result r = {0};
	struct session *s;
	char *dir CLEANUP_FREE = NULL, size[SIZE_TEXT_MAX];

	if (!c->output) {
		err_set(err, ERR_USAGE, "where to write the kit is not told");
		return err_hint(err, "kiln kit make %s -o %s.kit.tar.zst", c->names.v[0],
				c->names.v[0]);
	}
	errint rc = cli_session(cli, &s, err);
	if (!rc)
		rc = project_find(c->project, &dir, err);
	if (rc)
		return rc;
	const struct kit_options o = {.dir = dir,
				      .labels = c->names.v,
				      .n_labels = c->names.n,
				      .file = c->output,
				      .key = c->sign};
	rc = kit_make(s, &o, &cli->a, &r, err);
	if (rc)
		return rc;
	if (c->json)
		print_json(c->output, &r);
	else
		out_printf("%s: %zu sources, %zu paths, %s\n", c->output, r.sources, r.paths,
			   size_text(r.size, size));
	return 0;
}

static const struct command make_verb = {
	.name = "make",
	.summary = "write a kit of recipes",
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = make_rows,
	.size = sizeof(struct kit_command),
	.run = make,
	.manual = "kiln-kit",
};

/* ---- verify ---- */

static const struct option file_rows[] = {
	OPERAND(struct kit_command, file, "FILE"),
	OPT_FLAG(struct kit_command, json, "--json", "print JSON"),
	OPT_END,
};

static const struct option verify_rows[] = {
	OPERAND(struct kit_command, file, "FILE"),
	OPT_LIST(struct kit_command, keys, "--key", "NAME:BASE64",
		 "this key, or another one given, must have signed it"),
	OPT_FLAG(struct kit_command, json, "--json", "print JSON"),
	OPT_END,
};

static errint verify(struct cli *cli, void *ctx, struct err *err)
{
	const struct kit_command *c = ctx;
	struct kit_result r = {0};
	errint rc = kit_verify(c->file, c->keys.v, c->keys.n, &cli->a, &r, err);

	if (rc)
		return rc;
	if (c->json)
		print_json(c->file, &r);
	else
		out_printf("%s: %zu sources and %zu paths are as they should be\n", c->file,
			   r.sources, r.paths);
	for (size_t i = 0; !c->keys.n && i < r.n_signers; i++)
		report_msg(cli_report(cli), REPORT_NOTE,
			   "it says that '%.*s' signed it: '--key' proves that",
			   STR_ARG(r.signers[i]));
	return 0;
}

static const struct command verify_verb = {
	.name = "verify",
	.summary = "read a kit, and compare all of it with its hashes",
	.rows = verify_rows,
	.size = sizeof(struct kit_command),
	.run = verify,
	.manual = "kiln-kit",
};

/* ---- install ---- */

static errint install(struct cli *cli, void *ctx, struct err *err)
{
	const struct kit_command *c = ctx;
	struct kit_result r = {0};
	struct session *s;
	errint rc = cli_session(cli, &s, err);

	if (!rc)
		rc = kit_install(s, c->file, &cli->a, &r, err);
	if (rc)
		return rc;
	if (c->json)
		print_json(c->file, &r);
	for (size_t i = 0; !c->json && i < r.n_outputs; i++)
		out_printf("%.*s\n", STR_ARG(r.outputs[i]));
	return 0;
}

static const struct command install_verb = {
	.name = "install",
	.summary = "put what a kit's recipes were built to into the store",
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = file_rows,
	.size = sizeof(struct kit_command),
	.run = install,
	.manual = "kiln-kit",
};

/* ---- rebuild ---- */

static const struct option rebuild_rows[] = {
	OPERAND(struct kit_command, file, "FILE"),
	OPERANDS(struct kit_command, names, "NAME[@RELEASE]"),
	OPT_FLAG(struct kit_command, json, "--json", "print JSON"),
	OPT_END,
};

static void print_rebuilt(struct cli *cli, const struct kit_command *c, const struct kit_result *r)
{
	for (size_t i = 0; i < r->n; i++) {
		enum kit_state state = r->v[i].state;

		if (c->json) {
			out_str(i ? S(",\n {\"path\": ") : S("[\n {\"path\": "));
			out_json(r->v[i].path);
			out_printf(", \"state\": \"%s\"}", kit_state_text(state));
		} else if (state == KIT_DIFFERENT || state == KIT_ABSENT) {
			out_printf("%.*s: %s\n", STR_ARG(r->v[i].path), kit_state_text(state));
		}
	}
	if (c->json)
		out_str(r->n ? S("\n]\n") : S("[]\n"));
	else
		out_printf("%zu of %zu paths were built to the same bits\n", r->counts[KIT_SAME],
			   r->n);
	if (r->counts[KIT_THERE])
		report_msg(cli_report(cli), REPORT_NOTE,
			   "%zu paths were in the store already and were not built again: "
			   "'--store DIR' with an empty folder builds all",
			   r->counts[KIT_THERE]);
}

static errint rebuild(struct cli *cli, void *ctx, struct err *err)
{
	const struct kit_command *c = ctx;
	struct kit_result r = {0};
	struct session *s;
	const struct kit_options o = {
		.file = c->file, .labels = c->names.v, .n_labels = c->names.n};
	errint rc = cli_session(cli, &s, err);

	if (!rc)
		rc = kit_rebuild(s, &o, &cli->a, &r, err);
	if (!rc || r.n)
		print_rebuilt(cli, c, &r);
	return rc;
}

static const struct command rebuild_verb = {
	.name = "rebuild",
	.summary = "build a kit's recipes of its sources alone, and compare",
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = rebuild_rows,
	.size = sizeof(struct kit_command),
	.run = rebuild,
	.manual = "kiln-kit",
};

static const struct command *const verbs[] = {&install_verb, &make_verb, &rebuild_verb,
					      &verify_verb, NULL};

const struct command command_kit = {
	.name = "kit",
	.summary = "keep recipes, sources and results in one file",
	.topic = TOPIC_BUILD,
	.verbs = verbs,
};
