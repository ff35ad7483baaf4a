/* SPDX-License-Identifier: MIT
 *
 * A text is looked through once: the first two bytes of a row's prefix lead to it, and what follows
 * must be as long and as mixed as its maker's are. A private key counts with its body alone, which
 * programs that only know the format have not. */
#include "audit/secret.h"

enum charset { ALNUM, WORD, HEX, UPPER, BASE64, CHARSETS };

/* What must follow a prefix. */
struct secret_form {
	struct str prefix;
	enum charset set;
	unsigned min, max; /* how many of these */
	const char *has;   /* and this is among them, or NULL */
	const char *what;
};

static const struct secret_form tokens[] = {
	{S("AKIA"), UPPER, 16, 16, NULL, "an AWS access key"},
	{S("ASIA"), UPPER, 16, 16, NULL, "an AWS access key"},
	{S("ghp_"), ALNUM, 36, 36, NULL, "a GitHub token"},
	{S("gho_"), ALNUM, 36, 36, NULL, "a GitHub token"},
	{S("ghu_"), ALNUM, 36, 36, NULL, "a GitHub token"},
	{S("ghs_"), ALNUM, 36, 36, NULL, "a GitHub token"},
	{S("ghr_"), ALNUM, 36, 76, NULL, "a GitHub token"},
	{S("github_pat_"), WORD, 82, 82, NULL, "a GitHub token"},
	{S("glpat-"), WORD, 20, 64, NULL, "a GitLab token"},
	{S("hf_"), ALNUM, 34, 34, NULL, "a Hugging Face token"},
	{S("sk-proj-"), WORD, 40, 200, "T3BlbkFJ", "an OpenAI key"},
	{S("sk-"), ALNUM, 48, 48, "T3BlbkFJ", "an OpenAI key"},
	{S("sk-ant-api03-"), WORD, 95, 95, NULL, "an Anthropic key"},
	{S("sk_live_"), ALNUM, 24, 99, NULL, "a Stripe key"},
	{S("rk_live_"), ALNUM, 24, 99, NULL, "a Stripe key"},
	{S("xoxb-"), WORD, 40, 80, NULL, "a Slack token"},
	{S("xoxp-"), WORD, 40, 80, NULL, "a Slack token"},
	{S("npm_"), ALNUM, 36, 36, NULL, "an npm token"},
	{S("pypi-AgEIc"), WORD, 60, 400, NULL, "a token of a Python index"},
	{S("dckr_pat_"), WORD, 27, 27, NULL, "a Docker token"},
	{S("AGE-SECRET-KEY-1"), UPPER, 58, 58, NULL, "an age key"},
	{S("r8_"), ALNUM, 37, 37, NULL, "a Replicate token"},
	/* "-----BEGIN … PRIVATE KEY" in base 64, as clusters' configurations have it; certificates
	 * begin otherwise */
	{S("LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0t"), BASE64, 160, 16000, NULL, "a private key"},
	{S("LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVkt"), BASE64, 160, 16000, NULL, "a private key"},
	{S("LS0tLS1CRUdJTiBFQyBQUklWQVRFIEtFWS0t"), BASE64, 160, 16000, NULL, "a private key"},
	{S("LS0tLS1CRUdJTiBPUEVOU1NIIFBSSVZBVEUgS0VZ"), BASE64, 160, 16000, NULL, "a private key"},
};

static bool in_set(enum charset set, char c)
{
	bool digit = c >= '0' && c <= '9', upper = c >= 'A' && c <= 'Z',
	     lower = c >= 'a' && c <= 'z';

	switch (set) {
	case UPPER:
		return digit || upper;
	case HEX:
		return digit || (c >= 'a' && c <= 'f');
	case WORD:
		return digit || upper || lower || c == '_' || c == '-';
	case BASE64:
		return digit || upper || lower || c == '+' || c == '/' || c == '=';
	default:
		return digit || upper || lower;
	}
}

/* Keys are random: many different letters, and no word like EXAMPLE. */
static bool is_random(struct str s)
{
	static const struct str words[] = {S("EXAMPLE"), S("example"), S("xxxx"),   S("XXXX"),
					   S("1234567"), S("abcdefg"), S("ABCDEFG")};
	bool seen[256] = {false};
	unsigned different = 0;

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_find(s, words[i]) >= 0)
			return false;
	for (size_t i = 0; i < s.n; i++) {
		different += !seen[(unsigned char)s.p[i]];
		seen[(unsigned char)s.p[i]] = true;
	}
	return different >= MIN(s.n / 2, 12);
}

/* A token begins where no word goes on, and ends so. */
static bool is_token(struct str text, size_t at, const struct secret_form *t)
{
	size_t begin = at + t->prefix.n, end = begin;

	if (at && in_set(WORD, text.p[at - 1]))
		return false;
	while (end < text.n && end - begin <= t->max && in_set(t->set, text.p[end]))
		end++;
	struct str body = str_sub(text, begin, end - begin);
	if (body.n < t->min || body.n > t->max ||
	    (end < text.n && in_set(WORD, text.p[end]) && t->set != WORD))
		return false;
	return is_random(body) && (!t->has || str_find(body, str_c(t->has)) >= 0);
}

/* "-----BEGIN EC PRIVATE KEY-----", and behind it lines of base 64; line ends may be written as
 * "\n", as JSON has them, and headers of old keys stand before. */
static bool is_private_key(struct str text, size_t at)
{
	enum { HEAD_MAX = 48, BODY_MIN = 64, LOOKED_AT = 600 };
	struct str rest = str_sub(text, at, LOOKED_AT);
	ptrdiff_t end = str_find(rest, S(" KEY-----"));
	unsigned body = 0;
	bool seen[256] = {false};
	unsigned different = 0;

	if (end < 0 || end > HEAD_MAX || str_find(str_sub(rest, 0, (size_t)end), S("PRIVATE")) < 0)
		return false;
	rest = str_skip(rest, (size_t)end + 9);
	if (str_starts(rest, S(" BLOCK")))
		rest = str_skip(rest, 11);
	for (size_t i = 0; i < rest.n && body < BODY_MIN; i++) {
		char c = rest.p[i];

		if (c == '\\' && i + 1 < rest.n && strchr("nr", rest.p[i + 1])) {
			i++;
		} else if (in_set(BASE64, c)) {
			body++;
			different += !seen[(unsigned char)c];
			seen[(unsigned char)c] = true;
		} else if (c == ':' || c == ',' || c == '-') {
			body = 0; /* "Proc-Type: 4,ENCRYPTED" */
		} else if (!strchr(" \t\r\n\"'+", c)) {
			return false;
		}
	}
	return body >= BODY_MIN && different >= 20;
}

/* "NAME:BASE64" of 64 bytes, alone in its file: signs a binary cache. */
static bool is_signing_key(struct str text)
{
	enum { ENCODED = 88 };
	struct str name, key;

	text = str_trim(text);
	if (text.n > 300 || !str_cut(text, ':', &name, &key) || !name.n || key.n != ENCODED ||
	    !str_ends(key, S("==")))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!in_set(WORD, name.p[i]) && name.p[i] != '.')
			return false;
	for (size_t i = 0; i < key.n; i++)
		if (!in_set(BASE64, key.p[i]))
			return false;
	return is_random(key);
}

static const char *begins_here(struct str text, size_t at)
{
	struct str rest = str_skip(text, at);

	if (str_starts(rest, S("-----BEGIN ")))
		return is_private_key(text, at) ? "a private key" : NULL;
	if (str_starts(rest, S("PuTTY-User-Key-File-")))
		return str_find(rest, S("Private-Lines:")) >= 0 ? "a private key" : NULL;
	for (size_t i = 0; i < ARRAY_LEN(tokens); i++)
		if (str_starts(rest, tokens[i].prefix) && is_token(text, at, &tokens[i]))
			return tokens[i].what;
	return NULL;
}

bool secret_find(struct str text, size_t from, struct secret *out)
{
	bool first[256] = {['-'] = true, ['P'] = true};

	for (size_t i = 0; i < ARRAY_LEN(tokens); i++)
		first[(unsigned char)tokens[i].prefix.p[0]] = true;
	if (!from && is_signing_key(text)) {
		*out = (struct secret){"a key that signs packages", 0};
		return true;
	}
	for (size_t i = from; i + 8 < text.n; i++) {
		/* Most bytes are no beginning, or stand within a word. */
		if (!first[(unsigned char)text.p[i]] ||
		    (i && text.p[i] != '-' && in_set(ALNUM, text.p[i - 1])))
			continue;
		const char *what = begins_here(text, i);
		if (what) {
			*out = (struct secret){what, i};
			return true;
		}
	}
	return false;
}

bool secret_is_public(struct str file)
{
	static const struct str folders[] = {
		S("test"),      S("tests"),   S("testing"),  S("testdata"),
		S("test_data"), S("example"), S("examples"), S("fixtures"),
		S("doc"),       S("docs"),    S("demos"),    S("samples"),
	};
	struct str rest = file, piece;

	while (str_split(&rest, '/', &piece)) {
		for (size_t i = 0; i < ARRAY_LEN(folders); i++)
			if (rest.p && str_eq(piece, folders[i]))
				return true;
		if (!rest.p && (str_starts(piece, S("test_")) || str_starts(piece, S("testing")) ||
				str_ends(piece, S("_test.py")) || str_eqz(piece, "conftest.py")))
			return true;
	}
	return false;
}

size_t secret_line(struct str text, size_t at)
{
	size_t line = 1;

	for (size_t i = 0; i < MIN(at, text.n); i++)
		line += text.p[i] == '\n';
	return line;
}
