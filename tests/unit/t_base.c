/* SPDX-License-Identifier: MIT
 *
 * Strings, buffers, arenas and errors of src/base. */
#include "tap.h"

#include "base/arena.h"
#include "base/buf.h"

static void test_split(void)
{
	struct str rest = S("a::b"), piece;

	OK(str_split(&rest, ':', &piece) && str_eqz(piece, "a"), "first piece");
	OK(str_split(&rest, ':', &piece) && piece.n == 0, "empty piece");
	OK(str_split(&rest, ':', &piece) && str_eqz(piece, "b"), "last piece");
	OK(!str_split(&rest, ':', &piece) && !rest.p, "exhausted");
}

int main(void)
{
	test_split();
	return tap_done();
}
