/* SPDX-License-Identifier: MIT
 *
 * ELF objects: what they are, where they look for libraries, and which of these are not there. The
 * search is ld.so's (ld.so(8), "Dynamic string tokens" and the order of folders): what is loaded
 * already by that name, DT_RPATH of the object and of those that load it unless it has DT_RUNPATH,
 * then DT_RUNPATH. The set's loader has neither a cache nor default folders. */
#include <elf.h>
#include <unistd.h>

#include "audit/facts_int.h"
#include "audit/secret.h"
#include "base/elf_symbols.h"
#include "base/file.h"
#include "slot/site.h"
#include "store/store.h"

enum { LOADERS_DEPTH = 8 };

/* ---- by its symbols ---- */

/* Two functions that only one library in the world defines for others, the second of them one that
 * nobody who loads the library by hand has a stand-in for. */
static const char *what_it_is(struct elf_symbols *t)
{
	static const struct {
		const char *name;
		struct str one, other;
	} known[] = {
		{"libc10.so", S("_ZN3c1010TensorImpl17release_resourcesEv"),
		 S("_ZN3c1021AutogradMetaInterfaceD2Ev")},
		{"libtorch_cpu.so", S("_ZN5torch3jit5Graph10copyUniqueEv"),
		 S("_ZN2at13globalContextEv")},
		{"libtorch_python.so", S("THPVariableClass"), S("THPVariableClass")},
		{"libcudart.so", S("cudaGetDeviceCount"), S("cudaGraphicsUnregisterResource")},
		{"libcublas.so", S("cublasCreate_v2"), S("cublasChbmv_v2")},
		{"libcudnn.so", S("cudnnCreate"), S("cudnnGetCudartVersion")},
		{"libcufft.so", S("cufftPlan1d"), S("cufftExecZ2D")},
		{"libcurand.so", S("curandCreateGenerator"), S("curandGeneratePoisson")},
		{"libcusolver.so", S("cusolverDnCreate"), S("cusolverDnCgeqrf")},
		{"libcusparse.so", S("cusparseCreate"), S("cusparseDnMatSetStridedBatch")},
		{"libnccl.so", S("ncclCommInitRank"), S("ncclRedOpDestroy")},
		{"libnvrtc.so", S("nvrtcCreateProgram"), S("nvrtcGetLoweredName")},
		{"libcuda.so", S("cuInit"), S("cuTexRefGetFlags")},
		{"libnvidia-ml.so", S("nvmlInit_v2"), S("nvmlUnitGetCount")},
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		bool one = false, other = false;
		ERR(broken);

		if (!elf_symbols_has(t, known[i].one, &one, &broken) && one &&
		    !elf_symbols_has(t, known[i].other, &other, &broken) && other)
			return known[i].name;
	}
	return "";
}

static const char *by_symbols(struct path_look *l, int fd)
{
	struct elf_symbols *t;
	ERR(broken);

	return elf_symbols_open(fd, l->scratch, &t, &broken) || !t ? "" : what_it_is(t);
}

/* ---- where it looks ---- */

/* What ld.so makes of an entry; "" of one that names this machine's folders by a token that only
 * the loader knows. */
static const char *expand(struct path_look *l, struct str file, struct str entry)
{
	static const struct str tokens[] = {S("$ORIGIN"), S("${ORIGIN}")};
	struct str dir = path_dir(file), rest = entry;

	for (size_t i = 0; i < ARRAY_LEN(tokens); i++)
		rest = str_drop_prefix(rest, tokens[i]);
	if (rest.n == entry.n)
		return arena_strz(l->scratch, entry);
	return arena_printf(l->scratch, "%.*s/%.*s%.*s", STR_ARG(l->info->path), STR_ARG(dir),
			    STR_ARG(rest));
}

/* An empty entry is the working folder. */
static void see_rpath(struct path_look *l, const struct look_object *o, struct str entry)
{
	const char *folder = expand(l, o->file, entry);
	char *clean CLEANUP_FREE = folder[0] == '/' ? path_clean(str_c(folder)) : NULL;

	if (clean && str_starts(str_c(clean), store_dir(l->s)))
		return;
	if (clean && !find_build_path(str_c(arena_printf(l->scratch, "%s/", clean)), 0))
		look_found(l, AUDIT_BUILD_PATH, o->file, "it looks for libraries in '%s'", clean);
	else
		look_found(l, AUDIT_RPATH, o->file, "it looks for libraries in '%.*s'%s",
			   STR_ARG(entry), entry.n ? "" : ", the working folder");
}

static struct str search_path(const struct elf_info *e)
{
	return e->runpath.n ? e->runpath : e->rpath;
}

static void see_paths(struct path_look *l, const struct look_object *o)
{
	struct str rest = search_path(&o->elf), piece, dir = store_dir(l->s);

	while (search_path(&o->elf).n && str_split(&rest, ':', &piece))
		see_rpath(l, o, piece);
	/* glibc's libraries are programs, too; nobody starts them. */
	if (o->elf.interp.n && !o->elf.soname.n && !str_starts(o->elf.interp, dir))
		look_found(l, AUDIT_INTERPRETER, o->file, "it asks for '%.*s'",
			   STR_ARG(o->elf.interp));
	/* Without the header the loader takes the oldest meaning. */
	if (o->elf.exec_stack || !o->elf.stack_flags)
		look_found(l, AUDIT_EXEC_STACK, o->file, "it asks for an executable stack%s",
			   o->elf.exec_stack ? "" : ": it has no PT_GNU_STACK");
}

/* ---- one object ---- */

/* What a compiler wrote into an object of this build. */
static errint see_contents(struct path_look *l, struct str file, int fd, uint64_t size,
			   struct err *err)
{
	enum { READ_MAX = 256 << 20 };
	BUF(b, READ_MAX);

	if (!l->program || size > READ_MAX)
		return 0;
	if (lseek(fd, 0, SEEK_SET))
		return err_sys(err, "reading '%.*s'", STR_ARG(file));
	errint rc = fd_read_all(fd, &b, err);
	ptrdiff_t at = rc ? -1 : find_build_path(buf_str(&b), 0);
	if (at >= 0)
		look_found(l, AUDIT_BUILD_PATH, file, "it holds '%s'",
			   arena_strz(l->scratch, str_sub(str_c(buf_z(&b) + at), 0, 60)));
	return rc;
}

static void add_object(struct path_look *l, struct str file, int fd, const struct elf_info *e)
{
	struct path_facts *f = l->f;
	struct fact_object o = {
		.file = arena_str(l->a, file),
		.soname = arena_str(l->a, e->soname),
		.interp = arena_str(l->a, e->interp),
		.is = str_c(by_symbols(l, fd)),
		.needed = ARENA_ARRAY(l->a, struct str, e->n_needed),
		.n_needed = e->n_needed,
	};

	for (size_t i = 0; i < e->n_needed; i++)
		o.needed[i] = arena_str(l->a, e->needed[i]);
	ARRAY_GROW(f->objects, f->n_objects, f->cap_objects);
	f->objects[f->n_objects] = o;
	ARRAY_GROW(l->objects, l->n_objects, l->cap_objects);
	l->objects[l->n_objects++] = (struct look_object){*e, o.file, f->n_objects++};
	see_paths(l, &l->objects[l->n_objects - 1]);
}

void look_add_name(struct path_look *l, struct str file)
{
	struct path_facts *f = l->f;

	ARRAY_GROW(f->objects, f->n_objects, f->cap_objects);
	f->objects[f->n_objects++] =
		(struct fact_object){.file = arena_str(l->a, file), .soname = S("")};
}

errint look_at_object(struct path_look *l, struct str file, int fd, uint64_t size, struct err *err)
{
	struct elf_info e;
	ERR(broken);
	errint rc = elf_read(fd, l->scratch, &e, &broken);

	if (rc == ERR_CORRUPT && !secret_is_public(file)) {
		look_found(l, AUDIT_BROKEN, file, "%s", broken.msg);
		return 0;
	}
	if (rc)
		return rc == ERR_CORRUPT ? 0 : err_move(err, &broken);
	if (e.foreign) {
		look_add_name(l, file);
		return 0;
	}
	if (!e.dynamic && !e.exec_stack)
		return see_contents(l, file, fd, size, err);
	if (e.dynamic) {
		add_object(l, file, fd, &e);
	} else if (e.type == ET_EXEC) {
		look_found(l, AUDIT_EXEC_STACK, file, "it asks for an executable stack");
	}
	return see_contents(l, file, fd, size, err);
}

/* ---- what it needs ---- */

static bool is_there(struct path_look *l, const char *folder, struct str name)
{
	const char *real = site_real(l->s, l->scratch, str_c(folder));

	return !access(arena_printf(l->scratch, "%s/%.*s", real, STR_ARG(name)), F_OK);
}

static bool path_has(struct path_look *l, struct str file, struct str path, struct str name)
{
	struct str piece;

	while (path.n && str_split(&path, ':', &piece))
		if (piece.n && is_there(l, expand(l, file, piece), name))
			return true;
	return false;
}

static bool needs(const struct elf_info *e, struct str name)
{
	for (size_t i = 0; i < e->n_needed; i++)
		if (str_eq(e->needed[i], name))
			return true;
	return false;
}

static bool finds_itself(struct path_look *l, const struct look_object *o, struct str name)
{
	return path_has(l, o->file, search_path(&o->elf), name);
}

static struct str called(const struct look_object *o)
{
	return o->elf.soname.n ? o->elf.soname : path_base(o->file);
}

/* Does one that loads it, in this path, bring `name` before or by its DT_RPATH? */
static bool loader_brings(struct path_look *l, const struct look_object *o, struct str name,
			  unsigned depth)
{
	for (size_t i = 0; depth && i < l->n_objects; i++) {
		const struct look_object *by = &l->objects[i];

		if (by == o ||
		    (!needs(&by->elf, called(o)) && !needs(&by->elf, path_base(o->file))))
			continue;
		if (needs(&by->elf, name) ? finds_itself(l, by, name)
					  : !by->elf.runpath.n && finds_itself(l, by, name))
			return true;
		if (loader_brings(l, by, name, depth - 1))
			return true;
	}
	return false;
}

/* libc and its loader are there whenever anything runs, and with them what they find beside. */
static bool always_there(struct path_look *l, const struct look_object *o, struct str name)
{
	const char *folder = expand(l, o->file, S("$ORIGIN"));

	if ((!o->elf.interp.n || o->elf.soname.n) &&
	    (str_eqz(name, "libc.so.6") || str_starts(name, S("ld-linux"))))
		return true;
	return is_there(l, folder, S("libc.so.6")) && is_there(l, folder, name);
}

static bool is_lost(struct path_look *l, const struct look_object *o, struct str name)
{
	if (always_there(l, o, name))
		return false;
	if (str_chr(name, '/') >= 0)
		return access(site_real(l->s, l->scratch, name), F_OK) != 0;
	return !finds_itself(l, o, name) && !loader_brings(l, o, name, LOADERS_DEPTH);
}

/* Objects for other machines are data here. */
static bool is_for_here(const struct path_look *l, const struct look_object *o)
{
	return !l->machine || o->elf.machine == l->machine;
}

void look_for_needed(struct path_look *l)
{
	for (size_t i = 0; i < l->n_objects; i++) {
		const struct look_object *o = &l->objects[i];
		struct fact_object *f = &l->f->objects[o->fact];

		f->lost = ARENA_ARRAY(l->a, struct str, f->n_needed);
		for (size_t k = 0; is_for_here(l, o) && k < f->n_needed; k++)
			if (is_lost(l, o, f->needed[k]))
				f->lost[f->n_lost++] = f->needed[k];
	}
}
