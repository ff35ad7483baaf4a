/* SPDX-License-Identifier: MIT
 *
 * Which slots there are, as data: `pkgs/python/slots.json` of kiln's own set, and what a project
 * adds in `.flox/kiln.toml`:
 *
 *	[slots.flash-attn-3]
 *	projects = ["flash-attn-3"]
 *	modules = ["flash_attn_interface"]
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct slot_modules {
	struct str project;
	struct str *v; /* names at the top of site-packages */
	size_t n;
};

struct slot_kind {
	struct str name;
	bool needed;          /* who asks for it cannot do without */
	struct str *projects; /* PEP 503 names; a last '*' stands for any end */
	size_t n_projects;
	struct str *except; /* names that such a pattern does not mean */
	size_t n_except;
	struct slot_modules *modules; /* where they are not called like the project */
	size_t n_modules;
};

struct slot_list {
	struct slot_kind *v;
	size_t n;
	struct str *single; /* projects of which a process has one copy, the closure's */
	size_t n_single;
};

/* data_dir is the folder that holds pkgs/; project is a project's folder, or NULL. A set without
 * such a file has no slots. ERR_CORRUPT with the place of what is wrong. */
ATTR_MUST_CHECK errint slot_list_read(const char *data_dir, const char *project, struct arena *a,
				      struct slot_list *out, struct err *err);
/* NULL: no such slot. */
const struct slot_kind *slot_list_find(const struct slot_list *l, struct str name);
/* The slot that a project belongs to, or NULL; its name is in the PEP 503 form. */
const struct slot_kind *slot_list_owner(const struct slot_list *l, struct str project);
bool slot_list_single(const struct slot_list *l, struct str project);
/* The names at the top of site-packages that a project of the slot has, where the slot says so;
 * else *n is 0. */
const struct str *slot_kind_modules(const struct slot_kind *k, struct str project, size_t *n);
/* All names, for messages: "torch, xformers". */
const char *slot_list_names(const struct slot_list *l, struct arena *a);
