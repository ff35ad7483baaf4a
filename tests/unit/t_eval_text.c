/* SPDX-License-Identifier: MIT
 *
 * What builtins know of text alone: versions, package names, floating point numbers. Expected
 * values come from Nix. */
#include "tap.h"

#include "eval/double_text.h"
#include "eval/drv_name.h"

static void test_versions(void)
{
	static const struct {
		const char *a, *b;
		int order;
	} rows[] = {
		{"1.0", "2.3", -1},
		{"2.1", "2.3", -1},
		{"2.3", "2.3", 0},
		{"2.5", "2.3", 1},
		{"3.1", "2.3", 1},
		{"2.3.1", "2.3", 1},
		{"2.3.1", "2.3a", 1},
		{"2.3pre1", "2.3", -1},
		{"2.3pre3", "2.3pre12", -1},
		{"2.3a", "2.3c", -1},
		{"2.3pre1", "2.3c", -1},
		{"2.3pre1", "2.3q", -1},
		{"", "", 0},
		{"", "1", -1},
		{"-1", "1", 0},
		{"a", "1", -1},
		{"99999999999", "1", -1},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str a = str_c(rows[i].a), b = str_c(rows[i].b);

		IS_INT(version_compare(a, b), rows[i].order, "versions in order");
		IS_INT(version_compare(b, a), -rows[i].order, "... and the other way round");
	}
}

static void test_components(void)
{
	struct str rest = S("1.2.3pre-4..x");
	static const char *const want[] = {"1", "2", "3", "pre", "4", "x", ""};

	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		IS_STR(version_next(&rest), str_c(want[i]), "component");
}

static void test_names(void)
{
	struct str name, version;

	drv_name_split(S("apache-httpd-2.0.48"), &name, &version);
	IS_STR(name, S("apache-httpd"), "a dash before a letter belongs to the name");
	IS_STR(version, S("2.0.48"), "the version");
	drv_name_split(S("plain-"), &name, &version);
	IS_STR(name, S("plain-"), "a dash at the end starts no version");
	IS_STR(version, S(""), "none");
}

static void test_doubles(void)
{
	static const struct {
		double d;
		const char *text;
	} rows[] = {
		{0, "0.0"},
		{-0.0, "-0.0"},
		{1, "1.0"},
		{-1.5, "-1.5"},
		{0.1, "0.1"},
		{1e14, "100000000000000.0"},
		{1e15, "1e+15"},
		{1e16, "1e+16"},
		{0.001, "0.001"},
		{0.0001, "0.0001"},
		{0.00001, "1e-05"},
		{123456.789, "123456.789"},
		{1e300, "1e+300"},
		{5e-324, "5e-324"},
		{1.7976931348623157e308, "1.7976931348623157e+308"},
		{9007199254740993.0, "9.007199254740992e+15"},
		{1.0 / 3, "0.3333333333333333"},
	};
	char out[DOUBLE_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		IS_STR(str_n(out, double_to_json(rows[i].d, out)), str_c(rows[i].text),
		       rows[i].text);
	IS_STR(str_n(out, double_to_json(__builtin_inf(), out)), S("null"),
	       "JSON knows no infinity");
}

/* Random bits read back as what they were. */
static void test_round_trip(void)
{
	uint64_t x = 88172645463325252ull;
	size_t bad = 0;

	for (int i = 0; i < 100000; i++) {
		char out[DOUBLE_TEXT_MAX + 1];
		double d, back;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		memcpy(&d, &x, sizeof(d));
		out[double_to_json(d, out)] = '\0';
		back = strtod(out, NULL);
		bad += strcmp(out, "null") != 0 && memcmp(&d, &back, sizeof(d)) != 0;
	}
	IS_INT(bad, 0, "100000 doubles read back");
}

int main(void)
{
	test_versions();
	test_components();
	test_names();
	test_doubles();
	test_round_trip();
	return tap_done();
}
