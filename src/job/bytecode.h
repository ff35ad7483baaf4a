/* SPDX-License-Identifier: MIT
 *
 * Python bytecode whose bits depend on the interpreter, the file's name and its text alone: those
 * that a child gives which is forked for this one file from an interpreter that imported nothing
 * but what its start imports. Marshalling may tell which strings a process already knew; only the
 * files of which it does get such a child. The .pyc files are PEP 552's unchecked-hash kind: no
 * time stamp, and valid although the store's times are 1. */
#pragma once

#include "base/err.h"
#include "base/str.h"

/* Writes __pycache__/NAME.<tag>.pyc beside every .py below the folders (absolute). A file that is
 * no valid Python (templates, tests of syntax errors) is told to log and gets none. busy: as in
 * sandbox/builtin.h; an interpreter runs on each processor that nobody else needs. */
ATTR_MUST_CHECK errint bytecode_compile(const char *interpreter, const struct str *folders,
					size_t n, int log, const unsigned *busy, struct err *err);
