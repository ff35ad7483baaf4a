/* SPDX-License-Identifier: MIT
 *
 * Helper threads of one call: they compute beside the thread that started them, are joined before
 * it returns, and share nothing but what they were given. Signals stay with the main thread. */
#pragma once

#include <pthread.h>
#include "base/err.h"

/* As pthread_create(), with all signals blocked in the new thread; 0 or an errno. */
int thread_start(pthread_t *out, void *(*run)(void *), void *arg);
/* The processors that this process may use, at least 1. */
unsigned thread_processors(void);
