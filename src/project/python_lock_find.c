/* SPDX-License-Identifier: MIT
 *
 * What a lock is made of: the set's lock and words, the locks over it, and the project's wants. */
#include "project/python_lock_int.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/report.h"
#include "project/project_set.h"
#include "py/resolved.h"
#include "py/slot.h"
#include "store/store.h"

enum { PYTHON_MINOR = 13 };

/* ---- the set ---- */

errint python_read_lock(struct python_work *w, const char *path, const char *shown, bool *there,
			struct py_lock *out, struct err *err)
{
	BUF(text, LIMIT_LOCK_FILE);

	*out = (struct py_lock){.a = w->a, .file = shown};
	*there = access(path, F_OK) == 0;
	errint rc = *there ? file_read(AT_FDCWD, path, &text, err) : 0;
	if (rc || !*there)
		return rc;
	rc = py_lock_parse(out, buf_str(&text), err);
	return rc;
}

errint python_read_about(struct python_work *w, const char *folder, const char *name,
			 struct py_lock *to, struct err *err)
{
	BUF(text, LIMIT_LOCK_FILE);
	char *path = arena_printf(w->a, "%s/%s", folder, name);

	/* Sets of before it was there have none. */
	if (access(path, F_OK))
		return 0;
	errint rc = file_read(AT_FDCWD, path, &text, err);
	return rc ? rc : py_about_parse(to, buf_str(&text), path, err);
}

/* Its folder as this process sees it. */
static errint set_folder(struct python_work *w, const char **out, struct err *err)
{
	struct set_pin pin;
	const char *data, *pinned = NULL;
	errint rc = session_data_dir(w->s, &data, err);

	if (!rc)
		rc = project_pin_read(w->s, w->r->dir, w->a, &pin, err);
	if (!rc && pin.there)
		rc = project_set_find(w->s, w->r->dir, &pin, w->a, &pinned, err);
	if (rc)
		return rc;
	*out = pinned ? arena_printf(w->a, "%s%s", store_config(w->s->store)->root, pinned)
		      : arena_printf(w->a, "%s/pkgs", data);
	return 0;
}

errint python_read_tool(struct python_work *w, struct err *err)
{
	const char *data;
	bool there;
	errint rc = session_data_dir(w->s, &data, err);

	if (rc)
		return rc;
	char *own = arena_printf(w->a, "%s/pkgs/python/lock.json", data);
	return python_read_lock(w, own, own, &there, &w->tool, err);
}

static errint read_set(struct python_work *w, const char **folder, struct err *err)
{
	bool there;
	errint rc = set_folder(w, folder, err);

	if (rc)
		return rc;
	*folder = arena_printf(w->a, "%s/python", *folder);
	char *lock = arena_printf(w->a, "%s/lock.json", *folder);
	rc = python_read_lock(w, lock, lock, &there, &w->set, err);
	if (!rc)
		rc = python_read_about(w, *folder, "about.json", &w->set, err);
	if (!rc)
		rc = python_read_about(w, *folder, "metadata.json", &w->set, err);
	if (!rc)
		rc = python_read_tool(w, err);
	return rc ? err_wrap(err, "reading the package set's Python lock") : 0;
}

/* ---- what is wanted ---- */

/* A file outside of the project is named anew each time: a lock goes to other machines. */
static errint keep_name(struct python_work *w, const char *file, struct err *err)
{
	char *full CLEANUP_FREE = NULL, *dir CLEANUP_FREE = NULL;
	errint rc = path_absolute(str_c(file), &full, err);

	if (!rc)
		rc = path_absolute(str_c(w->r->dir), &dir, err);
	if (rc)
		return rc;
	struct str rest = str_drop_prefix(str_c(full), str_c(dir));
	if (rest.n < strlen(full) && str_starts(rest, S("/")))
		py_names_add(w->a, &w->own.from, arena_str(w->a, str_skip(rest, 1)));
	return 0;
}

static errint add_file(struct python_work *w, const char *file, bool pyproject, struct err *err)
{
	errint rc = keep_name(w, file, err);

	w->what = w->what ? arena_printf(w->a, "%s and %s", w->what, file) : file;
	if (rc)
		return rc;
	if (pyproject)
		return py_wants_pyproject(&w->wants, file, PYTHON_MINOR, err);
	return py_wants_read(&w->wants, file, err);
}

/* A name of the project as people write it: the working folder is mostly the project's. */
static char *shown(struct python_work *w, const char *name)
{
	char *here CLEANUP_FREE = getcwd(NULL, 0);
	char *dir CLEANUP_FREE = realpath(w->r->dir, NULL);

	if (here && dir && strcmp(here, dir) == 0)
		return arena_strz(w->a, str_c(name));
	return arena_printf(w->a, "%s/%s", w->r->dir, name);
}

static bool is_there(struct python_work *w, const char *name)
{
	char *path CLEANUP_FREE = path_join(str_c(w->r->dir), str_c(name));

	return access(path, F_OK) == 0;
}

/* Those that the lock was made from, the last time. */
static errint add_kept(struct python_work *w, struct err *err)
{
	errint rc = 0;

	for (size_t i = 0; !rc && i < w->old.from.n; i++) {
		const char *name = arena_strz(w->a, w->old.from.v[i]);

		rc = add_file(w, *name == '/' ? name : shown(w, name),
			      str_ends(w->old.from.v[i], S(".toml")), err);
		if (rc == ERR_NOT_FOUND)
			err_hint(err,
				 "'%s' was made from it; name what it is made from now: kiln "
				 "lock python --requirements FILE",
				 w->file);
	}
	return rc;
}

static errint add_found(struct python_work *w, struct err *err)
{
	const char *requirements =
		w->r->release ? arena_printf(w->a, "requirements-%s.txt", w->r->release)
			      : "requirements.txt";
	bool has_requirements = is_there(w, requirements);
	bool has_pyproject = !w->r->release && is_there(w, "pyproject.toml");

	if (has_requirements && has_pyproject) {
		err_set(err, ERR_USAGE,
			"'%s' has both requirements.txt and pyproject.toml: which one says what "
			"is wanted?",
			w->r->dir);
		return err_hint(err, "kiln lock python --requirements requirements.txt, or "
				     "--pyproject pyproject.toml; the lock keeps the choice");
	}
	if (has_requirements)
		return add_file(w, shown(w, requirements), false, err);
	if (has_pyproject)
		return add_file(w, shown(w, "pyproject.toml"), true, err);
	err_set(err, ERR_NOT_FOUND, "'%s' has no %s%s", w->r->dir, requirements,
		w->r->release ? "" : " and no pyproject.toml");
	return err_hint(err,
			"write what is wanted into it, a project a line, or name a file: kiln "
			"lock python %s%s%s--requirements FILE",
			w->r->release ? "--release " : "", w->r->release ? w->r->release : "",
			w->r->release ? " " : "");
}

static errint read_wants(struct python_work *w, struct err *err)
{
	errint rc = 0;

	w->wants = (struct py_wants){.a = w->a, .report = w->s->report};
	for (size_t i = 0; !rc && i < w->r->n_requirements; i++)
		rc = add_file(w, w->r->requirements[i], false, err);
	if (!rc && w->r->pyproject)
		rc = add_file(w, w->r->pyproject, true, err);
	if (rc || w->what)
		return rc;
	return w->old.from.n ? add_kept(w, err) : add_found(w, err);
}

/* ---- the set's words ---- */

static bool is_named(const struct python_work *w, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (w->wants.v[i].word <= PY_SLOT && str_eq(w->wants.v[i].name, name))
			return true;
	return false;
}

/* The slots are filled as one: whoever wants another version of one has another filling. */
static bool wants_other_slots(const struct python_work *w, size_t n, const struct py_wants *set)
{
	for (size_t i = 0; i < n; i++) {
		const struct py_want *want = &w->wants.v[i];
		const struct py_want *slot = py_wants_find(set, PY_SLOT, want->name);
		struct pep440 version;
		ERR(ignored);

		if (!slot || want->word > PY_SLOT || !slot->r.versions.n)
			continue;
		if (want->word == PY_SLOT ||
		    pep440_parse(w->a, slot->r.versions.v[0].text, &version, &ignored) ||
		    !specifier_set_contains(&want->r.versions, &version))
			return true;
	}
	return false;
}

/* What the set says holds for whatever the project does not speak of. */
static errint add_words(struct python_work *w, const char *folder, struct err *err)
{
	struct py_wants set = {.a = w->a};
	size_t n = w->wants.n;
	char *file = arena_printf(w->a, "%s/requirements.txt", folder);
	errint rc = access(file, F_OK) ? 0 : py_wants_read(&set, file, err);
	bool other_slots = !rc && wants_other_slots(w, n, &set);

	for (size_t i = 0; !rc && i < set.n; i++) {
		const struct py_want *v = &set.v[i];

		if (v->word == PY_WANT || (v->word == PY_SLOT && other_slots))
			continue;
		if ((v->word == PY_CONSTRAINT || v->word == PY_OVERRIDE) && is_named(w, n, v->name))
			continue;
		w->wants.v =
			py_grow(w->a, w->wants.v, w->wants.n, &w->wants.cap, sizeof(*w->wants.v));
		w->wants.v[w->wants.n] = *v;
		w->wants.v[w->wants.n++].file = NULL;
	}
	return rc;
}

/* ---- all ---- */

static errint check_release(const char *name, struct err *err)
{
	struct str s = str_c(name);

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') &&
		    (!i || str_chr(S("._+-"), c) < 0))
			return err_set(err, ERR_USAGE,
				       "'%s' is no name of a release: letters, digits, and inside "
				       "also . _ + -",
				       name);
	}
	return s.n ? 0 : err_set(err, ERR_USAGE, "the release has no name");
}

static errint read_own(struct python_work *w, struct err *err)
{
	const char *release = w->r->release;
	bool base = false;
	char *name =
		release ? arena_printf(w->a, ".flox/python-%s.lock", release) : ".flox/python.lock";
	char *project = arena_printf(w->a, "%s/.flox/python.lock", w->r->dir);

	w->file = shown(w, name);
	w->path = arena_printf(w->a, "%s/%s", w->r->dir, name);
	errint rc = python_read_lock(w, w->path, w->file, &w->there, &w->old, err);
	if (rc == ERR_CORRUPT && w->mends) {
		report_msg(w->s->report, REPORT_WARN, "%s; it is made anew", err->msg);
		err_clear(err);
		w->old = (struct py_lock){.a = w->a, .file = w->file};
		rc = 0;
	}
	if (!rc && release)
		rc = python_read_lock(w, project, shown(w, ".flox/python.lock"), &base, &w->base,
				      err);
	if (base)
		w->below.v[w->below.n++] = &w->base;
	w->below.v[w->below.n++] = &w->set;
	if (!rc)
		return 0;
	return err->hint ? rc
			 : err_hint(err, "take it back from version control, or 'kiln lock python' "
					 "makes it anew");
}

errint python_work_open(struct python_work *w, struct err *err)
{
	const char *folder;
	errint rc = w->r->release ? check_release(w->r->release, err) : 0;

	if (!rc)
		rc = read_set(w, &folder, err);
	if (!rc)
		rc = read_own(w, err);
	w->own = (struct py_lock){.a = w->a, .file = w->file, .python = w->set.python};
	if (!rc)
		rc = read_wants(w, err);
	if (!rc)
		rc = add_words(w, folder, err);
	if (rc)
		return rc;
	python_set_env(w);
	return 0;
}

void python_set_env(struct python_work *w)
{
	py_environments(w->a, str_c(arena_printf(w->a, "%.*s.5", STR_ARG(w->own.python))), w->env);
	w->below.env = w->env;
	w->below.wants = &w->wants;
}

struct py_stack python_stack(const struct python_work *w, const struct py_lock *top)
{
	struct py_stack s = w->below;

	for (size_t i = s.n; i > 0; i--)
		s.v[i] = s.v[i - 1];
	s.v[0] = top;
	s.n++;
	return s;
}
