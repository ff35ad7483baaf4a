/* SPDX-License-Identifier: MIT
 *
 * What the phases of builtin:kiln-deb-1 share: the derivation's inputs, read once, and the output
 * under construction. Phases run in the order of these prototypes; each leaves the tree complete
 * for the next. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "deb/layout.h"
#include "deb/rules.h"
#include "sandbox/builtin.h"

struct str_list {
	struct str *v;
	size_t n;
};

struct deb_build {
	const struct builtin_ctx *ctx;
	struct arena *arena;
	struct str out; /* "/nix/store/…-name" */
	int root;       /* its folder */
	struct str_list debs, deps, folders;
	struct str triplet;
	struct str glibc;    /* the loader's store path; out itself in glibc */
	struct str patchelf; /* "" : only unpack */
	struct deb_rules rules;
	struct deb_layout layout;
};

/* A line of the build log. */
ATTR_PRINTF(2, 3) void deb_log(const struct deb_build *b, const char *fmt, ...);

/* Everything below the output that is no folder, in byte order of the paths' parts. */
struct deb_entry {
	struct str path;    /* relative */
	unsigned char type; /* DT_REG or DT_LNK */
};
struct deb_tree {
	struct deb_entry *v;
	size_t n;
};
ATTR_MUST_CHECK errint deb_tree_list(struct arena *a, int root, struct deb_tree *out,
				     struct err *err);
/* Names below root that match a glob, sorted; '*' does not match '/'. Links are not followed. */
ATTR_MUST_CHECK errint deb_glob(struct arena *a, int root, struct str glob, struct str_list *out,
				struct err *err);
/* The same; ERR_NOT_FOUND when there is none. */
ATTR_MUST_CHECK errint deb_glob_some(struct arena *a, int root, struct str glob,
				     struct str_list *out, struct err *err);
/* Removes folders that hold nothing. */
ATTR_MUST_CHECK errint deb_prune_folders(int root, struct err *err);
/* Does root/path exist (a symlink counts by itself)? */
bool deb_exists(int root, struct str path);

ATTR_MUST_CHECK errint deb_unpack(struct deb_build *b, struct err *err);
/* drop, trim, move, link, copy, concat, replace, bytes, redirect, write, wrap, paths and config, in
 * the order given. */
ATTR_MUST_CHECK errint deb_apply_rules(struct deb_build *b, struct err *err);
/* One rule each. */
ATTR_MUST_CHECK errint deb_rule_write(struct deb_build *b, const struct deb_rule *r,
				      struct err *err);
ATTR_MUST_CHECK errint deb_rule_wrap(struct deb_build *b, const struct deb_rule *r,
				     struct err *err);
ATTR_MUST_CHECK errint deb_rule_paths(struct deb_build *b, const struct deb_rule *r,
				      struct err *err);
ATTR_MUST_CHECK errint deb_rule_redirect(struct deb_build *b, const struct deb_rule *r,
					 struct err *err);
ATTR_MUST_CHECK errint deb_rule_config(struct deb_build *b, const struct deb_rule *r,
				       struct err *err);
/* The sweep rules on one object: strings that begin with FROM begin with TO instead. */
ATTR_MUST_CHECK errint deb_sweep(struct deb_build *b, struct str path, struct err *err);
/* Symlinks that unpacking made absolute: relative inside the output, else to a dependency. */
ATTR_MUST_CHECK errint deb_fix_links(struct deb_build *b, struct err *err);
/* Shebangs, pkg-config files, linker scripts. */
ATTR_MUST_CHECK errint deb_fix_texts(struct deb_build *b, const struct deb_tree *t,
				     struct err *err);
/* Interpreter and library paths of every ELF object; each is read back and loaded. */
ATTR_MUST_CHECK errint deb_fix_objects(struct deb_build *b, const struct deb_tree *t,
				       struct err *err);
/* The compile rules. */
ATTR_MUST_CHECK errint deb_compile(struct deb_build *b, struct err *err);

/* Where a Debian path (absolute, in Debian's naming) is now: in the output or a dependency. */
bool deb_find_path(struct deb_build *b, struct str debian_path, struct str *out);
