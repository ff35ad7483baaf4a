/* SPDX-License-Identifier: MIT
 *
 * Generations on disk: read, made, switched to. */
#include "environment/env_generation.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"
#include "base/json.h"
#include "base/report.h"
#include "manifest/place.h"
#include "store/store.h"

struct str env_hash(struct arena *a, struct str bytes)
{
	char text[HASH_TEXT_MAX];
	struct hash h;

	hash_bytes(HASH_SHA256, bytes, &h);
	return arena_str(a, str_c(hash_format(&h, HASH_SRI, true, text)));
}

static char *folder_of(struct str run_dir, uint64_t number)
{
	return xasprintf("%.*s/generations/%llu", STR_ARG(run_dir), (unsigned long long)number);
}

static errint read_file(struct arena *a, const char *file, struct str *out, struct err *err)
{
	BUF(text, LIMIT_LOCK_FILE);
	errint rc = file_read(AT_FDCWD, file, &text, err);

	if (!rc)
		*out = arena_str(a, buf_str(&text));
	return rc;
}

/* ---- reading ---- */

static errint read_number(const struct json_member *v, size_t n, const char *key, uint64_t *out,
			  struct err *err)
{
	const struct str *value = json_find(v, n, str_c(key));

	return value && str_to_u64(*value, out) ? 0
						: err_set(err, ERR_CORRUPT, "no number '%s'", key);
}

errint env_generation_parse(struct arena *a, struct str text, struct env_generation *g,
			    struct err *err)
{
	const struct {
		const char *key;
		struct str *to;
	} texts[] = {
		{"did", &g->did},   {"profile", &g->profile},   {"manifest", &g->manifest},
		{"lock", &g->lock}, {"installs", &g->installs},
	};
	struct json_member *v;
	uint64_t created = 0;
	size_t n = 0;
	errint rc = json_members(a, text, &v, &n, err);

	if (!rc)
		rc = read_number(v, n, "number", &g->number, err);
	/* One that came from nowhere may leave it out. */
	if (!rc && json_find(v, n, S("parent")))
		rc = read_number(v, n, "parent", &g->parent, err);
	if (!rc)
		rc = read_number(v, n, "created", &created, err);
	g->created = (int64_t)created;
	for (size_t i = 0; !rc && i < ARRAY_LEN(texts); i++) {
		const struct str *value = json_find(v, n, str_c(texts[i].key));

		rc = value ? json_string(a, *value, texts[i].to, err)
			   : err_set(err, ERR_CORRUPT, "no '%s'", texts[i].key);
	}
	return rc;
}

errint env_generation_read(struct arena *a, struct str run_dir, uint64_t number,
			   struct env_generation *out, struct err *err)
{
	char *folder CLEANUP_FREE = folder_of(run_dir, number);
	char *file CLEANUP_FREE = xasprintf("%s/generation.json", folder);
	char *link CLEANUP_FREE = xasprintf("%s/profile", folder);
	char *target CLEANUP_FREE = NULL;
	struct env_generation g = {0};
	struct str text;
	ERR(none);

	if (read_file(a, file, &text, &none) || read_link(AT_FDCWD, link, &target, &none)) {
		err_set(err, ERR_NOT_FOUND, "there is no generation %llu",
			(unsigned long long)number);
		return err_hint(err, "kiln env history lists them");
	}
	errint rc = env_generation_parse(a, text, &g, err);
	if (rc)
		return err_wrap(err, "'%s'", file);
	g.number = number;
	g.whole = true;
	*out = g;
	return 0;
}

errint env_generation_file(struct arena *a, struct str run_dir, uint64_t number, const char *name,
			   struct str *out, struct err *err)
{
	char *folder CLEANUP_FREE = folder_of(run_dir, number);
	char *file CLEANUP_FREE = xasprintf("%s/%s", folder, name);

	return read_file(a, file, out, err);
}

static bool link_number(struct str run_dir, uint64_t *out)
{
	char *link CLEANUP_FREE = xasprintf("%.*s/current", STR_ARG(run_dir));
	char *target CLEANUP_FREE = NULL;
	ERR(none);

	return !read_link(AT_FDCWD, link, &target, &none) &&
	       str_to_u64(path_base(str_c(target)), out);
}

/* The number that a switch that was cut off was about. */
static bool switching(struct str run_dir, uint64_t *out)
{
	char *file CLEANUP_FREE = xasprintf("%.*s/switching", STR_ARG(run_dir));
	BUF(text, LIMIT_PATH_TEXT);
	ERR(none);

	return access(file, F_OK) == 0 && !file_read(AT_FDCWD, file, &text, &none) &&
	       str_to_u64(str_trim(buf_str(&text)), out);
}

errint env_generation_current(struct arena *a, struct str run_dir, struct str manifest,
			      struct env_generation *out, bool *pending, struct err *err)
{
	struct env_generation g;
	uint64_t number;
	ERR(none);

	*out = (struct env_generation){0};
	*pending = switching(run_dir, &number);
	if (*pending && !env_generation_read(a, run_dir, number, &g, &none) &&
	    str_eq(g.manifest, env_hash(a, manifest))) {
		g.current = true;
		*out = g;
		return 0;
	}
	if (!link_number(run_dir, &number))
		return 0;
	err_clear(&none);
	errint rc = env_generation_read(a, run_dir, number, &g, &none);
	if (rc)
		return rc == ERR_NOT_FOUND ? 0 : err_move(err, &none);
	g.current = true;
	*out = g;
	return 0;
}

static int by_number(const void *a, const void *b)
{
	const struct env_generation *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

errint env_generation_list(struct arena *a, struct str run_dir, struct env_generation **out,
			   size_t *n, struct err *err)
{
	char *folder CLEANUP_FREE = xasprintf("%.*s/generations", STR_ARG(run_dir));
	struct dir_list list CLEANUP(dir_list_release) = {0};
	uint64_t current = 0;
	ERR(none);

	*out = NULL;
	*n = 0;
	if (dir_list(AT_FDCWD, folder, &list, &none))
		return none.code == ERR_NOT_FOUND ? 0 : err_move(err, &none);
	(void)link_number(run_dir, &current);
	*out = ARENA_ARRAY(a, struct env_generation, list.n + 1);
	for (size_t i = 0; i < list.n; i++) {
		struct env_generation *g = &(*out)[*n];
		uint64_t number;

		err_clear(&none);
		if (!str_to_u64(str_c(list.v[i].name), &number) ||
		    env_generation_read(a, run_dir, number, g, &none))
			continue;
		g->current = number == current;
		++*n;
	}
	qsort(*out, *n, sizeof(**out), by_number);
	return 0;
}

/* ---- changing ---- */

errint env_lock(struct session *s, const struct environment *env, int *out, struct err *err)
{
	char *file CLEANUP_FREE = xasprintf("%.*s/lock", STR_ARG(env->run_dir));
	int fd CLEANUP_FD = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	ERR(busy);

	if (fd < 0)
		return err_sys(err, "cannot change the environment of '%.*s': '%s'",
			       STR_ARG(env->dir), file);
	errint rc = fd_lock(fd, true, true, &busy);
	if (rc == ERR_EXISTS) {
		report_msg(s->report, REPORT_NOTE,
			   "waiting for another kiln that changes this environment");
		rc = fd_lock(fd, true, false, err);
	} else if (rc) {
		rc = err_move(err, &busy);
	}
	if (!rc)
		*out = STEAL_FD(fd);
	return rc;
}

static void put_text(struct buf *b, const char *key, struct str value)
{
	buf_printf(b, ",\n \"%s\": ", key);
	json_put_str(b, value);
}

static errint write_files(const char *folder, struct str manifest, struct str lock,
			  const struct env_generation *g, struct err *err)
{
	BUF(json, LIMIT_SMALL_FILE);
	int dir CLEANUP_FD = -1;
	errint rc = open_dir(AT_FDCWD, folder, &dir, err);

	buf_printf(&json, "{\"number\": %llu,\n \"parent\": %llu,\n \"created\": %lld",
		   (unsigned long long)g->number, (unsigned long long)g->parent,
		   (long long)g->created);
	put_text(&json, "did", g->did);
	put_text(&json, "profile", g->profile);
	put_text(&json, "manifest", g->manifest);
	put_text(&json, "lock", g->lock);
	put_text(&json, "installs", g->installs);
	buf_putz(&json, "}\n");
	if (!rc)
		rc = buf_check(&json, "generation", err);
	if (!rc)
		rc = file_write(dir, "manifest.toml", manifest, 0644, FILE_WRITE_SYNC, err);
	if (!rc)
		rc = file_write(dir, "manifest.lock", lock, 0644, FILE_WRITE_SYNC, err);
	return rc ? rc
		  : file_write(dir, "generation.json", buf_str(&json), 0644, FILE_WRITE_SYNC, err);
}

/* One more than any that is there, finished or not. */
static errint next_number(struct str run_dir, uint64_t *out, struct err *err)
{
	char *folder CLEANUP_FREE = xasprintf("%.*s/generations", STR_ARG(run_dir));
	struct dir_list list CLEANUP(dir_list_release) = {0};
	uint64_t number, last = 0;
	errint rc = mkdir_p(AT_FDCWD, folder, 0755, err);

	if (!rc)
		rc = dir_list(AT_FDCWD, folder, &list, err);
	for (size_t i = 0; !rc && i < list.n; i++)
		if (str_to_u64(str_c(list.v[i].name), &number) && number > last)
			last = number;
	*out = last + 1;
	return rc;
}

void env_generation_drop(const struct environment *env, uint64_t number)
{
	char *folder CLEANUP_FREE = folder_of(env->run_dir, number);
	uint64_t wanted;

	/* What could not be undone is gone on with. */
	if (!switching(env->run_dir, &wanted) || wanted != number)
		remove_tree_quietly(AT_FDCWD, folder);
}

errint env_generation_make(struct session *s, struct arena *a, const struct environment *env,
			   struct str manifest, struct str lock, struct env_generation *g,
			   struct err *err)
{
	errint rc = next_number(env->run_dir, &g->number, err);

	if (rc)
		return rc;
	char *folder CLEANUP_FREE = folder_of(env->run_dir, g->number);
	char *link CLEANUP_FREE = xasprintf("%s/profile", folder);
	(void)link_number(env->run_dir, &g->parent);
	g->created = clock_unix();
	g->manifest = env_hash(a, manifest);
	g->lock = env_hash(a, lock);
	rc = mkdir_p(AT_FDCWD, folder, 0755, err);
	if (!rc)
		rc = write_files(folder, manifest, lock, g, err);
	if (!rc)
		rc = store_add_root(s->store, link, g->profile, err);
	if (rc)
		env_generation_drop(env, g->number);
	return rc ? err_wrap(err, "making a generation") : 0;
}

static bool is_written(const char *file, struct str bytes)
{
	BUF(now, LIMIT_LOCK_FILE);
	ERR(none);

	return !file_read(AT_FDCWD, file, &now, &none) && str_eq(buf_str(&now), bytes);
}

static errint replace_manifest(const struct environment *env, struct str bytes, struct err *err)
{
	return is_written(env->manifest_file.p, bytes) ? 0
						       : manifest_replace(env->dir.p, bytes, err);
}

/* Through a symlink to where the file is, as the manifest; of a file that is there the mode stays.
 */
static errint replace_lock(const struct environment *env, struct str bytes, struct err *err)
{
	const char *file = env->lock_file.p;
	struct stat st;
	mode_t mode = stat(file, &st) ? 0644 : st.st_mode & 0777;
	char real[PATH_MAX];

	if (is_written(file, bytes))
		return 0;
	return file_write(AT_FDCWD, realpath(file, real) ? real : file, bytes, mode,
			  FILE_WRITE_SYNC, err);
}

static errint point(const struct environment *env, uint64_t number, struct err *err)
{
	char *link CLEANUP_FREE = xasprintf("%.*s/current", STR_ARG(env->run_dir));
	char *target CLEANUP_FREE = xasprintf("generations/%llu", (unsigned long long)number);

	return file_symlink(target, AT_FDCWD, link, err);
}

static errint replace_all(struct arena *a, const struct environment *env, uint64_t number,
			  struct err *err)
{
	struct str manifest, lock;
	errint rc = env_generation_file(a, env->run_dir, number, "manifest.toml", &manifest, err);

	if (!rc)
		rc = env_generation_file(a, env->run_dir, number, "manifest.lock", &lock, err);
	if (!rc)
		rc = replace_manifest(env, manifest, err);
	if (!rc)
		rc = replace_lock(env, lock, err);
	return rc ? rc : point(env, number, err);
}

errint env_generation_switch(struct arena *a, const struct environment *env, uint64_t number,
			     struct err *err)
{
	char *marker CLEANUP_FREE = xasprintf("%.*s/switching", STR_ARG(env->run_dir));
	char *text CLEANUP_FREE = xasprintf("%llu\n", (unsigned long long)number);
	BUF(was, LIMIT_LOCK_FILE);
	BUF(locked, LIMIT_LOCK_FILE);
	ERR(ignored);
	bool had_lock = access(env->lock_file.p, F_OK) == 0;
	errint rc = file_read(AT_FDCWD, env->manifest_file.p, &was, err);
	if (!rc && had_lock)
		rc = file_read(AT_FDCWD, env->lock_file.p, &locked, err);

	if (!rc)
		rc = file_write(AT_FDCWD, marker, str_c(text), 0644, FILE_WRITE_SYNC, err);
	if (!rc)
		rc = replace_all(a, env, number, err);
	/* Where not even that can be written, whoever comes next goes on. */
	if (rc && (replace_manifest(env, buf_str(&was), &ignored) ||
		   (had_lock && replace_lock(env, buf_str(&locked), &ignored))))
		return err_wrap(err, "switching to generation %llu", (unsigned long long)number);
	if (rc && !had_lock)
		(void)unlink(env->lock_file.p);
	if (unlink(marker) && errno != ENOENT && !rc)
		rc = err_sys(err, "removing '%s'", marker);
	return rc ? err_wrap(err, "switching to generation %llu", (unsigned long long)number) : 0;
}

errint env_generation_recover(struct arena *a, const struct environment *env, struct err *err)
{
	char *marker CLEANUP_FREE = xasprintf("%.*s/switching", STR_ARG(env->run_dir));
	struct env_generation g;
	struct str manifest;
	uint64_t number;
	errint rc = 0;
	ERR(none);

	if (!switching(env->run_dir, &number)) {
		(void)unlink(marker);
		return 0;
	}
	if (!read_file(a, env->manifest_file.p, &manifest, &none) &&
	    !env_generation_read(a, env->run_dir, number, &g, &none) &&
	    str_eq(g.manifest, env_hash(a, manifest)))
		rc = replace_all(a, env, number, err);
	if (!rc && unlink(marker) && errno != ENOENT)
		rc = err_sys(err, "removing '%s'", marker);
	return rc ? err_wrap(err, "finishing what was cut off") : 0;
}
