/* SPDX-License-Identifier: MIT
 *
 * What jobs that fetch have in common: the ladder of their loop, and what derivations say of where
 * things are. The ascent of a job has the job as its ctx, and wakes it when it is through. */
#pragma once

#include "job/loop.h"

/* The ladder behind all jobs of a loop: the caller's, or one of its own. Borrowed. */
struct ladder *job_ladder(struct job_loop *l);
/* The URLs of a derivation: the words of the attribute `many` before the text of `one` (or NULL),
 * each once, living in the job's arena. ERR_EVAL when there is none. */
ATTR_MUST_CHECK errint job_urls(struct job *j, const char *many, const char *one, const char ***out,
				size_t *n, struct err *err);
/* The lines of the attribute `headers`, "Name: value", for an ascent_request; NULL when there is
 * none. They live in the job's arena. */
ATTR_MUST_CHECK errint job_headers(struct job *j, const char *const **out, struct err *err);
/* A malloc'd path for what the first output is made of, in the state folder's kiln/partial, which
 * exists afterwards: what an interrupted run has fetched is found there by the next one. */
ATTR_MUST_CHECK errint job_partial(struct job *j, char **out, struct err *err);
