/* SPDX-License-Identifier: MIT
 *
 * kiln key sign and verify: Nix's signatures of store paths. */
#include "base/environ.h"
#include "base/file.h"
#include "base/report.h"
#include "cli/key_verbs.h"
#include "cli/named.h"
#include "project/project.h"
#include "store/key_files.h"
#include "store/key_ring.h"
#include "store/path_signatures.h"

enum { KEYS_MAX = 16 };

struct key_paths {
	const char *project;
	struct option_list keys, paths;
	bool recursive, json;
	uint64_t needed;
};

static errint find_paths(struct cli *cli, const struct key_paths *c, struct str_set *out,
			 struct err *err)
{
	struct str *v = ARENA_ARRAY(&cli->a, struct str, c->paths.n);
	errint rc = 0;

	for (size_t i = 0; !rc && i < c->paths.n; i++)
		rc = named_path(cli, c->paths.v[i], &v[i], err);
	if (rc)
		return rc;
	*out = (struct str_set){v, c->paths.n};
	if (c->recursive)
		return store_closure(cli->store, &cli->a, v, c->paths.n, 0, out, err);
	str_set_sort(out);
	return 0;
}

/* ---- sign ---- */

static const struct option sign_rows[] = {
	OPT_LIST(struct key_paths, keys, "-k --key", "KEY",
		 "the secret key: a file (with a '/'), or the name of one that is here"),
	OPT_FLAG(struct key_paths, recursive, "-r --recursive", "their closure, too"),
	OPERANDS_NEEDED(struct key_paths, paths, "WHAT"),
	OPT_END,
};

static void wipe_all(struct signing_key (*v)[KEYS_MAX])
{
	for (size_t i = 0; i < ARRAY_LEN(*v); i++)
		signing_key_wipe(&(*v)[i]);
}

static errint sign(struct cli *cli, void *ctx, struct err *err)
{
	struct key_paths *c = ctx;
	struct signing_key keys[KEYS_MAX] CLEANUP(wipe_all) = {0};
	size_t n = c->keys.n ? c->keys.n : 1, added;
	struct str_set paths;
	errint rc = 0;

	if (n > ARRAY_LEN(keys))
		return err_set(err, ERR_USAGE, "more than %zu keys", ARRAY_LEN(keys));
	for (size_t i = 0; !rc && i < n; i++)
		rc = key_find(&cli->a, c->keys.n ? c->keys.v[i] : NULL, &keys[i], err);
	if (!rc)
		rc = find_paths(cli, c, &paths, err);
	if (!rc)
		rc = store_sign(cli->store, paths.v, paths.n, keys, n, &added, err);
	if (!rc)
		report_msg(cli_report(cli), REPORT_NOTE, "added %zu signature%s", added,
			   added == 1 ? "" : "s");
	return rc;
}

const struct command key_verb_sign = {
	.name = "sign",
	.summary = "sign store paths, as Nix does",
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = sign_rows,
	.size = sizeof(struct key_paths),
	.run = sign,
};

/* ---- verify ---- */

static const struct option verify_rows[] = {
	OPT_TEXT(struct key_paths, project, "--project", "DIR", "the project whose keys count"),
	OPT_LIST(struct key_paths, keys, "-k --key", "KEY",
		 "a public key, or a file with one (the keys that the project trusts)"),
	OPT_FLAG(struct key_paths, recursive, "-r --recursive", "their closure, too"),
	OPT_NUMBER(struct key_paths, needed, "-n --sigs-needed", "N",
		   "so many keys must have signed each (1)"),
	OPT_FLAG(struct key_paths, json, "--json", "print JSON"),
	OPERANDS_NEEDED(struct key_paths, paths, "WHAT"),
	OPT_END,
};

struct public_keys {
	struct public_key *v;
	size_t n;
};

static errint given_key(struct cli *cli, const char *given, struct public_key *out, struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);

	if (strchr(given, ':'))
		return public_key_parse(&cli->a, str_c(given), out, err);
	errint rc = file_read(AT_FDCWD, given, &text, err);
	if (!rc)
		rc = public_key_parse(&cli->a, buf_str(&text), out, err);
	return rc ? err_wrap(err, "'%s'", given) : 0;
}

/* A signature of a path has no time, so that only keys that are good now count. */
static errint project_keys(struct cli *cli, const char *project, struct public_keys *out,
			   struct err *err)
{
	char *dir CLEANUP_FREE = NULL;
	struct key_ring ring;
	errint rc = project_find(project, &dir, err);

	if (rc)
		return err_hint(err, "or name a public key with --key");
	char *file CLEANUP_FREE = xasprintf("%s/.flox/kiln.toml", dir);
	rc = key_ring_read(file, &cli->a, &ring, err);
	if (rc)
		return rc;
	out->v = ARENA_ARRAY(&cli->a, struct public_key, ring.n);
	for (size_t i = 0; i < ring.n; i++)
		if (key_standing(&ring.v[i], clock_unix()) == KEY_GOOD)
			out->v[out->n++] = ring.v[i].key;
	if (out->n)
		return 0;
	err_set(err, ERR_NOT_FOUND, "'%s' trusts no key", file);
	return err_hint(err, "kiln key trust NAME:BASE64");
}

static errint find_keys(struct cli *cli, const struct key_paths *c, struct public_keys *out,
			struct err *err)
{
	errint rc = 0;

	if (!c->keys.n)
		return project_keys(cli, c->project, out, err);
	out->v = ARENA_ARRAY(&cli->a, struct public_key, c->keys.n);
	for (size_t i = 0; !rc && i < c->keys.n; i++)
		rc = given_key(cli, c->keys.v[i], &out->v[out->n++], err);
	return rc;
}

static void tell(const struct key_paths *c, const struct path_info *info, size_t good, bool fine,
		 bool first)
{
	if (c->json) {
		out_str(first ? S("\n  {\"path\": ") : S(",\n  {\"path\": "));
		out_json(info->path);
		out_printf(", \"trusted\": %s, \"signatures\": %zu, \"contentAddressed\": %s}",
			   fine ? "true" : "false", good, info->ca.n ? "true" : "false");
		return;
	}
	if (!fine)
		out_printf("%.*s: %zu of %llu signatures that count\n", STR_ARG(info->path), good,
			   (unsigned long long)c->needed);
}

static errint verify(struct cli *cli, void *ctx, struct err *err)
{
	struct key_paths *c = ctx;
	struct public_keys keys = {0};
	struct str_set paths = {0};
	size_t bad = 0;
	errint rc = find_keys(cli, c, &keys, err);

	if (!rc)
		rc = find_paths(cli, c, &paths, err);
	if (rc)
		return rc;
	out_str(c->json ? S("[") : S(""));
	for (size_t i = 0; i < paths.n; i++) {
		ARENA(a);
		struct path_info info;
		size_t good;

		rc = store_query(cli->store, &a, paths.v[i], &info, err);
		if (!rc)
			rc = path_signatures_count(&info, keys.v, keys.n, &good, err);
		if (rc)
			return rc;
		/* What is named after its content needs nobody's word, as for Nix. */
		bool fine = good >= c->needed || info.ca.n;

		tell(c, &info, good, fine, i == 0);
		bad += !fine;
	}
	out_str(c->json ? S("\n]\n") : S(""));
	if (!bad)
		return 0;
	err_set(err, ERR_DENIED, "%zu of %zu paths are not signed by whom is trusted", bad,
		paths.n);
	return err_hint(err, "kiln key sign signs what was built here");
}

static const struct key_paths verify_defaults = {.needed = 1};

const struct command key_verb_verify = {
	.name = "verify",
	.summary = "tell whether store paths are signed by keys that count",
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = verify_rows,
	.size = sizeof(struct key_paths),
	.defaults = &verify_defaults,
	.run = verify,
};
