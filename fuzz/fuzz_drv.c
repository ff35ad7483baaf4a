/* SPDX-License-Identifier: MIT
 *
 * The ATerm parser: what it accepts is printed as the same text, sorted already, and its outputs
 * can be computed or are refused with an error. */
#include "fuzz.h"

#include "store/derivation.h"
#include "store/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct store_config c = {"/nonexistent", "/nix/store", "/nix/var/nix", "/nix/var/log/nix"};
	struct str in = fuzz_str(p, n);
	struct drv d;
	ARENA(a);
	ERR(err);
	BUF(out, LIMIT_JSON_TEXT);

	if (drv_parse(&a, in, S("fuzz"), &d, &err))
		return 0;
	drv_print(&d, false, &out);
	FUZZ_CHECK(str_eq(buf_str(&out), in));
	drv_sort(&a, &d);
	buf_clear(&out);
	drv_print(&d, false, &out);
	FUZZ_CHECK(str_eq(buf_str(&out), in));

	struct store *s = store_open(&c, NULL);
	store_set_readonly(s, true);
	if (drv_fill_outputs(s, &a, &d, &err))
		FUZZ_CHECK(err.msg != NULL);
	store_close(s);
	return 0;
}
