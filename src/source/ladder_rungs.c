/* SPDX-License-Identifier: MIT
 *
 * The rungs: the one place that says where a file is looked for, and in which order. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/report.h"
#include "base/url.h"
#include "source/ascent_int.h"
#include "source/mirror.h"
#include "source/vendored.h"

static bool is_file(const char *path, struct stat *st)
{
	return lstat(path, st) == 0 && S_ISREG(st->st_mode);
}

/* A run that was killed may have brought it whole: to dest, or even to its place. */
static errint look_store(struct ascent *a, enum look *out, struct err *err)
{
	const struct ascent_request *r = &a->r;
	struct fetch_result *got = &a->result.got;
	int fd CLEANUP_FD = -1;
	struct stat st;
	errint rc;

	if (!r->dest || (!r->hash && !r->adopts))
		return 0;
	if (r->left && is_file(r->left, &st) && rename(r->left, r->dest))
		return err_sys(err, "moving '%s'", r->left);
	if (!is_file(r->dest, &st))
		return 0;
	if (r->adopts) {
		a->result.unread = true;
		*out = LOOK_HERE;
		return 0;
	}
	rc = open_file(AT_FDCWD, r->dest, &fd, err);
	if (!rc)
		rc = hash_fd(r->hash->algo, fd, &got->hash, err);
	if (rc || !hash_eq(&got->hash, r->hash))
		return rc;
	got->size = got->resumed = (uint64_t)st.st_size;
	*out = LOOK_HERE;
	return 0;
}

/* A file: URL of what is not there need not be tried; of any other it is not known. */
static bool may_be_there(const char *url)
{
	struct str path = str_drop_prefix(str_c(url), S("file://"));
	char *plain CLEANUP_FREE = xmalloc(path.n + 1);
	struct stat st;
	size_t n;

	if (!str_starts(str_c(url), S("file://")))
		return true;
	return url_decode(path, plain, &n) && stat(plain, &st) == 0 && S_ISREG(st.st_mode);
}

static void add_file(struct ascent *a, const char *path, enum source_kind kind)
{
	BUF(url, LIMIT_PATH_TEXT * 4);

	/* Whoever cloned without Git LFS has pointers in the place of files. */
	if (vendored_is_lfs_pointer(path)) {
		report_msg(a->l->report, REPORT_WARN,
			   "'%s' is a pointer of Git LFS and not the file, which 'git lfs pull' "
			   "brings",
			   path);
		ascent_note(a, "'%s' is a pointer of Git LFS", path);
		return;
	}
	buf_putz(&url, "file://");
	locator_encode_path(&url, str_c(path));
	ascent_add_url(a, buf_z(&url), kind);
}

/* By its hash, and by its name. */
static void look_in(struct ascent *a, struct vendored *v, size_t i)
{
	const struct ascent_request *r = &a->r;
	const struct source_entry *e = NULL;
	char *path CLEANUP_FREE = NULL, *named CLEANUP_FREE = NULL;
	size_t before = a->n_urls;
	struct stat st;

	if (r->kept || r->hash)
		e = vendored_find(v, i, r->kept ? r->kept : r->hash, r->kept != NULL, &path);
	if (!e && r->input)
		e = vendored_find_input(v, i, str_c(r->input), &path);
	if (e)
		add_file(a, path, e->kind);
	if (r->file)
		named = path_join(str_c(vendored_dir(v, i)), str_c(r->file));
	if (named && (!e || !str_eqz(e->file, r->file)) && stat(named, &st) == 0 &&
	    S_ISREG(st.st_mode))
		add_file(a, named, SOURCE_FILE);
	if (a->n_urls == before)
		ascent_note(a, "not in '%s'", vendored_dir(v, i));
}

static errint look_vendored(struct ascent *a, enum look *out, struct err *err)
{
	struct vendored *v;

	/* Whose content nobody checks is not taken from just anywhere. */
	if (!a->r.hash && !a->r.checked_later)
		return 0;
	errint rc = ladder_folders(a->l, &v, err);
	for (size_t i = 0; !rc && i < vendored_count(v); i++)
		look_in(a, v, i);
	*out = a->n_urls ? LOOK_URLS : LOOK_NOTHING;
	return rc;
}

/* Where a cache has it: sha256/<base 16> by the hash of a file, nar/sha256/<base 16>.tar.zst by
 * that of a NAR. */
static errint look_cache(struct ascent *a, enum look *out, struct err *err)
{
	const struct hash *h = a->r.kept ? a->r.kept : a->r.hash;
	char hex[HASH_TEXT_MAX];
	const struct str *caches;
	size_t n;

	if (!h || hash_is_zero(h))
		return 0;
	errint rc = mirror_source_caches(a->l->mirrors, &caches, &n, err);
	if (rc)
		return rc;
	hash_format(h, HASH_BASE16, false, hex);
	for (size_t i = 0; i < n; i++) {
		const char *url = arena_printf(&a->arena, "%.*s/%s%s/%s%s", STR_ARG(caches[i]),
					       a->r.kept ? "nar/" : "", hash_algo_name(h->algo),
					       hex, a->r.kept ? ".tar.zst" : "");

		if (may_be_there(url))
			ascent_add_url(a, url, a->r.kept ? SOURCE_TREE : SOURCE_FILE);
		else
			ascent_note(a, "not in the source cache '%.*s'", STR_ARG(caches[i]));
	}
	*out = a->n_urls ? LOOK_URLS : LOOK_NOTHING;
	return 0;
}

static errint expand(struct ascent *a, const char *url, bool *wait, struct err *err)
{
	struct mirror_url u;
	struct str *urls;
	size_t n;
	errint rc = mirror_url_parse(&a->arena, str_c(url), &u, err);

	if (rc)
		return rc;
	a->mirror = arena_strz(&a->arena, u.mirror);
	rc = mirror_expand(a->l->mirrors, &a->arena, &u, &urls, &n, err);
	if (!rc && u.project.n && u.file.n)
		return pages_look(a, u.project, u.file, urls, n, wait, err);
	for (size_t i = 0; !rc && i < n; i++)
		ascent_add_url(a, arena_strz(&a->arena, urls[i]), SOURCE_FILE);
	return rc;
}

static errint look_mirror(struct ascent *a, enum look *out, struct err *err)
{
	bool wait = false;
	errint rc = 0;

	for (size_t i = 0; i < a->r.n_urls; i++) {
		ERR(why);

		if (!mirror_url_is(str_c(a->r.urls[i])) || !expand(a, a->r.urls[i], &wait, &why))
			continue;
		/* Of several, the first that fails says why, if all do. A mismatch names its thing
		 * itself. */
		if (!rc && why.code != ERR_MISMATCH)
			err_wrap(&why, "'%s'", a->r.urls[i]);
		if (!rc)
			rc = err_move(err, &why);
	}
	if (wait || a->n_urls)
		err_clear(err);
	*out = wait ? LOOK_WAIT : a->n_urls ? LOOK_URLS : LOOK_NOTHING;
	return wait || a->n_urls ? 0 : rc;
}

static errint look_origin(struct ascent *a, enum look *out, struct err *err)
{
	for (size_t i = 0; i < a->r.n_urls; i++)
		if (!mirror_url_is(str_c(a->r.urls[i])) && !ascent_is_by_hand(a->r.urls[i]))
			ascent_add_url(a, a->r.urls[i], SOURCE_FILE);
	*out = a->n_urls ? LOOK_URLS : LOOK_NOTHING;
	return 0;
}

const struct rung rungs[] = {
	{"store", "left by an earlier run", look_store},
	{"vendored", "a vendored file", look_vendored},
	{"cache", "in a cache of sources", look_cache},
	{"mirror", "on a mirror", look_mirror},
	{"origin", "at its origin", look_origin},
};
const size_t n_rungs = ARRAY_LEN(rungs);
