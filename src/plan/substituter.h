/* SPDX-License-Identifier: MIT
 *
 * Another place than this machine to get store paths from (binary caches), as planning and the
 * jobs see it. */
#pragma once

#include "base/stream.h"
#include "store/store.h"

/* A path that can be had. */
struct substitute {
	struct path_info info; /* path.n == 0: not to be had */
	uint64_t download;     /* bytes */
	unsigned places;       /* that have it, at least 1 */
	void *more;            /* the substituter's own, or NULL */
};

struct substituter;
struct substituter_ops {
	/* Which of n paths can be had: fills out[i]. Strings live in the arena. May block; an error
	 * ends the plan, so what one cache fails at is a path that is not to be had. */
	errint (*query)(struct substituter *self, struct arena *a, const struct str *paths,
			size_t n, struct substitute *out, struct err *err);
	/* The plain bytes of a path's NAR, whose hash and size the caller checks, from one of
	 * its places (0 is the best). Runs in a process of its own, beside others, which ends soon
	 * after: it may block, and need not clean up. */
	errint (*open_nar)(struct substituter *self, const struct substitute *what, unsigned place,
			   struct arena *a, struct source **out, struct err *err);
};
/* Embedded as the first member. */
struct substituter {
	const struct substituter_ops *ops;
};
ATTR_MUST_CHECK static inline errint substituter_query(struct substituter *s, struct arena *a,
						       const struct str *paths, size_t n,
						       struct substitute *out, struct err *err)
{
	return s->ops->query(s, a, paths, n, out, err);
}
ATTR_MUST_CHECK static inline errint substituter_open_nar(struct substituter *s,
							  const struct substitute *what,
							  unsigned place, struct arena *a,
							  struct source **out, struct err *err)
{
	return s->ops->open_nar(s, what, place, a, out, err);
}
