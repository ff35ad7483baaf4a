/* SPDX-License-Identifier: MIT
 *
 * What is wrong with a closure: what it must not hold, told with the chain of references that
 * brought it and what helps. Every rule is a row here, named for people, exceptions and reports. */
#pragma once

#include "slot/list.h"
#include "store/store.h"

enum audit_severity { AUDIT_NOTE, AUDIT_WARNING, AUDIT_ERROR };

/* X(id, name, severity, what it finds) */
#define AUDIT_RULES(X)                                                                         \
	X(SLOT, "slot", ERROR, "a package of a slot that no recipe names as a filling")        \
	X(SLOT_LIBRARY, "slot-library", ERROR, "a slot's library, without its package's name") \
	X(DRIVER, "driver", ERROR, "a library of the GPU's driver, which the host brings")     \
	X(VERSIONS, "versions", ERROR, "two versions of one Python distribution")              \
	X(TWICE, "twice", WARNING, "the same version of a Python distribution in two places")  \
	X(MISSING, "missing", WARNING,                                                         \
	  "a distribution asks for one that the closure does not have")                        \
	X(UNFIT, "unfit", WARNING, "a distribution asks for another version than is there")    \
	X(FILLING, "filling", NOTE, "a slot's filling that a recipe names: wanted")

enum audit_rule {
#define X(id, name, severity, text) AUDIT_##id,
	AUDIT_RULES(X)
#undef X
		AUDIT_RULES_COUNT,
};
const char *audit_rule_name(enum audit_rule r);
const char *audit_rule_text(enum audit_rule r);
enum audit_severity audit_rule_severity(enum audit_rule r);
const char *audit_severity_name(enum audit_severity s);

struct audit_finding {
	enum audit_rule rule;
	struct str path; /* the store path that it is about */
	struct str file; /* within it, or "" */
	struct str text; /* one line */
	struct str cure; /* one line, or "" */
	struct str *why; /* from the audited path to `path`, both included */
	size_t n_why;
};
/* The array is malloc'd, all else lives in the arena. */
struct audit_findings {
	struct audit_finding *v; /* gravest first, then by path and file */
	size_t n, cap;
};
void audit_findings_release(struct audit_findings *f);
size_t audit_findings_count(const struct audit_findings *f, enum audit_severity s);

struct audit {
	struct store *store;
	struct arena *a;
	struct str top; /* a valid path */
	const struct slot_list *slots;
};
/* Looks through the closure of a->top. *out is released also after a failure. */
ATTR_MUST_CHECK errint audit_run(const struct audit *a, struct audit_findings *out,
				 struct err *err);
