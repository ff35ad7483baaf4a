/* SPDX-License-Identifier: MIT
 *
 * A folder as binary cache, for tests: a file `<hash>.narinfo` a path in Nix's words, beside it the
 * plain NAR. It can be slow, and paths whose names contain a word can be broken. */
#pragma once

#include <unistd.h>
#include "base/file.h"
#include "plan/substituter.h"

struct folder_cache {
	struct substituter substituter;
	const char *dir;
	unsigned delay_ms;  /* of each NAR */
	const char *broken; /* NARs of such names end early; NULL: none */
	const char *hang;   /* NARs of such names never come; NULL: none */
	unsigned queries;
};

static char *cache_file(const struct folder_cache *c, struct str path, const char *suffix)
{
	return xasprintf("%s/%.*s.%s", c->dir, STR_ARG(store_path_hash_part(path)), suffix);
}

static bool named(struct str path, const char *word)
{
	return word && str_find(path, str_c(word)) >= 0;
}

static errint read_narinfo(struct arena *a, struct str text, struct substitute *out,
			   struct err *err)
{
	struct str line, key, value, ref;
	struct path_info *info = &out->info;
	errint rc = 0;

	info->refs = ARENA_ARRAY(a, struct str, 64);
	while (!rc && str_split(&text, '\n', &line)) {
		if (!str_cut(line, ':', &key, &value))
			continue;
		value = arena_str(a, str_trim(value));
		if (str_eqz(key, "StorePath"))
			info->path = value;
		else if (str_eqz(key, "NarSize"))
			info->nar_size = out->download = strtoull(arena_strz(a, value), NULL, 10),
			out->places = 1;
		else if (str_eqz(key, "NarHash"))
			rc = hash_parse(value, HASH_SHA256, &info->nar_hash, err);
		while (str_eqz(key, "References") && value.n && info->n_refs < 64) {
			if (str_split(&value, ' ', &ref))
				info->refs[info->n_refs++] =
					str_c(arena_printf(a, "/nix/store/%.*s", STR_ARG(ref)));
		}
	}
	return rc;
}

static errint folder_query(struct substituter *self, struct arena *a, const struct str *paths,
			   size_t n, struct substitute *out, struct err *err)
{
	struct folder_cache *c = (struct folder_cache *)self;

	c->queries++;
	for (size_t i = 0; i < n; i++) {
		char *file CLEANUP_FREE = cache_file(c, paths[i], "narinfo");
		BUF(text, 1 << 16);

		if (access(file, R_OK))
			continue;
		errint rc = file_read(AT_FDCWD, file, &text, err);
		if (!rc)
			rc = read_narinfo(a, buf_str(&text), &out[i], err);
		if (rc)
			return rc;
	}
	return 0;
}

static errint folder_open_nar(struct substituter *self, const struct substitute *what,
			      unsigned place, struct arena *a, struct source **out, struct err *err)
{
	struct folder_cache *c = (struct folder_cache *)self;
	char *file CLEANUP_FREE = cache_file(c, what->info.path, "nar");
	struct fd_source *s = ARENA_NEW(a, struct fd_source);
	int fd;

	usleep(c->delay_ms * 1000);
	while (named(what->info.path, c->hang))
		sleep(1);
	errint rc = open_file(AT_FDCWD, file, &fd, err);
	if (rc)
		return rc;
	if (named(what->info.path, c->broken))
		return err_set(err, ERR_NETWORK, "the line went dead");
	*s = fd_source_init(fd);
	*out = &s->source;
	return 0;
}

static const struct substituter_ops folder_ops = {folder_query, folder_open_nar};

/* What the NAR and narinfo of a valid path of a store are. */
ATTR_UNUSED static errint folder_cache_add(const struct folder_cache *c, struct store *s,
					   struct str path, struct err *err)
{
	ARENA(a);
	char *real CLEANUP_FREE = store_real_path(s, path);
	char *nar CLEANUP_FREE = cache_file(c, path, "nar");
	char *narinfo CLEANUP_FREE = cache_file(c, path, "narinfo");
	char hash[HASH_TEXT_MAX];
	struct path_info info;
	BUF(text, 1 << 16);
	int fd CLEANUP_FD = open(nar, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	struct fd_sink to = fd_sink_init(fd);
	errint rc = store_query(s, &a, path, &info, err);

	if (!rc)
		rc = nar_dump(AT_FDCWD, real, &to.sink, NULL, NULL, err);
	if (rc)
		return rc;
	buf_printf(&text, "StorePath: %.*s\nNarHash: %s\nNarSize: %llu\nReferences:", STR_ARG(path),
		   hash_format(&info.nar_hash, HASH_NIX32, true, hash),
		   (unsigned long long)info.nar_size);
	for (size_t i = 0; i < info.n_refs; i++)
		buf_printf(&text, " %.*s", STR_ARG(store_path_base(info.refs[i])));
	buf_putz(&text, "\n");
	return file_write(AT_FDCWD, narinfo, buf_str(&text), 0644, 0, err);
}
