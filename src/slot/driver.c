/* SPDX-License-Identifier: MIT
 *
 * Finding the driver. Which CUDA it knows says libcuda itself, in a process of its own, as it is a
 * stranger's code; where it cannot be loaded its version tells, by NVIDIA's table. */
#include "slot/driver.h"

#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"
#include "base/process.h"
#include "base/worker.h"

/* The first that has it. */
static const struct {
	const char *folder, *host;
} places[] = {
	{"run/opengl-driver/lib", "NixOS"},
	{"usr/lib/wsl/lib", "WSL2"},
	{"usr/local/nvidia/lib64", "NVIDIA's container toolkit"},
	{"usr/local/nvidia/lib", "NVIDIA's container toolkit"},
	{"usr/lib/aarch64-linux-gnu/tegra", "Jetson"},
	{"usr/lib/aarch64-linux-gnu/nvidia", "Jetson"},
	{"usr/lib/x86_64-linux-gnu/nvidia/current", "Debian"},
	{"usr/lib/aarch64-linux-gnu/nvidia/current", "Debian"},
	{"usr/lib/x86_64-linux-gnu", "Debian and Ubuntu"},
	{"usr/lib/aarch64-linux-gnu", "Debian and Ubuntu"},
	{"lib/x86_64-linux-gnu", "Debian and Ubuntu"},
	{"usr/lib64/nvidia", "Fedora"},
	{"usr/lib64", "Fedora"},
	{"usr/lib", "Arch"},
};

/* What each branch of the driver knows; the newest first. */
static const struct {
	unsigned branch, major, minor;
	const char *text;
} branches[] = {
	{580, 13, 0, "580"}, {575, 12, 9, "575"}, {570, 12, 8, "570"}, {565, 12, 7, "565"},
	{560, 12, 6, "560"}, {555, 12, 5, "555"}, {550, 12, 4, "550"}, {545, 12, 3, "545"},
	{535, 12, 2, "535"}, {530, 12, 1, "530"}, {525, 12, 0, "525"}, {520, 11, 8, "520"},
	{515, 11, 7, "515"}, {510, 11, 6, "510"}, {495, 11, 5, "495"}, {470, 11, 4, "470"},
	{465, 11, 3, "465"}, {460, 11, 2, "460"}, {455, 11, 1, "455"}, {450, 11, 0, "450"},
	{440, 10, 2, "440"},
};

/* Within one major number an older driver runs what is newer (CUDA's minor version compatibility).
 */
const char *driver_for_cuda(unsigned major, unsigned minor)
{
	const char *found = NULL;

	(void)minor;
	for (size_t i = 0; i < ARRAY_LEN(branches); i++)
		if (branches[i].major == major)
			found = branches[i].text;
	return found;
}

const char *driver_root(void)
{
	return env_or("KILN_DRIVER_ROOT", "/");
}

static bool there(const char *root, struct arena *a, const char *path)
{
	return access(arena_printf(a, "%s/%s", root, path), F_OK) == 0;
}

/* ---- the GPU ---- */

/* "Model:           NVIDIA H200" */
static const char *model(struct arena *a, const char *file)
{
	BUF(text, LIMIT_SMALL_FILE);
	struct str rest, line, key, value;
	ERR(ignored);

	if (file_read(AT_FDCWD, file, &text, &ignored))
		return NULL;
	rest = buf_str(&text);
	while (str_split(&rest, '\n', &line))
		if (str_cut(line, ':', &key, &value) && str_eqz(str_trim(key), "Model"))
			return arena_strz(a, str_trim(value));
	return NULL;
}

/* nvidia0, or another number where a container is given one of several. That the kernel knows of
 * GPUs says nothing of what this process may use. */
static bool has_device(const char *root, struct arena *a)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	uint64_t n;
	ERR(ignored);

	if (dir_list(AT_FDCWD, arena_printf(a, "%s/dev", root), &list, &ignored))
		return false;
	for (size_t i = 0; i < list.n; i++) {
		struct str name = str_c(list.v[i].name);

		if (str_starts(name, S("nvidia")) && str_to_u64(str_skip(name, 6), &n))
			return true;
	}
	return false;
}

static void find_gpus(const char *root, struct arena *a, struct driver *d)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	const char *gpus = arena_printf(a, "%s/proc/driver/nvidia/gpus", root);
	ERR(ignored);

	if (dir_list(AT_FDCWD, gpus, &list, &ignored))
		list.n = 0;
	for (size_t i = 0; i < list.n && !d->device; i++)
		d->device = model(a, arena_printf(a, "%s/%s/information", gpus, list.v[i].name));
	d->nvidia = has_device(root, a) ||
		    (there(root, a, "dev/dxg") && there(root, a, "usr/lib/wsl/lib/libcuda.so.1"));
	d->amd = !d->nvidia && there(root, a, "dev/kfd");
	if (!d->device)
		d->device = d->nvidia ? "NVIDIA GPU" : d->amd ? "AMD GPU" : NULL;
}

/* ---- the driver ---- */

/* The first word that is a version: "580.95.05". */
static const char *version_in(struct arena *a, struct str text)
{
	struct str word;

	while (str_split(&text, ' ', &word)) {
		struct str major, rest;
		uint64_t n;

		word = str_trim(word);
		if (str_cut(word, '.', &major, &rest) && str_to_u64(major, &n) && rest.n)
			return arena_strz(a, word);
	}
	return NULL;
}

static const char *version_of_kernel(const char *root, struct arena *a)
{
	static const char *const files[] = {"proc/driver/nvidia/version",
					    "sys/module/nvidia/version"};

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		BUF(text, LIMIT_SMALL_FILE);
		ERR(ignored);
		struct str line, rest;

		if (file_read(AT_FDCWD, arena_printf(a, "%s/%s", root, files[i]), &text, &ignored))
			continue;
		rest = buf_str(&text);
		if (str_split(&rest, '\n', &line)) {
			const char *v = version_in(a, line);
			if (v)
				return v;
		}
	}
	return NULL;
}

/* libcuda.so.1 is a link to libcuda.so.580.95.05. */
static const char *version_of_link(struct arena *a, const char *folder)
{
	char *target CLEANUP_FREE = NULL;
	ERR(ignored);

	if (read_link(AT_FDCWD, arena_printf(a, "%s/libcuda.so.1", folder), &target, &ignored))
		return NULL;
	struct str name = path_base(str_c(target));
	if (!str_starts(name, S("libcuda.so.")))
		return NULL;
	return version_in(a, str_skip(name, 11));
}

static errint ask_libcuda(void *ctx, struct buf *out, struct err *err)
{
	void *lib = dlopen(ctx, RTLD_NOW | RTLD_LOCAL);
	int (*get)(int *) = lib ? (int (*)(int *))dlsym(lib, "cuDriverGetVersion") : NULL;
	int version = 0;

	if (!get || get(&version) || version <= 0)
		return err_set(err, ERR_FAILED, "'%s' does not tell", (char *)ctx);
	buf_printf(out, "%d", version);
	return 0;
}

/* 13000 is 13.0. */
static bool cuda_of_library(struct arena *a, struct driver *d)
{
	char *file = arena_printf(a, "%s/libcuda.so.1", d->folder);
	struct worker w CLEANUP(worker_release) = WORKER_INIT;
	uint64_t n;
	ERR(ignored);

	if (worker_start(ask_libcuda, file, &w, &ignored))
		return false;
	for (bool done = false; !done;)
		if (worker_read(&w, &done, &ignored))
			return false;
	struct str text = buf_str(&w.result);
	while (text.n && !(text.p[0] >= '0' && text.p[0] <= '9'))
		text = str_skip(text, 1);
	if (!str_to_u64(text, &n))
		return false;
	d->cuda_major = (unsigned)(n / 1000);
	d->cuda_minor = (unsigned)(n % 1000 / 10);
	return true;
}

static void cuda_of_version(struct driver *d)
{
	struct str major, rest;
	uint64_t n;

	if (!d->version || !str_cut(str_c(d->version), '.', &major, &rest) ||
	    !str_to_u64(major, &n))
		return;
	for (size_t i = 0; i < ARRAY_LEN(branches); i++)
		if (n >= branches[i].branch) {
			d->cuda_major = branches[i].major;
			d->cuda_minor = branches[i].minor;
			return;
		}
}

/* Images bring a newer libcuda for older drivers (CUDA's forward compatibility), and say so. */
static void find_told(struct arena *a, struct driver *d)
{
	const char *list = env_get("LD_LIBRARY_PATH");
	struct str rest = list ? str_c(list) : STR_NULL, folder;

	while (!d->folder && rest.n && str_split(&rest, ':', &folder)) {
		const char *z = arena_strz(a, folder);

		if (!folder.n || !there(z, a, "libcuda.so.1"))
			continue;
		d->folder = z;
		d->host = "LD_LIBRARY_PATH";
	}
}

errint driver_find(const char *root, struct arena *a, struct driver *out, struct err *err)
{
	struct driver d = {0};

	if (strcmp(root, "/") == 0)
		root = "";
	find_gpus(root, a, &d);
	if (!*root)
		find_told(a, &d);
	for (size_t i = 0; i < ARRAY_LEN(places) && !d.folder; i++) {
		const char *folder = arena_printf(a, "%s/%s", root, places[i].folder);

		if (!there(folder, a, "libcuda.so.1"))
			continue;
		d.folder = folder;
		d.host = places[i].host;
	}
	d.version = version_of_kernel(root, a);
	if (!d.version && d.folder)
		d.version = version_of_link(a, d.folder);
	if (d.folder && !cuda_of_library(a, &d))
		cuda_of_version(&d);
	*out = d;
	return interrupt_check(err);
}

errint driver_libraries(const struct driver *d, struct arena *a, struct str **out, size_t *n,
			struct err *err)
{
	static const struct str names[] = {
		S("libcuda.so"),
		S("libcudadebugger.so"),
		S("libnvidia-ml.so"),
		S("libnvidia-ptxjitcompiler.so"),
		S("libnvidia-nvvm"),
		S("libnvidia-gpucomp.so"),
		S("libnvidia-opencl.so"),
		S("libnvidia-encode.so"),
		S("libnvidia-opticalflow.so"),
		S("libnvcuvid.so"),
		S("libnvoptix.so"),
		/* WSL2 */
		S("libdxcore.so"),
		S("libd3d12"),
		S("libnvdxdlkernels.so"),
		S("libnvwgf2umx.so"),
	};
	struct dir_list list CLEANUP(dir_list_release) = {0};
	errint rc = dir_list(AT_FDCWD, d->folder, &list, err);

	if (rc)
		return rc;
	*n = 0;
	*out = ARENA_ARRAY(a, struct str, list.n);
	for (size_t i = 0; i < list.n; i++)
		for (size_t k = 0; k < ARRAY_LEN(names); k++)
			if (str_starts(str_c(list.v[i].name), names[k])) {
				(*out)[(*n)++] = arena_str(a, str_c(list.v[i].name));
				break;
			}
	return 0;
}
