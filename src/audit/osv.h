/* SPDX-License-Identifier: MIT
 *
 * Advisories in the Open Source Vulnerability format (its schema 1.x), of the ecosystems whose
 * packages kiln has: PyPI and Debian. Text and versions alone; reading files is advisories.h. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum osv_ecosystem { OSV_PYPI, OSV_DEBIAN };

/* From where on, up to where. ORDER of one range is that of its versions. */
enum osv_event_kind { OSV_INTRODUCED, OSV_FIXED, OSV_LAST_AFFECTED };
struct osv_event {
	enum osv_event_kind kind;
	bool first;         /* of its range: those before are another one's */
	struct str version; /* "0": from the beginning */
};

/* Which versions of a package. */
struct osv_affected {
	const struct osv_entry *of;
	enum osv_ecosystem ecosystem;
	struct str release; /* Debian's: "13"; "" for any */
	struct str package; /* PEP 503; Debian's source package */
	bool unimportant;   /* Debian's own judgement */
	struct osv_event *events;
	size_t n_events;
	struct str *versions; /* named one by one */
	size_t n_versions;
};

enum osv_gravity { OSV_UNKNOWN, OSV_LOW, OSV_MODERATE, OSV_HIGH, OSV_CRITICAL };
const char *osv_gravity_name(enum osv_gravity g);

struct osv_entry {
	struct str id;
	struct str *aliases;
	size_t n_aliases;
	struct str summary; /* one line, or "" */
	enum osv_gravity gravity;
	bool withdrawn;
	struct osv_affected *affected; /* of the two ecosystems alone */
	size_t n_affected;
};

/* An entry's JSON. Unknown members and ecosystems are let be. ERR_CORRUPT. */
ATTR_MUST_CHECK errint osv_parse(struct arena *a, struct str json, struct osv_entry *out,
				 struct err *err);
/* Is that version affected? As its ecosystem compares; what is no version there is not. */
bool osv_affects(const struct osv_affected *f, struct str version);
/* The lowest version above that mends it, or "". */
struct str osv_fixed_in(const struct osv_affected *f, struct str version);
/* The base score of a CVSS 3 vector ("CVSS:3.1/AV:N/…") in tenths, or -1 when it is none. */
int osv_cvss3(struct str vector);
