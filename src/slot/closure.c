/* SPDX-License-Identifier: MIT
 *
 * Looking through a closure. A store path never changes, so that what is found could be kept; but
 * ComfyUI's takes less than Python's own start. */
#include "slot/closure.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "slot/filling.h"

enum { MAX_DEPTH = 64 };

void slot_closure_release(struct slot_closure *c)
{
	for (size_t i = 0; i < c->n_packages; i++)
		native_objects_release(&c->packages[i].natives);
	free(c->packages);
	free(c->libraries);
	dists_release(&c->dists);
	*c = (struct slot_closure){0};
}

struct package_walk {
	struct store *s;
	struct arena *a;
	struct slot_closure *c;
	struct str path; /* the store path */
	int fd;          /* its folder */
	bool recorded;   /* its natives are known */
	struct native_objects natives;
};

static bool is_object_name(struct str name)
{
	return str_ends(name, S(".so")) || str_find(name, S(".so.")) >= 0;
}

static void add_library(struct package_walk *w, struct str name)
{
	struct slot_closure *c = w->c;
	unsigned major;

	if (!native_is_cuda(name, &major))
		return;
	ARRAY_GROW(c->libraries, c->n_libraries, c->cap_libraries);
	c->libraries[c->n_libraries++] = arena_str(w->a, name);
}

/* `python3.13` beside others in a folder called bin is the interpreter. */
static void see_program(struct package_walk *w, struct str relative, struct str name)
{
	if (!str_eqz(path_dir(relative), "bin") || !str_starts(name, S("python3.")) ||
	    str_find(name, S("-")) >= 0)
		return;
	if (w->c->interpreter.n && faccessat(w->fd, "nix-support/kiln-slots", F_OK, 0))
		return;
	w->c->python = arena_str(w->a, str_skip(name, 6));
	w->c->interpreter = w->path;
}

static errint see_file(struct package_walk *w, struct str relative, struct err *err)
{
	struct str name = path_base(relative);

	if (!is_object_name(name)) {
		see_program(w, relative, name);
		return 0;
	}
	add_library(w, name);
	if (w->recorded)
		return 0;
	return native_add(w->fd, relative.p, relative, w->a, &w->natives, err);
}

/* Vendored copies are the business of whoever vendors them. */
static errint see_info(struct package_walk *w, struct str relative, struct err *err)
{
	struct str dir = path_dir(relative), folder = w->path;

	if (str_find(relative, S("_vendor/")) >= 0)
		return 0;
	if (!str_eqz(dir, "."))
		folder = str_c(arena_printf(w->a, "%.*s/%.*s", STR_ARG(w->path), STR_ARG(dir)));
	return site_add(w->s, w->a, folder, path_base(relative), &w->c->dists, err);
}

/* An environment links what its packages say of themselves, whole or file by file. */
static bool info_is_linked(const struct package_walk *w, const char *path, int type)
{
	const char *file = arena_printf(w->a, "%s/METADATA", path);
	struct stat st;

	return type == DT_LNK ||
	       (fstatat(w->fd, file, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode));
}

static errint walk_folder(struct package_walk *w, struct str relative, unsigned depth,
			  struct err *err)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	errint rc = dir_list(w->fd, relative.n ? relative.p : ".", &list, err);

	if (rc || depth > MAX_DEPTH)
		return rc;
	for (size_t i = 0; !rc && i < list.n; i++) {
		struct str name = str_c(list.v[i].name);
		const char *path =
			relative.n ? arena_printf(w->a, "%.*s/%s", STR_ARG(relative), name.p)
				   : name.p;

		if (str_ends(name, S(".dist-info")) || str_ends(name, S(".egg-info")))
			rc = info_is_linked(w, path, list.v[i].type)
				     ? 0
				     : see_info(w, str_c(path), err);
		else if (list.v[i].type == DT_DIR && !str_eqz(name, "__pycache__"))
			rc = walk_folder(w, str_c(path), depth + 1, err);
		else if (list.v[i].type == DT_REG)
			rc = see_file(w, str_c(path), err);
	}
	return rc;
}

static errint read_record(struct package_walk *w, struct err *err)
{
	BUF(text, LIMIT_JSON_TEXT);
	ERR(absent);

	if (file_read(w->fd, "nix-support/slots.json", &text, &absent))
		return absent.code == ERR_NOT_FOUND ? 0 : err_move(err, &absent);
	w->recorded = true;
	return native_parse(w->a, arena_str(w->a, buf_str(&text)), &w->natives, err);
}

static errint walk_package(struct package_walk *w, struct err *err)
{
	struct slot_closure *c = w->c;
	errint rc = read_record(w, err);

	if (!rc)
		rc = walk_folder(w, S(""), 0, err);
	if (!rc && !w->recorded)
		rc = native_settle(w->fd, w->a, &w->natives, err);
	if (rc || !w->natives.n)
		return rc;
	ARRAY_GROW(c->packages, c->n_packages, c->cap_packages);
	c->packages[c->n_packages++] = (struct slot_package){w->path, w->natives};
	w->natives = (struct native_objects){0};
	return 0;
}

static errint read_package(struct store *s, struct arena *a, struct slot_closure *c,
			   struct str path, struct err *err)
{
	struct package_walk w = {.s = s, .a = a, .c = c, .path = path};
	int fd CLEANUP_FD = -1;
	ERR(no_folder);

	/* A file, or a link: nothing of it is on Python's path. */
	if (open_dir(AT_FDCWD, site_real(s, a, path), &fd, &no_folder))
		return 0;
	w.fd = fd;
	errint rc = walk_package(&w, err);
	native_objects_release(&w.natives);
	return rc ? err_wrap(err, "looking through '%.*s'", STR_ARG(path)) : 0;
}

/* ---- which slots are asked for ---- */

static bool among(const struct str *v, size_t n, struct str s)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i], s))
			return true;
	return false;
}

static void add_asked(struct store *s, struct arena *a, struct slot_closure *c, struct str path,
		      size_t *cap)
{
	BUF(text, LIMIT_SMALL_FILE);
	const char *file = arena_printf(a, "%s/nix-support/kiln-slots", site_real(s, a, path));
	struct str rest, name;
	ERR(absent);

	if (file_read(AT_FDCWD, file, &text, &absent))
		return;
	rest = buf_str(&text);
	while (str_split(&rest, '\n', &name)) {
		if (!name.n || among(c->asked, c->n_asked, name))
			continue;
		if (c->n_asked == *cap) {
			struct str *bigger = ARENA_ARRAY(a, struct str, *cap * 2 + 8);

			if (c->n_asked)
				memcpy(bigger, c->asked, c->n_asked * sizeof(*bigger));
			c->asked = bigger;
			*cap = *cap * 2 + 8;
		}
		c->asked[c->n_asked++] = arena_str(a, name);
	}
}

/* Fillings of the closure, and their members. */
static errint add_fillings(struct store *s, struct arena *a, struct slot_closure *c,
			   struct err *err)
{
	c->fillings = ARENA_ARRAY(a, struct str, c->paths.n);
	c->members = ARENA_ARRAY(a, struct str, c->paths.n);
	for (size_t i = 0; i < c->paths.n; i++) {
		struct str *v = NULL;
		size_t n = 0;

		if (!filling_is_declared(s, c->paths.v[i]))
			continue;
		errint rc = filling_members(s, a, c->paths.v[i], &v, &n, err);
		if (rc)
			return rc;
		c->fillings[c->n_fillings++] = c->paths.v[i];
		for (size_t k = 0; k < n && c->n_members < c->paths.n; k++)
			if (!among(c->members, c->n_members, v[k]))
				c->members[c->n_members++] = v[k];
	}
	return 0;
}

errint slot_closure_asked(struct store *s, struct arena *a, struct str result,
			  struct slot_closure *out, struct err *err)
{
	size_t cap = 0;

	*out = (struct slot_closure){.result = result, .python = S(""), .interpreter = S("")};
	errint rc = store_closure(s, a, &result, 1, 0, &out->paths, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < out->paths.n; i++)
		add_asked(s, a, out, out->paths.v[i], &cap);
	return add_fillings(s, a, out, err);
}

/* Whoever ships the module cv2 stands for every project that does. */
static bool stands_for(struct str have, struct str want)
{
	return str_eq(have, want) ||
	       (str_starts(have, S("opencv-")) && str_starts(want, S("opencv-")));
}

const struct dist *slot_closure_find(const struct slot_closure *c, struct str project)
{
	for (size_t i = 0; i < c->dists.n; i++)
		if (stands_for(c->dists.v[i].project, project))
			return &c->dists.v[i];
	return NULL;
}

bool slot_has_modules(const struct store *s, struct arena *a, const struct slot_kind *k,
		      const struct dist *d)
{
	const char *folder = site_real(s, a, d->folder);
	char *name = arena_strz(a, d->project);
	size_t n = 0;
	const struct str *modules = slot_kind_modules(k, d->project, &n);

	for (size_t i = 0; name[i]; i++)
		name[i] = name[i] == '-' ? '_' : name[i];
	for (size_t i = 0; i < n; i++)
		if (!access(arena_printf(a, "%s/%.*s", folder, STR_ARG(modules[i])), F_OK))
			return true;
	/* "nvidia-cublas-cu12" lays everything below nvidia/. */
	return !access(arena_printf(a, "%s/%s", folder, name), F_OK) ||
	       !access(arena_printf(a, "%s/%s.py", folder, name), F_OK) ||
	       (str_starts(d->project, S("nvidia-")) &&
		!access(arena_printf(a, "%s/nvidia", folder), F_OK));
}

bool slot_closure_wants(const struct slot_closure *c, struct str path)
{
	return among(c->fillings, c->n_fillings, path) || among(c->members, c->n_members, path);
}

errint slot_closure_read(struct store *s, struct arena *a, struct str result,
			 struct slot_closure *out, struct err *err)
{
	errint rc = slot_closure_asked(s, a, result, out, err);

	for (size_t i = 0; !rc && i < out->paths.n; i++)
		rc = read_package(s, a, out, out->paths.v[i], err);
	return rc;
}
