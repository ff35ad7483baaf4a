/* SPDX-License-Identifier: MIT
 *
 * Secrets in texts: private keys with their contents, and tokens whose form nothing else has. Words
 * like "password = " say nothing, and what is called an example is none. */
#pragma once

#include "base/str.h"

struct secret {
	const char *what; /* "a private key" */
	size_t at;        /* byte in the text */
};
/* The first at or behind `from`; false when there is no more. */
bool secret_find(struct str text, size_t from, struct secret *out);
/* The line of a byte, from 1. */
size_t secret_line(struct str text, size_t at);
/* Is that the name of a file whose secrets are meant to be public: tests, examples, manuals? */
bool secret_is_public(struct str file);
