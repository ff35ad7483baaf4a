/* SPDX-License-Identifier: MIT
 *
 * A job that runs a builder, inside: job_sandbox.c is its life, job_sandbox_world.c what the
 * builder finds around it. */
#pragma once

#include "job/build_env.h"
#include "job/build_log.h"
#include "job/job.h"
#include "job/stand_in.h"
#include "sandbox/sandbox.h"

struct sandbox_job {
	struct job job;
	bool isolated, keep_build_dir;
	struct drv *told; /* what the builder is told instead (job/stand_in.h), or NULL; arena */
	struct str_set inputs; /* closure that the builder sees */
	const char *shell;     /* the real file to bind as /bin/sh, or NULL; arena */
	char *build_dir;       /* inside job.top, or a temporary folder to keep */
	struct sandbox_child child;
	int log_fd; /* what the builder says, or -1 */
	struct build_log log;
	uint64_t started, spoke; /* clock_ms() */
	struct err child_err;    /* why it could not become the builder */
	struct build_env env;
	/* of what comes before the builder starts; job_sandbox_fetch.c */
	struct ascent *ascent;
	char *fetched;
	struct worker
		copier; /* of it, to another file system; its fd is -1 while it does not run */
	const char *came_from; /* arena; NULL while nothing came */
};

static inline struct sandbox_job *sandbox_of(struct job *j)
{
	return (struct sandbox_job *)j;
}

/* Begins to bring what the derivation wants to have when its builder starts, and *begun; job_wake()
 * tells when it is through. */
ATTR_MUST_CHECK errint sandbox_job_fetch(struct sandbox_job *b, bool *begun, struct err *err);
/* It is through, or b->copier has something to say: puts it into the build folder, *done once it is
 * there. */
ATTR_MUST_CHECK errint sandbox_job_fetched(struct sandbox_job *b, bool *done, struct err *err);
void sandbox_job_fetch_end(struct sandbox_job *b);

/* Decides everything about a builder's world and makes the folders and files of it. */
ATTR_MUST_CHECK errint sandbox_job_prepare_world(struct sandbox_job *b, struct build_env *env,
						 struct err *err);
/* Starts the builder there; what it says comes from b->log_fd. */
ATTR_MUST_CHECK errint sandbox_job_start_child(struct sandbox_job *b, const struct build_env *env,
					       struct err *err);
/* The steps of its world: base, store paths, shell and what the options bind. Needs of the job only
 * store, options, top, arena, inputs and build_dir. */
void sandbox_job_plan(struct sandbox_job *b, struct sandbox_spec *spec);
/* Lets the program call the built-in functions where its derivation says that it needs kiln. */
ATTR_MUST_CHECK errint sandbox_job_services(struct sandbox_job *b, struct sandbox_spec *spec,
					    const struct builtin_ctx *ctx, struct err *err);
