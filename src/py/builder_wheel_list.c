/* SPDX-License-Identifier: MIT
 *
 * The files of an output that a recipe's own phases made or changed, as if they had been unpacked:
 * without symlinks, nix-support and bytecode that somebody else compiled. */
#include <dirent.h>
#include <unistd.h>

#include "base/file.h"
#include "py/builder_wheel_int.h"

static errint list_folder(struct wheel_install *w, struct str folder, unsigned depth,
			  struct err *err);

static errint list_file(struct wheel_install *w, struct str path, struct err *err)
{
	char head[4];
	int fd CLEANUP_FD = -1;
	struct wheel_file *f = wheel_file_add(w, path);
	errint rc = open_file(w->out_fd, f->path.p, &fd, err);

	if (rc)
		return rc;
	f->stale = true;
	f->elf = pread(fd, head, sizeof(head), 0) == sizeof(head) &&
		 memcmp(head, "\177ELF", sizeof(head)) == 0;
	return 0;
}

static bool is_own_bytecode(const struct wheel_install *w, struct str path)
{
	return w->compile && str_starts(path, w->site) && str_eqz(path_base(path), "__pycache__");
}

static errint list_entry(struct wheel_install *w, struct str path, unsigned char type,
			 unsigned depth, struct err *err)
{
	if (type == DT_DIR && is_own_bytecode(w, path))
		return remove_tree(w->out_fd, path.p, err);
	if (type == DT_DIR)
		return str_eqz(path, "nix-support") ? 0 : list_folder(w, path, depth + 1, err);
	return type == DT_REG ? list_file(w, path, err) : 0;
}

static errint list_folder(struct wheel_install *w, struct str folder, unsigned depth,
			  struct err *err)
{
	struct dir_list l CLEANUP(dir_list_release) = {0};
	errint rc = dir_list(w->out_fd, folder.n ? folder.p : ".", &l, err);

	if (!rc && depth > LIMIT_NAR_DEPTH)
		rc = err_set(err, ERR_TOO_BIG, "'%s': folders are nested too deeply", folder.p);
	for (size_t i = 0; !rc && i < l.n; i++) {
		const char *path = arena_printf(&w->arena, "%.*s%s%s", STR_ARG(folder),
						folder.n ? "/" : "", l.v[i].name);

		rc = list_entry(w, str_c(path), l.v[i].type, depth, err);
	}
	return rc;
}

/* RECORD is written where there is one project to write it for. */
static void find_info(struct wheel_install *w)
{
	const char *prefix = arena_printf(&w->arena, "%.*s/", STR_ARG(w->site));
	struct str found = S("");

	for (size_t i = 0; i < w->n_files; i++) {
		struct str path = w->files[i].path, rest = str_drop_prefix(path, str_c(prefix)),
			   top;

		if (rest.n == path.n || !str_cut(rest, '/', &top, &rest) ||
		    !str_ends(top, S(".dist-info")) || str_eq(top, found))
			continue;
		if (found.n)
			return;
		found = top;
	}
	w->info = found;
}

errint wheel_step_list(struct wheel_install *w, struct err *err)
{
	errint rc = list_folder(w, S(""), 0, err);

	if (!rc)
		find_info(w);
	return rc;
}
