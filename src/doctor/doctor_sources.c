/* SPDX-License-Identifier: MIT
 *
 * Where sources come from: the mirrors' hosts, whether one of each answers, and the folders of
 * vendored files. */
#include "doctor/doctor_int.h"

#include <unistd.h>
#include "base/environ.h"
#include "fetch/fetch.h"
#include "source/mirror.h"

static const struct {
	const char *name, *what;
} kinds[] = {
	{"pypi", "Python packages"},
	{"debian", "Debian packages"},
};

/* What every such mirror has. */
static const char *page_of(struct str mirror, struct str host)
{
	if (str_eqz(mirror, "pypi"))
		return "/pip/";
	return str_ends(host, S("-security")) ? "/dists/stable-security/Release"
					      : "/dists/stable/Release";
}

static errint ask(struct str mirror, struct str host, struct err *err)
{
	static const struct fetch_options patience = {.tries = 1, .connect_s = 5, .stall_s = 5};
	struct str folder = str_drop_prefix(host, S("file://"));
	char *url CLEANUP_FREE =
		xasprintf("%.*s%s", STR_ARG(host), folder.n < host.n ? "" : page_of(mirror, host));
	const char *urls[] = {url};
	BUF(body, LIMIT_INDEX_PAGE);
	const struct fetch_request r = {.urls = urls, .n_urls = 1, .body = &body, .quiet = true};

	/* A folder need not have such pages. */
	if (folder.n < host.n && access(url + S("file://").n, R_OK | X_OK))
		return err_sys(err, "'%s'", url);
	return folder.n < host.n ? 0 : fetch_one(&patience, &r, NULL, NULL, err);
}

/* Does it answer? */
static bool tell_host(struct doctor *d, const char *mirror, const char *what, struct str host)
{
	uint64_t began = clock_ms();
	ERR(why);

	if (d->offline) {
		doctor_tell(d, VERDICT_NOTE, NULL, "%s: '%.*s', not asked", what, STR_ARG(host));
		return true;
	}
	errint rc = ask(str_c(mirror), host, &why);
	if (rc)
		doctor_tell(d, VERDICT_NOTE, NULL, "%s: %s", what, why.msg);
	else
		doctor_tell(d, VERDICT_GOOD, NULL, "%s: '%.*s' answers, after %llu ms", what,
			    STR_ARG(host), (unsigned long long)(clock_ms() - began));
	return !rc;
}

static void tell_mirror(struct doctor *d, struct mirrors *m, const char *mirror, const char *what)
{
	const struct str *hosts;
	size_t n, reached = 0;
	ERR(err);

	if (mirror_hosts(m, str_c(mirror), &hosts, &n, &err)) {
		doctor_tell_err(d, VERDICT_WARN, &err);
		return;
	}
	for (size_t i = 0; i < n; i++)
		reached += tell_host(d, mirror, what, hosts[i]);
	if (!reached)
		doctor_tell(d, VERDICT_WARN,
			    "see that this machine's network and proxy are right, or name another "
			    "with 'mirror.*' in kiln.conf; what is in the store needs none",
			    "%s: no mirror is reached", what);
}

static void tell_folders(struct doctor *d, struct mirrors *m)
{
	const char *const *dirs;
	size_t n;
	ERR(err);

	if (mirror_source_dirs(m, &dirs, &n, &err)) {
		doctor_tell_err(d, VERDICT_BAD, &err);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (access(dirs[i], R_OK | X_OK))
			doctor_tell(d, VERDICT_WARN, "see 'source-dirs' in kiln.conf",
				    "the folder of vendored files '%s' cannot be read", dirs[i]);
		else
			doctor_tell(d, VERDICT_GOOD, NULL, "vendored files: '%s'", dirs[i]);
	}
}

void doctor_sources(struct doctor *d)
{
	struct mirrors *m CLEANUP(mirrors_cleanup) = mirrors_new(NULL, NULL);

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		tell_mirror(d, m, kinds[i].name, kinds[i].what);
	tell_folders(d, m);
}
