/* SPDX-License-Identifier: MIT
 *
 * kiln cache: binary caches, filled and read. */
#include "base/report.h"
#include "cache/push.h"
#include "cli/command.h"
#include "cli/named.h"
#include "cli/pull.h"
#include "store/key_files.h"

enum { KEYS_MAX = 16 };

struct cache_command {
	const char *to;
	struct option_list from, keys, names;
	uint64_t jobs, priority;
	bool json;
};

#define OPT_CACHE_TO                                     \
	OPT_TEXT(                                        \
		struct cache_command, to, "--to", "URL", \
		"the cache: file:///FOLDER or a server's, with parameters as in Nix behind a '?'")

static void wipe_all(struct signing_key (*v)[KEYS_MAX])
{
	for (size_t i = 0; i < ARRAY_LEN(*v); i++)
		signing_key_wipe(&(*v)[i]);
}

static errint push_options(struct cli *cli, const struct cache_command *c, struct signing_key *keys,
			   struct push_options *out, struct err *err)
{
	errint rc = 0;

	if (!c->to) {
		err_set(err, ERR_USAGE, "no cache is named");
		return err_hint(err, "--to file:///FOLDER");
	}
	if (c->keys.n > KEYS_MAX)
		return err_set(err, ERR_USAGE, "more than %d keys", KEYS_MAX);
	for (size_t i = 0; !rc && i < c->keys.n; i++)
		rc = key_find(&cli->a, c->keys.v[i], &keys[i], err);
	if (rc)
		return rc;
	*out = (struct push_options){.to = c->to,
				     .keys = keys,
				     .n_keys = c->keys.n,
				     .jobs = (unsigned)MIN(c->jobs, (uint64_t)UINT32_MAX),
				     .priority = c->priority};
	return 0;
}

/* ---- init ---- */

static const struct option init_rows[] = {
	OPT_CACHE_TO,
	OPT_NUMBER(struct cache_command, priority, "--priority", "N",
		   "what it says of itself: the smaller one is asked first (40)"),
	OPT_END,
};

static errint init(struct cli *cli, void *ctx, struct err *err)
{
	struct push_options o;
	errint rc = push_options(cli, ctx, NULL, &o, err);

	return rc ? rc : cache_init(cli->store, &o, err);
}

static const struct command init_verb = {
	.name = "init",
	.summary = "make a folder a binary cache",
	.needs = NEEDS_STORE,
	.rows = init_rows,
	.size = sizeof(struct cache_command),
	.run = init,
	.manual = "kiln-cache",
};

/* ---- push ---- */

static const struct option push_rows[] = {
	OPT_CACHE_TO,
	OPT_LIST(struct cache_command, keys, "-k --key", "KEY",
		 "sign with it: a file (with a '/'), or the name of one that is here"),
	OPT_NUMBER(struct cache_command, jobs, "-j --jobs", "N",
		   "pack so many paths at once (one a processor)"),
	OPT_FLAG(struct cache_command, json, "--json", "print JSON"),
	OPERANDS_NEEDED(struct cache_command, names, "NAME|PATH"),
	OPT_END,
};

static void print_pushed(struct cli *cli, const struct cache_command *c, const struct pushed *p)
{
	char size[SIZE_TEXT_MAX], nars[SIZE_TEXT_MAX];

	if (c->json)
		out_printf("{\"paths\": %zu, \"there\": %zu, \"narBytes\": %llu, \"fileBytes\": "
			   "%llu}\n",
			   p->paths, p->there, (unsigned long long)p->nar_bytes,
			   (unsigned long long)p->file_bytes);
	else
		report_msg(cli_report(cli), REPORT_NOTE,
			   "pushed %zu path%s, %s of NARs in %s; %zu were there", p->paths,
			   p->paths == 1 ? "" : "s", size_text(p->nar_bytes, nars),
			   size_text(p->file_bytes, size), p->there);
}

static errint push(struct cli *cli, void *ctx, struct err *err)
{
	const struct cache_command *c = ctx;
	struct signing_key keys[KEYS_MAX] CLEANUP(wipe_all) = {0};
	struct str *roots = ARENA_ARRAY(&cli->a, struct str, c->names.n);
	struct push_options o;
	struct pushed pushed;
	struct str_set closure;
	errint rc = push_options(cli, c, keys, &o, err);

	for (size_t i = 0; !rc && i < c->names.n; i++)
		rc = named_path(cli, c->names.v[i], &roots[i], err);
	if (!rc)
		rc = store_closure(cli->store, &cli->a, roots, c->names.n, 0, &closure, err);
	if (!rc)
		rc = cache_push(cli->store, &o, closure.v, closure.n, cli_report(cli), &pushed,
				err);
	if (!rc)
		print_pushed(cli, c, &pushed);
	return rc;
}

static const struct command push_verb = {
	.name = "push",
	.summary = "copy what is built, and all that it needs, into a binary cache",
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = push_rows,
	.size = sizeof(struct cache_command),
	.run = push,
	.manual = "kiln-cache",
};

/* ---- pull ---- */

static const struct option pull_rows[] = {
	OPT_LIST(struct cache_command, from, "--from", "URL",
		 "a cache to ask besides those of the setting 'substituters'"),
	OPERANDS_NEEDED(struct cache_command, names, "NAME|PATH"),
	OPT_END,
};

static errint pull(struct cli *cli, void *ctx, struct err *err)
{
	const struct cache_command *c = ctx;
	struct build_wanted *w = ARENA_ARRAY(&cli->a, struct build_wanted, c->names.n);
	struct named *named = ARENA_ARRAY(&cli->a, struct named, c->names.n);
	errint rc = 0;

	for (size_t i = 0; !rc && i < c->names.n; i++) {
		rc = named_find(cli, c->names.v[i], &named[i], err);
		w[i].path = named[i].drv.n ? named[i].drv : named[i].path;
	}
	if (!rc)
		rc = pull_paths(cli, &c->from, false, w, c->names.n, err);
	for (size_t i = 0; !rc && i < c->names.n; i++)
		out_printf("%.*s\n", STR_ARG(named[i].path));
	return rc;
}

static const struct command pull_verb = {
	.name = "pull",
	.summary = "bring what is built elsewhere, and all that it needs, from binary caches",
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = pull_rows,
	.size = sizeof(struct cache_command),
	.run = pull,
	.manual = "kiln-cache",
};

static const struct command *const verbs[] = {&init_verb, &pull_verb, &push_verb, NULL};

const struct command command_cache = {
	.name = "cache",
	.summary = "binary caches: fill them, and bring from them",
	.topic = TOPIC_BUILD,
	.verbs = verbs,
};
