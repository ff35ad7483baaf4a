/* SPDX-License-Identifier: MIT
 *
 * What is found in one store path, looked at by itself. A store path never changes, so this is kept
 * (`<cache>/audit-N/<hash part>`, with the NAR's hash of what it is about) and a closure that was
 * looked at before costs what reading these costs. N counts the changes of what is looked for. */
#pragma once

#include "audit/audit.h"

enum { AUDIT_FACTS_VERSION = 2 };

/* An ELF object with a dynamic section. */
struct fact_object {
	struct str file;
	struct str soname, interp;
	struct str is;      /* the slot's or driver's library that its symbols say it is, or "" */
	struct str *needed; /* as it asks for them */
	size_t n_needed;
	struct str *lost; /* those that neither its own search finds nor that of who loads it */
	size_t n_lost;
};
/* A finding that needs no other path to be known. */
struct fact_finding {
	enum audit_rule rule;
	struct str file, text;
};
/* A Python distribution. */
struct fact_dist {
	struct str project, version; /* as struct dist */
	struct str folder;           /* within the path, or "" */
	struct str info;
	struct str *needs;
	size_t n_needs;
};
struct path_facts {
	struct str path;
	struct str python; /* "3.13" where bin/ has that interpreter, else "" */
	bool slots;        /* that interpreter is an environment's */
	struct fact_object *objects;
	size_t n_objects, cap_objects;
	struct fact_finding *found;
	size_t n_found, cap_found;
	struct fact_dist *dists;
	size_t n_dists, cap_dists;
};
/* The arrays are malloc'd, strings live in the arena of whoever fills it. */
void path_facts_release(struct path_facts *f);

struct path_info;
/* Looks through a valid path. *out is released also after a failure. */
ATTR_MUST_CHECK errint facts_look(struct store *s, struct arena *a, const struct path_info *info,
				  struct path_facts *out, struct err *err);

/* The kept form, and back; false for what is no whole one of this version and of that NAR. */
void facts_print(const struct path_facts *f, struct str nar, struct buf *out);
bool facts_parse(struct arena *a, struct str text, struct str nar, struct path_facts *out);

/* What is kept of a path, else what facts_look() finds, which is kept then. fresh: whatever is
 * kept. dir NULL: nothing is kept. */
ATTR_MUST_CHECK errint facts_of(struct store *s, struct arena *a, const char *dir, bool fresh,
				const struct path_info *info, struct path_facts *out,
				struct err *err);
/* The folder for this version, malloc'd. */
ATTR_MALLOC char *facts_dir(void);
