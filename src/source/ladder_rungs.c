/* SPDX-License-Identifier: MIT
 *
 * The rungs: the one place that says where a file is looked for, and in which order. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/report.h"
#include "source/ascent_int.h"
#include "source/mirror.h"

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

static void look_in(struct ascent *a, const char *const *dirs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *path CLEANUP_FREE = path_join(str_c(dirs[i]), str_c(a->r.file));
		BUF(url, LIMIT_PATH_TEXT * 4);
		struct stat st;

		if (stat(path, &st) || !S_ISREG(st.st_mode))
			continue;
		buf_putz(&url, "file://");
		locator_encode_path(&url, str_c(path));
		ascent_add_url(a, buf_z(&url));
	}
}

static errint look_vendored(struct ascent *a, enum look *out, struct err *err)
{
	const struct ladder_config *c = &a->l->config;
	const char *const *dirs;
	size_t n;
	errint rc;

	/* Whose content nobody checks is not taken from just anywhere. */
	if (!a->r.hash && !a->r.checked_later)
		return 0;
	look_in(a, c->source_dirs, c->n_source_dirs);
	rc = mirror_source_dirs(a->l->mirrors, &dirs, &n, err);
	if (rc)
		return rc;
	look_in(a, dirs, n);
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
		ascent_add_url(a, arena_strz(&a->arena, urls[i]));
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
			ascent_add_url(a, a->r.urls[i]);
	*out = a->n_urls ? LOOK_URLS : LOOK_NOTHING;
	return 0;
}

const struct rung rungs[] = {
	{"store", "left by an earlier run", look_store},
	{"vendored", "a vendored file", look_vendored},
	{"mirror", "on a mirror", look_mirror},
	{"origin", "at its origin", look_origin},
};
const size_t n_rungs = ARRAY_LEN(rungs);
