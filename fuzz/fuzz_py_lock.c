/* SPDX-License-Identifier: MIT
 *
 * Locks of Python projects: what is read is written, and reads the same. */
#include "fuzz.h"

#include "py/lock.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	ARENA(a);
	ERR(err);
	BUF(text, LIMIT_LOCK_FILE);
	BUF(again, LIMIT_LOCK_FILE);
	struct py_lock one = {.a = &a, .file = "lock"}, two = {.a = &a, .file = "lock"};
	struct py_lock about = {.a = &a, .file = "lock"};

	if (py_about_parse(&about, fuzz_str(p, n), "about", &err))
		err_clear(&err);
	if (py_lock_parse(&one, fuzz_str(p, n), &err))
		return 0;
	py_lock_print(&one, &text);
	FUZZ_CHECK(!py_lock_parse(&two, buf_str(&text), &err));
	py_lock_print(&two, &again);
	FUZZ_CHECK(str_eq(buf_str(&text), buf_str(&again)));
	return 0;
}
