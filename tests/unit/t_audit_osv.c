/* SPDX-License-Identifier: MIT
 *
 * Advisories: what entries say, and which versions they are about. */
#include "audit/osv.h"

#include "tap.h"

static struct osv_entry parse(struct arena *a, const char *json)
{
	struct osv_entry e;
	ERR(err);

	if (osv_parse(a, str_c(json), &e, &err)) {
		printf("# %s\n", err.msg);
		memset(&e, 0, sizeof(e));
	}
	return e;
}

/* The versions of a blank-separated list that are affected by these events. */
static const char *affected(struct arena *a, const char *ecosystem, const char *ranges,
			    const char *versions)
{
	const char *json =
		arena_printf(a,
			     "{\"id\": \"X\", \"affected\": [{\"package\": {\"ecosystem\": "
			     "\"%s\", \"name\": \"p\"}, %s}]}",
			     ecosystem, ranges);
	struct osv_entry e = parse(a, json);
	struct str rest = str_c(versions), v;
	const char *out = "";

	while (e.n_affected && str_split(&rest, ' ', &v))
		if (osv_affects(&e.affected[0], v))
			out = arena_printf(a, "%s%s%.*s", out, *out ? " " : "", STR_ARG(v));
	return e.n_affected ? out : "none";
}

#define RANGE(events) "\"ranges\": [{\"type\": \"ECOSYSTEM\", \"events\": [" events "]}]"

static void test_ranges(struct arena *a)
{
	IS_Z(affected(a, "PyPI", RANGE("{\"introduced\": \"0\"}, {\"fixed\": \"2.0\"}"),
		      "1.0 1.99 2.0rc1 2.0 2.0.post1 3"),
	     "1.0 1.99 2.0rc1", NULL);
	IS_Z(affected(a, "PyPI", RANGE("{\"introduced\": \"1.2\"}, {\"last_affected\": \"1.4\"}"),
		      "1.1 1.2 1.4 1.4.0 1.4.1 1!1.3"),
	     "1.2 1.4 1.4.0", NULL);
	/* Two ranges in one list, in any order. */
	IS_Z(affected(
		     a, "PyPI",
		     RANGE("{\"fixed\": \"3.1\"}, {\"introduced\": \"0\"}, {\"introduced\": \"3.0\"}, "
			   "{\"fixed\": \"2.5\"}"),
		     "2.4 2.5 2.9 3.0 3.0.9 3.1"),
	     "2.4 3.0 3.0.9", NULL);
	IS_Z(affected(a, "PyPI", RANGE("{\"introduced\": \"0\"}"), "0.1 99 1.dev0"),
	     "0.1 99 1.dev0", NULL);
	IS_Z(affected(a, "PyPI", RANGE("{\"introduced\": \"1.0\"}, {\"fixed\": \"1.0\"}"),
		      "0.9 1.0"),
	     "1.0", NULL);
	IS_Z(affected(a, "PyPI", "\"versions\": [\"1.0\", \"1.2RC1\"]", "1 1.0.0 1.2rc1 1.2"),
	     "1 1.0.0 1.2rc1", NULL);
	IS_Z(affected(a, "PyPI", RANGE("{\"introduced\": \"nonsense\"}"), "1.0"), "", NULL);
	IS_Z(affected(a, "PyPI",
		      "\"ranges\": [{\"type\": \"GIT\", \"events\": [{\"introduced\": \"0\"}]}]",
		      "1.0"),
	     "", NULL);
	IS_Z(affected(a, "PyPI", RANGE("{\"introduced\": \"0\"}"), "not-a-version"), "", NULL);
	/* Debian's order: tildes, epochs, revisions. */
	IS_Z(affected(a, "Debian:13", RANGE("{\"introduced\": \"0\"}, {\"fixed\": \"1.2-3\"}"),
		      "1.2-2 1.2~rc1-9 1.2-3 1.2-3+deb13u1 1:0.1-1"),
	     "1.2-2 1.2~rc1-9", NULL);
	/* What builders add. */
	IS_Z(affected(a, "PyPI", RANGE("{\"introduced\": \"0\"}, {\"last_affected\": \"2.6.0\"}"),
		      "2.6.0+cpu 2.6.1+cpu"),
	     "2.6.0+cpu", NULL);
	IS_Z(affected(a, "Debian", RANGE("{\"introduced\": \"0\"}, {\"last_affected\": \"1.1-2\"}"),
		      "1.1-2+b2 1.1-2+deb13u1"),
	     "1.1-2+b2", NULL);
	IS_Z(affected(a, "npm", RANGE("{\"introduced\": \"0\"}"), "1"), "none", NULL);
}

static void test_entries(struct arena *a)
{
	struct osv_entry e = parse(
		a,
		"{\"id\": \"GHSA-1\", \"aliases\": [\"CVE-1\"], \"summary\": \"a\\nb\", "
		"\"unknown\": [{}], \"severity\": [{\"type\": \"CVSS_V3\", \"score\": "
		"\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"}], \"affected\": ["
		"{\"package\": {\"ecosystem\": \"npm\", \"name\": \"x\"}},"
		"{\"package\": {\"ecosystem\": \"PyPI\", \"name\": \"Foo_Bar\"}, " RANGE(
			"{\"introduced\": \"0\"}, {\"fixed\": \"2\"}, {\"introduced\": "
			"\"3\"}, {\"fixed\": \"3.5\"}") "},"
							"{\"package\": {\"ecosystem\": \"Debian:12\", \"name\": \"foo\"}, "
							"\"ecosystem_specific\": {\"urgency\": \"unimportant\"}}]}");

	IS_Z(arena_strz(a, e.id), "GHSA-1", NULL);
	IS_Z(arena_strz(a, e.summary), "a b", NULL);
	OK(e.n_aliases == 1 && e.gravity == OSV_CRITICAL, "aliases, and how grave it is");
	OK(e.n_affected == 2, "only the ecosystems that are here");
	IS_Z(arena_strz(a, e.affected[0].package), "foo-bar", NULL);
	IS_Z(arena_strz(a, e.affected[1].release), "12", NULL);
	OK(e.affected[1].unimportant, "Debian's own judgement");
	IS_Z(arena_strz(a, osv_fixed_in(&e.affected[0], S("1.5"))), "2", NULL);
	IS_Z(arena_strz(a, osv_fixed_in(&e.affected[0], S("3.1"))), "3.5", NULL);
	IS_Z(arena_strz(a, osv_fixed_in(&e.affected[0], S("4"))), "", NULL);
	e = parse(a, "{\"id\": \"X\", \"withdrawn\": \"2026-01-01T00:00:00Z\", \"affected\": 7}");
	OK(e.withdrawn && !e.n_affected, "a withdrawn one is of nothing");
	e = parse(a, "{\"id\": \"X\", \"summary\": null, \"aliases\": null, \"affected\": null, "
		     "\"database_specific\": {\"severity\": \"MODERATE\"}}");
	OK(e.gravity == OSV_MODERATE, "null is absence");
}

static void test_broken(struct arena *a)
{
	static const char *const texts[] = {
		"",
		"[]",
		"{}",
		"{\"id\": 7}",
		"{\"id\": \"X\", \"affected\": {}}",
		"{\"id\": \"X\", \"affected\": [{\"package\": []}]}",
		("{\"id\": \"X\", \"affected\": [{\"package\": {\"ecosystem\": \"PyPI\", \"name\": "
		 "\"p\"}, \"versions\": [1]}]}"),
		"{\"id\": \"X\", \"aliases\": [\"a",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct osv_entry e;
		ERR(err);

		OK(osv_parse(a, str_c(texts[i]), &e, &err) == ERR_CORRUPT, "broken: %s", texts[i]);
	}
}

static void test_scores(void)
{
	/* From the specification's examples. */
	OK(osv_cvss3(S("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")) == 98, "9.8");
	OK(osv_cvss3(S("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N")) == 61, "6.1");
	OK(osv_cvss3(S("CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H")) == 78, "7.8");
	OK(osv_cvss3(S("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H")) == 100, "10");
	OK(osv_cvss3(S("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N")) == 0, "0");
	OK(osv_cvss3(S("CVSS:3.1/AV:N/AC:L")) == -1, "half a vector");
	OK(osv_cvss3(S("CVSS:4.0/AV:N/AC:L/AT:N")) == -1, "another version");
}

int main(void)
{
	ARENA(a);

	test_ranges(&a);
	test_entries(&a);
	test_broken(&a);
	test_scores();
	return tap_done();
}
