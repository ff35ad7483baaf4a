/* SPDX-License-Identifier: MIT
 *
 * Licences as people call them. Only what means one thing is here: "BSD" and "GPL" do not. */
#include "sbom/spdx.h"

#include <stdlib.h>

enum { MAX_WORDS = 400 };

/* X(words, what they mean): lower case, without "the", "license", "licence", "version" and signs;
 * sorted. */
#define WORDS(X)                                                                    \
	X("0bsd", "0BSD")                                                           \
	X("2 clause bsd", "BSD-2-Clause")                                           \
	X("3 clause bsd", "BSD-3-Clause")                                           \
	X("apache", "Apache-2.0")                                                   \
	X("apache 2", "Apache-2.0")                                                 \
	X("apache 2 0", "Apache-2.0")                                               \
	X("apache software", "Apache-2.0")                                          \
	X("apache software 2 0", "Apache-2.0")                                      \
	X("apache v2", "Apache-2.0")                                                \
	X("apache v2 0", "Apache-2.0")                                              \
	X("apache2", "Apache-2.0")                                                  \
	X("asl 2 0", "Apache-2.0")                                                  \
	X("boost software", "BSL-1.0")                                              \
	X("boost software 1 0 bsl 1 0", "BSL-1.0")                                  \
	X("bsd 2", "BSD-2-Clause")                                                  \
	X("bsd 2 clause", "BSD-2-Clause")                                           \
	X("bsd 2 clause simplified", "BSD-2-Clause")                                \
	X("bsd 3", "BSD-3-Clause")                                                  \
	X("bsd 3 clause", "BSD-3-Clause")                                           \
	X("bsd 3 clause new or revised", "BSD-3-Clause")                            \
	X("bsd simplified", "BSD-2-Clause")                                         \
	X("cc0 1 0", "CC0-1.0")                                                     \
	X("cc0 1 0 universal cc0 1 0 public domain dedication", "CC0-1.0")          \
	X("eclipse public 2 0 epl 2 0", "EPL-2.0")                                  \
	X("european union public 1 2 eupl 1 2", "EUPL-1.2")                         \
	X("expat", "MIT")                                                           \
	X("freebsd", "BSD-2-Clause")                                                \
	X("gnu affero general public v3", "AGPL-3.0-only")                          \
	X("gnu affero general public v3 or later agplv3+", "AGPL-3.0-or-later")     \
	X("gnu general public v2 gplv2", "GPL-2.0-only")                            \
	X("gnu general public v2 or later gplv2+", "GPL-2.0-or-later")              \
	X("gnu general public v3 gplv3", "GPL-3.0-only")                            \
	X("gnu general public v3 or later gplv3+", "GPL-3.0-or-later")              \
	X("gnu gpl v3 0", "GPL-3.0-only")                                           \
	X("gnu gplv3", "GPL-3.0-only")                                              \
	X("gnu lesser general public v2 1 lgplv2 1", "LGPL-2.1-only")               \
	X("gnu lesser general public v2 1 or later lgplv2 1+", "LGPL-2.1-or-later") \
	X("gnu lesser general public v2 lgplv2", "LGPL-2.0-only")                   \
	X("gnu lesser general public v2 or later lgplv2+", "LGPL-2.0-or-later")     \
	X("gnu lesser general public v3 lgplv3", "LGPL-3.0-only")                   \
	X("gnu lesser general public v3 or later lgplv3+", "LGPL-3.0-or-later")     \
	X("gplv2", "GPL-2.0-only")                                                  \
	X("gplv2+", "GPL-2.0-or-later")                                             \
	X("gplv3", "GPL-3.0-only")                                                  \
	X("gplv3+", "GPL-3.0-or-later")                                             \
	X("historical permission notice and disclaimer hpnd", "HPND")               \
	X("isc", "ISC")                                                             \
	X("isc iscl", "ISC")                                                        \
	X("lgplv2+", "LGPL-2.0-or-later")                                           \
	X("lgplv3", "LGPL-3.0-only")                                                \
	X("lgplv3+", "LGPL-3.0-or-later")                                           \
	X("mit", "MIT")                                                             \
	X("mit mit", "MIT")                                                         \
	X("mit no attribution mit 0", "MIT-0")                                      \
	X("modified bsd", "BSD-3-Clause")                                           \
	X("mozilla public 1 1 mpl 1 1", "MPL-1.1")                                  \
	X("mozilla public 2 0", "MPL-2.0")                                          \
	X("mozilla public 2 0 mpl 2 0", "MPL-2.0")                                  \
	X("mpl 2 0", "MPL-2.0")                                                     \
	X("mplv2", "MPL-2.0")                                                       \
	X("new bsd", "BSD-3-Clause")                                                \
	X("psf", "PSF-2.0")                                                         \
	X("psf 2 0", "PSF-2.0")                                                     \
	X("python software foundation", "PSF-2.0")                                  \
	X("simplified bsd", "BSD-2-Clause")                                         \
	X("unlicense", "Unlicense")                                                 \
	X("unlicense unlicense", "Unlicense")                                       \
	X("w3c", "W3C")                                                             \
	X("zlib", "Zlib")                                                           \
	X("zlib libpng zlib", "Zlib")                                               \
	X("zpl 2 1", "ZPL-2.1")

static const struct words_row {
	const char *words, *id;
} rows[] = {
#define X(words, id) {words, id},
	WORDS(X)
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
