/* SPDX-License-Identifier: MIT
 *
 * The table of libgit2's functions. */
#include "git/git_dl.h"

#include "base/dl.h"
#include "base/environ.h"

enum { SERVER_TIMEOUT_MS = 30000 };

/* The same variables as for other transfers. */
static void set_certificates(const struct git_api *api)
{
	const char *file = env_get("NIX_SSL_CERT_FILE"), *dir = env_get("SSL_CERT_DIR");

	if (!file)
		file = env_get("SSL_CERT_FILE");
	if (!file)
		file = env_get("CURL_CA_BUNDLE");
	if (file || dir)
		api->git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, file, dir);
}

static errint load(void *table, struct err *err)
{
	static const struct dl_symbol symbols[] = {
#define X(fn) {#fn, offsetof(struct git_api, fn)},
		GIT_FUNCTIONS(X)
#undef X
	};
	struct git_api *api = table;
	errint rc = dl_load("libgit2.so." LIBGIT2_SOVERSION, "libgit2-" LIBGIT2_SOVERSION, symbols,
			    ARRAY_LEN(symbols), api, err);

	if (rc)
		return rc;
	if (api->git_libgit2_init() < 0)
		return err_set(err, ERR_FAILED, "cannot start libgit2");
	set_certificates(api);
#if LIBGIT2_VER_MAJOR > 1 || LIBGIT2_VER_MINOR >= 7
	api->git_libgit2_opts(GIT_OPT_SET_SERVER_TIMEOUT, (int)SERVER_TIMEOUT_MS);
	api->git_libgit2_opts(GIT_OPT_SET_SERVER_CONNECT_TIMEOUT, (int)SERVER_TIMEOUT_MS);
#endif
	return 0;
}

errint git_api(const struct git_api **out, struct err *err)
{
	static struct dl_once once = DL_ONCE;
	static struct git_api api;
	errint rc = dl_load_once(&once, load, &api, err);

	if (rc == 0)
		*out = &api;
	return rc;
}
