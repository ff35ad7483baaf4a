/* SPDX-License-Identifier: MIT
 *
 * What names of libraries say. */
#include "audit/libraries.h"

/* Libraries that belong to the driver's version (NVIDIA driver README, "Installed Components"). */
bool library_is_driver(struct str name)
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

/* Libraries are renamed when wheels bundle them: "libcudart-1a2b3c4d.so.12", "libz.3eda8113.so.1"
 * are still those. */
struct str library_plain(struct arena *a, struct str name)
{
	enum { MARK_MIN = 6, MARK_MAX = 16 };
	ptrdiff_t so = str_find(name, S(".so"));
	size_t n = 0;

	if (so < 0)
		return name;
	for (; n < (size_t)so; n++) {
		char c = name.p[(size_t)so - n - 1];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			break;
	}
	if (n < MARK_MIN || n > MARK_MAX || n + 4 >= (size_t)so ||
	    !strchr("-.", name.p[(size_t)so - n - 1]))
		return name;
	return str_c(arena_printf(a, "%.*s%.*s", (int)((size_t)so - n - 1), name.p,
				  STR_ARG(str_skip(name, (size_t)so))));
}

struct str library_base(struct arena *a, struct str name)
{
	struct str plain = library_plain(a, name);
	ptrdiff_t so = str_find(plain, S(".so"));

	return so < 0 ? plain : str_sub(plain, 0, (size_t)so);
}

bool library_is_name(struct str name)
{
	return str_ends(name, S(".so")) || str_find(name, S(".so.")) >= 0;
}

/* What keeps state for the whole process: its threads, its heap, its registry. Of others, such as
 * libz, a second copy costs its size and no more. X(name, what two of them do) */
#define SINGLE_LIBRARIES(X)                                                      \
	X("libgomp", "each starts its own threads")                              \
	X("libomp", "each starts its own threads")                               \
	X("libiomp5", "each starts its own threads")                             \
	X("libopenblas", "each starts its own threads")                          \
	X("libopenblasp", "each starts its own threads")                         \
	X("libscipy_openblas", "each starts its own threads")                    \
	X("libscipy_openblas64_", "each starts its own threads")                 \
	X("libmkl_core", "each starts its own threads")                          \
	X("libtbb", "each starts its own threads")                               \
	X("libtbbmalloc_proxy", "each takes over the heap")                      \
	X("libjemalloc", "each takes over the heap")                             \
	X("libtcmalloc", "each takes over the heap")                             \
	X("libstdc++", "exceptions and locales of one are unknown to the other") \
	X("libprotobuf", "each registers the same messages")                     \
	X("libpython3", "each has its own interpreter")                          \
	X("libglib-2.0", "each registers the same types")

const char *library_two(struct str base)
{
	static const struct {
		struct str name;
		const char *effect;
	} rows[] = {
#define X(name, effect) {S(name), effect},
		SINGLE_LIBRARIES(X)
#undef X
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (str_eq(rows[i].name, base))
			return rows[i].effect;
	return NULL;
}
