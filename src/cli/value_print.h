/* SPDX-License-Identifier: MIT
 *
 * Values and parsed sources on standard output. */
#pragma once

#include "cli/cli.h"
#include "project/evaluation.h"

/* Prints the parsed source, or a value, and ends the line. */
ATTR_MUST_CHECK errint print_parsed(struct evaluation *e, struct eval_source from, struct err *err);
ATTR_MUST_CHECK errint print_evaluated(struct evaluation *e, struct value *v, enum eval_output how,
				       unsigned flags, struct err *err);
