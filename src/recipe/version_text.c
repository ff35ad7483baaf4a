/* SPDX-License-Identifier: MIT
 *
 * Reading and ordering versions. */
#include "recipe/version_text.h"

#include "py/version.h"
#include "py/wheel.h"
#include "source/index_page.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

struct str version_of_file(struct arena *a, struct str project, struct str file)
{
	static const char *const ends[] = {".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz"};
	struct wheel_name w;
	ERR(ignored);

	if (str_ends(file, S(".whl")))
		return wheel_name_parse(file, &w, &ignored) ? S("") : w.version;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (str_ends(file, str_c(ends[i])))
			file = str_drop_suffix(file, str_c(ends[i]));
	/* A name may hold dashes, and so may old versions: what comes before is the project's. */
	for (size_t i = 1; i + 1 < file.n; i++)
		if (file.p[i] == '-' && str_eq(index_project_name(a, str_n(file.p, i)), project))
			return str_skip(file, i + 1);
	return S("");
}

bool version_is_commit(struct str ref)
{
	if (ref.n != 40 && ref.n != 64)
		return false;
	for (size_t i = 0; i < ref.n; i++)
		if (!is_digit(ref.p[i]) && !(ref.p[i] >= 'a' && ref.p[i] <= 'f'))
			return false;
	return true;
}

struct str version_of_ref(struct str ref)
{
	if (version_is_commit(ref))
		return S("");
	for (size_t i = 0; i < ref.n; i++) {
		/* The digit of "py3-v1.0" or "lib2/1.0" belongs to the word before it. */
		if (!is_digit(ref.p[i]))
			continue;
		bool in_word = i > 0 && is_letter(ref.p[i - 1]) && i > 1 && is_letter(ref.p[i - 2]);
		size_t end = i;

		while (end < ref.n && is_digit(ref.p[end]))
			end++;
		if (in_word && end < ref.n && ref.p[end] != '.') {
			i = end;
			continue;
		}
		return str_skip(ref, i);
	}
	return S("");
}

/* ---- order ---- */

/* Takes a run of digits or of letters. */
static struct str take_run(struct str *s)
{
	size_t i = 0, from;

	while (i < s->n && !is_digit(s->p[i]) && !is_letter(s->p[i]))
		i++;
	from = i;
	if (i < s->n && is_digit(s->p[i]))
		while (i < s->n && is_digit(s->p[i]))
			i++;
	else
		while (i < s->n && is_letter(s->p[i]))
			i++;
	struct str run = str_sub(*s, from, i - from);
	*s = str_skip(*s, i);
	return run;
}

static int number_cmp(struct str a, struct str b)
{
	while (a.n && a.p[0] == '0')
		a = str_skip(a, 1);
	while (b.n && b.p[0] == '0')
		b = str_skip(b, 1);
	return a.n != b.n ? (a.n > b.n ? 1 : -1) : str_cmp(a, b);
}

static bool is_pre_word(struct str w)
{
	static const char *const words[] = {
		"a",   "alpha",   "b",        "beta",   "c",    "rc",       "pre",   "preview",
		"dev", "nightly", "snapshot", "canary", "test", "unstable", "draft", "ea"};
	char low[16];

	if (!w.n || w.n >= sizeof(low))
		return false;
	for (size_t i = 0; i < w.n; i++)
		low[i] = (char)(w.p[i] | 0x20);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eqz(str_n(low, w.n), words[i]))
			return true;
	return false;
}

/* An end is behind a pre-release's word, and before everything else. */
static int end_cmp(struct str other)
{
	return other.n && is_pre_word(other) ? 1 : -1;
}

static int pieces_cmp(struct str a, struct str b)
{
	for (;;) {
		struct str x = take_run(&a), y = take_run(&b);
		int c;

		if (!x.n && !y.n)
			return 0;
		if (!x.n)
			return end_cmp(y);
		if (!y.n)
			return -end_cmp(x);
		if (is_digit(x.p[0]) != is_digit(y.p[0]))
			return is_digit(x.p[0]) ? 1 : -1;
		c = is_digit(x.p[0]) ? number_cmp(x, y) : str_cmp(x, y);
		if (c)
			return c;
	}
}

int version_text_cmp(struct str a, struct str b)
{
	struct pep440 x, y;
	ARENA(mem);
	ERR(ignored);

	if (!pep440_parse(&mem, a, &x, &ignored) && !pep440_parse(&mem, b, &y, &ignored))
		return pep440_cmp(&x, &y);
	return pieces_cmp(a, b);
}

bool version_text_is_pre(struct str v)
{
	struct pep440 x;
	ARENA(mem);
	ERR(ignored);

	if (!pep440_parse(&mem, v, &x, &ignored))
		return pep440_is_pre(&x);
	while (v.n) {
		struct str run = take_run(&v);

		if (is_pre_word(run))
			return true;
	}
	return false;
}

/* ---- in a text ---- */

static bool stands_alone(struct str s, size_t at, size_t n)
{
	char before = at ? s.p[at - 1] : ' ', first = s.p[at];
	char after = at + n < s.n ? s.p[at + n] : ' ', last = s.p[at + n - 1];

	if (is_digit(first) &&
	    (is_digit(before) || (before == '.' && at > 1 && is_digit(s.p[at - 2]))))
		return false;
	if (is_letter(first) && (is_letter(before) || is_digit(before)))
		return false;
	if (is_digit(after) || (is_letter(after) && is_letter(last)))
		return false;
	/* 1.2 is no version of 1.2.3, nor of 1.2rc1; of 1.2.tar.gz it is. */
	if (after == '.' && at + n + 1 < s.n && is_digit(s.p[at + n + 1]))
		return false;
	if (is_letter(after)) {
		struct str rest = str_skip(s, at + n), word = take_run(&rest);

		return !is_pre_word(word) && !str_eqz(word, "post");
	}
	return true;
}

ptrdiff_t version_text_find(struct str s, struct str needle, size_t from)
{
	while (needle.n && from + needle.n <= s.n) {
		ptrdiff_t at = str_find(str_skip(s, from), needle);

		if (at < 0)
			return -1;
		if (stands_alone(s, from + (size_t)at, needle.n))
			return (ptrdiff_t)from + at;
		from += (size_t)at + 1;
	}
	return -1;
}
