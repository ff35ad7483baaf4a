/* SPDX-License-Identifier: MIT
 *
 * The interpreters that compile: how they are started, fed and waited for. */
#pragma once

#include <sys/types.h>
#include "base/err.h"
#include "base/str.h"

struct bytecode_crew {
	const char *interpreter, *script;
	const struct str *names;
	size_t n;
	int left; /* where they write the names that are to be compiled alone */
	int log;
	const unsigned *busy; /* or NULL */
};

/* Runs the script until each name was handed to one: a message of its standard input each. */
ATTR_MUST_CHECK errint bytecode_share(const struct bytecode_crew *c, struct err *err);
/* One interpreter with another script. */
ATTR_MUST_CHECK errint bytecode_start(const struct bytecode_crew *c, const char *script, int in,
				      int out, pid_t *pid, struct err *err);
ATTR_MUST_CHECK errint bytecode_wait(const struct bytecode_crew *c, pid_t pid, struct err *err);
