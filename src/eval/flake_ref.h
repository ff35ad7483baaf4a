/* SPDX-License-Identifier: MIT
 *
 * Flake references (Nix manual, "nix flake", "Flake references"): "github:NixOS/nixpkgs/24.05" or
 * "git+https://…?ref=main" as the arguments of fetchTree, and back. Text only. */
#pragma once

#include "base/buf.h"
#include "eval/fetcher.h"

/* Arguments by name: `type` and what that type knows; `dir`, where the flake is not at the top. */
struct flake_ref {
	struct fetch_attr *attrs; /* sorted by name, each once */
	size_t n, cap;
	struct arena *arena;
	bool relative; /* while parsing: a path need not be absolute */
	bool files;    /* while parsing: what is not called like an archive is a file */
};

/* Everything lives in the arena. An error tells what is wrong, ERR_EVAL. */
ATTR_MUST_CHECK errint flake_ref_parse(struct arena *a, struct str text, struct flake_ref *out,
				       struct err *err);
/* The same for an input of a flake: a path may be relative, and what is no flake may be a file. */
ATTR_MUST_CHECK errint flake_ref_parse_input(struct arena *a, struct str text, bool is_flake,
					     struct flake_ref *out, struct err *err);
/* Checks arguments that somebody else put together. */
ATTR_MUST_CHECK errint flake_ref_check(const struct flake_ref *r, struct err *err);
/* The reference as text. */
ATTR_MUST_CHECK errint flake_ref_print(const struct flake_ref *r, struct str *out, struct err *err);

/* NULL when it is not there. */
const struct fetch_attr *flake_ref_get(const struct flake_ref *r, const char *name);
/* The text of a string argument; "" when it is absent. */
struct str flake_ref_text(const struct flake_ref *r, const char *name);
/* Sets an argument, replacing another one; attr's strings must live in the arena. */
void flake_ref_set(struct flake_ref *r, struct fetch_attr attr);
void flake_ref_set_text(struct flake_ref *r, const char *name, struct str text);
/* A path as part of a URL. */
void flake_ref_encode_path(struct buf *b, struct str path);
void flake_ref_unset(struct flake_ref *r, const char *name);
