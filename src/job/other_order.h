/* SPDX-License-Identifier: MIT
 *
 * The order in which a folder's entries come is its file system's affair: another one shows what
 * depends on it. */
#pragma once

#include "base/err.h"

/* A folder of this machine, with room, on a file system where new files come in another order than
 * in `dir`, an existing folder that can be written to; NULL: none is known. Found by trying. */
const char *other_order_find(const char *dir);
