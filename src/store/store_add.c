/* SPDX-License-Identifier: MIT
 *
 * Adding content: texts, and NARs from a cache. Whole or absent: an object is prepared beside its
 * final place under a name that collectors spare while we live, then renamed, and with the others
 * of its batch made durable and registered (store_pending.c). */
#include "store/store_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>
#include "base/file.h"
#include "base/process.h"
#include "base/report.h"
#include "store/nar_int.h"

/* Bytes written between two looks for an interrupt. */
enum { WRITE_PIECE = 4 << 20 };

static const struct timespec store_times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1}};

void store_mark_added(struct store *s, struct str path)
{
	struct str kept = arena_str(&s->memo, path);

	path_map_put(&s->added, kept, (void *)kept.p);
}

static errint protect(struct store *s, struct str path, bool *valid, struct err *err)
{
	errint rc = store_temp_root(s, path, err);

	if (!rc)
		rc = db_open(s, !s->foreign, err);
	if (!rc)
		rc = store_is_present(s, path, valid, err);
	return rc || *valid || !s->foreign ? rc : store_make_writable(s, err);
}

errint store_protect(struct store *s, struct str path, bool *valid, struct err *err)
{
	*valid = path_map_get(&s->added, path) != NULL;
	if (*valid)
		return 0;
	errint rc = protect(s, path, valid, err);

	if (!rc && *valid)
		store_mark_added(s, path);
	return rc;
}

errint store_protect_added(struct store *s, struct str path, const struct hash *nar, bool *valid,
			   bool *altered, struct err *err)
{
	struct hash now;
	ERR(unread);

	*altered = false;
	if (!s->mending || path_map_get(&s->added, path))
		return store_protect(s, path, valid, err);
	errint rc = protect(s, path, valid, err);
	if (rc || !*valid)
		return rc;
	char *real CLEANUP_FREE = store_real_path(s, path);
	*altered = nar_hash(AT_FDCWD, real, &now, NULL, &unread) || !hash_eq(&now, nar);
	*valid = !*altered;
	if (unread.code == ERR_INTERRUPTED)
		return err_move(err, &unread);
	if (*valid)
		store_mark_added(s, path);
	return *altered && s->foreign ? store_make_writable(s, err) : 0;
}

static void unlock(struct store_lock **lock)
{
	store_unlock(*lock);
}

errint store_mend(struct store *s, struct str path, const char *temp, struct err *err)
{
	char *from CLEANUP_FREE = path_join(str_c(s->real_store), str_c(temp));
	struct store_lock *lock CLEANUP(unlock) = NULL;
	errint rc = store_lock(s, &path, 1, false, &lock, err);

	if (!rc)
		rc = store_replace(s, path, from, err);
	if (rc) {
		remove_tree_quietly(s->store_fd, temp);
		return rc;
	}
	store_mark_added(s, path);
	report_msg(s->report, REPORT_NOTE, "repaired '%.*s'", STR_ARG(path));
	return 0;
}

/* ---- texts ---- */

static errint text_nar(struct str bytes, struct path_info *info, struct err *err)
{
	struct hash_sink sink CLEANUP(hash_sink_release) = hash_sink_init(HASH_SHA256, NULL);
	errint rc = nar_dump_bytes(bytes, false, &sink.sink, err);

	if (rc)
		return rc;
	info->nar_size = sink.size;
	hash_sink_finish(&sink, &info->nar_hash);
	return 0;
}

static errint write_text(struct store *s, const char *temp, struct str bytes, struct err *err)
{
	const int flags = O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC;
	int fd CLEANUP_FD = openat(s->store_fd, temp, flags, 0600);

	if (fd < 0)
		return err_sys(err, "cannot create '%s/%s'", s->real_store, temp);
	for (size_t at = 0; at < bytes.n; at += WRITE_PIECE) {
		errint rc = interrupt_check(err);
		if (!rc)
			rc = fd_write_all(fd, bytes.p + at, MIN(bytes.n - at, (size_t)WRITE_PIECE),
					  err);
		if (rc)
			return rc;
	}
	if (fchmod(fd, 0444) < 0 || futimens(fd, store_times) < 0)
		return err_sys(err, "cannot finish '%s/%s'", s->real_store, temp);
	return 0;
}

errint store_put_text(struct store *s, struct str path, struct str bytes, struct str_set refs,
		      const struct drv *drv, struct err *err)
{
	bool valid, altered = false;
	errint rc = s->mending ? 0 : store_protect(s, path, &valid, err);
	if (rc || (!s->mending && valid))
		return rc;

	char hash_text[HASH_TEXT_MAX], ca[HASH_TEXT_MAX + 8];
	struct hash h;
	rc = hash_big(HASH_SHA256, bytes, &h, err);
	if (rc)
		return rc;
	snprintf(ca, sizeof(ca), "text:%s", hash_format(&h, HASH_NIX32, true, hash_text));
	struct path_info info = {
		.path = path,
		.refs = refs.v,
		.n_refs = refs.n,
		.ca = str_c(ca),
	};
	rc = text_nar(bytes, &info, err);
	if (!rc && s->mending)
		rc = store_protect_added(s, path, &info.nar_hash, &valid, &altered, err);
	if (rc || valid)
		return rc;
	char *temp CLEANUP_FREE = store_temp_name(path);
	/* A process with our number may have died over the same path. */
	remove_tree_quietly(s->store_fd, temp);
	rc = write_text(s, temp, bytes, err);
	if (!rc && altered)
		return store_mend(s, path, temp, err);
	if (!rc)
		return store_pend(s, &info, drv, temp, err);
	unlinkat(s->store_fd, temp, 0);
	return err_wrap(err, "adding '%.*s'", STR_ARG(path));
}

errint store_add_text(struct store *s, struct arena *a, struct str name, struct str bytes,
		      const struct str *refs, size_t n_refs, struct str *out, struct err *err)
{
	struct str_set sorted = {.v = ARENA_ARRAY(a, struct str, n_refs), .n = n_refs};
	struct hash h;
	struct str path;

	if (n_refs)
		memcpy(sorted.v, refs, n_refs * sizeof(*refs));
	str_set_sort(&sorted);
	errint rc = hash_big(HASH_SHA256, bytes, &h, err);
	if (!rc)
		rc = store_path_make_text(a, store_dir(s), name, &h, sorted.v, sorted.n, &path,
					  err);
	if (!rc && !s->readonly)
		rc = store_put_text(s, path, bytes, sorted, NULL, err);
	if (rc)
		return rc;
	*out = path;
	return 0;
}

/* ---- NARs ---- */

/* Passes bytes on and hashes what passes. */
struct hashing_source {
	struct source source;
	struct source *from;
	struct hash_sink *sink;
};

static errint hashing_read(struct source *s, void *p, size_t n, size_t *got, struct err *err)
{
	struct hashing_source *h = (struct hashing_source *)s;
	errint rc = source_read(h->from, p, n, got, err);

	return rc ? rc : sink_write(&h->sink->sink, p, *got, err);
}

static const struct source_ops hashing_ops = {.read = hashing_read};

static errint check_nar(const struct path_info *info, const struct hash *got, uint64_t size,
			struct err *err)
{
	if (!hash_eq(&info->nar_hash, got))
		return hash_mismatch(err, HASH_OF_IMPORT, info->path, &info->nar_hash, got);
	if (info->nar_size != 0 && info->nar_size != size)
		return err_set(err, ERR_MISMATCH,
			       "size mismatch importing path '%.*s': specified %llu, got %llu",
			       STR_ARG(info->path), (unsigned long long)info->nar_size,
			       (unsigned long long)size);
	return 0;
}

errint store_unpack(struct store *s, struct source *nar, const char *temp, struct hash *hash,
		    uint64_t *size, struct err *err)
{
	struct hash_sink sink CLEANUP(hash_sink_release) = hash_sink_init(HASH_SHA256, NULL);
	struct hashing_source in = {.source.ops = &hashing_ops, .from = nar, .sink = &sink};

	remove_tree_quietly(s->store_fd, temp);
	errint rc = nar_restore(&in.source, s->store_fd, temp, err);
	if (rc)
		return rc;
	*size = sink.size;
	hash_sink_finish(&sink, hash);
	return 0;
}

errint store_own_place(struct store *s, struct arena *a, struct str *out, struct err *err)
{
	uint8_t random[20];
	char hash[BASE32_LEN(sizeof(random)) + 1];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return err_sys(err, "cannot get random bytes");
	base32_encode(random, sizeof(random), hash);
	*out = str_c(arena_printf(a, "%s/%s-added", s->cfg.store_dir, hash));
	return store_temp_root(s, *out, err);
}

errint store_adopt(struct store *s, const char *temp, const struct path_info *info, struct err *err)
{
	bool valid = false;
	errint rc = store_protect(s, info->path, &valid, err);

	if (!rc && !valid)
		return store_pend(s, info, NULL, temp, err);
	remove_tree_quietly(s->store_fd, temp);
	return rc;
}

static errint add_nar(struct store *s, const struct path_info *info, struct source *nar,
		      struct err *err)
{
	char *temp CLEANUP_FREE = store_temp_name(info->path);
	struct path_info whole = *info;
	struct hash got;
	errint rc = store_unpack(s, nar, temp, &got, &whole.nar_size, err);

	if (!rc)
		rc = check_nar(info, &got, whole.nar_size, err);
	if (!rc)
		rc = store_check_address(s, info, temp, err);
	if (!rc)
		return store_pend(s, &whole, NULL, temp, err);
	remove_tree_quietly(s->store_fd, temp);
	return rc;
}

errint store_add_nar(struct store *s, const struct path_info *info, struct source *nar,
		     struct err *err)
{
	bool valid;
	errint rc = store_path_check(s, info->path, err);

	if (!rc)
		rc = store_protect(s, info->path, &valid, err);
	if (rc || valid)
		return rc;
	rc = add_nar(s, info, nar, err);
	return rc ? err_wrap(err, "importing '%.*s'", STR_ARG(info->path)) : 0;
}
