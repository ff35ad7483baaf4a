/* SPDX-License-Identifier: MIT
 *
 * Wheels as text: file names (PEP 427, PEP 425), and the files of their .dist-info folder (core
 * metadata, WHEEL, RECORD, entry_points.txt). Sources: the PyPA specifications "Binary distribution
 * format", "Recording installed projects", "Entry points". Nothing here touches the disk. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"

/* {dist}-{version}(-{build})?-{python}-{abi}-{platform}.whl; pieces are borrowed from the name. */
struct wheel_name {
	struct str file, dist, version, build, python, abi, platform;
};
ATTR_MUST_CHECK errint wheel_name_parse(struct str file, struct wheel_name *out, struct err *err);
/* Is one of the name's tags for CPython `minor` of Python 3 on this machine ("x86_64")? The error
 * says which tag is not. */
ATTR_MUST_CHECK errint wheel_name_fits(const struct wheel_name *w, unsigned minor,
				       struct str machine, struct err *err);

/* "name-1.0" of a .dist-info or .data folder, parted at its last dash. */
bool wheel_stem_split(struct str stem, struct str *dist, struct str *version);
/* Does "name-1.0" name the wheel's project and version, whatever their spelling? */
bool wheel_stem_fits(const struct wheel_name *w, struct str stem);

struct wheel_metadata {
	struct str name, version;
	struct str *requires; /* the text of each Requires-Dist */
	size_t n_requires;
};
/* The headers of METADATA; the body is a description and is not read. */
ATTR_MUST_CHECK errint wheel_metadata_parse(struct arena *a, struct str text,
					    struct wheel_metadata *out, struct err *err);
/* Which dependencies an edit names: PEP 503 names, or all. */
struct wheel_names {
	struct str *v;
	size_t n;
	bool all;
};
bool wheel_names_has(const struct wheel_names *names, struct str pep503);
/* METADATA without the Requires-Dist of `remove`, and without the version bounds of `relax`;
 * everything else keeps its bytes. */
ATTR_MUST_CHECK errint wheel_metadata_edit(struct str text, const struct wheel_names *remove,
					   const struct wheel_names *relax, struct buf *out,
					   struct err *err);
/* WHEEL: refuses a format of another major version. */
ATTR_MUST_CHECK errint wheel_file_check(struct str text, struct err *err);

struct wheel_record {
	struct str name; /* relative to the wheel's top */
	bool has_hash;
	struct hash hash; /* of an algorithm that hash.h knows */
};
ATTR_MUST_CHECK errint wheel_record_parse(struct arena *a, struct str text,
					  struct wheel_record **out, size_t *n, struct err *err);
/* Appends a row: name, sha256 as RECORD spells it, size. hash NULL: both fields are empty. */
void wheel_record_row(struct buf *out, struct str name, const struct hash *sha256, uint64_t size);

struct wheel_entry_point {
	struct str name, module, object;
};
/* console_scripts and gui_scripts, in the file's order. */
ATTR_MUST_CHECK errint wheel_entry_points_parse(struct arena *a, struct str text,
						struct wheel_entry_point **out, size_t *n,
						struct err *err);
