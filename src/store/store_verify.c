/* SPDX-License-Identifier: MIT
 *
 * Compares what the database says with what is on the disk. Held under a shared gc.lock, so that
 * no collection takes paths away between the two looks. */
#include "store/store_int.h"

#include <errno.h>
#include <sys/file.h>
#include <unistd.h>
#include "base/file.h"
#include "base/process.h"
#include "base/report.h"

struct verification {
	struct store *s;
	bool contents, repair;
	unsigned bad;
};

static void end_activity(struct activity **a)
{
	activity_end(*a);
}

static void unlock_gc(struct store **s)
{
	flock((*s)->gc_lock, LOCK_UN);
}

ATTR_PRINTF(2, 3) static void finding(struct verification *v, const char *fmt, ...)
{
	va_list ap;
	BUF(text, LIMIT_ERR_TEXT);

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	report_msg(v->s->report, REPORT_WARN, "%s", buf_z(&text));
	v->bad++;
}

static errint on_disk(struct store *s, struct str path, bool *out, struct err *err)
{
	char *name CLEANUP_FREE = str_dupz(store_path_base(path));
	struct stat st;

	*out = fstatat(s->store_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (!*out && errno != ENOENT)
		return err_sys(err, "cannot read '%.*s'", STR_ARG(path));
	return 0;
}

/* Referrers are looked at before what they refer to, so those that went with it are gone from
 * the database by now. */
static errint disappeared(struct verification *v, struct str path, struct err *err)
{
	ARENA(a);
	struct str_set referrers;
	errint rc = db_paths(v->s, &a, DB_QUERY_REFERRERS, &path, &referrers, err);
	bool used = false;

	if (rc)
		return rc;
	for (size_t i = 0; i < referrers.n; i++)
		used |= !str_eq(referrers.v[i], path);
	if (used) {
		finding(v, "path '%.*s' disappeared, but it still has valid referrers!",
			STR_ARG(path));
		return 0;
	}
	if (!v->repair) {
		finding(v, "path '%.*s' disappeared", STR_ARG(path));
		return 0;
	}
	report_msg(v->s->report, REPORT_NOTE, "path '%.*s' disappeared, removing from database...",
		   STR_ARG(path));
	return db_invalidate(v->s, path, err);
}

static errint verify_contents(struct verification *v, struct str path, struct err *err)
{
	ARENA(a);
	char *name CLEANUP_FREE = str_dupz(store_path_base(path));
	char want[HASH_TEXT_MAX], got[HASH_TEXT_MAX];
	struct path_info info;
	struct hash now;
	uint64_t size;
	ERR(broken);
	errint rc = store_query(v->s, &a, path, &info, err);

	if (rc)
		return rc;
	/* A tree that cannot be read is a finding, not the end of the verification. */
	if (nar_hash(v->s->store_fd, name, &now, &size, &broken)) {
		finding(v, "path '%.*s' cannot be read: %s", STR_ARG(path), broken.msg);
		return 0;
	}
	if (!hash_eq(&now, &info.nar_hash))
		finding(v, "path '%.*s' was modified! expected hash '%s', got '%s'", STR_ARG(path),
			hash_format(&info.nar_hash, HASH_NIX32, true, want),
			hash_format(&now, HASH_NIX32, true, got));
	else if (info.nar_size && info.nar_size != size)
		finding(v, "path '%.*s' has a size of %llu, the database says %llu", STR_ARG(path),
			(unsigned long long)size, (unsigned long long)info.nar_size);
	return 0;
}

static errint verify_path(struct verification *v, struct str path, struct err *err)
{
	bool there;
	errint rc = interrupt_check(err);

	if (rc)
		return rc;
	if (!store_path_is(store_dir(v->s), path)) {
		finding(v, "path '%.*s' is not in the Nix store", STR_ARG(path));
		return 0;
	}
	rc = on_disk(v->s, path, &there, err);
	if (rc)
		return rc;
	if (!there)
		return disappeared(v, path, err);
	return v->contents ? verify_contents(v, path, err) : 0;
}

errint store_verify(struct store *s, bool contents, bool repair, unsigned *bad, struct err *err)
{
	ARENA(a);
	struct verification v = {.s = s, .contents = contents, .repair = repair};
	struct str_set all;
	struct str *order;
	errint rc = store_flush(s, err);

	if (!rc)
		rc = store_make_writable(s, err);
	if (!rc)
		rc = store_gc_lock_open(s, err);
	if (!rc)
		rc = fd_lock(s->gc_lock, false, false, err);
	if (rc)
		return rc;
	struct store *held CLEANUP(unlock_gc) = s;
	rc = store_all_valid(held, &a, &all, err);
	if (!rc)
		rc = store_topo_sort(s, &a, all, &order, err);
	struct activity *activity CLEANUP(end_activity) =
		activity_start(s->report, all.n, "paths", "verifying the store");
	for (size_t i = all.n; !rc && i-- > 0;) {
		rc = verify_path(&v, order[i], err);
		activity_progress(activity, all.n - i, all.n);
	}
	if (!rc)
		*bad = v.bad;
	return rc;
}
