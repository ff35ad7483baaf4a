/* SPDX-License-Identifier: MIT
 *
 * The last proof of slots, by doing: their modules are imported once by the result's Python, in a
 * process without network, before anything is started with them. */
#pragma once

#include "base/str.h"
#include "base/err.h"

struct store;

struct env_probe {
	const char *python; /* the interpreter, as a program sees it */
	const struct str *modules;
	size_t n;
	const char *mark; /* a file: that it went well is not found out twice */
};

/* The slots are told in this process's environment already (env_tell_slots). An import that fails,
 * ends the process, brings a module from elsewhere, or opens a socket is ERR_FAILED that names
 * module and file. */
ATTR_MUST_CHECK errint env_probe(struct store *s, const struct env_probe *p, struct err *err);
