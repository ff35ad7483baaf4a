/* SPDX-License-Identifier: MIT
 *
 * No host is known here but by what its URLs look like: registries have paths of their own, and
 * forges name themselves. */
#include "source/source_name.h"

#include "base/encoding.h"
#include "base/url.h"
#include "source/package_url.h"
#include "source/sources_file.h"

/* ---- URLs ---- */

static struct str path_of(struct str url)
{
	ptrdiff_t at = str_find(url, S("://"));
	struct str rest = at < 0 ? url : str_skip(url, (size_t)at + 3), host, path;

	if (str_starts(url, S("mirror://")) || at < 0)
		return rest;
	return str_cut(rest, '/', &host, &path) ? path : S("");
}

static struct str host_of(struct str url)
{
	ptrdiff_t at = str_find(url, S("://"));
	struct str rest = str_skip(url, at < 0 ? url.n : (size_t)at + 3), host = rest, path;

	str_cut(rest, '/', &host, &path);
	return host;
}

/* The parts of a path, at most n. */
static size_t parts_of(struct str path, struct str *v, size_t n)
{
	size_t count = 0;
	struct str rest = path, part;

	for (size_t i = 0; i < rest.n; i++)
		if (rest.p[i] == '?' || rest.p[i] == '#')
			rest.n = i;
	while (rest.n && count < n && str_split(&rest, '/', &part))
		if (part.n)
			v[count++] = part;
	return count;
}

static struct str last_part(struct str url)
{
	struct str v[32];
	size_t n = parts_of(path_of(url), v, ARRAY_LEN(v));

	return n ? v[n - 1] : S("");
}

static struct str decoded(struct arena *a, struct str s)
{
	char *out = arena_alloc(a, s.n + 1);
	size_t n;

	return url_decode(s, out, &n) ? str_n(out, n) : s;
}

/* ---- what registries' URLs look like ---- */

static bool is_hex(struct str s, size_t n)
{
	return s.n == n && base16_check(s, n / 2);
}

/* /packages/ab/cd/<rest of a hash>/FILE, as files of Python packages are kept. */
static bool is_python_file(struct str url)
{
	struct str v[8];
	size_t n = parts_of(path_of(url), v, ARRAY_LEN(v));

	if (n < 4 || !str_eq(v[0], S("packages")))
		return false;
	return v[2].n == 1 || (is_hex(v[1], 2) && is_hex(v[2], 2));
}

/* /pool/main/…/NAME_VERSION_ARCH.deb */
static struct str pool_path(struct str url)
{
	ptrdiff_t at = str_find(url, S("/pool/"));

	return at >= 0 && str_ends(url, S(".deb")) ? str_skip(url, (size_t)at + 1) : S("");
}

/* ---- package URLs ---- */

/* NAME-VERSION of a wheel or a source archive. */
static struct str python_purl(struct arena *a, struct str project, struct str file)
{
	static const char *const ends[] = {".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz"};
	struct str stem = file, name, version;

	if (str_ends(file, S(".whl"))) {
		struct str rest;

		if (!str_cut(file, '-', &name, &rest) || !str_cut(rest, '-', &version, &rest))
			return S("");
	} else {
		for (size_t i = 0; i < ARRAY_LEN(ends); i++)
			stem = str_drop_suffix(stem, str_c(ends[i]));
		ptrdiff_t dash = str_rchr(stem, '-');
		if (dash <= 0)
			return S("");
		name = str_sub(stem, 0, (size_t)dash);
		version = str_skip(stem, (size_t)dash + 1);
	}
	return purl_pypi(a, project.n ? project : name, version);
}

static struct str deb_purl(struct arena *a, struct str file)
{
	struct str name, rest, version, arch;

	if (!str_cut(str_drop_suffix(file, S(".deb")), '_', &name, &rest) ||
	    !str_cut(rest, '_', &version, &arch))
		return S("");
	return purl_debian(a, name, version, arch);
}

/* OWNER/REPO/archive/REF.tar.gz of a forge that is called so. */
static bool forge_parts(struct str url, struct str *kind, struct str *owner, struct str *repo,
			struct str *ref)
{
	struct str v[12], host = host_of(url);
	size_t n = parts_of(path_of(url), v, ARRAY_LEN(v));

	*kind = str_eq(host, S("github.com")) ? S("github") : S("");
	if (!kind->n || n < 4 || !str_eq(v[2], S("archive")))
		return false;
	*owner = v[0];
	*repo = v[1];
	*ref = str_drop_suffix(str_n(v[3].p, (size_t)(v[n - 1].p + v[n - 1].n - v[3].p)),
			       S(".tar.gz"));
	return true;
}

/* git+…/OWNER/REPO?rev=REF of such a forge. */
static bool commit_parts(struct str url, struct str *owner, struct str *repo, struct str *rev)
{
	struct str v[3];
	ptrdiff_t at = str_find(url, S("?rev="));

	if (!str_starts(url, S("git+")) || !str_eq(host_of(url), S("github.com")) || at < 0 ||
	    parts_of(path_of(url), v, ARRAY_LEN(v)) != 2)
		return false;
	*owner = v[0];
	*repo = str_drop_suffix(v[1], S(".git"));
	*rev = str_skip(url, (size_t)at + strlen("?rev="));
	return true;
}

struct str source_purl(struct arena *a, struct str url)
{
	struct str v[8], kind, owner, repo, ref, pool = pool_path(url);

	if (str_starts(url, S("mirror://pypi/"))) {
		size_t n = parts_of(str_skip(url, S("mirror://pypi/").n), v, ARRAY_LEN(v));

		return n == 2 ? python_purl(a, v[0], decoded(a, v[1])) : S("");
	}
	if (str_starts(url, S("mirror://debian/")) || pool.n)
		return deb_purl(a, decoded(a, last_part(url)));
	if (is_python_file(url))
		return python_purl(a, S(""), decoded(a, last_part(url)));
	if (forge_parts(url, &kind, &owner, &repo, &ref))
		return purl_github(a, owner, repo,
				   str_drop_prefix(decoded(a, ref), S("refs/tags/")));
	if (commit_parts(url, &owner, &repo, &ref))
		return purl_github(a, owner, repo, ref);
	return S("");
}

struct str source_origin(struct arena *a, struct str url)
{
	struct str kind, owner, repo, ref, pool = pool_path(url);

	if (str_starts(url, S("mirror://")) || str_starts(url, S("requirefile:")))
		return url;
	if (forge_parts(url, &kind, &owner, &repo, &ref))
		return str_c(arena_printf(a, "%.*s:%.*s/%.*s/%.*s", STR_ARG(kind), STR_ARG(owner),
					  STR_ARG(repo), STR_ARG(ref)));
	if (pool.n)
		return str_c(arena_printf(a, "mirror://debian/%.*s", STR_ARG(pool)));
	if (is_python_file(url))
		return S("");
	/* A user's name and password are nobody's business. */
	char *shown CLEANUP_FREE = url_shown(arena_strz(a, url));
	return arena_str(a, str_c(shown));
}

/* ---- names of files ---- */

static struct str safe(struct arena *a, struct str name)
{
	char *z = arena_strz(a, name);

	for (char *c = z; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f || *c == '/' || *c == '\\')
			*c = '-';
	while (*z == '.')
		z++;
	struct str s = str_c(z);
	return str_sub(s, 0, MIN(s.n, (size_t)200));
}

static struct str without_archive_suffix(struct str name)
{
	static const char *const ends[] = {".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst",
					   ".tgz",    ".zip",    ".tar",     ".git"};

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (str_ends(name, str_c(ends[i])))
			return str_drop_suffix(name, str_c(ends[i]));
	return name;
}

/* REPOSITORY-REF, where the archive is called after the ref alone; else what it is called. */
static struct str tree_stem(struct arena *a, struct str url, struct str name, struct str rev)
{
	struct str kind, owner, repo, ref, v[32];
	struct str stem = without_archive_suffix(decoded(a, last_part(url)));
	size_t n = parts_of(path_of(url), v, ARRAY_LEN(v));

	if (rev.n && str_eq(stem, rev) && n > 1)
		stem = decoded(a, v[n - 2]);

	if (forge_parts(url, &kind, &owner, &repo, &ref))
		return str_c(arena_printf(a, "%.*s-%.*s", STR_ARG(repo), STR_ARG(path_base(ref))));
	if (rev.n && stem.n)
		return str_c(arena_printf(a, "%.*s-%.*s", STR_ARG(stem), STR_ARG(path_base(rev))));
	return stem.n ? stem : name;
}

struct str source_file_name(struct arena *a, struct str origin, struct str name, struct str rev,
			    bool tree)
{
	struct str file = decoded(a, last_part(origin));

	if (tree)
		file = str_c(
			arena_printf(a, "%.*s.tar.zst", STR_ARG(tree_stem(a, origin, name, rev))));
	file = safe(a, file);
	return sources_name_is_safe(file) ? file : name;
}

struct str source_other_name(struct arena *a, struct str file, struct str hex)
{
	return str_c(arena_printf(a, "%.*s-%.*s", STR_ARG(str_sub(hex, 0, 8)), STR_ARG(file)));
}
