/* SPDX-License-Identifier: MIT
 *
 * Dependency fields of binary packages (deb-control(5), Debian policy 7.1):
 *
 *	field = group { "," group }		all of them
 *	group = atom { "|" atom }		one of them, the first preferred
 *	atom  = name [":" arch] ["(" op version ")"] */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "deb/version.h"

struct deb_atom {
	struct str name;
	struct str arch; /* "any", "native", an architecture, or "" */
	enum deb_relation rel;
	struct str version; /* with a rel only */
};

struct deb_group {
	struct deb_atom *v;
	size_t n;
};

struct deb_depends {
	struct deb_group *v;
	size_t n;
};

/* Strings borrow from text, arrays live in the arena. ERR_CORRUPT with the atom that is wrong. */
ATTR_MUST_CHECK errint deb_depends_parse(struct arena *a, struct str text, struct deb_depends *out,
					 struct err *err);
