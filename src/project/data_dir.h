/* SPDX-License-Identifier: MIT
 *
 * Where kiln's own files are: the folder that holds pkgs/. */
#pragma once

#include "base/err.h"

/* $KILN_DATA_DIR, beside the program in a build folder, or the installed one; malloc'd.
 * ERR_NOT_FOUND with the places looked at. */
ATTR_MUST_CHECK errint data_dir_find(char **out, struct err *err);
