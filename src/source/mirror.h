/* SPDX-License-Identifier: MIT
 *
 * mirror: URLs name a file without a host, so that a derivation is the same everywhere:
 *
 *	mirror://pypi/<project>/<file>	found on the project's page of a Python package index
 *	mirror://pypi/<project>/	that page itself
 *	mirror://debian/<pool path>	below the root of a Debian mirror
 *	mirror://<name>/<path>		below what kiln.conf calls mirror.<name>
 *
 * Hosts come from kiln.conf, else from what the machine's own clients are configured with: pip,
 * apt, debootstrap. Nothing here names one. They are looked up once and kept in memory. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"

struct conf;
struct report;
struct mirrors;
struct index_page;

/* conf is borrowed; NULL reads the configuration files at first use. */
struct mirrors *mirrors_new(const struct conf *conf, struct report *report);
void mirrors_free(struct mirrors *m);
void mirrors_cleanup(struct mirrors **m);

/* Base URLs of a mirror by preference, each without a trailing '/'; borrowed from m. ERR_NOT_FOUND
 * with the cure when nothing says where. */
ATTR_MUST_CHECK errint mirror_hosts(struct mirrors *m, struct str name, const struct str **out,
				    size_t *n, struct err *err);

struct mirror_url {
	struct str mirror;  /* "pypi" */
	struct str path;    /* "six/six-1.16.0.tar.gz" */
	struct str project; /* pypi only: the name as PEP 503 normalises it; else empty */
	struct str file;    /* the last part of path, empty for an index page */
};
bool mirror_url_is(struct str url);
/* Takes it apart; project lives in a, the rest borrows from url. ERR_USAGE on a bad one. */
ATTR_MUST_CHECK errint mirror_url_parse(struct arena *a, struct str url, struct mirror_url *out,
					struct err *err);
/* URLs to try for it: of the file, or, for mirror://pypi, of the project's pages (one an index). */
ATTR_MUST_CHECK errint mirror_expand(struct mirrors *m, struct arena *a, const struct mirror_url *u,
				     struct str **out, size_t *n, struct err *err);
/* The folders of vendored files that kiln.conf names; borrowed from m. */
ATTR_MUST_CHECK errint mirror_source_dirs(struct mirrors *m, const char *const **out, size_t *n,
					  struct err *err);
/* The caches of sources that kiln.conf names, as URLs without a trailing '/'; borrowed from m. */
ATTR_MUST_CHECK errint mirror_source_caches(struct mirrors *m, const struct str **out, size_t *n,
					    struct err *err);
