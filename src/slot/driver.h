/* SPDX-License-Identifier: MIT
 *
 * The machine's GPU and its driver. A driver always comes from the host, and each kind of host
 * keeps it elsewhere; nothing here needs the GPU to work. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct driver {
	bool nvidia, amd;                /* such a GPU is here */
	const char *device;              /* "NVIDIA H200", "AMD GPU"; NULL without one */
	const char *folder;              /* that holds libcuda.so.1, or NULL */
	const char *host;                /* the kind of host that keeps it there: "NixOS", "WSL2" */
	const char *version;             /* "580.95.05", or NULL */
	unsigned cuda_major, cuda_minor; /* the newest CUDA that it knows; 0 when nobody tells */
};

/* What is below `root`, "/" for this machine. Strings live in the arena. Absence is no failure. */
ATTR_MUST_CHECK errint driver_find(const char *root, struct arena *a, struct driver *out,
				   struct err *err);
/* The root that is meant: KILN_DRIVER_ROOT, else "/". */
const char *driver_root(void);
/* The names in d->folder that belong to the driver: libcuda and its companions, none of the host's
 * other libraries. */
ATTR_MUST_CHECK errint driver_libraries(const struct driver *d, struct arena *a, struct str **out,
					size_t *n, struct err *err);
/* The oldest driver that knows this CUDA, as in "580", or NULL. */
const char *driver_for_cuda(unsigned major, unsigned minor);
