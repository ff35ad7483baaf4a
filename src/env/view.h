/* SPDX-License-Identifier: MIT
 *
 * A view of the machine in which the store stands at its logical place. What is built says
 * `/nix/store/…` inside; a store kept elsewhere (a chroot store, or a user's own below
 * $XDG_DATA_HOME) is shown there to the program that kiln starts, and to nobody else, in a user
 * and mount namespace. A /nix of somebody else's stays visible beside ours. */
#pragma once

#include "base/err.h"

struct store;

/* Changes this process (single-threaded): afterwards the logical store folder is real, and all
 * else as before, the user's id too. Does nothing where it is real already. Meant to be followed
 * by exec. Without user namespaces: ERR_DENIED with the cure. */
ATTR_MUST_CHECK errint view_enter(struct store *s, struct err *err);
