/* SPDX-License-Identifier: MIT
 *
 * Where the layers meet: net brings a file or folder, the store takes it in. */
#include "cli/fetcher_int.h"

#include <fcntl.h>
#include <stdlib.h>
#include "base/environ.h"
#include "base/file.h"
#include "eval/flake_ref.h"
#include "fetch/conf.h"
#include "fetch/mirror.h"
#include "store/store.h"

enum { DEFAULT_TTL = 3600 };

struct str request_text(const struct eval_fetch *what, const char *name)
{
	for (size_t i = 0; i < what->n_attrs; i++)
		if (str_eqz(what->attrs[i].name, name) && what->attrs[i].kind == FETCH_ATTR_STRING)
			return what->attrs[i].text;
	return S("");
}

bool request_flag(const struct eval_fetch *what, const char *name)
{
	for (size_t i = 0; i < what->n_attrs; i++)
		if (str_eqz(what->attrs[i].name, name))
			return what->attrs[i].kind == FETCH_ATTR_BOOL && what->attrs[i].number;
	return false;
}

errint input_temp(struct cli_fetcher *f, char **out, struct err *err)
{
	errint rc = f->temp ? 0 : temp_dir(temp_dir_root(), "kiln-fetch-", &f->temp, err);

	if (rc)
		return rc;
	*out = xasprintf("%s/%u", f->temp, f->n_temp++);
	return 0;
}

const char *input_cache(struct cli_fetcher *f)
{
	return f->cache;
}

/* ---- into the store ---- */

errint input_known(struct cli_fetcher *f, const struct eval_fetch *what, const struct hash *h,
		   struct arena *a, struct str *path, bool *valid, struct err *err)
{
	errint rc = store_path_make_fixed(a, store_dir(f->store), what->name, !what->flat, h, NULL,
					  0, false, path, err);

	return rc ? rc : store_is_valid(f->store, *path, valid, err);
}

/* The input as text, for people. */
static struct str shown(const struct eval_fetch *what, struct arena *a)
{
	struct flake_ref r = {.arena = a};
	char hash[HASH_TEXT_MAX];
	struct str text;
	ERR(ignored);

	for (size_t i = 0; i < what->n_attrs; i++)
		flake_ref_set(&r, what->attrs[i]);
	if (!what->n_attrs) {
		flake_ref_set_text(&r, "type", what->type);
		flake_ref_set_text(&r, "url", what->url);
		hash_format(what->expect, HASH_SRI, true, hash);
		flake_ref_set_text(&r, "narHash", str_c(hash));
	}
	return flake_ref_print(&r, &text, &ignored) ? what->url : text;
}

static errint check_hash(const struct eval_fetch *what, const struct hash *got, struct err *err)
{
	char a[HASH_TEXT_MAX], b[HASH_TEXT_MAX];
	ARENA(mem);

	if (!what->expect || hash_eq(what->expect, got))
		return 0;
	if (what->flat)
		return err_set(
			err, ERR_MISMATCH,
			"hash mismatch in file downloaded from '%.*s':\n  specified: %s\n  got:  "
			"     %s",
			STR_ARG(what->url), hash_format(what->expect, HASH_NIX32, true, a),
			hash_format(got, HASH_NIX32, true, b));
	return err_set(err, ERR_MISMATCH,
		       "NAR hash mismatch in input '%.*s', expected '%s' but got '%s'",
		       STR_ARG(shown(what, &mem)), hash_format(what->expect, HASH_SRI, true, a),
		       hash_format(got, HASH_SRI, true, b));
}

errint input_take(const struct eval_fetch *what, const struct hash *h, struct str path,
		  struct eval_fetched *out, struct err *err)
{
	errint rc = check_hash(what, h, err);

	if (rc)
		return rc;
	out->store_path = path;
	out->nar_hash = *h;
	out->has_nar_hash = !what->flat;
	return 0;
}

static errint hash_real(const struct eval_fetch *what, const char *real, struct hash *out,
			struct err *err)
{
	int fd CLEANUP_FD = -1;
	uint64_t size;
	errint rc;

	if (!what->flat)
		return nar_hash(AT_FDCWD, real, out, &size, err);
	rc = open_file(AT_FDCWD, real, &fd, err);
	return rc ? rc : hash_fd(HASH_SHA256, fd, out, err);
}

/* In Nix's words, with the hash that came. */
static errint wrong_hash(const struct eval_fetch *what, const char *real, struct err *err)
{
	struct hash h;

	err_clear(err);
	return hash_real(what, real, &h, err) ? err->code : check_hash(what, &h, err);
}

/* The store reads what is there twice, to know its path and to copy it: not once more for us. */
static errint add(struct cli_fetcher *f, const struct eval_fetch *what, const char *real,
		  struct arena *a, struct eval_fetched *out, struct err *err)
{
	struct path_info info;
	struct hash h;
	errint rc = store_add_path(f->store, a, what->name, real, !what->flat, HASH_SHA256,
				   what->expect, NULL, NULL, &out->store_path, err);

	if (rc == ERR_MISMATCH)
		return wrong_hash(what, real, err);
	if (!rc && what->flat)
		rc = hash_real(what, real, &h, err);
	else if (!rc)
		rc = store_query(f->store, a, out->store_path, &info, err);
	if (rc)
		return rc;
	return input_take(what, what->flat ? &h : &info.nar_hash, out->store_path, out, err);
}

errint input_add(struct cli_fetcher *f, const struct eval_fetch *what, const char *real,
		 struct arena *a, struct eval_fetched *out, struct err *err)
{
	struct str path;
	bool valid;
	struct hash h;
	errint rc;

	if (!f->read_only)
		return add(f, what, real, a, out, err);
	rc = hash_real(what, real, &h, err);
	if (!rc)
		rc = input_known(f, what, &h, a, &path, &valid, err);
	if (!rc)
		rc = input_take(what, &h, path, out, err);
	if (!rc && !valid)
		out->source = arena_str(a, str_c(real));
	return rc;
}

/* ---- the table ---- */

static const struct {
	const char *type;
	fetch_fn *fetch;
} types[] = {
	{"file", fetch_file},       {"git", fetch_git}, {"github", fetch_forge},
	{"gitlab", fetch_forge},    {"hg", fetch_hg},   {"sourcehut", fetch_forge},
	{"tarball", fetch_tarball},
};

static errint prepare(struct cli_fetcher *f, struct err *err)
{
	struct str text;

	if (f->cache)
		return 0;
	errint rc = f->conf ? 0 : conf_load(cli_report(f->cli), &f->conf, err);
	if (rc)
		return rc;
	if (f->ttl < 0 && conf_get(f->conf, S("tarball-ttl"), &text) &&
	    (!str_to_i64(text, &f->ttl) || f->ttl < 0))
		return err_set(err, ERR_USAGE, "tarball-ttl is no number of seconds: '%.*s'",
			       STR_ARG(text));
	if (f->ttl < 0)
		f->ttl = DEFAULT_TTL;
	f->mirrors = mirrors_new(f->conf, cli_report(f->cli));
	f->cache = user_cache_dir();
	return 0;
}

static errint fetch(struct eval_fetcher *self, const struct eval_fetch *what, struct arena *a,
		    struct eval_fetched *out, struct err *err)
{
	struct cli_fetcher *f = (struct cli_fetcher *)self;
	errint rc = prepare(f, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (str_eqz(what->type, types[i].type))
			return types[i].fetch(f, what, a, out, err);
	return err_set(err, ERR_UNSUPPORTED, "input type '%.*s' cannot be fetched",
		       STR_ARG(what->type));
}

static errint registry(struct eval_fetcher *self, enum eval_registry which, struct arena *a,
		       struct str *out, struct err *err)
{
	struct cli_fetcher *f = (struct cli_fetcher *)self;
	char *ours CLEANUP_FREE = user_config_dir();
	struct str user = path_dir(str_c(ours));
	errint rc = prepare(f, err);

	if (rc)
		return rc;
	*out = S("");
	switch (which) {
	case EVAL_REGISTRY_USER:
		*out = str_c(arena_printf(a, "%.*s/nix/registry.json", STR_ARG(user)));
		break;
	case EVAL_REGISTRY_SYSTEM:
		*out = str_c(
			arena_printf(a, "%s/registry.json", env_or("NIX_CONF_DIR", "/etc/nix")));
		break;
	case EVAL_REGISTRY_GLOBAL:
		if (f->registry)
			*out = str_c(f->registry);
		else
			(void)conf_get(f->conf, S("flake-registry"), out);
		break;
	}
	if (out->n && out->p[0] != '/')
		return err_set(err, ERR_UNSUPPORTED, "flake-registry is no absolute path: '%.*s'",
			       STR_ARG(*out));
	*out = arena_str(a, *out);
	return 0;
}

static errint rev_count(struct eval_fetcher *self, struct str from, uint64_t *out, struct err *err)
{
	return input_rev_count((struct cli_fetcher *)self, from, out, err);
}

void cli_fetcher_init(struct cli_fetcher *f, struct cli *cli, struct store *s, bool read_only)
{
	*f = (struct cli_fetcher){
		.fetcher = {.fetch = fetch, .registry = registry, .rev_count = rev_count},
		.cli = cli,
		.store = s,
		.read_only = read_only,
		.ttl = -1,
	};
}

void cli_fetcher_release(struct cli_fetcher *f)
{
	if (f->temp)
		remove_tree_quietly(AT_FDCWD, f->temp);
	mirrors_free(f->mirrors);
	conf_free(f->conf);
	free(f->temp);
	free(f->cache);
	*f = (struct cli_fetcher){0};
}
