/* SPDX-License-Identifier: MIT
 *
 * Licences as people call them. Only what means one thing is here: "BSD" and "GPL" do not. */
#include "sbom/spdx.h"

#include <stdlib.h>

enum { MAX_WORDS = 400 };

static const struct words_row {
	const char *words, *id;
} rows[] = {
#define X(words, id) {words, id},
#include "sbom/spdx_words.def"
#undef X
};

static int by_words(const void *key, const void *row)
{
	return strcmp(key, ((const struct words_row *)row)->words);
}

static bool is_filler(const char *word)
{
	static const char *const fillers[] = {"the", "license", "licence", "version", "licensed"};

	for (size_t i = 0; i < ARRAY_LEN(fillers); i++)
		if (strcmp(word, fillers[i]) == 0)
			return true;
	return false;
}

/* Lower case words with a blank between, without what tells nothing. */
static const char *plain(struct arena *a, struct str text)
{
	char *out = arena_alloc(a, text.n + 2), *end = out;

	for (size_t i = 0; i < text.n;) {
		char *word = end;

		for (; i < text.n; i++) {
			char c = text.p[i] >= 'A' && text.p[i] <= 'Z' ? (char)(text.p[i] | 32)
								      : text.p[i];

			if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '+')
				break;
			*end++ = c;
		}
		*end = '\0';
		if (is_filler(word))
			end = word;
		else if (end > word)
			*end++ = ' ';
		i++;
	}
	while (end > out && end[-1] == ' ')
		end--;
	*end = '\0';
	return out;
}

static struct str of_name(struct arena *a, struct str text)
{
	const char *words = plain(a, text);
	const struct words_row *row =
		bsearch(words, rows, ARRAY_LEN(rows), sizeof(rows[0]), by_words);

	return row ? str_c(row->id) : S("");
}

/* "MIT/Apache-2.0", as Rust's crates used to say it. */
static struct str of_choice(struct arena *a, struct str text)
{
	struct str rest = text, part, out = S("");

	while (rest.p && str_split(&rest, '/', &part)) {
		struct str one = spdx_expression(a, part);

		if (!one.n)
			one = of_name(a, part);
		if (!one.n)
			return S("");
		out = out.n ? str_c(arena_printf(a, "%.*s OR %.*s", STR_ARG(out), STR_ARG(one)))
			    : one;
	}
	return spdx_expression(a, out);
}

struct str spdx_of_words(struct arena *a, struct str words)
{
	struct str text = str_trim(words), out;

	if (!text.n || text.n > MAX_WORDS)
		return S("");
	if (str_starts(text, S("License :: ")))
		text = str_trim(str_skip(text, (size_t)(str_rchr(text, ':') + 1)));
	out = spdx_expression(a, text);
	if (!out.n)
		out = of_name(a, text);
	if (!out.n && str_chr(text, '/') > 0)
		out = of_choice(a, text);
	return out;
}
