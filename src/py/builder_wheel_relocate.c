/* SPDX-License-Identifier: MIT
 *
 * ELF objects of a wheel. They expect a host's libraries in default folders, which the set's loader
 * does not have: each object's own library path gets the folders that hold what it needs. Its
 * entries relative to $ORIGIN stay, entries into a build machine go. No object keeps an executable
 * stack, which hardened kernels refuse to load. */
#include <elf.h>
#include <unistd.h>

#include "base/elf.h"
#include "base/file.h"
#include "base/thread.h"
#include "base/worker.h"
#include "py/builder_wheel_int.h"

static uint16_t elf_machine(struct str machine)
{
	return str_eqz(machine, "aarch64") ? EM_AARCH64 : EM_X86_64;
}

/* libc and the loader are there whenever anything runs; an executable needs libc's folder itself.
 */
static bool always_there(const struct elf_info *info, struct str soname)
{
	return !info->interp.n &&
	       (str_eqz(soname, "libc.so.6") || str_starts(soname, S("ld-linux")));
}

static bool holds_needed(struct wheel_install *w, struct str folder, const struct elf_info *info)
{
	for (size_t i = 0; i < info->n_needed; i++) {
		struct stat st;
		const char *path;

		if (always_there(info, info->needed[i]) || str_chr(info->needed[i], '/') >= 0)
			continue;
		path = arena_printf(&w->arena, "%.*s/%.*s", STR_ARG(folder),
				    STR_ARG(info->needed[i]));
		if (stat(path, &st) == 0)
			return true;
	}
	return false;
}

static void put_folder(struct buf *out, struct str folder)
{
	struct str rest = buf_str(out), piece;

	while (rest.n && str_split(&rest, ':', &piece))
		if (str_eq(piece, folder))
			return;
	if (out->n)
		buf_putc(out, ':');
	buf_puts(out, folder);
}

static bool stays(struct wheel_install *w, struct str folder)
{
	return str_starts(folder, S("$ORIGIN")) || str_starts(folder, S("${ORIGIN}")) ||
	       str_starts(folder, w->ctx->store_dir);
}

static void new_runpath(struct wheel_install *w, const struct elf_info *info, struct buf *out)
{
	struct str old = info->runpath.n ? info->runpath : info->rpath, piece;

	while (old.n && str_split(&old, ':', &piece))
		if (stays(w, piece))
			put_folder(out, piece);
	for (size_t i = 0; i < w->n_library_folders; i++)
		if (holds_needed(w, w->library_folders[i], info))
			put_folder(out, w->library_folders[i]);
}

/* Does it need what the wheel brings itself? */
static bool needs_sibling(const struct wheel_install *w, const struct elf_info *info)
{
	for (size_t i = 0; i < w->n_files; i++)
		for (size_t k = 0; w->files[i].elf && k < info->n_needed; k++)
			if (str_eq(path_base(w->files[i].path), info->needed[k]))
				return true;
	return false;
}

/* DT_RPATH also holds for what the object loads, so it is written again as such. What has no path
 * finds its siblings by that of whoever loads it, which a DT_RUNPATH of its own would end. */
static bool wants_rpath(const struct wheel_install *w, const struct elf_info *info)
{
	return !info->runpath.n && (info->rpath.n || needs_sibling(w, info));
}

/* What an object needs. */
struct task {
	size_t file;
	const char *path;
	struct patchelf_edit edit;
	bool exec_stack; /* to be cleared */
	bool done;
};

static bool edits(const struct task *t)
{
	return t->edit.runpath || t->edit.interpreter;
}

static errint choose_edit(struct wheel_install *w, const struct elf_info *info, struct task *t,
			  struct err *err)
{
	BUF(runpath, LIMIT_PATH_TEXT * 4);
	bool as_rpath = wants_rpath(w, info);
	struct str old = as_rpath ? info->rpath : info->runpath;

	t->edit.force_rpath = as_rpath;
	new_runpath(w, info, &runpath);
	errint rc = buf_check(&runpath, "library path", err);
	if (rc)
		return rc;
	if (!str_eq(buf_str(&runpath), old))
		t->edit.runpath = arena_strz(&w->arena, buf_str(&runpath));
	if (info->interp.n && !str_eqz(info->interp, w->patchelf.loader))
		t->edit.interpreter = w->patchelf.loader;
	return 0;
}

static errint clear_stack(struct wheel_install *w, struct wheel_file *f, struct err *err)
{
	ARENA(a);
	int fd CLEANUP_FD = openat(w->out_fd, f->path.p, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	struct elf_info info;

	if (fd < 0)
		return err_sys(err, "opening it");
	errint rc = elf_read(fd, &a, &info, err);
	if (rc)
		return rc;
	return info.exec_stack ? elf_clear_exec_stack(fd, &info, err) : 0;
}

/* What only starts as an object, such as a test's data, is none. */
static errint read_object(struct wheel_install *w, const struct wheel_file *f,
			  struct elf_info *info, struct err *err)
{
	int fd CLEANUP_FD = -1;
	errint rc = open_file(w->out_fd, f->path.p, &fd, err);

	if (!rc)
		rc = elf_read(fd, &w->arena, info, err);
	if (rc != ERR_CORRUPT)
		return rc;
	wheel_warn(w, "'%s' is left as it is: %s", f->path.p, err->msg);
	err_clear(err);
	*info = (struct elf_info){.elf = false};
	return 0;
}

static errint choose(struct wheel_install *w, size_t file, struct task *t, struct err *err)
{
	struct wheel_file *f = &w->files[file];
	struct elf_info info;
	errint rc = read_object(w, f, &info, err);

	*t = (struct task){.file = file};
	if (rc)
		return rc;
	if (!info.elf || info.foreign || info.machine != elf_machine(w->machine) ||
	    (info.type != ET_DYN && info.type != ET_EXEC))
		return 0;
	t->path = arena_printf(&w->arena, "%s/%s", w->out, f->path.p);
	t->exec_stack = info.exec_stack;
	return info.dynamic ? choose_edit(w, &info, t, err) : 0;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_edit(const struct patchelf_edit *a, const struct patchelf_edit *b)
{
	return same_text(a->interpreter, b->interpreter) && same_text(a->runpath, b->runpath) &&
	       a->force_rpath == b->force_rpath;
}

/* All that want what v[0] wants, with one start of the tool. */
static errint edit_alike(struct wheel_install *w, struct task *v, size_t n, struct err *err)
{
	const char *files[PATCHELF_FILES];
	size_t count = 0;

	for (size_t i = 0; i < n && count < PATCHELF_FILES; i++) {
		if (v[i].done || !same_edit(&v[0].edit, &v[i].edit))
			continue;
		files[count++] = v[i].path;
		v[i].done = true;
	}
	return patchelf_run_all(&w->patchelf, files, count, &v[0].edit, err);
}

static errint finish_task(struct wheel_install *w, struct task *t, struct err *err)
{
	struct wheel_file *f = &w->files[t->file];
	errint rc = t->exec_stack ? clear_stack(w, f, err) : 0;

	return rc ? rc : wheel_file_rehash(w, f, err);
}

/* ---- side by side: each process has every step-th object ---- */

enum {
	MAX_SHARES = 64,
	SHARE = 16 << 20, /* of bytes: less is sooner done than shared out */
};

struct share {
	struct wheel_install *w;
	size_t first, step;
};

/* What a process tells of an object that it changed. */
struct edited {
	size_t file;
	struct hash sha256;
	uint64_t size;
};

static errint choose_share(struct share *s, struct task *v, size_t *n, struct err *err)
{
	struct wheel_install *w = s->w;
	size_t seen = 0;

	for (size_t i = 0; i < w->n_files; i++) {
		if (!w->files[i].elf || seen++ % s->step != s->first)
			continue;
		if (choose(w, i, &v[*n], err))
			return err_wrap(err, "'%s'", w->files[i].path.p);
		*n += edits(&v[*n]) || v[*n].exec_stack;
	}
	return 0;
}

static errint relocate_share(void *ctx, struct buf *out, struct err *err)
{
	struct share *s = ctx;
	struct task *v = ARENA_ARRAY(&s->w->arena, struct task, s->w->n_files + 1);
	size_t n = 0;
	errint rc = choose_share(s, v, &n, err);

	for (size_t i = 0; !rc && i < n; i++)
		if (!v[i].done && edits(&v[i]))
			rc = edit_alike(s->w, v + i, n - i, err);
	for (size_t i = 0; !rc && i < n; i++) {
		const struct wheel_file *f = &s->w->files[v[i].file];

		if (finish_task(s->w, &v[i], err))
			return err_wrap(err, "'%s'", f->path.p);
		struct edited e = {v[i].file, f->sha256, f->size};
		buf_put(out, (const char *)&e, sizeof(e));
	}
	return rc;
}

/* The file list of this process gets what the other one found. */
static void take(struct wheel_install *w, struct str result)
{
	struct edited e;

	for (; result.n >= sizeof(e); result = str_skip(result, sizeof(e))) {
		memcpy(&e, result.p, sizeof(e));
		w->files[e.file].sha256 = e.sha256;
		w->files[e.file].size = e.size;
		w->files[e.file].stale = false;
	}
}

struct crew {
	struct worker v[MAX_SHARES];
	size_t n;
};

static void crew_release(struct crew *c)
{
	for (size_t i = 0; i < c->n; i++)
		worker_release(&c->v[i]);
}

static errint relocate_shared(struct wheel_install *w, size_t shares, struct err *err)
{
	struct crew crew CLEANUP(crew_release) = {.n = 0};
	struct share share[MAX_SHARES];

	for (size_t i = 0; i < shares; i++, crew.n++) {
		share[i] = (struct share){w, i, shares};
		errint rc = worker_start(relocate_share, &share[i], &crew.v[i], err);
		if (rc)
			return rc;
	}
	for (size_t i = 0; i < shares; i++)
		for (bool done = false; !done;) {
			errint rc = worker_read(&crew.v[i], &done, err);
			if (rc)
				return rc;
		}
	for (size_t i = 0; i < shares; i++)
		take(w, str_skip(buf_str(&crew.v[i].result), 1));
	return 0;
}

errint wheel_step_relocate(struct wheel_install *w, struct err *err)
{
	uint64_t bytes = 0;
	size_t objects = 0;

	for (size_t i = 0; i < w->n_files; i++) {
		objects += w->files[i].elf;
		bytes += w->files[i].elf ? w->files[i].size : 0;
	}
	size_t shares = MIN(objects, (size_t)(bytes / SHARE) + 1);
	shares = MIN(shares, MIN((size_t)thread_processors(), (size_t)MAX_SHARES));
	if (shares > 1)
		return relocate_shared(w, shares, err);
	struct share all = {w, 0, 1};
	BUF(changed, LIMIT_TOOL_OUTPUT);
	errint rc = relocate_share(&all, &changed, err);
	return rc ? rc : buf_check(&changed, "list of objects", err);
}
