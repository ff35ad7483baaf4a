/* SPDX-License-Identifier: MIT
 *
 * What a closure consists of, as others know it: every store path with the packages that are in it,
 * each by its own ecosystem's name, with version, package URL, licence, hashes and source. A path
 * is what its deriver says that it was made of (wheels and .debs are fixed outputs with a mirror://
 * name), else what its .dist-info says, else what it is called. Read only: nothing is evaluated,
 * built or fetched, and what is not there or cannot be read is unknown, not an error. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"

struct store;

/* X(id, type of its package URLs) */
#define COMPONENT_ECOSYSTEMS(X) \
	X(GENERIC, "generic")   \
	X(PYPI, "pypi")         \
	X(DEBIAN, "deb")        \
	X(GITHUB, "github")

enum component_ecosystem {
#define X(id, type) COMPONENT_##id,
	COMPONENT_ECOSYSTEMS(X)
#undef X
};
const char *component_ecosystem_text(enum component_ecosystem e);

/* What it was made of: a fixed output, or what evaluation brought. */
struct component_source {
	struct str name;   /* the file's, as its store path has it */
	struct str origin; /* mirror://…, github:OWNER/REPO/REF, a URL; "" when unknown */
	struct str url;    /* the same as a URL of a host that is no package registry's, or "" */
	struct str purl;   /* the package that it is a file of, or "" */
	struct hash hash;  /* of the bytes or, recursive, of the NAR; HASH_NONE: unknown */
	bool recursive;
};

struct component {
	enum component_ecosystem ecosystem;
	struct str name;    /* PEP 503; a Debian package; OWNER/REPO; else the path's own */
	struct str version; /* whole, as its ecosystem compares it (Debian's with epoch), or "" */
	struct str purl;
	struct str of;      /* Debian's source package, whose name advisories have; else "" */
	struct str licence; /* a valid SPDX expression (spdx.h), or "" */
	struct str said;    /* what is said instead of one, shortened; "" with a licence */
	struct str summary, homepage; /* or "" */
	struct str info;              /* its .dist-info within the path, or "" */
	struct component_source source;
};

/* A store path. It is the one component that it has, or it holds several. */
struct component_path {
	struct str path;
	struct hash nar_hash;
	uint64_t nar_size;
	struct str *refs; /* other paths, sorted */
	size_t n_refs;
	struct str drv;      /* its deriver, or "" */
	struct component it; /* the path as one */
	struct component *v; /* what is in it, by name, when that is more than one or another */
	size_t n;
};

struct component_closure {
	struct component_path *v; /* by path */
	size_t n;
	struct str *tops; /* what was asked for */
	size_t n_tops;
};

/* What recipes and the package set say of what they make, and no store path holds. */
struct component_facts;
/* Facts as JSON, as pkgs/components.nix makes them. Unknown members are let be; ERR_CORRUPT. */
ATTR_MUST_CHECK errint component_facts_parse(struct arena *a, struct str json,
					     struct component_facts **out, struct err *err);

/* Looks through the closure of valid paths; facts may be NULL. All of it lives in the arena. */
ATTR_MUST_CHECK errint components_of(struct store *s, struct arena *a,
				     const struct component_facts *facts, const struct str *paths,
				     size_t n, struct component_closure *out, struct err *err);
/* By path, or NULL. */
const struct component_path *component_path_find(const struct component_closure *c,
						 struct str path);
