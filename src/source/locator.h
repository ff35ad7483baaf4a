/* SPDX-License-Identifier: MIT
 *
 * What names a source: the arguments of fetchTree, or the same as text, a flake reference (Nix
 * manual, "nix flake", "Flake references"): "github:NixOS/nixpkgs/24.05" or
 * "git+https://…?ref=main". Nothing here transfers. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* An argument of builtins.fetchTree and its like. */
struct locator_attr {
	struct str name;
	enum locator_attr_kind { LOCATOR_ATTR_STRING, LOCATOR_ATTR_INT, LOCATOR_ATTR_BOOL } kind;
	struct str text;
	uint64_t number; /* or 0 and 1 */
};

/* Arguments by name: `type` and what that type knows; `dir`, where the flake is not at the top. */
struct locator {
	struct locator_attr *attrs; /* sorted by name, each once */
	size_t n, cap;
	struct arena *arena;
	bool relative; /* while parsing: a path need not be absolute */
	bool files;    /* while parsing: what is not called like an archive is a file */
};

/* Everything lives in the arena. An error tells what is wrong, ERR_EVAL. */
ATTR_MUST_CHECK errint locator_parse(struct arena *a, struct str text, struct locator *out,
				     struct err *err);
/* The same for an input of a flake: a path may be relative, and what is no flake may be a file. */
ATTR_MUST_CHECK errint locator_parse_input(struct arena *a, struct str text, bool is_flake,
					   struct locator *out, struct err *err);
/* Checks arguments that somebody else put together. */
ATTR_MUST_CHECK errint locator_check(const struct locator *r, struct err *err);
/* The reference as text. */
ATTR_MUST_CHECK errint locator_print(const struct locator *r, struct str *out, struct err *err);

/* NULL when it is not there. */
const struct locator_attr *locator_get(const struct locator *r, const char *name);
/* The text of a string argument; "" when it is absent. */
struct str locator_text(const struct locator *r, const char *name);
/* Sets an argument, replacing another one; attr's strings must live in the arena. */
void locator_set(struct locator *r, struct locator_attr attr);
void locator_set_text(struct locator *r, const char *name, struct str text);
/* A path as part of a URL. */
void locator_encode_path(struct buf *b, struct str path);
void locator_unset(struct locator *r, const char *name);
