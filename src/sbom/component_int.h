/* SPDX-License-Identifier: MIT
 *
 * What the files of component.h share. */
#pragma once

#include "sbom/component.h"
#include "store/store.h"

struct wheel_metadata;

struct component_look {
	struct store *s;
	struct arena *a;
	const struct component_facts *facts; /* or NULL */
};

/* ---- component_source.c ---- */

/* A fixed output that a path was made of. */
struct component_part {
	struct component_source source;
	struct str purl; /* of the source, or "" */
	struct str file; /* what its origin calls it */
};
struct component_parts {
	struct component_part *v;
	size_t n;
	struct str pname, version; /* of the derivation, or "" */
	bool itself;               /* the path is the fixed output */
};
/* What the derivation of a path says; of one that is not there, nothing. */
ATTR_MUST_CHECK errint component_parts_of(struct component_look *l, struct str drv,
					  struct component_parts *out, struct err *err);
/* A .deb's package. */
bool component_debian(struct component_look *l, const struct component_part *p,
		      struct component *out);

/* ---- component_dist.c ---- */

/* The Python projects that are installed in a path, by name; *out is an array in the arena. */
ATTR_MUST_CHECK errint component_dists(struct component_look *l, struct str path,
				       struct component **out, size_t *n, struct err *err);

/* ---- component_licence.c ---- */

/* Sets licence, or else said, by what a package says. */
void component_set_licence(struct arena *a, struct component *c, struct str words);
/* The same by the metadata of a .dist-info, whose folder on this machine is dir. */
void component_licence(struct arena *a, const char *dir, const struct wheel_metadata *m,
		       struct component *c);

/* ---- component_facts.c ---- */

struct component_fact {
	struct str key; /* a Debian package, or a store path */
	struct str name, version, file, of, licence, summary, homepage, purl; /* or "" */
};
struct component_facts {
	struct component_fact *debian, *made; /* by key */
	size_t n_debian, n_made;
};
/* The package that has this file, else another version of it, or NULL. */
const struct component_fact *component_fact_debian(const struct component_facts *f,
						   struct str package, struct str file);
const struct component_fact *component_fact_made(const struct component_facts *f, struct str path);

/* ---- component_url.c ---- */

/* Has it nothing that a URL does not have? */
bool component_is_url(struct str s);
/* What others may open: with http or https, and a host. */
bool component_is_web(struct str url);
