/* SPDX-License-Identifier: MIT
 *
 * What a project thinks of findings, from its `.flox/kiln.toml`:
 *
 *	[audit]
 *	fail-on = "warning"
 *	advisories = ["advisories.zip"]
 *	fillings = ["torch-cpu-*"]
 *	[audit.severity]
 *	twice = "off"
 *	[audit.licences]
 *	allow = ["MIT", "BSD-3-Clause"]
 *	[[audit.exception]]
 *	rule = "vulnerable"
 *	subject = "CVE-2026-1234"
 *	reason = "the function is not called"
 *	expires = 2027-03-01
 */
#pragma once

#include "audit/audit.h"

struct audit_exception {
	enum audit_rule rule;     /* AUDIT_RULES_COUNT: all */
	struct str package;       /* patterns as of the shell; "" is all */
	struct str file, subject; /* likewise */
	struct str reason;
	int64_t expires; /* Unix seconds; 0: never */
	unsigned line;
	bool expired;
	size_t used; /* by findings, so far */
};

enum { AUDIT_FAIL_NEVER = AUDIT_ERROR + 1 };

struct audit_policy {
	const char *file;        /* for messages, or NULL */
	unsigned fail_on;        /* enum audit_severity, or AUDIT_FAIL_NEVER */
	const char **advisories; /* files */
	size_t n_advisories;
	bool has_fillings;
	struct str *fillings;
	size_t n_fillings;
	bool has_licences;
	struct str *licences; /* that are allowed */
	size_t n_licences;
	/* of each rule: a severity, or below 0: off, or nothing said */
	signed char severity[AUDIT_RULES_COUNT];
	struct audit_exception *exceptions;
	size_t n_exceptions;
};

/* Of a project; NULL, or one without such a file, has kiln's own. now: Unix seconds, by which
 * exceptions end. ERR_CORRUPT with the place of what is wrong, and the nearest name. */
ATTR_MUST_CHECK errint audit_policy_read(const char *project, int64_t now, struct arena *a,
					 struct audit_policy *out, struct err *err);
void audit_policy_init(struct audit_policy *p);
/* Gives findings their severities, takes out those that are off, and marks what is excepted. */
void audit_policy_apply(struct audit_policy *p, struct audit_findings *f);
/* Once all is applied: adds what is to be told of the exceptions themselves. */
void audit_policy_finish(const struct audit_policy *p, struct arena *a, struct audit_findings *f);
/* Do findings of it make the command fail? */
bool audit_policy_fails(const struct audit_policy *p, const struct audit_findings *f);
