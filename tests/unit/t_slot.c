/* SPDX-License-Identifier: MIT
 *
 * Slots as data, what native modules want of them, the driver's table, and the wheels without
 * files. */
#include "tap.h"

#include "base/file.h"
#include "py/native.h"
#include "slot/driver.h"
#include "slot/list.h"
#include "slot/place.h"

static const char own[] =
	"{\"version\":1,\"slots\":{\"torch\":{\"needed\":true,\"projects\":[\"torch\",\"nvidia-*\"],"
	"\"except\":[\"nvidia-ml-py\"],\"modules\":{\"torch\":[\"torch\",\"functorch\"]}},"
	"\"xformers\":{\"projects\":[\"xformers\"]}},\"single\":[\"numpy\"]}";

static void put(const char *dir, const char *name, const char *text)
{
	char *path CLEANUP_FREE = xasprintf("%s/%s", dir, name);
	char *folder CLEANUP_FREE = str_dupz(path_dir(str_c(path)));
	ERR(err);

	IS_OK(mkdir_p(AT_FDCWD, folder, 0755, &err), err, name);
	IS_OK(file_write(AT_FDCWD, path, str_c(text), 0644, 0, &err), err, name);
}

static bool owned(const struct slot_list *l, const char *project, const char *slot)
{
	const struct slot_kind *k = slot_list_owner(l, str_c(project));

	return slot ? k && str_eqz(k->name, slot) : !k;
}

static void test_list(const char *dir)
{
	struct slot_list l;
	size_t n;
	ARENA(a);
	ERR(err);

	put(dir, "pkgs/python/slots.json", own);
	IS_OK(slot_list_read(dir, NULL, &a, &l, &err), err, "a list");
	OK(l.n == 2 && l.v[0].needed && !l.v[1].needed, "its slots");
	OK(owned(&l, "torch", "torch") && owned(&l, "xformers", "xformers"), "projects by name");
	OK(owned(&l, "nvidia-cublas", "torch") && owned(&l, "nvidia-cudnn-cu13", "torch"),
	   "by a pattern");
	OK(owned(&l, "nvidia-ml-py", NULL) && owned(&l, "numpy", NULL), "what is no slot's");
	OK(slot_list_single(&l, S("numpy")) && !slot_list_single(&l, S("torch")), "single ones");
	OK(slot_kind_modules(&l.v[0], S("torch"), &n) && n == 2, "modules that are named");
	OK(!slot_kind_modules(&l.v[1], S("xformers"), &n) && n == 0, "and those that are not");
	OK(!strcmp(slot_list_names(&l, &a), "torch, xformers"), "names for people");
}

static void refused(const char *dir, const char *text, const char *part)
{
	struct slot_list l;
	ARENA(a);
	ERR(err);

	put(dir, ".flox/kiln.toml", text);
	OK(slot_list_read(dir, dir, &a, &l, &err) && str_find(str_c(err.msg), str_c(part)) >= 0,
	   "%s", part);
}

static void test_own(const char *dir)
{
	struct slot_list l;
	ARENA(a);
	ERR(err);

	put(dir, ".flox/kiln.toml",
	    "[other]\nx = 1\n[slots.rays]\nprojects = [\"Ray_S\"]\nneeded = true\n");
	IS_OK(slot_list_read(dir, dir, &a, &l, &err), err, "a project's own slot");
	OK(l.n == 3 && owned(&l, "ray-s", "rays") && l.v[2].needed, "is one more");
	refused(dir, "[slots]\nrays = 1\n", "slot 'rays' is a table with 'projects'");
	refused(dir, "[slots.rays]\n", "slot 'rays' has no 'projects'");
	refused(dir, "[slots.rays]\nprojects = \"x\"\n", "projects");
	refused(dir, "[slots.rays]\nprojects = [1]\n", "'projects' lists names, not an integer");
	refused(dir, "[slots.torch]\nprojects = [\"x\"]\n", "slot 'torch' is there already");
	refused(dir, "slots = [", "kiln.toml:");
}

static void test_native(void)
{
	struct native_objects o CLEANUP(native_objects_release) = {0};
	struct native_objects bad CLEANUP(native_objects_release) = {0};
	unsigned major;
	BUF(text, LIMIT_SMALL_FILE);
	ARENA(a);
	ERR(err);
	const struct str file = S("{\"version\":1,\"objects\":[\n{\"file\":\"a/_C.so\",\"needs\":"
				  "[\"libc10.so\"],\"symbols\":[\"_ZN3c101aEv\",\"x\"]}\n]}\n");

	OK(native_is_torch(S("libtorch_cpu.so")) && native_is_torch(S("libc10.so.2.6")) &&
		   !native_is_torch(S("libtorchaudio.so")),
	   "torch's libraries");
	OK(native_is_cuda(S("libcudart.so.12"), &major) && major == 12, "CUDA's, and its number");
	OK(native_is_cuda(S("libcublasLt.so.13.1"), &major) && major == 13, "with more behind it");
	OK(native_is_cuda(S("libnvrtc.so"), &major) && major == 0, "without");
	OK(!native_is_cuda(S("libcuda.so.1"), &major), "the driver's is none");
	IS_OK(native_parse(&a, file, &o, &err), err, "what a build wrote down");
	OK(o.n == 1 && o.v[0].n_needs == 1 && o.v[0].n_symbols == 2, "has what was wanted");
	native_print(&o, &text);
	OK(str_eq(buf_str(&text), file), "and is written alike");
	OK(native_parse(&a, S("{\"objects\":[{}]}"), &bad, &err) == ERR_CORRUPT, "no file");
	OK(native_parse(&a, S("{}"), &bad, &err) == ERR_CORRUPT, "no objects");
}

static void test_driver(const char *dir)
{
	struct driver d;
	ARENA(a);
	ERR(err);

	OK(!strcmp(driver_for_cuda(13, 0), "580") && !strcmp(driver_for_cuda(12, 8), "525"),
	   "within one number of CUDA's an older driver will do");
	OK(!driver_for_cuda(99, 0), "of a CUDA to come nobody knows");
	IS_OK(driver_find(dir, &a, &d, &err), err, "no driver");
	OK(!d.folder && !d.device && !d.version, "is none");
	put(dir, "usr/lib/wsl/lib/libcuda.so.1", "no library");
	put(dir, "dev/dxg", "");
	put(dir, "sys/module/nvidia/version", "535.104.05\n");
	IS_OK(driver_find(dir, &a, &d, &err), err, "a driver that cannot be loaded");
	OK(d.nvidia && !strcmp(d.host, "WSL2"), "is where it is");
	OK(d.cuda_major == 12 && d.cuda_minor == 2, "and its version tells its CUDA");
}

int main(void)
{
	char *dir CLEANUP_FREE = NULL;
	ERR(err);
	ARENA(a);

	if (temp_dir(temp_dir_root(), "t_slot-", &dir, &err))
		BUG("%s", err.msg);
	test_list(dir);
	test_own(dir);
	test_native();
	test_driver(dir);
	OK(!strcmp(guard_wheel_name(&a, S("nvidia-cudnn-cu13"), S("9.1")),
		   "nvidia_cudnn_cu13-9.1-py3-none-any.whl"),
	   "a wheel's name has no dashes of the project's");
	remove_tree_quietly(AT_FDCWD, dir);
	return tap_done();
}
