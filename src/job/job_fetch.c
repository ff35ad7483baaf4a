/* SPDX-License-Identifier: MIT
 *
 * A job that fetches (`builtin:fetchurl`), by the ladder. Files arrive in the state folder's
 * kiln/partial, named after the output, and stay there until they are placed: a run that was killed
 * loses nothing. What came is checked in the worker; when it is wrong the ladder knows where else
 * to look. */
#include "job/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/archive.h"
#include "base/file.h"
#include "base/report.h"
#include "source/ascent.h"

errint fixed_hash(const struct drv_output *o, struct hash *out, bool *recursive, struct err *err)
{
	struct str name = o->hash_algo;
	enum hash_algo algo;

	*recursive = str_starts(name, S("r:"));
	name = str_drop_prefix(name, S("r:"));
	if (!hash_algo_parse(name, &algo))
		return err_set(err, ERR_UNSUPPORTED, "output hash method '%.*s'",
			       STR_ARG(o->hash_algo));
	return hash_parse(o->hash, algo, out, err);
}

bool fetch_is_flat(const struct drv *d)
{
	return d->n_outputs == 1 && !str_starts(d->outputs[0].hash_algo, S("r:"));
}

/* urls before url, each once. */
static errint find_urls(struct job *j, const char ***out, size_t *n, struct err *err)
{
	struct words many;
	struct str one = {0};
	errint rc = build_attrs_words(&j->attrs, "urls", &many, err);

	if (!rc)
		rc = build_attrs_string(&j->attrs, "url", &one, err);
	if (rc)
		return rc;
	const char **v = ARENA_ARRAY(&j->arena, const char *, many.n + 2);
	size_t count = 0;
	for (size_t i = 0; i < many.n; i++)
		v[count++] = arena_strz(&j->arena, many.v[i]);
	if (one.n && !words_have(&many, one))
		v[count++] = arena_strz(&j->arena, one);
	if (!count)
		return err_set(err, ERR_EVAL, "'%.*s' has no url to fetch", STR_ARG(j->goal->path));
	*out = v;
	*n = count;
	return 0;
}

static errint make_dest(struct job *j, struct err *err)
{
	const char *state = store_config(j->store)->state_dir;
	char *dir CLEANUP_FREE =
		store_real_path(j->store, str_c(arena_printf(&j->arena, "%s/kiln/partial", state)));
	char *drv CLEANUP_FREE = store_real_path(j->store, j->goal->path);
	errint rc = mkdir_p(AT_FDCWD, dir, 0755, err);

	if (rc)
		return rc;
	j->dest = path_join(str_c(dir), store_path_base(j->goal->drv.outputs[0].path));
	j->top = xasprintf("%s.chroot", drv);
	rc = remove_tree(AT_FDCWD, j->top, err);
	if (rc)
		return rc;
	return mkdir(j->top, 0700) ? err_sys(err, "making folder '%s'", j->top) : 0;
}

static void say_where(struct job *j)
{
	const char *made = build_attrs_flag(&j->attrs, "unpack")
				   ? arena_printf(&j->arena, "%s/output", j->top)
				   : arena_strz(&j->arena, str_c(j->dest));

	j->where = ARENA_ARRAY(&j->arena, const char *, 1);
	j->where[0] = made;
}

errint job_fetch_start(struct job *j, struct ladder *l, struct err *err)
{
	const struct drv *d = &j->goal->drv;
	struct ascent_request r = {.algo = HASH_SHA256, .hash_of = HASH_OF_OUTPUT, .ctx = j};
	const char **urls = NULL;
	struct hash expected;
	bool recursive;

	if (d->n_outputs != 1 || !drv_is_fixed(d))
		return err_set(err, ERR_EVAL,
			       "'%.*s' uses builtin:fetchurl without one fixed output",
			       STR_ARG(j->goal->path));
	errint rc = build_attrs_init(&j->arena, d, &j->attrs, err);
	if (!rc)
		rc = fixed_hash(&d->outputs[0], &expected, &recursive, err);
	if (!rc)
		rc = make_dest(j, err);
	if (!rc)
		rc = find_urls(j, &urls, &r.n_urls, err);
	if (rc)
		return rc;
	say_where(j);
	char *placed CLEANUP_FREE = store_real_path(j->store, d->outputs[0].path);
	r.urls = urls;
	r.dest = j->dest;
	r.hash = recursive ? NULL : &expected;
	r.hash_name = arena_strz(&j->arena, j->goal->path);
	r.checked_later = recursive;
	/* The worker looks at it in any case. What is valid is only fetched to be compared. */
	r.adopts = !(j->o->check && j->goal->top);
	r.left = r.adopts && !recursive ? placed : NULL;
	r.name = arena_strz(&j->arena, goal_name(j->goal));
	rc = ascent_begin(l, &r, &j->ascent, err);
	if (!rc)
		j->phase = JOB_FETCH;
	return rc;
}

errint job_fetch_end(struct job *j, struct err *err)
{
	struct err *why = &ascent_result(j->ascent)->got.err;

	if (!why->code) {
		j->phase = JOB_QUEUE;
		return 0;
	}
	err_move(err, why);
	/* A mismatch names it. */
	return err->code == ERR_MISMATCH
		       ? err->code
		       : err_detail(err, "needed by derivation '%.*s'", STR_ARG(j->goal->path));
}

bool job_fetch_again(struct job *j, struct err *err)
{
	if (!j->ascent || (err->code != ERR_MISMATCH && err->code != ERR_CORRUPT) ||
	    !ascent_reject(j->ascent, err))
		return false;
	remove_tree_quietly(AT_FDCWD, j->where[0]);
	worker_release(&j->worker);
	j->worker = (struct worker)WORKER_INIT;
	j->phase = JOB_FETCH;
	return true;
}

/* In the worker. */

/* Collects the first bytes and then refuses more. */
struct head_sink {
	struct sink sink;
	char p[24];
	size_t n;
};

static errint head_write(struct sink *s, const void *p, size_t n, struct err *err)
{
	struct head_sink *h = (struct head_sink *)s;
	size_t room = MIN(n, sizeof(h->p) - h->n);

	memcpy(h->p + h->n, p, room);
	h->n += room;
	return h->n == sizeof(h->p) ? err_set(err, ERR_EXISTS, "enough was read") : 0;
}

/* Nix's own builtin:fetchurl unpacks compressed NARs under the same attribute. */
static bool holds_nar(int fd)
{
	static const char magic[24] = "\x0d\0\0\0\0\0\0\0nix-archive-1\0\0";
	static const struct sink_ops ops = {head_write};
	struct head_sink h = {.sink = {&ops}};
	struct fd_source from = fd_source_init(fd);
	ERR(ignored);

	(void)!archive_decompress(&from.source, &h.sink, &ignored);
	return h.n == sizeof(magic) && !memcmp(h.p, magic, sizeof(magic));
}

static errint unpack_nar(struct job *j, int fd, struct err *err)
{
	char *plain CLEANUP_FREE = xasprintf("%s/nar", j->top);
	int nar CLEANUP_FD = open(plain, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (nar < 0)
		return err_sys(err, "making '%s'", plain);
	struct fd_source from = fd_source_init(fd);
	struct fd_sink to = fd_sink_init(nar);
	errint rc = archive_decompress(&from.source, &to.sink, err);
	if (rc)
		return rc;
	if (lseek(nar, 0, SEEK_SET))
		return err_sys(err, "reading '%s'", plain);
	struct fd_source bytes = fd_source_init(nar);
	return nar_restore(&bytes.source, AT_FDCWD, j->where[0], err);
}

static errint unpack(struct job *j, struct err *err)
{
	int fd CLEANUP_FD = -1;
	errint rc = open_file(AT_FDCWD, j->dest, &fd, err);

	if (rc)
		return rc;
	bool nar = holds_nar(fd);
	if (lseek(fd, 0, SEEK_SET))
		return err_sys(err, "reading '%s'", j->dest);
	rc = nar ? unpack_nar(j, fd, err)
		 : archive_unpack(fd, AT_FDCWD, j->where[0], ARCHIVE_STRIP_ROOT, err);
	return rc ? err_wrap(err, "unpacking what was fetched for '%.*s'", STR_ARG(j->goal->path))
		  : 0;
}

errint job_fetch_unpack(struct job *j, struct err *err)
{
	if (build_attrs_flag(&j->attrs, "unpack"))
		return unpack(j, err);
	mode_t mode = build_attrs_flag(&j->attrs, "executable") ? 0555 : 0444;
	if (chmod(j->dest, mode))
		return err_sys(err, "changing the mode of '%s'", j->dest);
	return 0;
}
