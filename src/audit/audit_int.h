/* SPDX-License-Identifier: MIT
 *
 * Rules, inside: each is a function that adds what it finds. */
#pragma once

#include "audit/audit.h"
#include "slot/closure.h"

struct auditing {
	const struct audit *in;
	struct slot_closure closure;
	struct audit_findings *out;
};

/* Adds a finding; file may be "", cure NULL. The text is one line. */
ATTR_PRINTF(6, 7)
void audit_add(struct auditing *au, enum audit_rule rule, struct str path, struct str file,
	       const char *cure, const char *fmt, ...);

/* By what is installed: slots' packages, second copies. */
void audit_dists(struct auditing *au);
/* By names of files: libraries of slots and of the driver. */
ATTR_MUST_CHECK errint audit_files(struct auditing *au, struct err *err);
