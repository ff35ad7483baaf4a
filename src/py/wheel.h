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

/* How well it fits, the best is 0, in the order of an installer's tags; WHEEL_NO_RANK when it does
 * not. */
#define WHEEL_NO_RANK (~0u)
unsigned wheel_name_rank(const struct wheel_name *w, unsigned minor, struct str machine);

/* Does "name-1.0" of a .dist-info folder name the wheel's project and version, whatever their
 * spelling? Either may have dashes. The local part of a version (+cu128) may differ: whoever
 * renames a wheel changes it in one place only. */
bool wheel_stem_fits(const struct wheel_name *w, struct str stem);
/* Is it the file name's version, with its local part? */
bool wheel_version_is(const struct wheel_name *w, struct str version);

struct wheel_metadata {
	struct str name, version, python; /* Requires-Python, or "" */
	struct str *requires;             /* the text of each Requires-Dist */
	size_t n_requires;
	struct str summary;    /* one line, or "" */
	struct str license;    /* what is short enough to be a name, or "" */
	struct str expression; /* License-Expression alone, or "" */
	struct str classified; /* names of License classifiers, with ", " between, or "" */
	struct str homepage;   /* or "" */
	struct str *extras;    /* of each Provides-Extra */
	size_t n_extras;
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
 * everything else keeps its bytes. Only a requirement's name must be readable for it. */
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
	bool gui;
};
/* console_scripts and gui_scripts, in the file's order, each name once. */
ATTR_MUST_CHECK errint wheel_entry_points_parse(struct arena *a, struct str text,
						struct wheel_entry_point **out, size_t *n,
						struct err *err);

/* Does a script's first line ask for Python: "#!python…" as the wheel format has it, or any path or
 * env that ends in a python's name? options gets what goes behind our interpreter, as one word in
 * the arena; options that one word cannot say give false. */
bool wheel_script_is_python(struct arena *a, struct str line, struct str *options);
/* Where a statement of ours may stand in what follows a script's first line: behind body[0, keep),
 * which ends with its line or not; the rest goes on at `resume` in a line of its own. */
struct wheel_prolog {
	size_t keep, resume;
};
struct wheel_prolog wheel_script_prolog(struct str body);
/* Is it a name of the interpreter itself: python, python3, python3.N? */
bool wheel_program_is_interpreter(struct str name);
