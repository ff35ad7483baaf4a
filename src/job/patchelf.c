/* SPDX-License-Identifier: MIT
 *
 * patchelf's command line, and the look at what it made. */
#include "job/patchelf.h"

#include "base/file.h"
#include "base/process.h"

enum { MAX_ARGS = 64 };

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

errint patchelf_run(const struct patchelf *tool, const char *file, const struct patchelf_edit *edit,
		    struct err *err)
{
	struct args a = {.n = 0};
	BUF(out, LIMIT_TOOL_OUTPUT);

	add(&a, tool->loader);
	add(&a, "--library-path");
	add(&a, tool->library_path);
	add(&a, tool->program);
	add_edit(&a, edit);
	add(&a, file);
	if (process_capture(a.v, &out, NULL, err) || read_back(file, edit, err))
		return err_wrap(err, "patchelf: '%s'", file);
	return 0;
}
