/* SPDX-License-Identifier: MIT
 *
 * The front: each type of input has its file; what they bring is taken into the store here. */
#include "source/ascent_int.h"

#include <fcntl.h>
#include <stdlib.h>
#include "base/environ.h"
#include "base/file.h"
#include "base/url.h"
#include "source/locator.h"
#include "source/conf.h"
#include "source/mirror.h"
#include "source/vendored.h"
#include "store/store.h"

enum { DEFAULT_TTL = 3600 };

struct str request_text(const struct bring *what, const char *name)
{
	for (size_t i = 0; i < what->n_attrs; i++)
		if (str_eqz(what->attrs[i].name, name) &&
		    what->attrs[i].kind == LOCATOR_ATTR_STRING)
			return what->attrs[i].text;
	return S("");
}

bool request_flag(const struct bring *what, const char *name)
{
	for (size_t i = 0; i < what->n_attrs; i++)
		if (str_eqz(what->attrs[i].name, name))
			return what->attrs[i].kind == LOCATOR_ATTR_BOOL && what->attrs[i].number;
	return false;
}

errint input_temp(struct ladder *l, char **out, struct err *err)
{
	errint rc = l->temp ? 0 : temp_dir(temp_dir_root(), "kiln-fetch-", &l->temp, err);

	if (rc)
		return rc;
	*out = xasprintf("%s/%u", l->temp, l->n_temp++);
	return 0;
}

const char *input_cache(struct ladder *l)
{
	return l->cache;
}

/* ---- into the store ---- */

errint input_known(struct ladder *l, const struct bring *what, const struct hash *h,
		   struct arena *a, struct str *path, bool *valid, struct err *err)
{
	errint rc = store_path_make_fixed(a, store_dir(l->store), what->name, !what->flat, h, NULL,
					  0, false, path, err);

	return rc ? rc : store_is_valid(l->store, *path, valid, err);
}

/* The input as text, for people. */
static struct str shown(const struct bring *what, struct arena *a)
{
	struct locator r = {.arena = a};
	char hash[HASH_TEXT_MAX];
	struct str text;
	ERR(ignored);

	for (size_t i = 0; i < what->n_attrs; i++)
		locator_set(&r, what->attrs[i]);
	if (!what->n_attrs) {
		locator_set_text(&r, "type", what->type);
		locator_set_text(&r, "url", what->url);
		hash_format(what->expect, HASH_SRI, true, hash);
		locator_set_text(&r, "narHash", str_c(hash));
	}
	return locator_print(&r, &text, &ignored) ? what->url : text;
}

static errint check_hash(const struct bring *what, const struct hash *got, struct err *err)
{
	ARENA(mem);

	if (!what->expect || hash_eq(what->expect, got))
		return 0;
	return what->flat ? hash_mismatch(err, HASH_OF_DOWNLOAD, what->url, what->expect, got)
			  : hash_mismatch(err, HASH_OF_INPUT, shown(what, &mem), what->expect, got);
}

errint input_take(const struct bring *what, const struct hash *h, struct str path,
		  struct brought *out, struct err *err)
{
	errint rc = check_hash(what, h, err);

	if (rc)
		return rc;
	out->store_path = path;
	out->nar_hash = *h;
	out->has_nar_hash = !what->flat;
	return 0;
}

static errint hash_real(const struct bring *what, const char *real, struct hash *out,
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
static errint wrong_hash(const struct bring *what, const char *real, struct err *err)
{
	struct hash h;

	err_clear(err);
	return hash_real(what, real, &h, err) ? err->code : check_hash(what, &h, err);
}

/* The store reads what is there twice, to know its path and to copy it: not once more for us. */
static errint add(struct ladder *l, const struct bring *what, const char *real, struct arena *a,
		  struct brought *out, struct err *err)
{
	struct path_info info;
	struct hash h;
	errint rc = store_add_path(l->store, a, what->name, real, !what->flat, HASH_SHA256,
				   what->expect, NULL, NULL, &out->store_path, err);

	if (rc == ERR_MISMATCH)
		return wrong_hash(what, real, err);
	if (!rc && what->flat && what->expect)
		h = *what->expect;
	else if (!rc && what->flat)
		rc = hash_real(what, real, &h, err);
	else if (!rc)
		rc = store_query(l->store, a, out->store_path, &info, err);
	/* A record will send other processes to the path: it is theirs, too, from now on. */
	if (!rc)
		rc = store_flush(l->store, err);
	if (rc)
		return rc;
	return input_take(what, what->flat ? &h : &info.nar_hash, out->store_path, out, err);
}

errint input_add(struct ladder *l, const struct bring *what, const char *real, struct arena *a,
		 struct brought *out, struct err *err)
{
	struct str path;
	bool valid;
	struct hash h;
	errint rc;

	if (!what->read_only)
		return add(l, what, real, a, out, err);
	rc = hash_real(what, real, &h, err);
	if (!rc)
		rc = input_known(l, what, &h, a, &path, &valid, err);
	if (!rc)
		rc = input_take(what, &h, path, out, err);
	if (!rc && !valid)
		out->source = arena_str(a, str_c(real));
	return rc;
}

/* ---- the table ---- */

static const struct {
	const char *type;
	bring_fn *bring;
} types[] = {
	{"file", bring_file},       {"git", bring_git}, {"github", bring_forge},
	{"gitlab", bring_forge},    {"hg", bring_hg},   {"sourcehut", bring_forge},
	{"tarball", bring_tarball},
};

static errint read_ttl(struct ladder *l, struct err *err)
{
	struct str text;

	l->ttl = l->config.ttl_given ? l->config.ttl : DEFAULT_TTL;
	if (!l->config.ttl_given && conf_get(l->conf, S("tarball-ttl"), &text) &&
	    (!str_to_i64(text, &l->ttl) || l->ttl < 0))
		return err_set(err, ERR_USAGE, "tarball-ttl is no number of seconds: '%.*s'",
			       STR_ARG(text));
	return 0;
}

errint ladder_prepare(struct ladder *l, struct err *err)
{
	if (l->cache)
		return 0;
	errint rc = l->conf ? 0 : conf_load(l->report, &l->conf, err);
	if (!rc)
		rc = read_ttl(l, err);
	if (rc)
		return rc;
	l->mirrors = mirrors_new(l->conf, l->report);
	l->cache = user_cache_dir();
	return 0;
}

/* Who brings files gives this himself, and knows more. */
static void hint_unreachable(const struct bring *what, struct err *err)
{
	char *url CLEANUP_FREE = str_dupz(what->url);
	struct str origin = url_origin(url), scheme, host;

	if (err->code != ERR_NETWORK || err->hint || !str_cut(origin, ':', &scheme, &host) ||
	    !str_starts(host, S("//")))
		return;
	if (host.n == 2 && str_eqz(what->type, "git"))
		err_hint(err, "of a work tree its top is meant, the folder that holds .git");
	else if (host.n > 2)
		err_hint(err,
			 "can this machine reach '%.*s'? a copy of the repository that it reaches "
			 "may stand in the URL",
			 STR_ARG(str_skip(host, 2)));
}

errint ladder_bring(struct ladder *l, const struct bring *what, struct arena *a,
		    struct brought *out, struct err *err)
{
	errint rc = ladder_prepare(l, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (!str_eqz(what->type, types[i].type))
			continue;
		bool done = false;

		rc = bring_kept(l, what, a, out, &done, err);
		if (rc || done)
			return rc;
		rc = types[i].bring(l, what, a, out, err);
		if (rc)
			hint_unreachable(what, err);
		return rc;
	}
	return err_set(err, ERR_UNSUPPORTED, "input type '%.*s' cannot be fetched",
		       STR_ARG(what->type));
}

void ladder_note_input(struct ladder *l, const struct bring *what, const struct brought *is)
{
	struct fetched_input *in;

	if (!l->notes_inputs)
		return;
	ARRAY_GROW(l->inputs, l->n_inputs, l->cap_inputs);
	in = &l->inputs[l->n_inputs++];
	*in = (struct fetched_input){
		.name = arena_str(&l->mem, what->name),
		.text = ladder_input_text(what, &l->mem),
		.store_path = arena_str(&l->mem, is->store_path),
		.hash = what->flat && what->expect ? *what->expect : is->nar_hash,
		.flat = what->flat,
		.rev = arena_str(&l->mem, is->rev),
		.last_modified = is->has_last_modified ? (uint64_t)is->last_modified : 0,
		.count_from = arena_str(&l->mem, is->count_from),
		.rev_count = is->has_rev_count ? is->rev_count : 0,
	};
	in->text = arena_str(&l->mem, in->text);
}

void ladder_note_inputs(struct ladder *l)
{
	l->notes_inputs = true;
}

const struct fetched_input *ladder_inputs(const struct ladder *l, size_t *n)
{
	*n = l->n_inputs;
	return l->inputs;
}

errint ladder_registry(struct ladder *l, enum ladder_registry which, struct arena *a,
		       struct str *out, struct err *err)
{
	char *ours CLEANUP_FREE = user_config_dir();
	struct str user = path_dir(str_c(ours));
	errint rc = ladder_prepare(l, err);

	if (rc)
		return rc;
	*out = S("");
	switch (which) {
	case LADDER_REGISTRY_USER:
		*out = str_c(arena_printf(a, "%.*s/nix/registry.json", STR_ARG(user)));
		break;
	case LADDER_REGISTRY_SYSTEM:
		*out = str_c(
			arena_printf(a, "%s/registry.json", env_or("NIX_CONF_DIR", "/etc/nix")));
		break;
	case LADDER_REGISTRY_GLOBAL:
		if (l->config.registry)
			*out = str_c(l->config.registry);
		else
			(void)conf_get(l->conf, S("flake-registry"), out);
		break;
	}
	if (out->n && out->p[0] != '/')
		return err_set(err, ERR_UNSUPPORTED, "flake-registry is no absolute path: '%.*s'",
			       STR_ARG(*out));
	*out = arena_str(a, *out);
	return 0;
}

struct ladder *ladder_new(const struct ladder_config *config, struct store *s,
			  struct report *report)
{
	struct ladder *l = xcalloc(1, sizeof(*l));

	if (config)
		l->config = *config;
	l->store = s;
	l->report = report;
	l->done_end = &l->done;
	l->vendored = vendored_new(report);
	for (size_t i = 0; i < l->config.n_source_dirs; i++)
		vendored_add(l->vendored, l->config.source_dirs[i]);
	if (l->config.offline) {
		if (l->config.fetch)
			l->fetch = *l->config.fetch;
		l->fetch.offline = true;
		l->config.fetch = &l->fetch;
	}
	return l;
}

void ladder_add_folder(struct ladder *l, const char *dir)
{
	vendored_add(l->vendored, dir);
}

errint ladder_folders(struct ladder *l, struct vendored **out, struct err *err)
{
	const char *const *dirs;
	size_t n;
	errint rc = l->has_conf_dirs ? 0 : mirror_source_dirs(l->mirrors, &dirs, &n, err);

	if (rc)
		return rc;
	for (size_t i = 0; !l->has_conf_dirs && i < n; i++)
		vendored_add(l->vendored, dirs[i]);
	l->has_conf_dirs = true;
	*out = l->vendored;
	return 0;
}

bool ladder_may_keep(struct ladder *l, const struct hash *h, bool recursive)
{
	struct vendored *v = NULL;
	const struct str *caches;
	size_t n = 0;
	ERR(told_later);

	if (hash_is_zero(h) || ladder_prepare(l, &told_later) || ladder_folders(l, &v, &told_later))
		return false;
	for (size_t i = 0; i < vendored_count(v); i++) {
		char *path CLEANUP_FREE = NULL;

		if (vendored_find(v, i, h, recursive, &path))
			return true;
	}
	return !mirror_source_caches(l->mirrors, &caches, &n, &told_later) && n;
}

const struct way *ladder_ways(const struct ladder *l, size_t *n)
{
	*n = l->n_ways;
	return l->ways;
}

void ladder_free(struct ladder *l)
{
	if (!l)
		return;
	if (l->temp)
		remove_tree_quietly(AT_FDCWD, l->temp);
	BUG_ON(l->ascents);
	fetcher_free(l->fetcher);
	pages_free(l);
	mirrors_free(l->mirrors);
	vendored_free(l->vendored);
	free(l->ways);
	free(l->inputs);
	arena_release(&l->mem);
	conf_free(l->conf);
	free(l->temp);
	free(l->cache);
	free(l);
}

void ladder_cleanup(struct ladder **l)
{
	ladder_free(*l);
}
