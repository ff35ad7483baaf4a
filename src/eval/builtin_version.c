/* SPDX-License-Identifier: MIT
 *
 * Builtins on versions and package names. */
#include "eval/builtin_int.h"

#include "eval/drv_name.h"

BUILTIN(compareVersions)
{
	struct str a, b;
	int order = 0;

	TRY(want_string_plain(E, args[0], 0,
			      "while evaluating the first argument passed to "
			      "builtins.compareVersions",
			      &a));
	TRY(want_string_plain(E, args[1], 0,
			      "while evaluating the second argument passed to "
			      "builtins.compareVersions",
			      &b));
	while (order == 0 && (a.n || b.n)) {
		TRY(eval_check_interrupt(E));
		order = version_compare_next(&a, &b);
	}
	*out = v_int(order);
	return 0;
}

BUILTIN(splitVersion)
{
	struct str version, rest;
	struct value **to;
	size_t n = 0;

	TRY(want_string_plain(E, args[0], 0,
			      "while evaluating the first argument passed to builtins.splitVersion",
			      &version));
	for (rest = version; version_next(&rest).n; n++)
		TRY(eval_check_interrupt(E));
	TRY(list_check(E, n));
	to = list_alloc(E, n);
	rest = version;
	for (size_t i = 0; i < n; i++) {
		TRY(eval_check_interrupt(E));
		to[i] = value_box(E, v_str(version_next(&rest)));
	}
	*out = v_list(to, n);
	return 0;
}

BUILTIN(parseDrvName)
{
	struct str s, name, version;
	struct attrs *res;

	TRY(want_string_plain(E, args[0], 0,
			      "while evaluating the first argument passed to builtins.parseDrvName",
			      &s));
	drv_name_split(s, &name, &version);
	res = attrs_new(E, 2);
	attrs_push(res, SYM_name, value_box(E, v_str(name)), 0);
	attrs_push(res, SYM_version, value_box(E, v_str(version)), 0);
	*out = v_attrs(attrs_done(res));
	return 0;
}

const struct builtin_row builtins_version[] = {
	{"compareVersions", 2, 0, builtin_compareVersions, "s1 s2",
	 "-1, 0 or 1 when version s1 is older than, as old as or newer than s2."},
	{"splitVersion", 1, 0, builtin_splitVersion, "s", "The components of a version."},
	{"parseDrvName", 1, 0, builtin_parseDrvName, "s",
	 "A package's name and version: { name; version; }."},
	BUILTIN_END,
};
