/* SPDX-License-Identifier: MIT
 *
 * The inside of an ascent. It looks at a rung, and then waits for index pages, or for the transfer
 * of what the rung named, or is through:
 *
 *	LOOKING -> [PAGES -> LOOKING ->] MOVING -> DONE -> GIVEN
 *	   ^                                |                |
 *	   +------- the next rung ----------+----------------+  (ascent_reject())
 */
#pragma once

#include "base/arena.h"
#include "source/ascent.h"
#include "source/index_page.h"
#include "source/ladder_int.h"
#include "store/nar.h"

enum ascent_state {
	ASCENT_LOOKING,
	ASCENT_PAGES,
	ASCENT_MOVING,
	ASCENT_DONE,
	ASCENT_GIVEN,
};

/* The ctx of every transfer. */
struct flight {
	enum { FLIGHT_ASCENT, FLIGHT_PAGE } kind;
};

/* A project's page of one index; fetched once, for all who ask. */
struct page {
	struct flight flight;
	struct page *next;
	char *url;
	struct buf text;
	struct arena arena;
	struct index_page index;
	bool done;
	struct err err; /* .code is 0 when index is filled */
};

struct ascent {
	struct flight flight;
	struct ladder *l;
	struct ascent *next;     /* of those that are through */
	struct ascent *next_all; /* of all */
	struct arena arena;
	enum ascent_state state;
	struct ascent_request r; /* strings are the arena's */
	struct hash want, kept;
	size_t rung;
	const char **urls;       /* what the rung named; arena */
	enum source_kind *kinds; /* of them */
	size_t n_urls, cap_urls;
	const char *mirror; /* a name behind mirror:// among its URLs, or NULL */
	struct fetch_tap tap;
	struct nar_file nar;
	struct err failure;         /* the most telling one so far */
	struct buf attempts, notes; /* notes: where it was looked for in vain, with offline */
	size_t n_attempts;
	struct ascent_result result;
};

/* requirefile:/NAME */
bool ascent_is_by_hand(const char *url);

/* What a rung says. */
enum look {
	LOOK_NOTHING,
	LOOK_WAIT, /* for index pages */
	LOOK_HERE, /* dest has it; hash and size are in the result, unless it is unread */
	LOOK_URLS, /* added to urls */
};

struct rung {
	const char *name;
	const char *place; /* for people: "it is …" */
	/* An error means as much as LOOK_NOTHING, with a reason. */
	errint (*look)(struct ascent *a, enum look *out, struct err *err);
};
/* In their order. */
extern const struct rung rungs[];
extern const size_t n_rungs;

void ascent_add_url(struct ascent *a, const char *url, enum source_kind kind);
/* Adds to what is told when nobody has it. */
ATTR_PRINTF(2, 3) void ascent_note(struct ascent *a, const char *fmt, ...);
/* Ends LOOKING: as far as it goes without waiting. */
void ascent_advance(struct ascent *a);

/* ladder_pages.c */
/* The URLs that the pages (at these URLs) have for a file; *wait when some are still to come. */
ATTR_MUST_CHECK errint pages_look(struct ascent *a, struct str project, struct str file,
				  const struct str *pages, size_t n, bool *wait, struct err *err);
/* Takes the answer for a page. */
void page_done(struct ladder *l, struct page *p, struct fetch_result *r);
void pages_free(struct ladder *l);
/* Those that could not be had are asked for again by whoever comes next. */
void pages_forget_failed(struct ladder *l);
