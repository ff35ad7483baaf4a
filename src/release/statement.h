/* SPDX-License-Identifier: MIT
 *
 * in-toto Statement v1 (in-toto/attestation, spec/v1): whose bits, and what a gate found of
 * them. The subject is the closure; the predicate's type is "urn:kiln:gate:GATE:v1". */
#pragma once

#include "base/buf.h"
#include "release/evidence.h"

#define STATEMENT_PAYLOAD_TYPE "application/vnd.in-toto+json"

/* Letters, digits, '.', '_' and '-', no more than 64, the first a letter or digit. */
bool gate_name_check(struct str name);
/* Appends the statement as one line of JSON, without a newline. */
void statement_print(const struct evidence *e, struct buf *out);
/* ERR_CORRUPT with what is missing, ill-formed or contradicts itself. Texts live in the arena. */
ATTR_MUST_CHECK errint statement_parse(struct arena *a, struct str text, struct evidence *out,
				       struct err *err);
