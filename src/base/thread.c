/* SPDX-License-Identifier: MIT
 *
 * Threads, and how many of them can run at once. */
#include "base/thread.h"

#include <sched.h>
#include <signal.h>

int thread_start(pthread_t *out, void *(*run)(void *), void *arg)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int status = pthread_create(out, NULL, run, arg);

	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return status;
}

unsigned thread_processors(void)
{
	cpu_set_t set;

	/* Machines with more processors than the set has room for have enough. */
	if (sched_getaffinity(0, sizeof(set), &set))
		return 1;
	return (unsigned)CPU_COUNT(&set);
}
