/* SPDX-License-Identifier: MIT
 *
 * Wheel file names. */
#include "py/requirement.h"
#include "py/wheel.h"

static errint bad(struct str file, const char *why, struct err *err)
{
	return err_set(err, ERR_CORRUPT, "'%.*s' is not a wheel's file name: %s", STR_ARG(file),
		       why);
}

errint wheel_name_parse(struct str file, struct wheel_name *out, struct err *err)
{
	struct str parts[6], rest = str_drop_suffix(file, S(".whl")), piece;
	size_t n = 0;

	if (!str_ends(file, S(".whl")))
		return bad(file, "it does not end in .whl", err);
	while (str_split(&rest, '-', &piece)) {
		if (n == ARRAY_LEN(parts) || !piece.n)
			return bad(file, "it has not five or six parts", err);
		parts[n++] = piece;
	}
	if (n < 5)
		return bad(file, "it has not five or six parts", err);
	if (!pep508_name_is(parts[0]))
		return bad(file, "it starts with no project name", err);
	if (n == 6 && (parts[2].p[0] < '0' || parts[2].p[0] > '9'))
		return bad(file, "its build number starts with no digit", err);
	*out = (struct wheel_name){
		.file = file,
		.dist = parts[0],
		.version = parts[1],
		.build = n == 6 ? parts[2] : S(""),
		.python = parts[n - 3],
		.abi = parts[n - 2],
		.platform = parts[n - 1],
	};
	return 0;
}

/* In a file name a version's dashes are underscores, as pip reads it. */
static bool version_parse(struct arena *a, struct str s, struct pep440 *out)
{
	char *text = arena_strz(a, s);
	ERR(ignored);

	for (char *p = text; *p; p++)
		*p = *p == '_' ? '-' : *p;
	return !pep440_parse(a, str_c(text), out, &ignored);
}

static bool version_eq(struct arena *a, struct str x, struct str y, bool local)
{
	struct pep440 one, two;

	if (str_eq(x, y))
		return true;
	if (!version_parse(a, x, &one) || !version_parse(a, y, &two))
		return false;
	if (!local)
		one.n_local = two.n_local = 0;
	return pep440_cmp(&one, &two) == 0;
}

bool wheel_stem_fits(const struct wheel_name *w, struct str stem)
{
	ARENA(a);
	struct str name = pep503_name(&a, w->dist);

	for (size_t i = 1; i + 1 < stem.n; i++)
		if (stem.p[i] == '-' && str_eq(pep503_name(&a, str_sub(stem, 0, i)), name) &&
		    version_eq(&a, str_skip(stem, i + 1), w->version, false))
			return true;
	return false;
}

bool wheel_version_is(const struct wheel_name *w, struct str version)
{
	ARENA(a);

	return version_eq(&a, version, w->version, true);
}
