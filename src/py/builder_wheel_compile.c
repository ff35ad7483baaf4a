/* SPDX-License-Identifier: MIT
 *
 * Bytecode beside every module, and its place in the list of files. */
#include "base/file.h"
#include "job/bytecode.h"
#include "py/builder_wheel_int.h"

static bool is_module(const struct wheel_install *w, const struct wheel_file *f)
{
	return str_ends(f->path, S(".py")) && str_starts(f->path, w->site);
}

/* "a/b.py" -> "a/__pycache__/b.cpython-313.pyc" */
static const char *bytecode_path(struct wheel_install *w, struct str path)
{
	struct str name = str_drop_suffix(path_base(path), S(".py"));

	return arena_printf(&w->arena, "%.*s/__pycache__/%.*s.cpython-3%u.pyc",
			    STR_ARG(path_dir(path)), STR_ARG(name), w->minor);
}

/* What is no valid Python (templates, code for another version) has got no bytecode. */
static errint list_bytecode(struct wheel_install *w, struct err *err)
{
	size_t n = w->n_files;

	for (size_t i = 0; i < n; i++) {
		const char *path;
		struct stat st;

		if (!is_module(w, &w->files[i]))
			continue;
		path = bytecode_path(w, w->files[i].path);
		if (fstatat(w->out_fd, path, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		errint rc = wheel_file_rehash(w, wheel_file_add(w, str_c(path)), err);
		if (rc)
			return rc;
	}
	return 0;
}

errint wheel_step_compile(struct wheel_install *w, struct err *err)
{
	const char *python = arena_strz(&w->arena, w->python);
	struct str site = str_c(arena_printf(&w->arena, "%s/%.*s", w->out, STR_ARG(w->site)));
	struct stat st;

	if (stat(site.p, &st)) /* a wheel of data only */
		return 0;
	errint rc = bytecode_compile(python, &site, 1, w->ctx->log, w->ctx->busy, err);
	return rc ? rc : list_bytecode(w, err);
}
