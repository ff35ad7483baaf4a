/* SPDX-License-Identifier: MIT
 *
 * The parts, and how they tell. */
#pragma once

#include "doctor/doctor.h"

#define X(id, name, what) void doctor_##id(struct doctor *d);
DOCTOR_PARTS(X)
#undef X

/* Adds a finding of the part at work; cure is copied, or NULL. */
ATTR_PRINTF(4, 5)
void doctor_tell(struct doctor *d, enum verdict v, const char *cure, const char *fmt, ...);
/* The same of a failure: its message, with its cures. */
void doctor_tell_err(struct doctor *d, enum verdict v, const struct err *err);
