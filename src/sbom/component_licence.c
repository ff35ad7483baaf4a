/* SPDX-License-Identifier: MIT
 *
 * What a Python project's licence is: an expression counts most, then a name, then classifiers.
 * Where these only say "BSD", the text beside them says which. */
#include <stdlib.h>

#include "base/file.h"
#include "py/wheel.h"
#include "sbom/component_int.h"
#include "sbom/spdx.h"

enum { SAID_MAX = 200, TEXT_MAX = 1 << 20, CLAUSES_MAX = 2400 };

static bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

/* One short line. */
static struct str shortened(struct arena *a, struct str words)
{
	struct str s = str_trim(words);
	char *z;

	if (s.n > SAID_MAX) {
		s.n = SAID_MAX;
		/* not within a character */
		while (s.n && ((unsigned char)s.p[s.n] & 0xc0) == 0x80)
			s.n--;
	}
	z = arena_strz(a, s);
	for (size_t i = 0; i < s.n; i++)
		if (is_control(z[i]))
			z[i] = ' ';
	return str_trim(str_n(z, s.n));
}

void component_set_licence(struct arena *a, struct component *c, struct str words)
{
	c->licence = spdx_of_words(a, words);
	c->said = c->licence.n || str_eqz(words, "UNKNOWN") ? S("") : shortened(a, words);
}

/* All of several classifiers: whether one may choose, they do not say. */
static struct str of_classifiers(struct arena *a, struct str list)
{
	struct str rest = list, name, out = S("");

	while (rest.n && str_split(&rest, ',', &name)) {
		struct str one = spdx_of_words(a, name);

		/* It only says that there is another. */
		if (str_eq(str_trim(name), S("OSI Approved")))
			continue;
		if (!one.n)
			return S("");
		out = out.n ? str_c(arena_printf(a, "%.*s AND (%.*s)", STR_ARG(out), STR_ARG(one)))
			    : one;
	}
	return spdx_expression(a, out);
}

/* ---- texts ---- */

/* Lower case, of words alone with a blank between. */
static struct str words_of(struct arena *a, struct str text)
{
	char *out = arena_alloc(a, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i] >= 'A' && text.p[i] <= 'Z' ? (char)(text.p[i] | 32) : text.p[i];

		if (c >= 'a' && c <= 'z')
			out[n++] = c;
		else if (n && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	return str_n(out, n);
}

/* By the clauses that it has; what else is bundled stands further behind. */
static struct str bsd_of(struct arena *a, struct str text)
{
	struct str words = words_of(a, text);
	ptrdiff_t at = str_find(words, S("redistribution and use in source and binary forms"));

	if (at < 0)
		return S("");
	words = str_sub(words, (size_t)at, CLAUSES_MAX);
	if (str_find(words, S("all advertising materials")) >= 0)
		return S("BSD-4-Clause");
	return str_find(words, S("to endorse or promote products")) >= 0 ? S("BSD-3-Clause")
									 : S("BSD-2-Clause");
}

static bool is_licence_file(struct str name)
{
	static const char *const fronts[] = {"LICENSE", "LICENCE", "COPYING"};

	for (size_t i = 0; i < ARRAY_LEN(fronts); i++)
		if (str_starts(name, str_c(fronts[i])))
			return true;
	return false;
}

/* The first of a folder that is one. */
static struct str bsd_in(struct arena *a, const char *dir)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	struct str found = S("");
	ERR(absent);

	if (dir_list(AT_FDCWD, dir, &list, &absent))
		return found;
	for (size_t i = 0; !found.n && i < list.n; i++) {
		char *file CLEANUP_FREE = xasprintf("%s/%s", dir, list.v[i].name);
		BUF(text, TEXT_MAX);
		ERR(unreadable);

		if (is_licence_file(str_c(list.v[i].name)) &&
		    !file_read(AT_FDCWD, file, &text, &unreadable))
			found = bsd_of(a, buf_str(&text));
	}
	return found;
}

static bool says_bsd(const struct wheel_metadata *m)
{
	static const char *const words[] = {"BSD",         "BSD License",
					    "BSD license", "BSD-style",
					    "BSD-like",    "New BSD or Simplified BSD"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eqz(m->license, words[i]))
			return true;
	return !m->license.n && str_eqz(m->classified, "BSD License");
}

void component_licence(struct arena *a, const char *dir, const struct wheel_metadata *m,
		       struct component *c)
{
	char *folder CLEANUP_FREE = xasprintf("%s/licenses", dir);
	struct str of = spdx_expression(a, m->expression);

	if (!of.n)
		of = spdx_of_words(a, m->license);
	if (!of.n && says_bsd(m))
		of = bsd_in(a, folder);
	if (!of.n && says_bsd(m))
		of = bsd_in(a, dir);
	if (!of.n)
		of = of_classifiers(a, m->classified);
	c->licence = of;
	if (!of.n)
		component_set_licence(a, c, m->license.n ? m->license : m->expression);
}
