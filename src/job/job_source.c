/* SPDX-License-Identifier: MIT
 *
 * A job that brings a source (`builtin:fetchurl`), by the ladder. Files arrive in the state
 * folder's kiln/partial, named after the output, and stay there until they are placed: a run that
 * was killed loses nothing. What came is checked in the worker; when it is wrong the ladder knows
 * where else to look.
 *
 * Read are url, urls, headers (lines), unpack, stripRoot, executable, and message: what to say when
 * nobody has it. */
#include "job/job_fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/archive.h"
#include "base/file.h"
#include "base/url.h"
#include "source/ascent.h"
#include "source/ladder.h"

struct climb_job {
	struct job job;
	char *dest;  /* the fetched file, in the folder of partial files */
	char *wrong; /* beside it: what had another hash than was specified */
	struct ascent *ascent;
	struct err failure; /* of the ascent, while the worker looks at what is wrong */
};

static struct climb_job *climb_of(struct job *j)
{
	return (struct climb_job *)j;
}

/* ---- one source ---- */

static errint make_dest(struct climb_job *c, struct err *err)
{
	struct job *j = &c->job;
	char *partial CLEANUP_FREE = NULL;
	errint rc = job_partial(j, &partial, err);

	if (rc)
		return rc;
	/* What would make it may fetch, too. */
	c->dest = j->goal->kept ? xasprintf("%s.kept", partial) : STEAL(partial);
	c->wrong = xasprintf("%s.wrong", c->dest);
	unlink(c->wrong);
	return job_make_folder(j, err);
}

static void say_where(struct climb_job *c)
{
	struct job *j = &c->job;
	const char *made = build_attrs_flag(&j->attrs, "unpack") && !j->goal->kept
				   ? arena_printf(&j->arena, "%s/output", j->top)
				   : arena_strz(&j->arena, str_c(c->dest));

	j->where = ARENA_ARRAY(&j->arena, const char *, 1);
	j->where[0] = made;
}

static errint begin(struct climb_job *c, struct err *err)
{
	struct job *j = &c->job;
	struct ascent_request r = {.hash_of = HASH_OF_OUTPUT, .ctx = j};
	char *placed CLEANUP_FREE = store_real_path(j->store, j->infos[0].path);
	const char **urls = NULL;
	struct hash expected;
	bool recursive;
	errint rc = drv_output_hash(&j->goal->drv.outputs[0], &recursive, &expected, err);

	bool kept = j->goal->kept;
	if (!rc && !kept)
		rc = job_urls(j, "urls", "url", &urls, &r.n_urls, err);
	if (!rc && !kept)
		rc = job_headers(j, &r.headers, err);
	if (rc)
		return rc;
	r.urls = urls;
	r.dest = c->dest;
	r.wrong = c->wrong;
	/* With a hash that is not known yet, the worker tells what came. */
	r.hash = recursive || hash_is_zero(&expected) ? NULL : &expected;
	r.nar = r.hash && !build_attrs_flag(&j->attrs, "unpack") &&
		!build_attrs_flag(&j->attrs, "executable");
	r.hash_name = arena_strz(&j->arena, j->goal->path);
	r.checked_later = recursive;
	r.kept = recursive && !hash_is_zero(&expected) ? &expected : NULL;
	r.algo = expected.algo;
	/* The worker looks at it in any case. What is valid is only fetched to be compared. */
	r.adopts = !job_compares(j) && !kept;
	r.left = r.adopts && !recursive ? placed : NULL;
	r.name = arena_strz(&j->arena, goal_name(j->goal));
	return ascent_begin(job_ladder(j->loop), &r, &c->ascent, err);
}

static errint source_start(struct job *j, enum job_state *next, struct err *err)
{
	struct climb_job *c = climb_of(j);
	const struct drv *d = &j->goal->drv;

	if (d->n_outputs != 1 || !drv_is_fixed(d))
		return err_set(err, ERR_EVAL, "'%.*s' is fetched without one fixed output",
			       STR_ARG(j->goal->path));
	errint rc = build_attrs_init(&j->arena, d, &j->attrs, err);
	if (!rc)
		rc = make_dest(c, err);
	if (rc)
		return rc;
	say_where(c);
	*next = JOB_RUNNING;
	return begin(c, err);
}

/* A file whose hash was found right as it came, and whose NAR's hash is known from the same pass,
 * needs no worker: nobody reads it again. It refers to nothing, having no inputs to refer to. */
static errint take_known(struct job *j, const struct ascent_result *r, enum job_state *next,
			 struct err *err)
{
	errint rc = store_canonicalise(j->where[0], err);

	j->infos[0].nar_hash = r->nar_hash;
	j->infos[0].nar_size = r->nar_size;
	if (!rc)
		rc = job_check_known(j, err);
	*next = JOB_CHECKED;
	return rc;
}

/* What only people can bring has words of its recipe's author for when it is absent. Those are what
 * is told, from their first line on. */
static errint tell_message(struct job *j, struct err *why, struct err *err)
{
	struct str text = {0}, line;
	errint rc = build_attrs_string(&j->attrs, "message", &text, err);

	if (rc || why->code != ERR_NOT_FOUND)
		return rc ? rc : err_move(err, why);
	text = str_trim(text);
	if (!text.n)
		return err_move(err, why);
	str_split(&text, '\n', &line);
	err_set(err, ERR_NOT_FOUND, "%.*s", STR_ARG(line));
	while (str_split(&text, '\n', &line))
		err_detail(err, "%.*s", STR_ARG(line));
	return err_hint(
		err, "a folder that 'source-dirs' in kiln.conf names may have it, too, as '%.*s'",
		STR_ARG(goal_name(j->goal)));
}

/* The ascent is through. */
static errint source_event(struct job *j, int fd, enum job_state *next, struct err *err)
{
	struct climb_job *c = climb_of(j);
	const struct ascent_result *r = ascent_result(c->ascent);
	struct err *why = &ascent_result(c->ascent)->got.err;
	bool wrong = why->code == ERR_MISMATCH && !access(c->wrong, F_OK);

	if (!why->code && r->has_nar && !j->candidates.n)
		return take_known(j, r, next, err);
	/* Of an earlier run it is not known what it is: it is taken for what its origin has. */
	if (!why->code && r->kind == SOURCE_TREE)
		j->where[0] = arena_printf(&j->arena, "%s/output", j->top);
	if (!why->code || wrong)
		*next = JOB_MADE;
	if (wrong) {
		/* The worker looks at it as it would at the right one. */
		err_move(&c->failure, why);
		j->where[0] = c->wrong;
	}
	if (!why->code)
		return 0;
	tell_message(j, why, err);
	/* A mismatch names it. */
	return err->code == ERR_MISMATCH
		       ? err->code
		       : err_detail(err, "needed by derivation '%.*s'", STR_ARG(j->goal->path));
}

/* Of an archive that has the hash which its tree should have. */
static void tell_packed(struct climb_job *c, struct err *err)
{
	const struct ascent_result *r = ascent_result(c->ascent);
	struct hash expected;
	bool recursive;
	ERR(ignored);

	if (r->unread || !build_attrs_flag(&c->job.attrs, "unpack") ||
	    drv_output_hash(&c->job.goal->drv.outputs[0], &recursive, &expected, &ignored))
		return;
	hash_mismatch_packed(err, &expected, &r->got.hash);
}

/* What came may be wrong, and be had elsewhere. */
static errint source_refused(struct job *j, enum job_state *next, struct err *err)
{
	struct climb_job *c = climb_of(j);
	struct ascent *a = c->ascent;
	errint rc = err->code;

	if (c->failure.code) {
		rc = err_move(err, &c->failure);
		job_tell_actual(j, err);
		return rc;
	}
	const char *url = ascent_result(a)->got.url;
	char *shown CLEANUP_FREE = url ? url_shown(url) : NULL;

	if (rc != ERR_MISMATCH && rc != ERR_CORRUPT)
		return rc;
	tell_packed(c, err);
	if (!ascent_reject(a, err))
		return shown ? err_detail(err, "  came from: %s", shown) : rc;
	remove_tree_quietly(AT_FDCWD, j->where[0]);
	say_where(c);
	*next = JOB_RUNNING;
	return 0;
}

static void source_finish(struct job *j)
{
	/* The fetched archive has served. */
	unlink(climb_of(j)->dest);
}

static void source_end(struct job *j)
{
	struct climb_job *c = climb_of(j);

	if (c->wrong)
		unlink(c->wrong);
	ascent_free(c->ascent);
	err_release(&c->failure);
	free(c->wrong);
	free(c->dest);
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

/* It does, as in Nix, unless the derivation says `stripRoot` and does not mean it. */
static bool strip_root(const struct job *j)
{
	return build_attrs_flag(&j->attrs, "stripRoot") ||
	       !drv_env_find(&j->goal->drv, S("stripRoot"));
}

static errint unpack(struct job *j, struct err *err)
{
	const char *dest = climb_of(j)->dest;
	int fd CLEANUP_FD = -1;
	errint rc = open_file(AT_FDCWD, dest, &fd, err);

	if (rc)
		return rc;
	bool nar = holds_nar(fd);
	if (lseek(fd, 0, SEEK_SET))
		return err_sys(err, "reading '%s'", dest);
	bool strip = ascent_result(climb_of(j)->ascent)->kind == SOURCE_TREE || strip_root(j);
	rc = nar ? unpack_nar(j, fd, err)
		 : archive_unpack(fd, AT_FDCWD, j->where[0], strip ? ARCHIVE_STRIP_ROOT : 0, err);
	return rc ? err_wrap(err, "unpacking what was fetched for '%.*s'", STR_ARG(j->goal->path))
		  : 0;
}

static errint source_prepare(struct job *j, struct err *err)
{
	enum source_kind kind = ascent_result(climb_of(j)->ascent)->kind;
	bool kept = j->goal->kept;
	bool runs = kept ? kind == SOURCE_EXECUTABLE : build_attrs_flag(&j->attrs, "executable");
	mode_t mode = runs ? 0555 : 0444;
	bool wrong = climb_of(j)->failure.code != 0;

	if (!wrong && (kind == SOURCE_TREE || (!kept && build_attrs_flag(&j->attrs, "unpack"))))
		return unpack(j, err);
	if (chmod(j->where[0], mode))
		return err_sys(err, "changing the mode of '%s'", j->where[0]);
	return 0;
}

const struct job_ops job_source = {
	.name = "source",
	.cls = JOB_NET,
	.work = WORK_FETCH,
	.size = sizeof(struct climb_job),
	.start = source_start,
	.event = source_event,
	.prepare = source_prepare,
	.refused = source_refused,
	.finish = source_finish,
	.end = source_end,
};
