/* SPDX-License-Identifier: MIT
 *
 * The poll set of src/base: descriptors and deadlines of many owners. */
#include "tap.h"

#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"
#include "base/watch.h"

enum { OWNERS = 200 };

static int owners[OWNERS];
static struct watch w;
static unsigned slots[OWNERS];
static struct err err;

static void until(unsigned slot, uint64_t due)
{
	struct watch_wish wish = WATCH_NOTHING;

	wish.due = due;
	watch_change(&w, slot, &wish);
}

/* Deadlines come in their order, however they were set, moved and dropped. */
static void test_deadlines(void)
{
	uint64_t now = clock_ms(), last = 0;
	unsigned n = 0, wrong = 0, seed = 1;
	void *owner;
	int fd;

	for (int i = 0; i < OWNERS; i++) {
		slots[i] = watch_add(&w, &owners[i]);
		owners[i] = (int)((seed = seed * 1103515245 + 12345) >> 16) % 1000;
		until(slots[i], now - 2000 + (uint64_t)owners[i]);
	}
	for (int i = 0; i < OWNERS; i += 3) {
		owners[i] = 999 - owners[i];
		until(slots[i], now - 2000 + (uint64_t)owners[i]);
	}
	for (int i = 1; i < OWNERS; i += 3)
		until(slots[i], WATCH_NEVER);
	IS_OK(watch_wait(&w, &err), err, "what is due does not wait");
	while (watch_next(&w, &owner, &fd)) {
		uint64_t due = (uint64_t) * (int *)owner;

		wrong += fd != -1 || due < last;
		last = due;
		n++;
	}
	IS_INT(n, OWNERS - (OWNERS + 1) / 3, "each that has one, once");
	IS_INT(wrong, 0, "in order");
	until(slots[0], clock_ms() + 30);
	now = clock_ms();
	IS_OK(watch_wait(&w, &err), err, "wait for one");
	OK(watch_next(&w, &owner, &fd) && owner == &owners[0], "it comes");
	OK(clock_ms() - now >= 25, "and not before its time");
	for (int i = 0; i < OWNERS; i++)
		watch_remove(&w, slots[i]);
	unsigned again = watch_add(&w, NULL);
	OK(again < OWNERS, "slots are used again");
	watch_remove(&w, again);
}

static void test_descriptors(void)
{
	int a[2], b[2], fd, n = 0;
	struct watch_wish wish = WATCH_NOTHING;
	void *owner;

	if (pipe2(a, O_CLOEXEC) || pipe2(b, O_CLOEXEC))
		exit(1);
	unsigned one = watch_add(&w, &owners[1]), two = watch_add(&w, &owners[2]);
	wish.fds[1] = a[0];
	wish.due = clock_ms() + 20;
	watch_change(&w, one, &wish);
	wish.fds[1] = b[0];
	watch_change(&w, two, &wish);
	IS_OK(watch_wait(&w, &err), err, "nobody writes");
	while (watch_next(&w, &owner, &fd))
		n += fd == -1;
	IS_INT(n, 2, "so both deadlines come");
	OK(write(a[1], "x", 1) == 1 && write(b[1], "x", 1) == 1, "somebody writes");
	IS_OK(watch_wait(&w, &err), err, "wait");
	OK(watch_next(&w, &owner, &fd), "one is readable");
	/* The first event takes the second owner away. */
	watch_remove(&w, owner == &owners[1] ? two : one);
	OK(!watch_next(&w, &owner, &fd), "who is gone meanwhile is not told");
	watch_release(&w);
	for (int i = 0; i < 2; i++) {
		close(a[i]);
		close(b[i]);
	}
}

int main(void)
{
	test_deadlines();
	test_descriptors();
	return tap_done();
}
