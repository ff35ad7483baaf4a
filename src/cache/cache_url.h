/* SPDX-License-Identifier: MIT
 *
 * Where a binary cache is, as `substituters` and `--to` name it: a URL with Nix's parameters behind
 * a '?' (Nix manual, "Store URL format" and "HTTP Binary Cache Store"). */
#pragma once

#include "archive/packing.h"
#include "base/arena.h"

enum cache_scheme {
	CACHE_FILE, /* a folder of this machine */
	CACHE_HTTP, /* http: and https: */
};

struct cache_url {
	enum cache_scheme scheme;
	struct str url;   /* without parameters and '/' at its end: "https://host/dir" */
	struct str shown; /* the same without user and password: for messages */
	struct str dir;   /* of a file: URL; absolute */
	bool trusted;     /* its paths need no signature */
	bool has_priority;
	uint64_t priority;
	/* of what is pushed */
	enum packing packing;
	int level;             /* of that compression; 0: its own default */
	struct str secret_key; /* a file, or "" */
};

/* ERR_USAGE for what is no such URL, or has a parameter that has no meaning; ERR_UNSUPPORTED for a
 * store of another kind. Strings live in the arena. */
ATTR_MUST_CHECK errint cache_url_parse(struct arena *a, struct str text, struct cache_url *out,
				       struct err *err);
