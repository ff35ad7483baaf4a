/* SPDX-License-Identifier: MIT
 *
 * Registration texts: what is accepted is printed again, and that is read as the same. */
#include "fuzz.h"

#include "store/exchange.h"

static void print_all(const struct path_info *v, size_t n, struct buf *b)
{
	for (size_t i = 0; i < n; i++)
		registration_print(&v[i], b);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct store_config c = {"/nonexistent", "/nix/store", "/nix/var/nix", "/nix/var/log/nix"};
	struct store *s = store_open(&c, NULL);
	struct path_info *v;
	size_t count;
	ARENA(a);
	ERR(err);
	BUF(once, LIMIT_JSON_TEXT);
	BUF(twice, LIMIT_JSON_TEXT);

	if (registration_parse(s, &a, fuzz_str(p, n), true, &v, &count, &err) == 0) {
		print_all(v, count, &once);
		FUZZ_CHECK(!registration_parse(s, &a, buf_str(&once), true, &v, &count, &err));
		print_all(v, count, &twice);
		FUZZ_CHECK(str_eq(buf_str(&once), buf_str(&twice)));
	}
	store_close(s);
	return 0;
}
