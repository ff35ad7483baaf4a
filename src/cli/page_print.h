/* SPDX-License-Identifier: MIT
 *
 * Manual pages as text: what scdoc(5) makes of their sources, as far as ours use it, for terminals
 * and where there is no man. */
#pragma once

#include "base/buf.h"
#include "base/str.h"

/* Appends the page, lines of at most `width` columns; with `bold`, what is bold in it is so on a
 * terminal. Any text is a page. */
void page_print(struct str source, unsigned width, bool bold, struct buf *out);
