/* SPDX-License-Identifier: MIT
 *
 * A poll set that lasts: each owner has a slot with a few descriptors and a deadline, which it
 * changes only when they change. Waiting costs what is watched, not what exists. Closing a
 * descriptor before changing its slot is safe as long as nothing waits in between. */
#pragma once

#include <poll.h>
#include "base/err.h"

enum { WATCH_FDS = 3 };
#define WATCH_NEVER UINT64_MAX

/* What an owner waits for. */
struct watch_wish {
	int fds[WATCH_FDS]; /* readable; -1: none */
	uint64_t due;       /* clock_ms(); WATCH_NEVER: no deadline */
};
#define WATCH_NOTHING                \
	((struct watch_wish){        \
		.fds = {-1, -1, -1}, \
		.due = WATCH_NEVER,  \
	})

/* All zero is an empty set. */
struct watch {
	struct watch_slot *slots;
	struct pollfd *fds; /* WATCH_FDS a slot */
	size_t n, cap, cap_fds;
	unsigned *free; /* slots of nobody */
	size_t n_free, cap_free;
	unsigned *heap; /* slots with a deadline, the earliest first */
	size_t n_heap, cap_heap;
	size_t at; /* where watch_next() goes on */
	int left;  /* descriptors that it has not given yet */
	uint64_t now;
};

void watch_release(struct watch *w);
/* A new slot, which waits for nothing. The owner is only given back. */
unsigned watch_add(struct watch *w, void *owner);
void watch_remove(struct watch *w, unsigned slot);
void watch_change(struct watch *w, unsigned slot, const struct watch_wish *wish);
/* Waits until some descriptor is readable or a deadline has come. A signal may end it early. */
ATTR_MUST_CHECK errint watch_wait(struct watch *w, struct err *err);
/* Then, one after the other, whom it concerns: *fd is -1 for a deadline, which is over with that.
 * Slots may be added, removed and changed between calls. */
bool watch_next(struct watch *w, void **owner, int *fd);
