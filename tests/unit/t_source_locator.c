/* SPDX-License-Identifier: MIT
 *
 * What names a source: flake references as text and back, addresses and answers of forges. */
#include <stdlib.h>
#include "source/forge.h"
#include "source/locator.h"
#include "tap.h"

static void test_locators(void)
{
	static const char *const same[] = {
		"flake:nixpkgs",
		"flake:nixpkgs/24.05",
		"github:NixOS/nixpkgs/main?dir=lib",
		"gitlab:a/b?host=git.example.org",
		"path:/a/b",
		"https://example.org/a.tar.gz",
		"git+https://example.org/x.git?ref=main&shallow=1",
	};
	static const char *const bad[] = {
		"./x",        "github:x",           "foo:bar",       "flake:a/b/c/d",
		"path://h/x", "github:a/b/c?ref=d", "nixpkgs#hello", ""};

	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		ARENA(a);
		ERR(err);
		struct locator ref;
		struct str text = S("");

		IS_OK(locator_parse(&a, str_c(same[i]), &ref, &err), err, same[i]);
		IS_OK(locator_print(&ref, &text, &err), err, "... prints");
		IS_STR(text, str_c(same[i]), "... as it was");
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ARENA(a);
		ERR(err);
		struct locator ref;

		IS_ERR(locator_parse(&a, str_c(bad[i]), &ref, &err), err, ERR_EVAL, bad[i]);
	}
}

static void test_forge_urls(void)
{
	struct forge_repo r = {.kind = FORGE_GITHUB,
			       .host = S(""),
			       .owner = S("o"),
			       .repo = S("r"),
			       .ref = S("HEAD"),
			       .tokens = S("")};
	ARENA(a);

	IS_STR(forge_ref_url(&a, &r), S("https://api.github.com/repos/o/r/commits/HEAD"), "github");
	IS_STR(forge_archive_url(&a, &r, S("x")), S("https://github.com/o/r/archive/x.tar.gz"),
	       "its archive");
	OK(!forge_header(&a, &r), "no token");
	r.tokens = S("github.com=a github.com/o=b github.com/other=c github.com/o/rest=d");
	IS_Z(forge_header(&a, &r), "Authorization: token b", "the nearest token");
	IS_STR(forge_archive_url(&a, &r, S("x")), S("https://api.github.com/repos/o/r/tarball/x"),
	       "its archive with a token");
	r.host = S("git.example");
	OK(!forge_header(&a, &r), "another host has no token");
	IS_STR(forge_ref_url(&a, &r), S("https://git.example/api/v3/repos/o/r/commits/HEAD"),
	       "another host");
	r = (struct forge_repo){.kind = FORGE_GITLAB,
				.host = S(""),
				.owner = S("o"),
				.repo = S("r"),
				.ref = S("b"),
				.tokens = S("gitlab.com=PAT:x")};
	IS_Z(forge_header(&a, &r), "Private-token: x", "a token of gitlab");
	IS_STR(forge_ref_url(&a, &r),
	       S("https://gitlab.com/api/v4/projects/o%2Fr/repository/commits?ref_name=b"),
	       "gitlab");
}

static void test_forge_answers(void)
{
	static const char id[] = "0123456789012345678901234567890123456789";
	struct forge_repo r = {.kind = FORGE_GITHUB, .ref = S("main")};
	char *json CLEANUP_FREE = xasprintf("{\"sha\": \"%s\"}", id);
	char *refs CLEANUP_FREE = xasprintf("%040d\trefs/heads/main2\n%s\trefs/tags/main\n", 0, id);
	struct str rev = S("");
	ARENA(a);
	ERR(err);

	IS_OK(forge_rev_parse(&a, &r, str_c(json), &rev, &err), err, "github's answer");
	IS_STR(rev, S(id), "names the commit");
	IS_INT(forge_rev_parse(&a, &r, S("{\"sha\": \"; rm\"}"), &rev, &err), ERR_CORRUPT,
	       "no commit");
	err_clear(&err);
	IS_INT(forge_rev_parse(&a, &r, S("<html>"), &rev, &err), ERR_CORRUPT, "no JSON");
	err_clear(&err);
	r.kind = FORGE_GITLAB;
	IS_INT(forge_rev_parse(&a, &r, S("[]"), &rev, &err), ERR_NOT_FOUND, "gitlab's no");
	err_clear(&err);
	r.kind = FORGE_SOURCEHUT;
	rev = S("");
	IS_OK(forge_rev_parse(&a, &r, str_c(refs), &rev, &err), err, "sourcehut's answer");
	IS_STR(rev, S(id), "is the ref of just that name");
	IS_OK(forge_head_parse(&a, S("ref: refs/heads/x\n"), &rev, &err), err, "a HEAD");
	IS_STR(rev, S("refs/heads/x"), "its branch");
	IS_INT(forge_head_parse(&a, S("nothing"), &rev, &err), ERR_NOT_FOUND, "no HEAD");
}

int main(void)
{
	test_locators();
	test_forge_urls();
	test_forge_answers();
	return tap_done();
}
