/* SPDX-License-Identifier: MIT
 *
 * Reading a filling. Nothing of it is run: what torch was built for stands in torch/version.py, and
 * for which Python in the names of its native modules. */
#include "slot/filling.h"

#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "base/json.h"
#include "store/store.h"

#define DECLARATION "nix-support/slot-filling.json"

void filling_release(struct filling *f)
{
	dists_release(&f->dists);
	dists_release(&f->others);
}

static bool there(const char *path)
{
	return access(path, F_OK) == 0;
}

bool filling_is_declared(const struct store *s, struct str path)
{
	char *real CLEANUP_FREE = store_real_path(s, path);
	char *file CLEANUP_FREE = path_join(str_c(real), S(DECLARATION));

	return there(file);
}

/* ---- a filling that says what it is ---- */

static errint read_declaration(const struct store *s, struct arena *a, struct str path,
			       struct str **members, size_t *n_members, struct str **companions,
			       size_t *n_companions, struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);
	const char *file = arena_printf(a, "%s/" DECLARATION, site_real(s, a, path));
	struct json_member *m;
	size_t n;
	errint rc = file_read(AT_FDCWD, file, &text, err);

	if (!rc)
		rc = json_members(a, arena_str(a, buf_str(&text)), &m, &n, err);
	if (!rc)
		rc = json_strings(a, json_find(m, n, S("members")), members, n_members, err);
	if (!rc)
		rc = json_strings(a, json_find(m, n, S("companions")), companions, n_companions,
				  err);
	return rc ? err_wrap(err, "'%s'", file) : 0;
}

errint filling_members(const struct store *s, struct arena *a, struct str path, struct str **out,
		       size_t *n, struct err *err)
{
	struct str *companions;
	size_t n_companions;

	return read_declaration(s, a, path, out, n, &companions, &n_companions, err);
}

/* ---- folders ---- */

/* <path>/lib/python3.N/site-packages, or the path itself when it is one; "" without one. */
static struct str site_of(const struct store *s, struct arena *a, struct str path)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	const char *lib = arena_printf(a, "%s/lib", site_real(s, a, path));
	ERR(ignored);

	if (str_ends(path, S("site-packages")) || str_ends(path, S("dist-packages")))
		return path;
	/* What cannot be listed has none. */
	if (dir_list(AT_FDCWD, lib, &list, &ignored))
		list.n = 0;
	for (size_t i = 0; i < list.n; i++) {
		const char *name = list.v[i].name;

		if (str_starts(str_c(name), S("python3")) &&
		    there(arena_printf(a, "%s/%s/site-packages", lib, name)))
			return str_c(
				arena_printf(a, "%.*s/lib/%s/site-packages", STR_ARG(path), name));
	}
	return S("");
}

/* A folder made by pip install --target has no name of its own. */
static bool is_target(const struct store *s, struct arena *a, struct str path,
		      const struct slot_list *l, const struct slot_kind *slot)
{
	struct dists d CLEANUP(dists_release) = {0};
	ERR(ignored);

	if (site_list(s, a, path, &d, &ignored))
		return false;
	for (size_t i = 0; i < d.n; i++)
		if (slot_list_owner(l, d.v[i].project) == slot)
			return true;
	return false;
}

static errint folders_of(const struct store *s, struct arena *a, const struct str *v, size_t n,
			 struct str **out, size_t *n_out, struct err *err)
{
	*out = ARENA_ARRAY(a, struct str, n);
	for (size_t i = 0; i < n; i++) {
		struct str site = site_of(s, a, v[i]);

		if (!site.n)
			return err_set(err, ERR_NOT_FOUND,
				       "'%.*s' has no lib/python3.N/site-packages", STR_ARG(v[i]));
		(*out)[(*n_out)++] = site;
	}
	return 0;
}

/* pyvenv.cfg says the whole version: "version = 3.12.3". */
static void read_venv(const struct store *s, struct arena *a, struct str path, struct filling *f)
{
	BUF(text, LIMIT_SMALL_FILE);
	const char *file = arena_printf(a, "%s/pyvenv.cfg", site_real(s, a, path));
	struct str rest, line, key, value;
	ERR(ignored);

	if (file_read(AT_FDCWD, file, &text, &ignored))
		return;
	f->venv = true;
	rest = buf_str(&text);
	while (str_split(&rest, '\n', &line)) {
		if (!str_cut(line, '=', &key, &value))
			continue;
		key = str_trim(key);
		if (str_eqz(key, "version") || str_eqz(key, "version_info")) {
			struct str major, minor, tail;

			value = str_trim(value);
			if (str_cut(value, '.', &major, &tail) && (minor = tail).n)
				(void)str_cut(tail, '.', &minor, &tail);
			else
				continue;
			f->python =
				str_c(arena_printf(a, "%.*s.%.*s", STR_ARG(major), STR_ARG(minor)));
		}
	}
}

/* "…/lib/python3.12/site-packages" */
static struct str python_of_folder(struct str folder)
{
	struct str name = path_base(path_dir(folder));

	return str_starts(name, S("python3.")) ? str_skip(name, 6) : S("");
}

/* ---- what torch tells of itself ---- */

static struct str quoted(struct arena *a, struct str text)
{
	struct str head, tail, value, rest;

	if ((!str_cut(text, '\'', &head, &tail) || !str_cut(tail, '\'', &value, &rest)) &&
	    (!str_cut(text, '"', &head, &tail) || !str_cut(tail, '"', &value, &rest)))
		return S("");
	return arena_str(a, value);
}

/* Lines such as `cuda: Optional[str] = '13.0'`. */
static void read_build(const struct store *s, struct arena *a, struct filling *f)
{
	BUF(text, LIMIT_SMALL_FILE);
	const char *file = arena_printf(a, "%s/version.py", site_real(s, a, f->torch));
	struct str rest, line, name, value;
	ERR(ignored);

	if (file_read(AT_FDCWD, file, &text, &ignored))
		return;
	rest = buf_str(&text);
	while (str_split(&rest, '\n', &line)) {
		if (!str_cut(line, '=', &name, &value))
			continue;
		struct str key = name, hint;
		(void)str_cut(name, ':', &key, &hint);
		key = str_trim(key);
		if (str_eqz(key, "__version__"))
			f->version = quoted(a, value);
		else if (str_eqz(key, "cuda"))
			f->cuda = quoted(a, value);
		else if (str_eqz(key, "hip"))
			f->hip = quoted(a, value);
	}
}

/* Of "_C.cpython-313-x86_64-linux-gnu.so" what stands between the dots. */
static bool read_tag(const struct store *s, struct arena *a, struct str folder, struct filling *f)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	ERR(ignored);

	if (dir_list(AT_FDCWD, site_real(s, a, folder), &list, &ignored))
		return false;
	for (size_t i = 0; i < list.n; i++) {
		struct str name = str_c(list.v[i].name);
		struct str stem = str_drop_suffix(name, S(".so"));
		ptrdiff_t at = str_find(stem, S(".cpython-"));

		if (at < 0 || stem.n == name.n)
			continue;
		f->tag = arena_str(a, str_skip(stem, (size_t)at + 1));
		f->tag_file = str_c(arena_printf(a, "%.*s/%.*s", STR_ARG(folder), STR_ARG(name)));
		return true;
	}
	return false;
}

static void read_modules(const struct store *s, struct arena *a, struct filling *f)
{
	for (size_t i = 0; i < f->n_folders; i++) {
		struct str torch = str_c(arena_printf(a, "%.*s/torch", STR_ARG(f->folders[i])));

		if (!f->torch.n && there(arena_printf(a, "%s/__init__.py", site_real(s, a, torch))))
			f->torch = torch;
		if (!f->python.n)
			f->python = python_of_folder(f->folders[i]);
	}
	if (f->torch.n) {
		read_build(s, a, f);
		read_tag(s, a, f->torch, f);
	}
	for (size_t i = 0; !f->tag.n && i < f->dists.n; i++) {
		struct str name = f->dists.v[i].project;
		struct str module = str_c(
			arena_printf(a, "%.*s/%.*s", STR_ARG(f->dists.v[i].folder), STR_ARG(name)));

		read_tag(s, a, module, f);
	}
}

/* ---- all of it ---- */

static errint sort_dists(const struct store *s, struct arena *a, const struct slot_list *l,
			 struct filling *f, struct err *err)
{
	struct dists all CLEANUP(dists_release) = {0};
	errint rc = 0;

	for (size_t i = 0; !rc && i < f->n_folders; i++)
		rc = site_list(s, a, f->folders[i], &all, err);
	for (size_t i = 0; i < all.n; i++) {
		struct dists *to =
			slot_list_owner(l, all.v[i].project) == f->slot ? &f->dists : &f->others;

		ARRAY_GROW(to->v, to->n, to->cap);
		to->v[to->n++] = all.v[i];
	}
	return rc;
}

static errint find_folders(struct store *s, struct arena *a, const struct slot_list *l,
			   struct str path, struct filling *f, struct err *err)
{
	struct str *members = NULL, *companions = NULL, top;
	size_t n = 0, n_companions = 0;
	errint rc;

	if (store_path_split(store_dir(s), path, &top, NULL) && filling_is_declared(s, top)) {
		rc = read_declaration(s, a, top, &members, &n, &companions, &n_companions, err);
		if (!rc)
			rc = folders_of(s, a, members, n, &f->folders, &f->n_folders, err);
		return rc ? rc
			  : folders_of(s, a, companions, n_companions, &f->companions,
				       &f->n_companions, err);
	}
	read_venv(s, a, path, f);
	struct str site = site_of(s, a, path);
	if (!site.n && is_target(s, a, path, l, f->slot))
		site = path;
	if (!site.n) {
		err_set(err, ERR_NOT_FOUND, "'%.*s' has no lib/python3.N/site-packages",
			STR_ARG(path));
		return err_hint(err, "name a virtual environment, a store path with Python "
				     "packages, or a folder called site-packages");
	}
	f->folders = ARENA_NEW(a, struct str);
	f->folders[f->n_folders++] = arena_str(a, site);
	return 0;
}

errint filling_read(struct store *s, struct arena *a, const struct slot_list *l,
		    const struct slot_kind *slot, struct str path, const char *name,
		    struct filling *out, struct err *err)
{
	struct str none = S("");

	*out = (struct filling){.slot = slot,
				.name = name,
				.python = none,
				.tag = none,
				.tag_file = none,
				.torch = none,
				.version = none,
				.cuda = none,
				.hip = none};
	errint rc = find_folders(s, a, l, path, out, err);
	if (!rc)
		rc = sort_dists(s, a, l, out, err);
	if (rc)
		return rc;
	read_modules(s, a, out);
	if (out->dists.n)
		return 0;
	err_set(err, ERR_NOT_FOUND, "nothing of slot '%.*s' is in '%.*s'", STR_ARG(slot->name),
		STR_ARG(path));
	return err_hint(err, "there, 'pip install %.*s' brings it", STR_ARG(slot->projects[0]));
}

bool filling_is_pure(const struct filling *f)
{
	for (size_t i = 0; i < f->n_folders; i++)
		if (str_chr(f->folders[i], ':') >= 0)
			return false;
	return f->others.n == 0 && !f->venv;
}

const char *filling_text(const struct filling *f, struct arena *a)
{
	const struct dist *d = dists_find(&f->dists, f->slot->projects[0]);

	d = d ? d : &f->dists.v[0];
	return arena_printf(a, "%.*s %.*s", STR_ARG(d->project), STR_ARG(d->version));
}
