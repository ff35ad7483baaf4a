/* SPDX-License-Identifier: MIT
 *
 * Lines of scripts that say how nix-shell runs them. */
#include "cli/shell_script.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const char **v;
	size_t words;
	ARENA(a);
	ERR(err);

	if (shell_words(&a, fuzz_str(p, n), &v, &words, &err))
		return 0;
	/* Each takes a letter at least, and a blank from the next. */
	FUZZ_CHECK(words <= n / 2 + 1);
	return 0;
}
