/* SPDX-License-Identifier: MIT
 *
 * Source: the package URL specification 1.0 and its definitions of types. */
#include "source/package_url.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/url.h"

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("-._~:", c));
}

static void put(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (is_plain(s.p[i]))
			buf_putc(b, s.p[i]);
		else
			buf_printf(b, "%%%02X", (unsigned char)s.p[i]);
}

static struct str lower(struct arena *a, struct str s)
{
	char *z = arena_strz(a, s);

	for (size_t i = 0; i < s.n; i++)
		if (z[i] >= 'A' && z[i] <= 'Z')
			z[i] = (char)(z[i] + 32);
	return str_n(z, s.n);
}

/* front is "TYPE/" with the namespace, if there is one. */
static struct str make(struct arena *a, struct str front, struct str name, struct str version,
		       const char *qualifier, struct str value)
{
	BUF(b, LIMIT_SMALL_FILE);

	if (!name.n)
		return S("");
	buf_printf(&b, "pkg:%.*s", STR_ARG(front));
	put(&b, name);
	if (version.n) {
		buf_putc(&b, '@');
		put(&b, version);
	}
	if (value.n) {
		buf_printf(&b, "?%s=", qualifier);
		put(&b, value);
	}
	return b.over ? S("") : arena_str(a, buf_str(&b));
}

struct str purl_pypi(struct arena *a, struct str project, struct str version)
{
	char *name = arena_alloc(a, project.n + 1);
	size_t n = 0;

	/* As PEP 503 has it. */
	for (size_t i = 0; i < project.n; i++)
		if (!strchr("-_.", project.p[i]) || !project.p[i])
			name[n++] = project.p[i];
		else if (!n || name[n - 1] != '-')
			name[n++] = '-';
	return make(a, S("pypi/"), lower(a, str_n(name, n)), version, NULL, S(""));
}

struct str purl_debian(struct arena *a, struct str package, struct str version, struct str arch)
{
	return make(a, S("deb/debian/"), lower(a, package), version, "arch", arch);
}

struct str purl_github(struct arena *a, struct str owner, struct str repo, struct str ref)
{
	BUF(front, LIMIT_SMALL_FILE);

	buf_putz(&front, "github/");
	put(&front, lower(a, owner));
	buf_putc(&front, '/');
	return owner.n ? make(a, buf_str(&front), lower(a, repo), ref, NULL, S("")) : S("");
}

struct str purl_generic(struct arena *a, struct str name, struct str version, struct str from)
{
	bool commits = str_starts(from, S("git+"));

	return make(a, S("generic/"), name, version, commits ? "vcs_url" : "download_url", from);
}

static struct str decoded(struct arena *a, struct str s)
{
	char *out = arena_alloc(a, s.n + 1);
	size_t n;

	return url_decode(s, out, &n) ? str_n(out, n) : s;
}

void purl_parts(struct arena *a, struct str purl, struct str *name, struct str *version)
{
	struct str head = purl, tail, rest = S("");

	(void)str_cut(purl, '?', &head, &tail);
	(void)str_cut(head, '@', &head, &rest);
	*name = decoded(a, path_base(head));
	*version = decoded(a, rest);
}
