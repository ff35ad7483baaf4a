/* SPDX-License-Identifier: MIT
 *
 * A folder of the user's own (`<cache>/kiln/slots/<hash of what is in it>`) for what a started
 * program is shown of slots: links to the slot's files alone where a filling holds more, links to
 * the driver's libraries alone, and what keeps pip and uv from bringing a second torch. It is made
 * once for the same contents, whole or not at all, and shared. */
#pragma once

#include "slot/check.h"

struct slot_place {
	const char *folder;
	struct str *path; /* folders for the end of Python's path */
	size_t n;
	const char *driver;      /* a folder, or NULL */
	const char *constraints; /* a file for pip and uv */
};

/* Of a case that was checked. Strings live in its arena. */
ATTR_MUST_CHECK errint slot_place_make(const struct slot_case *c, struct slot_place *out,
				       struct err *err);

/* Something that lies in the folder: a link, or a file with these bytes. */
struct place_entry {
	const char *name;   /* relative */
	const char *target; /* of a link, or NULL */
	struct str bytes;
};
struct place_entries {
	struct place_entry *v;
	size_t n, cap;
};
/* Its row; name, target and bytes are borrowed. */
void place_add(struct place_entries *e, const char *name, const char *target, struct str bytes);

/* What keeps pip and uv away from the slots' projects: for each a wheel without files, which both
 * are told to take in its stead wherever it comes from. folder is where the entries will lie. */
ATTR_MUST_CHECK errint guard_entries(const struct slot_case *c, const char *folder,
				     struct place_entries *out, struct err *err);
/* The bytes of such a wheel; in the arena. */
ATTR_MUST_CHECK errint guard_wheel(struct arena *a, struct str project, struct str version,
				   struct str *out, struct err *err);
/* Its file name: "torch-2.6.0+debian-py3-none-any.whl". */
const char *guard_wheel_name(struct arena *a, struct str project, struct str version);
