/* SPDX-License-Identifier: MIT
 *
 * What a file of a package becomes in a profile: a link, but for Python's interpreters, which find
 * their modules by where they are, and for the programs that they run. */
#include "profile/profile_int.h"

#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "store/store_path.h"

/* A line by which kiln's programs find their modules without an environment. */
#define SITE_MARK S("# kiln:site")

enum { PROGRAM_MAX = 1 << 20 };

errint profile_link(struct profile *p, const char *target, const char *name, struct err *err)
{
	return symlinkat(target, p->out_fd, name) ? err_sys(err, "making '%s'", name) : 0;
}

/* ---- names ---- */

bool profile_is_own_folder(const struct profile *p, const char *name)
{
	struct str rest = str_c(name);

	if (p->lent && strcmp(name, "bin") == 0)
		return true;
	if (!p->n_pythons)
		return false;
	if (strcmp(name, "bin") == 0 || strcmp(name, "lib") == 0)
		return true;
	if (!str_starts(rest, S("lib/")))
		return false;
	rest = str_skip(rest, 4);
	for (size_t i = 0; i < p->n_pythons; i++) {
		struct str python = p->pythons[i].name, inner = str_skip(rest, python.n);

		if (!str_starts(rest, python))
			continue;
		/* uv takes a .dist-info that is a link for none. */
		if (!inner.n || str_eqz(inner, "/site-packages") ||
		    (str_starts(inner, S("/site-packages/")) && str_ends(inner, S(".dist-info")) &&
		     str_chr(str_skip(inner, 15), '/') < 0))
			return true;
	}
	return false;
}

bool profile_is_nobodys(const char *name)
{
	static const char *const patterns[] = {
		"LICENSE",
		"LICENSE.*",
		"LICENCE",
		"LICENCE.*",
		"COPYING",
		"COPYING.*",
		"NOTICE",
		"NOTICE.*",
		"info/dir",
		"share/info/dir",
		"share/applications/mimeinfo.cache",
		"share/glib-2.0/schemas/gschemas.compiled",
		"share/icons/*/icon-theme.cache",
		"share/mime/*.cache",
		"share/mime/aliases",
		"share/mime/generic-icons",
		"share/mime/globs*",
		"share/mime/icons",
		"share/mime/magic",
		"share/mime/subclasses",
		"share/mime/treemagic",
		"share/mime/types",
		"share/mime/version",
		"share/mime/XMLnamespaces",
	};
	static const char *const junk[] = {
		"test",     "tests",     "testing",    "doc",        "docs",     "example",
		"examples", "benchmark", "benchmarks", "scripts",    "LICENSE*", "LICENCE*",
		"COPYING*", "NOTICE*",   "README*",    "CHANGELOG*", "AUTHORS*",
	};
	struct str rest = str_c(name), top;

	for (size_t i = 0; i < ARRAY_LEN(patterns); i++)
		if (fnmatch(patterns[i], name, FNM_PATHNAME) == 0)
			return true;
	ptrdiff_t at = str_find(rest, S("/site-packages/"));
	if (!str_starts(rest, S("lib/python")) || at < 0)
		return false;
	rest = top = str_skip(rest, (size_t)at + 15);
	(void)str_cut(rest, '/', &top, &rest);
	char *head CLEANUP_FREE = str_dupz(top);
	for (size_t i = 0; i < ARRAY_LEN(junk); i++)
		if (fnmatch(junk[i], head, 0) == 0)
			return true;
	return false;
}

/* ---- interpreters ---- */

static const struct interpreter *interpreter_of(const struct profile *p,
						const struct profile_part *k, struct str name)
{
	for (size_t i = 0; i < p->n_pythons; i++)
		if (p->pythons[i].owner == k && str_eq(p->pythons[i].name, name))
			return &p->pythons[i];
	return NULL;
}

static errint copy_program(struct profile *p, const char *from, const char *name, struct err *err)
{
	int in CLEANUP_FD = open(from, O_RDONLY | O_CLOEXEC);
	int out CLEANUP_FD = -1;

	if (in < 0)
		return err_sys(err, "'%s'", from);
	out = openat(p->out_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	if (out < 0)
		return err_sys(err, "making '%s'", name);
	return fd_copy(in, out, err);
}

/* The interpreter's own name in its bin that this one is a link to, or an empty text. */
static struct str leads_to(const struct profile *p, const struct profile_part *k, const char *from)
{
	char real[PATH_MAX], own[PATH_MAX];

	for (size_t i = 0; i < p->n_pythons; i++) {
		if (p->pythons[i].owner != k)
			continue;
		char *program CLEANUP_FREE =
			xasprintf("%.*s/bin/%.*s", STR_ARG(k->path), STR_ARG(p->pythons[i].name));
		if (realpath(from, real) && realpath(program, own) && strcmp(real, own) == 0)
			return p->pythons[i].name;
	}
	return S("");
}

/* ---- programs ---- */

/* Has an interpreter's folder modules of its own? Then its programs mean these. */
static bool is_bare(const char *prefix, struct str python)
{
	char *site CLEANUP_FREE = xasprintf("%s/lib/%.*s/site-packages/.", prefix, STR_ARG(python));
	struct dir_list list CLEANUP(dir_list_release) = {0};
	bool bare = true;
	ERR(none);

	if (dir_list(AT_FDCWD, site, &list, &none))
		return true;
	for (size_t i = 0; i < list.n; i++)
		bare = bare && !str_ends(str_c(list.v[i].name), S(".dist-info"));
	return bare;
}

/* Of "/nix/store/…-python3-3.13.5/bin/python3.13" the interpreter of the profile that stands for
 * it, or NULL. */
static const struct interpreter *stand_in(const struct profile *p, struct str program)
{
	char *path CLEANUP_FREE = str_dupz(program), *prefix CLEANUP_FREE = NULL;
	char real[PATH_MAX];
	struct str top, rest;

	if (!store_path_split(p->ctx->store_dir, program, &top, &rest) ||
	    !str_starts(rest, S("/bin/python")) || !realpath(path, real))
		return NULL;
	struct str name = path_base(str_c(real));
	prefix = str_dupz(top);
	for (size_t i = 0; i < p->n_pythons; i++)
		if (str_eq(p->pythons[i].name, name) &&
		    (str_eq(p->pythons[i].owner->path, top) || is_bare(prefix, name)))
			return &p->pythons[i];
	return NULL;
}

/* A program that Python runs is one of this profile's Python. */
static errint put_program(struct profile *p, const char *from, const char *name, bool *done,
			  struct err *err)
{
	BUF(text, PROGRAM_MAX);
	BUF(made, PROGRAM_MAX + LIMIT_PATH_TEXT);
	struct str rest, line, program, words = S("");
	const struct interpreter *python;
	struct stat st;
	ERR(none);

	*done = false;
	if (stat(from, &st) || !S_ISREG(st.st_mode) || st.st_size >= PROGRAM_MAX ||
	    file_read(AT_FDCWD, from, &text, &none) || !str_starts(buf_str(&text), S("#!")))
		return 0;
	rest = buf_str(&text);
	(void)str_split(&rest, '\n', &line);
	program = str_trim(str_skip(line, 2));
	(void)str_cut(program, ' ', &program, &words);
	python = stand_in(p, program);
	if (!python)
		return 0;
	buf_printf(&made, "#!%.*s/bin/%.*s%s%.*s\n", STR_ARG(p->out), STR_ARG(python->name),
		   words.n ? " " : "", STR_ARG(words));
	while (str_split(&rest, '\n', &line))
		if (str_find(line, SITE_MARK) < 0)
			buf_printf(&made, "%.*s%s", STR_ARG(line), rest.p ? "\n" : "");
	*done = true;
	errint rc = buf_check(&made, "program", err);
	return rc ? rc
		  : file_write(p->out_fd, name, buf_str(&made), st.st_mode & S_IXUSR ? 0755 : 0644,
			       0, err);
}

bool profile_lends(const struct profile *p, const struct profile_part *owner, const char *from,
		   char real[PROFILE_PATH_MAX])
{
	struct str top, rest;

	if (!realpath(from, real) ||
	    !store_path_split(p->ctx->store_dir, str_c(real), &top, &rest) ||
	    str_eq(top, owner->path) || !str_starts(rest, S("/bin/python")))
		return false;
	char *library CLEANUP_FREE =
		xasprintf("%.*s/lib%.*s/os.py", STR_ARG(top), STR_ARG(str_skip(rest, 4)));
	return access(library, F_OK) == 0;
}

/* Through a link a program works, but a venv made by it does not: it would look for Python's own
 * modules beside the link. So it is started by its own name. */
static errint put_lent(struct profile *p, const char *real, const char *name, struct err *err)
{
	BUF(text, LIMIT_PATH_TEXT * 2);

	buf_printf(&text, "#!/bin/sh\nexec %s \"$@\"\n", real);
	return file_write(p->out_fd, name, buf_str(&text), 0755, 0, err);
}

errint profile_put(struct profile *p, const struct profile_part *owner, const char *from,
		   const char *name, struct err *err)
{
	struct str base = str_drop_prefix(str_c(name), S("bin/")), own;
	char real[PROFILE_PATH_MAX];
	bool done = false;
	errint rc = 0;

	if (p->lent && str_starts(str_c(name), S("bin/python")) &&
	    profile_lends(p, owner, from, real))
		return put_lent(p, real, name, err);
	if (p->n_pythons && base.n < strlen(name) && str_chr(base, '/') < 0) {
		if (interpreter_of(p, owner, base))
			return copy_program(p, from, name, err);
		own = leads_to(p, owner, from);
		if (own.n) {
			char *to CLEANUP_FREE = str_dupz(own);
			return profile_link(p, to, name, err);
		}
		rc = put_program(p, from, name, &done, err);
	}
	return rc || done ? rc : profile_link(p, from, name, err);
}
