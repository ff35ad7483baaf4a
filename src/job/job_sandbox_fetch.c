/* SPDX-License-Identifier: MIT
 *
 * A fixed output that is made of a file from elsewhere: what the words of `kilnFetch` name comes up
 * the ladder, as for builtin:fetchurl, and lies in the build folder as FETCHED_NAME before the
 * builder starts. So whoever only changes what was fetched needs no program that fetches. */
#include "job/job_sandbox_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/url.h"
#include "job/job_fetch.h"
#include "source/ascent.h"

#define FETCHED_NAME "fetched"

errint sandbox_job_fetch(struct sandbox_job *b, bool *begun, struct err *err)
{
	struct job *j = &b->job;
	struct ascent_request r = {.algo = HASH_SHA256, .hash_of = HASH_OF_OUTPUT, .ctx = j};
	struct words words;
	const char **urls;

	*begun = false;
	if (!drv_is_fixed(&j->goal->drv) || j->goal->kind != GOAL_PROGRAM)
		return 0;
	errint rc = build_attrs_words(&j->attrs, "kilnFetch", &words, err);
	if (rc || !words.n)
		return rc;
	rc = job_urls(j, "kilnFetch", NULL, &urls, &r.n_urls, err);
	if (!rc)
		rc = job_headers(j, &r.headers, err);
	if (!rc)
		rc = job_partial(j, &b->fetched, err);
	if (rc)
		return rc;
	r.urls = urls;
	r.dest = b->fetched;
	r.checked_later = true;
	r.hash_name = arena_strz(&j->arena, j->goal->path);
	r.name = arena_strz(&j->arena, goal_name(j->goal));
	*begun = true;
	return ascent_begin(job_ladder(j->loop), &r, &b->ascent, err);
}

/* In the worker: to another file system. */
static errint copy_over(void *ctx, struct buf *out, struct err *err)
{
	struct sandbox_job *b = ctx;
	char *place CLEANUP_FREE = path_join(str_c(b->build_dir), S(FETCHED_NAME));
	int from CLEANUP_FD = -1;
	errint rc = open_file(AT_FDCWD, b->fetched, &from, err);

	if (rc)
		return rc;
	int to CLEANUP_FD = open(place, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (to < 0)
		return err_sys(err, "making '%s'", place);
	rc = fd_copy(from, to, err);
	if (rc)
		return err_wrap(err, "copying '%s'", b->fetched);
	unlink(b->fetched);
	return 0;
}

/* The file becomes the builder's own. */
static errint give_to_builder(struct sandbox_job *b, struct err *err)
{
	char *place CLEANUP_FREE = path_join(str_c(b->build_dir), S(FETCHED_NAME));
	struct sandbox_ids ids = sandbox_ids();

	if (b->isolated && ids.privileged && chown(place, ids.uid, ids.gid))
		return err_sys(err, "changing the owner of '%s'", place);
	return chmod(place, 0644) ? err_sys(err, "changing the mode of '%s'", place) : 0;
}

static errint hand_over(struct sandbox_job *b, bool *done, struct err *err)
{
	char *place CLEANUP_FREE = path_join(str_c(b->build_dir), S(FETCHED_NAME));

	*done = rename(b->fetched, place) == 0;
	if (*done)
		return give_to_builder(b, err);
	return errno == EXDEV ? worker_start(copy_over, b, &b->copier, err)
			      : err_sys(err, "moving '%s' to '%s'", b->fetched, place);
}

errint sandbox_job_fetched(struct sandbox_job *b, bool *done, struct err *err)
{
	errint rc;

	if (b->copier.fd >= 0) {
		rc = worker_read(&b->copier, done, err);
		return rc || !*done ? rc : give_to_builder(b, err);
	}
	const struct ascent_result *r = ascent_result(b->ascent);
	if (r->got.err.code) {
		err_move(err, &ascent_result(b->ascent)->got.err);
		return err_detail(err, "needed by derivation '%.*s'", STR_ARG(b->job.goal->path));
	}
	if (r->got.url) {
		char *shown CLEANUP_FREE = url_shown(r->got.url);

		b->came_from = arena_strz(&b->job.arena, str_c(shown));
	}
	rc = hand_over(b, done, err);
	ascent_free(STEAL(b->ascent));
	return rc;
}

void sandbox_job_fetch_end(struct sandbox_job *b)
{
	worker_release(&b->copier);
	ascent_free(b->ascent);
	free(b->fetched);
}
