/* SPDX-License-Identifier: MIT
 *
 * The relocation rules of a package: lines of tab-separated words from the derivation, data about
 * one Debian package that no program could guess. In arguments \n \t \\ and \0 are escapes and
 * @out@ is the output's path. What each verb does is told in pkgs/debian/groups. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* X(id, word, arguments) */
#define DEB_VERBS(X)                 \
	X(LAYOUT, "layout", 2)       \
	X(DROP, "drop", 1)           \
	X(TRIM, "trim", 1)           \
	X(MOVE, "move", 2)           \
	X(LINK, "link", 2)           \
	X(COPY, "copy", 2)           \
	X(CONCAT, "concat", 2)       \
	X(REPLACE, "replace", 3)     \
	X(BYTES, "bytes", 4)         \
	X(SWEEP, "sweep", 2)         \
	X(UNTOUCHED, "untouched", 1) \
	X(NEEDED, "needed", 2)       \
	X(SEARCH, "search", 2)       \
	X(RPATH, "rpath", 1)         \
	X(MISSING, "missing", 1)     \
	X(DANGLING, "dangling", 1)   \
	X(COMPILE, "compile", 2)     \
	X(WRITE, "write", 2)         \
	X(WRAP, "wrap", 2)           \
	X(PATHS, "paths", 1)         \
	X(CONFIG, "config", 1)       \
	X(REDIRECT, "redirect", 3)

enum deb_verb {
#define X(id, word, args) DEB_##id,
	DEB_VERBS(X)
#undef X
};

enum { DEB_RULE_ARGS = 4 };

struct deb_rule {
	enum deb_verb verb;
	unsigned line; /* from 1, for messages */
	struct str arg[DEB_RULE_ARGS];
};

struct deb_rules {
	struct deb_rule *v;
	size_t n;
};

/* Parses all lines; empty ones are skipped. An unknown verb, a wrong count of words or a bad escape
 * is ERR_CORRUPT with the line. Strings live in the arena. */
ATTR_MUST_CHECK errint deb_rules_parse(struct arena *a, struct str text, struct str out_path,
				       struct deb_rules *out, struct err *err);
const char *deb_verb_word(enum deb_verb v);
/* Does a rule of this verb have a first argument that matches path as a glob? */
const struct deb_rule *deb_rules_match(const struct deb_rules *r, enum deb_verb verb,
				       struct str path);
/* fnmatch(3) with '*' stopping at '/'. */
bool deb_glob_match(struct str glob, struct str path);
