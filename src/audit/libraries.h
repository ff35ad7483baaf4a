/* SPDX-License-Identifier: MIT
 *
 * Names of native libraries: what bundled copies are called, which belong to a driver, and of which
 * a process should have one. */
#pragma once

#include "base/arena.h"

/* Without the mark of a wheel's tools: "libcudart.so.12" of "libcudart-1a2b3c4d.so.12". */
struct str library_plain(struct arena *a, struct str name);
/* "libgomp" of "libgomp-a34b3233.so.1.0.0": what is called so is the same library. */
struct str library_base(struct arena *a, struct str name);
/* Does it belong to the version of a GPU's driver? */
bool library_is_driver(struct str plain);
/* What two of them do in one process, by the base; NULL of those that may be there twice. */
const char *library_two(struct str base);
/* Is it called like a shared object? */
bool library_is_name(struct str name);
