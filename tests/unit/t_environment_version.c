/* SPDX-License-Identifier: MIT
 *
 * Which versions a manifest's `version` allows. */
#include "tap.h"

#include "environment/version_range.h"

static const struct {
	const char *range, *version;
	bool has;
} cases[] = {
	{"", "1.2", true},
	{"*", "anything", true},
	{"latest", "2", true},
	{"1", "1.2.3", true},
	{"1.2", "1.2.3", true},
	{"1.2", "1.20", false},
	{"1.2.3", "1.2.3", true},
	{"1.2.3", "1.2.4", false},
	{"1.2.3", "1.2", false},
	{"1.2.x", "1.2.9", true},
	{"1.x", "2.0", false},
	{"v1.2", "1.2.3", true},
	{"=1.2.3", "1.2.3", true},
	{"=1.2", "1.2.3", false},
	{"==1.2.*", "1.2.3", true},
	{"^1.2.3", "1.9", true},
	{"^1.2.3", "1.2.2", false},
	{"^1.2.3", "2.0.0", false},
	{"^0.2.3", "0.2.9", true},
	{"^0.2.3", "0.3.0", false},
	{"^0.0.3", "0.0.4", false},
	{"~1.2.3", "1.2.9", true},
	{"~1.2.3", "1.3.0", false},
	{"~1", "1.9", true},
	{"~1", "2.0", false},
	{">=1.2 <2", "1.9.9", true},
	{">=1.2 <2", "2.0", false},
	{">=1.2, <2", "1.1", false},
	{">= 1.2", "1.2", true},
	{">1.2", "1.2.1", true},
	{">1.2", "1.2", false},
	{">1.x", "1.9", false},
	{">1.x", "2.0", true},
	{"<=1.2", "1.2.0", true},
	{"<=1.2", "1.2.5", true},
	{"<=1.2", "1.3", false},
	{"<1.0", "1.0rc1", true},
	{">=1.0", "1.0rc1", false},
	{"1.2 || ^3", "3.1", true},
	{"1.2 || ^3", "2.0", false},
	{"2.6.0", "2.6.0+debian", true},
	{">=20240101", "20241231", true},
	{"1.10", "1.10", true},
	{">=1.9", "1.10", true},
	{"unstable-2024-01-01", "unstable-2024-01-01", true},
	{"unstable-2024-01-01", "unstable-2024-01-02", false},
};

static void test_ranges(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bool has = !cases[i].has;
		ERR(err);
		errint rc = version_range_has(str_c(cases[i].range), str_c(cases[i].version), &has,
					      &err);

		OK(!rc && has == cases[i].has, "'%s' %s '%s'", cases[i].range,
		   cases[i].has ? "has" : "has not", cases[i].version);
	}
}

static void test_wrong(void)
{
	static const char *const wrong[] = {"1..2", ">=",   "^",     "1 ||",
					    "|| 1", "1.2.", ">= <2", "."};

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		bool has;
		ERR(err);

		IS_ERR(version_range_has(str_c(wrong[i]), S("1.2"), &has, &err), err, ERR_USAGE,
		       wrong[i]);
	}
}

int main(void)
{
	test_ranges();
	test_wrong();
	return tap_done();
}
