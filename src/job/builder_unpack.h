/* SPDX-License-Identifier: MIT
 *
 * builtin:kiln-unpack-1 unpacks an archive of whatever kind, told by its content, with the rules of
 * archive_unpack(). Its environment:
 *
 *	archive	   the file
 *	out	   the folder to make (or the file, when that is all there is and stripRoot is said)
 *	stripRoot  1: the archive must hold one thing, which becomes `out`; else `out` holds it all
 */
#pragma once

#include "sandbox/builtin.h"

extern const struct builtin_builder builder_unpack_1;
