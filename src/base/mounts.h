/* SPDX-License-Identifier: MIT
 *
 * Mounts of a process's own: see mount_namespaces(7). */
#pragma once

#include "base/err.h"

/* Cuts the caller's mounts off from everybody else's. Its mount namespace must be new; how is
 * MS_PRIVATE, or MS_SLAVE to go on seeing what the host mounts. '/' is a mount and the namespace's
 * root afterwards, also in a chroot, where /proc is needed for it: without one a chroot that is
 * no mount is refused, and one that is a mount does not become the root. The working folder is lost
 * in a chroot. */
ATTR_MUST_CHECK errint mounts_separate(unsigned long how, struct err *err);
