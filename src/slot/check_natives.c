/* SPDX-License-Identifier: MIT
 *
 * Native modules against the libraries that they will find. */
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "slot/check.h"
#include "slot/driver.h"
#include "slot/torch.h"

struct natives_check {
	const struct slot_case *c;
	const struct filling *torch;
	struct torch_libraries *libraries;
	struct str *cuda; /* names of CUDA's libraries that the fillings have */
	size_t n_cuda, cap_cuda;
};

static void release(struct natives_check *n)
{
	torch_close(n->libraries);
	free(n->cuda);
}

/* ---- torch ---- */

/* How many of its symbols are missing, and the first of them. */
static errint missing_symbols(struct natives_check *n, const struct native_object *o, size_t *count,
			      struct str *first, struct err *err)
{
	*count = 0;
	for (size_t i = 0; i < o->n_symbols; i++) {
		bool has;
		errint rc = torch_has(n->libraries, o->symbols[i], &has, err);

		if (rc)
			return rc;
		if (!has && (*count)++ == 0)
			*first = o->symbols[i];
	}
	return 0;
}

/* Of a package of the closure a module for CUDA is what it does without where torch has none; in a
 * filling it is there to be loaded. */
static bool is_for_cuda(const struct natives_check *n, bool filling, struct str library)
{
	return !filling && !n->torch->cuda.n &&
	       (str_starts(library, S("libtorch_cuda")) || str_starts(library, S("libc10_cuda")));
}

static errint check_object(struct natives_check *n, struct str package, bool filling,
			   const struct native_object *o, struct err *err)
{
	const char *torch = filling_text(n->torch, n->c->a);
	const char *cure = arena_printf(
		n->c->a,
		"build it for this torch, or fill the slot with the torch it was made for");
	size_t count;
	struct str first = S("");
	errint rc = missing_symbols(n, o, &count, &first, err);

	if (rc)
		return rc;
	if (count) {
		const char *more =
			count > 1 ? arena_printf(n->c->a, ", and %zu more", count - 1) : "";
		finding_add(n->c, true, cure,
			    "'%.*s': '%.*s' is made for another torch: %s has no symbol '%.*s'%s",
			    STR_ARG(package), STR_ARG(o->file), torch, STR_ARG(first), more);
		return 0;
	}
	for (size_t i = 0; i < o->n_needs; i++)
		if (native_is_torch(o->needs[i]) && !torch_has_library(n->libraries, o->needs[i]) &&
		    !is_for_cuda(n, filling, o->needs[i]))
			finding_add(n->c, true, cure,
				    "'%.*s': '%.*s' is made for another torch: %s has no library "
				    "'%.*s'",
				    STR_ARG(package), STR_ARG(o->file), torch,
				    STR_ARG(o->needs[i]));
	return 0;
}

/* ---- CUDA ---- */

static void add_cuda(struct natives_check *n, struct str name)
{
	unsigned major;

	if (!native_is_cuda(name, &major))
		return;
	ARRAY_GROW(n->cuda, n->n_cuda, n->cap_cuda);
	n->cuda[n->n_cuda++] = arena_str(n->c->a, name);
}

/* nvidia/<component>/lib, and torch/lib, which has some of them in older wheels. */
static void list_cuda(struct natives_check *n, struct str folder, unsigned depth)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	ERR(absent);

	if (dir_list(AT_FDCWD, site_real(n->c->store, n->c->a, folder), &list, &absent))
		return;
	for (size_t i = 0; i < list.n; i++) {
		struct str name = str_c(list.v[i].name);

		if (list.v[i].type == DT_DIR && depth < 3 && !str_eqz(name, "include"))
			list_cuda(n,
				  str_c(arena_printf(n->c->a, "%.*s/%s", STR_ARG(folder), name.p)),
				  depth + 1);
		else
			add_cuda(n, name);
	}
}

static bool has_name(const struct str *v, size_t n, struct str s)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i], s))
			return true;
	return false;
}

static bool cuda_fits(const struct natives_check *n, const struct native_object *o,
		      struct str *missing)
{
	unsigned major;

	for (size_t i = 0; i < o->n_needs; i++)
		if (native_is_cuda(o->needs[i], &major) && major &&
		    !has_name(n->cuda, n->n_cuda, o->needs[i]) &&
		    !has_name(n->c->closure->libraries, n->c->closure->n_libraries, o->needs[i])) {
			*missing = o->needs[i];
			return false;
		}
	return true;
}

/* A package may have a module for each CUDA, of which it loads the one that fits: one is enough. */
static void check_cuda(const struct natives_check *n, struct str package,
		       const struct native_objects *v)
{
	const struct native_object *worst = NULL;
	struct str missing;
	unsigned major;

	for (size_t i = 0; i < v->n; i++) {
		bool wants = false;

		for (size_t k = 0; k < v->v[i].n_needs; k++)
			wants |= native_is_cuda(v->v[i].needs[k], &major) && major;
		if (!wants)
			continue;
		if (cuda_fits(n, &v->v[i], &missing))
			return;
		worst = &v->v[i];
	}
	if (!worst)
		return;
	cuda_fits(n, worst, &missing);
	finding_add(
		n->c, true,
		"build it for this CUDA, or fill the slot with a torch for the CUDA it was made for",
		"'%.*s': '%.*s' needs '%.*s', and %s is for CUDA %.*s", STR_ARG(package),
		STR_ARG(worst->file), STR_ARG(missing), filling_text(n->torch, n->c->a),
		STR_ARG(n->torch->cuda));
}

/* ---- all of it ---- */

static errint check_natives(struct natives_check *n, struct str package, bool filling,
			    const struct native_objects *v, struct err *err)
{
	errint rc = 0;

	for (size_t i = 0; !rc && i < v->n; i++)
		rc = check_object(n, package, filling, &v->v[i], err);
	if (!rc && n->torch->cuda.n)
		check_cuda(n, package, v);
	return rc;
}

static errint scan(struct natives_check *n, int dirfd, const char *relative, unsigned depth,
		   struct native_objects *io, struct err *err)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	ERR(absent);
	errint rc = 0;

	if (depth > 8 || dir_list(dirfd, relative, &list, &absent))
		return 0;
	for (size_t i = 0; !rc && i < list.n; i++) {
		struct str name = str_c(list.v[i].name);
		char *path CLEANUP_FREE = path_join(str_c(relative), name);

		if (list.v[i].type == DT_DIR)
			rc = scan(n, dirfd, path, depth + 1, io, err);
		else if ((str_ends(name, S(".so")) || str_find(name, S(".so.")) >= 0))
			rc = native_add(dirfd, path, str_c(path), n->c->a, io, err);
	}
	return rc;
}

/* torch's companions in the fillings: torchvision, torchaudio, xformers. */
static errint check_dist(struct natives_check *n, const struct dist *d, struct err *err)
{
	struct native_objects v CLEANUP(native_objects_release) = {0};
	const struct slot_kind *owner = slot_list_owner(n->c->list, d->project);
	int fd CLEANUP_FD = -1;
	struct str *tops;
	size_t count;
	errint rc = site_tops(n->c->store, n->c->a, d, &tops, &count, err);

	if (rc)
		return rc;
	if (!count) {
		tops = (struct str *)slot_kind_modules(owner, d->project, &count);
		struct str own = d->project;
		if (!count) {
			tops = &own;
			count = 1;
		}
	}
	rc = open_dir(AT_FDCWD, site_real(n->c->store, n->c->a, d->folder), &fd, err);
	for (size_t i = 0; !rc && i < count; i++)
		rc = scan(n, fd, arena_strz(n->c->a, tops[i]), 0, &v, err);
	if (!rc)
		rc = native_settle(fd, n->c->a, &v, err);
	if (rc)
		return rc;
	/* NVIDIA's part of torchvision is only missed when something is computed with it. */
	if (n->torch->cuda.n && str_find(d->version, S("+cpu")) >= 0)
		finding_add(n->c, false, "take it from where torch is from",
			    "%.*s %.*s is built without CUDA, and %s is for CUDA %.*s",
			    STR_ARG(d->project), STR_ARG(d->version),
			    filling_text(n->torch, n->c->a), STR_ARG(n->torch->cuda));
	const char *name =
		arena_printf(n->c->a, "%.*s %.*s", STR_ARG(d->project), STR_ARG(d->version));
	return check_natives(n, str_c(name), true, &v, err);
}

static bool is_checked(struct str project)
{
	static const struct str not [] = {S("torch"), S("triton"), S("nvidia-"), S("cuda-")};

	for (size_t i = 0; i < ARRAY_LEN(not ); i++)
		if (i < 2 ? str_eq(project, not [i]) : str_starts(project, not [i]))
			return false;
	return true;
}

static errint check_fillings(struct natives_check *n, struct err *err)
{
	errint rc = 0;

	for (size_t i = 0; !rc && i < n->c->n_fillings; i++) {
		const struct dists *d = &n->c->fillings[i].dists;

		for (size_t k = 0; !rc && k < d->n; k++)
			if (is_checked(d->v[k].project))
				rc = check_dist(n, &d->v[k], err);
	}
	return rc;
}

errint slot_check_natives(const struct slot_case *c, struct err *err)
{
	struct natives_check n CLEANUP(release) = {.c = c, .torch = slot_case_torch(c)};

	if (!n.torch)
		return 0;
	errint rc = torch_open(site_real(c->store, c->a, n.torch->torch), &n.libraries, err);
	if (rc)
		return err_wrap(err, "reading torch's libraries");
	for (size_t i = 0; i < c->n_fillings; i++)
		for (size_t k = 0; k < c->fillings[i].n_folders; k++) {
			const char *folder = arena_strz(c->a, c->fillings[i].folders[k]);

			list_cuda(&n, str_c(arena_printf(c->a, "%s/nvidia", folder)), 0);
			list_cuda(&n, str_c(arena_printf(c->a, "%s/torch/lib", folder)), 3);
		}
	for (size_t i = 0; !rc && i < c->closure->n_packages; i++) {
		const struct slot_package *p = &c->closure->packages[i];

		if (!slot_closure_wants(c->closure, p->path))
			rc = check_natives(&n, p->path, false, &p->natives, err);
	}
	return rc ? rc : check_fillings(&n, err);
}

/* ---- the driver ---- */

static unsigned number(struct str s)
{
	uint64_t n;

	return str_to_u64(s, &n) && n < 1000 ? (unsigned)n : 0;
}

static void check_cuda_driver(const struct slot_case *c, const struct filling *t, unsigned major,
			      unsigned minor)
{
	const struct driver *d = c->driver;
	const char *text = filling_text(t, c->a), *oldest = driver_for_cuda(major, minor);

	if (!d->folder)
		finding_add(
			c, false,
			d->device && !d->amd
				? "install NVIDIA's driver; in a container, start it with --gpus"
				: NULL,
			"%s is for CUDA %.*s, and no driver (libcuda.so.1) is here: it works on "
			"the CPU",
			text, STR_ARG(t->cuda));
	else if (d->cuda_major && d->cuda_major < major)
		finding_add(
			c, true,
			oldest ? arena_printf(c->a,
					      "install driver %s or a newer one, or --slot "
					      "torch=cpu",
					      oldest)
			       : "install a newer driver, or --slot torch=cpu",
			"%s is for CUDA %.*s, and the driver %s ('%s/libcuda.so.1') knows CUDA up "
			"to %u.%u",
			text, STR_ARG(t->cuda), d->version ? d->version : "here", d->folder,
			d->cuda_major, d->cuda_minor);
}

void slot_check_driver(const struct slot_case *c)
{
	const struct driver *d = c->driver;
	const struct filling *t = slot_case_torch(c);

	if (!d || !t)
		return;
	if (t->cuda.n) {
		struct str major = t->cuda, minor = S("0");

		(void)str_cut(t->cuda, '.', &major, &minor);
		check_cuda_driver(c, t, number(major), number(minor));
	} else if (d->nvidia || (d->amd && !t->hip.n)) {
		finding_add(
			c, false,
			d->nvidia
				? "fill the slot with --slot torch=cuda, or a virtual environment "
				  "with torch for CUDA"
				: "fill the slot with a virtual environment with torch for ROCm",
			"'%s' is here, and %s of '%s' is built without it: it works on the CPU",
			d->device, filling_text(t, c->a), t->name);
	}
}
