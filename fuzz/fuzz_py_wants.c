/* SPDX-License-Identifier: MIT
 *
 * Requirements files, and what a resolver answers to them. No file that they name is read. */
#include "fuzz.h"

#include "py/resolved.h"
#include "py/wants.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	ARENA(a);
	ERR(err);
	struct py_wants wants = {.a = &a};
	struct py_releases found = {0};
	struct marker_env env[PY_MACHINES];

	py_environments(&a, S("3.13.5"), env);
	if (!py_wants_text(&wants, "requirements.txt", fuzz_str(p, n), 1000, &err))
		for (size_t i = 0; i < wants.n; i++)
			FUZZ_CHECK(wants.v[i].name.n && wants.v[i].line);
	err_clear(&err);
	if (py_resolved_parse(&a, fuzz_str(p, n), "pylock.toml", env, &found, &err))
		return 0;
	for (size_t i = 0; i < found.n; i++) {
		struct py_row row = {.name = found.v[i].name};

		(void)py_row_choose(&row, &found.v[i], 13, p[0] & 1);
		FUZZ_CHECK(row.n_files <= PY_MACHINES);
	}
	return 0;
}
