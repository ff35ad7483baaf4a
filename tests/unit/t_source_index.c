/* SPDX-License-Identifier: MIT
 *
 * Index pages in both formats, URL references (RFC 3986's own examples) and project names. */
#include "source/index_page.h"
#include "base/url.h"
#include "tap.h"

static const char page_url[] = "https://index.example/simple/pkg/?x=1";

static struct index_page parse(struct arena *a, const char *text, const char *type)
{
	struct index_page page = {0};
	ERR(err);

	IS_OK(index_page_parse(a, str_c(text), type, str_c(page_url), &page, &err), err, "parse");
	return page;
}

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void test_html(void)
{
	static const char text[] =
		"<!DOCTYPE html><html><head><meta name='pypi:repository-version' content='1.1'>"
		"<script>if (a<b) '<a href=\"no.whl\">'</script></head><body><!-- <a href=no2> -->\n"
		"<a href=\"../../files/pkg-1.0.tar.gz#sha256=" HEX "\" "
		"data-requires-python=\"&gt;=3.8,&#60;4\">pkg-1.0.tar.gz</a><br/>\n"
		"<A HREF='/abs/pkg-1.0%2Bcpu-py3-none-any.whl' data-yanked='bro&amp;ken' "
		"data-core-metadata=sha256=" HEX ">x</A>\n"
		"<a class=x href=https://other.example/f/pkg-2.zip?q=1&amp;r=2 data-yanked "
		"data-dist-info-metadata=true>x</a>\n"
		"<a href='javascript:alert(1)'>no</a><a>no</a><a href=\"\">no</a>"
		"<a href='pkg%zz.whl'>no</a><a href='up.whl";
	ARENA(a);
	struct index_page p = parse(&a, text, "text/html; charset=utf-8");
	struct hash h = {.algo = HASH_SHA256};

	base16_decode(S(HEX), h.b, 32);
	if (!OK(p.n == 4, "four links, got %zu", p.n))
		return;
	IS_STR(p.v[0].name, S("pkg-1.0.tar.gz"), "a name");
	IS_STR(p.v[0].url, S("https://index.example/files/pkg-1.0.tar.gz"), "relative link");
	OK(p.v[0].has_hash && hash_eq(&p.v[0].hash, &h), "its hash");
	IS_STR(p.v[0].requires_python, S(">=3.8,<4"), "entities");
	OK(!p.v[0].yanked && !p.v[0].has_metadata, "neither yanked nor with metadata");
	IS_STR(p.v[1].name, S("pkg-1.0+cpu-py3-none-any.whl"), "a decoded name");
	IS_STR(p.v[1].url, S("https://index.example/abs/pkg-1.0%2Bcpu-py3-none-any.whl"),
	       "the link stays encoded");
	OK(p.v[1].yanked && !p.v[1].has_hash, "yanked, no hash");
	IS_STR(p.v[1].yanked_why, S("bro&ken"), "why");
	OK(p.v[1].has_metadata && p.v[1].has_metadata_hash && hash_eq(&p.v[1].metadata_hash, &h),
	   "metadata and its hash");
	IS_STR(p.v[2].url, S("https://other.example/f/pkg-2.zip?q=1&r=2"), "a query");
	IS_STR(p.v[2].name, S("pkg-2.zip"), "is no part of the name");
	OK(p.v[2].yanked && p.v[2].has_metadata && !p.v[2].has_metadata_hash, "flags");
	IS_STR(p.v[3].name, S("up.whl"), "a page that is cut off");
	OK(index_page_find(&p, S("pkg-2.zip"), &h) == &p.v[2], "found by name");
	OK(!index_page_find(&p, S("pkg-3.zip"), NULL), "not found");
}

static void test_html_base(void)
{
	ARENA(a);
	struct index_page p = parse(&a,
				    "<base href='https://files.example/d/'><a href=x.whl>x</a>"
				    "<a href='x.whl#sha256=" HEX "'>x</a>",
				    NULL);
	struct hash h = {.algo = HASH_SHA256};

	base16_decode(S(HEX), h.b, 32);
	IS_INT(p.n, 2, "two of one name");
	if (p.n != 2)
		return;
	IS_STR(p.v[0].url, S("https://files.example/d/x.whl"), "<base>");
	OK(index_page_find(&p, S("x.whl"), &h) == &p.v[1], "the one with the wanted hash");
	OK(index_page_find(&p, S("x.whl"), NULL) == &p.v[0], "else the first");
}

static void test_json(void)
{
	static const char text[] =
		"{\"meta\":{\"api-version\":\"1.1\"},\"name\":\"pkg\",\"files\":["
		"{\"filename\":\"a.whl\",\"url\":\"../../f/a.whl\",\"hashes\":{\"md5\":\"00\","
		"\"sha256\":\"" HEX "\"},\"requires-python\":\">=3.9\",\"yanked\":\"why\","
		"\"size\":12,\"upload-time\":\"2024-01-01T00:00:00Z\","
		"\"core-metadata\":{\"sha256\":\"" HEX "\"}},"
		"{\"filename\":\"b.whl\",\"url\":\"https://x.example/b.whl\",\"hashes\":{},"
		"\"yanked\":false,\"requires-python\":null,\"core-metadata\":false,\"size\":-1},"
		"{\"filename\":7,\"url\":\"c\"},{\"filename\":\"../e\",\"url\":\"e\"},[]]}";
	ARENA(a);
	struct index_page p = parse(&a, text, "application/vnd.pypi.simple.v1+json");

	if (!OK(p.n == 2, "two files, got %zu", p.n))
		return;
	IS_STR(p.v[0].url, S("https://index.example/f/a.whl"), "relative link");
	OK(p.v[0].has_hash && p.v[0].hash.algo == HASH_SHA256, "its hash");
	IS_STR(p.v[0].requires_python, S(">=3.9"), "requires-python");
	OK(p.v[0].yanked && p.v[0].has_metadata && p.v[0].has_metadata_hash, "flags");
	IS_INT(p.v[0].size, 12, "size");
	IS_STR(p.v[0].upload_time, S("2024-01-01T00:00:00Z"), "upload time");
	OK(!p.v[1].yanked && !p.v[1].has_metadata && !p.v[1].has_hash && !p.v[1].size, "nulls");
	OK(parse(&a, text, NULL).n == 2, "told by content");
}

static void test_bad_pages(void)
{
	static const struct {
		const char *text;
		int code;
	} cases[] = {
		{"", ERR_CORRUPT},
		{"plain text", ERR_CORRUPT},
		{"{", ERR_CORRUPT},
		{"{\"files\":{}}", ERR_CORRUPT},
		{"{\"meta\":{\"api-version\":\"2.0\"},\"files\":[]}", ERR_UNSUPPORTED},
		{"<meta name=pypi:repository-version content=2.0>", ERR_UNSUPPORTED},
	};
	ERR(err);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ARENA(a);
		struct index_page p;

		IS_ERR(index_page_parse(&a, str_c(cases[i].text), NULL, str_c(page_url), &p, &err),
		       err, cases[i].code, cases[i].text);
	}
}

/* RFC 3986, section 5.4, where the result is one that we take. */
static void test_resolve(void)
{
	static const char *const cases[][2] = {
		{"g", "http://a/b/c/g"},
		{"./g", "http://a/b/c/g"},
		{"g/", "http://a/b/c/g/"},
		{"/g", "http://a/g"},
		{"//g", "http://g"},
		{"?y", "http://a/b/c/d;p?y"},
		{"g?y", "http://a/b/c/g?y"},
		{"#s", "http://a/b/c/d;p?q"},
		{"g#s", "http://a/b/c/g"},
		{";x", "http://a/b/c/;x"},
		{"", "http://a/b/c/d;p?q"},
		{".", "http://a/b/c/"},
		{"./", "http://a/b/c/"},
		{"..", "http://a/b/"},
		{"../", "http://a/b/"},
		{"../g", "http://a/b/g"},
		{"../..", "http://a/"},
		{"../../g", "http://a/g"},
		{"../../../g", "http://a/g"},
		{"/./g", "http://a/g"},
		{"/../g", "http://a/g"},
		{"g.", "http://a/b/c/g."},
		{"..g", "http://a/b/c/..g"},
		{"./../g", "http://a/b/g"},
		{"./g/.", "http://a/b/c/g/"},
		{"g/../h", "http://a/b/c/h"},
		{"g;x=1/../y", "http://a/b/c/y"},
		{"g?y/../x", "http://a/b/c/g?y/../x"},
		{" https://x/y ", "https://x/y"},
		{"g:h", NULL},
		{"a b", NULL},
		{"data:text/plain,x", NULL},
		{"file:///etc/passwd", NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ARENA(a);
		struct str out = S("");
		ERR(err);
		errint rc =
			url_resolve(&a, S("http://a/b/c/d;p?q"), str_c(cases[i][0]), &out, &err);

		IS_INT(rc == 0, cases[i][1] != NULL, cases[i][0]);
		if (rc == 0)
			IS_STR(out, str_c(cases[i][1]), cases[i][0]);
	}
}

static void test_url_parts(void)
{
	static const char *const names[][2] = {
		{"https://x/a/b%2Bc.whl?q/r", "b+c.whl"},
		{"https://x/a/b%2Fc", "b%2Fc"},
		{"https://x/", "https://x/"},
		{"mirror://pypi/six/six.whl", "six.whl"},
	};
	char *shown CLEANUP_FREE = url_shown("https://user:secret@host:1/p?q#f");
	char *plain CLEANUP_FREE = url_shown("https://host/@p");

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *name CLEANUP_FREE = url_file_name(names[i][0]);

		IS_Z(name, names[i][1], names[i][0]);
	}
	IS_Z(shown, "https://host:1/p?q#f", "no password in messages");
	IS_Z(plain, "https://host/@p", "an @ elsewhere");
	IS_STR(url_origin("https://host:1/p"), S("https://host:1"), "origin");
}

static void test_project_name(void)
{
	ARENA(a);

	IS_STR(index_project_name(&a, S("Foo.Bar__-baz_")), S("foo-bar-baz-"), "PEP 503");
}

int main(void)
{
	test_html();
	test_html_base();
	test_json();
	test_bad_pages();
	test_resolve();
	test_url_parts();
	test_project_name();
	return tap_done();
}
