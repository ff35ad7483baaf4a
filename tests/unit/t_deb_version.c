/* SPDX-License-Identifier: MIT
 *
 * Debian's version order: cases of deb-version(7), the laws of an order over generated texts, and,
 * where dpkg is installed, dpkg's own answers. */
#include "base/process.h"
#include "deb/version.h"
#include "tap.h"

static const struct {
	const char *a, *rel, *b;
} cases[] = {
	{"1.0", "=", "1.0"},
	{"1.0", "<<", "1.1"},
	{"1.0~rc1", "<<", "1.0"},
	{"1.0~~", "<<", "1.0~"},
	{"1.0~~a", "<<", "1.0~"},
	{"1.0", "<<", "1.0a"},
	{"1.0a", "<<", "1.0+"},
	{"1.0", "<<", "1.0+b1"},
	{"1.0-1", "<<", "1.0-1+deb13u1"},
	{"1.0-1", "<<", "1.0-2"},
	{"1.0-2", "<<", "1.0-10"},
	{"9", "<<", "10"},
	{"1:0.1", ">>", "9.9"},
	{"0:1", "=", "1"},
	{"1.001", "=", "1.1"},
	{"1.0", "=", "1.0-0"},
	{"1.0-0", "=", "1.0-"},
	{"2.41-12+deb13u4", ">=", "2.38"},
	{"1:1.3.dfsg+really1.3.1-1+b1", ">=", "1:1.2.0"},
	{"2.6.0+dfsg-7", ">=", "2.6.0+dfsg"},
	{"99999999999999999999999", "<<", "100000000000000000000000"},
	{"", "=", "0"},
};

static bool holds(const char *a, const char *op, const char *b)
{
	struct str s = str_c(op);
	enum deb_relation rel;

	return deb_relation_parse(&s, &rel) && deb_version_satisfies(str_c(a), rel, str_c(b));
}

static void test_cases(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OK(holds(cases[i].a, cases[i].rel, cases[i].b), "'%s' %s '%s'", cases[i].a,
		   cases[i].rel, cases[i].b);
	}
	OK(!holds("1.3.1", ">=", "1:1.2.0") && !holds("2", "<<", "2") && !holds("2", ">>", "2"),
	   "what does not hold does not");
}

static uint32_t seed = 20250101;

static uint32_t draw(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static void generate(char *out, size_t n)
{
	static const char *const pieces[] = {"0", "1", "10", "2",    "09", ".",  "~",
					     "+", "a", "rc", "dfsg", "b1", "~~", "00"};
	size_t used = 0;

	if (draw(4) == 0)
		used += (size_t)snprintf(out, n, "%u:", draw(3));
	used += (size_t)snprintf(out + used, n - used, "%u", draw(4));
	for (uint32_t i = draw(5); i; i--)
		used += (size_t)snprintf(out + used, n - used, "%s",
					 pieces[draw(ARRAY_LEN(pieces))]);
	if (draw(2))
		snprintf(out + used, n - used, "-%u%s", draw(3), pieces[draw(ARRAY_LEN(pieces))]);
}

static int sign(int c)
{
	return (c > 0) - (c < 0);
}

static void test_laws(void)
{
	unsigned wrong = 0;

	for (int i = 0; i < 20000; i++) {
		char a[64], b[64], c[64];
		int ab, bc, ac;

		generate(a, sizeof(a));
		generate(b, sizeof(b));
		generate(c, sizeof(c));
		ab = sign(deb_version_cmp(str_c(a), str_c(b)));
		bc = sign(deb_version_cmp(str_c(b), str_c(c)));
		ac = sign(deb_version_cmp(str_c(a), str_c(c)));
		wrong += ab != -sign(deb_version_cmp(str_c(b), str_c(a)));
		wrong += ab == bc && ac != ab;
		wrong += deb_version_cmp(str_c(a), str_c(a)) != 0;
	}
	IS_INT(wrong, 0, "antisymmetric, transitive, reflexive");
}

/* dpkg's exit status for `a op b`: 0 true, 1 false, -1 not there. */
static int dpkg_says(const char *a, const char *op, const char *b)
{
	const char *const argv[] = {"dpkg", "--compare-versions", a, op, b, NULL};
	struct process_spec spec = {.argv = argv, .in = -1, .out = -1, .errfd = -1};
	ERR(err);
	pid_t pid;
	int status;

	if (process_start(&spec, &pid, &err) || process_wait(pid, &status, &err))
		return -1;
	return status ? 1 : 0;
}

static void test_against_dpkg(void)
{
	unsigned wrong = 0;

	if (dpkg_says("1", "lt", "2") != 0) {
		tap_skip("the order is dpkg's", "no dpkg here");
		return;
	}
	for (int i = 0; i < 150; i++) {
		char a[64], b[64];
		bool less;

		generate(a, sizeof(a));
		generate(b, sizeof(b));
		less = deb_version_cmp(str_c(a), str_c(b)) < 0;
		if (less == (dpkg_says(a, "lt", b) == 0))
			continue;
		wrong++;
		printf("# '%s' and '%s': %s here\n", a, b, less ? "less" : "not less");
	}
	IS_INT(wrong, 0, "the order is dpkg's");
}

int main(void)
{
	test_cases();
	test_laws();
	test_against_dpkg();
	return tap_done();
}
