/* SPDX-License-Identifier: MIT
 *
 * What fills a slot, read from where it lies: which of its projects are there, for which Python,
 *and what torch was built for. A filling of the set is a store path that says so itself, in
 * nix-support/slot-filling.json:
 *
 *	{"version":1,"slot":"torch","filling":"cpu",
 *	 "members":["/nix/store/…-torch-cpu-2.6.0"],"companions":["/nix/store/…-python3.13-sympy-1.14"]}
 *
 * Members hold the slot's files; companions are what these import besides, and only needed where
 * the result that is started has them not. */
#pragma once

#include "slot/list.h"
#include "slot/site.h"

struct store;

struct filling {
	const struct slot_kind *slot;
	const char *name;    /* "cpu", "cuda", "venv", or the path that was given */
	struct str *folders; /* site-packages with the slot's files, as programs see them */
	size_t n_folders;
	struct str *companions; /* site-packages of what they import besides */
	size_t n_companions;
	struct dists dists;  /* the slot's projects alone */
	struct dists others; /* what else lies in the folders, as in a virtual environment */
	bool venv;           /* it is the user's virtual environment */
	struct str python;   /* "3.13", or "" when nothing tells */
	struct str tag; /* the ABI of its native modules, "cpython-313-x86_64-linux-gnu", or "" */
	struct str tag_file;  /* the module that says so */
	struct str torch;     /* the folder of the module torch, or "" */
	struct str version;   /* of torch, as it tells itself, or "" */
	struct str cuda, hip; /* what torch was built for, "13.0", or "" */
};
void filling_release(struct filling *f);

/* Reads what lies at a path: a filling of the set, a virtual environment, a store path with Python
 * packages, or a site-packages. `name` is for messages. Nothing of the slot there is ERR_NOT_FOUND.
 * *out is released also after a failure. */
ATTR_MUST_CHECK errint filling_read(struct store *s, struct arena *a, const struct slot_list *l,
				    const struct slot_kind *slot, struct str path, const char *name,
				    struct filling *out, struct err *err);
/* The folders alone hold what the slot is for, and nothing else: they may go on Python's path as
 * they are. */
bool filling_is_pure(const struct filling *f);
/* "torch 2.6.0+debian", for messages; in the arena. */
const char *filling_text(const struct filling *f, struct arena *a);
/* The store path is a filling that says so itself. */
bool filling_is_declared(const struct store *s, struct str path);
/* Its members, store paths. */
ATTR_MUST_CHECK errint filling_members(const struct store *s, struct arena *a, struct str path,
				       struct str **out, size_t *n, struct err *err);
