/* SPDX-License-Identifier: MIT
 *
 * What the database knows of paths. Questions about one path's validity see what this handle has
 * added and not yet registered; all others register it first. */
#include "store/store_int.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include "base/report.h"

/* Is what is registered there? Only a clear no is one. */
static void ask_disk(struct store *s, struct str path, bool *out)
{
	char *real CLEANUP_FREE = store_real_path(s, path);
	struct stat st;

	if (lstat(real, &st) == 0 || errno != ENOENT)
		return;
	*out = false;
	if (path_map_get(&s->gone, path))
		return;
	struct str kept = arena_str(&s->memo, path);
	path_map_put(&s->gone, kept, (void *)kept.p);
	report_msg(s->report, REPORT_WARN, "'%.*s' is registered, but its files are gone",
		   STR_ARG(path));
}

errint store_is_valid(struct store *s, struct str path, bool *out, struct err *err)
{
	if (path_map_get(&s->added, path)) {
		*out = true;
		return 0;
	}
	errint rc = db_is_valid(s, path, out, err);
	if (!rc && *out && s->wary)
		ask_disk(s, path, out);
	return rc;
}

errint store_on_disk(struct store *s, struct str path, bool *out, struct err *err)
{
	char *name CLEANUP_FREE = str_dupz(store_path_base(path));
	struct stat st;
	errint rc = store_open_folder(s, err);

	if (rc)
		return rc;
	*out = fstatat(s->store_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (!*out && errno != ENOENT)
		return err_sys(err, "cannot read '%.*s'", STR_ARG(path));
	return 0;
}

errint store_is_present(struct store *s, struct str path, bool *out, struct err *err)
{
	errint rc = store_is_valid(s, path, out, err);

	return rc || !*out ? rc : store_on_disk(s, path, out, err);
}

errint store_not_valid(struct str path, struct err *err)
{
	return err_set(err, ERR_NOT_FOUND, "path '%.*s' is not valid", STR_ARG(path));
}

static errint query_refs(struct store *s, struct arena *a, sqlite3_int64 id, struct path_info *info,
			 struct err *err)
{
	sqlite3_stmt *stmt CLEANUP(db_done) = NULL;
	struct str_set refs = {0};
	size_t cap = 0;
	bool row;
	errint rc = db_stmt(s, DB_QUERY_REFS, &stmt, err);

	if (rc)
		return rc;
	sqlite.bind_int64(stmt, 1, id);
	for (;;) {
		rc = db_step(s, stmt, &row, err);
		if (rc)
			return rc;
		if (!row)
			break;
		if (refs.n == cap) {
			cap = cap ? cap * 2 : 8;
			struct str *bigger = ARENA_ARRAY(a, struct str, cap);
			if (refs.n)
				memcpy(bigger, refs.v, refs.n * sizeof(*bigger));
			refs.v = bigger;
		}
		refs.v[refs.n++] = db_column(a, stmt, 0);
	}
	str_set_sort(&refs);
	info->refs = refs.v;
	info->n_refs = refs.n;
	return 0;
}

static errint query_info(struct store *s, struct arena *a, struct str path, struct path_info *info,
			 struct err *err)
{
	sqlite3_stmt *stmt CLEANUP(db_done) = NULL;
	bool row;
	errint rc = db_stmt(s, DB_QUERY_INFO, &stmt, err);

	if (rc)
		return rc;
	db_bind_str(stmt, 1, path);
	rc = db_step(s, stmt, &row, err);
	if (rc)
		return rc;
	if (!row)
		return store_not_valid(path, err);
	rc = hash_parse(db_column(a, stmt, 1), HASH_SHA256, &info->nar_hash, err);
	if (rc)
		return err_wrap(err, "database entry of '%.*s'", STR_ARG(path));
	info->path = arena_str(a, path);
	info->registered = sqlite.column_int64(stmt, 2);
	info->deriver = db_column(a, stmt, 3);
	info->nar_size = (uint64_t)sqlite.column_int64(stmt, 4);
	info->ultimate = sqlite.column_int64(stmt, 5) == 1;
	info->sigs = db_column(a, stmt, 6);
	info->ca = db_column(a, stmt, 7);
	return query_refs(s, a, sqlite.column_int64(stmt, 0), info, err);
}

errint store_query(struct store *s, struct arena *a, struct str path, struct path_info *out,
		   struct err *err)
{
	struct path_info info = {0};
	errint rc = store_flush(s, err);

	if (!rc)
		rc = db_open(s, false, err);
	if (!rc)
		rc = s->db ? query_info(s, a, path, &info, err) : store_not_valid(path, err);
	if (!rc)
		*out = info;
	return rc;
}

errint store_referrers(struct store *s, struct arena *a, struct str path, struct str_set *out,
		       struct err *err)
{
	errint rc = store_flush(s, err);

	return rc ? rc : db_paths(s, a, DB_QUERY_REFERRERS, &path, out, err);
}

errint store_valid_derivers(struct store *s, struct arena *a, struct str path, struct str_set *out,
			    struct err *err)
{
	errint rc = store_flush(s, err);

	return rc ? rc : db_paths(s, a, DB_QUERY_DERIVERS, &path, out, err);
}

errint store_drv_outputs(struct store *s, struct arena *a, struct str path, struct str_set *out,
			 struct err *err)
{
	errint rc = store_flush(s, err);

	return rc ? rc : db_paths(s, a, DB_QUERY_OUTPUTS, &path, out, err);
}

errint store_all_valid(struct store *s, struct arena *a, struct str_set *out, struct err *err)
{
	errint rc = store_flush(s, err);

	return rc ? rc : db_paths(s, a, DB_QUERY_ALL, NULL, out, err);
}

errint store_by_hash_part(struct store *s, struct arena *a, struct str hash_part, struct str *out,
			  struct err *err)
{
	char *prefix = arena_printf(a, "%s/%.*s", s->cfg.store_dir, STR_ARG(hash_part));
	struct str from = str_c(prefix);
	struct str_set found;
	errint rc = store_flush(s, err);

	if (!rc)
		rc = db_paths(s, a, DB_QUERY_FROM, &from, &found, err);
	if (rc)
		return rc;
	if (hash_part.n != STORE_HASH_LEN || found.n == 0 || !str_starts(found.v[0], from))
		return err_set(err, ERR_NOT_FOUND, "no valid path has the hash part '%.*s'",
			       STR_ARG(hash_part));
	*out = found.v[0];
	return 0;
}
