/* SPDX-License-Identifier: MIT
 *
 * Adding from the disk. The path is known when all is hashed, so:
 *
 *	- what is small is read once and kept in memory, and written only when its path is new;
 *	- what is big and has a name that nothing in the store has is read once, too: it is copied
 *	  to a place of its own while it is hashed, and moved when its path is known;
 *	- what is big and has a known name is most likely there already: it is hashed first, and
 *	  copied as above only when it is not. Where what is there may have been altered, it is
 *	  compared with the newest of that name on the way.
 *
 * What is registered is always the hash of the bytes that were written: the source may change. */
#include "store/store_int.h"

#include <stdio.h>
#include <unistd.h>
#include "base/file.h"
#include "store/nar_int.h"

/* The filter may be a function of the evaluated program: it is asked once about each path. */
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

/* Keeps a NAR in memory as long as it is small. Of a big one, whether reading goes on. */
struct keeper {
	struct sink sink;
	struct buf *nar;
	struct store *s;
	struct arena *a;
	struct str name;
	struct newest twin; /* of a big one: what it most likely is */
	bool full, stopped;
};

static errint keeper_write(struct sink *sink, const void *p, size_t n, struct err *err)
{
	struct keeper *k = (struct keeper *)sink;

	if (k->full)
		return 0;
	buf_put(k->nar, p, n);
	if (!k->nar->over)
		return 0;
	k->full = true;
	buf_release(k->nar);
	if (k->s->readonly)
		return 0;
	errint rc = db_newest_named(k->s, k->a, k->name, &k->twin, err);
	if (rc || (k->twin.path.n && !k->s->mending))
		return rc;
	k->stopped = true;
	return err_set(err, ERR_TOO_BIG, "this is better begun again, copied or compared at once");
}

struct addition {
	struct str name;
	const char *from;
	bool recursive;
	enum hash_algo algo;
	const struct hash *expect; /* or NULL */
	nar_filter_fn filter;
	void *ctx;
};

/* What was read, or written. */
struct contents {
	struct hash decisive; /* what decides the path: the NAR's hash, or the one file's */
	struct hash nar_hash;
	uint64_t nar_size;
};

/* Reads the source once, hashing, into a tree (or NULL) and a NAR (or NULL). A filter may run
 * anything, so nothing runs beside it. */
static errint read_source(const struct addition *add, struct tree_sink *tree, struct sink *nar,
			  struct contents *out, struct err *err)
{
	struct hash_sink (*init)(enum hash_algo, struct sink *) =
		add->filter ? hash_sink_init : hash_sink_init_big;
	/* The usual hash is the NAR's own: it is not made twice. */
	bool same = add->recursive && add->algo == HASH_SHA256;
	struct hash_sink decisive CLEANUP(hash_sink_release) =
		init(add->algo, add->recursive ? nar : NULL);
	struct hash_sink sha256 CLEANUP(hash_sink_release) =
		init(HASH_SHA256, add->recursive && !same ? &decisive.sink : nar);
	struct nar_encoder e CLEANUP(nar_encoder_release) = nar_encoder_init(&sha256.sink);
	struct tree_tee tee = tree_tee_init(tree, &e.tree);
	struct tree_sink *all = tree ? &tee.tree : &e.tree;
	/* A flat file loses its executable bit: only its bytes are hashed. */
	struct tree_flat flat = tree_flat_init(all, &decisive.sink);
	errint rc = tree_walk(AT_FDCWD, add->from, add->recursive ? all : &flat.tree, add->filter,
			      add->ctx, err);

	if (!rc)
		rc = nar_encoder_flush(&e, err);
	if (rc)
		return rc;
	out->nar_size = sha256.size;
	hash_sink_finish(&sha256, &out->nar_hash);
	hash_sink_finish(&decisive, &out->decisive);
	if (same)
		out->decisive = out->nar_hash;
	return 0;
}

static errint check_expected(const struct addition *add, const struct hash *got, struct err *err)
{
	if (!add->expect || hash_eq(add->expect, got))
		return 0;
	return hash_mismatch(err, HASH_OF_FILE, str_c(add->from), add->expect, got);
}

/* The path that contents have, if they are those that were expected. */
static errint find_path(struct store *s, struct arena *a, const struct addition *add,
			const struct contents *c, struct str *out, struct err *err)
{
	errint rc = check_expected(add, &c->decisive, err);

	return rc ? rc
		  : store_path_make_fixed(a, store_dir(s), add->name, add->recursive, &c->decisive,
					  NULL, 0, false, out, err);
}

/* Hands a prepared object over, unless its path is valid already. */
static errint place(struct store *s, const struct addition *add, const struct contents *c,
		    struct str path, const char *temp, bool altered, struct err *err)
{
	if (altered)
		return store_mend(s, path, temp, err);
	char hash_text[HASH_TEXT_MAX], ca[HASH_TEXT_MAX + 16];
	struct path_info info = {
		.path = path,
		.nar_hash = c->nar_hash,
		.nar_size = c->nar_size,
	};

	snprintf(ca, sizeof(ca), "fixed:%s%s", add->recursive ? "r:" : "",
		 hash_format(&c->decisive, HASH_NIX32, true, hash_text));
	info.ca = str_c(ca);
	return store_pend(s, &info, NULL, temp, err);
}

/* ---- small ---- */

static errint write_kept(struct store *s, const struct addition *add, const struct contents *c,
			 struct str nar, struct str path, struct err *err)
{
	char *temp CLEANUP_FREE = store_temp_name(path);
	struct str_source from = str_source_init(nar);
	bool valid, altered;
	errint rc = store_protect_added(s, path, &c->nar_hash, &valid, &altered, err);

	if (rc || valid)
		return rc;
	remove_tree_quietly(s->store_fd, temp);
	rc = nar_restore(&from.source, s->store_fd, temp, err);
	return rc ? rc : place(s, add, c, path, temp, altered, err);
}

/* ---- big ---- */

static errint copy_to(struct store *s, const struct addition *add, const char *temp,
		      struct contents *out, struct err *err)
{
	struct tree_writer w CLEANUP(tree_writer_release) = tree_writer_init(s->store_fd, temp);
	errint rc = read_source(add, &w.tree, NULL, out, err);

	if (rc)
		tree_writer_abort(&w);
	return rc;
}

static errint copy_big(struct store *s, struct arena *a, const struct addition *add,
		       struct str *out, struct err *err)
{
	struct contents c;
	struct str own;
	bool valid, altered;
	errint rc = store_own_place(s, a, &own, err);

	/* Protecting is no more than asking where the store is somebody else's. */
	if (!rc)
		rc = store_make_writable(s, err);
	if (rc)
		return rc;
	char *temp CLEANUP_FREE = str_dupz(store_path_base(own));
	rc = copy_to(s, add, temp, &c, err);
	if (rc)
		return rc;
	rc = find_path(s, a, add, &c, out, err);
	if (!rc)
		rc = store_protect_added(s, *out, &c.nar_hash, &valid, &altered, err);
	if (!rc && !valid)
		return place(s, add, &c, *out, temp, altered, err);
	remove_tree_quietly(s->store_fd, temp);
	return rc;
}

/* Like what was hashed before it is copied, but compared with what it most likely is. */
static errint add_beside(struct store *s, struct arena *a, const struct addition *add,
			 const struct newest *twin, struct str *out, struct err *err)
{
	char *there CLEANUP_FREE = store_real_path(s, twin->path);
	struct tree_twin t CLEANUP(tree_twin_release) =
		tree_twin_init(AT_FDCWD, there, twin->registered);
	struct contents c;
	struct hash then;
	uint64_t size;
	bool valid, altered;
	errint rc = read_source(add, &t.tree, NULL, &c, err);

	if (!rc)
		rc = find_path(s, a, add, &c, out, err);
	if (rc)
		return rc;
	bool same = str_eq(*out, twin->path) && !t.differs;
	if (same)
		rc = db_nar_hash(s, *out, &then, &size, err);
	if (rc && rc != ERR_NOT_FOUND)
		return rc;
	same = same && !rc && hash_eq(&then, &c.nar_hash);
	err_clear(err);
	rc = same ? store_protect(s, *out, &valid, err)
		  : store_protect_added(s, *out, &c.nar_hash, &valid, &altered, err);
	return rc || valid ? rc : copy_big(s, a, add, out, err);
}

/* ---- either ---- */

static errint add_source(struct store *s, struct arena *a, const struct addition *add,
			 struct str *out, struct err *err)
{
	static const struct sink_ops keeper_ops = {keeper_write};
	BUF(nar, LIMIT_SMALL_TREE);
	struct keeper k = {.sink = {&keeper_ops}, .nar = &nar, .s = s, .a = a, .name = add->name};
	struct contents c;
	bool valid = false, altered;
	errint rc = read_source(add, NULL, &k.sink, &c, err);

	if (rc && k.stopped) {
		err_clear(err);
		return k.twin.path.n ? add_beside(s, a, add, &k.twin, out, err)
				     : copy_big(s, a, add, out, err);
	}
	if (!rc)
		rc = find_path(s, a, add, &c, out, err);
	if (rc || s->readonly)
		return rc;
	if (!k.full)
		return write_kept(s, add, &c, buf_str(&nar), *out, err);
	rc = store_protect_added(s, *out, &c.nar_hash, &valid, &altered, err);
	return rc || valid ? rc : copy_big(s, a, add, out, err);
}

errint store_add_path(struct store *s, struct arena *a, struct str name, const char *from,
		      bool recursive, enum hash_algo algo, const struct hash *expect,
		      nar_filter_fn filter, void *ctx, struct str *out, struct err *err)
{
	struct asked_filter asked CLEANUP(asked_filter_release) = {.filter = filter, .ctx = ctx};
	struct addition add = {
		.name = name,
		.from = from,
		.recursive = recursive,
		.algo = algo,
		.expect = expect,
		.filter = filter ? ask_once : NULL,
		.ctx = &asked,
	};
	struct str path;
	errint rc = store_name_check(name, err);

	if (!rc)
		rc = add_source(s, a, &add, &path, err);
	if (rc)
		return err_wrap(err, "adding '%s' to the store", from);
	*out = path;
	return 0;
}
