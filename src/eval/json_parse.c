/* SPDX-License-Identifier: MIT
 *
 * The fast JSON parser. It goes over the text once, with a stack of its own, so that depth costs
 * memory only; finished values wait on a stack until the array or object that holds them ends, and
 * then go to the heap as one block. On anything unusual it hands the position to json_fail(). */
#include "eval/json.h"

#include <math.h>
#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include "eval/builtin_int.h"

struct item {
	struct value v;
	sym_t key; /* in an object */
};

struct container {
	bool object;
	size_t first; /* index of its first item */
	sym_t key;    /* of the value under way */
};

/* Objects of one text have the same keys again and again. */
struct known_key {
	struct str name; /* as it stands in the text, without escapes */
	sym_t sym;
};

struct json_parser {
	struct eval *E;
	struct str text;
	const char *p, *end;
	struct item *items;
	size_t n_items, cap_items;
	struct container *open;
	size_t n_open, cap_open;
	struct known_key keys[64];
};

static void parser_release(struct json_parser *j)
{
	free(j->items);
	free(j->open);
}

static errint bad(struct json_parser *j, const char *p, const char *what, enum json_token expected)
{
	return json_fail(j->E, j->text, p, what, expected);
}

static void skip_blanks(struct json_parser *j)
{
	while (j->p < j->end && (*j->p == ' ' || *j->p == '\n' || *j->p == '\r' || *j->p == '\t'))
		j->p++;
}

static void push(struct json_parser *j, struct value v)
{
	ARRAY_GROW(j->items, j->n_items, j->cap_items);
	j->items[j->n_items++] = (struct item){v, j->n_open ? j->open[j->n_open - 1].key : 0};
}

/* ---- strings ---- */

/* The bytes that stand for themselves in a string: all but quotes, backslashes, control characters
 * and what is not ASCII. */
static const char *skip_plain(const char *p, const char *end)
{
#ifdef __SSE2__
	const __m128i quotes = _mm_set1_epi8('"'), slashes = _mm_set1_epi8('\\');
	const __m128i least = _mm_set1_epi8(0x20);

	for (; end - p >= 16; p += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)p);
		/* what is not ASCII is negative */
		__m128i other = _mm_or_si128(
			_mm_cmplt_epi8(x, least),
			_mm_or_si128(_mm_cmpeq_epi8(x, quotes), _mm_cmpeq_epi8(x, slashes)));
		int mask = _mm_movemask_epi8(other);

		if (mask)
			return p + __builtin_ctz((unsigned)mask);
	}
#endif
	const uint64_t ones = 0x0101010101010101, high = 0x8080808080808080;

	while (end - p >= 8) {
		uint64_t w, quote, slash;

		memcpy(&w, p, 8);
		quote = w ^ (ones * '"');
		slash = w ^ (ones * '\\');
		if (((w - ones * 0x20) | (quote - ones) | (slash - ones) | w) & high)
			break;
		p += 8;
	}
	while (p < end && (unsigned char)*p >= 0x20 && (unsigned char)*p < 0x80 && *p != '"' &&
	       *p != '\\')
		p++;
	return p;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Four digits behind "\u", or -1. */
static int32_t hex_unit(const char *p, const char *end)
{
	int32_t unit = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int d = hex_digit(p[i]);

		if (d < 0)
			return -1;
		unit = unit << 4 | d;
	}
	return unit;
}

static char *put_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		*to++ = (char)c;
	} else if (c < 0x800) {
		*to++ = (char)(0xc0 | c >> 6);
		*to++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*to++ = (char)(0xe0 | c >> 12);
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	} else {
		*to++ = (char)(0xf0 | c >> 18);
		*to++ = (char)(0x80 | (c >> 12 & 0x3f));
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	}
	return to;
}

/* A "\uXXXX" or a pair of them; *p stands behind the 'u' and is moved on. */
static char *unescape_unicode(const char **p, const char *end, char *to)
{
	int32_t unit = hex_unit(*p, end), low;

	if (unit < 0 || (unit >= 0xdc00 && unit <= 0xdfff))
		return NULL;
	*p += 4;
	if (unit < 0xd800 || unit > 0xdfff)
		return put_utf8(to, (uint32_t)unit);
	if (end - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u')
		return NULL;
	low = hex_unit(*p + 2, end);
	if (low < 0xdc00 || low > 0xdfff)
		return NULL;
	*p += 6;
	return put_utf8(to, 0x10000 + ((uint32_t)(unit - 0xd800) << 10) + (uint32_t)(low - 0xdc00));
}

static char *unescape(const char **p, const char *end, char *to)
{
	static const char letters[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
	const char *letter;
	char c;

	if (*p == end)
		return NULL;
	c = *(*p)++;
	if (c == 'u')
		return unescape_unicode(p, end, to);
	letter = c ? strchr(letters, c) : NULL;
	if (!letter)
		return NULL;
	*to++ = bytes[letter - letters];
	return to;
}

/* The rest of a string from its first escape on; the text is never shorter than its meaning. */
static errint parse_escaped(struct json_parser *j, const char *start, const char *from,
			    const char *what, enum json_token expected, struct str *out)
{
	const char *p = from, *close = from, *broken;
	char *bytes, *to;

	while (close < j->end && *close != '"')
		close += 1 + (*close == '\\' && close + 1 < j->end);
	bytes = heap_alloc(j->E, (size_t)(close - start) + 1);
	to = mempcpy(bytes, start, (size_t)(from - start));
	for (;;) {
		const char *plain = skip_plain(p, j->end);

		to = mempcpy(to, p, (size_t)(plain - p));
		p = plain;
		if (p < j->end && *p == '"')
			break;
		if (p == j->end || (unsigned char)*p < 0x20)
			return bad(j, start - 1, what, expected);
		if (*p == '\\') {
			p++;
			to = unescape(&p, j->end, to);
			if (!to)
				return bad(j, start - 1, what, expected);
		} else {
			size_t n = utf8_sequence(p, j->end, &broken);

			if (!n)
				return bad(j, start - 1, what, expected);
			to = mempcpy(to, p, n);
			p += n;
		}
	}
	j->p = p + 1;
	*out = str_n(bytes, (size_t)(to - bytes));
	return 0;
}

static errint check_no_nul(struct json_parser *j, struct str s)
{
	BUF(b, LIMIT_ERR_TEXT);

	if (!s.n || !memchr(s.p, 0, s.n))
		return 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i])
			buf_putc(&b, s.p[i]);
		else
			buf_putz(&b, "␀");
	}
	return eval_fail(
		j->E, 0,
		"input string '%s' cannot be represented as Nix string because it contains "
		"null bytes",
		buf_z(&b));
}

/* j->p is at the opening quote. */
static errint parse_string(struct json_parser *j, const char *what, enum json_token expected,
			   struct str *out)
{
	const char *start = j->p + 1, *p = start, *broken;

	for (;;) {
		size_t n;

		p = skip_plain(p, j->end);
		if (p < j->end && *p == '"') {
			*out = str_n(start, (size_t)(p - start));
			j->p = p + 1;
			return 0;
		}
		if (p == j->end || (unsigned char)*p < 0x20)
			return bad(j, j->p, what, expected);
		if (*p == '\\')
			break;
		n = utf8_sequence(p, j->end, &broken);
		if (!n)
			return bad(j, j->p, what, expected);
		p += n;
	}
	TRY(parse_escaped(j, start, p, what, expected, out));
	return check_no_nul(j, *out);
}

/* ---- numbers ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

struct number {
	const char *start, *end;
	uint64_t mantissa;
	unsigned digits; /* in the mantissa, without leading zeroes */
	int exponent;    /* of ten, for the mantissa */
	bool negative, is_float;
};

static const char *scan_digits(const char *p, const char *end, struct number *n)
{
	for (; p < end && is_digit(*p); p++) {
		n->digits += n->digits || *p != '0';
		if (n->digits <= 19)
			n->mantissa = n->mantissa * 10 + (uint64_t)(*p - '0');
	}
	return p;
}

/* False when it is no number. */
static bool scan_number(const char *p, const char *end, struct number *n)
{
	const char *from;
	int exponent = 0;

	*n = (struct number){.start = p, .negative = *p == '-'};
	p += n->negative;
	if (p == end || !is_digit(*p))
		return false;
	if (*p == '0')
		p++;
	else
		p = scan_digits(p, end, n);
	if (p < end && *p == '.') {
		n->is_float = true;
		from = ++p;
		p = scan_digits(p, end, n);
		if (p == from)
			return false;
		n->exponent = (int)-MIN(p - from, 1 << 20);
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		bool negative;

		n->is_float = true;
		p++;
		negative = p < end && *p == '-';
		p += p < end && (*p == '-' || *p == '+');
		from = p;
		for (; p < end && is_digit(*p); p++)
			exponent = MIN(exponent * 10 + (*p - '0'), 1 << 20);
		if (p == from)
			return false;
		n->exponent += negative ? -exponent : exponent;
	}
	n->end = p;
	return true;
}

/* Where mantissa and power of ten are doubles themselves, one operation rounds once: exact. */
static bool small_float(const struct number *n, double *out)
{
	static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
				      1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
				      1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
	double m = (double)n->mantissa;

	if (n->digits > 19 || n->mantissa > (uint64_t)1 << 53 || n->exponent < -22 ||
	    n->exponent > 22)
		return false;
	m = n->exponent < 0 ? m / tens[-n->exponent] : m * tens[n->exponent];
	*out = n->negative ? -m : m;
	return true;
}

static errint parse_float(struct json_parser *j, const struct number *n)
{
	char *text CLEANUP_FREE = NULL;
	double d;

	if (!small_float(n, &d)) {
		text = str_dupz(str_n(n->start, (size_t)(n->end - n->start)));
		d = strtod(text, NULL);
	}
	if (!isfinite(d))
		return eval_fail(j->E, 0,
				 "[json.exception.out_of_range.406] number overflow parsing '%s'",
				 text);
	j->p = n->end;
	push(j, v_float(d));
	return 0;
}

/* A whole number that is too big for 64 bits is a float, as in nlohmann. */
static errint parse_number(struct json_parser *j)
{
	struct number n;
	bool fits;

	if (!scan_number(j->p, j->end, &n))
		return bad(j, j->p, "value", JSON_TOKEN_NONE);
	if (n.is_float)
		return parse_float(j, &n);
	fits = n.digits <= 19;
	if (n.digits == 20) {
		/* Up to 18446744073709551615: one more digit than the mantissa holds. */
		unsigned last = (unsigned)(n.end[-1] - '0');

		fits = !__builtin_mul_overflow(n.mantissa, 10, &n.mantissa) &&
		       !__builtin_add_overflow(n.mantissa, last, &n.mantissa);
	}
	if (!fits || (n.negative && n.mantissa > (uint64_t)1 << 63)) {
		n.digits = 20;
		return parse_float(j, &n);
	}
	if (!n.negative && n.mantissa > INT64_MAX)
		return eval_fail(j->E, 0, "unsigned json number %llu outside of Nix integer range",
				 (unsigned long long)n.mantissa);
	j->p = n.end;
	push(j, v_int((int64_t)(n.negative ? 0 - n.mantissa : n.mantissa)));
	return 0;
}

/* ---- structure ---- */

static struct value close_array(struct json_parser *j, const struct item *items, size_t n)
{
	struct value *boxes = heap_alloc(j->E, n * sizeof(*boxes));
	struct value **list = list_alloc(j->E, n);

	for (size_t i = 0; i < n; i++) {
		boxes[i] = items[i].v;
		list[i] = &boxes[i];
	}
	return v_list(list, n);
}

enum { FEW = 16 };

/* Are they many, or have two of them one name? */
static bool repeats(const struct item *items, size_t n)
{
	for (size_t i = 1; n <= FEW && i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (items[k].key == items[i].key)
				return true;
	return n > FEW;
}

static bool in_order(const struct item *items, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (items[i - 1].key >= items[i].key)
			return false;
	return true;
}

static void sort_items(struct item *items, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct item x = items[i];
		size_t k = i;

		for (; k && items[k - 1].key > x.key; k--)
			items[k] = items[k - 1];
		items[k] = x;
	}
}

static struct value close_object(struct json_parser *j, struct item *items, size_t n)
{
	struct value *boxes = heap_alloc(j->E, n * sizeof(*boxes));
	struct attrs *a = attrs_new(j->E, n);
	bool sorted = in_order(items, n);

	if (!sorted && !repeats(items, n)) {
		sort_items(items, n);
		sorted = true;
	}
	for (size_t i = 0; i < n; i++)
		boxes[i] = items[i].v;
	for (size_t i = 0; sorted && i < n; i++)
		attrs_push(a, items[i].key, &boxes[i], 0);
	if (sorted)
		return v_attrs(attrs_done_sorted(a));
	/* Of equal names the first pushed stays, and here the last written counts. */
	for (size_t i = n; i-- > 0;)
		attrs_push(a, items[i].key, &boxes[i], 0);
	return v_attrs(attrs_done(a));
}

/* Everything since the innermost container began becomes one value. */
static void close_container(struct json_parser *j)
{
	struct container c = j->open[--j->n_open];
	struct item *items = j->items + c.first;
	size_t n = j->n_items - c.first;
	struct value v;

	v = c.object ? close_object(j, items, n) : close_array(j, items, n);
	j->n_items = c.first;
	push(j, v);
}

static void open_container(struct json_parser *j, bool object)
{
	ARRAY_GROW(j->open, j->n_open, j->cap_open);
	j->open[j->n_open++] = (struct container){.object = object, .first = j->n_items};
}

/* The place of a key that begins with these bytes. */
static struct known_key *known_key(struct json_parser *j, const char *p)
{
	unsigned n = ARRAY_LEN(j->keys);

	return &j->keys[j->end - p < 2 ? 0 : ((uint8_t)p[0] + 5u * (uint8_t)p[1]) % n];
}

/* Keys are short: no call for them. */
static bool same_bytes(const char *a, const char *b, size_t n)
{
	for (; n >= 4; n -= 4, a += 4, b += 4) {
		uint32_t x, y;

		memcpy(&x, a, 4);
		memcpy(&y, b, 4);
		if (x != y)
			return false;
	}
	for (; n; n--)
		if (*a++ != *b++)
			return false;
	return true;
}

/* j->p is at the opening quote. */
static errint parse_key_name(struct json_parser *j, sym_t *out)
{
	const char *start = j->p + 1;
	struct known_key *known = known_key(j, start);
	size_t n = known->name.n;
	struct str key;

	if (known->sym && (size_t)(j->end - start) > n && start[n] == '"' &&
	    same_bytes(start, known->name.p, n)) {
		j->p = start + n + 1;
		*out = known->sym;
		return 0;
	}
	TRY(parse_string(j, "object key", JSON_TOKEN_STRING, &key));
	*out = sym_intern(j->E, key);
	if (key.p == start)
		*known = (struct known_key){key, *out};
	return 0;
}

/* "key": in front of a value. */
static errint parse_key(struct json_parser *j)
{
	skip_blanks(j);
	if (j->p == j->end || *j->p != '"')
		return bad(j, j->p, "object key", JSON_TOKEN_STRING);
	TRY(parse_key_name(j, &j->open[j->n_open - 1].key));
	skip_blanks(j);
	if (j->p == j->end || *j->p != ':')
		return bad(j, j->p, "object separator", JSON_TOKEN_COLON);
	j->p++;
	return 0;
}

static errint parse_word(struct json_parser *j, struct str word, struct value v)
{
	if (!str_starts(str_n(j->p, (size_t)(j->end - j->p)), word))
		return bad(j, j->p, "value", JSON_TOKEN_VALUE);
	j->p += word.n;
	push(j, v);
	return 0;
}

/* An opening bracket; *opened says that a value must follow, else the container was empty. */
static errint parse_open(struct json_parser *j, bool *opened)
{
	bool object = *j->p == '{';

	j->p++;
	open_container(j, object);
	skip_blanks(j);
	if (j->p < j->end && *j->p == (object ? '}' : ']')) {
		j->p++;
		close_container(j);
		return 0;
	}
	*opened = true;
	return object ? parse_key(j) : 0;
}

/* One value, or the beginning of a container that has some. */
static errint parse_value(struct json_parser *j, bool *opened)
{
	struct str s;

	*opened = false;
	skip_blanks(j);
	if (j->p == j->end)
		return bad(j, j->p, "value", JSON_TOKEN_VALUE);
	switch (*j->p) {
	case '"':
		TRY(parse_string(j, "value", JSON_TOKEN_VALUE, &s));
		push(j, v_str(s));
		return 0;
	case '{':
	case '[':
		return parse_open(j, opened);
	case 't':
		return parse_word(j, S("true"), v_bool(true));
	case 'f':
		return parse_word(j, S("false"), v_bool(false));
	case 'n':
		return parse_word(j, S("null"), v_null());
	default:
		if (*j->p == '-' || is_digit(*j->p))
			return parse_number(j);
		return bad(j, j->p, "value", JSON_TOKEN_VALUE);
	}
}

/* After a value: a comma before another one, or the end of its container. */
static errint parse_after(struct json_parser *j, bool *more)
{
	bool object = j->open[j->n_open - 1].object;

	*more = false;
	skip_blanks(j);
	if (j->p < j->end && *j->p == ',') {
		j->p++;
		*more = true;
		return object ? parse_key(j) : 0;
	}
	if (j->p == j->end || *j->p != (object ? '}' : ']'))
		return bad(j, j->p, object ? "object" : "array",
			   object ? JSON_TOKEN_END_OBJECT : JSON_TOKEN_END_ARRAY);
	j->p++;
	close_container(j);
	return 0;
}

errint json_parse(struct eval *E, struct str text, struct value *out)
{
	struct json_parser j CLEANUP(parser_release) = {
		.E = E, .text = text, .p = text.p, .end = text.p + text.n};
	unsigned ticks = 0;
	bool more;

	if (str_starts(text, S("\xef\xbb\xbf")))
		j.p += 3;
	do {
		if ((++ticks & 0xffff) == 0)
			TRY(eval_check_interrupt(E));
		TRY(parse_value(&j, &more));
		while (!more && j.n_open)
			TRY(parse_after(&j, &more));
	} while (more);
	skip_blanks(&j);
	if (j.p != j.end)
		return bad(&j, j.p, "value", JSON_TOKEN_END);
	*out = j.items[0].v;
	return 0;
}
