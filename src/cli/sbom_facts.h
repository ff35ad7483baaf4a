/* SPDX-License-Identifier: MIT
 *
 * What is known of a closure's packages beside what the store has: for commands that list
 * components. */
#pragma once

#include "cli/cli.h"
#include "sbom/component.h"

/* The set's facts, and those of the project around (or NAME's), if there is one: a project that
 * does not evaluate only leaves its own out, with a note. */
ATTR_MUST_CHECK errint sbom_facts(struct cli *cli, const char *project,
				  struct component_facts **out, struct err *err);
