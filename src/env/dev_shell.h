/* SPDX-License-Identifier: MIT
 *
 * A shell in a derivation's build environment: what the derivation sets, its stdenv's setup
 * sourced, as nix-shell has it. bash reads that from a file of its own, in a folder that goes when
 * the shell does. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

struct store;

struct dev_shell {
	const char *bash;   /* the program; absolute */
	const char *folder; /* a fresh one of ours; below it `rc` is written */
	bool has_files;     /* there are more in it, which the environment names */
	char *const *env;   /* NAME=VALUE of the derivation; NULL terminated */
	bool pure;          /* of ours only what a person needs, and `keep` */
	const char *const *keep, *const *unset;
	size_t n_keep, n_unset;
	unsigned cores;      /* what the builder is told to use; 0: all of the machine */
	const char *attrs;   /* a file to source before the setup: structured attributes; or NULL */
	const char *command; /* text of the shell to run at the end, or NULL */
	bool interactive;    /* the person stays in the shell */
	const char *prompt;  /* PS1 of one that is interactive */
	bool no_hook;        /* shellHook is not run … */
	bool hook_alone;     /* … or also where no setup defines how */
	bool own_phases;     /* a phase that is called by its name is the derivation's own text */
};

/* Becomes the shell; where the store is elsewhere, it sees it at its place. Returns only on
 * failure. */
ATTR_MUST_CHECK errint dev_shell_start(struct store *s, const struct dev_shell *d, struct err *err);
/* The words as one of the shell, in single quotes where need be. */
void shell_quote(struct buf *b, struct str word);
