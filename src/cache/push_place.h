/* SPDX-License-Identifier: MIT
 *
 * Where a push puts what it has packed: a folder, or a server that takes PUT (RFC 9110, section
 * 9.3.4). */
#pragma once

#include "cache/cache_url.h"

struct push_place;
struct report;

struct push_place_ops {
	/* A text by its name; ERR_NOT_FOUND. */
	errint (*get)(struct push_place *p, const char *name, struct buf *out, struct err *err);
	/* Whole or not at all. */
	errint (*put)(struct push_place *p, const char *name, struct str bytes, struct err *err);
	/* Which of n texts are there. */
	errint (*have)(struct push_place *p, const char *const *names, size_t n, bool *out,
		       struct err *err);
	/* A file without a name for a NAR; called by any thread, as is the next. */
	errint (*new_nar)(struct push_place *p, int *out, struct err *err);
	/* Puts it there. */
	errint (*put_nar)(struct push_place *p, int fd, uint64_t size, const char *name,
			  struct err *err);
	void (*close)(struct push_place *p);
};

struct push_place {
	const struct push_place_ops *ops;
	const struct cache_url *at; /* borrowed */
	struct report *report;
};

/* The folder is made. */
ATTR_MUST_CHECK errint push_folder_open(const struct cache_url *at, struct push_place **out,
					struct err *err);
ATTR_MUST_CHECK errint push_server_open(const struct cache_url *at, struct report *report,
					struct push_place **out, struct err *err);
