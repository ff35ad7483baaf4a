/* SPDX-License-Identifier: MIT
 *
 * A job that runs a builder: its folder, its plan, its log, its end. */
#include "job/job.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/wait.h>

#include "archive/archive.h"
#include "base/environ.h"
#include "base/file.h"
#include "base/process.h"
#include "base/report.h"
#include "job/build_env.h"

/* What the builder may see: sources and wanted outputs of inputs, with all they refer to. */
static errint find_inputs(struct job *j, struct err *err)
{
	const struct drv *d = &j->goal->drv;
	struct str *v CLEANUP_FREE = NULL;
	size_t n = 0, cap = 0;
	errint rc = 0;

	for (size_t i = 0; i < d->n_srcs; i++) {
		ARRAY_GROW(v, n, cap);
		v[n++] = d->srcs[i];
	}
	for (size_t i = 0; i < d->n_inputs; i++) {
		const struct goal *dep = path_map_get(&j->graph->by_path, d->inputs[i].path);

		for (size_t k = 0; k < d->inputs[i].n_outputs; k++) {
			ARRAY_GROW(v, n, cap);
			v[n++] = drv_output_find(&dep->drv, d->inputs[i].outputs[k])->path;
		}
	}
	for (size_t i = 0; !rc && i < n; i++)
		rc = store_temp_root(j->store, v[i], err);
	if (!rc)
		rc = store_closure(j->store, &j->arena, v, n, 0, &j->inputs, err);
	return rc ? err_wrap(err, "inputs of '%.*s'", STR_ARG(j->goal->path)) : 0;
}

/* What the shell itself is made of is built before there is one. */
static errint find_shell(struct job *j, struct err *err)
{
	const struct sandbox_shell *shell = &j->graph->shell;
	bool valid;

	if (!shell->path.n || !j->isolated || j->goal->kind != GOAL_PROGRAM)
		return 0;
	errint rc = store_temp_root(j->store, shell->path, err);
	if (!rc)
		rc = store_is_valid(j->store, shell->path, &valid, err);
	if (rc || !valid)
		return rc;
	char *real CLEANUP_FREE = store_real_path(j->store, shell->path);
	j->shell = arena_printf(&j->arena, "%s/%.*s", real, STR_ARG(shell->file));
	return 0;
}

static void find_candidates(struct job *j)
{
	const struct drv *d = &j->goal->drv;
	struct str *v = ARENA_ARRAY(&j->arena, struct str, j->inputs.n + d->n_outputs);
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < j->inputs.n; i++)
		v[n++] = j->inputs.v[i];
	for (size_t i = 0; i < d->n_outputs; i++)
		v[n++] = d->outputs[i].path;
	qsort(v, n, sizeof(*v), str_cmp_qsort);
	for (size_t i = 0; i < n; i++) {
		if (!kept || !str_eq(v[i], v[kept - 1]))
			v[kept++] = v[i];
	}
	j->candidates = (struct str_set){v, kept};
}

static errint decide_isolation(struct job *j, struct err *err)
{
	bool wants_none = build_attrs_flag(&j->attrs, "__noChroot");
	enum sandbox_mode mode = j->o->sandbox;

	if (wants_none && mode == SANDBOX_ON) {
		err_set(err, ERR_DENIED, "derivation '%.*s' wants no sandbox (__noChroot)",
			STR_ARG(j->goal->path));
		return err_hint(err, "'--no-sandbox' lets it have none");
	}
	j->isolated = mode == SANDBOX_ON || (mode == SANDBOX_RELAXED && !wants_none);
	if (j->isolated || !*store_config(j->store)->root)
		return 0;
	err_set(err, ERR_UNSUPPORTED,
		"this store is not where its paths say, so that '%.*s' cannot "
		"be built without a sandbox",
		STR_ARG(j->goal->path));
	return err_hint(err, "leave the sandbox on, or use a store at its own place");
}

static errint give_folder(const char *path, mode_t mode, struct err *err)
{
	struct sandbox_ids ids = sandbox_ids();

	if (mkdir(path, 0700) && errno != EEXIST)
		return err_sys(err, "making folder '%s'", path);
	if (ids.privileged && chown(path, ids.uid, ids.gid))
		return err_sys(err, "changing the owner of '%s'", path);
	return chmod(path, mode) ? err_sys(err, "changing the mode of '%s'", path) : 0;
}

static errint make_build_dir(struct job *j, struct err *err)
{
	if (j->isolated && !j->o->keep_failed) {
		j->build_dir = xasprintf("%s/build", j->top);
		return give_folder(j->build_dir, 0700, err);
	}
	struct str name = goal_name(j->goal);
	char *prefix CLEANUP_FREE = xasprintf("kiln-build-%.*s-", STR_ARG(str_sub(name, 0, 100)));
	errint rc = temp_dir(temp_dir_root(), prefix, &j->build_dir, err);
	return rc || !j->isolated ? rc : give_folder(j->build_dir, 0700, err);
}

/* The job's folder, empty: what is left of a killed process goes. */
static errint make_folders(struct job *j, struct err *err)
{
	char *drv CLEANUP_FREE = store_real_path(j->store, j->goal->path);

	j->top = xasprintf("%s.chroot", drv);
	errint rc = remove_tree(AT_FDCWD, j->top, err);
	if (rc)
		return rc;
	if (mkdir(j->top, 0700))
		return err_sys(err, "making folder '%s'", j->top);
	static const struct {
		const char *name;
		mode_t mode;
	} folders[] = {{"root", 0755}, {"store", 01775}, {"tmp", 01777}};
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		char *path CLEANUP_FREE = xasprintf("%s/%s", j->top, folders[i].name);

		rc = give_folder(path, folders[i].mode, err);
		if (rc)
			return rc;
	}
	return make_build_dir(j, err);
}

/* Says where each output is made; without a sandbox that is its final place. */
static errint place_outputs(struct job *j, struct err *err)
{
	const struct drv *d = &j->goal->drv;

	j->where = ARENA_ARRAY(&j->arena, const char *, d->n_outputs);
	for (size_t i = 0; i < d->n_outputs; i++) {
		struct str path = d->outputs[i].path;

		if (j->isolated) {
			j->where[i] = arena_printf(&j->arena, "%s/store/%.*s", j->top,
						   STR_ARG(store_path_base(path)));
			continue;
		}
		char *real CLEANUP_FREE = store_real_path(j->store, path);
		bool valid;
		errint rc = store_is_valid(j->store, path, &valid, err);
		if (!rc && valid)
			rc = err_set(err, ERR_UNSUPPORTED,
				     "'%.*s' is valid already; building it again needs a sandbox",
				     STR_ARG(path));
		if (!rc)
			rc = remove_tree(AT_FDCWD, real, err);
		if (rc)
			return rc;
		j->where[i] = arena_strz(&j->arena, str_c(real));
	}
	return 0;
}

static errint write_files(struct job *j, const struct build_env *env, struct err *err)
{
	struct sandbox_ids ids = sandbox_ids();
	int dir CLEANUP_FD = -1;
	errint rc = open_dir(AT_FDCWD, j->build_dir, &dir, err);

	for (size_t i = 0; !rc && i < env->n_files; i++) {
		char *name = arena_strz(&j->arena, env->files[i].name);
		int fd CLEANUP_FD = openat(
			dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);

		if (fd < 0)
			return err_sys(err, "making '%s' for the builder", name);
		rc = fd_write_all(fd, env->files[i].bytes.p, env->files[i].bytes.n, err);
		if (rc)
			return rc;
		if (j->isolated && ids.privileged && fchown(fd, ids.uid, ids.gid))
			return err_sys(err, "changing the owner of '%s'", name);
	}
	return rc;
}

static void bind_store_path(struct job *j, struct sandbox_spec *spec, struct str path)
{
	char *real CLEANUP_FREE = store_real_path(j->store, path);

	sandbox_step(spec, STEP_BIND, STEP_RO, 0, arena_strz(&j->arena, path), real);
}

/* "inside=outside", one path for both, '?' at the end. */
static void bind_extra(struct job *j, struct sandbox_spec *spec, const char *text)
{
	struct str s = str_c(text), to, from;
	unsigned flags = STEP_RECURSIVE;

	if (str_ends(s, S("?"))) {
		s = str_sub(s, 0, s.n - 1);
		flags |= STEP_OPTIONAL;
	}
	if (!str_cut(s, '=', &to, &from))
		to = from = s;
	sandbox_step(spec, STEP_BIND, flags, 0, arena_strz(&j->arena, to),
		     arena_strz(&j->arena, from));
}

static void plan_sandbox(struct job *j, struct sandbox_spec *spec)
{
	char *tmp CLEANUP_FREE = xasprintf("%s/tmp", j->top);
	char *store CLEANUP_FREE = xasprintf("%s/store", j->top);

	spec->root = arena_printf(&j->arena, "%s/root", j->top);
	sandbox_plan_base(spec, j->build_dir, tmp);
	sandbox_step(spec, STEP_BIND, 0, 0, arena_strz(&j->arena, store_dir(j->store)), store);
	for (size_t i = 0; i < j->inputs.n; i++)
		bind_store_path(j, spec, j->inputs.v[i]);
	if (j->shell)
		sandbox_step(spec, STEP_BIND, STEP_RO, 0, "/bin/sh", j->shell);
	for (size_t i = 0; i < j->o->n_binds; i++)
		bind_extra(j, spec, j->o->binds[i]);
}

/* A program may call the built-ins where its derivation says that it needs kiln. */
static errint offer_services(struct job *j, struct sandbox_spec *spec,
			     const struct builtin_ctx *ctx, struct err *err)
{
	struct words features;
	errint rc = build_attrs_words(&j->attrs, "requiredSystemFeatures", &features, err);

	for (size_t i = 0; !rc && i < features.n; i++) {
		if (!str_eqz(features.v[i], "kiln"))
			continue;
		spec->services = (struct builtin_services){j->o->builtins, j->o->n_builtins, ctx};
		return archive_load(err);
	}
	return rc;
}

static errint start_child(struct job *j, const struct build_env *env, struct err *err)
{
	const struct drv *d = &j->goal->drv;
	struct sandbox_spec spec CLEANUP(sandbox_spec_release) = {
		.arena = &j->arena,
		.isolated = j->isolated,
		.network = drv_is_fixed(d),
		.linux32 = str_eq(d->platform, S("i686-linux")) &&
			   !strcmp(native_system(), "x86_64-linux"),
		.cwd = j->isolated ? SANDBOX_BUILD_DIR : j->build_dir,
		.program = arena_strz(&j->arena, d->builder),
		.argv = env->argv,
		.env = env->env,
	};
	struct builtin_ctx ctx = {.drv = d, .store_dir = store_dir(j->store), .tmp = spec.cwd};
	int ends[2];

	if (j->goal->kind == GOAL_BUILTIN) {
		errint rc = archive_load(err);

		if (rc)
			return rc;
		spec.builtin = builtin_find(j->o, d->builder);
		spec.builtin_ctx = &ctx;
	} else {
		errint rc = offer_services(j, &spec, &ctx, err);

		if (rc)
			return rc;
	}
	if (j->isolated)
		plan_sandbox(j, &spec);
	if (pipe2(ends, O_CLOEXEC))
		return err_sys(err, "making a pipe");
	j->log_fd = ends[0];
	int theirs CLEANUP_FD = ends[1];
	if (fcntl(j->log_fd, F_SETFL, O_NONBLOCK))
		return err_sys(err, "preparing a pipe");
	return sandbox_start(&spec, theirs, &j->child, err);
}

errint job_build_start(struct job *j, struct err *err)
{
	const struct drv *d = &j->goal->drv;
	struct build_env env;
	errint rc = build_attrs_init(&j->arena, d, &j->attrs, err);

	if (!rc)
		rc = decide_isolation(j, err);
	if (!rc)
		rc = find_inputs(j, err);
	if (!rc)
		rc = find_shell(j, err);
	if (!rc)
		rc = make_folders(j, err);
	if (!rc)
		rc = place_outputs(j, err);
	if (!rc)
		rc = build_env_make(j->store, &j->arena, &j->attrs, j->o, j->inputs,
				    j->isolated ? SANDBOX_BUILD_DIR : j->build_dir, &env, err);
	if (!rc)
		rc = write_files(j, &env, err);
	if (!rc)
		rc = build_log_open(j->store, j->goal->path, j->o->log_lines ? j->o->log_lines : 25,
				    &j->log, err);
	if (rc)
		return rc;
	find_candidates(j);
	report_msg(j->report, REPORT_DEBUG, "'%.*s' sees %zu store paths%s%s",
		   STR_ARG(j->goal->path), j->inputs.n, j->isolated ? "" : ", has no sandbox",
		   drv_is_fixed(&j->goal->drv) ? ", shares the network" : "");
	j->activity =
		activity_start(j->report, 0, "", "building %.*s", STR_ARG(goal_name(j->goal)));
	j->started = j->spoke = clock_ms();
	rc = start_child(j, &env, err);
	if (!rc)
		j->phase = JOB_BUILD;
	return rc;
}

static void show_line(void *ctx, struct str line, bool warning)
{
	struct job *j = ctx;
	struct str name = goal_name(j->goal);

	if (warning) {
		report_msg(j->report, REPORT_WARN, "%.*s: %.*s", STR_ARG(name), STR_ARG(line));
		return;
	}
	activity_line(j->activity, line);
	if (j->o->log == BUILD_LOG_RAW)
		report_msg(j->report, REPORT_NOTE, "%.*s", STR_ARG(line));
	else if (j->o->log == BUILD_LOG_PREFIXED)
		report_msg(j->report, REPORT_NOTE, "%.*s> %.*s", STR_ARG(name), STR_ARG(line));
}

errint job_build_output(struct job *j, bool *open, struct err *err)
{
	char bytes[65536];
	ssize_t n = read(j->log_fd, bytes, sizeof(bytes));

	*open = true;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0)
		return err_sys(err, "reading the builder's output");
	if (n == 0) {
		*open = false;
		close(STEAL_FD(j->log_fd));
		return 0;
	}
	j->spoke = clock_ms();
	build_log_put(&j->log, str_n(bytes, (size_t)n), show_line, j);
	return 0;
}

/* Everything that is still in the pipe; a builder without a sandbox may have left somebody behind
 * who holds it open. */
static void drain_output(struct job *j)
{
	char bytes[65536];
	ssize_t n;

	while (j->log_fd >= 0 && (n = read(j->log_fd, bytes, sizeof(bytes))) > 0)
		build_log_put(&j->log, str_n(bytes, (size_t)n), show_line, j);
	if (j->log_fd >= 0)
		close(STEAL_FD(j->log_fd));
	build_log_end(&j->log, show_line, j);
}

/* The kept folder is for the person who called us. */
static void hand_over(const char *path)
{
	ERR(ignored);
	struct dir_list l;

	if (lchown(path, geteuid(), getegid()) || dir_list(AT_FDCWD, path, &l, &ignored))
		return;
	for (size_t i = 0; i < l.n; i++) {
		char *child CLEANUP_FREE = path_join(str_c(path), str_c(l.v[i].name));

		if (l.v[i].type == DT_DIR)
			hand_over(child);
		else
			(void)!lchown(child, geteuid(), getegid());
	}
	dir_list_release(&l);
}

void job_keep(struct job *j, struct err *err)
{
	if (!j->build_dir)
		return;
	if (!j->o->keep_failed) {
		err_hint(err, "with --keep-failed its build folder stays to be looked at");
		return;
	}
	j->keep_build_dir = true;
	if (sandbox_ids().privileged)
		hand_over(j->build_dir);
	err_hint(err, "the build folder is kept at '%s'", j->build_dir);
}

/* Adds to a builder's failure what helps: the log's end, where to find more. */
static errint tell_failure(struct job *j, struct err *err)
{
	build_log_tell(&j->log, err);
	err_hint(err, "the full log is '%s'", j->log.path);
	job_keep(j, err);
	return err->code;
}

errint job_build_end(struct job *j, struct err *err)
{
	int status;

	/* Nobody but its group tells who else a builder without a sandbox has started. */
	if (!j->isolated)
		kill(-j->child.pid, SIGKILL);
	errint rc = sandbox_wait(&j->child, &status, err);

	if (rc)
		return rc;
	drain_output(j);
	if (j->child_err.code) {
		err_move(err, &j->child_err);
		err_wrap(err, "building '%.*s'", STR_ARG(j->goal->path));
		return err->code;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status))
		err_set(err, ERR_BUILD, "builder for '%.*s' failed with exit code %d",
			STR_ARG(j->goal->path), WEXITSTATUS(status));
	else
		err_set(err, ERR_BUILD, "builder for '%.*s' failed due to signal %d (%s)",
			STR_ARG(j->goal->path), WTERMSIG(status), strsignal(WTERMSIG(status)));
	return tell_failure(j, err);
}

errint job_build_patience(struct job *j, uint64_t now, struct err *err)
{
	bool silent = j->o->max_silent_s && now - j->spoke >= j->o->max_silent_s * 1000ULL;
	bool late = j->o->timeout_s && now - j->started >= j->o->timeout_s * 1000ULL;

	if (!silent && !late)
		return 0;
	sandbox_kill(&j->child);
	drain_output(j);
	err_set(err, ERR_BUILD, "builder for '%.*s' timed out after %u seconds%s",
		STR_ARG(j->goal->path), late ? j->o->timeout_s : j->o->max_silent_s,
		late ? "" : " of silence");
	return tell_failure(j, err);
}
