/* SPDX-License-Identifier: MIT
 *
 * Reading what a script says of its interpreter. */
#include "cli/shell_script.h"

#include <stdlib.h>
#include "base/file.h"

/* ---- words ---- */

struct word_reader {
	struct str rest;
	struct buf word;
	bool begun; /* "" is a word, too */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static errint read_quoted(struct word_reader *r, char quote, struct err *err)
{
	r->begun = true;
	for (size_t i = 1; i < r->rest.n; i++) {
		char c = r->rest.p[i];

		if (c == quote) {
			r->rest = str_skip(r->rest, i + 1);
			return 0;
		}
		if (quote == '"' && c == '\\' && i + 1 < r->rest.n &&
		    strchr("\"\\$`", r->rest.p[i + 1]))
			c = r->rest.p[++i];
		buf_putc(&r->word, c);
	}
	return err_set(err, ERR_USAGE, "a quote does not end");
}

static errint read_word(struct word_reader *r, struct err *err)
{
	while (r->rest.n && !is_blank(*r->rest.p)) {
		char c = *r->rest.p;

		if (c == '\'' || c == '"') {
			errint rc = read_quoted(r, c, err);

			if (rc)
				return rc;
			continue;
		}
		if (c == '\\' && r->rest.n > 1) {
			r->rest = str_skip(r->rest, 1);
			c = *r->rest.p;
		}
		buf_putc(&r->word, c);
		r->begun = true;
		r->rest = str_skip(r->rest, 1);
	}
	return 0;
}

errint shell_words(struct arena *a, struct str line, const char ***out, size_t *n, struct err *err)
{
	const char **v = ARENA_ARRAY(a, const char *, line.n / 2 + 2);
	size_t found = 0;

	for (struct word_reader r = {.rest = line}; r.rest.n;) {
		BUF(word, LIMIT_SMALL_FILE);

		while (r.rest.n && is_blank(*r.rest.p))
			r.rest = str_skip(r.rest, 1);
		r.word = word;
		r.begun = false;
		errint rc = read_word(&r, err);
		word = r.word;
		if (!rc)
			rc = buf_check(&word, "word", err);
		if (rc)
			return rc;
		if (r.begun)
			v[found++] = arena_strz(a, buf_str(&word));
	}
	*out = v;
	*n = found;
	return 0;
}

/* ---- the script ---- */

enum { LINES_MAX = 1000 };

/* "#! nix-shell WORD…": what follows the name. */
static bool is_instruction(struct str line, struct str *words)
{
	if (!str_starts(line, S("#!")))
		return false;
	line = str_skip(line, 2);
	while (line.n && is_blank(*line.p))
		line = str_skip(line, 1);
	if (!str_starts(line, S("nix-shell")) || line.n < 10 || !is_blank(line.p[9]))
		return false;
	*words = str_skip(line, 10);
	return true;
}

static errint read_instructions(struct arena *a, struct str text, const char ***out, size_t *n,
				struct err *err)
{
	const char **all = NULL;
	struct str line, words;
	size_t n_all = 0;

	str_split(&text, '\n', &line);
	for (unsigned i = 0; i < LINES_MAX && str_split(&text, '\n', &line); i++) {
		const char **more, **both;
		size_t n_more;

		if (!is_instruction(line, &words))
			continue;
		errint rc = shell_words(a, words, &more, &n_more, err);
		if (rc)
			return rc;
		both = ARENA_ARRAY(a, const char *, n_all + n_more + 1);
		if (n_all)
			memcpy(both, all, n_all * sizeof(*both));
		if (n_more)
			memcpy(both + n_all, more, n_more * sizeof(*both));
		all = both;
		n_all += n_more;
	}
	*out = all;
	*n = n_all;
	return 0;
}

errint shell_script_read(struct arena *a, int *argc, char ***argv, struct shell_script *out,
			 struct err *err)
{
	BUF(text, LIMIT_NIX_SOURCE);
	char **given = *argv, **line;
	const char **words;
	size_t n;
	ERR(none);

	*out = (struct shell_script){0};
	if (*argc < 2 || given[1][0] == '-' || file_read(AT_FDCWD, given[1], &text, &none) ||
	    !str_starts(buf_str(&text), S("#!")))
		return 0;
	errint rc = read_instructions(a, buf_str(&text), &words, &n, err);
	if (rc)
		return err_wrap(err, "script '%s'", given[1]);
	line = ARENA_ARRAY(a, char *, n + 2);
	line[0] = given[0];
	for (size_t i = 0; i < n; i++)
		line[i + 1] = (char *)words[i];
	*out = (struct shell_script){.file = given[1], .args = given + 2};
	*argc = (int)n + 1;
	*argv = line;
	return 0;
}
