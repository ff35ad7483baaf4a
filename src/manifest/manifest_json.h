/* SPDX-License-Identifier: MIT
 *
 * Manifests as JSON, in the form of manifest.lock: Flox's order of keys, names sorted, what is not
 * set left out. */
#pragma once

#include "base/buf.h"
#include "base/json.h"

struct manifest;
struct toml;

/* Appends the manifest, in one line. [kiln] comes last, where the file has it. */
void manifest_put_json(struct buf *b, const struct manifest *m);
/* A value of a TOML file; dates and times become strings, tables keep their order, or are sorted.
 */
void manifest_put_toml_json(struct buf *b, const struct toml *t, bool sorted);

/* What a file says, for messages: one line, control characters escaped, and not more than a line of
 * it; the arena's. */
const char *manifest_shown(struct arena *a, struct str s);

/* A member's name with the comma before it, where one is due. */
void manifest_json_key(struct buf *b, const char *key);
void manifest_json_name(struct buf *b, struct str key);

/* Pointers to n things of that size, whose first member is their name (struct str), in its order;
 * malloc'd, one more than n. */
const void **manifest_sorted(const void *v, size_t n, size_t size);
void manifest_sorted_free(const void ***v);
#define MANIFEST_SORTED(name, list, count)                \
	const void **name CLEANUP(manifest_sorted_free) = \
		manifest_sorted(list, count, sizeof(*(list)))
