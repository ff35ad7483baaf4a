/* SPDX-License-Identifier: MIT
 *
 * What slots mean to a result: which of them its closure asks for, what its native modules want of
 * them, which Python it has, and what in it belongs to a slot itself. */
#pragma once

#include "py/native.h"
#include "slot/list.h"
#include "slot/site.h"
#include "store/store.h"

struct slot_package {
	struct str path; /* a store path of the closure */
	struct native_objects natives;
};

struct slot_closure {
	struct str result;
	struct str_set paths;
	struct str python;      /* "3.13", or "" without one */
	struct str interpreter; /* the store path that has it, preferably with packages */
	/* of each project that the closure's packages install, once for each package that has it */
	struct dists dists;
	struct slot_package *packages; /* those with native modules that want something of slots */
	size_t n_packages, cap_packages;
	struct str *asked; /* projects of slots that are asked for: "torch", "torchaudio" */
	size_t n_asked;
	struct str *fillings; /* store paths of the closure that are fillings */
	size_t n_fillings;
	struct str *members; /* and what these consist of */
	size_t n_members;
	struct str *libraries; /* names of CUDA's libraries that the closure has */
	size_t n_libraries, cap_libraries;
};
void slot_closure_release(struct slot_closure *c);

/* Reads the closure of a result. What a package wrote down when it was built
 * (nix-support/slots.json) is believed, everything else is looked through. *out is released also
 * after a failure. */
ATTR_MUST_CHECK errint slot_closure_read(struct store *s, struct arena *a, struct str result,
					 struct slot_closure *out, struct err *err);
/* The projects that the closure asks for, and nothing more: a fraction of the work. */
ATTR_MUST_CHECK errint slot_closure_asked(struct store *s, struct arena *a, struct str result,
					  struct slot_closure *out, struct err *err);
/* What the closure has of a project, or of one that ships the same module (cv2 has several); or
 * NULL.
 */
const struct dist *slot_closure_find(const struct slot_closure *c, struct str project);
/* Has a distribution of the slot its modules? Metadata alone is what kiln shows to pip in the
 * slot's stead. */
bool slot_has_modules(const struct store *s, struct arena *a, const struct slot_kind *k,
		      const struct dist *d);
/* The store path is a filling, or a member of one, that a recipe named: it is wanted there. */
bool slot_closure_wants(const struct slot_closure *c, struct str path);
