/* SPDX-License-Identifier: MIT
 *
 * Flake references. Each type has its own way from a URL to arguments and back; what they share is
 * the URL, taken apart here by RFC 3986 with Nix's leniency about its query. */
#include "source/locator.h"

#include "base/encoding.h"
#include "source/locator_url.h"

const struct locator_attr *locator_get(const struct locator *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (str_eqz(r->attrs[i].name, name))
			return &r->attrs[i];
	return NULL;
}

struct str locator_text(const struct locator *r, const char *name)
{
	const struct locator_attr *a = locator_get(r, name);

	return a && a->kind == LOCATOR_ATTR_STRING ? a->text : S("");
}

void locator_set(struct locator *r, struct locator_attr attr)
{
	size_t i = 0;

	while (i < r->n && str_cmp(r->attrs[i].name, attr.name) < 0)
		i++;
	if (i < r->n && str_eq(r->attrs[i].name, attr.name)) {
		r->attrs[i] = attr;
		return;
	}
	if (r->n == r->cap) {
		struct locator_attr *more;

		r->cap = r->cap ? 2 * r->cap : 8;
		more = ARENA_ARRAY(r->arena, struct locator_attr, r->cap);
		if (r->n)
			memcpy(more, r->attrs, r->n * sizeof(*more));
		r->attrs = more;
	}
	memmove(r->attrs + i + 1, r->attrs + i, (r->n - i) * sizeof(*r->attrs));
	r->attrs[i] = attr;
	r->n++;
}

void locator_set_text(struct locator *r, const char *name, struct str text)
{
	locator_set(r, (struct locator_attr){
			       .name = str_c(name), .kind = LOCATOR_ATTR_STRING, .text = text});
}

void locator_unset(struct locator *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (str_eqz(r->attrs[i].name, name)) {
			memmove(r->attrs + i, r->attrs + i + 1, (r->n - i - 1) * sizeof(*r->attrs));
			r->n--;
			return;
		}
}

/* ---- pieces ---- */

void locator_encode_path(struct buf *b, struct str path)
{
	locator_url_encode(b, path, "/:@");
}

static bool is_rev(struct str s)
{
	return base16_check(s, 20);
}

/* A branch or tag name that git would take. */
static bool is_ref_name(struct str s)
{
	if (s.n == 0 || s.p[0] == '-' || s.p[0] == '/' || s.p[0] == '.' || str_eqz(s, "@") ||
	    str_ends(s, S("/")) || str_ends(s, S(".")) || str_ends(s, S(".lock")))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		unsigned char next = i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0;

		if (c <= ' ' || c == 0x7f || strchr("~^:?*[\\", c))
			return false;
		if ((c == '.' && next == '.') || (c == '@' && next == '{') ||
		    (c == '/' && (next == '/' || next == '.')))
			return false;
	}
	return true;
}

static bool is_id(struct str s)
{
	if (s.n == 0 || !locator_url_alnum(s.p[0]) || (s.p[0] >= '0' && s.p[0] <= '9'))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!locator_url_alnum(s.p[i]) && s.p[i] != '-' && s.p[i] != '_')
			return false;
	return true;
}

static bool is_host(struct str s)
{
	if (s.n == 0 || !locator_url_alnum(s.p[0]))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!locator_url_alnum(s.p[i]) && (!s.p[i] || !strchr("-.:", s.p[i])))
			return false;
	return true;
}

/* The non-empty segments of a path, decoded; at most max of them, the last with all the rest. */
static bool path_segments(struct arena *a, struct str path, struct str *out, size_t max, size_t *n)
{
	BUF(last, LIMIT_SMALL_FILE);
	struct str piece;

	*n = 0;
	while (path.p && path.n && str_split(&path, '/', &piece)) {
		if (piece.n == 0)
			continue;
		if (!locator_url_decode(a, piece, &piece))
			return false;
		if (*n < max) {
			out[(*n)++] = piece;
			continue;
		}
		if (!last.n)
			buf_puts(&last, out[max - 1]);
		buf_putc(&last, '/');
		buf_puts(&last, piece);
	}
	if (last.n)
		out[max - 1] = arena_str(a, buf_str(&last));
	return !last.over;
}

static errint bad_url(const struct locator *r, const struct locator_url *u, struct err *err,
		      const char *what)
{
	struct str text = locator_url_text(r->arena, u);

	return err_set(err, ERR_CORRUPT, "URL '%.*s' %s", STR_ARG(text), what);
}

/* ---- types ---- */

static bool is_forge(struct str type)
{
	return str_eqz(type, "github") || str_eqz(type, "gitlab") || str_eqz(type, "sourcehut");
}

/* github:OWNER/REPO[/REF-OR-REV][?…] */
static errint forge_from_url(struct locator *r, const struct locator_url *u, struct err *err)
{
	struct str seg[3];
	size_t n;

	if (!path_segments(r->arena, u->path, seg, 3, &n) || n < 2)
		return bad_url(r, u, err, "is invalid");
	locator_set_text(r, "type", u->scheme);
	locator_set_text(r, "owner", seg[0]);
	locator_set_text(r, "repo", seg[1]);
	if (n == 3)
		locator_set_text(r, is_rev(seg[2]) ? "rev" : "ref", seg[2]);
	for (size_t i = 0; i < u->n_query; i++) {
		const struct locator_attr *q = &u->query[i];
		bool rev = str_eqz(q->name, "rev"), ref = str_eqz(q->name, "ref");

		if (rev && locator_get(r, "rev"))
			return bad_url(r, u, err, "contains multiple commit hashes");
		if (ref && locator_get(r, "ref"))
			return bad_url(r, u, err, "contains multiple branch/tag names");
		/* As in Nix, others mean nothing. */
		if (rev || ref || str_eqz(q->name, "host") || str_eqz(q->name, "narHash"))
			locator_set(r, *q);
	}
	return 0;
}

/* flake:ID[/REF][/REV] */
static errint indirect_from_url(struct locator *r, const struct locator_url *u, struct err *err)
{
	struct str seg[4], text = locator_url_text(r->arena, u);
	size_t n;

	if (!path_segments(r->arena, u->path, seg, 4, &n) || n < 1 || n > 3)
		return bad_url(r, u, err, "is invalid");
	locator_set_text(r, "type", S("indirect"));
	locator_set_text(r, "id", seg[0]);
	if (n == 3 && !is_rev(seg[2]))
		return err_set(err, ERR_CORRUPT, "in flake URL '%.*s', '%.*s' is not a commit hash",
			       STR_ARG(text), STR_ARG(seg[2]));
	if (n == 3)
		locator_set_text(r, "rev", seg[2]);
	if (n == 2 && is_rev(seg[1])) {
		locator_set_text(r, "rev", seg[1]);
	} else if (n >= 2) {
		if (!is_ref_name(seg[1]))
			return err_set(err, ERR_CORRUPT,
				       "in flake URL '%.*s', '%.*s' is not a %sbranch/tag name",
				       STR_ARG(text), STR_ARG(seg[1]),
				       n == 2 ? "commit hash or " : "");
		locator_set_text(r, "ref", seg[1]);
	}
	return 0;
}

static void set_number(struct locator *r, struct str name, uint64_t number)
{
	locator_set(
		r, (struct locator_attr){.name = name, .kind = LOCATOR_ATTR_INT, .number = number});
}

static errint path_from_url(struct locator *r, const struct locator_url *u, struct err *err)
{
	struct str text = locator_url_text(r->arena, u), path;

	if (u->authority.n)
		return err_set(err, ERR_EVAL,
			       "path URL '%.*s' should not have an authority ('%.*s')",
			       STR_ARG(text), STR_ARG(u->authority));
	if (!locator_url_decode(r->arena, u->path, &path))
		return bad_url(r, u, err, "is invalid");
	locator_set_text(r, "type", S("path"));
	locator_set_text(r, "path", path);
	for (size_t i = 0; i < u->n_query; i++) {
		const struct locator_attr *q = &u->query[i];
		bool counts = str_eqz(q->name, "revCount") || str_eqz(q->name, "lastModified");
		uint64_t number;

		if (!counts && !str_eqz(q->name, "rev") && !str_eqz(q->name, "narHash"))
			return err_set(err, ERR_EVAL,
				       "path URL '%.*s' has unsupported parameter '%.*s'",
				       STR_ARG(text), STR_ARG(q->name));
		if (!counts)
			locator_set(r, *q);
		else if (str_to_u64(q->text, &number))
			set_number(r, q->name, number);
		else
			return err_set(err, ERR_EVAL,
				       "path URL '%.*s' has invalid parameter '%.*s'",
				       STR_ARG(text), STR_ARG(q->name));
	}
	return 0;
}

static bool is_one_of(struct str name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eqz(name, names[i]))
			return true;
	return false;
}

/* git+https://…, hg+https://… */
static errint repository_from_url(struct locator *r, const struct locator_url *u, struct err *err)
{
	static const char *const texts[] = {"rev", "ref", "keytype", "publicKey", "publicKeys"};
	static const char *const flags[] = {"shallow",      "submodules", "lfs",
					    "exportIgnore", "allRefs",    "verifyCommit"};
	bool hg = str_starts(u->scheme, S("hg+"));
	size_t n_texts = hg ? 2 : ARRAY_LEN(texts), n_flags = hg ? 0 : ARRAY_LEN(flags);
	struct locator_url plain = *u;

	plain.query = ARENA_ARRAY(r->arena, struct locator_attr, u->n_query + 1);
	plain.n_query = 0;
	plain.scheme = str_drop_prefix(plain.scheme, hg ? S("hg+") : S("git+"));
	locator_set_text(r, "type", hg ? S("hg") : S("git"));
	for (size_t i = 0; i < u->n_query; i++) {
		struct locator_attr q = u->query[i];

		if (is_one_of(q.name, flags, n_flags)) {
			q.kind = LOCATOR_ATTR_BOOL;
			q.number = str_eqz(q.text, "1");
			locator_set(r, q);
		} else if (is_one_of(q.name, texts, n_texts)) {
			locator_set(r, q);
		} else {
			plain.query[plain.n_query++] = q;
		}
	}
	locator_set_text(r, "url", locator_url_text(r->arena, &plain));
	return 0;
}

static bool is_archive_name(struct str path)
{
	static const char *const ends[] = {".zip",    ".tar",     ".tgz",    ".tar.gz",
					   ".tar.xz", ".tar.bz2", ".tar.zst"};

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (str_ends(path, str_c(ends[i])))
			return true;
	return false;
}

/* https://…, file+https://…, tarball+https://… */
static errint download_from_url(struct locator *r, const struct locator_url *u, struct err *err)
{
	static const char *const own[] = {"narHash", "rev"}, *const counts[] = {"revCount",
										"lastModified"};
	struct locator_url plain = *u;
	bool tarball = str_starts(u->scheme, S("tarball+")),
	     file = str_starts(u->scheme, S("file+"));

	plain.scheme = str_drop_prefix(str_drop_prefix(u->scheme, S("tarball+")), S("file+"));
	for (size_t i = 0; i < ARRAY_LEN(own); i++) {
		const struct locator_attr *q = locator_url_query(u, own[i]);

		if (q)
			locator_set(r, *q);
	}
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		const struct locator_attr *q = locator_url_query(u, counts[i]);
		uint64_t number;

		if (q && str_to_u64(q->text, &number))
			set_number(r, q->name, number);
	}
	plain.query = ARENA_ARRAY(r->arena, struct locator_attr, u->n_query + 1);
	if (u->n_query)
		memcpy(plain.query, u->query, u->n_query * sizeof(*u->query));
	for (const char *const *n =
		     (const char *const[]){"narHash", "rev", "revCount", "lastModified", "name",
					   "unpack", "url", NULL};
	     *n; n++)
		locator_url_query_drop(&plain, *n);
	/* A reference to a flake means a tree: what does not say otherwise is an archive. */
	if (r->files && !tarball && !is_archive_name(u->path))
		file = true;
	locator_set_text(r, "type", file ? S("file") : S("tarball"));
	locator_set_text(r, "url", locator_url_text(r->arena, &plain));
	return 0;
}

static bool is_hg(struct str scheme)
{
	return str_eqz(scheme, "hg+http") || str_eqz(scheme, "hg+https") ||
	       str_eqz(scheme, "hg+ssh") || str_eqz(scheme, "hg+file");
}

static errint from_url(struct locator *r, const struct locator_url *u, struct err *err)
{
	struct str text,
		transport = str_drop_prefix(str_drop_prefix(u->scheme, S("tarball+")), S("file+"));

	if (is_forge(u->scheme))
		return forge_from_url(r, u, err);
	if (str_eqz(u->scheme, "flake"))
		return indirect_from_url(r, u, err);
	if (str_eqz(u->scheme, "path"))
		return path_from_url(r, u, err);
	if (str_eqz(u->scheme, "git") || str_starts(u->scheme, S("git+")) || is_hg(u->scheme))
		return repository_from_url(r, u, err);
	if (str_eqz(transport, "http") || str_eqz(transport, "https") || str_eqz(transport, "file"))
		return download_from_url(r, u, err);
	text = locator_url_text(r->arena, u);
	return err_set(err, ERR_EVAL, "input '%.*s' is unsupported", STR_ARG(text));
}

static errint finish(struct locator *r, struct locator_url *u, struct str text, struct err *err)
{
	const struct locator_attr *dir = locator_url_query(u, "dir");
	struct str dir_text = dir ? dir->text : S("");

	if (u->fragment.n)
		return err_set(err, ERR_EVAL,
			       "unexpected fragment '%.*s' in flake reference '%.*s'",
			       STR_ARG(u->fragment), STR_ARG(text));
	locator_url_query_drop(u, "dir");
	errint rc = from_url(r, u, err);
	if (!rc)
		rc = locator_check(r, err);
	if (rc)
		return rc;
	if (dir_text.n)
		locator_set_text(r, "dir", dir_text);
	return 0;
}

/* ID[/REF][/REV] without a scheme. */
static bool is_short(struct str text)
{
	struct str id = text, rest = S(""), ref, rev;

	if (!str_cut(text, '/', &id, &rest))
		return is_id(id);
	if (!is_id(id))
		return false;
	if (str_cut(rest, '/', &ref, &rev) && is_rev(rev))
		return is_ref_name(ref) && str_chr(ref, '/') < 0;
	return is_ref_name(rest) && str_chr(rest, '/') < 0;
}

static bool parse_short(struct arena *a, struct str text, struct locator_url *u)
{
	struct str fragment = S("");

	str_cut(text, '#', &text, &fragment);
	*u = (struct locator_url){.scheme = S("flake"), .authority = STR_NULL, .path = text};
	return is_short(text) && locator_url_decode(a, fragment, &u->fragment);
}

static errint not_absolute(struct str text, struct err *err)
{
	return err_set(err, ERR_EVAL, "flake reference '%.*s' is not an absolute path",
		       STR_ARG(text));
}

/* A path; what follows '?' and '#' is as in a URL. */
static errint path_to_url(const struct locator *r, struct str text, struct locator_url *u,
			  struct err *err)
{
	struct str path = text, query = S("");
	BUF(b, LIMIT_SMALL_FILE);

	*u = (struct locator_url){.scheme = S("path"), .authority = STR_NULL, .fragment = S("")};
	if ((str_cut(path, '#', &path, &u->fragment) &&
	     !locator_url_decode(r->arena, u->fragment, &u->fragment)) ||
	    (str_cut(path, '?', &path, &query) && !locator_url_parse_query(r->arena, query, u)))
		return err_set(err, ERR_EVAL, "invalid flakeref '%.*s'", STR_ARG(text));
	if (!r->relative && !str_starts(path, S("/")))
		return not_absolute(text, err);
	locator_encode_path(&b, path);
	u->path = arena_str(r->arena, buf_str(&b));
	return 0;
}

/* With that, what is written here of its parts has room, each byte as three. */
static errint check_size(size_t n, struct err *err)
{
	return n <= LIMIT_SMALL_FILE / 4
		       ? 0
		       : err_set(err, ERR_TOO_BIG,
				 "a flake reference has %zu bytes; at most %d are allowed", n,
				 LIMIT_SMALL_FILE / 4);
}

static errint parse(struct locator r, struct str text, struct locator *out, struct err *err)
{
	struct str copy = arena_str(r.arena, text);
	struct locator_url u;
	errint rc = check_size(text.n, err);

	if (rc)
		return rc;
	if (!parse_short(r.arena, copy, &u) && !locator_url_parse(r.arena, copy, &u))
		rc = path_to_url(&r, copy, &u, err);
	if (rc)
		return rc;
	rc = finish(&r, &u, copy, err);
	if (rc == ERR_CORRUPT) {
		/* What makes no good URL is taken for a path. */
		err_clear(err);
		return not_absolute(text, err);
	}
	if (rc)
		return rc;
	*out = r;
	return 0;
}

errint locator_parse(struct arena *a, struct str text, struct locator *out, struct err *err)
{
	return parse((struct locator){.arena = a}, text, out, err);
}

errint locator_parse_input(struct arena *a, struct str text, bool is_flake, struct locator *out,
			   struct err *err)
{
	struct locator r = {.arena = a, .relative = true, .files = !is_flake};

	return parse(r, text, out, err);
}

/* ---- checking ---- */

static errint need_text(const struct locator *r, const char *name, struct err *err)
{
	const struct locator_attr *a = locator_get(r, name);

	if (!a)
		return err_set(err, ERR_EVAL, "input attribute '%s' is missing", name);
	if (a->kind != LOCATOR_ATTR_STRING)
		return err_set(err, ERR_EVAL, "input attribute '%s' is not a string", name);
	return 0;
}

static const struct {
	const char *type, *names; /* all that it knows, each between blanks */
	const char *needed[2];
} types[] = {
	{"github", " owner repo ref rev narHash lastModified host treeHash ", {"owner", "repo"}},
	{"gitlab", " owner repo ref rev narHash lastModified host treeHash ", {"owner", "repo"}},
	{"sourcehut", " owner repo ref rev narHash lastModified host treeHash ", {"owner", "repo"}},
	{"indirect", " id ref rev narHash ", {"id", NULL}},
	{"path", " path rev revCount lastModified narHash ", {"path", NULL}},
	{"git",
	 " url ref rev shallow submodules lfs exportIgnore lastModified revCount narHash allRefs name "
	 "dirtyRev dirtyShortRev verifyCommit keytype publicKey publicKeys ",
	 {"url", NULL}},
	{"hg", " url ref rev revCount narHash name ", {"url", NULL}},
	{"tarball", " url narHash name unpack rev revCount lastModified ", {"url", NULL}},
	{"file", " url narHash name unpack rev revCount lastModified ", {"url", NULL}},
};

static errint check_names(const struct locator *r, struct err *err)
{
	struct str type = locator_text(r, "type");
	size_t t = 0;
	errint rc;

	if (!locator_get(r, "type"))
		return err_set(
			err, ERR_EVAL,
			"'type' attribute to specify input scheme is required but not provided");
	while (t < ARRAY_LEN(types) && !str_eqz(type, types[t].type))
		t++;
	if (t == ARRAY_LEN(types))
		return err_set(err, ERR_EVAL, "input type '%.*s' is unsupported", STR_ARG(type));
	for (size_t i = 0; i < 2 && types[t].needed[i]; i++) {
		rc = need_text(r, types[t].needed[i], err);
		if (rc)
			return rc;
	}
	for (size_t i = 0; i < r->n; i++) {
		struct str name = r->attrs[i].name;
		char *key = arena_printf(r->arena, " %.*s ", STR_ARG(name));

		bool odd = str_chr(name, ' ') >= 0 || str_chr(name, '\0') >= 0;

		if (odd || (!str_eqz(name, "type") && !str_eqz(name, "dir") &&
			    !strstr(types[t].names, key)))
			return err_set(err, ERR_EVAL,
				       "input attribute '%.*s' not supported by scheme '%.*s'",
				       STR_ARG(name), STR_ARG(type));
	}
	return 0;
}

errint locator_check(const struct locator *r, struct err *err)
{
	struct str type = locator_text(r, "type"), ref = locator_text(r, "ref"),
		   rev = locator_text(r, "rev"), host = locator_text(r, "host");
	errint rc = check_names(r, err);

	if (rc)
		return rc;
	/* Of git, also an empty one that is there. */
	if ((ref.n || (str_eqz(type, "git") && locator_get(r, "ref"))) && !is_ref_name(ref))
		return err_set(err, ERR_CORRUPT, "invalid Git branch/tag name '%.*s'",
			       STR_ARG(ref));
	if (!is_forge(type)) {
		struct str id = locator_text(r, "id");

		if (str_eqz(type, "indirect") && !is_id(id))
			return err_set(err, ERR_CORRUPT, "'%.*s' is not a valid flake ID",
				       STR_ARG(id));
		return 0;
	}
	if (ref.n && rev.n)
		return err_set(err, ERR_CORRUPT,
			       "input contains both a commit hash ('%.*s') and a branch/tag name "
			       "('%.*s')",
			       STR_ARG(rev), STR_ARG(ref));
	if (rev.n && !is_rev(rev))
		return err_set(err, ERR_EVAL,
			       "hash '%.*s' has wrong length for hash algorithm 'sha1'",
			       STR_ARG(rev));
	if (host.n && !is_host(host))
		return err_set(err, ERR_CORRUPT, "input contains an invalid instance host '%.*s'",
			       STR_ARG(host));
	return 0;
}

/* ---- printing ---- */

static void put_segment(struct buf *b, struct str s)
{
	if (!s.n)
		return;
	if (b->n)
		buf_putc(b, '/');
	locator_url_encode(b, s, ":@");
}

static struct str segments(const struct locator *r, const char *const *names)
{
	BUF(b, LIMIT_SMALL_FILE);

	for (; *names; names++)
		put_segment(&b, locator_text(r, *names));
	return arena_str(r->arena, buf_str(&b));
}

static void add_texts(const struct locator *r, struct locator_url *u, const char *const *names)
{
	for (; *names; names++) {
		const struct locator_attr *a = locator_get(r, *names);

		if (!a || (a->kind == LOCATOR_ATTR_BOOL && !a->number))
			continue;
		locator_url_query_add(r->arena, u, *names,
				      a->kind == LOCATOR_ATTR_STRING
					      ? a->text
					      : str_c(arena_printf(r->arena, "%llu",
								   (unsigned long long)a->number)));
	}
}

/* Of types whose `url` is a URL itself. */
static errint to_download_url(const struct locator *r, struct locator_url *u, struct err *err)
{
	struct str text = locator_text(r, "url"), type = locator_text(r, "type");
	bool git = str_eqz(type, "git");

	if (!locator_url_parse(r->arena, text, u))
		return err_set(err, ERR_EVAL, "'%.*s' is not a valid URL", STR_ARG(text));
	if (str_eqz(type, "hg")) {
		u->scheme = str_c(arena_printf(r->arena, "hg+%.*s", STR_ARG(u->scheme)));
		add_texts(r, u, (const char *const[]){"rev", "ref", NULL});
		return 0;
	}
	if (!git) {
		add_texts(r, u, (const char *const[]){"narHash", NULL});
		return 0;
	}
	if (!str_eqz(u->scheme, "git"))
		u->scheme = str_c(arena_printf(r->arena, "git+%.*s", STR_ARG(u->scheme)));
	add_texts(r, u,
		  (const char *const[]){"rev", "ref", "shallow", "lfs", "submodules",
					"exportIgnore", "verifyCommit", "keytype", "publicKey",
					"publicKeys", NULL});
	return 0;
}

errint locator_print(const struct locator *r, struct str *out, struct err *err)
{
	struct str type = locator_text(r, "type"), dir = locator_text(r, "dir");
	struct locator_url u = {.scheme = type};
	size_t size = 0;

	for (size_t i = 0; i < r->n; i++)
		size += r->attrs[i].text.n;
	errint rc = check_size(size, err);
	if (!rc)
		rc = locator_check(r, err);
	if (rc)
		return rc;
	if (is_forge(type)) {
		u.path = segments(r, (const char *const[]){"owner", "repo", "ref", "rev", NULL});
		add_texts(r, &u, (const char *const[]){"narHash", "host", NULL});
	} else if (str_eqz(type, "indirect")) {
		u.scheme = S("flake");
		u.path = segments(r, (const char *const[]){"id", "ref", "rev", NULL});
	} else if (str_eqz(type, "path")) {
		BUF(b, LIMIT_SMALL_FILE);

		locator_encode_path(&b, locator_text(r, "path"));
		u.path = arena_str(r->arena, buf_str(&b));
		add_texts(
			r, &u,
			(const char *const[]){"rev", "revCount", "lastModified", "narHash", NULL});
	} else {
		rc = to_download_url(r, &u, err);
		if (rc)
			return rc;
	}
	if (dir.n)
		locator_url_query_add(r->arena, &u, "dir", dir);
	*out = locator_url_text(r->arena, &u);
	return 0;
}
