/* SPDX-License-Identifier: MIT
 *
 * The wheel builder's frame: reads the derivation, runs the steps, writes nix-support. */
#include "py/builder_wheel.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "py/builder_wheel_int.h"
#include "py/requirement.h"
#include "store/derivation.h"
#include "store/store_path.h"

void wheel_log(const struct wheel_install *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vdprintf(w->ctx->log, fmt, ap);
	va_end(ap);
}

/* For the log's readers as a line, for the user of this moment as a message in Nix's form. */
void wheel_warn(const struct wheel_install *w, const char *fmt, ...)
{
	BUF(text, LIMIT_ERR_TEXT);
	BUF(message, LIMIT_ERR_TEXT * 6);
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	json_put_str(&message, buf_str(&text));
	wheel_log(w, "warning: %s\n@nix {\"action\":\"msg\",\"level\":1,\"msg\":%s}\n",
		  buf_z(&text), buf_z(&message));
}

struct wheel_file *wheel_file_add(struct wheel_install *w, struct str path)
{
	struct wheel_file *f;

	ARRAY_GROW(w->files, w->n_files, w->cap_files);
	f = &w->files[w->n_files++];
	*f = (struct wheel_file){.path = arena_str(&w->arena, path), .member = S("")};
	return f;
}

struct wheel_file *wheel_file_find(struct wheel_install *w, const char *path)
{
	for (size_t i = 0; i < w->n_files; i++)
		if (str_eqz(w->files[i].path, path))
			return &w->files[i];
	return NULL;
}

errint wheel_file_put(struct wheel_install *w, struct str path, struct str bytes, mode_t mode,
		      struct err *err)
{
	struct wheel_file *f = wheel_file_add(w, path);
	char *dir CLEANUP_FREE = str_dupz(path_dir(f->path));
	struct stat st;

	if (fstatat(w->out_fd, f->path.p, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return err_set(err, ERR_EXISTS, "'%s' would be written twice", f->path.p);
	hash_bytes(HASH_SHA256, bytes, &f->sha256);
	f->size = bytes.n;
	if (mkdir_p(w->out_fd, dir, 0755, err) ||
	    file_write(w->out_fd, f->path.p, bytes, mode, 0, err))
		return err_wrap(err, "writing '%s'", f->path.p);
	return 0;
}

errint wheel_file_rehash(struct wheel_install *w, struct wheel_file *f, struct err *err)
{
	int fd CLEANUP_FD = -1;
	struct stat st;
	errint rc = open_file(w->out_fd, f->path.p, &fd, err);

	if (!rc)
		rc = hash_fd(HASH_SHA256, fd, &f->sha256, err);
	if (rc)
		return rc;
	if (fstat(fd, &st))
		return err_sys(err, "'%s'", f->path.p);
	f->size = (uint64_t)st.st_size;
	f->stale = false;
	return 0;
}

errint wheel_info_read(struct wheel_install *w, const char *name, struct buf *out, struct err *err)
{
	const char *path =
		arena_printf(&w->arena, "%.*s/%.*s/%s", STR_ARG(w->site), STR_ARG(w->info), name);

	return file_read(w->out_fd, path, out, err);
}

static struct str env(const struct wheel_install *w, const char *key)
{
	const struct str *v = drv_env_find(w->ctx->drv, str_c(key));

	return v ? *v : S("");
}

static errint env_needed(const struct wheel_install *w, const char *key, struct str *out,
			 struct err *err)
{
	*out = env(w, key);
	return out->n ? 0 : err_set(err, ERR_BUILD, "the derivation does not set '%s'", key);
}

/* The words of a variable; also line ends part them. */
static struct str *words(struct wheel_install *w, struct str text, char sep, size_t *n)
{
	struct str *v = ARENA_ARRAY(&w->arena, struct str, text.n / 2 + 1), piece;

	*n = 0;
	while (text.n && str_split(&text, sep, &piece))
		if ((piece = str_trim(piece)).n)
			v[(*n)++] = arena_str(&w->arena, piece);
	return v;
}

static void names(struct wheel_install *w, const char *key, struct wheel_names *out)
{
	out->v = words(w, env(w, key), ' ', &out->n);
	for (size_t i = 0; i < out->n; i++) {
		out->all |= str_eqz(out->v[i], "*");
		out->v[i] = pep503_name(&w->arena, out->v[i]);
	}
}

static errint read_python(struct wheel_install *w, struct err *err)
{
	struct str major, rest, minor, tail;
	uint64_t n;
	errint rc = env_needed(w, "python", &w->python, err);

	if (!rc)
		rc = env_needed(w, "pythonVersion", &w->full_version, err);
	if (rc)
		return rc;
	rest = w->full_version;
	if (!str_cut(rest, '.', &major, &rest) || !str_eqz(major, "3"))
		return err_set(err, ERR_BUILD, "pythonVersion '%.*s' is not 3.N.N",
			       STR_ARG(w->full_version));
	minor = rest;
	(void)str_cut(rest, '.', &minor, &tail);
	if (!str_to_u64(minor, &n) || n > 99)
		return err_set(err, ERR_BUILD, "pythonVersion '%.*s' is not 3.N.N",
			       STR_ARG(w->full_version));
	w->minor = (unsigned)n;
	w->site = str_c(arena_printf(&w->arena, "lib/python3.%u/site-packages", w->minor));
	return 0;
}

static errint read_drv(struct wheel_install *w, struct err *err)
{
	const struct drv_output *out = drv_output_find(w->ctx->drv, S("out"));
	struct str platform = w->ctx->drv->platform, system, loader, path, patchelf;

	if (!out || w->ctx->drv->n_outputs != 1)
		return err_set(err, ERR_BUILD, "the derivation must have the one output 'out'");
	w->out = arena_strz(&w->arena, out->path);
	if (!str_cut(platform, '-', &w->machine, &system) || !str_eqz(system, "linux"))
		return err_set(err, ERR_UNSUPPORTED, "no wheels are known for '%.*s'",
			       STR_ARG(platform));
	errint rc = read_python(w, err);
	if (!rc)
		rc = env_needed(w, "loader", &loader, err);
	if (!rc)
		rc = env_needed(w, "loaderPath", &path, err);
	if (!rc)
		rc = env_needed(w, "patchelf", &patchelf, err);
	if (rc)
		return rc;
	w->packages = words(w, env(w, "pythonPath"), ' ', &w->n_packages);
	w->library_folders = words(w, env(w, "runpath"), ':', &w->n_library_folders);
	names(w, "removeDeps", &w->remove);
	names(w, "relaxDeps", &w->relax);
	w->warn_deps = str_eqz(env(w, "checkDeps"), "warn");
	w->check_deps = w->warn_deps || str_eqz(env(w, "checkDeps"), "1");
	w->warn_record = str_eqz(env(w, "checkRecord"), "warn");
	w->wrap = !env(w, "dontWrap").n;
	w->relocate = !env(w, "dontRelocate").n;
	w->compile = str_eqz(env(w, "compile"), "1");
	w->patchelf.loader = arena_strz(&w->arena, loader);
	w->patchelf.library_path = arena_strz(&w->arena, path);
	w->patchelf.program = arena_strz(&w->arena, patchelf);
	return 0;
}

/* The file name that the store path was given. */
static errint read_name(struct wheel_install *w, struct err *err)
{
	struct str file = path_base(w->wheel);

	if (store_path_is(w->ctx->store_dir, w->wheel))
		file = store_path_name(w->wheel);
	errint rc = wheel_name_parse(file, &w->name, err);
	if (rc)
		return rc;
	return wheel_name_fits(&w->name, w->minor, w->machine, err);
}

/* One word a line. */
static errint write_support(struct wheel_install *w, const char *key, const char *file,
			    struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);
	size_t n;
	struct str *v = words(w, env(w, key), ' ', &n);
	const char *path = arena_printf(&w->arena, "nix-support/%s", file);

	for (size_t i = 0; i < n; i++)
		buf_printf(&text, "%.*s\n", STR_ARG(v[i]));
	if (!n)
		return 0;
	errint rc = buf_check(&text, key, err);
	if (!rc)
		rc = mkdir_p(w->out_fd, "nix-support", 0755, err);
	if (rc)
		return rc;
	return file_write(w->out_fd, path, buf_str(&text), 0644, 0, err);
}

static errint open_output(struct wheel_install *w, struct err *err)
{
	errint rc = mkdir_p(AT_FDCWD, w->out, 0755, err);

	return rc ? rc : open_dir(AT_FDCWD, w->out, &w->out_fd, err);
}

static errint install(struct wheel_install *w, struct err *err)
{
	errint rc = read_name(w, err);
	if (rc)
		return rc;
	wheel_log(w, "installing %.*s\n", STR_ARG(w->name.file));
	if (open_output(w, err) || wheel_step_unpack(w, err) || wheel_step_metadata(w, err) ||
	    wheel_step_programs(w, err))
		return err_wrap(err, "installing '%.*s'", STR_ARG(w->name.file));
	return 0;
}

static errint finish(struct wheel_install *w, struct err *err)
{
	errint rc = w->wrap ? wheel_step_wrap(w, err) : 0;

	if (!rc && w->relocate)
		rc = wheel_step_relocate(w, err);
	if (!rc && w->compile)
		rc = wheel_step_compile(w, err);
	if (!rc)
		rc = wheel_step_record(w, err);
	if (!rc)
		rc = write_support(w, "propagatedBuildInputs", "propagated-build-inputs", err);
	if (!rc)
		rc = write_support(w, "slots", "kiln-slots", err);
	return rc ? rc : wheel_step_native(w, err);
}

static void release(struct wheel_install *w)
{
	if (w->out_fd >= 0)
		close(w->out_fd);
	free(w->files);
	arena_release(&w->arena);
}

static errint run_whole(const struct builtin_ctx *ctx, struct err *err)
{
	struct wheel_install w CLEANUP(release) = {.ctx = ctx, .out_fd = -1};
	errint rc = read_drv(&w, err);

	if (!rc)
		rc = env_needed(&w, "wheel", &w.wheel, err);
	if (!rc)
		rc = install(&w, err);
	if (rc)
		return rc;
	if (wheel_step_depends(&w, err) || finish(&w, err))
		return err_wrap(err, "installing '%.*s'", STR_ARG(w.name.file));
	return 0;
}

/* What was installed, each with a NUL: the recipe's own phases leave it as it is. */
static errint tell_files(const struct wheel_install *w, struct str path, struct err *err)
{
	BUF(text, LIMIT_TOOL_OUTPUT);

	for (size_t i = 0; i < w->n_files; i++) {
		buf_printf(&text, "%s/%s", w->out, w->files[i].path.p);
		buf_putc(&text, '\0');
	}
	char *z CLEANUP_FREE = str_dupz(path);
	int fd CLEANUP_FD = open(z, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_sys(err, "opening '%s'", z);
	errint rc = buf_check(&text, "list of files", err);
	return rc ? rc : fd_write_all(fd, text.p, text.n, err);
}

static errint install_one(struct wheel_install *w, struct err *err)
{
	struct str list = env(w, "fileList");
	errint rc = install(w, err);

	if (!rc)
		rc = wheel_step_record(w, err);
	return rc || !list.n ? rc : tell_files(w, list, err);
}

/* The dependencies of one may be another, so that they are looked at in the end. */
static errint run_install(const struct builtin_ctx *ctx, struct err *err)
{
	struct wheel_install frame CLEANUP(release) = {.ctx = ctx, .out_fd = -1}, *w;
	struct str text, *wheels;
	size_t n;
	errint rc = read_drv(&frame, err);

	if (!rc)
		rc = env_needed(&frame, "wheel", &text, err);
	if (rc)
		return rc;
	wheels = words(&frame, text, ' ', &n);
	w = ARENA_ARRAY(&frame.arena, struct wheel_install, n);
	for (size_t i = 0; i < n; i++) {
		w[i] = (struct wheel_install){.ctx = ctx, .out_fd = -1};
		if (!rc)
			rc = read_drv(&w[i], err);
		w[i].wheel = wheels[i];
		if (!rc)
			rc = install_one(&w[i], err);
	}
	for (size_t i = 0; !rc && i < n; i++)
		rc = wheel_step_depends(&w[i], err);
	for (size_t i = 0; i < n; i++)
		release(&w[i]);
	return rc;
}

static errint run_finish(const struct builtin_ctx *ctx, struct err *err)
{
	struct wheel_install w CLEANUP(release) = {.ctx = ctx, .out_fd = -1};
	errint rc = read_drv(&w, err);

	if (!rc)
		rc = open_output(&w, err);
	if (!rc)
		rc = wheel_step_list(&w, err);
	if (rc)
		return rc;
	return finish(&w, err);
}

static errint run(const struct builtin_ctx *ctx, struct err *err)
{
	const struct str *step = drv_env_find(ctx->drv, S("step"));

	if (!step || !step->n)
		return run_whole(ctx, err);
	if (str_eqz(*step, "install"))
		return run_install(ctx, err);
	if (str_eqz(*step, "finish"))
		return run_finish(ctx, err);
	return err_set(err, ERR_BUILD, "'step' is '%.*s', neither 'install' nor 'finish'",
		       STR_ARG(*step));
}

const struct builtin_builder builder_wheel_1 = {.name = "builtin:kiln-wheel-1", .run = run};
