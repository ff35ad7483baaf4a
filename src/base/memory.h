/* SPDX-License-Identifier: MIT
 *
 * How much memory is left, for whoever would rather fail than be killed. */
#pragma once

#include "base/str.h"

/* Bytes that this process may still use without pushing the machine, or the control group it runs
 * in, over its limit; SIZE_MAX where nobody tells. Reads files: not for every allocation. */
size_t memory_left(void);
/* The least of the limits on this process's address space and data; SIZE_MAX without one. */
size_t memory_address_limit(void);
/* Ends the process with "out of memory": for what cannot go on and has nobody to tell. */
ATTR_NORETURN ATTR_COLD void memory_exhausted(size_t wanted);
