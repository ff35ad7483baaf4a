/* SPDX-License-Identifier: MIT
 *
 * The walk through one path: every file, folder and link of it once. */
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/facts_int.h"
#include "audit/libraries.h"
#include "base/file.h"
#include "base/process.h"
#include "slot/site.h"
#include "store/derivation.h"
#include "store/store.h"

enum { MAX_DEPTH = 128 };

void look_found(struct path_look *l, enum audit_rule rule, struct str file, const char *fmt, ...)
{
	struct path_facts *f = l->f;
	BUF(text, LIMIT_ERR_TEXT);
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	ARRAY_GROW(f->found, f->n_found, f->cap_found);
	f->found[f->n_found++] =
		(struct fact_finding){rule, arena_str(l->a, file), arena_str(l->a, buf_str(&text))};
}

/* ---- what a name tells ---- */

/* `python3.13` beside others in a folder called bin is the interpreter. */
static void see_program(struct path_look *l, struct str file, struct str name)
{
	if (!str_eqz(path_dir(file), "bin") || !str_starts(name, S("python3.")) ||
	    str_find(name, S("-")) >= 0 || l->f->python.n)
		return;
	l->f->python = arena_str(l->a, str_skip(name, 6));
	l->f->slots = !faccessat(l->fd, "nix-support/kiln-slots", F_OK, 0);
}

/* ComfyUI's manager runs it when ComfyUI starts. */
static void see_install_script(struct path_look *l, struct str file, struct str name)
{
	struct str top = path_dir(file);
	bool pack = str_find(store_path_name(l->info->path), S("comfyui-")) >= 0;

	if (!str_eqz(name, "install.py"))
		return;
	if (str_eqz(path_base(path_dir(top)), "custom_nodes") || (pack && str_eqz(top, ".")))
		look_found(l, AUDIT_INSTALL_SCRIPT, file,
			   "a node pack's install.py fetches when ComfyUI starts");
}

static void see_mode(struct path_look *l, struct str file, const struct stat *st)
{
	if (st->st_mode & (S_ISUID | S_ISGID) && !S_ISDIR(st->st_mode))
		look_found(l, AUDIT_SETUID, file, "it runs as %s, whoever starts it",
			   st->st_mode & S_ISUID ? "its owner" : "its group");
	if (st->st_mode & S_IWOTH)
		look_found(l, AUDIT_WRITABLE, file, "everybody may write to it (mode %04o)",
			   (unsigned)st->st_mode & 07777);
}

/* Vendored copies are the business of whoever vendors them. */
static errint see_info(struct path_look *l, struct str file, struct err *err)
{
	struct dists found CLEANUP(dists_release) = {0};
	struct path_facts *f = l->f;
	struct str dir = path_dir(file), folder = l->info->path;

	if (str_find(file, S("_vendor/")) >= 0)
		return 0;
	if (!str_eqz(dir, "."))
		folder = str_c(arena_printf(l->a, "%.*s/%.*s", STR_ARG(folder), STR_ARG(dir)));
	errint rc = site_add(l->s, l->a, folder, path_base(file), &found, err);
	for (size_t i = 0; !rc && i < found.n; i++) {
		ARRAY_GROW(f->dists, f->n_dists, f->cap_dists);
		f->dists[f->n_dists++] = (struct fact_dist){
			.project = found.v[i].project,
			.version = found.v[i].version,
			.folder = str_eqz(dir, ".") ? S("") : arena_str(l->a, dir),
			.info = found.v[i].info,
			.needs = found.v[i].needs,
			.n_needs = found.v[i].n_needs,
		};
	}
	return rc;
}

/* An environment links what its packages say of themselves, whole or file by file. */
static bool info_is_linked(const struct path_look *l, const char *path, int type)
{
	const char *file = arena_printf(l->scratch, "%s/METADATA", path);
	struct stat st;

	return type == DT_LNK ||
	       (fstatat(l->fd, file, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode));
}

static bool is_of_store(const struct path_look *l, struct str path)
{
	struct str dir = store_dir(l->s);

	return str_starts(path, dir) && path.n > dir.n && path.p[dir.n] == '/';
}

/* Folders that every system has, and of which no package can bring its own. */
static bool is_of_system(struct str path)
{
	static const struct str tops[] = {S("/dev/"), S("/proc/"), S("/sys/"),
					  S("/run/"), S("/tmp"),   S("/var/")};

	for (size_t i = 0; i < ARRAY_LEN(tops); i++)
		if (str_starts(path, tops[i]))
			return true;
	return str_starts(path, S("/etc/")) || str_eqz(path, "/bin/sh");
}

static errint see_link(struct path_look *l, struct str file, struct err *err)
{
	char *target CLEANUP_FREE = NULL;
	errint rc = read_link(l->fd, file.p, &target, err);
	struct str to = str_c(target);

	if (rc || to.p[0] != '/' || is_of_store(l, to) || is_of_system(to))
		return rc;
	if (!find_build_path(to, 0))
		look_found(l, AUDIT_BUILD_PATH, file, "it is a link to '%s'", target);
	else
		look_found(l, AUDIT_HOST_LINK, file, "it is a link to '%s'", target);
	return 0;
}

/* ---- the walk ---- */

static errint see_file(struct path_look *l, struct str file, struct err *err)
{
	int fd CLEANUP_FD = openat(l->fd, file.p, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	char head[4] = {0};
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return err_sys(err, "reading '%.*s/%.*s'", STR_ARG(l->info->path), STR_ARG(file));
	see_mode(l, file, &st);
	see_program(l, file, path_base(file));
	see_install_script(l, file, path_base(file));
	if (!S_ISREG(st.st_mode))
		return 0;
	ssize_t n = pread(fd, head, sizeof(head), 0);
	if (n == sizeof(head) && !memcmp(head, "\177ELF", 4))
		return look_at_object(l, file, fd, (uint64_t)st.st_size, err);
	if (library_is_name(path_base(file)))
		look_add_name(l, file);
	return look_at_text(l, file, fd, &st, err);
}

static errint walk(struct path_look *l, struct str folder, unsigned depth, struct err *err);

static errint see_entry(struct path_look *l, const struct dir_entry *e, const char *path,
			unsigned depth, struct err *err)
{
	struct str name = str_c(e->name);
	bool is_info = str_ends(name, S(".dist-info")) || str_ends(name, S(".egg-info"));
	errint rc = 0;

	if (is_info && !info_is_linked(l, path, e->type))
		rc = see_info(l, str_c(path), err);
	if (rc)
		return rc;
	if (e->type == DT_DIR)
		return walk(l, str_c(path), depth + 1, err);
	if (e->type == DT_LNK)
		return see_link(l, str_c(path), err);
	return e->type == DT_REG ? see_file(l, str_c(path), err) : 0;
}

static errint walk(struct path_look *l, struct str folder, unsigned depth, struct err *err)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	struct stat st;
	errint rc = interrupt_check(err);

	if (rc || depth > MAX_DEPTH)
		return rc;
	if (fstatat(l->fd, folder.n ? folder.p : ".", &st, AT_SYMLINK_NOFOLLOW) == 0)
		see_mode(l, folder, &st);
	rc = dir_list(l->fd, folder.n ? folder.p : ".", &list, err);
	for (size_t i = 0; !rc && i < list.n; i++) {
		const char *path = folder.n ? arena_printf(l->scratch, "%.*s/%s", STR_ARG(folder),
							   list.v[i].name)
					    : list.v[i].name;

		if (!str_eqz(str_c(list.v[i].name), "__pycache__"))
			rc = see_entry(l, &list.v[i], path, depth, err);
	}
	return rc;
}

/* What made it. Debian's packages and wheels come with what their makers' builds left in them: that
 * is theirs. */
static void see_deriver(struct path_look *l)
{
	struct drv d;
	bool valid = false;
	ERR(ignored);

	if (!l->info->deriver.n || store_is_valid(l->s, l->info->deriver, &valid, &ignored) ||
	    !valid || store_read_drv(l->s, l->scratch, l->info->deriver, &d, &ignored))
		return;
	l->program = !str_starts(d.builder, S("builtin:"));
	l->unpacked = !l->program;
	look_at_inputs(l, &d);
	if (str_starts(d.platform, S("aarch64-")))
		l->machine = EM_AARCH64;
	else if (str_starts(d.platform, S("x86_64-")))
		l->machine = EM_X86_64;
}

static errint look_at_path(struct path_look *l, struct err *err)
{
	const char *real = site_real(l->s, l->scratch, l->info->path);
	struct stat st;

	if (lstat(real, &st) && errno == ENOENT) {
		err_set(err, ERR_NOT_FOUND, "it is registered, and not there");
		return err_hint(err, "kiln store repair %.*s", STR_ARG(l->info->path));
	}
	if (lstat(real, &st))
		return err_sys(err, "reading '%s'", real);
	/* A file alone is a source or a script; a link is nothing by itself. */
	if (S_ISLNK(st.st_mode))
		return 0;
	if (!S_ISDIR(st.st_mode)) {
		struct str parent = path_dir(str_c(real));
		errint rc = open_dir(AT_FDCWD, arena_strz(l->scratch, parent), &l->fd, err);

		return rc ? rc : see_file(l, path_base(str_c(real)), err);
	}
	errint rc = open_dir(AT_FDCWD, real, &l->fd, err);
	if (!rc)
		rc = walk(l, S(""), 0, err);
	if (!rc)
		look_for_needed(l);
	return rc;
}

errint facts_look(struct store *s, struct arena *a, const struct path_info *info,
		  struct path_facts *out, struct err *err)
{
	ARENA(scratch);
	struct path_look l = {
		.s = s, .a = a, .scratch = &scratch, .info = info, .f = out, .fd = -1};

	*out = (struct path_facts){.path = arena_str(a, info->path), .python = S("")};
	see_deriver(&l);
	errint rc = look_at_path(&l, err);
	cleanup_fd_(&l.fd);
	free(l.objects);
	return rc ? err_wrap(err, "looking through '%.*s'", STR_ARG(info->path)) : 0;
}
