/* SPDX-License-Identifier: MIT
 *
 * What the things that kiln audit can look at have in common: recipes and paths, an environment, a
 * process. First audits_prepare(), then the findings of each, then audits_finish(). */
#pragma once

#include "audit/policy.h"
#include "cli/audit_mend.h"
#include "cli/audit_print.h"

enum { AUDIT_FOUND = 1, AUDIT_TROUBLE = 2 };

struct audit_command {
	bool json, sarif, list, fresh, env, fix, dry_run;
	const char *project;
	const char *runtime;
	struct option_list advisories, names;
};

/* What all results of one call share. */
struct audits {
	struct cli *cli;
	const struct audit_command *c;
	char *dir; /* the project, or NULL */
	struct slot_list slots;
	struct audit_policy policy;
	const char *const *advisories;
	size_t n_advisories;
	struct str debian;
	struct component_facts *components;
	struct audit_mend mend;
	struct audit_print print;
};

/* Reads what a project says; as->dir may be set before, else it is the project around. */
ATTR_MUST_CHECK errint audits_prepare(struct audits *as, struct err *err);
/* Looks through one result, and prints. recipe: that it is of, or "". */
ATTR_MUST_CHECK errint audits_one(struct audits *as, struct str name, struct str recipe,
				  struct str top, struct err *err);
/* Prints the findings of one, and lets the status be theirs. */
void audits_tell(struct audits *as, struct str name, struct str top, struct audit_findings *f);
/* What is to be told once all have been looked at. */
ATTR_MUST_CHECK errint audits_finish(struct audits *as, struct err *err);
