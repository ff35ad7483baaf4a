/* SPDX-License-Identifier: MIT
 *
 * ELF objects. Every NEEDED is resolved here, once, to a folder of the output or of a dependency,
 * and RUNPATH lists exactly those folders, in NEEDED's order: the default folders of the dynamic
 * linker are gone (rule 2). An object that had DT_RPATH keeps that kind, since its maker counted on
 * what it loads to find things through it. Afterwards the object is read back and loaded by its own
 * loader; what would fail on a user's machine fails here. */
#include "deb/deb_int.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/elf.h"
#include "base/file.h"
#include "base/process.h"
#include "deb/libraries.h"
#include "job/patchelf.h"

enum { ET_EXEC = 2, ET_DYN = 3, MAX_FOLDERS = 256, MAX_EXTRA = 32 };

struct objects {
	struct deb_build *build;
	struct libraries libs;
	struct patchelf tool;
	const char *loader;  /* of the set's glibc */
	const char **edited; /* files to load once all are edited: they need each other */
	size_t n_edited;
};

static void objects_release(struct objects *o)
{
	libraries_release(&o->libs);
}

struct folder_set { /* in order of first use */
	struct str v[MAX_FOLDERS];
	size_t n;
};

static errint folder_add(struct folder_set *s, struct str folder, struct err *err)
{
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->v[i], folder))
			return 0;
	if (s->n == MAX_FOLDERS)
		return err_set(err, ERR_TOO_BIG, "more than %d library folders", MAX_FOLDERS);
	s->v[s->n++] = folder;
	return 0;
}

static struct str absolute(struct deb_build *b, struct str rel)
{
	return rel.n && !str_starts(rel, S("/"))
		       ? str_c(arena_printf(b->arena, "%.*s/%.*s", STR_ARG(b->out), STR_ARG(rel)))
		       : rel;
}

static struct str folder_of(struct deb_build *b, struct str path)
{
	return str_rchr(path, '/') < 0 ? b->out : absolute(b, path_dir(path));
}

/* lib/ld-linux-….so.N below a store path. */
static errint find_loader(struct deb_build *b, struct str top, const char **out, struct err *err)
{
	char *z CLEANUP_FREE = str_dupz(top);
	int fd CLEANUP_FD = -1;
	struct str_list found;
	errint rc = open_dir(AT_FDCWD, z, &fd, err);

	if (!rc)
		rc = deb_glob(b->arena, fd, S("lib/ld-linux*.so.*"), &found, err);
	if (rc)
		return rc;
	if (found.n != 1)
		return err_set(err, ERR_NOT_FOUND, "'%s' has %zu dynamic linkers instead of one", z,
			       found.n);
	*out = arena_printf(b->arena, "%s/%.*s", z, STR_ARG(found.v[0]));
	return 0;
}

/* The output's own libraries come first, those in lib before private ones; then glibc's, then the
 * dependencies' in their order. */
static errint index_libraries(struct objects *o, const struct deb_tree *t, struct err *err)
{
	struct deb_build *b = o->build;
	struct str lib = absolute(b, S("lib"));
	errint rc;

	for (size_t i = 0; i < t->n; i++) {
		struct str folder = folder_of(b, t->v[i].path);

		if (library_name(path_base(t->v[i].path)))
			libraries_put(&o->libs, path_base(t->v[i].path), folder,
				      str_eq(folder, lib) ? 0 : 1);
	}
	o->libs.n_folders = 2;
	for (size_t i = 0; i <= b->deps.n; i++) {
		struct str top = i ? b->deps.v[i - 1] : b->glibc;
		const char *folder = arena_printf(b->arena, "%.*s/lib", STR_ARG(top));

		if (str_eq(top, b->out))
			continue;
		rc = libraries_add(&o->libs, b->arena, str_c(folder), err);
		if (rc)
			return rc;
	}
	for (size_t i = 0; i < b->folders.n; i++) {
		rc = libraries_add(&o->libs, b->arena, b->folders.v[i], err);
		if (rc)
			return rc;
	}
	libraries_sort(&o->libs);
	return 0;
}

static bool is_missing(const struct deb_build *b, struct str soname)
{
	for (size_t i = 0; i < b->rules.n; i++)
		if (b->rules.v[i].verb == DEB_MISSING && str_eq(b->rules.v[i].arg[0], soname))
			return true;
	return false;
}

static errint resolve(struct objects *o, struct str path, struct str soname, struct folder_set *s,
		      struct err *err)
{
	struct str folder;

	if (libraries_find(&o->libs, soname, folder_of(o->build, path), &folder))
		return folder_add(s, folder, err);
	if (is_missing(o->build, soname))
		return 0;
	err_set(err, ERR_NOT_FOUND, "it needs '%.*s', which neither it nor a dependency has",
		STR_ARG(soname));
	return err_hint(err,
			"give its group the dependency, drop the object, or name the library in a "
			"'missing' rule");
}

/* Folders for all that the object needs, will need by `needed` rules, and opens by `search` rules.
 */
static errint folders_for(struct objects *o, struct str path, const struct elf_info *info,
			  struct folder_set *s, struct err *err)
{
	const struct deb_rules *rules = &o->build->rules;
	errint rc;

	for (size_t i = 0; i < info->n_needed; i++) {
		rc = resolve(o, path, info->needed[i], s, err);
		if (rc)
			return rc;
	}
	for (size_t i = 0; i < rules->n; i++) {
		const struct deb_rule *r = &rules->v[i];

		rc = 0;
		if (r->verb == DEB_NEEDED && str_eq(r->arg[0], path))
			rc = resolve(o, path, r->arg[1], s, err);
		else if (r->verb == DEB_SEARCH && deb_glob_match(r->arg[0], path))
			rc = folder_add(s, absolute(o->build, r->arg[1]), err);
		if (rc)
			return rc;
	}
	return 0;
}

static bool has_needed(const struct elf_info *info, struct str soname)
{
	for (size_t i = 0; i < info->n_needed; i++)
		if (str_eq(info->needed[i], soname))
			return true;
	return false;
}

/* `--add-needed NAME` for each rule about this object that does not hold yet. */
static errint extra_options(struct objects *o, struct str path, const struct elf_info *info,
			    const char **extra, struct err *err)
{
	const struct deb_rules *rules = &o->build->rules;
	size_t n = 0;

	for (size_t i = 0; i < rules->n; i++) {
		const struct deb_rule *r = &rules->v[i];

		if (r->verb != DEB_NEEDED || !str_eq(r->arg[0], path) ||
		    has_needed(info, r->arg[1]))
			continue;
		if (n + 2 > MAX_EXTRA)
			return err_set(err, ERR_TOO_BIG, "too many 'needed' rules for one object");
		extra[n++] = "--add-needed";
		extra[n++] = arena_strz(o->build->arena, r->arg[1]);
	}
	extra[n] = NULL;
	return 0;
}

static const char *join(struct arena *a, const struct folder_set *s)
{
	BUF(text, LIMIT_DRV_FILE);

	for (size_t i = 0; i < s->n; i++) {
		if (i)
			buf_putc(&text, ':');
		buf_puts(&text, s->v[i]);
	}
	return arena_strz(a, buf_str(&text));
}

/* Runs the loader over a file with nothing from outside to help, as ldd does: it maps the object
 * and all that it needs, runs none of it, and tells what it found. */
static errint trace(const char *loader, const char *file, struct buf *out, struct err *err)
{
	static const char *const env[] = {"LD_TRACE_LOADED_OBJECTS=1", NULL};
	const char *const argv[] = {loader, file, NULL};
	int fd CLEANUP_FD = memfd_create("kiln-trace", MFD_CLOEXEC);
	struct process_spec spec = {.argv = argv, .env = env, .in = -1, .out = fd, .errfd = fd};
	char text[64];
	int status;
	pid_t pid;

	if (fd < 0)
		return err_sys(err, "cannot make a file in memory");
	errint rc = process_start(&spec, &pid, err);
	if (!rc)
		rc = process_wait(pid, &status, err);
	if (rc)
		return rc;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(err, "cannot rewind a file in memory");
	rc = fd_read_all(fd, out, err);
	if (rc)
		return rc;
	if (!status)
		return 0;
	err_set(err, ERR_BUILD, "it does not load: %s",
		process_status_text(status, text, sizeof(text)));
	return err_detail(err, "%.*s", STR_ARG(str_trim(buf_str(out))));
}

static errint load(struct objects *o, const char *file, struct err *err)
{
	struct str line, rest, soname, place;
	BUF(out, LIMIT_TOOL_OUTPUT);
	errint rc = trace(o->loader, file, &out, err);

	if (rc)
		return rc;
	rest = buf_str(&out);
	while (str_split(&rest, '\n', &line)) {
		line = str_trim(line);
		if (!str_ends(line, S("=> not found")) || !str_cut(line, ' ', &soname, &place))
			continue;
		if (!is_missing(o->build, soname))
			return err_set(err, ERR_NOT_FOUND, "loaded, it does not find '%.*s'",
				       STR_ARG(soname));
	}
	return 0;
}

static errint edit(struct objects *o, struct str path, const char *file,
		   const struct elf_info *info, struct err *err)
{
	struct deb_build *b = o->build;
	const char *extra[MAX_EXTRA + 1];
	struct folder_set folders = {.n = 0};
	struct patchelf_edit e = {
		.interpreter = info->interp.n ? o->loader : NULL,
		.force_rpath = info->rpath.n || deb_rules_match(&b->rules, DEB_RPATH, path),
		.extra = extra,
	};
	errint rc = folders_for(o, path, info, &folders, err);

	if (!rc)
		rc = extra_options(o, path, info, extra, err);
	if (rc)
		return rc;
	e.runpath = join(b->arena, &folders);
	if (!*e.runpath && !info->rpath.n && !info->runpath.n)
		e.runpath = NULL;
	if (!e.interpreter && !e.runpath && !extra[0])
		return 0;
	if (info->type != ET_EXEC || !e.interpreter || !(e.runpath || extra[0]))
		return patchelf_run(&o->tool, file, &e, err);
	/* At a fixed address, a dynamic section and an interpreter moved in one edit get pages that
	 * overlap what is behind them; one after the other they do not (patchelf 0.18). */
	struct patchelf_edit second = {.interpreter = e.interpreter};

	e.interpreter = NULL;
	return patchelf_run(&o->tool, file, &e, err) ? err->code
						     : patchelf_run(&o->tool, file, &second, err);
}

static errint fix_object(struct objects *o, struct str path, struct err *err)
{
	struct deb_build *b = o->build;
	const char *file = arena_strz(b->arena, absolute(b, path));
	bool untouched = deb_rules_match(&b->rules, DEB_UNTOUCHED, path) != NULL;
	struct folder_set folders = {.n = 0};
	int fd CLEANUP_FD = -1;
	struct elf_info info;
	errint rc = open_file(AT_FDCWD, file, &fd, err);

	if (!rc)
		rc = elf_read(fd, b->arena, &info, err);
	if (rc)
		return rc;
	if (!info.elf || info.foreign)
		return 0;
	rc = deb_sweep(b, path, err);
	if (rc)
		return rc;
	if ((info.type != ET_EXEC && info.type != ET_DYN) || !info.dynamic ||
	    (!info.n_needed && !info.interp.n))
		return 0;
	if (untouched)
		return folders_for(o, path, &info, &folders, err);
	o->edited[o->n_edited++] = file;
	return edit(o, path, file, &info, err);
}

errint deb_fix_objects(struct deb_build *b, const struct deb_tree *t, struct err *err)
{
	struct objects o CLEANUP(objects_release) = {.build = b};
	const char *raw = arena_strz(b->arena, b->patchelf);
	errint rc = find_loader(b, b->glibc, &o.loader, err);

	if (!rc)
		rc = find_loader(b, b->patchelf, &o.tool.loader, err);
	if (!rc)
		rc = index_libraries(&o, t, err);
	if (rc)
		return rc;
	o.tool.library_path = arena_printf(b->arena, "%s/lib", raw);
	o.tool.program = arena_printf(b->arena, "%s/bin/patchelf", raw);
	o.edited = ARENA_ARRAY(b->arena, const char *, t->n);
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].type == DT_REG && fix_object(&o, t->v[i].path, err))
			return err_wrap(err, "'%.*s'", STR_ARG(t->v[i].path));
	for (size_t i = 0; i < o.n_edited; i++)
		if (load(&o, o.edited[i], err))
			return err_wrap(err, "'%s'", o.edited[i]);
	return 0;
}
