/* SPDX-License-Identifier: MIT
 *
 * What uv says when it fails, in words that name the requirements and the cure. Its reasons are
 * sentences that follow from each other; they are kept, without the names of its options. */
#include "project/resolver.h"

#include "base/report.h"

enum { LINES_MAX = 5 };

/* Whose requirements are meant is the file's name to say. */
static struct str replace(struct arena *a, struct str s, struct str what, struct str with)
{
	ptrdiff_t at;

	while (what.n && (at = str_find(s, what)) >= 0)
		s = str_c(arena_printf(a, "%.*s%.*s%.*s", (int)at, s.p, STR_ARG(with),
				       STR_ARG(str_skip(s, (size_t)at + what.n))));
	return s;
}

static struct str reworded(const struct resolution_request *r, struct arena *a, struct str s)
{
	static const char *const words[][2] = {
		{"we can conclude that your requirements are unsatisfiable", "nothing fits"},
		{", we can conclude that", ", it follows that"},
		{"was not found in the package registry", "is in no index that this machine knows"},
		{"`platform_machine == 'x86_64' and sys_platform == 'linux'`-compatible",
		 "x86_64-linux"},
		{"`platform_machine == 'aarch64' and sys_platform == 'linux'`-compatible",
		 "aarch64-linux"},
	};
	struct str who = str_c(arena_printf(a, "%s wants", r->what));

	s = replace(a, s, S(RESOLVER_SELF " depends on"), who);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		s = replace(a, s, str_c(words[i][0]), str_c(words[i][1]));
	return s;
}

/* The lines behind 'cause:', and what continues them. */
static size_t causes(const struct resolution_request *r, struct arena *a, struct str said,
		     struct str *out)
{
	struct str rest = said, line;
	bool within = false;
	size_t n = 0;

	while (str_split(&rest, '\n', &line)) {
		struct str text = str_trim(line);

		within = str_starts(text, S("cause:")) ||
			 (within && text.n && !str_starts(text, S("hint:")));
		if (!within || n == LINES_MAX)
			continue;
		text = str_trim(str_drop_prefix(text, S("cause:")));
		out[n++] = reworded(r, a, text);
	}
	return n;
}

static bool says(struct str said, const char *what)
{
	return str_find(said, str_c(what)) >= 0;
}

/* Of slots the set's versions hold unless somebody says otherwise. */
static errint slot_hint(const struct resolution_request *r, struct str said, struct err *err)
{
	for (size_t i = 0; i < r->wants->n; i++) {
		const struct py_want *w = &r->wants->v[i];

		if (w->word != PY_SLOT || !says(said, arena_strz(r->wants->a, w->text)))
			continue;
		return err_hint(err,
				"'%.*s' is the slot's filling in the package set; where another "
				"fills it, say so in the requirements: slot %.*s==VERSION",
				STR_ARG(w->text), STR_ARG(w->name));
	}
	return 0;
}

static errint cure(const struct resolution_request *r, struct str said, struct err *err)
{
	static const char required[] = "Wheels are required for `";
	ptrdiff_t at = str_find(said, S(required));
	struct str name = str_skip(said, at < 0 ? 0 : (size_t)at + strlen(required)), rest;

	if (at >= 0 && str_cut(name, '`', &name, &rest))
		return err_hint(err,
				"it publishes sources alone: a line 'sdist %.*s' in the "
				"requirements locks its source archive",
				STR_ARG(name));
	if (says(said, "was not found in the package registry"))
		return err_hint(err, "is its name spelt right? which indices are asked is pip's "
				     "configuration, or mirror.pypi of kiln.conf");
	errint rc = slot_hint(r, said, err);
	if (rc)
		return rc;
	return err_hint(err, "loosen one of these bounds; 'override NAME…' in the requirements "
			     "replaces what every project says of NAME");
}

static errint no_solution(const struct resolution_request *r, struct str said, struct err *err)
{
	struct str v[LINES_MAX];
	ARENA(a);
	size_t n = causes(r, &a, said, v);

	err_set(err, ERR_NOT_FOUND, "no versions fit what %s wants", r->what);
	for (size_t i = 0; i < n; i++)
		err_detail(err, "%.*s", STR_ARG(v[i]));
	return cure(r, said, err);
}

errint resolver_failed(const struct resolution_request *r, struct str said, struct err *err)
{
	struct str v[LINES_MAX], first = said, rest;
	ARENA(a);

	if (says(said, "No solution found when resolving dependencies"))
		return no_solution(r, said, err);
	str_cut(said, '\n', &first, &rest);
	first = str_drop_prefix(str_trim(first), S("error: "));
	size_t n = causes(r, &a, said, v);
	if (says(said, "No interpreter found")) {
		err_set(err, ERR_NOT_FOUND, "uv, which finds the versions, finds no Python to run");
		return err_hint(err, "any Python 3 on PATH will do: apt install python3");
	}
	if (says(said, "error sending request") || says(said, "Failed to fetch")) {
		err_set(err, ERR_NETWORK, "asking the index: %.*s", STR_ARG(first));
		/* which address, and why */
		for (size_t i = 0; i < n; i += MAX(n - 1, (size_t)1))
			err_detail(err, "%.*s", STR_ARG(v[i]));
		return err_hint(err, "which indices are asked is pip's configuration, or "
				     "mirror.pypi of kiln.conf");
	}
	errint rc = err_set(err, ERR_FAILED, "finding versions for what %s wants: %.*s", r->what,
			    STR_ARG(first));
	for (size_t i = 0; i < n; i++)
		err_detail(err, "%.*s", STR_ARG(v[i]));
	if (!says(said, "Failed to download and build"))
		return rc;
	return err_hint(err, "the metadata of a source archive is what its build says, and that "
			     "ran on this machine");
}
