/* SPDX-License-Identifier: MIT
 *
 * Adding content: texts, files and trees from the disk, NARs from a cache. Whole or absent: an
 * object is prepared beside its final place under a name that collectors spare while we live,
 * then renamed, made durable, and registered. */
#include "store/store_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "store/nar_int.h"

static void mark_added(struct store *s, struct str path)
{
	struct str kept = arena_str(&s->memo, path);

	path_map_put(&s->added, kept, (void *)kept.p);
}

/* Protects the path and finds out whether it is there already. */
static errint protect(struct store *s, struct str path, bool *valid, struct err *err)
{
	if (path_map_get(&s->added, path)) {
		*valid = true;
		return 0;
	}
	errint rc = store_temp_root(s, path, err);
	if (!rc)
		rc = db_open(s, !s->foreign, err);
	if (!rc)
		rc = db_is_valid(s, path, valid, err);
	if (rc)
		return rc;
	if (!*valid)
		return s->foreign ? store_make_writable(s, err) : 0;
	mark_added(s, path);
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

errint store_put_text(struct store *s, struct str path, struct str bytes, struct str_set refs,
		      const struct drv *drv, struct err *err)
{
	bool valid;
	errint rc = protect(s, path, &valid, err);
	if (rc || valid)
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
	if (!rc)
		rc = store_pend(s, &info, drv, bytes, err);
	if (!rc)
		mark_added(s, path);
	return rc;
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

/* ---- from the disk ---- */

/* A tree is walked to compute its path and, if that is new, again to copy it. The filter may be a
 * function of the evaluated program: it is asked once about each path. */
struct asked_filter {
	nar_filter_fn filter;
	void *ctx;
	struct arena mem;
	struct path_map answers;
};

static bool ask_once(void *ctx, const char *path, unsigned char type, struct err *err)
{
	static const char answer[2];
	struct asked_filter *f = ctx;
	const char *known = path_map_get(&f->answers, str_c(path));

	if (known)
		return known == &answer[1];
	bool yes = f->filter(f->ctx, path, type, err);
	path_map_put(&f->answers, arena_str(&f->mem, str_c(path)), (void *)&answer[yes]);
	return yes;
}

static void asked_filter_release(struct asked_filter *f)
{
	path_map_release(&f->answers);
	arena_release(&f->mem);
}

/* The content hash that decides a path: of the NAR, or of the one file's bytes. */
static errint hash_source(const char *from, bool recursive, enum hash_algo algo,
			  nar_filter_fn filter, void *ctx, struct hash *out, struct err *err)
{
	if (!recursive) {
		int fd CLEANUP_FD = -1;
		errint rc = open_file(AT_FDCWD, from, &fd, err);
		return rc ? rc : hash_fd(algo, fd, out, err);
	}
	struct hash_sink sink CLEANUP(hash_sink_release) = hash_sink_init(algo, NULL);
	errint rc = nar_dump(AT_FDCWD, from, &sink.sink, filter, ctx, err);
	if (!rc)
		hash_sink_finish(&sink, out);
	return rc;
}

/* A flat file loses its executable bit in the store: only its bytes are hashed. */
struct plain_file {
	struct tree_sink tree;
	struct tree_sink *to;
	struct hash_ctx *hash;
};

static errint plain_refuse_dir(struct tree_sink *t, const char *name, struct err *err)
{
	return err_set(err, ERR_FAILED, "a flat hash needs a regular file, this is a folder");
}

static errint plain_refuse_dir_end(struct tree_sink *t, struct err *err)
{
	return plain_refuse_dir(t, "", err);
}

static errint plain_refuse_link(struct tree_sink *t, const char *name, const char *target,
				struct err *err)
{
	return err_set(err, ERR_FAILED, "a flat hash needs a regular file, this is a symlink");
}

static errint plain_file_begin(struct tree_sink *t, const char *name, bool executable,
			       uint64_t size, struct err *err)
{
	struct plain_file *p = (struct plain_file *)t;

	return p->to->ops->file(p->to, name, false, size, err);
}

static errint plain_data(struct tree_sink *t, const void *data, size_t n, struct err *err)
{
	struct plain_file *p = (struct plain_file *)t;

	hash_update(p->hash, data, n);
	return p->to->ops->data(p->to, data, n, err);
}

static errint plain_file_end(struct tree_sink *t, struct err *err)
{
	struct plain_file *p = (struct plain_file *)t;

	return p->to->ops->file_end(p->to, err);
}

static const struct tree_sink_ops plain_ops = {
	.dir_begin = plain_refuse_dir,
	.dir_end = plain_refuse_dir_end,
	.file = plain_file_begin,
	.data = plain_data,
	.file_end = plain_file_end,
	.symlink = plain_refuse_link,
};

struct copied {
	struct hash content;  /* what decides the path */
	struct hash nar_hash; /* sha256 of the NAR as it is on the disk now */
	uint64_t nar_size;
};

/* Copies to `to` in the store folder and hashes what it wrote: the source may change meanwhile. */
static errint copy_in(struct store *s, const char *from, bool recursive, enum hash_algo algo,
		      nar_filter_fn filter, void *ctx, const char *to, struct copied *out,
		      struct err *err)
{
	struct tree_writer w CLEANUP(tree_writer_release) = tree_writer_init(s->store_fd, to);
	struct hash_sink content CLEANUP(hash_sink_release) = hash_sink_init(algo, NULL);
	/* The usual content hash is the NAR's own: it is not made twice. */
	bool same = recursive && algo == HASH_SHA256;
	struct hash_sink nar CLEANUP(hash_sink_release) =
		hash_sink_init(HASH_SHA256, recursive && !same ? &content.sink : NULL);
	struct nar_encoder e CLEANUP(nar_encoder_release) = nar_encoder_init(&nar.sink);
	struct tree_tee tee = tree_tee_init(&w.tree, &e.tree);
	struct plain_file plain = {.tree.ops = &plain_ops, .to = &tee.tree, .hash = content.ctx};
	struct tree_sink *first = recursive ? &tee.tree : &plain.tree;
	errint rc = tree_walk(AT_FDCWD, from, first, filter, ctx, err);

	if (!rc)
		rc = nar_encoder_flush(&e, err);
	if (rc) {
		tree_writer_abort(&w);
		return rc;
	}
	out->nar_size = nar.size;
	hash_sink_finish(&nar, &out->nar_hash);
	hash_sink_finish(&content, &out->content);
	if (same)
		out->content = out->nar_hash;
	return 0;
}

static void unlock_cleanup(struct store_lock **l)
{
	store_unlock(*l);
}

/* From a prepared, hashed object to a valid path. */
static errint finish_object(struct store *s, const char *temp, const struct path_info *info,
			    struct err *err)
{
	errint rc = store_move_in(s, temp, info->path, err);

	if (!rc)
		rc = store_register(s, info, 1, err);
	if (rc)
		return rc;
	mark_added(s, info->path);
	return 0;
}

struct addition {
	const char *from;
	bool recursive;
	enum hash_algo algo;
	nar_filter_fn filter;
	void *ctx;
	struct hash content;
};

static errint add_locked(struct store *s, const struct addition *add, struct str path,
			 struct err *err)
{
	bool valid;
	errint rc = db_is_valid(s, path, &valid, err);
	if (rc || valid)
		return rc;

	char *temp CLEANUP_FREE = store_temp_name(path);
	struct copied copied;
	remove_tree_quietly(s->store_fd, temp);
	rc = copy_in(s, add->from, add->recursive, add->algo, add->filter, add->ctx, temp, &copied,
		     err);
	if (rc)
		return rc;
	if (!hash_eq(&copied.content, &add->content)) {
		remove_tree_quietly(s->store_fd, temp);
		return err_set(err, ERR_FAILED, "'%s' changed while it was added", add->from);
	}

	char hash_text[HASH_TEXT_MAX], ca[HASH_TEXT_MAX + 16];
	snprintf(ca, sizeof(ca), "fixed:%s%s", add->recursive ? "r:" : "",
		 hash_format(&add->content, HASH_NIX32, true, hash_text));
	struct path_info info = {
		.path = path,
		.nar_hash = copied.nar_hash,
		.nar_size = copied.nar_size,
		.ca = str_c(ca),
	};
	rc = finish_object(s, temp, &info, err);
	if (rc)
		remove_tree_quietly(s->store_fd, temp);
	return rc;
}

static errint add_content(struct store *s, const struct addition *add, struct str path,
			  struct err *err)
{
	struct store_lock *lock CLEANUP(unlock_cleanup) = NULL;
	bool valid;
	errint rc = protect(s, path, &valid, err);

	if (rc || valid)
		return rc;
	rc = store_lock(s, &path, 1, false, &lock, err);
	return rc ? rc : add_locked(s, add, path, err);
}

static errint check_expected(const struct hash *expect, const struct hash *got, const char *from,
			     struct err *err)
{
	char text[HASH_TEXT_MAX];

	if (!expect || hash_eq(expect, got))
		return 0;
	err_set(err, ERR_MISMATCH, "hash mismatch in '%s'", from);
	err_detail(err, "  specified: %s", hash_format(expect, HASH_SRI, true, text));
	return err_detail(err, "  got:       %s", hash_format(got, HASH_SRI, true, text));
}

errint store_add_path(struct store *s, struct arena *a, struct str name, const char *from,
		      bool recursive, enum hash_algo algo, const struct hash *expect,
		      nar_filter_fn filter, void *ctx, struct str *out, struct err *err)
{
	struct asked_filter asked CLEANUP(asked_filter_release) = {.filter = filter, .ctx = ctx};
	struct addition add = {from, recursive, algo, filter ? ask_once : NULL, &asked, {0}};
	struct str path;
	errint rc = store_name_check(name, err);

	if (!rc)
		rc = hash_source(from, recursive, algo, add.filter, add.ctx, &add.content, err);
	if (!rc)
		rc = check_expected(expect, &add.content, from, err);
	if (!rc)
		rc = store_path_make_fixed(a, store_dir(s), name, recursive, &add.content, NULL, 0,
					   false, &path, err);
	if (!rc && !s->readonly)
		rc = add_content(s, &add, path, err);
	if (rc)
		return err_wrap(err, "adding '%s' to the store", from);
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
	char text[HASH_TEXT_MAX];

	if (!hash_eq(&info->nar_hash, got)) {
		err_set(err, ERR_MISMATCH, "hash mismatch importing path '%.*s'",
			STR_ARG(info->path));
		err_detail(err, "  specified: %s",
			   hash_format(&info->nar_hash, HASH_NIX32, true, text));
		return err_detail(err, "  got:       %s", hash_format(got, HASH_NIX32, true, text));
	}
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

errint store_adopt(struct store *s, const char *temp, const struct path_info *info, struct err *err)
{
	struct store_lock *lock CLEANUP(unlock_cleanup) = NULL;
	bool valid = false;
	errint rc = protect(s, info->path, &valid, err);

	if (!rc && !valid)
		rc = store_lock(s, &info->path, 1, false, &lock, err);
	if (!rc && !valid)
		rc = db_is_valid(s, info->path, &valid, err);
	if (!rc && !valid)
		rc = finish_object(s, temp, info, err);
	if (rc || valid)
		remove_tree_quietly(s->store_fd, temp);
	return rc;
}

static errint add_nar_locked(struct store *s, const struct path_info *info, struct source *nar,
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
		rc = finish_object(s, temp, &whole, err);
	if (rc)
		remove_tree_quietly(s->store_fd, temp);
	return rc;
}

errint store_add_nar(struct store *s, const struct path_info *info, struct source *nar,
		     struct err *err)
{
	struct store_lock *lock CLEANUP(unlock_cleanup) = NULL;
	bool valid;
	errint rc = store_path_check(s, info->path, err);

	if (!rc)
		rc = protect(s, info->path, &valid, err);
	if (rc || valid)
		return rc;
	rc = store_lock(s, &info->path, 1, false, &lock, err);
	if (!rc)
		rc = db_is_valid(s, info->path, &valid, err);
	if (rc || valid)
		return rc;
	rc = add_nar_locked(s, info, nar, err);
	return rc ? err_wrap(err, "importing '%.*s'", STR_ARG(info->path)) : 0;
}
