/* SPDX-License-Identifier: MIT
 *
 * Versions in tags, names of files and texts: what part is one, which is newer, where one stands
 * alone. The orders are those that updaters got wrong for somebody. */
#include "recipe/version_text.h"

#include "tap.h"

static struct arena a;

static void order(const char *const *v, const char *what)
{
	for (size_t i = 0; v[i] && v[i + 1]; i++) {
		OK(version_text_cmp(str_c(v[i]), str_c(v[i + 1])) < 0, "%s: %s < %s", what, v[i],
		   v[i + 1]);
		OK(version_text_cmp(str_c(v[i + 1]), str_c(v[i])) > 0, "%s: and back", what);
	}
}

static void test_order(void)
{
	order((const char *const[]){"1.9.9", "1.10.0", "1.10.1", "2", NULL}, "numbers");
	order((const char *const[]){"0.6pre18", "0.6", "0.6.1", NULL}, "pre-releases");
	order((const char *const[]){"2.0.0-rc1", "2.0.0-rc2", "2.0.0", NULL}, "as tags have them");
	order((const char *const[]){"1.0.dev3", "1.0a1", "1.0b2", "1.0rc1", "1.0", "1.0.post1",
				    "1.0.post2", "1!0.1", NULL},
	      "Python's");
	order((const char *const[]){"2024-01-05", "2024-02-01", "2024-10-01", NULL}, "dates");
	order((const char *const[]){"1_9_0", "1_10_0", NULL}, "other marks");
	order((const char *const[]){"1.3", "2019-06-03", NULL}, "a scheme that changed");
	order((const char *const[]){"8.28-nightly.5", "8.28", NULL}, "nightly ones");
	IS_INT(version_text_cmp(S("1.0"), S("1.0.0")), 0, "zeroes tell nothing");
}

static void test_pre(void)
{
	const char *const pre[] = {"1.0rc1", "1.0-beta.2", "2.0.0-nightly.1", "1.0.dev3",
				   "3-preview"};
	const char *const others[] = {"1.0", "1.0.post1", "2024-01-05", "1_0", "1.0-stable"};

	for (size_t i = 0; i < ARRAY_LEN(pre); i++)
		OK(version_text_is_pre(str_c(pre[i])), "%s is a pre-release", pre[i]);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		OK(!version_text_is_pre(str_c(others[i])), "%s is none", others[i]);
}

static void test_ref(void)
{
	static const char *const cases[][2] = {
		{"v1.2.3", "1.2.3"},
		{"1.2.3", "1.2.3"},
		{"tectonic@0.1.15", "0.1.15"},
		{"release-1.0", "1.0"},
		{"rel_1_2_0", "1_2_0"},
		{"py3-v1.0", "1.0"},
		{"lib2/1.0", "1.0"},
		{"V3", "3"},
		{"main", ""},
		{"0123456789abcdef0123456789abcdef01234567", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		IS_STR(version_of_ref(str_c(cases[i][0])), str_c(cases[i][1]), cases[i][0]);
}

static void test_file(void)
{
	static const char *const cases[][3] = {
		{"six", "six-1.16.0-py2.py3-none-any.whl", "1.16.0"},
		{"six", "six-1.16.0.tar.gz", "1.16.0"},
		{"old-name", "Old.Name-1.0.zip", "1.0"},
		{"a-b", "a-b-2.0-1.tar.gz", "2.0-1"},
		{"a", "b-1.0.tar.gz", ""},
		{"a", "a-1.0.exe", "1.0.exe"},
		{"a", "junk.whl", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		IS_STR(version_of_file(&a, str_c(cases[i][0]), str_c(cases[i][1])),
		       str_c(cases[i][2]), cases[i][1]);
}

static void test_find(void)
{
	static const struct {
		const char *text, *version;
		ptrdiff_t at;
	} cases[] = {
		{"1.2", "1.2", 0},       {"v1.2.tar.gz", "1.2", 1}, {"x-1.2-py3.whl", "1.2", 2},
		{"11.2", "1.2", -1},     {"1.2.3", "1.2", -1},      {"1.2rc1", "1.2", -1},
		{"1.2.post1", "1.2", 0}, {"0.1.2", "1.2", -1},      {"1.20", "1.2", -1},
		{"a1.2b 1.2", "1.2", 6}, {"main", "main", 0},       {"domain", "main", -1},
		{"mainly", "main", -1},  {"", "1.2", -1},           {"1.2", "", -1},
		{"1.2.3 1.2", "1.2", 6},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		IS_INT(version_text_find(str_c(cases[i].text), str_c(cases[i].version), 0),
		       cases[i].at, cases[i].text);
}

int main(void)
{
	test_order();
	test_pre();
	test_ref();
	test_file();
	test_find();
	arena_release(&a);
	return tap_done();
}
