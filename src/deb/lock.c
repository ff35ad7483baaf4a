/* SPDX-License-Identifier: MIT
 *
 * Making the lock: InRelease, then each index that it vouches for, then the closure. */
#include "deb/lock.h"

#include <stdlib.h>

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

void deb_lock_print(const struct deb_roots *r, const struct deb_release *release,
		    const struct deb_closure *closures, struct buf *out)
{
	buf_putz(out, "{\n \"version\": 1,\n");
	put_line(out, "suite", r->suite);
	put_line(out, "release", release->version);
	put_line(out, "date", release->date);
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

static errint fetch_release(const struct deb_lock_options *o, const struct deb_roots *r,
			    struct buf *text, struct deb_release *out, struct err *err)
{
	char *url CLEANUP_FREE =
		xasprintf("mirror://debian/dists/%.*s/InRelease", STR_ARG(r->suite));
	const char *const urls[] = {url};
	BUF(signed_text, LIMIT_DEB_CONTROL);
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
		rc = deb_release_verify(path, o->keyring ? o->keyring : DEB_KEYRING, text, err);
	remove_tree_quietly(AT_FDCWD, dir);
	if (rc || deb_release_parse(buf_str(text), out, err))
		return err_wrap(err, "InRelease of '%.*s'", STR_ARG(r->suite));
	if (str_eq(out->codename, r->suite) || str_eq(out->suite, r->suite))
		return 0;
	return err_set(err, ERR_MISMATCH, "the mirror answers for '%.*s' with the suite '%.*s'",
		       STR_ARG(r->suite), STR_ARG(out->codename));
}

/* Appends one index, by its hash where the mirror has that, so that an update of the mirror between
 * two transfers does no harm. */
static errint fetch_index(const struct deb_lock_options *o, const struct deb_roots *r,
			  const struct deb_release *release, struct str component, struct str arch,
			  struct buf *out, struct err *err)
{
	char *dir CLEANUP_FREE = xasprintf("%.*s/binary-%.*s", STR_ARG(component), STR_ARG(arch));
	char *name CLEANUP_FREE = xasprintf("%s/Packages.xz", dir);
	char *plain CLEANUP_FREE =
		xasprintf("mirror://debian/dists/%.*s/%s", STR_ARG(r->suite), name);
	char *by_hash CLEANUP_FREE = NULL;
	char text[HASH_TEXT_MAX];
	struct hash hash;
	uint64_t size;
	BUF(packed, LIMIT_DEB_INDEX);
	errint rc = deb_release_find(release, str_c(name), &hash, &size, err);

	if (rc)
		return rc;
	hash_format(&hash, HASH_BASE16, false, text);
	by_hash = xasprintf("mirror://debian/dists/%.*s/%s/by-hash/SHA256/%s", STR_ARG(r->suite),
			    dir, text);
	const char *const urls[] = {by_hash, plain};
	struct ascent_request q = {.urls = release->by_hash ? urls : urls + 1,
				   .n_urls = release->by_hash ? 2 : 1,
				   .body = &packed,
				   .hash = &hash,
				   .size = size,
				   .name = name,
				   .file = name};
	rc = ladder_fetch(o->ladder, &q, err);
	if (rc)
		return rc;
	struct str_source from = str_source_init(buf_str(&packed));
	struct buf_sink to = buf_sink_init(out);

	if (archive_decompress(&from.source, &to.sink, err))
		return err_wrap(err, "'%s'", name);
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
		p->file = arena_str(a, p->file);
		p->description = arena_str(a, p->description);
		v[i].package = p;
		v[i].deps.n = c->v[i].deps.n;
		v[i].deps.v = ARENA_ARRAY(a, struct str, v[i].deps.n);
		for (size_t j = 0; j < v[i].deps.n; j++)
			v[i].deps.v[j] = arena_str(a, c->v[i].deps.v[j]);
	}
	c->v = v;
}

static errint resolve_arch(const struct deb_lock_options *o, const struct deb_roots *r,
			   const struct deb_release *release, struct str arch, struct arena *a,
			   struct deb_closure *out, struct err *err)
{
	struct deb_request q;
	BUF(text, LIMIT_DEB_INDEX);
	ARENA(scratch);
	struct deb_index index;
	errint rc;

	for (size_t i = 0; i < r->components.n; i++) {
		rc = fetch_index(o, r, release, r->components.v[i], arch, &text, err);
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

static errint write_about(const struct deb_lock_options *o, const struct deb_closure *closures,
			  size_t n, struct err *err)
{
	char *file CLEANUP_FREE = deb_about_file(o->lock);
	BUF(json, LIMIT_LOCK_FILE);

	deb_about_print(closures, n, &json);
	errint rc = buf_check(&json, file, err);
	return rc ? rc : file_write(AT_FDCWD, file, buf_str(&json), 0644, 0, err);
}

errint deb_lock(const struct deb_lock_options *o, struct err *err)
{
	ARENA(arena);
	BUF(roots_text, LIMIT_SMALL_FILE);
	BUF(release_text, LIMIT_DEB_CONTROL);
	BUF(json, LIMIT_LOCK_FILE);
	struct deb_closure *closures;
	struct deb_release release;
	struct deb_roots roots;
	size_t packages = 0;
	errint rc = file_read(AT_FDCWD, o->roots, &roots_text, err);

	if (!rc)
		rc = deb_roots_parse(&arena, buf_str(&roots_text), o->roots, &roots, err);
	if (!rc)
		rc = fetch_release(o, &roots, &release_text, &release, err);
	if (rc)
		return rc;
	closures = ARENA_ARRAY(&arena, struct deb_closure, roots.architectures.n);
	for (size_t i = 0; i < roots.architectures.n; i++) {
		rc = resolve_arch(o, &roots, &release, roots.architectures.v[i], &arena,
				  &closures[i], err);
		if (rc)
			return rc;
		packages += closures[i].n;
	}
	deb_lock_print(&roots, &release, closures, &json);
	rc = buf_check(&json, o->lock, err);
	if (!rc)
		rc = file_write(AT_FDCWD, o->lock, buf_str(&json), 0644, 0, err);
	if (!rc)
		rc = write_about(o, closures, roots.architectures.n, err);
	if (rc)
		return rc;
	report_msg(o->report, REPORT_NOTE, "locked %zu packages of '%.*s' %.*s in '%s'", packages,
		   STR_ARG(roots.suite), STR_ARG(release.version), o->lock);
	return 0;
}
