/* SPDX-License-Identifier: MIT
 *
 * Hashes many objects of the store on all processors. Workers take them from one list, the biggest
 * first, so that none is left alone with one at the end; the calling thread, which alone may use
 * the database and the report, tells the progress. */
#include "store/store_int.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include "base/report.h"
#include "base/process.h"
#include "base/thread.h"

enum {
	WORKERS_MAX = 8,
	TELL_MS = 200,
};

struct pool {
	const struct store *s;
	struct rehash **order;
	size_t n;
	uint64_t share; /* bytes a worker would have if all had the same */

	pthread_mutex_t mutex;
	pthread_cond_t ended; /* one more is done, or a worker has ended */
	size_t next, done;
	unsigned working;
};

/* The others will have ended before one that is more than a worker's share is read: so it is read
 * and hashed by two. */
static void rehash_one(const struct pool *p, struct rehash *r)
{
	char *name CLEANUP_FREE = str_dupz(store_path_base(r->path));
	struct hash_sink sink CLEANUP(hash_sink_release) =
		r->size > p->share ? hash_sink_init_big(HASH_SHA256, NULL)
				   : hash_sink_init(HASH_SHA256, NULL);
	struct hash got;
	ERR(err);

	r->rc = nar_dump(p->s->store_fd, name, &sink.sink, NULL, NULL, &err);
	if (r->rc) {
		r->why = xstrdup(err.msg);
		return;
	}
	r->got_size = sink.size;
	hash_sink_finish(&sink, &got);
	memcpy(r->got, got.b, sizeof(r->got));
}

static void *work(void *arg)
{
	struct pool *p = arg;

	pthread_mutex_lock(&p->mutex);
	while (p->next < p->n && !interrupted()) {
		struct rehash *r = p->order[p->next++];
		pthread_mutex_unlock(&p->mutex);
		rehash_one(p, r);
		pthread_mutex_lock(&p->mutex);
		p->done++;
	}
	p->working--;
	pthread_cond_signal(&p->ended);
	pthread_mutex_unlock(&p->mutex);
	return NULL;
}

static int biggest_first(const void *a, const void *b)
{
	const struct rehash *x = *(struct rehash *const *)a, *y = *(struct rehash *const *)b;

	return x->size < y->size ? 1 : x->size > y->size ? -1 : str_cmp(x->path, y->path);
}

static void tell_until_done(struct pool *p, struct activity *activity)
{
	pthread_mutex_lock(&p->mutex);
	while (p->working) {
		struct timespec until;
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += TELL_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		pthread_cond_timedwait(&p->ended, &p->mutex, &until);
		size_t done = p->done;
		pthread_mutex_unlock(&p->mutex);
		activity_progress(activity, done, p->n);
		pthread_mutex_lock(&p->mutex);
	}
	pthread_mutex_unlock(&p->mutex);
}

static void run(struct pool *p, struct activity *activity)
{
	pthread_t threads[WORKERS_MAX];
	unsigned n = 0, wanted = MIN(thread_processors(), (unsigned)WORKERS_MAX);

	while (n < wanted && n < p->n) {
		pthread_mutex_lock(&p->mutex);
		p->working++;
		pthread_mutex_unlock(&p->mutex);
		if (thread_start(&threads[n], work, p))
			break;
		n++;
	}
	if (n < wanted && n < p->n) {
		/* No more threads are to be had: what is theirs is ours. */
		work(p);
	}
	tell_until_done(p, activity);
	for (unsigned i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
}

errint store_rehash(struct store *s, struct rehash *v, size_t n, struct activity *activity,
		    struct err *err)
{
	struct rehash **order CLEANUP_FREE = xcalloc(n + 1, sizeof(*order));
	struct pool p = {.s = s, .order = order, .n = n};

	for (size_t i = 0; i < n; i++) {
		order[i] = &v[i];
		p.share += v[i].size / MIN(thread_processors(), (unsigned)WORKERS_MAX);
		v[i].rc = ERR_INTERRUPTED;
		v[i].why = NULL;
	}
	if (n > 1)
		qsort(order, n, sizeof(*order), biggest_first);
	pthread_mutex_init(&p.mutex, NULL);
	pthread_cond_init(&p.ended, NULL);
	run(&p, activity);
	pthread_mutex_destroy(&p.mutex);
	pthread_cond_destroy(&p.ended);
	return interrupt_check(err);
}
