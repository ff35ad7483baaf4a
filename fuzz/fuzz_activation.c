/* SPDX-License-Identifier: MIT
 *
 * The record of an activation, a kept environment, and a value of [vars]: what is read is printed
 * and read again as the same. */
#include "fuzz.h"

#include "env/activation_int.h"

static void fuzz_undo(struct arena *a, struct str text)
{
	struct undo undo CLEANUP(undo_release) = {0}, again CLEANUP(undo_release) = {0};
	BUF(first, LIMIT_SMALL_FILE);
	BUF(second, LIMIT_SMALL_FILE);
	ERR(err);

	if (undo_parse(a, text, &undo, &err) || undo_print(&undo, &first, &err))
		return;
	FUZZ_CHECK(!undo_parse(a, buf_str(&first), &again, &err));
	FUZZ_CHECK(!undo_print(&again, &second, &err));
	FUZZ_CHECK(str_eq(buf_str(&first), buf_str(&second)));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str text = fuzz_str(p, n);
	BUF(value, LIMIT_SMALL_FILE);
	struct environ_copy e;
	bool shell = false;
	ARENA(a);
	ERR(err);

	fuzz_undo(&a, text);
	if (environ_parse(&a, text, &e, &err) == 0)
		environ_print(&e, &value);
	buf_clear(&value);
	activation_expand(text, &value, &shell);
	buf_clear(&value);
	activation_put_quoted_text(&value, text);
	return 0;
}
