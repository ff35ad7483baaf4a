/* SPDX-License-Identifier: MIT
 *
 * The table of libcurl's functions. */
#include "net/curl_dl.h"

#include <pthread.h>

#include "net/dl.h"

static errint load(struct curl_api *api, struct err *err)
{
	static const struct dl_symbol symbols[] = {
#define X(fn) {#fn, offsetof(struct curl_api, fn)},
		CURL_FUNCTIONS(X)
#undef X
	};
	errint rc = dl_load("libcurl.so.4", "libcurl4", symbols, ARRAY_LEN(symbols), api, err);

	if (rc)
		return rc;
	if (api->curl_global_init(CURL_GLOBAL_DEFAULT))
		return err_set(err, ERR_FAILED, "cannot start libcurl");
	return 0;
}

errint curl_api(const struct curl_api **out, struct err *err)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct curl_api api;
	static bool loaded;
	errint rc = 0;

	pthread_mutex_lock(&lock);
	if (!loaded)
		rc = load(&api, err);
	loaded = rc == 0;
	pthread_mutex_unlock(&lock);
	if (rc)
		return rc;
	*out = &api;
	return 0;
}
