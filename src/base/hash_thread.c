/* SPDX-License-Identifier: MIT
 *
 * A ring of blocks: the owner fills one while the thread hashes the others. Only the two counters
 * and the end are shared, under the mutex; a block belongs to one side at a time. */
#include "base/hash_thread.h"

#include <stdlib.h>
#include "base/thread.h"

enum {
	BLOCK = 64 << 10,
	BLOCKS = 8,
	LEAST = 4 << 10, /* a block with less room is full */
	ALONE = 4 << 20, /* so much is hashed before a thread is worth its start */
};

struct hash_thread {
	struct hash_ctx *ctx;
	uint64_t seen;
	bool started, no_thread;
	pthread_t thread;

	char *blocks[BLOCKS]; /* made when needed: little data needs one at most */
	size_t sizes[BLOCKS];
	size_t used; /* bytes in the block that is being filled */

	pthread_mutex_t mutex;
	pthread_cond_t filled, emptied;
	unsigned given, taken; /* blocks, ever */
	bool end;
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

static void *run(void *arg)
{
	struct hash_thread *t = arg;

	for (unsigned i = 0;; i++) {
		pthread_mutex_lock(&t->mutex);
		while (t->given == i && !t->end)
			pthread_cond_wait(&t->filled, &t->mutex);
		bool over = t->given == i;
		pthread_mutex_unlock(&t->mutex);
		if (over)
			return NULL;
		hash_update(t->ctx, t->blocks[i % BLOCKS], t->sizes[i % BLOCKS]);
		pthread_mutex_lock(&t->mutex);
		t->taken = i + 1;
		/* Who waits, here as there, is woken once for most of a ring, not once a block. */
		if (t->given - t->taken <= 1)
			pthread_cond_signal(&t->emptied);
		pthread_mutex_unlock(&t->mutex);
	}
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

/* Gives the filled block away and waits until the next one is free. */
static void hand_over(struct hash_thread *t)
{
	t->sizes[t->given % BLOCKS] = t->used;
	t->used = 0;
	pthread_mutex_lock(&t->mutex);
	t->given++;
	if (t->given - t->taken >= BLOCKS / 2)
		pthread_cond_signal(&t->filled);
	while (t->given - t->taken >= BLOCKS)
		pthread_cond_wait(&t->emptied, &t->mutex);
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
	pthread_mutex_lock(&t->mutex);
	t->end = true;
	pthread_cond_signal(&t->filled);
	pthread_mutex_unlock(&t->mutex);
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
