/* SPDX-License-Identifier: MIT
 *
 * A hash that is computed by a thread of its own, so that reading and writing go on meanwhile.
 * Bytes are handed over in blocks through a short queue: memory is bounded, and whoever is too
 * fast waits. Little data is hashed at once, without a thread; so is all on a machine with one
 * processor. One owner, no sharing; not for code that may fork meanwhile. */
#pragma once

#include "base/hash.h"

struct hash_thread;

struct hash_thread *hash_thread_new(enum hash_algo algo);
/* The bytes are copied, unless they stand where hash_thread_room() said. */
void hash_thread_update(struct hash_thread *t, const void *p, size_t n);
/* Where the next up to *n bytes can be put; good until the next update. *n says how many are wanted
 * in one piece; it may be fewer, where they would not fit in any. */
char *hash_thread_room(struct hash_thread *t, size_t *n);
/* Waits for the rest, writes the digest and frees. */
void hash_thread_finish(struct hash_thread *t, struct hash *out);
/* Gives up what is under way; NULL is fine. */
void hash_thread_free(struct hash_thread *t);
