/* SPDX-License-Identifier: MIT
 *
 * A ring of blocks: the owner fills one while the thread hashes the others; a block belongs to one
 * side at a time. Hashing is the faster part as a rule, and to wake a thread costs as much as to
 * hash a block: so a thread that has nothing to do looks again a few times, a moment later, before
 * it sleeps until it is woken. Who sleeps says so first and looks once more then, and who gives
 * looks for a sleeper after he gave: one of the two sees the other. */
#include "base/hash_thread.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include "base/thread.h"

enum {
	BLOCK = 64 << 10,
	BLOCKS = 8,
	LEAST = 4 << 10, /* a block with less room is full */
	ALONE = 4 << 20, /* so much is hashed before a thread is worth its start */
	NAPS = 8,
	NAP_NS = 100000, /* in which about two blocks are filled */
};

struct hash_thread {
	struct hash_ctx *ctx;
	uint64_t seen;
	bool started, no_thread;
	pthread_t thread;

	char *blocks[BLOCKS]; /* made when needed: little data needs one at most */
	size_t sizes[BLOCKS];
	size_t used; /* bytes in the block that is being filled */

	atomic_uint given, taken; /* blocks, ever */
	atomic_bool end, thread_sleeps, owner_sleeps;
	pthread_mutex_t mutex; /* for sleeping alone */
	pthread_cond_t filled, emptied;
};

struct hash_thread *hash_thread_new(enum hash_algo algo)
{
	struct hash_thread *t = xcalloc(1, sizeof(*t));

	t->ctx = hash_ctx_new(algo);
	pthread_mutex_init(&t->mutex, NULL);
	pthread_cond_init(&t->filled, NULL);
	pthread_cond_init(&t->emptied, NULL);
	return t;
}

static void wake(struct hash_thread *t, pthread_cond_t *sleeper)
{
	pthread_mutex_lock(&t->mutex);
	pthread_cond_signal(sleeper);
	pthread_mutex_unlock(&t->mutex);
}

/* Until block i is there; false at the end. */
static bool await_block(struct hash_thread *t, unsigned i)
{
	for (int n = 0; n < NAPS && t->given == i && !t->end; n++)
		nanosleep(&(struct timespec){.tv_nsec = NAP_NS}, NULL);
	if (t->given == i) {
		pthread_mutex_lock(&t->mutex);
		t->thread_sleeps = true;
		while (t->given == i && !t->end)
			pthread_cond_wait(&t->filled, &t->mutex);
		t->thread_sleeps = false;
		pthread_mutex_unlock(&t->mutex);
	}
	return t->given != i;
}

static void *run(void *arg)
{
	struct hash_thread *t = arg;

	for (unsigned i = 0; t->given != i || await_block(t, i); i++) {
		hash_update(t->ctx, t->blocks[i % BLOCKS], t->sizes[i % BLOCKS]);
		t->taken = i + 1;
		/* Once for most of a ring, not once a block. */
		if (t->owner_sleeps && t->given - t->taken <= BLOCKS / 2)
			wake(t, &t->emptied);
	}
	return NULL;
}

/* Where no thread is to be had the owner goes on alone. */
static bool start(struct hash_thread *t)
{
	if (t->no_thread)
		return false;
	t->no_thread = thread_processors() < 2;
	if (t->no_thread)
		return false;
	t->started = thread_start(&t->thread, run, t) == 0;
	t->no_thread = !t->started;
	return t->started;
}

static bool full(const struct hash_thread *t)
{
	return t->given - t->taken >= BLOCKS;
}

/* Gives the filled block away and waits until the next one is free. */
static void hand_over(struct hash_thread *t)
{
	t->sizes[t->given % BLOCKS] = t->used;
	t->used = 0;
	t->given++;
	if (t->thread_sleeps && t->given - t->taken >= BLOCKS / 2)
		wake(t, &t->filled);
	if (!full(t))
		return;
	pthread_mutex_lock(&t->mutex);
	t->owner_sleeps = true;
	while (full(t))
		pthread_cond_wait(&t->emptied, &t->mutex);
	t->owner_sleeps = false;
	pthread_mutex_unlock(&t->mutex);
}

static char *block(struct hash_thread *t)
{
	char **b = &t->blocks[t->given % BLOCKS];

	if (!*b)
		*b = xmalloc(BLOCK);
	return *b + t->used;
}

char *hash_thread_room(struct hash_thread *t, size_t *n)
{
	if (t->started && t->used && BLOCK - t->used < *n)
		hand_over(t);
	*n = BLOCK - t->used;
	return block(t);
}

void hash_thread_update(struct hash_thread *t, const void *p, size_t n)
{
	const char *from = p;

	t->seen += n;
	if (!t->started && (t->seen <= ALONE || !start(t))) {
		hash_update(t->ctx, p, n);
		return;
	}
	while (n) {
		size_t k = MIN(n, BLOCK - t->used);

		char *to = block(t);
		if (to != from)
			memcpy(to, from, k);
		t->used += k;
		from += k;
		n -= k;
		if (BLOCK - t->used < LEAST)
			hand_over(t);
	}
}

static void stop(struct hash_thread *t)
{
	if (!t->started)
		return;
	t->end = true;
	wake(t, &t->filled);
	pthread_join(t->thread, NULL);
	t->started = false;
}

void hash_thread_free(struct hash_thread *t)
{
	if (!t)
		return;
	stop(t);
	hash_ctx_free(t->ctx);
	pthread_mutex_destroy(&t->mutex);
	pthread_cond_destroy(&t->filled);
	pthread_cond_destroy(&t->emptied);
	for (size_t i = 0; i < BLOCKS; i++)
		free(t->blocks[i]);
	free(t);
}

void hash_thread_finish(struct hash_thread *t, struct hash *out)
{
	if (t->started && t->used)
		hand_over(t);
	stop(t);
	hash_finish(STEAL(t->ctx), out);
	hash_thread_free(t);
}
