/* SPDX-License-Identifier: MIT
 *
 * Compares what the database says with what is on the disk. Held under a shared gc.lock, so that
 * no collection takes paths away between the two looks. */
#include "store/store_int.h"

#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>
#include "base/file.h"
#include "base/process.h"
#include "base/report.h"

struct verification {
	struct store *s;
	struct arena *a;
	bool contents;
	struct rehash *there; /* paths to be hashed, in their order */
	size_t n_there, cap_there;
	struct damage *found;
	size_t n_found, cap_found;
	size_t dropped;
};

static void verification_release(struct verification *v)
{
	for (size_t i = 0; i < v->n_there; i++)
		free(v->there[i].why);
	free(v->there);
	free(v->found);
}

static void end_activity(struct activity **a)
{
	activity_end(*a);
}

static void unlock_gc(struct store **s)
{
	flock((*s)->gc_lock, LOCK_UN);
}

ATTR_PRINTF(4, 5)
static void finding(struct verification *v, struct str path, enum damage_kind kind, const char *fmt,
		    ...)
{
	va_list ap;
	BUF(text, LIMIT_ERR_TEXT);

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	report_msg(v->s->report, REPORT_WARN, "%s", buf_z(&text));
	ARRAY_GROW(v->found, v->n_found, v->cap_found);
	v->found[v->n_found++] = (struct damage){.path = arena_str(v->a, path), .kind = kind};
}

/* Referrers are looked at before what they refer to, so those that went with it are gone from
 * the database by now. */
static errint disappeared(struct verification *v, struct str path, struct err *err)
{
	ARENA(a);
	struct str_set referrers;
	errint rc = db_paths(v->s, &a, DB_QUERY_REFERRERS, &path, &referrers, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < referrers.n; i++) {
		if (str_eq(referrers.v[i], path))
			continue;
		finding(v, path, DAMAGE_GONE,
			"path '%.*s' disappeared, but it still has valid referrers!",
			STR_ARG(path));
		return 0;
	}
	report_msg(v->s->report, REPORT_WARN, "path '%.*s' disappeared, removing from database...",
		   STR_ARG(path));
	rc = db_invalidate(v->s, &path, 1, err);
	v->dropped += !rc;
	return rc;
}

static errint to_be_hashed(struct verification *v, struct str path, struct err *err)
{
	struct rehash r = {.path = path};
	struct hash want;
	errint rc = db_nar_hash(v->s, path, &want, &r.size, err);

	if (rc)
		return rc;
	memcpy(r.want, want.b, sizeof(r.want));
	ARRAY_GROW(v->there, v->n_there, v->cap_there);
	v->there[v->n_there++] = r;
	return 0;
}

static errint verify_path(struct verification *v, struct str path, struct err *err)
{
	bool there;
	errint rc = interrupt_check(err);

	if (rc)
		return rc;
	if (!store_path_is(store_dir(v->s), path)) {
		finding(v, path, DAMAGE_NAME, "path '%.*s' is not in the Nix store", STR_ARG(path));
		return 0;
	}
	rc = store_on_disk(v->s, path, &there, err);
	if (rc)
		return rc;
	if (!there)
		return disappeared(v, path, err);
	return v->contents ? to_be_hashed(v, path, err) : 0;
}

static const char *text_of(const uint8_t *digest, char *out)
{
	struct hash h = {.algo = HASH_SHA256};

	memcpy(h.b, digest, hash_size(HASH_SHA256));
	return hash_format(&h, HASH_NIX32, true, out);
}

/* A tree that cannot be read is a finding, not the end of the verification. */
static void judge(struct verification *v, const struct rehash *r)
{
	char want[HASH_TEXT_MAX], got[HASH_TEXT_MAX];

	if (r->rc == ERR_INTERRUPTED)
		return;
	if (r->rc)
		finding(v, r->path, DAMAGE_ALTERED, "path '%.*s' cannot be read: %s",
			STR_ARG(r->path), r->why);
	else if (memcmp(r->want, r->got, sizeof(r->want)) != 0)
		finding(v, r->path, DAMAGE_ALTERED,
			"path '%.*s' was modified! expected hash '%s', got '%s'", STR_ARG(r->path),
			text_of(r->want, want), text_of(r->got, got));
	else if (r->size && r->size != r->got_size)
		finding(v, r->path, DAMAGE_RECORD,
			"path '%.*s' has a size of %llu, the database says %llu", STR_ARG(r->path),
			(unsigned long long)r->got_size, (unsigned long long)r->size);
}

static errint verify_all(struct verification *v, const struct verify_options *o, struct err *err)
{
	struct str_set all = {.v = ARENA_ARRAY(v->a, struct str, o->n_paths), .n = o->n_paths};
	struct str *order = NULL;
	errint rc = 0;

	if (o->paths && o->n_paths)
		memcpy(all.v, o->paths, o->n_paths * sizeof(*all.v));
	str_set_sort(&all);
	if (!o->paths)
		rc = store_all_valid(v->s, v->a, &all, err);
	if (!rc)
		rc = store_topo_sort(v->s, v->a, all, &order, err);
	for (size_t i = all.n; !rc && i-- > 0;)
		rc = verify_path(v, order[i], err);
	if (rc)
		return rc;
	struct activity *activity CLEANUP(end_activity) =
		activity_start(v->s->report, v->n_there, "paths", "verifying the store");
	rc = store_rehash(v->s, v->there, v->n_there, activity, err);
	for (size_t i = 0; i < v->n_there; i++)
		judge(v, &v->there[i]);
	return rc;
}

errint store_verify(struct store *s, struct arena *a, const struct verify_options *o,
		    struct verify_result *out, struct err *err)
{
	struct verification v CLEANUP(verification_release) = {
		.s = s,
		.a = a,
		.contents = o->contents,
	};
	errint rc = store_flush(s, err);

	if (!rc)
		rc = db_open(s, true, err);
	if (!rc)
		rc = store_gc_lock_open(s, err);
	if (!rc)
		rc = fd_lock(s->gc_lock, false, false, err);
	if (rc)
		return rc;
	struct store *held CLEANUP(unlock_gc) = s;
	rc = verify_all(&v, o, err);
	/* What this handle knew to be there may not be. */
	path_map_release(&held->added);
	if (rc)
		return rc;
	out->dropped = v.dropped;
	out->n = v.n_found;
	out->v = ARENA_ARRAY(a, struct damage, v.n_found);
	if (v.n_found)
		memcpy(out->v, v.found, v.n_found * sizeof(*out->v));
	return 0;
}
