/* SPDX-License-Identifier: MIT
 *
 * What a builder finds around it: the store paths that it may see, folders to work in, its
 * environment, /bin/sh. */
#include "job/job_sandbox_int.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/archive.h"
#include "base/environ.h"
#include "base/file.h"
#include "job/loop.h"

/* What the builder may see: sources and wanted outputs of inputs, with all they refer to. */
static errint find_inputs(struct sandbox_job *b, struct err *err)
{
	const struct drv *d = &b->job.goal->drv;
	struct str *v CLEANUP_FREE = NULL;
	size_t n = 0, cap = 0;
	errint rc = 0;

	for (size_t i = 0; i < d->n_srcs; i++) {
		ARRAY_GROW(v, n, cap);
		v[n++] = d->srcs[i];
	}
	for (size_t i = 0; i < d->n_inputs; i++) {
		const struct goal *dep = path_map_get(&b->job.plan->by_path, d->inputs[i].path);

		for (size_t k = 0; k < d->inputs[i].n_outputs; k++) {
			ARRAY_GROW(v, n, cap);
			v[n++] = drv_output_find(&dep->drv, d->inputs[i].outputs[k])->path;
		}
	}
	for (size_t i = 0; !rc && i < n; i++)
		rc = store_temp_root(b->job.store, v[i], err);
	if (!rc)
		rc = store_closure(b->job.store, &b->job.arena, v, n, 0, &b->inputs, err);
	return rc ? err_wrap(err, "inputs of '%.*s'", STR_ARG(b->job.goal->path)) : 0;
}

/* What the shell itself is made of is built before there is one. */
static errint find_shell(struct sandbox_job *b, struct err *err)
{
	const struct sandbox_shell *shell = &b->job.plan->shell;
	bool valid;

	if (!shell->path.n || !b->isolated || b->job.goal->kind != GOAL_PROGRAM)
		return 0;
	errint rc = store_temp_root(b->job.store, shell->path, err);
	if (!rc)
		rc = store_is_valid(b->job.store, shell->path, &valid, err);
	if (rc || !valid)
		return rc;
	char *real CLEANUP_FREE = store_real_path(b->job.store, shell->path);
	b->shell = arena_printf(&b->job.arena, "%s/%.*s", real, STR_ARG(shell->file));
	return 0;
}

static void find_candidates(struct sandbox_job *b)
{
	const struct drv *d = &b->job.goal->drv;
	struct str *v = ARENA_ARRAY(&b->job.arena, struct str, b->inputs.n + d->n_outputs);
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < b->inputs.n; i++)
		v[n++] = b->inputs.v[i];
	for (size_t i = 0; i < d->n_outputs; i++)
		v[n++] = d->outputs[i].path;
	qsort(v, n, sizeof(*v), str_cmp_qsort);
	for (size_t i = 0; i < n; i++) {
		if (!kept || !str_eq(v[i], v[kept - 1]))
			v[kept++] = v[i];
	}
	b->job.candidates = (struct str_set){v, kept};
}

static errint decide_isolation(struct sandbox_job *b, struct err *err)
{
	bool wants_none = build_attrs_flag(&b->job.attrs, "__noChroot");
	enum sandbox_mode mode = b->job.o->sandbox;

	if (wants_none && mode == SANDBOX_ON) {
		err_set(err, ERR_DENIED, "derivation '%.*s' wants no sandbox (__noChroot)",
			STR_ARG(b->job.goal->path));
		return err_hint(err, "'--no-sandbox' lets it have none");
	}
	b->isolated = mode == SANDBOX_ON || (mode == SANDBOX_RELAXED && !wants_none);
	if (b->isolated || !*store_config(b->job.store)->root)
		return 0;
	err_set(err, ERR_UNSUPPORTED,
		"this store is not where its paths say, so that '%.*s' cannot "
		"be built without a sandbox",
		STR_ARG(b->job.goal->path));
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

static errint make_build_dir(struct sandbox_job *b, struct err *err)
{
	const char *elsewhere = job_varies(&b->job, VARY_FOLDER_ORDER) ? b->job.o->order : NULL;

	if (b->isolated && !b->job.o->keep_failed && !elsewhere) {
		b->build_dir = xasprintf("%s/build", b->job.top);
		return give_folder(b->build_dir, 0700, err);
	}
	struct str name = goal_name(b->job.goal);
	char *prefix CLEANUP_FREE = xasprintf("kiln-build-%.*s-", STR_ARG(str_sub(name, 0, 100)));
	errint rc = temp_dir(elsewhere ? elsewhere : temp_dir_root(), prefix, &b->build_dir, err);
	return rc || !b->isolated ? rc : give_folder(b->build_dir, 0700, err);
}

static errint make_folders(struct sandbox_job *b, struct err *err)
{
	static const struct {
		const char *name;
		mode_t mode;
	} folders[] = {{"root", 0755}, {"store", 01775}, {"tmp", 01777}};
	errint rc = b->isolated ? job_make_folder(&b->job, err) : 0;

	for (size_t i = 0; !rc && b->isolated && i < ARRAY_LEN(folders); i++) {
		char *path CLEANUP_FREE = xasprintf("%s/%s", b->job.top, folders[i].name);

		rc = give_folder(path, folders[i].mode, err);
	}
	if (!rc)
		rc = make_build_dir(b, err);
	if (!rc && !b->job.o->keep_failed)
		b->job.scratch = b->build_dir;
	return rc;
}

static errint any_valid(struct job *j, bool *out, struct err *err)
{
	errint rc = 0;

	*out = false;
	for (size_t i = 0; !rc && !*out && i < j->n_outputs; i++)
		rc = store_is_valid(j->store, j->infos[i].path, out, err);
	return rc;
}

/* Without a sandbox: beside what is valid. The check finds them in the job's folder. */
static errint place_stand_ins(struct sandbox_job *b, struct err *err)
{
	struct job *j = &b->job;
	struct drv *told = ARENA_NEW(&j->arena, struct drv);
	errint rc = job_make_folder(j, err);

	stand_in_drv(&j->arena, &j->goal->drv, told);
	b->told = told;
	for (size_t i = 0; !rc && i < j->n_outputs; i++) {
		char *real CLEANUP_FREE = store_real_path(j->store, told->outputs[i].path);

		j->where[i] = arena_printf(&j->arena, "%s/%.*s", j->top,
					   STR_ARG(store_path_base(j->infos[i].path)));
		rc = store_temp_root(j->store, told->outputs[i].path, err);
		if (!rc)
			rc = remove_tree(AT_FDCWD, real, err);
	}
	return rc;
}

static errint place_in_store(struct job *j, struct err *err)
{
	errint rc = 0;

	for (size_t i = 0; !rc && i < j->n_outputs; i++) {
		char *real CLEANUP_FREE = store_real_path(j->store, j->infos[i].path);

		rc = remove_tree(AT_FDCWD, real, err);
		j->where[i] = arena_strz(&j->arena, str_c(real));
	}
	j->in_place = !rc;
	return rc;
}

/* Says where each output is made; without a sandbox that is its final place, or a stand-in's. */
static errint place_outputs(struct sandbox_job *b, struct err *err)
{
	struct job *j = &b->job;
	bool valid;

	j->where = ARENA_ARRAY(&j->arena, const char *, j->n_outputs);
	for (size_t i = 0; b->isolated && i < j->n_outputs; i++)
		j->where[i] = arena_printf(&j->arena, "%s/store/%.*s", j->top,
					   STR_ARG(store_path_base(j->infos[i].path)));
	if (b->isolated)
		return 0;
	errint rc = any_valid(j, &valid, err);
	if (rc)
		return rc;
	return valid ? place_stand_ins(b, err) : place_in_store(j, err);
}

/* Where the build folder is for the builder. */
static const char *build_folder(const struct sandbox_job *b)
{
	if (!b->isolated)
		return b->build_dir;
	return job_varies(&b->job, VARY_BUILD_PATH) ? "/another-build" : SANDBOX_BUILD_DIR;
}

/* The environment is made of the derivation as the builder is told it. */
static errint make_env(struct sandbox_job *b, struct build_env *env, struct err *err)
{
	struct job *j = &b->job;
	struct build_attrs told = j->attrs;
	errint rc = b->told ? build_attrs_init(&j->arena, b->told, &told, err) : 0;

	return rc ? rc
		  : build_env_make(j->store, &j->arena, &told, j->o, b->inputs, build_folder(b),
				   job_compares(j) ? j->o->vary : 0, env, err);
}

static errint write_files(struct sandbox_job *b, const struct build_env *env, struct err *err)
{
	struct sandbox_ids ids = sandbox_ids();
	int dir CLEANUP_FD = -1;
	errint rc = open_dir(AT_FDCWD, b->build_dir, &dir, err);

	for (size_t i = 0; !rc && i < env->n_files; i++) {
		char *name = arena_strz(&b->job.arena, env->files[i].name);
		int fd CLEANUP_FD = openat(
			dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);

		if (fd < 0)
			return err_sys(err, "making '%s' for the builder", name);
		rc = fd_write_all(fd, env->files[i].bytes.p, env->files[i].bytes.n, err);
		if (rc)
			return rc;
		if (b->isolated && ids.privileged && fchown(fd, ids.uid, ids.gid))
			return err_sys(err, "changing the owner of '%s'", name);
	}
	return rc;
}

static void bind_store_path(struct sandbox_job *b, struct sandbox_spec *spec, struct str path)
{
	char *real CLEANUP_FREE = store_real_path(b->job.store, path);

	sandbox_step(spec, STEP_BIND, STEP_RO, 0, arena_strz(&b->job.arena, path), real);
}

/* "inside=outside", one path for both, '?' at the end. */
static void bind_extra(struct sandbox_job *b, struct sandbox_spec *spec, const char *text)
{
	struct str s = str_c(text), to, from;
	unsigned flags = STEP_RECURSIVE;

	if (str_ends(s, S("?"))) {
		s = str_sub(s, 0, s.n - 1);
		flags |= STEP_OPTIONAL;
	}
	if (!str_cut(s, '=', &to, &from))
		to = from = s;
	sandbox_step(spec, STEP_BIND, flags, 0, arena_strz(&b->job.arena, to),
		     arena_strz(&b->job.arena, from));
}

void sandbox_job_plan(struct sandbox_job *b, struct sandbox_spec *spec)
{
	char *tmp CLEANUP_FREE = xasprintf("%s/tmp", b->job.top);
	char *store CLEANUP_FREE = xasprintf("%s/store", b->job.top);

	spec->root = arena_printf(&b->job.arena, "%s/root", b->job.top);
	sandbox_plan_base(spec, b->build_dir, tmp);
	sandbox_step(spec, STEP_BIND, 0, 0, arena_strz(&b->job.arena, store_dir(b->job.store)),
		     store);
	for (size_t i = 0; i < b->inputs.n; i++)
		bind_store_path(b, spec, b->inputs.v[i]);
	if (b->shell)
		sandbox_step(spec, STEP_BIND, STEP_RO, 0, "/bin/sh", b->shell);
	for (size_t i = 0; i < b->job.o->n_binds; i++)
		bind_extra(b, spec, b->job.o->binds[i]);
}

static const struct builtin_builder *builtin_find(const struct build_options *o, struct str name)
{
	for (size_t i = 0; i < o->n_builtins; i++) {
		if (str_eqz(name, o->builtins[i].name))
			return &o->builtins[i];
	}
	return NULL;
}

errint sandbox_job_services(struct sandbox_job *b, struct sandbox_spec *spec,
			    const struct builtin_ctx *ctx, struct err *err)
{
	const struct build_options *o = b->job.o;
	struct words features;
	errint rc = build_attrs_words(&b->job.attrs, "requiredSystemFeatures", &features, err);

	for (size_t i = 0; !rc && i < features.n; i++) {
		if (!str_eqz(features.v[i], "kiln"))
			continue;
		spec->services = (struct builtin_services){o->builtins, o->n_builtins, ctx};
		return archive_load(err);
	}
	return rc;
}

errint sandbox_job_start_child(struct sandbox_job *b, const struct build_env *env, struct err *err)
{
	const struct drv *d = b->told ? b->told : &b->job.goal->drv;
	struct sandbox_spec spec CLEANUP(sandbox_spec_release) = {
		.arena = &b->job.arena,
		.isolated = b->isolated,
		.network = drv_is_fixed(d) && !b->job.o->offline,
		.linux32 = str_eq(d->platform, S("i686-linux")) &&
			   !strcmp(native_system(), "x86_64-linux"),
		.cwd = build_folder(b),
		.build_at = build_folder(b),
		.host_name = job_varies(&b->job, VARY_HOST) ? "another-host" : NULL,
		.umask = job_varies(&b->job, VARY_UMASK) ? 0077 : 0,
		.old_uname = job_varies(&b->job, VARY_KERNEL),
		.random_addresses = job_varies(&b->job, VARY_ADDRESSES),
		.program = arena_strz(&b->job.arena, d->builder),
		.argv = env->argv,
		.env = env->env,
	};
	struct builtin_ctx ctx = {.drv = d,
				  .store_dir = store_dir(b->job.store),
				  .tmp = spec.cwd,
				  .busy = b->job.loop->busy};
	int ends[2];

	if (b->job.goal->kind == GOAL_BUILTIN) {
		errint rc = archive_load(err);

		if (rc)
			return rc;
		spec.builtin = builtin_find(b->job.o, d->builder);
		spec.builtin_ctx = &ctx;
	} else {
		errint rc = sandbox_job_services(b, &spec, &ctx, err);

		if (rc)
			return rc;
	}
	if (b->isolated)
		sandbox_job_plan(b, &spec);
	if (pipe2(ends, O_CLOEXEC))
		return err_sys(err, "making a pipe");
	b->log_fd = ends[0];
	int theirs CLEANUP_FD = ends[1];
	if (fcntl(b->log_fd, F_SETFL, O_NONBLOCK))
		return err_sys(err, "preparing a pipe");
	return sandbox_start(&spec, theirs, &b->child, err);
}

errint sandbox_job_prepare_world(struct sandbox_job *b, struct build_env *env, struct err *err)
{
	struct job *j = &b->job;
	const struct drv *d = &j->goal->drv;
	errint rc = build_attrs_init(&j->arena, d, &j->attrs, err);

	if (!rc)
		rc = decide_isolation(b, err);
	if (!rc)
		rc = find_inputs(b, err);
	if (!rc)
		rc = find_shell(b, err);
	if (!rc)
		rc = make_folders(b, err);
	if (!rc)
		rc = place_outputs(b, err);
	if (!rc)
		rc = make_env(b, env, err);
	if (!rc)
		rc = write_files(b, env, err);
	if (!rc)
		rc = build_log_open(j->store, j->goal->path, j->o->log_lines ? j->o->log_lines : 25,
				    &b->log, err);
	if (!rc)
		find_candidates(b);
	return rc;
}
