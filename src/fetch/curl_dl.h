/* SPDX-License-Identifier: MIT
 *
 * libcurl, loaded on first use. Only files of this room include this. */
#pragma once

/* Its checking macros would expand the names of the table's members. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include "base/err.h"

#define CURL_FUNCTIONS(X)           \
	X(curl_easy_cleanup)        \
	X(curl_easy_getinfo)        \
	X(curl_easy_init)           \
	X(curl_easy_setopt)         \
	X(curl_easy_strerror)       \
	X(curl_getdate)             \
	X(curl_global_init)         \
	X(curl_multi_add_handle)    \
	X(curl_multi_cleanup)       \
	X(curl_multi_info_read)     \
	X(curl_multi_init)          \
	X(curl_multi_remove_handle) \
	X(curl_multi_setopt)        \
	X(curl_multi_socket_action) \
	X(curl_multi_strerror)      \
	X(curl_slist_append)        \
	X(curl_slist_free_all)

struct curl_api {
#define X(fn) __typeof__(&fn) fn;
	CURL_FUNCTIONS(X)
#undef X
};

/* The functions, initialised; loaded once a process. Any number of threads may ask. */
ATTR_MUST_CHECK errint curl_api(const struct curl_api **out, struct err *err);
