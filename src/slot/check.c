/* SPDX-License-Identifier: MIT
 *
 * Copies, the interpreter, and how findings are told. */
#include "slot/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"

void findings_release(struct slot_findings *f)
{
	free(f->v);
	*f = (struct slot_findings){0};
}

size_t findings_fatal(const struct slot_findings *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		n += f->v[i].fatal;
	return n;
}

void finding_add(const struct slot_case *c, bool fatal, const char *cure, const char *fmt, ...)
{
	struct slot_findings *f = c->out;
	BUF(text, LIMIT_ERR_TEXT);
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->v[i].text, buf_z(&text)) == 0)
			return;
	ARRAY_GROW(f->v, f->n, f->cap);
	f->v[f->n++] = (struct slot_finding){
		.fatal = fatal,
		.text = arena_strz(c->a, buf_str(&text)),
		.cure = cure ? arena_strz(c->a, str_c(cure)) : NULL,
	};
}

/* At most eight lines in all: the first, these, and the hints. */
enum { SHOWN = 4, CURES = 2 };

errint findings_error(const struct slot_findings *f, struct str result, struct err *err)
{
	const char *cures[CURES];
	size_t shown = 0, n = 0, fatal = findings_fatal(f);

	err_set(err, ERR_FAILED, "the slots of '%.*s' do not fit", STR_ARG(result));
	for (size_t i = 0; i < f->n; i++) {
		const struct slot_finding *v = &f->v[i];
		bool told = false;

		if (!v->fatal || shown == SHOWN)
			continue;
		shown++;
		err_detail(err, "  %s", v->text);
		for (size_t k = 0; k < n; k++)
			told |= v->cure && strcmp(cures[k], v->cure) == 0;
		if (v->cure && !told && n < CURES)
			cures[n++] = v->cure;
	}
	if (fatal > shown)
		err_detail(err, "  and %zu more", fatal - shown);
	for (size_t i = 0; i < n; i++)
		err_hint(err, "%s", cures[i]);
	return err_negative(err->code);
}

const struct dist *slot_case_find(const struct slot_case *c, struct str project)
{
	for (size_t i = 0; i < c->n_fillings; i++) {
		const struct dist *d = dists_find(&c->fillings[i].dists, project);

		if (d)
			return d;
	}
	return NULL;
}

const struct filling *slot_case_torch(const struct slot_case *c)
{
	for (size_t i = 0; i < c->n_fillings; i++)
		if (c->fillings[i].torch.n)
			return &c->fillings[i];
	return NULL;
}

/* ---- copies ---- */

static const char *module_of(const struct slot_case *c, struct str project)
{
	BUF(name, LIMIT_PATH_TEXT);

	for (size_t i = 0; i < project.n; i++)
		buf_putc(&name, project.p[i] == '-' ? '_' : project.p[i]);
	return arena_strz(c->a, buf_str(&name));
}

/* What belongs to a slot that must be filled, in the closure, and no filling that a recipe named.
 */
static void check_slipped_in(const struct slot_case *c)
{
	for (size_t i = 0; i < c->closure->dists.n; i++) {
		const struct dist *d = &c->closure->dists.v[i];
		const struct slot_kind *owner = slot_list_owner(c->list, d->project);
		struct str top;

		if (!owner || !owner->needed || !slot_has_modules(c->store, c->a, owner, d) ||
		    !store_path_split(store_dir(c->store), d->folder, &top, NULL) ||
		    slot_closure_wants(c->closure, top))
			continue;
		finding_add(
			c, true,
			arena_printf(c->a,
				     "name the slot in the recipe in its stead; 'kiln why' tells "
				     "who brought '%.*s'",
				     STR_ARG(store_path_name(top))),
			"'%.*s' brings %.*s %.*s, which is a slot's ('%.*s')", STR_ARG(top),
			STR_ARG(d->project), STR_ARG(d->version), STR_ARG(d->info));
	}
}

/* The closure brings its own filling by a recipe's wish: what is told besides would be a second. */
static void check_second_filling(const struct slot_case *c)
{
	for (size_t i = 0; c->closure->n_fillings && i < c->n_fillings; i++)
		if (c->fillings[i].slot->needed)
			finding_add(c, true, "leave --slot out, or build without slotFillings",
				    "slot '%.*s' is filled twice: by '%.*s' of the result, and by "
				    "'%s'",
				    STR_ARG(c->fillings[i].slot->name),
				    STR_ARG(c->closure->fillings[0]), c->fillings[i].name);
}

static void check_singles(const struct slot_case *c)
{
	const struct dists *d = &c->closure->dists;

	for (size_t i = 0; i < d->n; i++)
		for (size_t k = 0; k < i; k++)
			if (str_eq(d->v[i].project, d->v[k].project) &&
			    slot_list_single(c->list, d->v[i].project))
				finding_add(c, true,
					    arena_printf(c->a, "take one out; 'kiln why' tells who "
							       "brought it"),
					    "two copies of %.*s: %.*s in '%.*s', %.*s in '%.*s'",
					    STR_ARG(d->v[i].project), STR_ARG(d->v[k].version),
					    STR_ARG(d->v[k].folder), STR_ARG(d->v[i].version),
					    STR_ARG(d->v[i].folder));
}

/* What else a filling has never gets on the path; it is told where people could think otherwise. */
static void tell_left_out(const struct slot_case *c, const struct filling *f)
{
	for (size_t i = 0; i < f->others.n; i++) {
		const struct dist *d = &f->others.v[i];
		const struct dist *own = dists_find(&c->closure->dists, d->project);

		if (own && slot_list_single(c->list, d->project) &&
		    !str_eq(own->version, d->version))
			finding_add(c, false, NULL,
				    "%.*s %.*s of '%s' is left out: the result has its own, %.*s",
				    STR_ARG(d->project), STR_ARG(d->version), f->name,
				    STR_ARG(own->version));
	}
}

static bool is_filling_folder(const struct slot_case *c, struct str folder)
{
	for (size_t i = 0; i < c->n_fillings; i++)
		for (size_t k = 0; k < c->fillings[i].n_folders; k++)
			if (str_eq(c->fillings[i].folders[k], folder))
				return true;
	return false;
}

static errint check_beside(const struct slot_case *c, struct str folder, struct err *err)
{
	struct dists d CLEANUP(dists_release) = {0};
	errint rc = is_filling_folder(c, folder) ? 0 : site_list(c->store, c->a, folder, &d, err);

	for (size_t i = 0; !rc && i < d.n; i++) {
		struct str p = d.v[i].project;
		const struct slot_kind *owner = slot_list_owner(c->list, p);
		bool slot = owner && slot_case_find(c, p) &&
			    slot_has_modules(c->store, c->a, owner, &d.v[i]);
		const struct dist *own = dists_find(&c->closure->dists, p);
		const char *cure =
			arena_printf(c->a, "remove it there: pip uninstall %.*s", STR_ARG(p));

		if (slot)
			finding_add(c, true, cure, "a second %.*s, %.*s, in '%.*s'", STR_ARG(p),
				    STR_ARG(d.v[i].version), STR_ARG(folder));
		else if (own && slot_list_single(c->list, p))
			finding_add(c, true, cure,
				    "a second %.*s, %.*s, in '%.*s': the result has its own, %.*s",
				    STR_ARG(p), STR_ARG(d.v[i].version), STR_ARG(folder),
				    STR_ARG(own->version));
	}
	return rc;
}

/* What fills a slot comes last on Python's path: what the result has under the same name hides it.
 */
static void tell_hidden(const struct slot_case *c, const struct dist *filling)
{
	const struct slot_kind *owner = slot_list_owner(c->list, filling->project);
	size_t n = 0;
	const struct str *modules = owner ? slot_kind_modules(owner, filling->project, &n) : NULL;
	struct str own = str_c(module_of(c, filling->project));

	if (!n) {
		modules = &own;
		n = 1;
	}
	for (size_t i = 0; i < c->closure->dists.n; i++)
		for (size_t k = 0; k < n; k++) {
			const struct dist *d = &c->closure->dists.v[i];

			if (!access(arena_printf(c->a, "%s/%.*s",
						 site_real(c->store, c->a, d->folder),
						 STR_ARG(modules[k])),
				    F_OK))
				finding_add(
					c, false, "take it out of what the recipe depends on",
					"%.*s %.*s of the slot is hidden: '%.*s' has '%.*s', too",
					STR_ARG(filling->project), STR_ARG(filling->version),
					STR_ARG(d->folder), STR_ARG(modules[k]));
		}
}

errint slot_check_copies(const struct slot_case *c, struct err *err)
{
	errint rc = 0;

	check_slipped_in(c);
	check_second_filling(c);
	check_singles(c);
	for (size_t i = 0; i < c->n_fillings; i++) {
		tell_left_out(c, &c->fillings[i]);
		for (size_t k = 0; !c->fillings[i].slot->needed && k < c->fillings[i].dists.n; k++)
			tell_hidden(c, &c->fillings[i].dists.v[k]);
	}
	for (size_t i = 0; !rc && i < c->n_beside; i++)
		rc = check_beside(c, c->beside[i], err);
	return rc;
}

/* ---- the interpreter ---- */

void slot_check_python(const struct slot_case *c)
{
	struct str want = c->closure->python;
	BUF(digits, 16);

	for (size_t i = 0; i < want.n; i++)
		if (want.p[i] != '.')
			buf_putc(&digits, want.p[i]);
	const char *tag = arena_printf(c->a, "cpython-%s-", buf_z(&digits));
	for (size_t i = 0; want.n && i < c->n_fillings; i++) {
		const struct filling *f = &c->fillings[i];
		const char *cure =
			arena_printf(c->a, "fill it from a Python %.*s, or with --slot %.*s=cpu",
				     STR_ARG(want), STR_ARG(f->slot->name));

		if (f->python.n && !str_eq(f->python, want))
			finding_add(c, true, cure, "'%s' is for Python %.*s, the result's is %.*s",
				    f->name, STR_ARG(f->python), STR_ARG(want));
		else if (f->tag.n && !str_starts(f->tag, str_c(tag)))
			finding_add(c, true, cure, "'%.*s' is for another Python than %.*s",
				    STR_ARG(f->tag_file), STR_ARG(want));
	}
}

errint slot_check(const struct slot_case *c, struct err *err)
{
	errint rc = slot_check_copies(c, err);

	if (rc)
		return rc;
	slot_check_python(c);
	rc = slot_check_metadata(c, err);
	if (!rc)
		rc = slot_check_natives(c, err);
	if (!rc)
		slot_check_driver(c);
	return rc;
}
