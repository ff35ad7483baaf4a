/* SPDX-License-Identifier: MIT
 *
 * A Python script's first lines, as bytes: which interpreter it asks for, and where its first
 * statement is that a line of ours may stand before. The docstring and `from __future__` must stay
 * the first statements, the coding comment must stay in line two (The Python Language Reference,
 * "Lexical analysis" and "Future statements"; PEP 263). */
#include "py/wheel.h"

struct script_scan {
	struct str s;
	size_t at;
};

static bool more(const struct script_scan *c)
{
	return c->at < c->s.n;
}

static char peek(const struct script_scan *c, size_t ahead)
{
	return c->at + ahead < c->s.n ? c->s.p[c->at + ahead] : '\0';
}

static bool is_end(char c)
{
	return c == '\n' || c == '\r';
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || (unsigned char)c >= 0x80;
}

static void skip_end(struct script_scan *c)
{
	if (peek(c, 0) == '\r' && peek(c, 1) == '\n')
		c->at++;
	c->at += more(c);
}

static void skip_comment(struct script_scan *c)
{
	if (peek(c, 0) == '#')
		while (more(c) && !is_end(peek(c, 0)))
			c->at++;
}

/* Blanks within a logical line: also a line end behind a backslash, and, in parentheses, any. */
static void skip_blanks(struct script_scan *c, bool inside)
{
	while (more(c)) {
		char b = peek(c, 0);

		if (b == ' ' || b == '\t' || b == '\f') {
			c->at++;
		} else if (b == '\\' && is_end(peek(c, 1))) {
			c->at++;
			skip_end(c);
		} else if (inside && is_end(b)) {
			skip_end(c);
		} else if (inside && b == '#') {
			skip_comment(c);
		} else {
			return;
		}
	}
}

static bool take_word(struct script_scan *c, struct str word)
{
	struct str rest = str_skip(c->s, c->at);

	if (!str_starts(rest, word) || (rest.n > word.n && is_word(rest.p[word.n])))
		return false;
	c->at += word.n;
	return true;
}

/* One literal that may be (part of) a docstring: bytes and f-strings may not. */
static bool take_string(struct script_scan *c)
{
	char prefix = (char)(peek(c, 0) | 0x20), quote;
	bool triple;

	if (prefix == 'r' || prefix == 'u')
		c->at++;
	quote = peek(c, 0);
	if (quote != '"' && quote != '\'')
		return false;
	triple = peek(c, 1) == quote && peek(c, 2) == quote;
	for (c->at += triple ? 3 : 1; more(c); c->at++) {
		char b = peek(c, 0);

		if (b == '\\')
			c->at += peek(c, 1) == '\r' && peek(c, 2) == '\n' ? 2 : 1;
		else if (!triple && is_end(b))
			return false;
		else if (b == quote && (!triple || (peek(c, 1) == quote && peek(c, 2) == quote))) {
			c->at += triple ? 3 : 1;
			return true;
		}
	}
	return false;
}

/* Literals beside each other, in any number of parentheses. */
static bool take_docstring(struct script_scan *c)
{
	size_t depth = 0;

	for (; peek(c, 0) == '('; depth++) {
		c->at++;
		skip_blanks(c, true);
	}
	if (!take_string(c))
		return false;
	for (;;) {
		struct script_scan before = *c;

		skip_blanks(c, depth > 0);
		if (depth && peek(c, 0) == ')') {
			c->at++;
			depth--;
		} else if (!take_string(c)) {
			*c = before;
			return depth == 0;
		}
	}
}

/* Everything up to the end of the statement; names and commas only, so nothing has to be read. */
static bool take_future(struct script_scan *c)
{
	bool inside = false;

	if (!take_word(c, S("from")))
		return false;
	skip_blanks(c, false);
	if (!take_word(c, S("__future__")))
		return false;
	skip_blanks(c, false);
	if (!take_word(c, S("import")))
		return false;
	for (;;) {
		struct script_scan before = *c;
		char b;

		skip_blanks(c, inside);
		b = peek(c, 0);
		if (!more(c) || (!inside && (is_end(b) || b == ';' || b == '#'))) {
			*c = before;
			return !inside;
		}
		inside = b == '(' || (inside && b != ')');
		c->at++;
	}
}

/* Comments and empty lines ahead of a statement, and a form feed before it. */
static void skip_lines(struct script_scan *c)
{
	while (more(c)) {
		skip_blanks(c, false);
		skip_comment(c);
		if (more(c) && !is_end(peek(c, 0)))
			return;
		skip_end(c);
	}
}

static size_t coding_end(struct str body)
{
	struct script_scan c = {body, 0};
	struct str line;

	skip_blanks(&c, false);
	if (peek(&c, 0) != '#')
		return 0;
	skip_comment(&c);
	line = str_sub(body, 0, c.at);
	skip_end(&c);
	return str_find(line, S("coding:")) >= 0 || str_find(line, S("coding=")) >= 0 ? c.at : 0;
}

struct wheel_prolog wheel_script_prolog(struct str body)
{
	struct wheel_prolog p = {.keep = coding_end(body)};
	struct script_scan c = {body, 0};
	bool first = true;

	p.resume = p.keep;
	skip_lines(&c);
	for (;; first = false) {
		struct script_scan start = c;

		if (!take_future(&c) && (c = start, !first || !take_docstring(&c)))
			return p;
		size_t end = c.at;
		skip_blanks(&c, false);
		bool semicolon = peek(&c, 0) == ';';
		c.at += semicolon;
		skip_blanks(&c, false);
		if (more(&c) && !is_end(peek(&c, 0)) && peek(&c, 0) != '#') {
			/* an operator behind a string makes it no docstring */
			if (!semicolon)
				return p;
			p.keep = end;
			p.resume = c.at;
			continue;
		}
		if (!more(&c)) /* without what a backslash continues */
			return (struct wheel_prolog){end, c.at};
		skip_comment(&c);
		skip_end(&c);
		p.keep = p.resume = c.at;
		skip_lines(&c);
	}
}

/* "python", "pythonw", "python3.13": what is behind python must not make it another program. */
static bool is_interpreter(struct str name)
{
	struct str rest = str_drop_prefix(str_drop_prefix(name, S("python")), S("w"));

	if (!str_starts(name, S("python")))
		return false;
	for (size_t i = 0; i < rest.n; i++)
		if (rest.p[i] != '.' && (rest.p[i] < '0' || rest.p[i] > '9'))
			return false;
	return true;
}

/* The options behind the interpreter, as one word: a shebang has one argument at most. */
static bool join_options(struct arena *a, struct str rest, struct str *out)
{
	char *text = arena_alloc(a, rest.n + 1);
	struct str word;
	size_t n = 0;

	while (rest.n && str_split(&rest, ' ', &word)) {
		if (!word.n)
			continue;
		if (word.n < 2 || word.p[0] != '-' || word.p[1] == '-')
			return false;
		if (!n)
			text[n++] = '-';
		memcpy(text + n, word.p + 1, word.n - 1);
		n += word.n - 1;
	}
	*out = str_n(text, n);
	return true;
}

bool wheel_script_is_python(struct arena *a, struct str line, struct str *options)
{
	struct str rest, word;

	*options = S("");
	if (!str_starts(line, S("#!")))
		return false;
	/* pip's rule: the placeholder is replaced with all that follows it */
	if (str_starts(line, S("#!python")))
		return true;
	rest = str_trim(str_skip(line, 2));
	while (rest.n && str_split(&rest, ' ', &word)) {
		bool env = str_eqz(path_base(word), "env") || str_eqz(word, "-S") || !word.n ||
			   str_chr(word, '=') > 0;

		if (!env)
			return is_interpreter(path_base(word)) && join_options(a, rest, options);
	}
	return false;
}

bool wheel_program_is_interpreter(struct str name)
{
	struct str minor;
	uint64_t n;

	if (str_eqz(name, "python") || str_eqz(name, "python3"))
		return true;
	minor = str_drop_prefix(name, S("python3."));
	return minor.n < name.n && str_to_u64(minor, &n);
}
