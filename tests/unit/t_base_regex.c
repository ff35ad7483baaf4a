/* SPDX-License-Identifier: MIT
 *
 * Regular expressions. The answers were asked of libstdc++'s std::regex (through Nix). */
#include "tap.h"

#include "base/regex.h"

enum { MOST = 16 };

/* Groups as "a|-|b", a dash for one that took no part; "no"; or why there is no pattern. */
static const char *match(const char *pattern, const char *text)
{
	static char out[256];
	struct regex_match m[MOST];
	enum regex_status status;
	struct regex *re = regex_new(str_c(pattern), &status);
	size_t n = 0;

	if (!re)
		return status == REGEX_INVALID ? "invalid" : "too big";
	switch (regex_match_whole(re, str_c(text), m)) {
	case REGEX_NO:
		n = (size_t)snprintf(out, sizeof(out), "no");
		break;
	case REGEX_TOO_HARD:
		n = (size_t)snprintf(out, sizeof(out), "too hard");
		break;
	case REGEX_YES:
		out[0] = '\0';
		for (size_t i = 1; i <= regex_groups(re); i++)
			n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%.*s", i > 1 ? "|" : "",
					      m[i].matched ? (int)(m[i].to - m[i].from) : 1,
					      m[i].matched ? text + m[i].from : "-");
		break;
	}
	regex_free(re);
	return out;
}

/* "before<match>before<match>after" */
static const char *split(const char *pattern, const char *text)
{
	static char out[256];
	struct regex_match m[MOST];
	enum regex_status status;
	struct regex *re = regex_new(str_c(pattern), &status);
	struct regex_iter it;
	size_t before, n = 0;

	if (!re)
		return "invalid";
	it = regex_iter_init(re, str_c(text));
	while (regex_iter_next(&it, m, &before) == REGEX_YES)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%.*s<%.*s>",
				      (int)(m[0].from - before), text + before,
				      (int)(m[0].to - m[0].from), text + m[0].from);
	snprintf(out + n, sizeof(out) - n, "%s", text + it.last_to);
	regex_free(re);
	return out;
}

static void test_match(void)
{
	IS_Z(match("ab", "abc"), "no", "all of the text must match");
	IS_Z(match("a(b)(c)", "abc"), "b|c", "groups");
	IS_Z(match("(a)|(b)", "b"), "-|b", "a group that took no part");
	IS_Z(match("[[:space:]]+([[:upper:]]+)[[:space:]]+", "  FOO   "), "FOO", "classes");
	IS_Z(match("(a|ab)(c|bcd)(d*)", "abcd"), "a|bcd|", "alternatives from the left");
	IS_Z(match("((a)|b)*", "ab"), "b|a", "a group keeps what an earlier round left");
	IS_Z(match("(a*)*", "aa"), "", "a round without progress is made once");
	IS_Z(match("(a?){3}", "aa"), "", "intervals are written out");
	IS_Z(match("x{2,3}", "xxxx"), "no", "at most three");
	IS_Z(match("[]a]+", "]a"), "", "a bracket in brackets");
	IS_Z(match("[^]a]", "]"), "no", "... and in a negated set");
	IS_Z(match("[a-]+", "a-"), "", "a dash at the end");
	IS_Z(match("[[:W:]]", "_"), "", "classes by any case, and libstdc++'s own");
	IS_Z(match("[[=a=]]", "A"), "", "equivalents do not mind the case");
	IS_Z(match("[[.hyphen.]]", "-"), "", "characters by name");
	IS_Z(match("^a$", "a"), "", "anchors");
	IS_Z(match("a^b", "ab"), "no", "an anchor in the middle");
	IS_Z(match(".", "\n"), "", "a dot is any byte");
	IS_Z(match("..", "é"), "", "and bytes are no characters");
}

static void test_refused(void)
{
	static const char *const bad[] = {
		"(",   ")",   "*a", "a|*b",   "[a",    "[[:foo:]]", "[b-a]", "[a-b-c]", "[[.-.]]",
		"\\d", "\\]", "a{", "a{2,1}", "a{,2}", "[a-[.c.]]", "a\\",   "[a-\xc3]"};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		IS_Z(match(bad[i], "a"), "invalid", bad[i]);
	IS_Z(match("a{100001}", "a"), "too big", "more states than libstdc++ allows");
}

static void test_split(void)
{
	IS_Z(split("b", "abc"), "a<b>c", "one match");
	IS_Z(split("x", "abc"), "abc", "no match");
	IS_Z(split("", "ab"), "<>a<>b<>", "empty matches between all bytes");
	IS_Z(split("a?(ab)?", "ab"), "<a><>b<>", "greedy from the left, not the longest of all");
	IS_Z(split("a|ab", "ab"), "<ab>", "but the longest of the alternatives");
	IS_Z(split("^a", "aa"), "<a>a", "the beginning is only once");
	IS_Z(split("a*", "baac"), "<>b<aa><>c<>", "an empty match after a match");
}

/* std::regex needs exponential time, or all of the stack. */
static void test_hard(void)
{
	enum { N = 100000 };
	char *text CLEANUP_FREE = xmalloc(N + 2);

	memset(text, 'a', N);
	memcpy(text + N, "b", 2);
	IS_Z(match("(a|aa)*c", text), "no", "a doubly ambiguous loop ends");
	IS_Z(match("a*a*a*a*c", text), "no", "so do loops in a row");
	OK(strcmp(match("(a|b)*", text), "b") == 0, "a long text is no deep stack");
	IS_Z(match("(.*)(.*)(.*)(.*)[xyz]", text), "no", "groups make no difference");
}

int main(void)
{
	test_match();
	test_refused();
	test_split();
	test_hard();
	return tap_done();
}
