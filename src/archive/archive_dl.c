/* SPDX-License-Identifier: MIT
 *
 * The tables of libarchive's and libdeflate's functions. */
#include "archive/archive_dl.h"

#include "base/dl.h"

static errint load(void *table, struct err *err)
{
	static const struct dl_symbol symbols[] = {
#define X(fn) {#fn, offsetof(struct archive_api, fn)},
		ARCHIVE_FUNCTIONS(X)
#undef X
	};

	return dl_load("libarchive.so.13", "libarchive13", symbols, ARRAY_LEN(symbols), table, err);
}

errint archive_api(const struct archive_api **out, struct err *err)
{
	static struct dl_once once = DL_ONCE;
	static struct archive_api api;
	errint rc = dl_load_once(&once, load, &api, err);

	if (rc == 0)
		*out = &api;
	return rc;
}

static errint load_deflate(void *table, struct err *err)
{
	static const struct dl_symbol symbols[] = {
#define X(fn) {#fn, offsetof(struct deflate_api, fn)},
		DEFLATE_FUNCTIONS(X)
#undef X
	};

	return dl_load("libdeflate.so.0", "libdeflate0", symbols, ARRAY_LEN(symbols), table, err);
}

errint deflate_api(const struct deflate_api **out, struct err *err)
{
	static struct dl_once once = DL_ONCE;
	static struct deflate_api api;
	errint rc = dl_load_once(&once, load_deflate, &api, err);

	if (rc == 0)
		*out = &api;
	return rc;
}
