/* SPDX-License-Identifier: MIT
 *
 * Filling slots: `torch=cpu`, `torch=/nix/store/…`, `torch=./venv`. */
#pragma once

#include "project/session.h"

/* The attribute path of a filling in kiln's set. A filling that is a path is ERR_USAGE here. */
ATTR_MUST_CHECK errint slot_attr(struct arena *a, const char *text, const char **out,
				 struct err *err);
/* Says that the set has no such filling, and what there is; what err held before is gone. */
ATTR_MUST_CHECK errint slot_unknown(const char *text, struct err *err);
/* Builds the named filling, or finds the site-packages of a path: the slot's name, and the folders
 * as a started program will see them. Strings live in the arena. */
ATTR_MUST_CHECK errint slot_fill(struct session *s, struct arena *a, const char *text,
				 const char **slot, struct str **folders, size_t *n,
				 struct err *err);
