/* SPDX-License-Identifier: MIT
 *
 * Flake references (Nix manual, "nix flake", "Flake references"): "github:NixOS/nixpkgs/24.05" or
 * "git+https://…?ref=main" as the arguments of fetchTree, and back. Text only. */
#pragma once

#include "eval/fetcher.h"

/* Arguments by name: `type` and what that type knows; `dir`, where the flake is not at the top. */
struct flake_ref {
	struct fetch_attr *attrs; /* sorted by name, each once */
	size_t n, cap;
	struct arena *arena;
};

/* Everything lives in the arena. An error tells what is wrong, ERR_EVAL. */
ATTR_MUST_CHECK errint flake_ref_parse(struct arena *a, struct str text, struct flake_ref *out,
				       struct err *err);
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
void flake_ref_unset(struct flake_ref *r, const char *name);
