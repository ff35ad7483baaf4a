/* SPDX-License-Identifier: MIT
 *
 * Environment markers by PEP 508: `python_version < "3.11" and extra == "test"`. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* X(name in C, PEP 508's name, compared as a version) */
#define MARKER_VARS(X)                                                      \
	X(OS_NAME, "os_name", false)                                        \
	X(SYS_PLATFORM, "sys_platform", false)                              \
	X(PLATFORM_MACHINE, "platform_machine", false)                      \
	X(PLATFORM_IMPLEMENTATION, "platform_python_implementation", false) \
	X(PLATFORM_RELEASE, "platform_release", true)                       \
	X(PLATFORM_SYSTEM, "platform_system", false)                        \
	X(PLATFORM_VERSION, "platform_version", false)                      \
	X(PYTHON_VERSION, "python_version", true)                           \
	X(PYTHON_FULL_VERSION, "python_full_version", true)                 \
	X(IMPLEMENTATION_NAME, "implementation_name", false)                \
	X(IMPLEMENTATION_VERSION, "implementation_version", true)           \
	X(EXTRA, "extra", false)

enum marker_var {
#define X(id, name, version) MARKER_##id,
	MARKER_VARS(X)
#undef X
		MARKER_VAR_COUNT,
	MARKER_LITERAL = -1,
};

struct marker_env {
	struct str v[MARKER_VAR_COUNT];
};
/* CPython on Linux. full is "3.13.5"; strings are borrowed, but "3.13" lives in the arena. The
 * kernel's release and version are "", because nothing may depend on them. */
struct marker_env marker_env_linux(struct arena *a, struct str full, struct str machine);
/* This machine's, as PEP 508's platform_machine has it. */
struct str marker_machine(void);

struct marker;
/* The tree lives in the arena. Depth is bounded. */
ATTR_MUST_CHECK errint marker_parse(struct arena *a, struct str s, struct marker **out,
				    struct err *err);
/* A comparison that PEP 508 leaves undefined (`os_name ~= "x"`) is an error. */
ATTR_MUST_CHECK errint marker_eval(const struct marker *m, const struct marker_env *env, bool *out,
				   struct err *err);
