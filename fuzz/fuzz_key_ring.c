/* SPDX-License-Identifier: MIT
 *
 * Keys and [keys] of a kiln.toml, and lines that are put into one: every byte of it stays, and what
 * was added is read again. */
#include "fuzz.h"

#include "store/key_ring.h"

static void keys(struct arena *a, struct str text)
{
	BUF(printed, LIMIT_SMALL_FILE);
	struct public_key k, again;
	struct signature s;
	ERR(err);

	if (!public_key_parse(a, text, &k, &err)) {
		public_key_print(&k, &printed);
		FUZZ_CHECK(str_eq(buf_str(&printed), str_trim(text)));
		FUZZ_CHECK(!public_key_parse(a, buf_str(&printed), &again, &err));
	}
	buf_clear(&printed);
	if (!signature_parse(a, text, &s, &err)) {
		signature_print(&s, &printed);
		FUZZ_CHECK(str_eq(buf_str(&printed), str_trim(text)));
	}
}

/* Is every line of the one in the other, in order? */
static bool is_within(struct str whole, struct str part)
{
	size_t at = 0;

	for (size_t i = 0; i < whole.n && at < part.n; i++)
		at += whole.p[i] == part.p[at];
	return at == part.n;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	ARENA(a);
	BUF(out, LIMIT_TOML_TEXT);
	BUF(retired, LIMIT_TOML_TEXT);
	struct str text = fuzz_str(p, n);
	struct key_ring ring, more;
	struct trusted_key k = {.from = 0, .until = INT64_MAX, .reason = S("a\n\"b\\")};
	ERR(err);

	keys(&a, text);
	if (key_ring_parse(text, "input", &a, &ring, &err))
		return 0;
	k.key.name = S("fuzz-1");
	if (key_ring_trust(text, "input", &k, &out, &err))
		return 0;
	FUZZ_CHECK(is_within(buf_str(&out), text));
	FUZZ_CHECK(!key_ring_parse(buf_str(&out), "input", &a, &more, &err));
	FUZZ_CHECK(more.n == ring.n + 1 && key_ring_find(&more, k.key.name));
	FUZZ_CHECK(!key_ring_retire(buf_str(&out), "input", &k, &retired, &err));
	FUZZ_CHECK(!key_ring_parse(buf_str(&retired), "input", &a, &more, &err));
	FUZZ_CHECK(key_ring_find(&more, k.key.name)->retired);
	FUZZ_CHECK(is_within(buf_str(&retired), buf_str(&out)));
	return 0;
}
