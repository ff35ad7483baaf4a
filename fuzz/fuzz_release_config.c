/* SPDX-License-Identifier: MIT
 *
 * [release] of a kiln.toml that came with a push: tracks, and the gates of each; and the lines that
 * a hook is handed. */
#include "fuzz.h"

#include "release/gates.h"
#include "release/push_check.h"
#include "release/statement.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	ARENA(a);
	struct release_config c;
	struct push_line *lines;
	size_t n_lines;
	ERR(err);

	if (!push_parse(fuzz_str(p, n), &a, &lines, &n_lines, &err))
		for (size_t i = 0; i < n_lines; i++)
			FUZZ_CHECK(lines[i].ref.n && lines[i].was.n == lines[i].to.n);
	err_clear(&err);
	if (release_config_parse(fuzz_str(p, n), "input", &a, &c, &err))
		return 0;
	for (size_t i = 0; i < c.n; i++) {
		struct gate_list gates;
		ERR(bad);

		if (gates_read(&c, &c.v[i], &a, &gates, &bad))
			continue;
		for (size_t k = 0; k < gates.n; k++)
			FUZZ_CHECK(gate_name_check(gates.v[k].name) &&
				   gates.v[k].definition.n == 64);
	}
	return 0;
}
