/* SPDX-License-Identifier: MIT
 *
 * Bringing back what is registered and gone or altered: from where it was fetched, or by building
 * it again. */
#pragma once

#include "project/session.h"
#include "store/store.h"

/* Verifies the contents of these valid paths, or of all when paths is NULL, and repairs what it
 * can: what stands there goes only once its successor was found to be what was registered. What
 * cannot be repaired is told to the report, and *left counts it. */
ATTR_MUST_CHECK errint project_repair(struct session *s, const struct str *paths, size_t n,
				      size_t *left, struct err *err);
