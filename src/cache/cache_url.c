/* SPDX-License-Identifier: MIT
 *
 * Parameters are a table; those that only change how Nix works are read and left alone. */
#include "cache/cache_url.h"

#include <stdlib.h>

#include "base/url.h"

typedef errint parameter_fn(struct cache_url *u, struct arena *a, struct str value,
			    struct err *err);

static errint not_a(const char *what, struct str value, struct err *err)
{
	return err_set(err, ERR_USAGE, "'%.*s' is no %s", STR_ARG(value), what);
}

static errint take_bool(struct str value, bool *out, struct err *err)
{
	bool yes = str_eq(value, S("true")) || str_eq(value, S("1"));

	if (!yes && !str_eq(value, S("false")) && !str_eq(value, S("0")))
		return not_a("boolean", value, err);
	*out = yes;
	return 0;
}

static errint take_trusted(struct cache_url *u, struct arena *a, struct str value, struct err *err)
{
	return take_bool(value, &u->trusted, err);
}

static errint take_priority(struct cache_url *u, struct arena *a, struct str value, struct err *err)
{
	u->has_priority = true;
	return str_to_u64(value, &u->priority) ? 0 : not_a("priority", value, err);
}

static errint take_packing(struct cache_url *u, struct arena *a, struct str value, struct err *err)
{
	return packing_parse(value, &u->packing) ? 0 : not_a("compression", value, err);
}

static errint take_level(struct cache_url *u, struct arena *a, struct str value, struct err *err)
{
	uint64_t level;

	if (!str_to_u64(value, &level) || level > 19)
		return not_a("level of a compression (0 to 19)", value, err);
	u->level = (int)level;
	return 0;
}

static errint take_secret_key(struct cache_url *u, struct arena *a, struct str value,
			      struct err *err)
{
	u->secret_key = arena_str(a, value);
	return 0;
}

static errint leave(struct cache_url *u, struct arena *a, struct str value, struct err *err)
{
	return 0;
}

static const struct parameter {
	struct str name;
	parameter_fn *take;
} parameters[] = {
	{{"compression", 11}, take_packing},
	{{"compression-level", 17}, take_level},
	{{"local-nar-cache", 15}, leave},
	{{"parallel-compression", 20}, leave},
	{{"path", 4}, leave},
	{{"priority", 8}, take_priority},
	{{"secret-key", 10}, take_secret_key},
	{{"trusted", 7}, take_trusted},
	{{"want-mass-query", 15}, leave},
};

static errint take_parameter(struct cache_url *u, struct arena *a, struct str one, struct err *err)
{
	struct str name, value;

	if (!str_cut(one, '=', &name, &value))
		return not_a("parameter NAME=VALUE", one, err);
	char *decoded = arena_alloc(a, value.n + 1);
	size_t n;
	if (!url_decode(value, decoded, &n))
		return not_a("value of a parameter", value, err);
	for (size_t i = 0; i < ARRAY_LEN(parameters); i++) {
		if (str_eq(name, parameters[i].name))
			return parameters[i].take(u, a, str_n(decoded, n), err);
	}
	err_set(err, ERR_USAGE, "a cache has no parameter '%.*s'", STR_ARG(name));
	return err_hint(err, "compression, compression-level, priority, secret-key, trusted");
}

static errint take_parameters(struct cache_url *u, struct arena *a, struct str query,
			      struct err *err)
{
	struct str one;
	errint rc = 0;

	while (!rc && query.n && str_split(&query, '&', &one)) {
		if (one.n)
			rc = take_parameter(u, a, one, err);
	}
	return rc;
}

static errint take_file(struct cache_url *u, struct arena *a, struct err *err)
{
	struct str encoded = str_skip(u->url, sizeof("file://") - 1);
	char *dir = arena_alloc(a, encoded.n + 1);
	size_t n;

	if (!url_decode(encoded, dir, &n) || !n || dir[0] != '/')
		return not_a("file: URL of an absolute path", u->url, err);
	u->dir = str_n(dir, n);
	u->scheme = CACHE_FILE;
	return 0;
}

static errint take_place(struct cache_url *u, struct arena *a, struct err *err)
{
	struct str host = str_skip(u->url, (size_t)str_find(u->url, S("://")) + 3);

	if (str_starts(u->url, S("file://")))
		return take_file(u, a, err);
	if (str_starts(u->url, S("http://")) || str_starts(u->url, S("https://"))) {
		u->scheme = CACHE_HTTP;
		return host.n && host.p[0] != '/' ? 0 : not_a("URL of a cache", u->url, err);
	}
	return err_set(err, ERR_UNSUPPORTED, "'%.*s' is a store of a kind that is not read",
		       STR_ARG(u->shown));
}

errint cache_url_parse(struct arena *a, struct str text, struct cache_url *out, struct err *err)
{
	struct cache_url u = {.packing = PACKING_ZSTD};
	struct str query = {0};

	if (!str_cut(text, '?', &u.url, &query))
		u.url = text;
	u.url = arena_str(a, u.url);
	char *shown CLEANUP_FREE = url_shown(u.url.p);
	u.shown = arena_str(a, str_c(shown));
	if (str_find(u.url, S("://")) < 0)
		return not_a("URL of a cache", u.shown, err);
	while (str_ends(u.url, S("/")) && !str_ends(u.url, S("://")))
		u.url = arena_str(a, str_n(u.url.p, u.url.n - 1));
	errint rc = take_parameters(&u, a, query, err);
	if (!rc)
		rc = take_place(&u, a, err);
	if (rc)
		return rc;
	*out = u;
	return 0;
}
