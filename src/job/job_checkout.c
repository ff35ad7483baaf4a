/* SPDX-License-Identifier: MIT
 *
 * A job that brings the tree of a git commit (`builtin:kiln-git-1`), as `git checkout` writes it,
 * in a process of its own, since libgit2 waits for what it asks for. The derivation has one
 * recursive fixed output and says:
 *
 *	url	 the repository
 *	rev	 a commit, or the name of a branch or tag
 *	submodules	 1: their trees, too
 *	sparse	 folders, blank-separated: only these; empty: all
 *	rootDir	 the folder that becomes the output; empty: all */
#include "job/job_fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/environ.h"
#include "base/file.h"
#include "source/ladder.h"

struct checkout_job {
	struct job job;
	struct ladder *ladder; /* borrowed */
	struct worker fetcher;
	struct checkout what;
	const char *root_dir; /* arena; "" for none */
	uint64_t started;
};

static struct checkout_job *checkout_of(struct job *j)
{
	return (struct checkout_job *)j;
}

/* Of a folder's name every part is a name, so that it stays within the tree. */
static errint check_folder(const struct job *j, struct str folder, struct err *err)
{
	struct str rest = folder, part;

	while (str_split(&rest, '/', &part)) {
		if (part.n && !str_eq(part, S(".")) && !str_eq(part, S("..")))
			continue;
		return err_set(err, ERR_EVAL, "'%.*s': '%.*s' is no folder of a repository",
			       STR_ARG(j->goal->path), STR_ARG(folder));
	}
	return 0;
}

static errint read_attrs(struct checkout_job *c, struct err *err)
{
	struct job *j = &c->job;
	struct str root = {0};
	struct words sparse;
	errint rc = build_attrs_string(&j->attrs, "url", &c->what.url, err);

	if (!rc)
		rc = build_attrs_string(&j->attrs, "rev", &c->what.rev, err);
	if (!rc)
		rc = build_attrs_words(&j->attrs, "sparse", &sparse, err);
	if (!rc)
		rc = build_attrs_string(&j->attrs, "rootDir", &root, err);
	if (rc)
		return rc;
	if (!c->what.url.n || !c->what.rev.n)
		return err_set(err, ERR_EVAL, "'%.*s' does not say which url and rev to fetch",
			       STR_ARG(j->goal->path));
	c->what.submodules = build_attrs_flag(&j->attrs, "submodules");
	c->what.only = sparse.v;
	c->what.n_only = sparse.n;
	c->root_dir = arena_strz(&j->arena, root);
	for (size_t i = 0; !rc && i < sparse.n; i++)
		rc = check_folder(j, sparse.v[i], err);
	return rc || !root.n ? rc : check_folder(j, root, err);
}

/* Opens root_dir below the folder fd, through no symlink. */
static errint open_below(const struct checkout_job *c, int fd, int *out, struct err *err)
{
	struct str rest = str_c(c->root_dir), part;
	int at CLEANUP_FD = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	if (at < 0)
		return err_sys(err, "looking into a tree");
	while (str_split(&rest, '/', &part)) {
		char *name CLEANUP_FREE = str_dupz(part);
		int next = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		if (next < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
			return err_set(err, ERR_NOT_FOUND,
				       "'%.*s' has no folder '%s' (rootDir) at '%.*s'",
				       STR_ARG(c->what.url), c->root_dir, STR_ARG(c->what.rev));
		if (next < 0)
			return err_sys(err, "opening '%s'", c->root_dir);
		close(at);
		at = next;
	}
	*out = STEAL_FD(at);
	return 0;
}

/* Puts the folder root_dir of the tree into the place of the output. */
static errint take_root_dir(struct job *j, const char *tree, struct err *err)
{
	struct checkout_job *c = checkout_of(j);
	int top CLEANUP_FD = -1, folder CLEANUP_FD = -1;
	errint rc = open_dir(AT_FDCWD, tree, &top, err);

	if (!rc)
		rc = open_below(c, top, &folder, err);
	if (rc)
		return rc;
	char *real CLEANUP_FREE = xasprintf("%s/%s", tree, c->root_dir);
	if (rename(real, j->where[0]))
		return err_sys(err, "moving '%s' to '%s'", real, j->where[0]);
	return 0;
}

/* In that process. */
static errint bring_tree(void *ctx, struct buf *out, struct err *err)
{
	struct job *j = ctx;
	struct checkout_job *c = checkout_of(j);
	char *tree CLEANUP_FREE = xasprintf("%s/tree", j->top);
	bool part = c->root_dir[0] != '\0';
	errint rc = ladder_checkout(c->ladder, &c->what, part ? tree : j->where[0], err);

	if (!rc && part)
		rc = take_root_dir(j, tree, err);
	return rc;
}

static errint checkout_start(struct job *j, enum job_state *next, struct err *err)
{
	struct checkout_job *c = checkout_of(j);
	const struct drv *d = &j->goal->drv;

	c->fetcher = (struct worker)WORKER_INIT;
	if (d->n_outputs != 1 || !str_starts(d->outputs[0].hash_algo, S("r:")))
		return err_set(err, ERR_EVAL,
			       "'%.*s' uses builtin:kiln-git-1 without one recursive fixed output",
			       STR_ARG(j->goal->path));
	errint rc = build_attrs_init(&j->arena, d, &j->attrs, err);
	if (!rc)
		rc = read_attrs(c, err);
	if (!rc)
		rc = job_make_folder(j, err);
	if (rc)
		return rc;
	j->where = ARENA_ARRAY(&j->arena, const char *, 1);
	j->where[0] = arena_printf(&j->arena, "%s/output", j->top);
	c->ladder = job_ladder(j->loop);
	j->activity =
		activity_start(j->report, 0, "", "fetching %.*s", STR_ARG(goal_name(j->goal)));
	c->started = clock_ms();
	*next = JOB_RUNNING;
	return worker_start(bring_tree, j, &c->fetcher, err);
}

static void checkout_watch(const struct job *j, struct watch_wish *wish)
{
	const struct checkout_job *c = (const struct checkout_job *)j;

	wish->fds[0] = c->fetcher.fd;
	if (j->o->timeout_s)
		wish->due = c->started + j->o->timeout_s * 1000ULL;
}

/* What is silent too long libgit2 itself gives up. */
static errint checkout_patience(struct job *j, uint64_t now, struct err *err)
{
	struct checkout_job *c = checkout_of(j);

	if (!j->o->timeout_s || now - c->started < j->o->timeout_s * 1000ULL)
		return 0;
	err_set(err, ERR_TIMEOUT, "fetching '%.*s' timed out after %u seconds",
		STR_ARG(c->what.url), j->o->timeout_s);
	return err_detail(err, "needed by derivation '%.*s'", STR_ARG(j->goal->path));
}

static errint checkout_event(struct job *j, int fd, enum job_state *next, struct err *err)
{
	bool done;
	errint rc = worker_read(&checkout_of(j)->fetcher, &done, err);

	if (rc)
		return err_detail(err, "needed by derivation '%.*s'", STR_ARG(j->goal->path));
	if (done)
		*next = JOB_MADE;
	return 0;
}

static void checkout_end(struct job *j)
{
	worker_release(&checkout_of(j)->fetcher);
}

const struct job_ops job_checkout = {
	.name = "checkout",
	.cls = JOB_STREAM,
	.work = WORK_FETCH,
	.size = sizeof(struct checkout_job),
	.start = checkout_start,
	.watch = checkout_watch,
	.event = checkout_event,
	.patience = checkout_patience,
	.end = checkout_end,
};
