/* SPDX-License-Identifier: MIT
 *
 * Lists of words: of command lines, of variables, of response files. */
#include "wrapper.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NESTING = 20 };

void die(const char *fmt, ...)
{
	va_list ap;

	fputs("cc-wrapper: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

const char *text(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		die("out of memory");
	va_end(ap);
	return s;
}

bool starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

bool ends(const char *s, const char *with)
{
	size_t n = strlen(s), m = strlen(with);

	return n >= m && strcmp(s + n - m, with) == 0;
}

void words_add(struct words *to, const char *word)
{
	if (to->n == to->cap) {
		to->cap = to->cap ? to->cap * 2 : 64;
		to->v = realloc(to->v, to->cap * sizeof(*to->v));
		if (!to->v)
			die("out of memory");
	}
	to->v[to->n++] = word;
}

void words_add_all(struct words *to, const struct words *from)
{
	for (size_t i = 0; i < from->n; i++)
		words_add(to, from->v[i]);
}

bool words_has(const struct words *in, const char *word)
{
	for (size_t i = 0; i < in->n; i++)
		if (strcmp(in->v[i], word) == 0)
			return true;
	return false;
}

void words_split(struct words *to, const char *s)
{
	static const char blanks[] = " \t\n";

	for (s += strspn(s, blanks); *s; s += strspn(s, blanks)) {
		size_t n = strcspn(s, blanks);

		words_add(to, text("%.*s", (int)n, s));
		s += n;
	}
}

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "re");
	char *s = NULL;
	size_t n = 0, cap = 0;

	if (!f)
		return NULL;
	do {
		if (cap - n < 4096) {
			cap = cap ? cap * 2 : 16384;
			s = realloc(s, cap);
			if (!s)
				die("out of memory");
		}
		n += fread(s + n, 1, cap - n - 1, f);
	} while (!feof(f) && !ferror(f));
	fclose(f);
	s[n] = '\0';
	return s;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

/* Takes one word off *s, in place; NULL at the end. */
static char *take_word(char **s)
{
	char *from = *s, *to, *word, quote = '\0';

	while (is_blank(*from))
		from++;
	if (!*from)
		return NULL;
	for (to = word = from; *from && (quote || !is_blank(*from)); from++) {
		if (*from == '\\' && from[1] && quote != '\'')
			*to++ = *++from;
		else if (quote ? *from == quote : *from == '\'' || *from == '"')
			quote = quote ? '\0' : *from;
		else
			*to++ = *from;
	}
	*s = *from ? from + 1 : from;
	*to = '\0';
	return word;
}

static void expand(struct words *to, const char *word, int depth)
{
	char *s = word[0] == '@' ? read_file(word + 1) : NULL;

	if (!s) {
		words_add(to, word);
		return;
	}
	if (depth == MAX_NESTING)
		die("'%s': response files name each other without end", word);
	while ((word = take_word(&s)))
		expand(to, word, depth + 1);
}

void words_expand(struct words *to, const char *word)
{
	expand(to, word, 0);
}

void read_arguments(char **argv, words_reader *reader, void *ctx, struct words *to)
{
	struct words plain = {0};

	for (size_t i = 1; argv[i]; i++) {
		struct words inside = {0}, keep = {0};

		if (argv[i][0] != '@') {
			words_add(&plain, argv[i]);
			continue;
		}
		reader(ctx, &plain, to);
		plain.n = 0;
		words_expand(&inside, argv[i]);
		if (reader(ctx, &inside, &keep))
			words_add(to, argv[i]);
		else
			words_add_all(to, &keep);
	}
	reader(ctx, &plain, to);
}
