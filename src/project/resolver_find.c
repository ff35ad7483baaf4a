/* SPDX-License-Identifier: MIT
 *
 * The resolver's program: one version, so that two machines find the same. */
#include "project/resolver.h"

#include <sys/utsname.h>
#include <unistd.h>

#include "base/environ.h"
#include "base/file.h"
#include "base/process.h"
#include "project/python_metadata.h"
#include "py/peek.h"

static bool has_version(const char *program, struct str version)
{
	const char *const argv[] = {program, "--version", NULL};
	BUF(out, LIMIT_SMALL_FILE);
	BUF(errs, LIMIT_SMALL_FILE);
	ERR(ignored);

	if (process_capture(argv, &out, &errs, &ignored))
		return false;
	struct str said = str_trim(buf_str(&out)), head = said, tail;

	said = str_drop_prefix(said, S("uv "));
	head = said;
	str_cut(said, ' ', &head, &tail);
	return str_eq(head, version);
}

/* ---- bringing it ---- */

static const struct py_file *file_for(const struct py_row *row, const char *machine)
{
	for (size_t i = 0; i < row->n_files; i++)
		for (unsigned m = 0; m < PY_MACHINES; m++)
			if ((row->files[i].machines & (1u << m)) &&
			    strcmp(py_machines[m], machine) == 0)
				return &row->files[i];
	return NULL;
}

static errint bring(struct session *s, const struct py_row *row, const char *folder,
		    const char *program, struct arena *a, struct err *err)
{
	struct utsname machine;
	int fd CLEANUP_FD = -1;

	if (uname(&machine))
		return err_sys(err, "cannot ask for the machine's name");
	const struct py_file *f = file_for(row, machine.machine);
	if (!f)
		return err_set(err, ERR_UNSUPPORTED, "there is no uv %.*s for %s",
			       STR_ARG(row->version), machine.machine);
	errint rc = mkdir_p(AT_FDCWD, folder, 0755, err);
	if (!rc)
		rc = python_open(s, S("uv"), f, a, &fd, err);
	if (!rc)
		rc = peek_program(
			fd,
			str_c(arena_printf(a, "uv-%.*s.data/scripts/uv", STR_ARG(row->version))),
			program, err);
	if (!rc)
		return 0;
	err_wrap(err, "bringing uv, which finds the versions");
	return err->hint ? rc
			 : err_hint(err, "uv %.*s on PATH is taken, too: pip install uv==%.*s",
				    STR_ARG(row->version), STR_ARG(row->version));
}

errint resolver_find(struct session *s, const struct py_lock *set, struct arena *a,
		     const char **out, struct err *err)
{
	const struct py_row *row = py_lock_find(set, S("uv"));

	if (!row)
		return err_set(err, ERR_NOT_FOUND, "kiln's package set locks no uv");
	if (has_version("uv", row->version)) {
		*out = "uv";
		return 0;
	}
	char *cache CLEANUP_FREE = user_cache_dir();
	char *folder = arena_printf(a, "%s/uv/%.*s", cache, STR_ARG(row->version));
	char *program = arena_printf(a, "%s/uv", folder);
	errint rc = access(program, X_OK) ? bring(s, row, folder, program, a, err) : 0;
	if (!rc)
		*out = program;
	return rc;
}
