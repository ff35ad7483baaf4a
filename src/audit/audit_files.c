/* SPDX-License-Identifier: MIT
 *
 * What lies in a closure under names that say enough: libraries that a slot or the host brings.
 * Wheels bundle such without any metadata. */
#include <dirent.h>
#include <unistd.h>

#include "audit/audit_int.h"
#include "base/file.h"
#include "py/native.h"

/* Libraries that belong to the driver's version (NVIDIA driver README, "Installed Components"). */
static bool is_driver(struct str name)
{
	static const char *const names[] = {
		"libcuda.so",           "libcudadebugger.so",
		"libnvidia-ml.so",      "libnvidia-ptxjitcompiler.so",
		"libnvidia-nvvm.so",    "libnvidia-opencl.so",
		"libnvidia-encode.so",  "libnvidia-fbc.so",
		"libnvidia-cfg.so",     "libnvidia-glcore.so",
		"libnvidia-eglcore.so", "libnvidia-rtcore.so",
		"libnvcuvid.so",        "libnvoptix.so",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct str rest = str_drop_prefix(name, str_c(names[i]));

		if (rest.n < name.n && (!rest.n || rest.p[0] == '.'))
			return true;
	}
	return false;
}

/* A linker's stand-in for it, which no program loads. */
static bool is_stub(struct str relative)
{
	return str_find(relative, S("stubs/")) >= 0;
}

/* Libraries are renamed when wheels bundle them: "libcudart-1a2b3c4d.so.12" is still one. */
static struct str without_mark(struct arena *a, struct str name)
{
	enum { MARK = 9 };
	ptrdiff_t so = str_find(name, S(".so"));

	if (so <= MARK || name.p[so - MARK] != '-')
		return name;
	return str_c(arena_printf(a, "%.*s%.*s", (int)so - MARK, name.p,
				  STR_ARG(str_skip(name, (size_t)so))));
}

static void see(struct auditing *au, struct str path, struct str relative)
{
	struct str name = path_base(relative);
	unsigned major;

	if (str_find(name, S(".so")) < 0)
		return;
	name = without_mark(au->in->a, name);
	if (is_driver(name) && !is_stub(relative)) {
		audit_add(au, AUDIT_DRIVER, path, relative,
			  "leave it out: rm it in postInstall; the host's own is used at run time",
			  "'%.*s' belongs to the version of a driver", STR_ARG(name));
		return;
	}
	if (native_is_torch(name) || native_is_cuda(name, &major))
		audit_add(au, AUDIT_SLOT_LIBRARY, path, relative,
			  "take a build that links against the slot, or declare the package as a "
			  "filling",
			  "'%.*s' is the slot's, under another package's name", STR_ARG(name));
}

static errint walk(struct auditing *au, struct str path, int fd, struct str relative,
		   unsigned depth, struct err *err)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	errint rc = depth > LIMIT_NAR_DEPTH
			    ? 0
			    : dir_list(fd, relative.n ? relative.p : ".", &list, err);

	for (size_t i = 0; !rc && i < list.n; i++) {
		const char *below = relative.n ? arena_printf(au->in->a, "%.*s/%s",
							      STR_ARG(relative), list.v[i].name)
					       : list.v[i].name;

		if (list.v[i].type == DT_DIR)
			rc = walk(au, path, fd, str_c(below), depth + 1, err);
		else if (list.v[i].type == DT_REG)
			see(au, path, str_c(below));
	}
	return rc;
}

/* Packages that are told by their metadata are told once. */
static bool is_told(const struct auditing *au, struct str path)
{
	for (size_t i = 0; i < au->out->n; i++)
		if (au->out->v[i].rule == AUDIT_SLOT && str_eq(au->out->v[i].path, path))
			return true;
	return false;
}

errint audit_files(struct auditing *au, struct err *err)
{
	errint rc = 0;

	for (size_t i = 0; !rc && i < au->closure.paths.n; i++) {
		struct str path = au->closure.paths.v[i];
		int fd CLEANUP_FD = -1;
		ERR(no_folder);

		if (slot_closure_wants(&au->closure, path) || is_told(au, path) ||
		    open_dir(AT_FDCWD, site_real(au->in->store, au->in->a, path), &fd, &no_folder))
			continue;
		rc = walk(au, path, fd, S(""), 0, err);
	}
	return rc;
}
