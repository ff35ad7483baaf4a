/* SPDX-License-Identifier: MIT
 *
 * kiln store info: about the store, or about paths of it. nix store ping and info. */
#include <time.h>

#include "base/report.h"
#include "cli/named.h"
#include "cli/nix_verbs.h"
#include "store/store.h"

struct info_command {
	struct option_list paths;
	bool json;
};

static const struct option rows[] = {
	OPT_FLAG(struct info_command, json, "--json", "print JSON"),
	OPERANDS(struct info_command, paths, "PATH"),
	OPT_END,
};

struct total {
	size_t paths;
	uint64_t size;
};

static errint add_up(struct cli *cli, const struct str_set *set, struct total *out, struct err *err)
{
	*out = (struct total){.paths = set->n};
	for (size_t i = 0; i < set->n; i++) {
		ARENA(a);
		struct path_info info;
		errint rc = store_query(cli->store, &a, set->v[i], &info, err);

		if (rc)
			return rc;
		out->size += info.nar_size;
	}
	return 0;
}

static void print_pair(bool json, const char *name, struct str value)
{
	if (!json) {
		out_printf("%-12s %.*s\n", name, STR_ARG(value));
		return;
	}
	out_printf(", \"%s\": ", name);
	out_json(value);
}

static void print_number(bool json, const char *name, uint64_t n)
{
	if (json)
		out_printf(", \"%s\": %llu", name, (unsigned long long)n);
	else
		out_printf("%-12s %llu\n", name, (unsigned long long)n);
}

static void print_size(bool json, const char *name, uint64_t n)
{
	if (json) {
		print_number(json, name, n);
		return;
	}
	out_printf("%-12s ", name);
	out_size(n);
	out_str(S("\n"));
}

/* In seconds since 1970, and as people read it. */
static void print_time(bool json, const char *name, int64_t t)
{
	char text[32];
	struct tm tm;

	if (json || !gmtime_r(&(time_t){t}, &tm) ||
	    !strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &tm))
		print_number(json, name, (uint64_t)t);
	else
		out_printf("%-12s %lld (%s)\n", name, (long long)t, text);
}

static errint about_store(struct cli *cli, bool json, struct err *err)
{
	char *real CLEANUP_FREE = store_real_path(cli->store, store_dir(cli->store));
	struct str_set all;
	struct total total;
	struct root *roots;
	size_t n_roots;
	errint rc = store_all_valid(cli->store, &cli->a, &all, err);

	if (!rc)
		rc = add_up(cli, &all, &total, err);
	if (!rc)
		rc = store_roots(cli->store, &cli->a, &roots, &n_roots, err);
	if (rc)
		return rc;
	out_str(json ? S("{\"version\": \"" KILN_VERSION "\"") : S(""));
	print_pair(json, "store", store_dir(cli->store));
	print_pair(json, "folder", str_c(real));
	print_number(json, "paths", total.paths);
	print_size(json, "size", total.size);
	print_number(json, "roots", n_roots);
	out_str(json ? S("}\n") : S(""));
	return 0;
}

static void json_refs(const struct path_info *info)
{
	out_str(S(", \"references\": ["));
	for (size_t i = 0; i < info->n_refs; i++) {
		out_str(i ? S(", ") : S(""));
		out_json(info->refs[i]);
	}
	out_str(S("]"));
}

static errint about_path(struct cli *cli, struct str path, bool json, struct err *err)
{
	char hash[HASH_TEXT_MAX];
	struct str_set closure;
	struct path_info info;
	struct total total;
	errint rc = store_query(cli->store, &cli->a, path, &info, err);

	if (!rc)
		rc = store_closure(cli->store, &cli->a, &path, 1, 0, &closure, err);
	if (!rc)
		rc = add_up(cli, &closure, &total, err);
	if (rc)
		return rc;
	if (json) {
		out_str(S("{\"path\": "));
		out_json(path);
	} else {
		print_pair(json, "path", path);
	}
	print_pair(json, "hash", str_c(hash_format(&info.nar_hash, HASH_SRI, true, hash)));
	print_size(json, "size", info.nar_size);
	print_size(json, json ? "closureSize" : "closure", total.size);
	if (json)
		json_refs(&info);
	else
		print_number(json, "references", info.n_refs);
	if (info.deriver.n)
		print_pair(json, "deriver", info.deriver);
	if (info.ca.n)
		print_pair(json, "ca", info.ca);
	print_time(json, "registered", info.registered);
	print_pair(json, "origin",
		   info.ultimate ? S("built here")
		   : info.ca.n   ? S("added")
				 : S("brought"));
	out_str(json ? S("}") : S(""));
	return 0;
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	const struct info_command *c = ctx;
	errint rc = 0;

	struct str *paths = ARENA_ARRAY(&cli->a, struct str, c->paths.n);
	if (!c->paths.n)
		return about_store(cli, c->json, err);
	/* All of them first: half a document is none. */
	for (size_t i = 0; !rc && i < c->paths.n; i++)
		rc = named_path(cli, c->paths.v[i], &paths[i], err);
	if (rc)
		return rc;
	out_str(c->json ? S("[\n ") : S(""));
	for (size_t i = 0; !rc && i < c->paths.n; i++) {
		if (i)
			out_str(c->json ? S(",\n ") : S("\n"));
		rc = about_path(cli, paths[i], c->json, err);
	}
	if (!rc && c->json)
		out_str(S("\n]\n"));
	return rc;
}

const struct command store_verb_info = {
	.name = "info",
	.summary = "tell about the store, or about paths of it",
	.needs = NEEDS_STORE,
	.rows = rows,
	.size = sizeof(struct info_command),
	.run = run,
};

/* ---- nix store ping ---- */

struct ping_command {
	bool json;
};

static const struct option ping_rows[] = {
	OPT_FLAG(struct ping_command, json, "--json", "print JSON"),
	OPT_END,
};

static errint ping_run(struct cli *cli, void *ctx, struct err *err)
{
	const struct ping_command *c = ctx;
	const char *root = store_config(cli->store)->root;
	const char *url = *root ? arena_printf(&cli->a, "local?root=%s", root) : "local";

	if (!c->json) {
		report_msg(cli_report(cli), REPORT_NOTE, "Store URL: %s", url);
		report_msg(cli_report(cli), REPORT_NOTE, "Version: %s", KILN_VERSION);
		return 0;
	}
	out_str(S("{\"url\":"));
	out_json(str_c(url));
	out_printf(",\"version\":\"%s\"}\n", KILN_VERSION);
	return 0;
}

#define PING_COMMAND                                                                    \
	.summary = "tell which store this is", .needs = NEEDS_STORE, .rows = ping_rows, \
	.size = sizeof(struct ping_command), .run = ping_run

const struct command nix_store_ping = {.name = "ping", PING_COMMAND};
const struct command nix_store_info = {.name = "info", PING_COMMAND};
