/* SPDX-License-Identifier: MIT
 *
 * The table of libcurl's functions. */
#include "fetch/curl_dl.h"

#include "base/dl.h"

static errint load(void *table, struct err *err)
{
	static const struct dl_symbol symbols[] = {
#define X(fn) {#fn, offsetof(struct curl_api, fn)},
		CURL_FUNCTIONS(X)
#undef X
	};
	struct curl_api *api = table;
	errint rc = dl_load("libcurl.so.4", "libcurl4", symbols, ARRAY_LEN(symbols), api, err);

	if (rc)
		return rc;
	if (api->curl_global_init(CURL_GLOBAL_DEFAULT))
		return err_set(err, ERR_FAILED, "cannot start libcurl");
	return 0;
}

errint curl_api(const struct curl_api **out, struct err *err)
{
	static struct dl_once once = DL_ONCE;
	static struct curl_api api;
	errint rc = dl_load_once(&once, load, &api, err);

	if (rc == 0)
		*out = &api;
	return rc;
}
