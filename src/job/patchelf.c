/* SPDX-License-Identifier: MIT
 *
 * patchelf's command line, and the look at what it made. */
#include "job/patchelf.h"

#include "base/file.h"
#include "base/process.h"
#include "job/patchelf_int.h"

enum { MAX_ARGS = PATCHELF_FILES + 32 };

struct args {
	const char *v[MAX_ARGS + 1];
	size_t n;
};

static void add(struct args *a, const char *arg)
{
	BUG_ON(a->n >= MAX_ARGS);
	a->v[a->n++] = arg;
}

static void add_edit(struct args *a, const struct patchelf_edit *e)
{
	if (e->force_rpath)
		add(a, "--force-rpath");
	if (e->interpreter) {
		add(a, "--set-interpreter");
		add(a, e->interpreter);
	}
	if (e->runpath && *e->runpath) {
		add(a, "--set-rpath");
		add(a, e->runpath);
	} else if (e->runpath) {
		add(a, "--remove-rpath");
	}
	for (const char *const *x = e->extra; x && *x; x++)
		add(a, *x);
}

static errint read_back(const char *file, const struct patchelf_edit *e, struct err *err)
{
	ARENA(arena);
	int fd CLEANUP_FD = -1;
	struct elf_info info;
	struct str path;
	errint rc = open_file(AT_FDCWD, file, &fd, err);

	if (!rc)
		rc = elf_read(fd, &arena, &info, err);
	if (rc)
		return rc;
	if (e->interpreter && !str_eqz(info.interp, e->interpreter))
		return err_set(err, ERR_CORRUPT, "the interpreter reads back as '%.*s'",
			       STR_ARG(info.interp));
	path = e->force_rpath ? info.rpath : info.runpath;
	if (e->runpath && !str_eqz(path, e->runpath))
		return err_set(err, ERR_CORRUPT, "the library path reads back as '%.*s'",
			       STR_ARG(path));
	return 0;
}

static errint start(const struct patchelf *tool, const char *const *files, size_t n,
		    const struct patchelf_edit *edit, struct err *err)
{
	/* each file is read as a whole, into memory that glibc keeps for the next one */
	static const char *const env[] = {"LC_ALL=C", "MALLOC_TOP_PAD_=16777216",
					  "MALLOC_TRIM_THRESHOLD_=1073741824",
					  "MALLOC_MMAP_THRESHOLD_=1073741824", NULL};
	struct args a = {.n = 0};
	BUF(out, LIMIT_TOOL_OUTPUT);

	add(&a, tool->loader);
	add(&a, "--library-path");
	add(&a, tool->library_path);
	add(&a, tool->program);
	add_edit(&a, edit);
	for (size_t i = 0; i < n; i++)
		add(&a, files[i]);
	return process_capture_env(a.v, env, &out, NULL, err);
}

errint patchelf_run(const struct patchelf *tool, const char *file, const struct patchelf_edit *edit,
		    struct err *err)
{
	bool done;
	errint rc = patchelf_library(file, edit, &done, err);

	if (!rc && !done)
		rc = start(tool, &file, 1, edit, err);
	if (rc || read_back(file, edit, err))
		return err_wrap(err, "patchelf: '%s'", file);
	return 0;
}

errint patchelf_run_all(const struct patchelf *tool, const char *const *files, size_t n,
			const struct patchelf_edit *edit, struct err *err)
{
	const char *left[PATCHELF_FILES];
	size_t n_left = 0;
	ERR(together);

	for (size_t i = 0; i < n; i++) {
		bool done;

		if (patchelf_library(files[i], edit, &done, err))
			return err_wrap(err, "patchelf: '%s'", files[i]);
		if (!done)
			left[n_left++] = files[i];
	}
	/* its messages name no file, so that each is tried alone */
	bool failed = n_left && start(tool, left, n_left, edit, &together) != 0;
	for (size_t i = 0; failed && i < n_left; i++)
		if (patchelf_run(tool, left[i], edit, err))
			return err_negative(err->code);
	if (failed)
		return err_move(err, &together);
	for (size_t i = 0; i < n; i++)
		if (read_back(files[i], edit, err))
			return err_wrap(err, "patchelf: '%s'", files[i]);
	return 0;
}
