/* SPDX-License-Identifier: MIT
 *
 * What is kept of a store path, and texts that may hold secrets. What was read prints to what reads
 * the same; a secret lies within its text. */
#include "fuzz.h"

#include "audit/facts.h"
#include "audit/secret.h"
#include "base/buf.h"

static void look(struct str text)
{
	struct secret s;

	for (size_t from = 0; secret_find(text, from, &s); from = s.at + 1)
		FUZZ_CHECK(s.at >= from && s.at < text.n && s.what);
	(void)secret_is_public(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const struct str nar = S("0");
	ARENA(a);
	BUF(text, LIMIT_JSON_TEXT);
	BUF(again, LIMIT_JSON_TEXT);
	struct path_facts f = {0}, g = {0};

	look(fuzz_str(p, n));
	if (!facts_parse(&a, fuzz_str(p, n), nar, &f))
		return 0;
	facts_print(&f, nar, &text);
	FUZZ_CHECK(facts_parse(&a, buf_str(&text), nar, &g));
	facts_print(&g, nar, &again);
	FUZZ_CHECK(str_eq(buf_str(&text), buf_str(&again)));
	path_facts_release(&f);
	path_facts_release(&g);
	return 0;
}
