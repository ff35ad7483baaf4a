/* SPDX-License-Identifier: MIT
 *
 * The verbs of `nix` and of `nix store`, `kiln store`, each in its own file. */
#pragma once

#include "cli/command.h"

extern const struct command nix_verb_build;
extern const struct command nix_verb_copy;
extern const struct command nix_verb_develop;
extern const struct command nix_verb_hash;
extern const struct command nix_verb_log;
extern const struct command nix_verb_path_info;
extern const struct command nix_verb_shell;
extern const struct command nix_verb_store;
extern const struct command nix_verb_why_depends;

/* Of nix store. */
extern const struct command nix_store_add;
extern const struct command nix_store_add_file;
extern const struct command nix_store_add_path;
extern const struct command nix_store_diff_closures;
extern const struct command nix_store_info;
extern const struct command nix_store_ping;
extern const struct command nix_store_repair;
extern const struct command nix_store_verify;

/* Links equal files and tells how much that freed. Needs an open store. */
ATTR_MUST_CHECK errint store_optimise_told(struct cli *cli, struct err *err);

/* project_repair() over cli's session. */
ATTR_MUST_CHECK errint store_repair(struct cli *cli, const struct str *paths, size_t n,
				    size_t *left, struct err *err);

/* Of kiln store; ls and cat are nix store's, too. */
extern const struct command store_verb_add;
extern const struct command store_verb_cat;
extern const struct command store_verb_diff;
extern const struct command store_verb_hash;
extern const struct command store_verb_info;
extern const struct command store_verb_ls;
extern const struct command store_verb_repair;
