/* SPDX-License-Identifier: MIT
 *
 * nix.conf: any text is read or refused with words, and reading it once more changes no list that
 * it sets whole. Lines that include files are left out: what is read then is not the input. */
#include "fuzz.h"

#include "project/settings.h"

static bool same_words(struct setting_words a, struct setting_words b)
{
	bool same = a.n == b.n;

	FUZZ_CHECK(!a.n == !a.v && (!a.n || !a.v[a.n]));
	for (size_t i = 0; same && i < a.n; i++)
		same = strcmp(a.v[i], b.v[i]) == 0;
	return same;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct settings *s CLEANUP(settings_cleanup) = settings_new(NULL);
	struct settings before;
	struct str text = fuzz_str(p, n);
	ERR(err);

	if (str_find(text, S("include")) >= 0)
		return 0;
	if (settings_parse(s, text, "nix.conf", &err) < 0) {
		FUZZ_CHECK(err.code && err.msg);
		return 0;
	}
	before = *s;
	FUZZ_CHECK(settings_parse(s, text, "nix.conf", &err) == 0);
	FUZZ_CHECK(s->cores == before.cores && s->sandbox == before.sandbox);
	FUZZ_CHECK(str_find(text, S("extra-")) >= 0 || same_words(before.nix_path, s->nix_path));
	return 0;
}
