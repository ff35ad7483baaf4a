/* SPDX-License-Identifier: MIT
 *
 * Lock files that a killed process left. Git takes each for a process at work, and only a person
 * can tell it otherwise: who keeps a journal of his own work knows when to ask. */
#pragma once

#include "git/git_place.h"

/* Removes the locks of these refs and of the index, where they stay as they are for a moment while
 * no git is at work in the work tree. Those of somebody who is are left. */
void git_remove_stale_locks(const struct git_place *p, const char *const *refs, size_t n);
