/* SPDX-License-Identifier: MIT
 *
 * URLs as slices; nothing is decoded that does not have to be. */
#include "base/url.h"

#include <stdlib.h>
#include <string.h>

struct url_parts {
	struct str scheme, authority, path, query;
	bool has_authority, has_query;
};

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_scheme(struct str s)
{
	if (s.n == 0 || !is_alpha(s.p[0]))
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (!is_alpha(s.p[i]) && !(s.p[i] >= '0' && s.p[i] <= '9') &&
		    !strchr("+-.", s.p[i]))
			return false;
	return true;
}

/* RFC 3986, appendix B, without the fragment. */
static struct url_parts split(struct str s)
{
	struct url_parts u = {0};
	struct str head, tail;
	size_t i = 0;

	if (str_cut(s, '#', &head, &tail))
		s = head;
	if (str_cut(s, ':', &head, &tail) && is_scheme(head)) {
		u.scheme = head;
		s = tail;
	}
	if (str_cut(s, '?', &head, &tail)) {
		u.query = tail;
		u.has_query = true;
		s = head;
	}
	if (str_starts(s, S("//"))) {
		s = str_skip(s, 2);
		while (i < s.n && s.p[i] != '/')
			i++;
		u.authority = str_sub(s, 0, i);
		u.has_authority = true;
		s = str_skip(s, i);
	}
	u.path = s;
	return u;
}

/* Section 5.2.4: out has room for path.n + 1 bytes. */
static size_t remove_dots(struct str path, char *out)
{
	struct str part;
	size_t n = 0;
	bool more = path.n > 0 && path.p[0] == '/';

	if (more)
		path = str_skip(path, 1);
	while (more && str_split(&path, '/', &part)) {
		bool last = path.p == NULL;

		if (str_eq(part, S(".")) || str_eq(part, S(".."))) {
			while (part.n == 2 && n > 0 && out[--n] != '/')
				;
			if (last)
				out[n++] = '/';
			continue;
		}
		out[n++] = '/';
		memcpy(out + n, part.p, part.n);
		n += part.n;
	}
	return n;
}

/* Section 5.2.3. */
static struct str merge(struct arena *a, const struct url_parts *base, struct str ref)
{
	ptrdiff_t slash = str_rchr(base->path, '/');
	size_t keep = slash < 0 ? 0 : (size_t)slash + 1;

	return str_c(arena_printf(a, "%s%.*s%.*s", keep ? "" : "/", (int)keep, base->path.p,
				  STR_ARG(ref)));
}

static errint check(struct str url, struct err *err)
{
	for (size_t i = 0; i < url.n; i++)
		if ((unsigned char)url.p[i] <= ' ' || url.p[i] == 0x7f)
			return err_set(err, ERR_CORRUPT, "bad character in the link '%.*s'",
				       STR_ARG(url));
	if (!str_starts(url, S("https://")) && !str_starts(url, S("http://")) &&
	    !str_starts(url, S("file://")))
		return err_set(err, ERR_CORRUPT, "link to '%.*s', which is not http, https or file",
			       STR_ARG(url));
	return 0;
}

errint url_resolve(struct arena *a, struct str base, struct str ref, struct str *out,
		   struct err *err)
{
	struct url_parts b = split(base), r = split(str_trim(ref)), t = r;
	struct str url;
	char *path;
	size_t n;
	errint rc;

	if (ref.n && memchr(ref.p, '\0', ref.n))
		return err_set(err, ERR_CORRUPT, "a link holds a NUL");
	if (!r.scheme.n) {
		t.scheme = b.scheme;
		if (!r.has_authority) {
			t.authority = b.authority;
			if (!r.path.n) {
				t.path = b.path;
				t.query = r.has_query ? r.query : b.query;
				t.has_query = r.has_query || b.has_query;
			} else if (r.path.p[0] != '/') {
				t.path = merge(a, &b, r.path);
			}
		}
	}
	path = arena_alloc(a, t.path.n + 1);
	n = remove_dots(t.path, path);
	url = str_c(arena_printf(a, "%.*s://%.*s%.*s%s%.*s", STR_ARG(t.scheme),
				 STR_ARG(t.authority), (int)n, path, t.has_query ? "?" : "",
				 STR_ARG(t.query)));
	rc = check(url, err);
	if (rc)
		return rc;
	if (str_starts(url, S("file:")) && !str_starts(base, S("file:")))
		return err_set(err, ERR_DENIED, "a web page links to the local '%.*s'",
			       STR_ARG(url));
	*out = url;
	return 0;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool url_decode(struct str s, char *out, size_t *n)
{
	size_t len = 0;

	for (size_t i = 0; i < s.n; i++) {
		int c = (unsigned char)s.p[i];

		if (c == '%') {
			int hi = i + 2 < s.n ? hex(s.p[i + 1]) : -1;
			int lo = i + 2 < s.n ? hex(s.p[i + 2]) : -1;

			if (hi < 0 || lo < 0)
				return false;
			c = hi * 16 + lo;
			i += 2;
		}
		if (c == '\0')
			return false;
		out[len++] = (char)c;
	}
	out[len] = '\0';
	*n = len;
	return true;
}

char *url_file_name(const char *url)
{
	struct str name = path_base(split(str_c(url)).path);
	char *out;
	size_t n;

	if (!name.n)
		return xstrdup(url);
	out = xmalloc(name.n + 1);
	if (url_decode(name, out, &n) && !memchr(out, '/', n))
		return out;
	free(out);
	return str_dupz(name);
}

struct str url_origin(const char *url)
{
	struct url_parts u = split(str_c(url));

	if (!u.has_authority)
		return str_c(url);
	return str_n(url, (size_t)(u.authority.p + u.authority.n - url));
}

bool url_is_pseudo(struct str s)
{
	static const char *const starts[] = {"channel:", "http://", "https://", "file://",
					     "git://",   "s3://",   "ssh://"};

	for (size_t i = 0; i < ARRAY_LEN(starts); i++)
		if (str_starts(s, str_c(starts[i])))
			return true;
	return false;
}

char *url_shown(const char *url)
{
	struct url_parts u = split(str_c(url));
	ptrdiff_t at = str_rchr(u.authority, '@');

	if (at < 0)
		return xstrdup(url);
	return xasprintf("%.*s://%s", STR_ARG(u.scheme), u.authority.p + at + 1);
}
