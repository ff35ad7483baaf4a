/* SPDX-License-Identifier: MIT
 *
 * What all jobs share: their life, their locks, and how outputs come to their places. */
#include "job/job.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/report.h"
#include "source/ascent.h"

struct str goal_name(const struct goal *g)
{
	return str_drop_suffix(store_path_name(g->path), S(".drv"));
}

struct job *build_job_new(struct graph *g, struct goal *goal, struct report *report)
{
	struct job *j = xcalloc(1, sizeof(*j));

	*j = (struct job){
		.goal = goal,
		.store = g->store,
		.o = g->o,
		.graph = g,
		.report = report,
		.phase = JOB_LOCK,
		.child = SANDBOX_CHILD_INIT,
		.log_fd = -1,
		.log = {.fd = -1},
		.worker = WORKER_INIT,
	};
	return j;
}

/* What was placed and could not be registered is nobody's: a fetched file goes back to where the
 * next run finds it, all else goes. Our lock still keeps others off. */
static void take_back(struct job *j)
{
	const struct drv *d = &j->goal->drv;

	for (size_t i = 0; i < d->n_outputs; i++) {
		char *to CLEANUP_FREE = store_real_path(j->store, d->outputs[i].path);
		ERR(ignored);
		bool valid;

		if (store_is_valid(j->store, d->outputs[i].path, &valid, &ignored) || valid)
			continue;
		if (!j->dest || strcmp(j->where[i], j->dest) || rename(to, j->dest))
			remove_tree_quietly(AT_FDCWD, to);
	}
}

void build_job_free(struct job *j)
{
	if (!j)
		return;
	sandbox_kill(&j->child);
	ascent_free(j->ascent);
	worker_release(&j->worker);
	build_log_release(&j->log);
	if (j->log_fd >= 0)
		close(j->log_fd);
	activity_end(j->activity);
	if (j->build_dir && !j->keep_build_dir)
		remove_tree_quietly(AT_FDCWD, j->build_dir);
	if (j->top)
		remove_tree_quietly(AT_FDCWD, j->top);
	/* Without a sandbox outputs are made at their final places. */
	for (size_t i = 0;
	     j->where && !j->isolated && !j->registered && !j->dest && i < j->goal->drv.n_outputs;
	     i++)
		remove_tree_quietly(AT_FDCWD, j->where[i]);
	if (j->placed && !j->registered)
		take_back(j);
	store_unlock(j->lock);
	err_release(&j->child_err);
	free(j->top);
	free(j->build_dir);
	free(j->dest);
	arena_release(&j->arena);
	free(j);
}

static errint wanted_valid(struct job *j, bool *out, struct err *err)
{
	const struct drv *d = &j->goal->drv;

	*out = true;
	for (size_t i = 0; i < d->n_outputs && *out; i++) {
		errint rc = 0;

		if (j->goal->wanted[i])
			rc = store_is_valid(j->store, d->outputs[i].path, out, err);
		if (rc)
			return rc;
	}
	return 0;
}

errint job_lock(struct job *j, bool *got, bool *valid, struct err *err)
{
	const struct drv *d = &j->goal->drv;
	struct str *paths CLEANUP_FREE = xcalloc(d->n_outputs + 1, sizeof(*paths));

	*got = *valid = false;
	for (size_t i = 0; i < d->n_outputs; i++)
		paths[i] = d->outputs[i].path;
	errint rc = store_lock(j->store, paths, d->n_outputs, true, &j->lock, err);
	if (rc == ERR_EXISTS) {
		err_clear(err);
		return 0;
	}
	if (rc)
		return rc;
	*got = true;
	for (size_t i = 0; !rc && i < d->n_outputs; i++)
		rc = store_temp_root(j->store, paths[i], err);
	if (!rc)
		rc = store_temp_root(j->store, j->goal->path, err);
	if (!rc && !(j->o->check && j->goal->top))
		rc = wanted_valid(j, valid, err);
	return rc;
}

/* A file from another file system: a copy beside the target, then the rename. */
static errint copy_in(struct job *j, const char *from, const char *to, struct err *err)
{
	const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	char *temp CLEANUP_FREE = xasprintf("%s/copy", j->top);
	struct stat st;
	int in CLEANUP_FD = -1;
	errint rc = open_file(AT_FDCWD, from, &in, err);

	if (rc)
		return rc;
	int out CLEANUP_FD = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (out < 0)
		return err_sys(err, "making '%s'", temp);
	rc = fd_copy(in, out, err);
	if (rc)
		return err_wrap(err, "copying '%s'", from);
	if (fstat(in, &st) || fchmod(out, st.st_mode & 0777) || futimens(out, times))
		return err_sys(err, "finishing '%s'", temp);
	if (rename(temp, to))
		return err_sys(err, "moving '%s' to '%s'", temp, to);
	unlink(from);
	return 0;
}

/* rename(2) of a folder to another parent needs the right to write the folder itself. */
static errint move_in(struct job *j, const char *from, const char *to, struct err *err)
{
	struct stat st;

	if (lstat(from, &st))
		return err_sys(err, "reading '%s'", from);
	bool locked = S_ISDIR(st.st_mode) && !(st.st_mode & S_IWUSR);
	if (locked && chmod(from, st.st_mode | S_IWUSR))
		return err_sys(err, "changing the mode of '%s'", from);
	if (rename(from, to)) {
		if (errno == EXDEV && S_ISREG(st.st_mode))
			return copy_in(j, from, to, err);
		return err_sys(err, "moving '%s' to '%s'", from, to);
	}
	if (locked && chmod(to, st.st_mode & 07777))
		return err_sys(err, "changing the mode of '%s'", to);
	return 0;
}

errint job_place(struct job *j, struct err *err)
{
	const struct drv *d = &j->goal->drv;

	j->placed = true;
	for (size_t i = 0; i < d->n_outputs; i++) {
		char *to CLEANUP_FREE = store_real_path(j->store, d->outputs[i].path);
		bool valid;
		errint rc = store_is_valid(j->store, d->outputs[i].path, &valid, err);

		if (!rc && (valid || !strcmp(j->where[i], to)))
			continue;
		/* Nobody registered it: what a killed process left. */
		if (!rc)
			rc = remove_tree(AT_FDCWD, to, err);
		if (!rc)
			rc = move_in(j, j->where[i], to, err);
		if (rc)
			return err_wrap(err, "placing '%.*s'", STR_ARG(d->outputs[i].path));
	}
	/* Once registered nobody would look at this folder again. */
	remove_tree_quietly(AT_FDCWD, j->top);
	return 0;
}

/* Leaves what differs beside the valid path, where nothing takes it for valid. */
static void keep_difference(struct job *j, size_t i, struct err *err)
{
	char *real CLEANUP_FREE = store_real_path(j->store, j->infos[i].path);
	char *kept CLEANUP_FREE = xasprintf("%s.check", real);
	ERR(ignored);

	if (!j->o->keep_failed) {
		err_hint(err, "with --keep-failed the differing output is kept for comparison");
		return;
	}
	remove_tree_quietly(AT_FDCWD, kept);
	if (!move_in(j, j->where[i], kept, &ignored))
		err_detail(err, "the new output is '%s'", kept);
}

errint job_compare(struct job *j, struct err *err)
{
	const struct drv *d = &j->goal->drv;

	for (size_t i = 0; i < d->n_outputs; i++) {
		struct path_info old;
		char specified[HASH_TEXT_MAX], got[HASH_TEXT_MAX];
		errint rc = store_query(j->store, &j->arena, d->outputs[i].path, &old, err);

		if (rc)
			return rc;
		if (hash_eq(&old.nar_hash, &j->infos[i].nar_hash))
			continue;
		err_set(err, ERR_MISMATCH,
			"derivation '%.*s' may not be deterministic: output '%.*s' differs",
			STR_ARG(j->goal->path), STR_ARG(d->outputs[i].path));
		err_detail(err, "  before: %s",
			   hash_format(&old.nar_hash, HASH_SRI, true, specified));
		err_detail(err, "     now: %s",
			   hash_format(&j->infos[i].nar_hash, HASH_SRI, true, got));
		keep_difference(j, i, err);
		return err->code;
	}
	return 0;
}

void job_registered(struct job *j)
{
	j->registered = true;
	if (j->dest)
		unlink(j->dest);
}
