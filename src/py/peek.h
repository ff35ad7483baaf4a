/* SPDX-License-Identifier: MIT
 *
 * Looking into wheels and source archives without installing them. */
#pragma once

#include "py/names.h"
#include "py/wheel.h"

/* What it says of itself: METADATA, or with `source` PKG-INFO, and then in build the names that
 * its pyproject.toml wants for building. Everything lives in the arena. fd is a file's, from its
 * start. */
ATTR_MUST_CHECK errint peek_metadata(int fd, bool source, struct arena *a,
				     struct wheel_metadata *out, struct py_names *build,
				     struct err *err);
/* Writes one member as a program, whole or not at all. */
ATTR_MUST_CHECK errint peek_program(int fd, struct str member, const char *to, struct err *err);
