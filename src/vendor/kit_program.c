/* SPDX-License-Identifier: MIT
 *
 * A kiln that needs nothing of the machine it runs on: the program that runs now, with every
 * library that it has or may load, and their loader. bin/kiln, which is static, starts them:
 *
 *	kiln/bin/kiln	kiln/lib/kiln	kiln/lib/ld-linux-x86-64.so.2	kiln/lib/lib….so.N
 *kiln/pkgs/ */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/archive.h"
#include "base/environ.h"
#include "base/file.h"
#include "base/report.h"
#include "vendor/kit_int.h"

/* Loaded on first use, so that nothing but the source tells of them. */
static const char *const later[] = {"libarchive.so.13", "libcurl.so.4",   "libdeflate.so.0",
				    "libgit2.so.1.9",   "libgit2.so.1.7", "libgit2.so.1.5",
				    "libzstd.so.1"};

struct library_list {
	char **v;
	size_t n, cap;
};

static void library_list_release(struct library_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
}

static int note_library(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct library_list *l = ctx;

	/* The program has no name, the kernel's own object no file. */
	if (!info->dlpi_name[0] || info->dlpi_name[0] != '/')
		return 0;
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i], info->dlpi_name) == 0)
			return 0;
	ARRAY_GROW(l->v, l->n, l->cap);
	l->v[l->n++] = xstrdup(info->dlpi_name);
	return 0;
}

static int by_base(const void *a, const void *b)
{
	return str_cmp(path_base(str_c(*(char *const *)a)), path_base(str_c(*(char *const *)b)));
}

static void find_libraries(struct library_list *l)
{
	/* Which git library it is depends on what kiln was built with: one of them is there. */
	for (size_t i = 0; i < ARRAY_LEN(later); i++)
		(void)!dlopen(later[i], RTLD_NOW | RTLD_LOCAL);
	dl_iterate_phdr(note_library, l);
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), by_base);
}

static errint own_path(char out[PATH_MAX], struct err *err)
{
	ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);

	if (n < 0)
		return err_sys(err, "looking for kiln's own program");
	out[n] = '\0';
	return 0;
}

static bool is_loader(struct str base)
{
	return str_starts(base, S("ld-linux"));
}

/* In a build folder beside the program, installed in libexec, in a kit in its bin. */
static errint find_start(const char *exe, char **out, struct err *err)
{
	struct str dir = path_dir(str_c(exe));
	char *places[] = {
		xasprintf("%.*s/kit-start", STR_ARG(dir)),
		xasprintf("%.*s/../libexec/kiln/kit-start", STR_ARG(dir)),
		xasprintf("%.*s/../bin/kiln", STR_ARG(dir)),
	};
	size_t n = is_loader(path_base(str_c(exe))) ? 3 : 2;
	char *found = NULL;

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		if (i < n && !found && access(places[i], X_OK) == 0)
			found = STEAL(places[i]);
		free(places[i]);
	}
	if (!found) {
		err_set(err, ERR_NOT_FOUND, "kiln's 'kit-start' is missing");
		return err_hint(err,
				"it belongs beside kiln, or into libexec/kiln: reinstall kiln");
	}
	*out = found;
	return 0;
}

errint kit_put_program(struct kit_writer *w, struct err *err)
{
	struct library_list l CLEANUP(library_list_release) = {0};
	char exe[PATH_MAX], *start CLEANUP_FREE = NULL, *program CLEANUP_FREE = NULL;
	errint rc = own_path(exe, err);

	if (!rc)
		rc = find_start(exe, &start, err);
	if (rc)
		return rc;
	struct str dir = path_dir(str_c(exe));
	program = is_loader(path_base(str_c(exe))) ? xasprintf("%.*s/kiln", STR_ARG(dir))
						   : xstrdup(exe);
	find_libraries(&l);
	rc = kit_put_file(w, "kiln/bin/kiln", start, true, err);
	if (!rc)
		rc = kit_put_file(w, "kiln/lib/kiln", program, true, err);
	for (size_t i = 0; !rc && i < l.n; i++) {
		struct str base = path_base(str_c(l.v[i]));
		char *name CLEANUP_FREE = xasprintf("kiln/lib/%.*s", STR_ARG(base));

		if (i && str_eq(path_base(str_c(l.v[i - 1])), base))
			continue;
		rc = kit_put_file(w, name, l.v[i], is_loader(base), err);
	}
	return rc;
}
