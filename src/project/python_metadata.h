/* SPDX-License-Identifier: MIT
 *
 * What the files of a lock say of themselves: METADATA of a wheel; PKG-INFO and pyproject.toml of a
 * source archive. The files are brought as a build would bring them, so that the store has them. */
#pragma once

#include "project/session.h"
#include "py/lock_row.h"

/* A locked file, brought like any source and open for reading. */
ATTR_MUST_CHECK errint python_open(struct session *s, struct str project, const struct py_file *f,
				   struct arena *a, int *out, struct err *err);
/* Fills row->about, and row->build of a source archive. */
ATTR_MUST_CHECK errint python_metadata(struct session *s, const struct py_stack *stack,
				       struct arena *a, struct py_row *row, struct err *err);
