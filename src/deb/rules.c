/* SPDX-License-Identifier: MIT
 *
 * Parsing of relocation rules. */
#include "deb/rules.h"

#include <fnmatch.h>
#include <stdlib.h>

#include "base/buf.h"

static const struct verb_info {
	const char *word;
	size_t args;
} verbs[] = {
#define X(id, word, args) {word, args},
	DEB_VERBS(X)
#undef X
};

const char *deb_verb_word(enum deb_verb v)
{
	return verbs[v].word;
}

static bool verb_find(struct str word, enum deb_verb *out)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (!str_eqz(word, verbs[i].word))
			continue;
		*out = (enum deb_verb)i;
		return true;
	}
	return false;
}

static bool unescape_one(char c, char *out)
{
	switch (c) {
	case 'n':
		*out = '\n';
		return true;
	case 't':
		*out = '\t';
		return true;
	case '0':
		*out = '\0';
		return true;
	case '\\':
		*out = '\\';
		return true;
	default:
		return false;
	}
}

/* The argument with its escapes and @out@ replaced; false on a bad escape. */
static bool expand(struct arena *a, struct str word, struct str out_path, struct str *out)
{
	static const struct str mark = {"@out@", 5};
	BUF(b, LIMIT_DRV_FILE);

	while (word.n) {
		char c;

		if (str_starts(word, mark)) {
			buf_puts(&b, out_path);
			word = str_skip(word, mark.n);
			continue;
		}
		if (word.p[0] != '\\') {
			buf_putc(&b, word.p[0]);
			word = str_skip(word, 1);
			continue;
		}
		if (word.n < 2 || !unescape_one(word.p[1], &c))
			return false;
		buf_putc(&b, c);
		word = str_skip(word, 2);
	}
	*out = arena_str(a, buf_str(&b));
	return true;
}

static errint parse_line(struct arena *a, struct str line, struct str out_path, struct deb_rule *r,
			 struct err *err)
{
	struct str word, rest = line;
	size_t given = 0;

	if (!str_split(&rest, '\t', &word) || !verb_find(word, &r->verb))
		return err_set(err, ERR_CORRUPT, "relocation rule %u: unknown verb '%.*s'", r->line,
			       STR_ARG(word));
	for (; str_split(&rest, '\t', &word); given++)
		if (given < DEB_RULE_ARGS && !expand(a, word, out_path, &r->arg[given]))
			return err_set(err, ERR_CORRUPT, "relocation rule %u: bad escape in '%.*s'",
				       r->line, STR_ARG(word));
	if (given != verbs[r->verb].args)
		return err_set(err, ERR_CORRUPT,
			       "relocation rule %u: '%s' takes %zu words, not %zu", r->line,
			       verbs[r->verb].word, verbs[r->verb].args, given);
	return 0;
}

errint deb_rules_parse(struct arena *a, struct str text, struct str out_path, struct deb_rules *out,
		       struct err *err)
{
	struct deb_rule *v CLEANUP_FREE = NULL;
	size_t n = 0, cap = 0;
	unsigned line_no = 0;
	struct str line;
	errint rc;

	while (str_split(&text, '\n', &line)) {
		line_no++;
		if (!line.n)
			continue;
		ARRAY_GROW(v, n, cap);
		v[n] = (struct deb_rule){.line = line_no};
		rc = parse_line(a, line, out_path, &v[n], err);
		if (rc)
			return rc;
		n++;
	}
	out->v = ARENA_ARRAY(a, struct deb_rule, n);
	out->n = n;
	if (n)
		memcpy(out->v, v, n * sizeof(*v));
	return 0;
}

bool deb_glob_match(struct str glob, struct str path)
{
	char *g CLEANUP_FREE = str_dupz(glob);
	char *p CLEANUP_FREE = str_dupz(path);

	return fnmatch(g, p, FNM_PATHNAME) == 0;
}

const struct deb_rule *deb_rules_match(const struct deb_rules *r, enum deb_verb verb,
				       struct str path)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].verb == verb && deb_glob_match(r->v[i].arg[0], path))
			return &r->v[i];
	return NULL;
}
