/* SPDX-License-Identifier: MIT
 *
 * From texts to a lock: paragraphs, dependency fields, package indices, the closure, the lock's
 * bytes, and what gpgv's status lines mean. */
#include "deb/control.h"
#include "deb/index.h"
#include "deb/lock.h"
#include "deb/release.h"
#include "tap.h"

static void test_paragraphs(void)
{
	static const char text[] = "\n# a comment\nPackage: bash\nDepends: libc6,\n# in between\n"
				   " libtinfo6\r\nEmpty:\n \n\n\nPACKAGE:  sed  \n";
	struct control_reader r = control_reader_init(S(text), "x");
	struct control_paragraph p CLEANUP(control_paragraph_release) = {0};
	struct str value, item;
	bool more;
	ERR(err);

	IS_OK(control_next(&r, &p, &more, &err), err, "the first paragraph");
	OK(more && p.n == 3, "has three fields, not %zu", p.n);
	OK(control_get(&p, S("package"), &value), "names are compared without case");
	IS_STR(value, S("bash"), "a value");
	OK(!control_get(&p, S("Version"), &value), "an absent field");
	OK(control_get(&p, S("Depends"), &value), "a field of several lines");
	OK(control_item(&value, &item), "its first item");
	IS_STR(item, S("libc6"), "is before the comma");
	IS_OK(control_next(&r, &p, &more, &err), err, "the second paragraph");
	OK(more && control_get(&p, S("Package"), &value), "has the field");
	IS_STR(value, S("sed"), "whose value is trimmed");
	IS_OK(control_next(&r, &p, &more, &err), err, "the end");
	OK(!more, "is the end");
}

static void bad_paragraph(const char *text, const char *want)
{
	struct control_reader r = control_reader_init(str_c(text), "file");
	struct control_paragraph p CLEANUP(control_paragraph_release) = {0};
	bool more;
	ERR(err);

	IS_INT(control_next(&r, &p, &more, &err), ERR_CORRUPT, text);
	IS_Z(err.msg ? err.msg : "", want, "with its position");
}

static void test_bad_paragraphs(void)
{
	bad_paragraph("A: 1\nnonsense\n",
		      "file:2: neither a field ('Name: value') nor a continuation");
	bad_paragraph(" continued\n", "file:1: a continuation without a field before it");
	bad_paragraph("A: 1\nB: 2\na: 3\n", "file:3: field 'a' was given in line 1 already");
	bad_paragraph("with blank: 1\n",
		      "file:1: neither a field ('Name: value') nor a continuation");
}

static void test_depends(void)
{
	ARENA(a);
	ERR(err);
	struct deb_depends d;

	IS_OK(deb_depends_parse(&a, S("libc6 (>= 2.38), python3:any | pypy (<<3) ,\n libx"), &d,
				&err),
	      err, "a dependency field");
	IS_INT(d.n, 3, "has three groups");
	IS_INT(d.v[1].n, 2, "the second has two alternatives");
	IS_INT(d.v[0].v[0].rel, DEB_REL_GE, "an operator");
	IS_STR(d.v[0].v[0].version, S("2.38"), "a version");
	IS_STR(d.v[1].v[0].arch, S("any"), "an architecture");
	IS_INT(d.v[1].v[1].rel, DEB_REL_LT, "an operator without a blank");
	IS_STR(d.v[2].v[0].name, S("libx"), "a name on the next line");
	IS_OK(deb_depends_parse(&a, S(" "), &d, &err), err, "an empty field");
	IS_INT(d.n, 0, "asks for nothing");
	IS_ERR(deb_depends_parse(&a, S("a (~ 1)"), &d, &err), err, ERR_CORRUPT, "a bad operator");
	IS_ERR(deb_depends_parse(&a, S("a (>= 1"), &d, &err), err, ERR_CORRUPT, "an open bracket");
	IS_ERR(deb_depends_parse(&a, S("a b"), &d, &err), err, ERR_CORRUPT, "two names");
	IS_ERR(deb_depends_parse(&a, S("a |"), &d, &err), err, ERR_CORRUPT,
	       "a missing alternative");
}

#define HASH_LINE \
	"SHA256: 00000000000000000000000000000000000000000000000000000000000000ff\nSize: 7\n"
#define PACKAGE(name, version, more) \
	"Package: " name "\nVersion: " version "\nFilename: pool/" name ".deb\n" HASH_LINE more "\n"

static const char suite[] = PACKAGE(
	"app", "1", "Pre-Depends: libc\nDepends: mta, lib (>= 2) | other, tool:any\n")
	PACKAGE("exim", "1", "Provides: mta\n") PACKAGE("postfix", "1", "Provides: mta (= 3)\n")
		PACKAGE("lib", "1.9", "") PACKAGE("lib", "2.1", "Depends: libc, app\n")
			PACKAGE("libc", "2", "") PACKAGE("tool", "1", "Depends: helper\n")
				PACKAGE("helper", "1", "Depends: gone\n")
					PACKAGE("strict", "1", "Depends: mta (>= 4)\n");

static struct deb_names names(struct arena *a, const char *list)
{
	struct deb_names n = {ARENA_ARRAY(a, struct str, 8), 0};
	struct str rest = str_c(list), item;

	while (control_item(&rest, &item))
		n.v[n.n++] = item;
	deb_names_sort(&n);
	return n;
}

static struct deb_request request(struct arena *a, const char *roots, const char *prefer,
				  const char *exclude)
{
	struct deb_exclusion *e = ARENA_NEW(a, struct deb_exclusion);

	*e = (struct deb_exclusion){.names = names(a, exclude)};
	return (struct deb_request){S("amd64"), names(a, roots), names(a, prefer), e, 1};
}

static void test_resolve(void)
{
	ARENA(a);
	ERR(err);
	struct deb_index x;
	struct deb_closure c;
	struct deb_request q = request(&a, "app", "postfix", "gone");
	BUF(all, LIMIT_ERR_TEXT);

	IS_OK(deb_index_parse(&a, S(suite), "suite", &x, &err), err, "an index");
	IS_INT(x.n, 8, "of two versions the higher counts");
	IS_STR(deb_index_find(&x, S("lib"))->version, S("2.1"), "whichever came first");
	OK(!deb_index_find(&x, S("mta")), "a virtual package is none");
	IS_OK(deb_resolve(&a, &x, &q, &c, &err), err, "a closure");
	for (size_t i = 0; i < c.n; i++)
		buf_printf(&all, "%.*s ", STR_ARG(c.v[i].package->name));
	IS_STR(buf_str(&all), S("app helper lib libc postfix tool "), "is sorted, through a cycle");
	buf_clear(&all);
	for (size_t i = 0; i < c.v[0].deps.n; i++)
		buf_printf(&all, "%.*s ", STR_ARG(c.v[0].deps.v[i]));
	IS_STR(buf_str(&all), S("lib libc postfix tool "), "with what fulfils the dependencies");

	q = request(&a, "app", "", "gone");
	IS_INT(deb_resolve(&a, &x, &q, &c, &err), ERR_NOT_FOUND, "several providers");
	IS_Z(err.msg, "package 'app': 'mta' is provided by several packages", "are an error");
	IS_Z(err.detail ? err.detail : "", "exim, postfix", "which tells them");
	err_clear(&err);
	q = request(&a, "app", "exim", "");
	IS_INT(deb_resolve(&a, &x, &q, &c, &err), ERR_NOT_FOUND, "a package that is not there");
	IS_Z(err.msg, "package 'helper': nothing in the suite fulfils its dependency on 'gone'",
	     "is told with who wants it");
	err_clear(&err);
	q = request(&a, "strict", "", "");
	IS_ERR(deb_resolve(&a, &x, &q, &c, &err), err, ERR_NOT_FOUND,
	       "an unversioned or older provider fulfils no versioned dependency");
	q = request(&a, "nosuch", "", "");
	IS_ERR(deb_resolve(&a, &x, &q, &c, &err), err, ERR_NOT_FOUND, "an unknown root");
}

static void test_bad_index(void)
{
	ARENA(a);
	ERR(err);
	struct deb_index x;

	IS_INT(deb_index_parse(&a, S("Package: a\nVersion: 1\n\n"), "P", &x, &err), ERR_CORRUPT,
	       "a paragraph without a file");
	IS_Z(err.msg, "P:1: this paragraph has no field 'Filename'", "with its line");
	err_clear(&err);
	IS_ERR(deb_index_parse(&a, S("Package: a\nVersion: 1\nFilename: f\nSHA256: 12\nSize: 1\n"),
			       "P", &x, &err),
	       err, ERR_CORRUPT, "a short hash");
	IS_ERR(deb_index_parse(&a, S(PACKAGE("a", "1", "Provides: (\n")), "P", &x, &err), err,
	       ERR_CORRUPT, "a bad Provides");
}

static void test_about(void)
{
	static const char text[] = PACKAGE("b", "1", "Description: does \"b\"\n and more\n\n")
		PACKAGE("a", "1", "Description: does a\n\n") PACKAGE("c", "1", "\n");
	ARENA(a);
	ERR(err);
	struct deb_index x;
	struct deb_closure c[2];
	struct deb_request q = request(&a, "a, b, c", "", "");
	BUF(json, LIMIT_LOCK_FILE);

	IS_OK(deb_index_parse(&a, S(text), "suite", &x, &err), err, "an index with descriptions");
	IS_OK(deb_resolve(&a, &x, &q, &c[0], &err), err, "a closure");
	c[1] = c[0];
	deb_about_print(c, 2, &json);
	IS_STR(buf_str(&json),
	       S("{\n \"version\": 1,\n \"packages\": {\n"
		 "  \"a\": {\"description\": \"does a\"},\n"
		 "  \"b\": {\"description\": \"does \\\"b\\\"\"}\n }\n}\n"),
	       "what is told of them, of two architectures once");
	char *beside CLEANUP_FREE = deb_about_file("x/lock.json");
	char *other CLEANUP_FREE = deb_about_file("x/y.json");
	IS_Z(beside, "x/about.json", "stands beside the lock");
	IS_Z(other, "x/y.about.json", "and beside one of another name");
}

static void test_lock(void)
{
	static const char roots_text[] = "Suite: x\nComponents: main\nArchitectures: amd64\n"
					 "Roots: app\nPrefer: exim\n\nExclude: gone,\n tool\n";
	ARENA(a);
	ERR(err);
	struct deb_request q;
	struct deb_roots roots;
	struct deb_index x;
	struct deb_closure c;
	struct deb_release release = {.version = S("13.1"), .date = S("a \"day\"")};
	BUF(json, LIMIT_LOCK_FILE);

	IS_OK(deb_roots_parse(&a, S(roots_text), "roots", &roots, &err), err, "roots");
	deb_roots_request(&a, &roots, S("amd64"), &q);
	OK(deb_names_has(&q.exclude[1].names, S("tool")) &&
		   deb_names_has(&q.exclude[1].names, S("gone")),
	   "a list over two lines");
	IS_OK(deb_index_parse(&a, S(suite), "suite", &x, &err), err, "an index");
	IS_OK(deb_resolve(&a, &x, &q, &c, &err), err, "a closure");
	deb_lock_print(&roots, &release, &c, &json);
	IS_STR(buf_str(&json),
	       S("{\n \"version\": 1,\n \"suite\": \"x\",\n \"release\": \"13.1\",\n"
		 " \"date\": \"a \\\"day\\\"\",\n \"architectures\": {\n  \"amd64\": {\n"
		 "   \"app\": {\"version\": \"1\", \"file\": \"pool/app.deb\", \"sha256\": "
		 "\"00000000000000000000000000000000000000000000000000000000000000ff\", "
		 "\"size\": 7, \"deps\": [\"exim\", \"lib\", \"libc\"]},\n"
		 "   \"exim\": {\"version\": \"1\", \"file\": \"pool/exim.deb\", \"sha256\": "
		 "\"00000000000000000000000000000000000000000000000000000000000000ff\", "
		 "\"size\": 7, \"deps\": []},\n"
		 "   \"lib\": {\"version\": \"2.1\", \"file\": \"pool/lib.deb\", \"sha256\": "
		 "\"00000000000000000000000000000000000000000000000000000000000000ff\", "
		 "\"size\": 7, \"deps\": [\"app\", \"libc\"]},\n"
		 "   \"libc\": {\"version\": \"2\", \"file\": \"pool/libc.deb\", \"sha256\": "
		 "\"00000000000000000000000000000000000000000000000000000000000000ff\", "
		 "\"size\": 7, \"deps\": []}\n  }\n }\n}\n"),
	       "the lock");
	IS_ERR(deb_roots_parse(&a, S("Suite: x\n"), "roots", &roots, &err), err, ERR_CORRUPT,
	       "roots without roots");
}

static void test_moves(void)
{
	static const char from[] = "{\"architectures\": {\"amd64\": {"
				   "\"a\": {\"version\": \"1\", \"sha256\": \"aa\"},"
				   "\"b\": {\"version\": \"1\", \"sha256\": \"bb\"},"
				   "\"c\": {\"version\": \"1\", \"sha256\": \"cc\"},"
				   "\"d\": {\"version\": \"1\", \"sha256\": \"dd\"}}}}";
	static const char to[] = "{\"architectures\": {\"amd64\": {"
				 "\"a\": {\"version\": \"1\", \"sha256\": \"aa\"},"
				 "\"b\": {\"version\": \"2\", \"sha256\": \"b2\"},"
				 "\"c\": {\"version\": \"1\", \"sha256\": \"other\"},"
				 "\"e\": {\"version\": \"5\", \"sha256\": \"ee\"}}}}";
	ARENA(a);
	ERR(err);
	struct deb_moves m;
	BUF(all, LIMIT_ERR_TEXT);

	IS_OK(deb_moves_find(&a, S(from), S(to), &m, &err), err, "two locks");
	for (size_t i = 0; i < m.n; i++)
		buf_printf(&all, "%.*s %.*s %.*s>%.*s%s\n", STR_ARG(m.v[i].arch),
			   STR_ARG(m.v[i].name), STR_ARG(m.v[i].from), STR_ARG(m.v[i].to),
			   m.v[i].bytes ? " bytes" : "");
	IS_STR(buf_str(&all), S("amd64 b 1>2\namd64 c 1>1 bytes\namd64 d 1>\namd64 e >5\n"),
	       "what moved");
	IS_OK(deb_moves_find(&a, S(""), S(to), &m, &err), err, "from nothing");
	IS_INT(m.n, 4, "all is new");
	IS_INT(deb_moves_find(&a, S("{\"architectures\": {\"x\": {\"p\": {}}}}"), S(to), &m, &err),
	       ERR_CORRUPT, "a lock that somebody wrote by hand");
	IS_Z(err.msg ? err.msg : "", "the old lock: entry 'p': it has no 'version'", "is told");
}

static void bad_text(const char *text, const char *want)
{
	ARENA(a);
	ERR(err);
	struct deb_roots r;

	IS_INT(deb_roots_parse(&a, str_c(text), "roots", &r, &err), ERR_CORRUPT, text);
	IS_Z(err.msg ? err.msg : "", want, "is told");
}

static void bad_roots(const char *rest, const char *want)
{
	char *text CLEANUP_FREE =
		xasprintf("Suite: x\nComponents: main\nArchitectures: amd64\n%s", rest);

	bad_text(text, want);
}

/* Each family has a paragraph. */
static void test_parts(void)
{
	static const char text[] =
		"Suite: x\nComponents: main\nArchitectures: amd64, arm64\n\n"
		"Roots: app\nPrefer: exim\n\nFor: app\nExclude: tool\n\n"
		"Architectures: arm64\nRoots: lib\nExclude: libc\n\nExclude: gone\n";
	ARENA(a);
	ERR(err);
	struct deb_roots r;
	struct deb_request q;
	struct deb_index x;
	struct deb_closure c;

	IS_OK(deb_roots_parse(&a, S(text), "roots", &r, &err), err, "paragraphs with roots");
	deb_roots_request(&a, &r, S("amd64"), &q);
	IS_INT(q.roots.n, 1, "a paragraph is for its architectures");
	IS_INT(q.n_exclude, 4, "so is what it leaves out");
	deb_roots_request(&a, &r, S("arm64"), &q);
	OK(deb_names_has(&q.roots, S("app")) && deb_names_has(&q.roots, S("lib")), "roots add up");
	IS_OK(deb_index_parse(&a, S(suite), "suite", &x, &err), err, "an index");
	deb_roots_request(&a, &r, S("amd64"), &q);
	IS_OK(deb_resolve(&a, &x, &q, &c, &err), err, "a closure");
	IS_INT(c.n, 4, "what one package's dependencies leave out is not followed");
	q.exclude[2].of.v[0] = S("nobody");
	IS_OK(deb_resolve(&a, &x, &q, &c, &err), err, "and of another");
	IS_INT(c.n, 6, "it is");

	bad_roots("\nRots: a\n", "roots:5: there is no field 'Rots'");
	bad_roots("Roots: a\n\nSuite: y\nRoots: b\n",
		  "roots:6: only the first paragraph has a field 'Suite'");
	bad_roots("Roots: a\n\nFor: b\nRoots: c\n",
		  "roots:6: this paragraph has a field 'For', but no 'Exclude'");
	bad_roots("For: b\n\nRoots: c\n",
		  "roots:1: this paragraph has a field 'For', but no 'Exclude'");
	bad_text("Suite: x\nComponents: main\nArchitectures: ,\nRoots: a\n",
		 "roots:1: field 'Architectures' names nothing");
	bad_text("Suite: x\nComponents:\nArchitectures: amd64\nRoots: a\n",
		 "roots:1: field 'Components' names nothing");
	bad_roots("\nRoots:\n",
		  "roots:5: this paragraph has none of 'Roots', 'Prefer' and 'Exclude'");
	bad_roots("\nExclude: a\n", "roots: no paragraph has a field 'Roots'");
	bad_roots("\nArchitectures: s390x\nRoots: a\n",
		  "roots:5: 's390x' is not among the first paragraph's architectures");
}

static void test_release(void)
{
	static const char text[] =
		"Suite: stable\nCodename: x\nAcquire-By-Hash: yes\nSHA256:\n"
		" 00000000000000000000000000000000000000000000000000000000000000aa"
		"     12 main/Packages\n zz 1 broken\n";
	struct deb_release r;
	struct hash h;
	uint64_t size;
	ERR(err);

	IS_OK(deb_release_parse(S(text), &r, &err), err, "a release");
	OK(r.by_hash && str_eq(r.codename, S("x")) && !r.version.n, "has its fields");
	IS_OK(deb_release_find(&r, S("main/Packages"), &h, &size, &err), err, "a file");
	OK(size == 12 && h.b[31] == 0xaa, "has size and hash");
	IS_ERR(deb_release_find(&r, S("Packages"), &h, &size, &err), err, ERR_NOT_FOUND,
	       "part of a name is no name");
	IS_ERR(deb_release_find(&r, S("broken"), &h, &size, &err), err, ERR_CORRUPT, "a bad hash");
}

static void test_age(void)
{
	static const struct {
		const char *until;
		int64_t at;
	} dates[] = {
		{"Thu, 01 Jan 1970 00:00:00 UTC", 0},
		{"Tue, 29 Feb 2000 23:59:59 GMT", 951868799},
		{"Tue, 31 Dec 2024 12:00:00 UTC", 1735646400},
		{"Mon, 01 Mar 2100 00:00:00 +0000", 4107542400},
	};
	static const char *const none[] = {"Sat, 01 Jan 2022",
					   "Sat, 01 Jan 2022 00:00:00 CET",
					   "Sat, 01 Foo 2022 00:00:00 UTC",
					   "Sat, 01 Jan 2022 24:00:00 UTC",
					   "1 Jan 2022 00:00:00 UTC",
					   "Sat, 01 Jan 2022 00:00:00 UTC and more"};
	struct deb_release r = {.date = S("Sat, 01 Jan 2022 00:00:00 UTC")};
	ERR(err);

	IS_OK(deb_release_check_valid(&r, INT64_MAX, &err), err, "a suite without an end");
	for (size_t i = 0; i < ARRAY_LEN(dates); i++) {
		r.valid_until = str_c(dates[i].until);
		IS_OK(deb_release_check_valid(&r, dates[i].at, &err), err, dates[i].until);
		IS_ERR(deb_release_check_valid(&r, dates[i].at + 1, &err), err, ERR_MISMATCH,
		       "and a second later");
	}
	for (size_t i = 0; i < ARRAY_LEN(none); i++) {
		r.valid_until = str_c(none[i]);
		IS_ERR(deb_release_check_valid(&r, 0, &err), err, ERR_CORRUPT, none[i]);
	}
	IS_OK(deb_release_check_newer(&r, S(""), &err), err, "no lock");
	IS_OK(deb_release_check_newer(&r, S("Fri, 31 Dec 2021 23:59:59 UTC"), &err), err, "newer");
	IS_ERR(deb_release_check_newer(&r, S("Sat, 01 Jan 2022 00:00:01 UTC"), &err), err,
	       ERR_MISMATCH, "older");
}

static void test_status(void)
{
	ERR(err);

	IS_OK(deb_release_status(S("[GNUPG:] NEWSIG\n[GNUPG:] ERRSIG 1 2 3\n[GNUPG:] NO_PUBKEY 1\n"
				   "[GNUPG:] GOODSIG 1 x\n[GNUPG:] VALIDSIG F0 2026\n"),
				 &err),
	      err, "one of two keys is here");
	IS_ERR(deb_release_status(S("[GNUPG:] GOODSIG 1 x\n"), &err), err, ERR_DENIED,
	       "GOODSIG alone says nothing");
	IS_ERR(deb_release_status(S("[GNUPG:] VALIDSIG F0\n[GNUPG:] BADSIG 1 x\n"), &err), err,
	       ERR_DENIED, "a bad signature beside a good one");
	IS_ERR(deb_release_status(S("[GNUPG:] REVKEYSIG 1 x\n[GNUPG:] VALIDSIG F0\n"), &err), err,
	       ERR_DENIED, "a revoked key");
	IS_ERR(deb_release_status(S("gpgv: [GNUPG:] VALIDSIG F0\n"), &err), err, ERR_DENIED,
	       "text that only looks like a status");
	IS_ERR(deb_release_status(S(""), &err), err, ERR_DENIED, "nothing");
}

int main(void)
{
	test_paragraphs();
	test_bad_paragraphs();
	test_depends();
	test_resolve();
	test_bad_index();
	test_about();
	test_lock();
	test_parts();
	test_moves();
	test_release();
	test_age();
	test_status();
	return tap_done();
}
