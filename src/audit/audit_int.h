/* SPDX-License-Identifier: MIT
 *
 * Rules, inside: each is a function that adds what it finds. */
#pragma once

#include "audit/audit.h"
#include "audit/facts.h"
#include "sbom/component.h"
#include "slot/closure.h"

struct auditing {
	const struct audit *in;
	struct slot_closure closure; /* what is asked of slots, and which fillings there are */
	struct path_info *infos;     /* ORDER closure.paths */
	struct path_facts *facts;    /* ORDER closure.paths */
	struct component_closure components; /* where somebody asks for them */
	size_t *from; /* who brought it: the index of its referrer; its own: nobody */
	struct audit_findings *out;
};

/* Adds a finding; file and subject may be "", cure NULL: the rule's. The text is one line. */
ATTR_PRINTF(7, 8)
void audit_add(struct auditing *au, enum audit_rule rule, struct str path, struct str file,
	       struct str subject, const char *cure, const char *fmt, ...);
/* Gravest first, then by path and file. */
void audit_sort(struct audit_findings *f);
/* The index of a path of the closure, or its number of paths. */
size_t audit_index(const struct auditing *au, struct str path);

/* By what is installed: slots' packages, second copies. */
void audit_dists(struct auditing *au);
/* By native libraries: those of slots and of the driver, second copies, what is not found. */
void audit_libraries(struct auditing *au);
/* What each path has by itself. */
void audit_found(struct auditing *au);
/* What only builds need, and what nothing fixes. */
ATTR_MUST_CHECK errint audit_inputs(struct auditing *au, struct err *err);
/* By licences that are not allowed, where a policy lists them. */
void audit_licences(struct auditing *au);
/* By versions with known vulnerabilities. */
ATTR_MUST_CHECK errint audit_advisories(struct auditing *au, struct err *err);
