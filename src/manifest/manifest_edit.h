/* SPDX-License-Identifier: MIT
 *
 * Changes of a manifest that a person keeps: its text goes in, the same text with the change comes
 * out; comments, order and blank lines stay (base/toml_edit.h). What comes out is a manifest that
 * manifest_parse() takes. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

struct manifest;
struct manifest_package;

/* Appends text to out with what the package says (all that has `at` set, or that is not empty or
 * its default) in [install]; a package of that id that is there keeps what p does not say. outputs
 * make the manifest one of schema 1.10.0 at least, see manifest_edit_schema(). */
ATTR_MUST_CHECK errint manifest_edit_install(struct str text, const char *file,
					     const struct manifest_package *p, struct buf *out,
					     struct err *err);
/* Appends text to out without the package of that install id. ERR_NOT_FOUND. */
ATTR_MUST_CHECK errint manifest_edit_uninstall(struct str text, const char *file, struct str id,
					       struct buf *out, struct err *err);
/* Appends text to out as one of that schema, or as it is when its own is not older. From version =
 * 1 on the way leads over 'outputs': packages get the outputs = "all" that they had unsaid. */
ATTR_MUST_CHECK errint manifest_edit_schema(struct str text, const char *file, unsigned schema,
					    struct buf *out, struct err *err);
/* The same with the schema that its keys need. *schema is that when the text was raised, 0 when it
 * was not: nothing in it is newer than its schema, or something in it no schema has. */
ATTR_MUST_CHECK errint manifest_edit_schema_needed(struct str text, const char *file,
						   unsigned *schema, struct buf *out,
						   struct err *err);
/* Which package of the manifest a word means: its install id, else its pkg-path, flake or store
 * path when only one package has it; "WORD@VERSION" also by version. ERR_NOT_FOUND with the
 * nearest. */
ATTR_MUST_CHECK errint manifest_package_named(const struct manifest *m, struct str word,
					      const struct manifest_package **out, struct err *err);
/* The install id that a package gets by itself: the last attribute of its pkg-path, of a flake what
 * stands behind '#' or the repository's name, of a store path the name without version. */
struct str manifest_id_of(const struct manifest_package *p);
