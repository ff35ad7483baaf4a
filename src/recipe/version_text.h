/* SPDX-License-Identifier: MIT
 *
 * Versions as they stand in names of files, tags and URLs, and their order. Whatever PEP 440 reads
 * is compared as it says; other tags piece by piece. */
#pragma once

#include "base/arena.h"

/* "1.16.0" of six-1.16.0-py2.py3-none-any.whl or six-1.16.0.tar.gz; "" when it has none. */
struct str version_of_file(struct arena *a, struct str project, struct str file);
/* "1.2" of "v1.2" or "release-1.2"; "" of a commit or a branch. */
struct str version_of_ref(struct str ref);
/* Is it a commit: 40 or 64 digits of base 16? */
bool version_is_commit(struct str ref);

/* Below, at or above 0. */
int version_text_cmp(struct str a, struct str b);
/* alpha, beta, rc, dev, pre, preview, nightly, …: not for everybody yet. */
bool version_text_is_pre(struct str v);

/* The first place from `from` on where needle stands alone in s: it is no part of a longer version
 * or word. -1 when there is none. */
ptrdiff_t version_text_find(struct str s, struct str needle, size_t from);
