/* SPDX-License-Identifier: MIT
 *
 * Making the lock: InRelease, then each index that it vouches for, then the closure. */
#include "deb/lock.h"

#include <stdlib.h>
#include <time.h>

#include "archive/archive.h"
#include "base/file.h"
#include "base/json.h"
#include "base/report.h"
#include "deb/index.h"
#include "deb/release.h"
#include "source/ascent.h"

static void put_field(struct buf *b, const char *key, struct str value)
{
	buf_printf(b, "\"%s\": ", key);
	json_put_str(b, value);
}

static void put_package(struct buf *b, const struct deb_chosen *c)
{
	const struct deb_package *p = c->package;
	char hash[HASH_TEXT_MAX];

	buf_putz(b, "   ");
	json_put_str(b, p->name);
	buf_putz(b, ": {");
	put_field(b, "version", p->version);
	buf_putz(b, ", ");
	if (p->source.n) {
		put_field(b, "source", p->source);
		buf_putz(b, ", ");
	}
	put_field(b, "file", p->file);
	buf_putz(b, ", ");
	put_field(b, "sha256", str_c(hash_format(&p->sha256, HASH_BASE16, false, hash)));
	buf_printf(b, ", \"size\": %llu, \"deps\": [", (unsigned long long)p->size);
	for (size_t i = 0; i < c->deps.n; i++) {
		if (i)
			buf_putz(b, ", ");
		json_put_str(b, c->deps.v[i]);
	}
	buf_putz(b, "]}");
}

static void put_line(struct buf *b, const char *key, struct str value)
{
	buf_putc(b, ' ');
	put_field(b, key, value);
	buf_putz(b, ",\n");
}

/* When each pocket was signed. */
static void put_pockets(struct buf *out, const struct deb_roots *r,
			const struct deb_release *pockets)
{
	if (!r->pockets.n)
		return;
	buf_putz(out, " \"pockets\": {");
	for (size_t i = 0; i < r->pockets.n; i++) {
		buf_putz(out, i ? ", " : "");
		json_put_str(out, r->pockets.v[i]);
		buf_putz(out, ": ");
		json_put_str(out, pockets[i].date);
	}
	buf_putz(out, "},\n");
}

void deb_lock_print(const struct deb_roots *r, const struct deb_release *releases,
		    const struct deb_closure *closures, struct buf *out)
{
	buf_putz(out, "{\n \"version\": 1,\n");
	put_line(out, "suite", r->suite);
	put_line(out, "release", releases[0].version);
	put_line(out, "date", releases[0].date);
	put_pockets(out, r, releases + 1);
	buf_putz(out, " \"architectures\": {\n");
	for (size_t i = 0; i < r->architectures.n; i++) {
		buf_putz(out, "  ");
		json_put_str(out, r->architectures.v[i]);
		buf_putz(out, ": {\n");
		for (size_t j = 0; j < closures[i].n; j++) {
			put_package(out, &closures[i].v[j]);
			buf_putz(out, j + 1 < closures[i].n ? ",\n" : "\n");
		}
		buf_putz(out, i + 1 < r->architectures.n ? "  },\n" : "  }\n");
	}
	buf_putz(out, " }\n}\n");
}

static errint fetch_release(const struct deb_lock_options *o, struct arena *a, struct str suite,
			    struct deb_release *out, struct err *err)
{
	char *url CLEANUP_FREE = xasprintf("mirror://debian/dists/%.*s/InRelease", STR_ARG(suite));
	const char *const urls[] = {url};
	BUF(signed_text, LIMIT_DEB_CONTROL);
	BUF(text, LIMIT_DEB_CONTROL);
	struct ascent_request q = {.urls = urls,
				   .n_urls = 1,
				   .body = &signed_text,
				   .algo = HASH_SHA256,
				   .max_size = LIMIT_DEB_CONTROL};
	char *dir CLEANUP_FREE = NULL;
	char *path CLEANUP_FREE = NULL;
	errint rc;

	rc = ladder_fetch(o->ladder, &q, err);
	if (!rc)
		rc = temp_dir(temp_dir_root(), "kiln-lock-", &dir, err);
	if (rc)
		return rc;
	path = path_join(str_c(dir), S("InRelease"));
	rc = file_write(AT_FDCWD, path, buf_str(&signed_text), 0600, 0, err);
	if (!rc)
		rc = deb_release_verify(path, o->keyring ? o->keyring : DEB_KEYRING, &text, err);
	remove_tree_quietly(AT_FDCWD, dir);
	if (rc || deb_release_parse(arena_str(a, buf_str(&text)), out, err))
		return err_wrap(err, "InRelease of '%.*s'", STR_ARG(suite));
	out->asked = suite;
	if (str_eq(out->codename, suite) || str_eq(out->suite, suite))
		return 0;
	return err_set(err, ERR_MISMATCH, "the mirror answers for '%.*s' with the suite '%.*s'",
		       STR_ARG(suite), STR_ARG(out->codename));
}

/* Appends one index, by its hash where the mirror has that, so that an update of the mirror between
 * two transfers does no harm. */
static errint fetch_index(const struct deb_lock_options *o, const struct deb_release *release,
			  struct str component, struct str arch, struct buf *out, struct err *err)
{
	struct str suite = release->asked;
	char *dir CLEANUP_FREE = xasprintf("%.*s/binary-%.*s", STR_ARG(component), STR_ARG(arch));
	char *name CLEANUP_FREE = xasprintf("%s/Packages.xz", dir);
	char *plain CLEANUP_FREE = xasprintf("mirror://debian/dists/%.*s/%s", STR_ARG(suite), name);
	char *by_hash CLEANUP_FREE = NULL;
	char *shown CLEANUP_FREE = xasprintf("%.*s/%s", STR_ARG(suite), name);
	char text[HASH_TEXT_MAX];
	struct hash hash;
	uint64_t size;
	BUF(packed, LIMIT_DEB_INDEX);
	errint rc = deb_release_find(release, str_c(name), &hash, &size, err);

	if (rc)
		return rc;
	hash_format(&hash, HASH_BASE16, false, text);
	by_hash = xasprintf("mirror://debian/dists/%.*s/%s/by-hash/SHA256/%s", STR_ARG(suite), dir,
			    text);
	const char *const urls[] = {by_hash, plain};
	struct ascent_request q = {.urls = release->by_hash ? urls : urls + 1,
				   .n_urls = release->by_hash ? 2 : 1,
				   .body = &packed,
				   .hash = &hash,
				   .size = size,
				   .name = shown,
				   .file = name};
	rc = ladder_fetch(o->ladder, &q, err);
	if (rc)
		return rc;
	struct str_source from = str_source_init(buf_str(&packed));
	struct buf_sink to = buf_sink_init(out);

	if (archive_decompress(&from.source, &to.sink, err))
		return err_wrap(err, "'%s'", shown);
	buf_putc(out, '\n');
	return buf_check(out, name, err);
}

/* Copies what the lock prints of a closure, so that the index, which is large, can go. */
static void keep_closure(struct arena *a, struct deb_closure *c)
{
	struct deb_chosen *v = ARENA_ARRAY(a, struct deb_chosen, c->n);

	for (size_t i = 0; i < c->n; i++) {
		struct deb_package *p = ARENA_NEW(a, struct deb_package);

		*p = *c->v[i].package;
		p->name = arena_str(a, p->name);
		p->version = arena_str(a, p->version);
		p->source = arena_str(a, p->source);
		p->file = arena_str(a, p->file);
		p->description = arena_str(a, p->description);
		p->homepage = arena_str(a, p->homepage);
		v[i].package = p;
		v[i].deps.n = c->v[i].deps.n;
		v[i].deps.v = ARENA_ARRAY(a, struct str, v[i].deps.n);
		for (size_t j = 0; j < v[i].deps.n; j++)
			v[i].deps.v[j] = arena_str(a, c->v[i].deps.v[j]);
	}
	c->v = v;
}

static errint resolve_arch(const struct deb_lock_options *o, const struct deb_roots *r,
			   const struct deb_release *releases, struct str arch, struct arena *a,
			   struct deb_closure *out, struct err *err)
{
	struct deb_request q;
	BUF(text, LIMIT_DEB_INDEX);
	ARENA(scratch);
	struct deb_index index;
	errint rc;

	for (size_t i = 0; i < (1 + r->pockets.n) * r->components.n; i++) {
		rc = fetch_index(o, &releases[i / r->components.n],
				 r->components.v[i % r->components.n], arch, &text, err);
		if (rc)
			return rc;
	}
	deb_roots_request(&scratch, r, arch, &q);
	if (deb_index_parse(&scratch, buf_str(&text), "Packages", &index, err) ||
	    deb_resolve(&scratch, &index, &q, out, err))
		return err_wrap(err, "architecture '%.*s'", STR_ARG(arch));
	keep_closure(a, out);
	return 0;
}

/* Neither past its time nor from before what is locked of the same suite. */
static errint check_age(const struct deb_lock_options *o, const struct deb_release *release,
			struct str pocket, struct str old, struct arena *a, struct err *err)
{
	struct str locked;

	if (o->accept_old)
		return 0;
	errint rc = deb_lock_date(a, old, pocket, &locked, err);
	if (rc) {
		err_wrap(err, "'%s': the old lock", o->lock);
		return err_hint(err, "remove it to start from nothing");
	}
	rc = deb_release_check_valid(release, (int64_t)time(NULL), err);
	if (!rc)
		rc = deb_release_check_newer(release, locked, err);
	return rc ? err_wrap(err, "InRelease of '%.*s'", STR_ARG(release->asked)) : 0;
}

/* The suite's release, then its pockets' in their order, all before any index: one snapshot. */
static errint fetch_releases(const struct deb_lock_options *o, const struct deb_roots *r,
			     struct str old, struct arena *a, struct deb_release **out,
			     struct err *err)
{
	struct deb_release *v = ARENA_ARRAY(a, struct deb_release, 1 + r->pockets.n);

	for (size_t i = 0; i <= r->pockets.n; i++) {
		struct str suite = i ? str_c(arena_printf(a, "%.*s-%.*s", STR_ARG(r->suite),
							  STR_ARG(r->pockets.v[i - 1])))
				     : r->suite;
		struct str pocket = i ? r->pockets.v[i - 1] : S("");
		errint rc = fetch_release(o, a, suite, &v[i], err);

		if (!rc)
			rc = check_age(o, &v[i], pocket, old, a, err);
		if (rc)
			return rc;
	}
	*out = v;
	return 0;
}

/* What moved against the lock that is there. Bytes that changed under one version are nobody's
 * update: whoever locks has to say that they are meant. */
static errint compare(const struct deb_lock_options *o, struct str old, struct str new,
		      struct arena *a, struct err *err)
{
	if (deb_moves_find(a, old, new, o->moves, err)) {
		err_wrap(err, "'%s'", o->lock);
		return err_hint(err, "remove it to start from nothing");
	}
	for (size_t i = 0; i < o->moves->n; i++) {
		const struct deb_move *m = &o->moves->v[i];

		if (!m->bytes || o->accept_changed)
			continue;
		err_set(err, ERR_MISMATCH,
			"'%.*s' %.*s for '%.*s' has other bytes than the lock says",
			STR_ARG(m->name), STR_ARG(m->to), STR_ARG(m->arch));
		err_detail(err, "an archive gives each change a version of its own");
		return err_hint(err, "ask another mirror; --accept-changed takes the new ones");
	}
	return 0;
}

static errint resolve_all(const struct deb_lock_options *o, struct str old, struct arena *a,
			  struct buf *json, struct buf *about, struct err *err)
{
	BUF(roots_text, LIMIT_SMALL_FILE);
	struct deb_closure *closures;
	struct deb_release *releases;
	struct deb_roots roots;
	errint rc = file_read(AT_FDCWD, o->roots, &roots_text, err);

	if (!rc)
		rc = deb_roots_parse(a, buf_str(&roots_text), o->roots, &roots, err);
	if (!rc)
		rc = fetch_releases(o, &roots, old, a, &releases, err);
	if (rc)
		return rc;
	closures = ARENA_ARRAY(a, struct deb_closure, roots.architectures.n);
	for (size_t i = 0; i < roots.architectures.n; i++) {
		rc = resolve_arch(o, &roots, releases, roots.architectures.v[i], a, &closures[i],
				  err);
		if (rc)
			return rc;
	}
	deb_lock_print(&roots, releases, closures, json);
	rc = buf_check(json, o->lock, err);
	deb_about_print(closures, roots.architectures.n, about);
	if (!rc)
		rc = buf_check(about, "descriptions of packages", err);
	if (rc)
		return rc;
	for (size_t i = 0; i < roots.architectures.n; i++)
		report_msg(o->report, REPORT_NOTE, "%zu packages of '%.*s' %.*s for '%.*s'",
			   closures[i].n, STR_ARG(roots.suite), STR_ARG(releases[0].version),
			   STR_ARG(roots.architectures.v[i]));
	return 0;
}

/* The lock that is there, or "". */
static errint read_old(const struct deb_lock_options *o, struct arena *a, struct str *out,
		       struct err *err)
{
	BUF(old, LIMIT_LOCK_FILE);
	errint rc = file_read(AT_FDCWD, o->lock, &old, err);

	/* One that is there and cannot be read is not to be written over unseen. */
	if (rc && rc != ERR_NOT_FOUND)
		return rc;
	err_clear(err);
	*out = arena_str(a, buf_str(&old));
	return 0;
}

errint deb_lock(const struct deb_lock_options *o, struct arena *a, struct err *err)
{
	BUF(json, LIMIT_LOCK_FILE);
	BUF(about, LIMIT_LOCK_FILE);
	char *about_file CLEANUP_FREE = deb_about_file(o->lock);
	struct str old;
	errint rc = read_old(o, a, &old, err);

	if (!rc)
		rc = resolve_all(o, old, a, &json, &about, err);
	if (!rc)
		rc = compare(o, old, arena_str(a, buf_str(&json)), a, err);
	if (rc || o->check)
		return rc;
	rc = file_write(AT_FDCWD, o->lock, buf_str(&json), 0644, 0, err);
	return rc ? rc : file_write(AT_FDCWD, about_file, buf_str(&about), 0644, 0, err);
}
