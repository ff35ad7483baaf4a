/* SPDX-License-Identifier: MIT
 *
 * Trees of git repositories, as Nix's git fetcher takes them. A work tree on this machine is read
 * where it is: with a ref or revision its commits, without one its tracked files as they are now.
 * Everything else (other hosts, and bare repositories here) is fetched into a bare repository of
 * the cache, one a URL, under a lock. Blobs come out as they were committed: no filter, no line
 * ending and no keyword is applied unless `checkout` asks for it, so that only the commit decides.
 *
 * libgit2 is loaded by the first call. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct report;

struct git_options {
	const char *cache_dir; /* kiln's cache folder: git/ and fetch/ in it are used */
	int64_t ttl;           /* seconds for which what a ref meant is believed */
	struct report *report;
	bool offline; /* only what is on this machine */
};

struct git_request {
	struct str url;      /* file://, http(s)://, ssh://, git://, user@host:path, or a path */
	struct str ref, rev; /* "" when not told; rev in hexadecimal */
	bool shallow;        /* of the history only what is needed, where libgit2 can (1.7) */
	bool submodules, export_ignore, all_refs;
	/* A rev that ref does not contain is refused, where the history is there to tell. */
	bool rev_in_ref;
	/* Files are what `git checkout` makes of them: the commit's attributes decide on line ends
	 * and $Id$. */
	bool checkout;
	/* Folders, clean and relative: of the tree only these, and beside them, as in a sparse
	 * checkout, the files of each folder on the way to them. None: all. Borrowed until
	 * git_close(). */
	const struct str *only;
	size_t n_only;
};

/* A commit or a work tree, ready to be written out. */
struct git_source;

struct git_facts {
	char rev[65];  /* of a commit; zeroes before the first one; "" of a changed work tree */
	char head[65]; /* what a changed work tree is based on, or "" */
	bool workdir;  /* it is a work tree, not a commit */
	bool dirty;
	int64_t modified;    /* when it was committed; 0 before the first commit */
	struct str ref;      /* what was looked up for it, or "" */
	struct str repo_dir; /* where its commits are */
};

/* Brings the commits here and decides which one is meant. ERR_NETWORK, ERR_NOT_FOUND, … */
ATTR_MUST_CHECK errint git_open(const struct git_options *o, const struct git_request *r,
				struct git_source **out, struct err *err);
void git_close(struct git_source *s);
void git_close_cleanup(struct git_source **s);
/* Borrowed. Of a work tree with submodules, whether it is changed is known after git_export(). */
const struct git_facts *git_facts(const struct git_source *s);
/* Writes the tree to dest, a folder that must not exist. */
ATTR_MUST_CHECK errint git_export(struct git_source *s, const char *dest, struct err *err);

/* How many commits lead to this one, itself among them. ERR_FAILED for a shallow repository. */
ATTR_MUST_CHECK errint git_rev_count(struct str repo_dir, const char *rev, uint64_t *out,
				     struct err *err);

/* What a repository elsewhere has, as `git ls-remote` tells it; nothing is brought. */
struct remote_ref {
	struct str name;   /* "refs/tags/v1", "HEAD" */
	struct str commit; /* of an annotated tag what it leads to */
};
struct remote_refs {
	struct remote_ref *v; /* in the other side's order */
	size_t n;
	struct str head; /* the branch that HEAD means, or "" */
};
ATTR_MUST_CHECK errint git_list_refs(const struct git_options *o, const char *url, struct arena *a,
				     struct remote_refs *out, struct err *err);
