/* SPDX-License-Identifier: MIT
 *
 * The ten points as people and programs read them. */
#pragma once

#include "checklist/checklist.h"
#include "cli/cli.h"

/* cli->status is 1 when a point is not met, or could not be looked at though it could be. */
void checklist_print(struct cli *cli, const struct checklist *l, bool json);
