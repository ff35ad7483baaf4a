/* SPDX-License-Identifier: MIT
 *
 * builtins.fromJSON: what it reads, toJSON writes, and that reads back as the same text. */
#include "fuzz.h"

#include "base/buf.h"
#include "eval/eval.h"

/* builtins.fromJSON applied to text, as JSON; false when it is refused. */
static bool round_trip(struct str text, struct buf *out)
{
	struct eval_options options = {.pure = true};
	struct eval *E CLEANUP(eval_cleanup) = eval_new(&options);
	struct eval_args *args = eval_args_new(E);
	struct value *fn, *v;
	ERR(err);

	eval_args_string(args, "text", text);
	if (eval_string(E, S("{ text }: builtins.fromJSON text"), "/", "«string»", &fn, &err) ||
	    eval_auto_call(E, args, fn, &v, &err) || eval_force_deep(E, v, &err) ||
	    eval_print(E, v, EVAL_JSON, EVAL_STRICT, out, &err)) {
		FUZZ_CHECK(err.code && err.msg);
		return false;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	BUF(first, LIMIT_JSON_TEXT);
	BUF(second, LIMIT_JSON_TEXT);

	/* No Nix string holds a NUL. */
	if (memchr(p, 0, n) || !round_trip(fuzz_str(p, n), &first))
		return 0;
	/* A set with outPath or __toString is written as that. */
	if (str_find(buf_str(&first), S("outPath")) >= 0 ||
	    str_find(fuzz_str(p, n), S("outPath")) >= 0 ||
	    str_find(fuzz_str(p, n), S("__toString")) >= 0 || memchr(p, '\\', n))
		return 0;
	FUZZ_CHECK(round_trip(buf_str(&first), &second));
	FUZZ_CHECK(str_eq(buf_str(&first), buf_str(&second)));
	return 0;
}
