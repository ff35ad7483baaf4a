/* SPDX-License-Identifier: MIT
 *
 * Slots: the explicit list of projects that the runtime brings and no closure may hold. */
#pragma once

#include "base/str.h"

/* name is in its PEP 503 form. nvidia-ml-py is not a slot: it is Python only. */
bool slot_name_is(struct str name);
