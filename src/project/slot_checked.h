/* SPDX-License-Identifier: MIT
 *
 * Starts that were checked and had nothing to say: a result and what fills its slots, both of the
 * store, do not change, so that the same kiln on the same driver finds the same. Kept in
 * `<cache>/kiln/slots/checked-<hash>`. */
#pragma once

#include "project/session.h"
#include "slot/driver.h"
#include "slot/place.h"

struct slot_checked {
	const char *file; /* "" where nothing of it can be kept */
	struct str python, interpreter;
	struct slot_place place;
};

/* Where that start is kept; file stays "" when a filling is not of the store. */
void slot_checked_name(struct session *s, struct arena *a, struct str result,
		       const struct slot_list *list, const struct filling *fillings, size_t n,
		       const struct driver *driver, struct slot_checked *out);
/* Was it checked, and is what was made for it there? */
bool slot_checked_find(struct arena *a, struct slot_checked *c);
/* From now on it was; a failure only means that it is checked again. */
void slot_checked_keep(const struct slot_checked *c);
