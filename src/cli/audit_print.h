/* SPDX-License-Identifier: MIT
 *
 * Findings as people, programs and those who collect them (SARIF 2.1.0) read them. */
#pragma once

#include "audit/audit.h"
#include "cli/cli.h"

enum audit_format { AUDIT_TEXT, AUDIT_JSON, AUDIT_SARIF };

/* In this order: begin, each result, end. */
struct audit_print {
	enum audit_format format;
	size_t n; /* results so far */
	size_t n_findings;
};
void audit_print_begin(struct audit_print *p);
void audit_print_result(struct audit_print *p, struct str name, struct str path,
			const struct audit_findings *f);
void audit_print_end(struct audit_print *p);
/* Every rule, with what helps. */
void audit_print_rules(bool json);
