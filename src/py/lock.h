/* SPDX-License-Identifier: MIT
 *
 * A lock of Python projects, as JSON that pkgs/python/locked.nix reads:
 *
 *	{ "format": 1, "python": "3.13",
 *	  "projects": { NAME: { "version", "files": [ { "name", "sha256", "systems" } ],
 *	                        "requires": [ … ], "requiresOn": { SYSTEM: [ … ] }, "slots": [ … ],
 *	                        "build": [ … ] } },
 *	  "slots": { NAME: VERSION },
 *	  "about": { NAME: { "description", "license", "requires", "extras", "extrasOn" } },
 *	  "from": [ FILE ] }
 *
 * A file without systems is for all of them; what is empty is left out. `requires` of a project are
 * projects after markers, those of `about` its own words. The set's lock keeps `about` in two files
 * beside it (about.json: texts, metadata.json: the rest), and has no `from`; a project's lock has
 *just what differs from the set's. Names are in PEP 503's form, lists sorted, no host in it. */
#pragma once

#include "base/buf.h"
#include "py/names.h"

/* ORDER py_machine */
enum { PY_MACHINES = 2, PY_MACHINES_ALL = 3 };
extern const char *const py_machines[PY_MACHINES];

struct py_file {
	struct str name, sha256; /* base16 */
	unsigned machines;       /* a bit each */
};
struct py_extra {
	struct str name; /* as the project spells it */
	struct py_names names[PY_MACHINES];
};
struct py_about {
	struct str description, license;
	struct py_names requires; /* Requires-Dist that can apply */
	struct py_extra *extras;
	size_t n_extras, cap_extras;
};
struct py_row {
	struct str name, version;
	struct py_file files[PY_MACHINES];
	size_t n_files;
	struct py_names requires[PY_MACHINES];
	struct py_names slots;
	struct py_names build; /* of a source archive: what its build asks for */
	struct py_about about;
	unsigned line; /* in the file it was read from */
};
struct py_slot_version {
	struct str name, version;
};
struct py_lock {
	struct arena *a; /* everything lives in it */
	const char *file;
	struct str python;
	struct py_row *v; /* sorted by name */
	size_t n, cap;
	struct py_slot_version *slots; /* likewise */
	size_t n_slots, cap_slots;
	struct py_names from;
};

/* Reads a lock; errors say "file:line: entry: what is wrong". out->a and out->file are given. */
ATTR_MUST_CHECK errint py_lock_parse(struct py_lock *out, struct str text, struct err *err);
/* Reads the set's about.json or metadata.json into the rows of its lock. */
ATTR_MUST_CHECK errint py_about_parse(struct py_lock *l, struct str text, const char *file,
				      struct err *err);
void py_lock_print(const struct py_lock *l, struct buf *out);
/* The three files of a set: the lock without what projects say of themselves; the texts of that
 * (about.json), and the rest (metadata.json), a line for each project. */
void py_lock_print_alone(const struct py_lock *l, struct buf *out);
void py_texts_print(const struct py_lock *l, struct buf *out);
void py_metadata_print(const struct py_lock *l, struct buf *out);

struct py_row *py_lock_add(struct py_lock *l, struct str name);
void py_lock_sort(struct py_lock *l);
/* NULL when absent; the lock is sorted. */
const struct py_row *py_lock_find(const struct py_lock *l, struct str name);
void py_lock_put_slot(struct py_lock *l, struct str name, struct str version);
/* The slot's version, or "". */
struct str py_lock_slot(const struct py_lock *l, struct str name);
