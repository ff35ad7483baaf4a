/* SPDX-License-Identifier: MIT
 *
 * The Nix parser, name resolution and the printer of syntax trees: what was printed parses again
 * and prints the same. */
#include "fuzz.h"

#include "base/buf.h"
#include "eval/eval.h"

static errint print(struct str text, struct buf *b)
{
	struct eval_options o = {.pipe_operators = true};
	struct eval *E CLEANUP(eval_cleanup) = eval_new(&o);
	ERR(err);

	return eval_parse_print(E, text, "/", "«string»", b, &err);
}

/* Trees show some things that have no spelling: names in quotes with an interpolation, paths with
 * blanks, floats cut to six digits or without a point, the sets of a merged inherit. */
static bool has_spelling(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return str_find(s, S("/")) < 0 && str_find(s, S("${")) < 0 && str_find(s, S(".")) < 0 &&
	       str_find(s, S("e+")) < 0 && str_find(s, S("e-")) < 0 &&
	       str_find(s, S("inherit")) < 0 && str_find(s, S("or")) < 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	BUF(once, LIMIT_NIX_SOURCE);
	BUF(twice, LIMIT_NIX_SOURCE);
	BUF(thrice, LIMIT_NIX_SOURCE);

	if (print(fuzz_str(p, n), &once) < 0 || !has_spelling(buf_str(&once)))
		return 0;
	FUZZ_CHECK(print(buf_str(&once), &twice) == 0);
	FUZZ_CHECK(print(buf_str(&twice), &thrice) == 0);
	FUZZ_CHECK(str_eq(buf_str(&twice), buf_str(&thrice)));
	return 0;
}
