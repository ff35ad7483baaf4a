/* SPDX-License-Identifier: MIT
 *
 * METADATA: what the wheel says of itself must fit its name; dependencies are taken out or relaxed
 * as the recipe asks; what is left must be there, in a version that fits. */
#include "base/file.h"
#include "py/builder_wheel_int.h"
#include "py/requirement.h"
#include "py/slot.h"

struct installed {
	struct str name, version; /* name in its PEP 503 form */
};

struct inventory {
	struct installed *v;
	size_t n, cap;
};

/* Whoever ships the module cv2 stands for every project that does. */
static struct str one_name(struct arena *a, struct str name)
{
	struct str n = pep503_name(a, name);
	struct str rest = str_drop_suffix(n, S("-headless"));

	if (str_eqz(rest, "opencv-python") || str_eqz(rest, "opencv-contrib-python"))
		return S("opencv");
	return n;
}

static errint list_package(struct wheel_install *w, struct str package, struct inventory *inv,
			   struct err *err)
{
	struct dir_list entries CLEANUP(dir_list_release) = {0};
	const char *site = arena_printf(&w->arena, "%.*s/%.*s", STR_ARG(package), STR_ARG(w->site));
	struct stat st;

	if (fstatat(AT_FDCWD, site, &st, 0))
		return 0;
	if (dir_list(AT_FDCWD, site, &entries, err))
		return err->code;
	for (size_t i = 0; i < entries.n; i++) {
		struct str name = str_c(entries.v[i].name), dist, version;

		if (!str_ends(name, S(".dist-info")) ||
		    !wheel_stem_split(str_drop_suffix(name, S(".dist-info")), &dist, &version))
			continue;
		ARRAY_GROW(inv->v, inv->n, inv->cap);
		inv->v[inv->n++] = (struct installed){one_name(&w->arena, dist),
						      arena_str(&w->arena, version)};
	}
	return 0;
}

static const struct installed *find(const struct inventory *inv, struct str name)
{
	for (size_t i = 0; i < inv->n; i++)
		if (str_eq(inv->v[i].name, name))
			return &inv->v[i];
	return NULL;
}

/* Adds a line to the detail of *problem when a requirement is not satisfied. */
static errint check_one(struct wheel_install *w, const struct inventory *inv,
			const struct marker_env *env, struct str text, struct err *problem,
			struct err *err)
{
	struct requirement r;
	struct pep440 version;
	const struct installed *found;
	struct str name;
	bool wanted = true;

	if (requirement_parse(&w->arena, text, &r, err) ||
	    (r.marker && marker_eval(r.marker, env, &wanted, err)))
		return err_wrap(err, "METADATA");
	name = one_name(&w->arena, r.name);
	if (!wanted || slot_name_is(name))
		return 0;
	found = find(inv, name);
	if (!found) {
		err_detail(problem, "  %.*s: it is not among the inputs", STR_ARG(text));
		return 0;
	}
	if (pep440_parse(&w->arena, found->version, &version, err))
		return err->code;
	if (!specifier_set_contains(&r.versions, &version))
		err_detail(problem, "  %.*s: the input is %.*s", STR_ARG(text),
			   STR_ARG(found->version));
	return 0;
}

static errint check_all(struct wheel_install *w, const struct wheel_metadata *m,
			const struct inventory *inv, struct err *err)
{
	struct marker_env env = marker_env_linux(&w->arena, w->full_version, w->machine);
	ERR(problem);

	err_set(&problem, ERR_BUILD, "dependencies are not satisfied");
	for (size_t i = 0; i < m->n_requires; i++)
		if (check_one(w, inv, &env, m->requires[i], &problem, err))
			return err->code;
	if (!problem.detail)
		return 0;
	err_hint(&problem, "add them to 'dependencies', take them out with 'pythonRemoveDeps', or "
			   "say 'dontCheckRuntimeDeps = true'");
	return err_move(err, &problem);
}

static void inventory_release(struct inventory *inv)
{
	cleanup_free_(&inv->v);
}

static errint check_deps(struct wheel_install *w, const struct wheel_metadata *m, struct err *err)
{
	struct inventory inv CLEANUP(inventory_release) = {0};

	for (size_t i = 0; i < w->n_packages; i++)
		if (list_package(w, w->packages[i], &inv, err))
			return err->code;
	return check_all(w, m, &inv, err);
}

static errint check_identity(struct wheel_install *w, const struct wheel_metadata *m,
			     struct err *err)
{
	const char *stem =
		arena_printf(&w->arena, "%.*s-%.*s", STR_ARG(m->name), STR_ARG(m->version));

	if (wheel_stem_fits(&w->name, str_c(stem)))
		return 0;
	return err_set(err, ERR_CORRUPT, "METADATA is of '%.*s' %.*s", STR_ARG(m->name),
		       STR_ARG(m->version));
}

static errint edit(struct wheel_install *w, struct buf *text, struct err *err)
{
	BUF(edited, LIMIT_WHEEL_METADATA);
	const char *path =
		arena_printf(&w->arena, "%.*s/%.*s/METADATA", STR_ARG(w->site), STR_ARG(w->info));
	struct wheel_file *f = wheel_file_find(w, path);

	if (wheel_metadata_edit(buf_str(text), &w->remove, &w->relax, &edited, err))
		return err->code;
	if (str_eq(buf_str(&edited), buf_str(text)))
		return 0;
	BUG_ON(!f);
	if (file_write(w->out_fd, path, buf_str(&edited), 0644, 0, err))
		return err->code;
	buf_clear(text);
	buf_puts(text, buf_str(&edited));
	return wheel_file_rehash(w, f, err);
}

errint wheel_step_metadata(struct wheel_install *w, struct err *err)
{
	BUF(text, LIMIT_WHEEL_METADATA);
	BUF(wheel, LIMIT_WHEEL_METADATA);
	struct wheel_metadata m;

	if (wheel_info_read(w, "WHEEL", &wheel, err) || wheel_file_check(buf_str(&wheel), err) ||
	    wheel_info_read(w, "METADATA", &text, err))
		return err->code;
	if ((w->remove.n || w->relax.n) && edit(w, &text, err))
		return err->code;
	if (wheel_metadata_parse(&w->arena, buf_str(&text), &m, err) || check_identity(w, &m, err))
		return err->code;
	return w->check_deps ? check_deps(w, &m, err) : 0;
}
