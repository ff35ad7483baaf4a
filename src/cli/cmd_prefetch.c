/* SPDX-License-Identifier: MIT
 *
 * kiln prefetch: brings what is named into the store, and tells the hash to write into a recipe. */
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "base/report.h"
#include "cli/command.h"
#include "cli/hash_options.h"
#include "recipe/prefetch_item.h"

struct prefetch_items {
	struct option_list names;
	struct prefetch_item_options options;
	enum hash_format format;
	bool json;
	struct str *v;
	size_t n, cap;
	bool list; /* they were read from standard input */
};

static const struct option rows[] = {
	OPT_FLAG(struct prefetch_items, options.unpack, "--unpack",
		 "unpack archives, and hash the tree"),
	OPT_FLAG(struct prefetch_items, options.sdist, "--sdist",
		 "of the package index the source archive"),
	OPT_TEXT(struct prefetch_items, options.name, "--name", "NAME",
		 "what to call it in the store"),
	OPT_HASH_ALGO(struct prefetch_items, options.algo, "--type",
		      "md5, sha1, sha256 (the default) or sha512"),
	OPT_HASH_FORMAT(struct prefetch_items, format, "--format",
			"base16, base32, base64 or sri (the default)"),
	OPT_FLAG(struct prefetch_items, json, "--json", "print JSON"),
	OPERANDS(struct prefetch_items, names, "WHAT"),
	OPT_END,
};

static void add(struct prefetch_items *c, struct str text)
{
	ARRAY_GROW(c->v, c->n, c->cap);
	c->v[c->n++] = text;
}

/* A line each; what begins with '#' is a comment. */
static errint read_list(struct cli *cli, struct prefetch_items *c, struct err *err)
{
	BUF(text, LIMIT_TOOL_OUTPUT);
	errint rc = fd_read_all(STDIN_FILENO, &text, err);
	struct str rest, line;

	if (rc)
		return err_wrap(err, "reading standard input");
	rest = arena_str(&cli->a, buf_str(&text));
	c->list = true;
	while (str_split(&rest, '\n', &line)) {
		line = str_trim(line);
		if (line.n && line.p[0] != '#')
			add(c, line);
	}
	return 0;
}

static errint read_names(struct cli *cli, struct prefetch_items *c, struct err *err)
{
	errint rc = 0;

	if (!c->names.n) {
		err_set(err, ERR_USAGE, "what is to be fetched?");
		return err_hint(err, "name URLs, pypi:NAME or github:OWNER/REPO@REF; '-' reads a "
				     "list from standard input");
	}
	for (size_t i = 0; !rc && i < c->names.n; i++) {
		if (strcmp(c->names.v[i], "-") == 0)
			rc = read_list(cli, c, err);
		else
			add(c, str_c(c->names.v[i]));
	}
	if (!rc && c->options.name && c->n > 1)
		return err_set(err, ERR_USAGE, "--name is about one thing");
	return rc;
}

static void print_json_row(const struct prefetch_items *c, struct str item,
			   const struct prefetch *p, bool first)
{
	char text[HASH_TEXT_MAX];

	out_printf("%s\n  {\"item\": ", first ? "" : ",");
	out_json(item);
	if (p->failure.code) {
		out_str(S(", \"error\": "));
		out_json(str_c(p->failure.msg));
		out_str(S("}"));
		return;
	}
	out_str(S(", \"url\": "));
	out_json(p->kind == PREFETCH_COMMIT ? p->repo : str_c(p->urls[0]));
	if (p->kind == PREFETCH_COMMIT) {
		out_str(S(", \"ref\": "));
		out_json(p->ref);
	}
	out_printf(", \"hash\": \"%s\"", hash_format(&p->hash, c->format, false, text));
	out_str(S(", \"path\": "));
	out_json(p->store_path);
	out_printf(", \"size\": %llu, \"unpacked\": %s}", (unsigned long long)p->size,
		   p->kind == PREFETCH_FILE ? "false" : "true");
}

static void print_row(struct cli *cli, const struct prefetch_items *c, struct str item,
		      const struct prefetch *p)
{
	char text[HASH_TEXT_MAX];

	hash_format(&p->hash, c->format, false, text);
	/* One alone is for $(…). */
	if (c->n == 1 && !c->list) {
		report_msg(cli_report(cli), REPORT_NOTE, "path is '%.*s'", STR_ARG(p->store_path));
		out_printf("%s\n", text);
		return;
	}
	out_printf("%s %.*s %llu %.*s\n", text, STR_ARG(p->store_path), (unsigned long long)p->size,
		   STR_ARG(item));
}

static errint tell_all(struct cli *cli, const struct prefetch_items *c, struct prefetch *v,
		       struct err *err)
{
	if (c->n == 1 && v[0].failure.code && !c->json)
		return err_move(err, &v[0].failure);
	if (c->json)
		out_str(S("["));
	for (size_t i = 0; i < c->n; i++) {
		if (c->json)
			print_json_row(c, c->v[i], &v[i], i == 0);
		else if (!v[i].failure.code)
			print_row(cli, c, c->v[i], &v[i]);
		if (!v[i].failure.code)
			continue;
		cli->status = 1;
		err_wrap(&v[i].failure, "%.*s", STR_ARG(c->v[i]));
		report_err(cli_report(cli), &v[i].failure);
	}
	if (c->json)
		out_str(S("\n]\n"));
	return 0;
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	struct prefetch_items *c = ctx;
	struct session *s;
	errint rc = read_names(cli, c, err);

	/* What was fetched an hour ago does not count: that is what the command is for. */
	cli->settings->tarball_ttl = 0;
	cli->settings->given[SETTING_INDEX_tarball_ttl] = true;
	if (!rc)
		rc = cli_session(cli, &s, err);
	if (rc)
		return rc;
	struct prefetch *v = ARENA_ARRAY(&cli->a, struct prefetch, c->n + 1);
	for (size_t i = 0; i < c->n; i++)
		prefetch_item_ask(s, c->v[i]);
	for (size_t i = 0; i < c->n; i++) {
		ERR(why);

		if (prefetch_item(s, c->v[i], &c->options, &cli->a, &v[i], &why))
			err_move(&v[i].failure, &why);
	}
	rc = prefetch_all(s, v, c->n, &cli->a, err);
	if (!rc)
		rc = tell_all(cli, c, v, err);
	for (size_t i = 0; i < c->n; i++)
		err_release(&v[i].failure);
	return rc;
}

static void release(void *ctx)
{
	free(((struct prefetch_items *)ctx)->v);
}

const struct command command_prefetch = {
	.name = "prefetch",
	.summary = "bring files and trees into the store and print their hashes",
	.topic = TOPIC_BUILD,
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = rows,
	.size = sizeof(struct prefetch_items),
	.defaults = &(const struct prefetch_items){.options.algo = HASH_SHA256, .format = HASH_SRI},
	.run = run,
	.release = release,
};
