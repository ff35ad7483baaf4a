/* SPDX-License-Identifier: MIT
 *
 * Evidence at the remote: both sides are united, never is one replaced by the other. */
#pragma once

#include "release/moves.h"

/* What the remote has, if it was asked, comes into the ref here. */
ATTR_MUST_CHECK errint evidence_bring(struct release *r, struct err *err);
/* A plan that moves anything at the remote takes the evidence along, in the same push. */
ATTR_MUST_CHECK errint evidence_plan(struct release_plan *p, struct err *err);
/* Both have all afterwards; who is overtaken tries again. ERR_NOT_FOUND without a remote. */
ATTR_MUST_CHECK errint evidence_share(struct release *r, struct err *err);
