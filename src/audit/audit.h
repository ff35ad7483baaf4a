/* SPDX-License-Identifier: MIT
 *
 * What is wrong with a closure: what it must not hold, told with the chain of references that
 * brought it and what helps. Every rule is a row of rules.def, named for people, exceptions and
 * reports. What is found in one path is kept (facts.h); what a project thinks of it is its policy
 * (policy.h). */
#pragma once

#include "slot/list.h"
#include "store/store.h"

struct audit_policy;
struct component_facts;

enum audit_severity { AUDIT_NOTE, AUDIT_WARNING, AUDIT_ERROR };

enum audit_rule {
#define X(id, name, severity, text, cure) AUDIT_##id,
#include "audit/rules.def"
#undef X
	AUDIT_RULES_COUNT,
};
const char *audit_rule_name(enum audit_rule r);
const char *audit_rule_text(enum audit_rule r);
/* What helps in general, or "". */
const char *audit_rule_cure(enum audit_rule r);
/* What it has when no policy says otherwise. */
enum audit_severity audit_rule_severity(enum audit_rule r);
/* By its name; false when there is none. */
bool audit_rule_find(struct str name, enum audit_rule *out);
const char *audit_severity_name(enum audit_severity s);

struct audit_finding {
	enum audit_rule rule;
	enum audit_severity severity;
	struct str path;    /* the store path that it is about, or "" */
	struct str file;    /* within it; of no path: one of this machine; or "" */
	struct str subject; /* what a policy may name: a project, a library, an advisory; or "" */
	struct str *also;   /* other names of the subject */
	size_t n_also;
	struct str text; /* one line */
	struct str cure; /* one line, or "" */
	struct str *why; /* from the audited path to `path`, both included */
	size_t n_why;
	struct str recipe;   /* where to mend it: a file of the project, or "" */
	unsigned line;       /* in it, from 1 */
	struct str excepted; /* the reason of the exception that it falls under, or "" */
};
/* The array is malloc'd, all else lives in the arena. */
struct audit_findings {
	struct audit_finding *v; /* gravest first, then by path and file */
	size_t n, cap;
};
void audit_findings_release(struct audit_findings *f);
/* Those that no exception takes out. */
size_t audit_findings_count(const struct audit_findings *f, enum audit_severity s);

struct audit {
	struct store *store;
	struct arena *a;
	struct str top; /* a valid path */
	const struct slot_list *slots;
	const struct audit_policy *policy;        /* or NULL: kiln's own */
	const struct component_facts *components; /* what is known of packages, or NULL */
	const char *const *advisories;            /* exports of these */
	size_t n_advisories;
	struct str debian; /* the release that the set's packages are of, "13"; "" when unknown */
	bool fresh;        /* look at everything again */
};
/* Looks through the closure of a->top. *out is released also after a failure. */
ATTR_MUST_CHECK errint audit_run(const struct audit *a, struct audit_findings *out,
				 struct err *err);
/* The release of Debian that a set's packages are of, "13", by the folder that holds pkgs/; "" of
 * a set that does not say. */
struct str audit_debian_release(struct arena *a, const char *data_dir);
