/* SPDX-License-Identifier: MIT
 *
 * Finding what `kiln build` and `flox build` are to build. */
#pragma once

#include "cli/build_command.h"

/* Fills c->found by evaluating. c->request.inputs, if any, is told what that depends on. */
ATTR_MUST_CHECK errint build_find(struct build_command *c, struct cli *cli, struct err *err);

/* The same, but answers with what an earlier evaluation found as long as nothing that it depends
 * on has changed, and keeps what is found now. */
ATTR_MUST_CHECK errint build_find_kept(struct build_command *c, struct cli *cli, struct err *err);
