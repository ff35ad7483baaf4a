/* SPDX-License-Identifier: MIT
 *
 * kiln.conf: `key = value` lines, '#' starts a comment line, a later file's key replaces an
 * earlier's. Read in this order: /etc/kiln/kiln.conf, $XDG_CONFIG_HOME/kiln/kiln.conf, $KILN_CONF.
 *
 *	mirror.debian = URL URL …	roots that hold pool/ and dists/
 *	mirror.pypi = URL URL …		indices that hold <project>/
 *	mirror.NAME = URL …		for mirror://NAME/…
 *	source-dirs = DIR DIR …		vendored files, looked at before any host
 *	source-cache = DIR|URL …	caches of sources by their hash, asked before any mirror
 *	tarball-ttl = SECONDS		how long evaluation believes what a URL or ref gave
 *	flake-registry = FILE		what short names of flakes stand for
 *	access-tokens = HOST=TOKEN …	for forges */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct conf;
struct report;

/* The files above; one that is absent is fine, a line that does not parse is an error with its
 * position, an unknown key a warning with the nearest known one. */
ATTR_MUST_CHECK errint conf_load(struct report *report, struct conf **out, struct err *err);
/* The same from one text; file is for messages. */
ATTR_MUST_CHECK errint conf_parse(struct str text, const char *file, struct report *report,
				  struct conf **out, struct err *err);
void conf_free(struct conf *c);
void conf_cleanup(struct conf **c);

/* The value, borrowed; false when unset. */
bool conf_get(const struct conf *c, struct str key, struct str *out);
/* The i-th key that is set, or false: its value, and "FILE:LINE". Borrowed. */
bool conf_at(const struct conf *c, size_t i, const char **key, const char **value,
	     const char **from);
/* Takes the next word off the front of a value; false at its end. */
bool conf_word(struct str *rest, struct str *word);
