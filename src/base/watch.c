/* SPDX-License-Identifier: MIT
 *
 * poll(2) over an array that is kept: epoll would go on watching what a forked worker still has
 * open after we closed it. Deadlines are a binary heap. */
#include "base/watch.h"

#include <errno.h>
#include <stdlib.h>

#include "base/environ.h"

enum { NOWHERE = -1 };

struct watch_slot {
	void *owner;
	uint64_t due;
	ptrdiff_t place; /* in the heap, or NOWHERE */
};

void watch_release(struct watch *w)
{
	free(w->slots);
	free(w->fds);
	free(w->free);
	free(w->heap);
	*w = (struct watch){0};
}

/* ---- the heap ---- */

static uint64_t due_at(const struct watch *w, size_t place)
{
	return w->slots[w->heap[place]].due;
}

static void put_at(struct watch *w, size_t place, unsigned slot)
{
	w->heap[place] = slot;
	w->slots[slot].place = (ptrdiff_t)place;
}

static void rise(struct watch *w, size_t place)
{
	unsigned slot = w->heap[place];

	for (; place && due_at(w, (place - 1) / 2) > w->slots[slot].due; place = (place - 1) / 2)
		put_at(w, place, w->heap[(place - 1) / 2]);
	put_at(w, place, slot);
}

static void sink(struct watch *w, size_t place)
{
	unsigned slot = w->heap[place];

	for (;;) {
		size_t child = 2 * place + 1;

		if (child + 1 < w->n_heap && due_at(w, child + 1) < due_at(w, child))
			child++;
		if (child >= w->n_heap || due_at(w, child) >= w->slots[slot].due)
			break;
		put_at(w, place, w->heap[child]);
		place = child;
	}
	put_at(w, place, slot);
}

static void heap_remove(struct watch *w, unsigned slot)
{
	ptrdiff_t place = w->slots[slot].place;

	if (place == NOWHERE)
		return;
	w->slots[slot].place = NOWHERE;
	unsigned last = w->heap[--w->n_heap];
	if (last == slot)
		return;
	put_at(w, (size_t)place, last);
	rise(w, (size_t)place);
	sink(w, (size_t)w->slots[last].place);
}

static void set_due(struct watch *w, unsigned slot, uint64_t due)
{
	if (w->slots[slot].due == due)
		return;
	heap_remove(w, slot);
	w->slots[slot].due = due;
	if (due == WATCH_NEVER)
		return;
	ARRAY_GROW(w->heap, w->n_heap, w->cap_heap);
	put_at(w, w->n_heap++, slot);
	rise(w, w->n_heap - 1);
}

/* ---- slots ---- */

unsigned watch_add(struct watch *w, void *owner)
{
	unsigned slot;

	if (w->n_free) {
		slot = w->free[--w->n_free];
	} else {
		slot = (unsigned)w->n;
		ARRAY_GROW(w->slots, w->n, w->cap);
		w->n++;
		w->fds = xrealloc(w->fds, w->n * WATCH_FDS * sizeof(*w->fds));
	}
	w->slots[slot] = (struct watch_slot){owner, WATCH_NEVER, NOWHERE};
	for (size_t i = 0; i < WATCH_FDS; i++)
		w->fds[slot * WATCH_FDS + i] = (struct pollfd){.fd = -1};
	return slot;
}

void watch_remove(struct watch *w, unsigned slot)
{
	watch_change(w, slot, &WATCH_NOTHING);
	ARRAY_GROW(w->free, w->n_free, w->cap_free);
	w->free[w->n_free++] = slot;
}

void watch_change(struct watch *w, unsigned slot, const struct watch_wish *wish)
{
	struct pollfd *fds = w->fds + (size_t)slot * WATCH_FDS;

	set_due(w, slot, wish->due);
	for (size_t i = 0; i < WATCH_FDS; i++) {
		if (fds[i].fd == wish->fds[i])
			continue;
		fds[i] = (struct pollfd){.fd = wish->fds[i], .events = POLLIN};
	}
}

/* ---- waiting ---- */

errint watch_wait(struct watch *w, struct err *err)
{
	int ms = -1;

	w->now = clock_ms();
	if (w->n_heap) {
		uint64_t due = due_at(w, 0);

		ms = due <= w->now ? 0 : (int)MIN(due - w->now, (uint64_t)INT32_MAX);
	}
	w->at = 0;
	w->left = poll(w->fds, w->n * WATCH_FDS, ms);
	if (w->left < 0) {
		w->left = 0;
		if (errno != EINTR)
			return err_sys(err, "waiting for something to happen");
	}
	w->now = clock_ms();
	return 0;
}

bool watch_next(struct watch *w, void **owner, int *fd)
{
	for (; w->left > 0 && w->at < w->n * WATCH_FDS; w->at++) {
		struct pollfd *p = &w->fds[w->at];

		if (p->fd < 0 || !p->revents)
			continue;
		w->left--;
		p->revents = 0;
		*owner = w->slots[w->at / WATCH_FDS].owner;
		*fd = p->fd;
		w->at++;
		return true;
	}
	if (!w->n_heap || due_at(w, 0) > w->now)
		return false;
	unsigned slot = w->heap[0];
	set_due(w, slot, WATCH_NEVER);
	*owner = w->slots[slot].owner;
	*fd = -1;
	return true;
}
