/* SPDX-License-Identifier: MIT
 *
 * Filling slots: `torch=cpu`, `torch=cuda`, `torch=venv:PATH`, `torch=/nix/store/…`. */
#pragma once

#include "project/session.h"
#include "slot/filling.h"

/* The attribute path of a filling in kiln's set. A filling that is a path is ERR_USAGE here. */
ATTR_MUST_CHECK errint slot_attr(struct arena *a, const char *text, const char **out,
				 struct err *err);
/* Says that the set has no such filling, and what there is; what err held before is gone. */
ATTR_MUST_CHECK errint slot_unknown(const char *text, struct err *err);
/* The slot of such a text, and what is to fill it. ERR_NOT_FOUND with those that there are. */
ATTR_MUST_CHECK errint slot_kind_of(const struct slot_list *l, struct arena *a, const char *text,
				    const struct slot_kind **out, struct str *filling,
				    struct err *err);
/* Builds the named filling, or finds what lies at a path (`venv:PATH`: it must be a virtual
 * environment), and reads it. Strings live in the arena; *out is released also after a failure. */
ATTR_MUST_CHECK errint slot_fill(struct session *s, struct arena *a, const struct slot_list *l,
				 const char *text, struct filling *out, struct err *err);
