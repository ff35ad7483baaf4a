/* SPDX-License-Identifier: MIT
 *
 * The table of libarchive's functions. */
#include "net/archive_dl.h"

#include <pthread.h>

#include "net/dl.h"

errint archive_api(const struct archive_api **out, struct err *err)
{
	static const struct dl_symbol symbols[] = {
#define X(fn) {#fn, offsetof(struct archive_api, fn)},
		ARCHIVE_FUNCTIONS(X)
#undef X
	};
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct archive_api api;
	static bool loaded;
	errint rc = 0;

	pthread_mutex_lock(&lock);
	if (!loaded)
		rc = dl_load("libarchive.so.13", "libarchive13", symbols, ARRAY_LEN(symbols), &api,
			     err);
	loaded = rc == 0;
	pthread_mutex_unlock(&lock);
	if (rc)
		return rc;
	*out = &api;
	return 0;
}
