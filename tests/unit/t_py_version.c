/* SPDX-License-Identifier: MIT
 *
 * PEP 440: normal forms, order and specifiers. The expected values are the PEP's own examples and
 * what tests/differential/pep440.sh found worth keeping. */
#include "tap.h"

#include "py/specifier.h"

static void normal(const char *text, const char *want)
{
	ARENA(a);
	ERR(err);
	BUF(out, LIMIT_SMALL_FILE);
	struct pep440 v;

	if (!want) {
		IS_ERR(pep440_parse(&a, str_c(text), &v, &err), err, ERR_CORRUPT, text);
		return;
	}
	IS_OK(pep440_parse(&a, str_c(text), &v, &err), err, text);
	pep440_print(&v, &out);
	IS_Z(buf_z(&out), want, text);
}

static void test_normal(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"1.0", "1.0"},
		{" v1.0 ", "1.0"},
		{"007", "7"},
		{"1!2.3", "1!2.3"},
		{"1.0ALPHA1", "1.0a1"},
		{"1.0-preview_2", "1.0rc2"},
		{"1.0c", "1.0rc0"},
		{"1.0a.", "1.0a0"},
		{"1.0-1", "1.0.post1"},
		{"1.0.r4", "1.0.post4"},
		{"1.0a1.post2.dev3", "1.0a1.post2.dev3"},
		{"1.0DEV", "1.0.dev0"},
		{"1.0+Ubuntu-1.CU121", "1.0+ubuntu.1.cu121"},
		{"", NULL},
		{"1.", NULL},
		{"1.0+", NULL},
		{"1.0+a..b", NULL},
		{"1.0 a1", NULL},
		{"a1.0", NULL},
		{"1!2!3", NULL},
		{"1.0.*", NULL},
		{"12345678901234567890123", NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		normal(cases[i].text, cases[i].want);
}

/* PEP 440, "Summary of permitted suffixes and relative ordering", with epochs and locals. */
static void test_order(void)
{
	static const char *const sorted[] = {
		"1.dev0",        "1.0.dev456",    "1.0a1",
		"1.0a2.dev456",  "1.0a12.dev456", "1.0a12",
		"1.0b1.dev456",  "1.0b2",         "1.0b2.post345.dev456",
		"1.0b2.post345", "1.0rc1.dev456", "1.0rc1",
		"1.0",           "1.0+abc.5",     "1.0+abc.7",
		"1.0+5",         "1.0+5.0",       "1.0.post456.dev34",
		"1.0.post456",   "1.0.15",        "1.1.dev1",
		"1.10",          "2024.1",        "1!0.1",
	};
	ARENA(a);
	ERR(err);
	struct pep440 v[ARRAY_LEN(sorted)];
	bool good = true;

	for (size_t i = 0; i < ARRAY_LEN(sorted); i++)
		IS_OK(pep440_parse(&a, str_c(sorted[i]), &v[i], &err), err, sorted[i]);
	for (size_t i = 0; i < ARRAY_LEN(sorted); i++) {
		for (size_t j = 0; j < ARRAY_LEN(sorted); j++) {
			int c = pep440_cmp(&v[i], &v[j]), want = (i > j) - (i < j);

			if ((c > 0) - (c < 0) == want)
				continue;
			printf("# %s and %s compare as %d\n", sorted[i], sorted[j], c);
			good = false;
		}
	}
	OK(good, "every pair stands in its order");
}

static void contains(const char *spec, const char *version, bool want)
{
	ARENA(a);
	ERR(err);
	struct specifier_set set;
	struct pep440 v;

	IS_OK(specifier_set_parse(&a, str_c(spec), &set, &err), err, spec);
	IS_OK(pep440_parse(&a, str_c(version), &v, &err), err, version);
	OK(specifier_set_contains(&set, &v) == want, "%s is %sin '%s'", version, want ? "" : "not ",
	   spec);
}

static void test_specifiers(void)
{
	static const struct {
		const char *spec, *version;
		bool want;
	} cases[] = {
		{"", "1.0a1", true},
		{">=1.2, <2", "1.9.9", true},
		{">=1.2,<2,", "2.0", false},
		{"==1.1", "1.1.0+local", true},
		{"==1.1+local", "1.1", false},
		{"==1.1.*", "1.1a1", true},
		{"==1.1.*", "1.10", false},
		{"!=1.1.*", "1.1.post1", false},
		{"~=2.2", "2.9", true},
		{"~=2.2", "3.0", false},
		{"~=2.2.post3", "2.2", false},
		{"~=1.4.5", "1.5", false},
		{"<2", "2.0rc1", false},
		{"<2.post1", "2.0rc1", true},
		{"<2.post1", "2.post1.dev1", false},
		{"<2rc2", "2rc1", true},
		{">1.7", "1.7.post1", false},
		{">1.7", "1.7+local", false},
		{">1.7.post1", "1.7.post2", true},
		{">1.7rc1", "1.7.post1", true},
		{"<=1.7", "1.7+local", true},
		{"===1.0", "1.0.0", false},
		{"===1.0RC1", "1.0rc1", true},
	};
	static const char *const bad[] = {"1.0", "~=1",   ">=1.0.*", ">=1.0+x", "==1.0a1.*",
					  "==",  "=>1.0", ">= 1 0",  "===",     "~=1.0.*"};
	ARENA(a);
	ERR(err);
	struct specifier_set set;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		contains(cases[i].spec, cases[i].version, cases[i].want);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		IS_ERR(specifier_set_parse(&a, str_c(bad[i]), &set, &err), err, ERR_CORRUPT,
		       bad[i]);
}

int main(void)
{
	test_normal();
	test_order();
	test_specifiers();
	return tap_done();
}
