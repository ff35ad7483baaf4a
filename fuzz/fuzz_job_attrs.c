/* SPDX-License-Identifier: MIT
 *
 * The scanner of structured attributes: every value is a piece of the input, and its parts scan
 * again; a text for the shell can be made of whatever was taken. */
#include "fuzz.h"

#include "job/build_attrs_file.h"

static void walk(struct arena *a, struct str value, int depth)
{
	ERR(err);
	struct json_member *m;
	struct str *items, s;
	size_t n;

	FUZZ_CHECK(value.n > 0 && depth < 1000);
	if (value.p[0] == '{' && !json_members(a, value, &m, &n, &err)) {
		for (size_t i = 0; i < n; i++)
			walk(a, m[i].value, depth + 1);
	} else if (value.p[0] == '[' && !json_items(a, value, &items, &n, &err)) {
		for (size_t i = 0; i < n; i++)
			walk(a, items[i], depth + 1);
	} else if (value.p[0] == '"' && !json_string(a, value, &s, &err)) {
		FUZZ_CHECK(s.n == 0 || !memchr(s.p, '\0', s.n));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	ARENA(a);
	ERR(err);
	struct json_member *v;
	struct str text;
	size_t count;

	if (json_members(&a, fuzz_str(p, n), &v, &count, &err))
		return 0;
	for (size_t i = 0; i < count; i++)
		walk(&a, v[i].value, 0);
	if (build_attrs_shell(&a, v, count, &text, &err))
		FUZZ_CHECK(err.code && err.msg);
	return 0;
}
