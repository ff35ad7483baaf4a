/* SPDX-License-Identifier: MIT
 *
 * What people name to have it brought:
 *
 *	pypi:NAME[==VERSION]		a file of the package index: the wheel that fits, else the
 *source github:OWNER/REPO[@REF][?host=H]	what fetchFromGitHub fetches
 *	gitlab:OWNER/REPO[@REF][?host=H]	what fetchFromGitLab fetches
 *	git+URL[?ref=REF][&rev=REV][&submodules=1]	what fetchgit fetches
 *	URL				a file; unpacked, what is in it */
#pragma once

#include "recipe/prefetch.h"

struct prefetch_item_options {
	bool unpack, sdist;
	const char *name; /* of the store path; NULL: as fetchers call it */
	enum hash_algo algo;
};

/* Fills what of *out is asked. Of an index it may wait for the page. Texts live in a. */
ATTR_MUST_CHECK errint prefetch_item(struct session *s, struct str text,
				     const struct prefetch_item_options *o, struct arena *a,
				     struct prefetch *out, struct err *err);
/* Asks for what it will wait for, so that many wait together. */
void prefetch_item_ask(struct session *s, struct str text);
