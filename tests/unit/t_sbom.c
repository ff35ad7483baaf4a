/* SPDX-License-Identifier: MIT
 *
 * Licences, package URLs, facts, and what becomes of text that is no UTF-8. */
#include "tap.h"

#include "base/arena.h"
#include "sbom/component_int.h"
#include "sbom/sbom_int.h"
#include "sbom/spdx.h"
#include "source/package_url.h"
#include "source/source_name.h"

static void test_expressions(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"MIT", "MIT"},
		{"mit", "MIT"},
		{"apache-2.0 or mit", "Apache-2.0 OR MIT"},
		{"((MIT))", "MIT"},
		{"MIT AND (BSD-3-Clause AND ISC)", "MIT AND BSD-3-Clause AND ISC"},
		{"MIT OR Apache-2.0 AND ISC", "MIT OR Apache-2.0 AND ISC"},
		{"(MIT OR Apache-2.0) AND ISC", "(MIT OR Apache-2.0) AND ISC"},
		{"GPL-2.0", "GPL-2.0-only"},
		{"GPL-2.0+", "GPL-2.0-or-later"},
		{"LGPL-2.1-or-later", "LGPL-2.1-or-later"},
		{"Apache-2.0+", "Apache-2.0+"},
		{"Apache-2.0 WITH llvm-exception", "Apache-2.0 WITH LLVM-exception"},
		{"GPL-2.0 WITH Classpath-exception-2.0 OR MIT",
		 "GPL-2.0-only WITH Classpath-exception-2.0 OR MIT"},
		{"LicenseRef-Own.1 AND MIT", "LicenseRef-Own.1 AND MIT"},
		{"DocumentRef-x:LicenseRef-y", "DocumentRef-x:LicenseRef-y"},
		{"", ""},
		{"MIT MIT", ""},
		{"MIT AND", ""},
		{"AND", ""},
		{"(MIT", ""},
		{"MIT)", ""},
		{"MIT WITH MIT", ""},
		{"WITH LLVM-exception", ""},
		{"Own-License-1", ""},
		{"LicenseRef-", ""},
		{"LicenseRef-\"x", ""},
		{"MIT, ISC", ""},
	};
	ARENA(a);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		IS_STR(spdx_expression(&a, str_c(cases[i].text)), str_c(cases[i].want),
		       cases[i].text);
	IS_STR(spdx_expression(&a, S("MIT\0")), S(""), "a NUL is no end");
	char deep[1 << 12];
	memset(deep, '(', sizeof(deep));
	IS_STR(spdx_expression(&a, str_n(deep, sizeof(deep))), S(""), "brackets without an end");
	IS_STR(spdx_expression(&a, str_n(deep, 70)), S(""), "too deep");
	IS_STR(spdx_id(S("agpl-3.0-ONLY")), S("AGPL-3.0-only"), "an identifier in any case");
	IS_STR(spdx_id(S("MI")), S(""), "the front of one is none");
	IS_STR(spdx_id(S("MITT")), S(""), "nor what goes on behind it");
}

static void test_words(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"MIT License", "MIT"},
		{"The MIT License (MIT)", "MIT"},
		{"Apache 2.0", "Apache-2.0"},
		{"Apache License, Version 2.0", "Apache-2.0"},
		{"Apache Software License", "Apache-2.0"},
		{"BSD 3-Clause License", "BSD-3-Clause"},
		{"3-Clause BSD License", "BSD-3-Clause"},
		{"FreeBSD", "BSD-2-Clause"},
		{"BSD", ""},
		{"BSD License", ""},
		{"GPL", ""},
		{"Proprietary", ""},
		{"License :: OSI Approved :: MIT License", "MIT"},
		{"License :: OSI Approved :: GNU General Public License v3 or later (GPLv3+)",
		 "GPL-3.0-or-later"},
		{"License :: OSI Approved :: GNU Lesser General Public License v2 or later (LGPLv2+)",
		 "LGPL-2.0-or-later"},
		{"Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0"},
		{"Python Software Foundation License", "PSF-2.0"},
		{"MIT/Apache-2.0", "MIT OR Apache-2.0"},
		{"MIT/Own", ""},
		{"  ISC License\n", "ISC"},
		{"", ""},
	};
	ARENA(a);
	char *big CLEANUP_FREE = xmalloc(100000);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		IS_STR(spdx_of_words(&a, str_c(cases[i].text)), str_c(cases[i].want),
		       cases[i].text);
	memset(big, 'x', 100000);
	IS_STR(spdx_of_words(&a, str_n(big, 100000)), S(""), "a text of 100 kB is no name");
}

/* Each row is found: the tables are sorted. */
static void test_tables(void)
{
	size_t wrong = 0;
	ARENA(a);

#define X(id) wrong += !str_eq(spdx_id(S(id)), S(id));
#include "sbom/spdx_licences.def"
#undef X
	IS_INT(wrong, 0, "licences");
#define X(id) wrong += !str_eq(spdx_exception(S(id)), S(id));
#include "sbom/spdx_exceptions.def"
#undef X
	IS_INT(wrong, 0, "exceptions");
#define X(words, id) wrong += !str_eq(spdx_of_words(&a, S(words)), S(id)) || !spdx_id(S(id)).n;
#include "sbom/spdx_words.def"
#undef X
	IS_INT(wrong, 0, "words");
}

static void test_policy(void)
{
	const struct str some[] = {S("MIT"), S("Apache-2.0"), S("GPL-2.0-only"),
				   S("GPL-3.0-only WITH GCC-exception-3.1")};
	static const struct {
		const char *text;
		bool ok;
		const char *which;
	} cases[] = {
		{"MIT", true, NULL},
		{"MIT AND Apache-2.0", true, NULL},
		{"MIT AND ISC", false, "ISC"},
		{"ISC OR MIT", true, NULL},
		{"ISC OR Zlib", false, "ISC"},
		{"(ISC OR MIT) AND Zlib", false, "Zlib"},
		{"GPL-2.0-or-later", true, NULL},
		{"GPL-3.0-or-later", false, "GPL-3.0-or-later"},
		{"GPL-3.0-only WITH GCC-exception-3.1", true, NULL},
		{"GPL-3.0-only", false, "GPL-3.0-only"},
		{"MIT WITH LLVM-exception", true, NULL},
		{"no expression", false, "no expression"},
	};
	ARENA(a);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str which = S("");

		OK(spdx_allowed(&a, str_c(cases[i].text), some, ARRAY_LEN(some), &which) ==
			   cases[i].ok,
		   "%s", cases[i].text);
		if (!cases[i].ok)
			IS_STR(which, str_c(cases[i].which), "and what is in the way");
	}
}

static void test_purls(void)
{
	ARENA(a);

	IS_STR(purl_pypi(&a, S("Ruamel.Yaml__clib"), S("0.2+cu1")),
	       S("pkg:pypi/ruamel-yaml-clib@0.2%2Bcu1"), "a Python project");
	IS_STR(purl_debian(&a, S("libstdc++6"), S("1:14.2~rc1-1"), S("amd64")),
	       S("pkg:deb/debian/libstdc%2B%2B6@1:14.2~rc1-1?arch=amd64"), "a Debian package");
	IS_STR(purl_github(&a, S("Owner"), S("Repo"), S("feature/x")),
	       S("pkg:github/owner/repo@feature%2Fx"), "a forge's repository");
	IS_STR(purl_generic(&a, S("h\xc3\xa9 y"), S(""), S("https://x.example/a?b")),
	       S("pkg:generic/h%C3%A9%20y?download_url=https:%2F%2Fx.example%2Fa%3Fb"),
	       "anything else");
	IS_STR(purl_generic(&a, S(""), S("1"), S("")), S(""), "nothing has none");
	IS_STR(source_purl(&a, S("mirror://pypi/Six/six-1.16.0.tar.gz")), S("pkg:pypi/six@1.16.0"),
	       "by a mirror's name");
	IS_STR(source_purl(&a, S("mirror://debian/pool/main/z/zlib/zlib1g_1.3%2bx-1_amd64.deb")),
	       S("pkg:deb/debian/zlib1g@1.3%2Bx-1?arch=amd64"), "by a pool's");
	IS_STR(source_purl(&a, S("git+https://github.com/Own/Repo.git?rev=0123")),
	       S("pkg:github/own/repo@0123"), "by a commit");
	IS_STR(source_purl(&a, S("git+https://forge.example/Own/Repo.git?rev=0123")), S(""),
	       "of another forge");
	IS_STR(source_purl(&a, S("https://github.com/Own/Repo/archive/refs/tags/v1.tar.gz")),
	       S("pkg:github/own/repo@v1"), "by a tag's archive");
}

static void test_parts(void)
{
	static const struct {
		const char *purl, *name, *version;
	} cases[] = {
		{"pkg:deb/debian/libstdc%2B%2B6@1:14.2-1?arch=amd64", "libstdc++6", "1:14.2-1"},
		{"pkg:github/owner/repo@feature%2Fx", "repo", "feature/x"},
		{"pkg:generic/x", "x", ""},
		{"pkg:pypi/x@%zz", "x", "%zz"},
	};
	ARENA(a);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str name, version;

		purl_parts(&a, str_c(cases[i].purl), &name, &version);
		IS_STR(name, str_c(cases[i].name), cases[i].purl);
		IS_STR(version, str_c(cases[i].version), "with its version");
	}
}

static void test_facts(void)
{
	static const char *const bad[] = {"", "[]", "{\"debian\": 1}", "{\"debian\": {\"x\": 1}}",
					  "{\"made\": {\"x\": {\"name\": 1}}}"};
	struct component_facts *facts;
	ARENA(a);

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ERR(err);

		OK(component_facts_parse(&a, str_c(bad[i]), &facts, &err) != 0, "wrong: %s",
		   bad[i]);
	}
	ERR(err);
	IS_OK(component_facts_parse(&a, S("{\"more\": 1}"), &facts, &err), err, "no facts");
}

static void test_text(void)
{
	ARENA(a);

	IS_STR(sbom_utf8(&a, S("h\xc3\xa9")), S("h\xc3\xa9"), "UTF-8 stays");
	IS_STR(sbom_utf8(&a, S("h\xe9\xff!")), S("h\xef\xbf\xbd\xef\xbf\xbd!"),
	       "what is none is marked");
	IS_STR(sbom_utf8(&a, S("")), S(""), "nothing");
	IS_STR(sbom_url(&a, S("mirror://x/a b\xc3\xa9|")), S("mirror://x/a%20b%C3%A9%7C"),
	       "a reference has no blanks");
	IS_STR(sbom_url(&a, S("https://x/%zz%41#a#b[1]")), S("https://x/%25zz%41#a%23b%5B1%5D"),
	       "nor what is no escape, or a second fragment");
}

static void test_urls(void)
{
	static const char *const good[] = {"https://x.example", "http://x:80/a?b=%20#c",
					   "https://u@x/~a"};
	static const char *const bad[] = {"",
					  "UNKNOWN",
					  "x.example",
					  "ftp://x",
					  "https://",
					  "https:///a",
					  "https://x:owner/repo.git",
					  "https://x/a b",
					  "https://x/%",
					  "https://x/%4",
					  "https://x/#a#b",
					  "https://x/[a]",
					  "https://x/\xc3\xa9",
					  "https://x/\"",
					  "git@x:owner/repo"};

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		OK(component_is_web(str_c(good[i])), "a page: %s", good[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		OK(!component_is_web(str_c(bad[i])), "none: %s", bad[i]);
}

int main(void)
{
	test_expressions();
	test_words();
	test_tables();
	test_policy();
	test_purls();
	test_parts();
	test_facts();
	test_text();
	test_urls();
	return tap_done();
}
