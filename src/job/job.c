/* SPDX-License-Identifier: MIT
 *
 * What all jobs share: their life, their locks, and how outputs come to their places. */
#include "job/loop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/report.h"

static void name_outputs(struct job *j)
{
	const struct goal *goal = j->goal;
	const struct drv *d = &goal->drv;

	if (goal->kind == GOAL_SUBSTITUTE) {
		j->n_outputs = 1;
		j->infos = ARENA_NEW(&j->arena, struct path_info);
		j->infos[0] = goal->sub->info;
		return;
	}
	j->n_outputs = d->n_outputs;
	j->infos = ARENA_ARRAY(&j->arena, struct path_info, d->n_outputs);
	for (size_t i = 0; i < d->n_outputs; i++)
		j->infos[i].path = d->outputs[i].path;
}

struct job *job_new(struct job_loop *l, struct goal *goal)
{
	const struct job_ops *ops = goal_ops(goal);
	struct job *j = xcalloc(1, ops->size);

	j->ops = ops;
	j->goal = goal;
	j->loop = l;
	j->plan = l->plan;
	j->store = l->store;
	j->o = l->o;
	j->report = l->report;
	j->state = JOB_LOCKING;
	j->worker = (struct worker)WORKER_INIT;
	name_outputs(j);
	return j;
}

void job_free(struct job *j)
{
	worker_release(&j->worker);
	if (j->ops->end)
		j->ops->end(j);
	activity_end(j->activity);
	if (j->top)
		remove_tree_quietly(AT_FDCWD, j->top);
	/* Without a sandbox outputs are made at their final places. */
	for (size_t i = 0; j->where && j->in_place && !j->registered && i < j->n_outputs; i++)
		remove_tree_quietly(AT_FDCWD, j->where[i]);
	store_unlock(j->lock);
	free(j->top);
	arena_release(&j->arena);
	free(j);
}

errint job_make_folder(struct job *j, struct err *err)
{
	char *real CLEANUP_FREE = store_real_path(j->store, j->goal->path);

	j->top = xasprintf("%s.chroot", real);
	errint rc = remove_tree(AT_FDCWD, j->top, err);
	if (rc)
		return rc;
	return mkdir(j->top, 0700) ? err_sys(err, "making folder '%s'", j->top) : 0;
}

static errint wanted_valid(struct job *j, bool *out, struct err *err)
{
	const bool *wanted = j->goal->wanted;

	*out = true;
	for (size_t i = 0; i < j->n_outputs && *out; i++) {
		errint rc = 0;

		if (!wanted || wanted[i])
			rc = store_is_valid(j->store, j->infos[i].path, out, err);
		if (rc)
			return rc;
	}
	return 0;
}

errint job_lock(struct job *j, bool *got, bool *valid, struct err *err)
{
	struct str *paths CLEANUP_FREE = xcalloc(j->n_outputs + 1, sizeof(*paths));

	*got = *valid = false;
	for (size_t i = 0; i < j->n_outputs; i++)
		paths[i] = j->infos[i].path;
	errint rc = store_lock(j->store, paths, j->n_outputs, true, &j->lock, err);
	if (rc == ERR_EXISTS) {
		err_clear(err);
		return 0;
	}
	if (rc)
		return rc;
	*got = true;
	for (size_t i = 0; !rc && i < j->n_outputs; i++)
		rc = store_temp_root(j->store, paths[i], err);
	if (!rc)
		rc = store_temp_root(j->store, j->goal->path, err);
	if (!rc && !job_compares(j))
		rc = wanted_valid(j, valid, err);
	return rc;
}

/* A file from another file system: a copy in the job's folder. */
static errint copy_near(struct job *j, size_t i, struct err *err)
{
	const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	const char *from = j->where[i];
	char *to = arena_printf(&j->arena, "%s/copy", j->top);
	struct stat st;
	int in CLEANUP_FD = -1;
	errint rc = open_file(AT_FDCWD, from, &in, err);

	if (rc)
		return rc;
	int out CLEANUP_FD = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (out < 0)
		return err_sys(err, "making '%s'", to);
	rc = fd_copy(in, out, err);
	if (rc)
		return err_wrap(err, "copying '%s'", from);
	if (fstat(in, &st) || fchmod(out, st.st_mode & 0777) || futimens(out, times))
		return err_sys(err, "finishing '%s'", to);
	j->where[i] = to;
	return 0;
}

/* Where it is made may be on another file system than the store: only a fetched file's place is. */
static errint come_near(struct job *j, size_t i, struct err *err)
{
	struct stat st, top;

	if (!j->top)
		return 0;
	if (lstat(j->where[i], &st))
		return err_sys(err, "reading '%s'", j->where[i]);
	if (lstat(j->top, &top))
		return err_sys(err, "reading '%s'", j->top);
	return st.st_dev == top.st_dev || !S_ISREG(st.st_mode) ? 0 : copy_near(j, i, err);
}

errint job_objects(struct job *j, struct store_object *v, size_t *n, struct err *err)
{
	for (size_t i = 0; i < j->n_outputs; i++) {
		bool valid;
		errint rc = store_is_valid(j->store, j->infos[i].path, &valid, err);

		if (!rc && valid)
			continue;
		if (!rc)
			rc = come_near(j, i, err);
		if (rc)
			return rc;
		v[(*n)++] = (struct store_object){
			.info = j->infos[i],
			.from = j->in_place ? NULL : j->where[i],
			.scratch = j->top,
		};
	}
	return 0;
}

/* rename(2) of a folder to another parent needs the right to write the folder itself. */
static errint move_away(const char *from, const char *to, struct err *err)
{
	struct stat st;

	if (lstat(from, &st))
		return err_sys(err, "reading '%s'", from);
	bool locked = S_ISDIR(st.st_mode) && !(st.st_mode & S_IWUSR);
	if (locked && chmod(from, st.st_mode | S_IWUSR))
		return err_sys(err, "changing the mode of '%s'", from);
	if (rename(from, to))
		return err_sys(err, "moving '%s' to '%s'", from, to);
	if (locked && chmod(to, st.st_mode & 07777))
		return err_sys(err, "changing the mode of '%s'", to);
	return 0;
}

/* Leaves what differs beside the valid path, where nothing takes it for valid. */
static errint set_beside(struct job *j, size_t i, const char **out, struct err *err)
{
	char *real CLEANUP_FREE = store_real_path(j->store, j->infos[i].path);

	*out = arena_printf(&j->arena, "%s.check", real);
	errint rc = remove_tree(AT_FDCWD, *out, err);
	return rc ? rc : move_away(j->where[i], *out, err);
}

static void keep_difference(struct job *j, size_t i, struct err *err)
{
	const char *kept;
	ERR(ignored);

	if (!j->o->keep_failed)
		err_hint(err, "with --keep-failed the differing output is kept for comparison");
	else if (!set_beside(j, i, &kept, &ignored))
		err_detail(err, "the new output is '%s'", kept);
}

/* What was made again is what was registered: it takes the place of what no longer is. */
static errint repair(struct job *j, size_t i, const struct path_info *old, struct err *err)
{
	char *real CLEANUP_FREE = store_real_path(j->store, old->path);
	struct hash now;
	ERR(unread);

	if (!nar_hash(AT_FDCWD, real, &now, NULL, &unread) && hash_eq(&now, &old->nar_hash))
		return 0;
	errint rc = store_replace(j->store, old->path, j->where[i], err);
	if (!rc)
		report_msg(j->report, REPORT_NOTE, "repaired '%.*s'", STR_ARG(old->path));
	return rc;
}

static errint tell_difference(struct job *j, size_t i, const struct path_info *old, struct err *err)
{
	char before[HASH_TEXT_MAX], now[HASH_TEXT_MAX];
	errint rc = err_set(err, ERR_DIFFERS,
			    "derivation '%.*s' may not be deterministic: output '%.*s' differs",
			    STR_ARG(j->goal->path), STR_ARG(j->infos[i].path));

	err_detail(err, "  before: %s", hash_format(&old->nar_hash, HASH_SRI, true, before));
	err_detail(err, "     now: %s", hash_format(&j->infos[i].nar_hash, HASH_SRI, true, now));
	keep_difference(j, i, err);
	return rc;
}

errint job_compare(struct job *j, struct err *err)
{
	errint rc = 0;

	for (size_t i = 0; !rc && i < j->n_outputs; i++) {
		struct path_info old;
		const char *beside;

		rc = store_query(j->store, &j->arena, j->infos[i].path, &old, err);
		if (rc)
			return rc;
		bool differs = !hash_eq(&old.nar_hash, &j->infos[i].nar_hash);
		if (differs && j->o->keep_check)
			rc = set_beside(j, i, &beside, err);
		else if (differs)
			rc = tell_difference(j, i, &old, err);
		else if (j->o->repair)
			rc = repair(j, i, &old, err);
	}
	return rc;
}

/* ---- a fixed output that is another than was specified ---- */

static void unlock_cleanup(struct store_lock **lock)
{
	store_unlock(*lock);
}

/* Makes it valid under its own name, unless it is. */
static errint keep_actual(struct job *j, size_t i, const struct path_info *info, struct err *err)
{
	struct store_lock *lock CLEANUP(unlock_cleanup) = NULL;
	bool valid;
	errint rc = store_temp_root(j->store, info->path, err);

	if (!rc)
		rc = store_lock(j->store, &info->path, 1, true, &lock, err);
	if (!rc)
		rc = store_is_valid(j->store, info->path, &valid, err);
	if (rc || valid)
		return rc;
	rc = come_near(j, i, err);
	struct store_object o = {.info = *info, .from = j->where[i]};
	return rc ? rc : store_commit(j->store, &o, 1, err);
}

void job_tell_actual(const struct job *j, struct err *err)
{
	if (j->actual.n)
		err_hint(err, "what came is in the store already: '%.*s'", STR_ARG(j->actual));
}

errint job_mismatch(struct job *j, size_t i, const struct hash *got, struct err *err)
{
	const struct drv_output *o = &j->goal->drv.outputs[i];
	const struct path_info *info = &j->infos[i];
	char text[HASH_TEXT_MAX];
	struct path_info actual = *info;
	struct hash expected;
	bool recursive;
	ERR(ignored);
	errint rc = drv_output_hash(o, &recursive, &expected, err);

	if (!rc)
		rc = store_path_make_fixed(&j->arena, store_dir(j->store), store_path_name(o->path),
					   recursive, got, NULL, 0, false, &actual.path, err);
	if (rc)
		return rc;
	actual.deriver = j->goal->path;
	actual.ultimate = true;
	actual.refs = NULL;
	actual.n_refs = 0;
	actual.ca = str_c(arena_printf(&j->arena, "fixed:%s%s", recursive ? "r:" : "",
				       hash_format(got, HASH_NIX32, true, text)));
	errint kept = info->n_refs ? err_set(&ignored, ERR_FAILED, "it refers to store paths")
				   : keep_actual(j, i, &actual, &ignored);
	rc = hash_mismatch(err, HASH_OF_OUTPUT, j->goal->path, &expected, got);
	if (!kept) {
		j->actual = actual.path;
		job_tell_actual(j, err);
		return rc;
	}
	report_msg(j->report, REPORT_DEBUG, "'%.*s' is not kept: %s", STR_ARG(actual.path),
		   ignored.msg);
	return rc;
}
