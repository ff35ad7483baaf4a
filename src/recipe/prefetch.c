/* SPDX-License-Identifier: MIT
 *
 * Many ascents at once, and what is made of what they bring. */
#include "recipe/prefetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "archive/archive.h"
#include "base/file.h"
#include "base/process.h"
#include "source/ascent.h"
#include "source/ladder.h"
#include "store/nar.h"
#include "store/path_hash.h"
#include "store/store.h"

struct fetching {
	struct session *s;
	struct arena *a;
	struct prefetch *v;
	size_t n;
	char *dir; /* a scratch folder */
};

static void fetching_release(struct fetching *f)
{
	if (f->dir)
		remove_tree_quietly(AT_FDCWD, f->dir);
	free(f->dir);
}

static char *place(const struct fetching *f, const struct prefetch *p, const char *what)
{
	return arena_printf(f->a, "%s/%zu-%s", f->dir, (size_t)(p - f->v), what);
}

/* ---- into the store ---- */

static errint take(const struct fetching *f, struct prefetch *p, const char *real, bool recursive,
		   struct err *err)
{
	struct hash nar;
	errint rc = path_hash(real, !recursive, p->algo, &p->hash, err);

	if (!rc)
		rc = store_add_path(f->s->store, f->a, p->name, real, recursive, p->algo, NULL,
				    NULL, NULL, &p->store_path, err);
	if (!rc && recursive)
		rc = nar_hash(AT_FDCWD, real, &nar, &p->size, err);
	return rc;
}

static errint unpack(const struct fetching *f, struct prefetch *p, const char *file,
		     struct err *err)
{
	const char *tree = place(f, p, "tree");
	int fd CLEANUP_FD = -1;
	errint rc = open_file(AT_FDCWD, file, &fd, err);

	if (!rc)
		rc = archive_unpack(fd, AT_FDCWD, tree, p->strip_root ? ARCHIVE_STRIP_ROOT : 0,
				    err);
	if (rc)
		return err_wrap(err, "unpacking '%s'", p->urls[0]);
	unlink(file);
	rc = take(f, p, tree, true, err);
	remove_tree_quietly(AT_FDCWD, tree);
	return rc;
}

static errint arrived(const struct fetching *f, struct prefetch *p, uint64_t size, struct err *err)
{
	const char *file = place(f, p, "file");

	p->size = size;
	if (p->kind == PREFETCH_ARCHIVE)
		return unpack(f, p, file, err);
	if (chmod(file, p->executable ? 0555 : 0444))
		return err_sys(err, "changing the mode of '%s'", file);
	errint rc = take(f, p, file, p->executable, err);
	if (!rc && !p->executable)
		p->size = size;
	unlink(file);
	return rc;
}

/* ---- what has URLs ---- */

static errint begin(const struct fetching *f, struct prefetch *p, struct ascent **out,
		    struct err *err)
{
	const struct ascent_request r = {
		.urls = p->urls,
		.n_urls = p->n_urls,
		.dest = place(f, p, "file"),
		.hash = p->kind == PREFETCH_FILE ? p->expect : NULL,
		.algo = p->algo,
		.hash_of = HASH_OF_DOWNLOAD,
		.name = arena_strz(f->a, p->name),
		.ctx = p,
	};

	return ascent_begin(session_ladder(f->s), &r, out, err);
}

static errint step(const struct fetching *f, struct ascent **under_way, size_t *left,
		   struct err *err)
{
	struct ladder *l = session_ladder(f->s);
	errint rc = ladder_step(l, -1, NULL, 0, err);

	for (struct ascent *a = ladder_next(l); !rc && a; a = ladder_next(l)) {
		struct prefetch *p = ascent_ctx(a);
		struct ascent_result *r = ascent_result(a);

		--*left;
		under_way[p - f->v] = NULL;
		if (r->got.err.code)
			err_move(&p->failure, &r->got.err);
		else
			(void)!arrived(f, p, r->got.size, &p->failure);
		ascent_free(a);
	}
	return rc ? rc : interrupt_check(err);
}

static errint fetch_files(const struct fetching *f, struct err *err)
{
	struct ascent **under_way CLEANUP_FREE = xcalloc(f->n + 1, sizeof(struct ascent *));
	size_t left = 0;
	errint rc = 0;

	for (size_t i = 0; i < f->n; i++)
		if (!f->v[i].failure.code && f->v[i].kind != PREFETCH_COMMIT &&
		    !begin(f, &f->v[i], &under_way[i], &f->v[i].failure))
			left++;
	while (!rc && left)
		rc = step(f, under_way, &left, err);
	/* After an interruption some are not done. */
	for (size_t i = 0; rc && i < f->n; i++)
		ascent_free(under_way[i]);
	return rc;
}

/* ---- commits ---- */

static errint fetch_commit(const struct fetching *f, struct prefetch *p, struct err *err)
{
	const struct checkout c = {p->repo, p->ref, p->submodules, p->sparse, p->n_sparse};
	const char *tree = place(f, p, "tree");
	errint rc = ladder_checkout(session_ladder(f->s), &c, tree, err);

	if (rc)
		return rc;
	const char *wanted =
		p->root_dir.n ? arena_printf(f->a, "%s/%.*s", tree, STR_ARG(p->root_dir)) : tree;
	rc = take(f, p, wanted, true, err);
	remove_tree_quietly(AT_FDCWD, tree);
	return rc;
}

static errint fetch_all(const struct fetching *f, struct err *err)
{
	errint rc = fetch_files(f, err);

	for (size_t i = 0; !rc && i < f->n; i++) {
		if (f->v[i].failure.code || f->v[i].kind != PREFETCH_COMMIT)
			continue;
		(void)!fetch_commit(f, &f->v[i], &f->v[i].failure);
		rc = interrupt_check(err);
	}
	return rc ? rc : store_flush(f->s->store, err);
}

errint prefetch_all(struct session *s, struct prefetch *v, size_t n, struct arena *a,
		    struct err *err)
{
	struct fetching f CLEANUP(fetching_release) = {s, a, v, n};
	/* An evaluation that is open meanwhile may have it so. */
	bool was_readonly = store_readonly(s->store);

	/* What lies in the folder goes with it, after ^C, too. */
	interrupts_catch();
	errint rc = temp_dir(temp_dir_root(), "kiln-prefetch-", &f.dir, err);

	if (rc)
		return rc;
	store_set_readonly(s->store, false);
	rc = fetch_all(&f, err);
	store_set_readonly(s->store, was_readonly);
	return rc;
}
