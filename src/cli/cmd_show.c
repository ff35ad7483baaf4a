/* SPDX-License-Identifier: MIT
 *
 * kiln show: all that is known of a recipe or a package, and whether the store has it. */
#include "cli/catalog_command.h"
#include "cli/command.h"
#include "store/store.h"

struct show_command {
	struct catalog_from from;
	struct option_list names;
	bool json;
};

static const struct option rows[] = {
	OPT_FLAG(struct show_command, json, "--json", "print JSON"),
	OPT_TABLE(struct show_command, from, NULL, catalog_from_rows),
	OPERANDS_NEEDED(struct show_command, names, "NAME"),
	OPT_END,
};

/* Of what a name means: where it would be, and what of it is there. */
struct shown {
	struct catalog_row row;
	struct str drv, path; /* "" of a slot, and where there is trouble */
	const char *trouble;  /* why it cannot be used here, or NULL */
	bool valid;
	uint64_t size, closure;
};

static errint weigh(struct cli *cli, struct shown *s, struct err *err)
{
	struct path_info info;
	struct str_set closure;
	errint rc = store_is_valid(cli->store, s->path, &s->valid, err);

	if (rc || !s->valid)
		return rc;
	rc = store_query(cli->store, &cli->a, s->path, &info, err);
	if (!rc)
		rc = store_closure(cli->store, &cli->a, &s->path, 1, 0, &closure, err);
	if (rc)
		return rc;
	s->size = info.nar_size;
	for (size_t i = 0; !rc && i < closure.n; i++) {
		rc = store_query(cli->store, &cli->a, closure.v[i], &info, err);
		s->closure += rc ? 0 : info.nar_size;
	}
	return rc;
}

static errint text_of(struct cli *cli, const struct catalog_item *item, const char *name,
		      struct str *out, struct err *err)
{
	struct value *v;
	errint rc = eval_get_attr(item->e->eval, item->value, str_c(name), &v, err);

	if (!rc && v)
		rc = eval_get_string(item->e->eval, v, out, err);
	if (!rc)
		*out = v ? arena_str(&cli->a, *out) : S("");
	return rc;
}

static errint look(struct cli *cli, struct catalog *catalog, const char *name, struct shown *out,
		   struct err *err)
{
	struct catalog_item item;
	struct shown s = {0};
	ERR(why);
	errint rc = catalog_find(catalog, name, &item, err);

	if (!rc)
		rc = catalog_row_of(catalog, &item, &s.row, err);
	if (rc)
		return rc;
	/* What cannot be built here can be told of all the same. */
	if (s.row.kind != CATALOG_SLOT && (text_of(cli, &item, "drvPath", &s.drv, &why) ||
					   text_of(cli, &item, "outPath", &s.path, &why))) {
		if (why.code == ERR_INTERRUPTED)
			return err_move(err, &why);
		s.drv = s.path = S("");
		s.trouble = arena_strz(&cli->a, str_c(why.msg));
	}
	rc = s.path.n ? weigh(cli, &s, err) : 0;
	*out = s;
	return rc;
}

static void line(const char *name, struct str value)
{
	if (value.n)
		out_printf("%-12s %.*s\n", name, STR_ARG(value));
}

static void print(const struct shown *s)
{
	const struct catalog_row *row = &s->row;
	char own[SIZE_TEXT_MAX], closure[SIZE_TEXT_MAX];

	line(row->kind == CATALOG_RECIPE ? "recipe" : "package", row->attr);
	line("name", row->name);
	line("version", row->version);
	line("description", row->description);
	line("homepage", row->homepage);
	line("license", row->license);
	line("platforms", row->platforms);
	line("origin", row->origin);
	if (!str_eq(row->position, row->origin))
		line("written in", row->position);
	if (!str_eq(row->outputs, S("out")))
		line("outputs", row->outputs);
	line("trouble", str_c(s->trouble));
	line("derivation", s->drv);
	line("store path", s->path);
	if (s->valid)
		out_printf("%-12s %s, with all that it needs %s\n", "size", size_text(s->size, own),
			   size_text(s->closure, closure));
	else if (s->path.n)
		line("size", S("it is not in the store"));
}

static void print_json(const struct shown *s)
{
	catalog_json_members(&s->row, NULL, 0);
	out_str(S(", \"drvPath\": "));
	if (s->drv.n)
		out_json(s->drv);
	else
		out_str(S("null"));
	out_str(S(", \"outPath\": "));
	if (s->path.n)
		out_json(s->path);
	else
		out_str(S("null"));
	out_printf(", \"valid\": %s", s->valid ? "true" : "false");
	if (s->valid)
		out_printf(", \"size\": %llu, \"closureSize\": %llu", (unsigned long long)s->size,
			   (unsigned long long)s->closure);
	if (s->trouble) {
		out_str(S(", \"trouble\": "));
		out_json(str_c(s->trouble));
	}
	out_str(S("}"));
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	const struct show_command *c = ctx;
	struct catalog *catalog CLEANUP(catalog_cleanup) = NULL;
	struct shown *v = ARENA_ARRAY(&cli->a, struct shown, c->names.n);
	errint rc = catalog_of(cli, &c->from, EVALUATION_READ_ONLY, &catalog, err);

	/* All of them first: half a document is none. */
	for (size_t i = 0; !rc && i < c->names.n; i++)
		rc = look(cli, catalog, c->names.v[i], &v[i], err);
	if (rc)
		return rc;
	out_str(c->json ? S("[\n ") : S(""));
	for (size_t i = 0; i < c->names.n; i++) {
		if (i)
			out_str(c->json ? S(",\n ") : S("\n"));
		if (c->json)
			print_json(&v[i]);
		else
			print(&v[i]);
	}
	out_str(c->json ? S("\n]\n") : S(""));
	return 0;
}

const struct command command_show = {
	.name = "show",
	.summary = "tell all about a recipe or a package",
	.topic = TOPIC_LOOK,
	.needs = NEEDS_STORE,
	.rows = rows,
	.size = sizeof(struct show_command),
	.run = run,
};
