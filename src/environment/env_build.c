/* SPDX-License-Identifier: MIT
 *
 * From packages to a profile: what is not there is built, or its derivation found again by
 * evaluation, which must give what the lock says; then the profile is made of it. */
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "base/toml.h"
#include "environment/locked.h"
#include "profile/profile.h"
#include "project/project.h"
#include "store/derivation.h"
#include "store/store.h"

struct env_making {
	struct session *s;
	const struct environment *env;
	struct arena *a;
	struct profile_package *v; /* paths of all */
	size_t n;
	struct build_wanted *wanted;
	size_t n_wanted;
};

/* ---- having them ---- */

static errint store_path_gone(const struct env_package *p, struct str path, struct err *err)
{
	const struct toml *at = p->wanted->what.at;

	err_set(err, ERR_NOT_FOUND, "'%.*s' of '%.*s' is not in the store", STR_ARG(path),
		STR_ARG(p->locked.install_id));
	err_hint(err, "build what it comes from (kiln build), or bring it (kiln store import)");
	return at ? err_wrap(err, "%s:%u:%u", at->file, at->line, at->column) : err->code;
}

/* A lock of another machine names derivations that are not here yet. */
static errint find_again(struct env_making *m, const struct env_package *p, struct err *err)
{
	struct manifest_package locked = *p->wanted;
	const struct manifest_package *wanted = &locked;
	struct str ref, name = S("");
	struct env_package found;

	/* A flake's commit, not what its reference means today. */
	if (locked.kind == MANIFEST_FLAKE && p->locked.locked_url.n) {
		(void)str_cut(locked.what.text, '#', &ref, &name);
		locked.what.text = str_c(arena_printf(
			m->a, "%.*s#%.*s", STR_ARG(p->locked.locked_url), STR_ARG(name)));
	}
	errint rc = env_resolve(m->s, m->env, NULL, &wanted, 1, m->a, &found, err);

	for (size_t i = 0; !rc && i < p->n_paths; i++) {
		struct str locked = p->paths[i], now = i < found.n_paths ? found.paths[i] : S("-");

		if (str_eq(locked, now))
			continue;
		err_set(err, ERR_MISMATCH, "'%.*s' is not what the lock says",
			STR_ARG(p->locked.install_id));
		err_detail(err, "   locked: %.*s", STR_ARG(locked));
		err_detail(err, "    found: %.*s", STR_ARG(now));
		rc = err_hint(err, "kiln upgrade %.*s locks what is found now",
			      STR_ARG(p->locked.install_id));
	}
	if (rc)
		return rc;
	m->wanted[m->n_wanted - 1].path = found.locked.derivation;
	return 0;
}

static errint want(struct env_making *m, const struct env_package *p, struct err *err)
{
	bool all = true, there, known = false;
	errint rc = 0;

	for (size_t i = 0; !rc && i < p->n_paths; i++) {
		struct str path = p->paths[i];

		rc = store_is_present(m->s->store, path, &there, err);
		if (!rc && !there && p->locked.kind == MANIFEST_STORE_PATH)
			return store_path_gone(p, path, err);
		all = all && !rc && there;
		m->v[m->n++] = (struct profile_package){path, p->locked.install_id,
							(unsigned)p->wanted->priority.value};
	}
	if (rc || all)
		return rc;
	rc = store_is_valid(m->s->store, p->locked.derivation, &known, err);
	m->wanted[m->n_wanted++] =
		(struct build_wanted){p->locked.derivation, p->names, p->n_paths};
	return rc || known ? rc : find_again(m, p, err);
}

/* ---- Python ---- */

/* The place on this machine of what is below a store path, its links followed as a program would
 * that sees the store at its place. malloc'd; what is not there stays a name. */
static char *below(struct env_making *m, struct str path, const char *rel)
{
	char *at = store_real_path(m->s->store, path);
	struct str rest = str_c(rel), part;
	unsigned links = 0;

	while (str_split(&rest, '/', &part)) {
		char *next = path_join(str_c(at), part), *target;
		ERR(none);

		free(at);
		at = next;
		while (links++ < 40 && !read_link(AT_FDCWD, at, &target, &none)) {
			char *whole CLEANUP_FREE =
				*target == '/' ? store_real_path(m->s->store, str_c(target))
					       : path_join(path_dir(str_c(at)), str_c(target));
			free(target);
			free(at);
			at = path_clean(str_c(whole));
		}
	}
	return at;
}

/* Has a package modules for that Python ("python3.13"), or is it its interpreter? */
static bool has_python(struct env_making *m, struct str path, struct str name, bool modules)
{
	char *rel CLEANUP_FREE =
		xasprintf("lib/%.*s/%s", STR_ARG(name), modules ? "site-packages" : "os.py");
	char *file CLEANUP_FREE = below(m, path, rel);

	return access(file, F_OK) == 0;
}

static bool has_interpreter(struct env_making *m, struct str name)
{
	for (size_t i = 0; i < m->n; i++)
		if (has_python(m, m->v[i].path, name, false))
			return true;
	return false;
}

/* The first Python that a package has modules for and none among them is; "" for none. */
static struct str module_python(struct env_making *m)
{
	for (size_t i = 0; i < m->n; i++) {
		char *lib CLEANUP_FREE = below(m, m->v[i].path, "lib");
		struct dir_list list CLEANUP(dir_list_release) = {0};
		ERR(none);

		if (dir_list(AT_FDCWD, lib, &list, &none))
			continue;
		for (size_t k = 0; k < list.n; k++) {
			struct str name = str_c(list.v[k].name);

			if (str_starts(name, S("python")) &&
			    has_python(m, m->v[i].path, name, true) && !has_interpreter(m, name))
				return arena_str(m->a, name);
		}
	}
	return S("");
}

/* The one that the packages were made with, where one of them refers to it. */
static errint python_of_closure(struct env_making *m, struct str name, struct str *out,
				struct err *err)
{
	struct str *paths = ARENA_ARRAY(m->a, struct str, m->n);
	struct str_set closure;

	for (size_t i = 0; i < m->n; i++)
		paths[i] = m->v[i].path;
	errint rc = store_closure(m->s->store, m->a, paths, m->n, 0, &closure, err);
	for (size_t i = 0; !rc && !out->n && i < closure.n; i++) {
		struct str base = store_path_name(closure.v[i]);

		if (str_starts(base, S("python")) && has_python(m, closure.v[i], name, false) &&
		    !str_ends(base, S("-env")))
			*out = closure.v[i];
	}
	return rc;
}

/* Else that of the set, when it is one of that name. */
static errint python_of_set(struct env_making *m, struct str name, struct str *out, struct err *err)
{
	const struct eval_request eval = {0};
	const struct project_request r = {.session = m->s, .eval = &eval};
	const struct asked asked = {.kind = ASKED_SET, .text = "python3"};
	struct resolved_list found CLEANUP(resolved_list_release) = {0};
	const struct build_options o = {0};
	errint rc = project_resolve(&r, &asked, 1, m->a, &found, err);

	if (rc || found.n != 1 || found.v[0].n != 1)
		return rc;
	const struct drv_ref *d = &found.v[0].drvs[0];
	const struct build_wanted w = {d->drv_path, d->outputs, d->n_outputs};
	rc = project_realise_here(m->s, &w, 1, &o, err);
	if (!rc && has_python(m, d->out_path, name, false))
		*out = arena_str(m->a, d->out_path);
	return rc;
}

static errint find_python(struct env_making *m, struct str *out, struct err *err)
{
	struct str name = module_python(m);
	errint rc = 0;

	*out = S("");
	if (name.n)
		rc = python_of_closure(m, name, out, err);
	if (!rc && name.n && !out->n)
		rc = python_of_set(m, name, out, err);
	return rc ? err_wrap(err, "finding the interpreter of the environment's modules") : 0;
}

/* ---- the profile ---- */

/* What the built-in says, it says as an error is printed: with what failed first. */
static void take_words(struct env_making *m, struct str drv, struct err *err)
{
	BUF(text, LIMIT_TOOL_OUTPUT);
	struct str rest, line;
	ERR(none);

	if (err->code != ERR_BUILD || build_log_read(m->s->store, drv, &text, &none))
		return;
	rest = buf_str(&text);
	ptrdiff_t at = str_find(rest, S("error: "));
	if (at < 0)
		return;
	rest = str_skip(rest, (size_t)at + 7);
	(void)str_split(&rest, '\n', &line);
	err_set(err, ERR_BUILD, "%.*s", STR_ARG(line));
	while (str_split(&rest, '\n', &line)) {
		if (str_starts(line, S("hint: ")))
			err_hint(err, "%.*s", STR_ARG(str_skip(line, 6)));
		else if (line.n)
			err_detail(err, "%.*s", STR_ARG(line));
	}
}

static errint make_profile(struct env_making *m, struct str slots, struct str *out, struct err *err)
{
	const struct build_options o = {0};
	struct str python, drv;
	errint rc = find_python(m, &python, err);

	if (!rc)
		rc = profile_derivation(m->s->store, m->a, S("environment"), m->v, m->n, python,
					slots, &drv, out, err);
	if (!rc)
		rc = store_flush(m->s->store, err);
	if (rc)
		return rc;
	const struct build_wanted w = {.path = drv};
	rc = project_realise_here(m->s, &w, 1, &o, err);
	if (rc)
		take_words(m, drv, err);
	return rc;
}

errint env_profile(struct session *s, const struct environment *env, struct profile_package *v,
		   size_t n, struct str slots, struct arena *a, struct str *out, struct err *err)
{
	struct env_making m = {.s = s, .env = env, .a = a, .v = v, .n = n};

	return make_profile(&m, slots, out, err);
}

errint env_build(struct session *s, const struct environment *env,
		 const struct env_packages *packages, struct arena *a, struct str *profile,
		 struct err *err)
{
	const struct build_options o = {0};
	struct env_making m = {.s = s, .env = env, .a = a};
	BUF(slots, LIMIT_SMALL_FILE);
	size_t n = 0;
	errint rc = 0;

	for (size_t i = 0; i < packages->n; i++)
		n += packages->v[i].n_paths;
	m.v = ARENA_ARRAY(a, struct profile_package, n);
	m.wanted = ARENA_ARRAY(a, struct build_wanted, packages->n);
	for (size_t i = 0; !rc && i < packages->n; i++) {
		if (packages->v[i].locked.n_outputs)
			rc = want(&m, &packages->v[i], err);
		else
			buf_printf(&slots, "%s%.*s", slots.n ? " " : "",
				   STR_ARG(packages->v[i].locked.pname));
	}
	if (!rc)
		rc = buf_check(&slots, "list of slots", err);
	if (!rc && m.n_wanted)
		rc = project_realise_here(s, m.wanted, m.n_wanted, &o, err);
	return rc ? rc : make_profile(&m, buf_str(&slots), profile, err);
}
