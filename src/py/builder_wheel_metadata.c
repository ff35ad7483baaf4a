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

/* What a .dist-info says of itself; some spell the folder's name so that it has more dashes. */
static errint list_info(struct wheel_install *w, const char *path, struct inventory *inv,
			struct err *err)
{
	BUF(text, LIMIT_WHEEL_METADATA);
	struct wheel_metadata m;
	ERR(missing);

	if (file_read(AT_FDCWD, path, &text, &missing)) {
		struct str stem =
			str_drop_suffix(path_base(path_dir(str_c(path))), S(".dist-info"));
		ptrdiff_t dash = str_rchr(stem, '-');

		if (missing.code != ERR_NOT_FOUND)
			return err_move(err, &missing);
		if (dash < 0)
			return 0;
		m.name = str_sub(stem, 0, (size_t)dash);
		m.version = str_skip(stem, (size_t)dash + 1);
	} else if (wheel_metadata_parse(&w->arena, buf_str(&text), &m, err)) {
		return err_wrap(err, "'%s'", path);
	}
	ARRAY_GROW(inv->v, inv->n, inv->cap);
	inv->v[inv->n++] = (struct installed){one_name(&w->arena, m.name), m.version};
	return 0;
}

static errint list_package(struct wheel_install *w, struct str package, struct inventory *inv,
			   struct err *err)
{
	struct dir_list entries CLEANUP(dir_list_release) = {0};
	const char *site = arena_printf(&w->arena, "%.*s/%.*s", STR_ARG(package), STR_ARG(w->site));
	struct stat st;

	if (fstatat(AT_FDCWD, site, &st, 0))
		return 0;
	errint rc = dir_list(AT_FDCWD, site, &entries, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < entries.n; i++) {
		struct str name = str_c(entries.v[i].name);
		errint rc = 0;

		if (str_ends(name, S(".dist-info")))
			rc = list_info(w, arena_printf(&w->arena, "%s/%s/METADATA", site, name.p),
				       inv, err);
		if (rc)
			return rc;
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

/* Adds a line to the detail of *problem when a requirement is not satisfied, or is none. */
static void check_one(struct wheel_install *w, const struct inventory *inv,
		      const struct marker_env *env, struct str text, struct err *problem)
{
	struct requirement r;
	struct pep440 version;
	const struct installed *found;
	struct str name;
	bool wanted = true;
	ERR(bad);

	if (requirement_parse(&w->arena, text, &r, &bad) ||
	    (r.marker && marker_eval(r.marker, env, &wanted, &bad))) {
		err_detail(problem, "  %.*s: %s", STR_ARG(text), bad.msg);
		return;
	}
	name = one_name(&w->arena, r.name);
	if (!wanted || slot_name_is(name))
		return;
	found = find(inv, name);
	if (!found)
		err_detail(problem, "  %.*s: it is not among the inputs", STR_ARG(text));
	else if (pep440_parse(&w->arena, found->version, &version, &bad) ||
		 !specifier_set_contains(&r.versions, &version))
		err_detail(problem, "  %.*s: the input is %.*s", STR_ARG(text),
			   STR_ARG(found->version));
}

static errint check_all(struct wheel_install *w, const struct inventory *inv, struct err *err)
{
	struct marker_env env = marker_env_linux(&w->arena, w->full_version, w->machine);
	const struct wheel_metadata *m = &w->metadata;
	ERR(problem);

	err_set(&problem, ERR_BUILD, "dependencies are not satisfied");
	for (size_t i = 0; i < m->n_requires; i++)
		check_one(w, inv, &env, m->requires[i], &problem);
	if (!problem.detail)
		return 0;
	if (w->warn_deps) {
		wheel_warn(w,
			   "dependencies of '%.*s' are not satisfied:\n%s\n"
			   "hint: add them to 'dependencies', or take them out with "
			   "'pythonRemoveDeps'",
			   STR_ARG(m->name), problem.detail);
		return 0;
	}
	err_hint(&problem, "add them to 'dependencies', take them out with 'pythonRemoveDeps', or "
			   "say 'dontCheckRuntimeDeps = true'");
	return err_move(err, &problem);
}

static void inventory_release(struct inventory *inv)
{
	cleanup_free_(&inv->v);
}

errint wheel_step_depends(struct wheel_install *w, struct err *err)
{
	struct inventory inv CLEANUP(inventory_release) = {0};
	errint rc = 0;

	if (!w->check_deps)
		return 0;
	rc = list_package(w, str_c(w->out), &inv, err);
	for (size_t i = 0; !rc && i < w->n_packages; i++)
		rc = list_package(w, w->packages[i], &inv, err);
	return rc ? rc : check_all(w, &inv, err);
}

static errint check_identity(struct wheel_install *w, const struct wheel_metadata *m,
			     struct err *err)
{
	const char *stem =
		arena_printf(&w->arena, "%.*s-%.*s", STR_ARG(m->name), STR_ARG(m->version));

	if (!wheel_stem_fits(&w->name, str_c(stem)))
		return err_set(err, ERR_CORRUPT, "METADATA is of '%.*s' %.*s", STR_ARG(m->name),
			       STR_ARG(m->version));
	if (!wheel_version_is(&w->name, m->version))
		wheel_warn(w, "METADATA is of version %.*s, the file name says %.*s",
			   STR_ARG(m->version), STR_ARG(w->name.version));
	return 0;
}

/* A bound that somebody set too low is common, and what cannot be read is no bound, as pip has it.
 */
static void check_python(struct wheel_install *w, const struct wheel_metadata *m)
{
	struct specifier_set versions;
	struct pep440 python;
	ERR(ignored);

	if (!specifier_set_parse(&w->arena, m->python, &versions, &ignored) &&
	    !pep440_parse(&w->arena, w->full_version, &python, &ignored) &&
	    !specifier_set_contains(&versions, &python))
		wheel_warn(w, "METADATA asks for Python %.*s, this is %.*s", STR_ARG(m->python),
			   STR_ARG(w->full_version));
}

static errint edit(struct wheel_install *w, struct buf *text, struct err *err)
{
	BUF(edited, LIMIT_WHEEL_METADATA);
	const char *path =
		arena_printf(&w->arena, "%.*s/%.*s/METADATA", STR_ARG(w->site), STR_ARG(w->info));
	struct wheel_file *f = wheel_file_find(w, path);
	errint rc = wheel_metadata_edit(buf_str(text), &w->remove, &w->relax, &edited, err);

	if (rc)
		return rc;
	if (str_eq(buf_str(&edited), buf_str(text)))
		return 0;
	BUG_ON(!f);
	rc = file_write(w->out_fd, path, buf_str(&edited), 0644, 0, err);
	if (rc)
		return rc;
	buf_clear(text);
	buf_puts(text, buf_str(&edited));
	return wheel_file_rehash(w, f, err);
}

errint wheel_step_metadata(struct wheel_install *w, struct err *err)
{
	BUF(text, LIMIT_WHEEL_METADATA);
	BUF(wheel, LIMIT_WHEEL_METADATA);
	errint rc = wheel_info_read(w, "WHEEL", &wheel, err);

	if (!rc)
		rc = wheel_file_check(buf_str(&wheel), err);
	if (!rc)
		rc = wheel_info_read(w, "METADATA", &text, err);
	if (rc)
		return rc;
	if (w->remove.n || w->relax.n)
		rc = edit(w, &text, err);
	if (rc)
		return rc;
	rc = wheel_metadata_parse(&w->arena, buf_str(&text), &w->metadata, err);
	if (rc)
		return rc;
	check_python(w, &w->metadata);
	return check_identity(w, &w->metadata, err);
}
