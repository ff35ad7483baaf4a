/* SPDX-License-Identifier: MIT
 *
 * Bracket expressions as libstdc++ reads them: [[:w:]] and [[:ALPHA:]] are classes, [[.hyphen.]] is
 * a character, [[=a=]] takes both cases, [a-\xff] is not a range because bytes are signed. */
#include "base/regex_int.h"

#include <ctype.h>
#include <strings.h>

/* Characters by the names that POSIX gives them in "[[.name.]]". Letters name themselves. */
static const struct {
	const char *name;
	unsigned char c;
} symbol_names[] = {
	{"NUL", 0x00},
	{"SOH", 0x01},
	{"STX", 0x02},
	{"ETX", 0x03},
	{"EOT", 0x04},
	{"ENQ", 0x05},
	{"ACK", 0x06},
	{"alert", 0x07},
	{"backspace", 0x08},
	{"tab", 0x09},
	{"newline", 0x0a},
	{"vertical-tab", 0x0b},
	{"form-feed", 0x0c},
	{"carriage-return", 0x0d},
	{"SO", 0x0e},
	{"SI", 0x0f},
	{"DLE", 0x10},
	{"DC1", 0x11},
	{"DC2", 0x12},
	{"DC3", 0x13},
	{"DC4", 0x14},
	{"NAK", 0x15},
	{"SYN", 0x16},
	{"ETB", 0x17},
	{"CAN", 0x18},
	{"EM", 0x19},
	{"SUB", 0x1a},
	{"ESC", 0x1b},
	{"IS4", 0x1c},
	{"IS3", 0x1d},
	{"IS2", 0x1e},
	{"IS1", 0x1f},
	{"space", ' '},
	{"exclamation-mark", '!'},
	{"quotation-mark", '"'},
	{"number-sign", '#'},
	{"dollar-sign", '$'},
	{"percent-sign", '%'},
	{"ampersand", '&'},
	{"apostrophe", '\''},
	{"left-parenthesis", '('},
	{"right-parenthesis", ')'},
	{"asterisk", '*'},
	{"plus-sign", '+'},
	{"comma", ','},
	{"hyphen", '-'},
	{"period", '.'},
	{"slash", '/'},
	{"zero", '0'},
	{"one", '1'},
	{"two", '2'},
	{"three", '3'},
	{"four", '4'},
	{"five", '5'},
	{"six", '6'},
	{"seven", '7'},
	{"eight", '8'},
	{"nine", '9'},
	{"colon", ':'},
	{"semicolon", ';'},
	{"less-than-sign", '<'},
	{"equals-sign", '='},
	{"greater-than-sign", '>'},
	{"question-mark", '?'},
	{"commercial-at", '@'},
	{"left-square-bracket", '['},
	{"backslash", '\\'},
	{"right-square-bracket", ']'},
	{"circumflex", '^'},
	{"underscore", '_'},
	{"grave-accent", '`'},
	{"left-curly-bracket", '{'},
	{"vertical-line", '|'},
	{"right-curly-bracket", '}'},
	{"tilde", '~'},
	{"DEL", 0x7f},
};

static bool symbol_char(struct str name, unsigned char *out)
{
	if (name.n == 1 && isascii(name.p[0]) && isalpha((unsigned char)name.p[0])) {
		*out = (unsigned char)name.p[0];
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(symbol_names); i++)
		if (str_eqz(name, symbol_names[i].name)) {
			*out = symbol_names[i].c;
			return true;
		}
	return false;
}

/* The classes of the C locale, which the process may not be in. */
static bool class_has(const char *name, unsigned char c)
{
	bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z';
	bool digit = c >= '0' && c <= '9', graph = c > ' ' && c < 0x7f;
	bool hex = digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
	bool space = c == ' ' || (c >= '\t' && c <= '\r');

	switch (name[0]) {
	case 'a':
		return lower || upper || (name[2] == 'n' && digit);
	case 'b':
		return c == ' ' || c == '\t';
	case 'c':
		return c < ' ' || c == 0x7f;
	case 'd':
		return digit;
	case 'g':
		return graph;
	case 'l':
		return lower;
	case 'p':
		return name[1] == 'r' ? graph || c == ' ' : graph && !lower && !upper && !digit;
	case 's':
		return space;
	case 'u':
		return upper;
	case 'w':
		return lower || upper || digit || c == '_';
	default:
		return hex;
	}
}

static bool add_class(struct regex_set *set, struct str name)
{
	static const char *const names[] = {
		"alnum", "alpha", "blank", "cntrl", "d",     "digit", "graph",  "lower",
		"print", "punct", "s",     "space", "upper", "w",     "xdigit",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (name.n != strlen(names[i]) || strncasecmp(name.p, names[i], name.n) != 0)
			continue;
		for (unsigned b = 0; b < 256; b++)
			if (class_has(names[i], (unsigned char)b))
				regex_set_add(set, (unsigned char)b);
		return true;
	}
	return false;
}

static unsigned char lower_of(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/* "[[=a=]]": primary weights in the C locale are those of the small letters. */
static bool add_equivalents(struct regex_set *set, struct str name)
{
	unsigned char c;

	if (!symbol_char(name, &c))
		return false;
	for (unsigned b = 0; b < 256; b++)
		if (lower_of((unsigned char)b) == lower_of(c))
			regex_set_add(set, (unsigned char)b);
	return true;
}

static bool add_range(struct regex_set *set, unsigned char from, unsigned char to)
{
	if ((signed char)from > (signed char)to)
		return false;
	for (int b = (signed char)from; b <= (signed char)to; b++)
		regex_set_add(set, (unsigned char)b);
	return true;
}

/* What stands in brackets, token by token. */
enum bracket_token { BRACKET_CHAR, BRACKET_DASH, BRACKET_CLASS, BRACKET_CLOSE, BRACKET_BAD };

struct bracket {
	struct str s;
	size_t pos;
	struct regex_set *set;
	bool start;         /* nothing read yet: a ']' is an ordinary character */
	unsigned char last; /* BRACKET_CHAR: the character */
	bool symbol;        /* ... which was given by name, and so cannot end a range */
};

static bool at_end(const struct bracket *b)
{
	return b->pos == b->s.n;
}

static unsigned char peek(const struct bracket *b)
{
	return (unsigned char)b->s.p[b->pos];
}

/* "[:name:]", "[.name.]" or "[=name=]", whose first two characters are read. */
static enum bracket_token bracket_named(struct bracket *b, unsigned char kind)
{
	size_t from = b->pos;
	struct str name;

	while (!at_end(b) && peek(b) != kind)
		b->pos++;
	name = str_n(b->s.p + from, b->pos - from);
	if (b->s.n - b->pos < 2 || b->s.p[b->pos + 1] != ']')
		return BRACKET_BAD;
	b->pos += 2;
	if (kind == ':')
		return add_class(b->set, name) ? BRACKET_CLASS : BRACKET_BAD;
	if (kind == '=')
		return add_equivalents(b->set, name) ? BRACKET_CLASS : BRACKET_BAD;
	b->symbol = true;
	return symbol_char(name, &b->last) ? BRACKET_CHAR : BRACKET_BAD;
}

static enum bracket_token bracket_next(struct bracket *b)
{
	bool start = b->start;
	unsigned char ch;

	b->start = b->symbol = false;
	if (at_end(b))
		return BRACKET_BAD;
	ch = peek(b);
	b->pos++;
	if (ch == '-')
		return BRACKET_DASH;
	if (ch == ']' && !start)
		return BRACKET_CLOSE;
	if (ch == '[') {
		if (at_end(b))
			return BRACKET_BAD;
		if (strchr(".:=", peek(b)) && peek(b)) {
			unsigned char kind = peek(b);

			b->pos++;
			return bracket_named(b, kind);
		}
	}
	b->last = ch;
	return BRACKET_CHAR;
}

/* Between the brackets. A character is held back until it is known not to start a range. */
static bool bracket_body(struct bracket *b)
{
	enum { NOTHING, HELD, CLASS } before = NOTHING;
	enum bracket_token t;
	unsigned char held = 0;
	bool first = true;

	for (;; first = false) {
		t = bracket_next(b);
		if (first && t == BRACKET_DASH) {
			t = BRACKET_CHAR;
			b->last = '-';
		}
		if (t == BRACKET_BAD)
			return false;
		if (t != BRACKET_DASH) {
			if (before == HELD)
				regex_set_add(b->set, held);
			if (t == BRACKET_CLOSE)
				return true;
			before = t == BRACKET_CHAR ? HELD : CLASS;
			held = b->last;
			continue;
		}
		t = bracket_next(b);
		if (t == BRACKET_CLOSE) {
			if (before == HELD)
				regex_set_add(b->set, held);
			regex_set_add(b->set, '-');
			return true;
		}
		if (before != HELD || b->symbol || (t != BRACKET_CHAR && t != BRACKET_DASH) ||
		    !add_range(b->set, held, t == BRACKET_DASH ? '-' : b->last))
			return false;
		before = NOTHING;
	}
}

bool regex_bracket(struct str s, size_t *pos, struct regex_set *out)
{
	struct regex_set set = {{0}};
	struct bracket b = {.s = s, .pos = *pos, .set = &set, .start = true};
	bool negate = !at_end(&b) && peek(&b) == '^';

	b.pos += negate;
	if (!bracket_body(&b))
		return false;
	for (int i = 0; negate && i < 4; i++)
		set.bits[i] = ~set.bits[i];
	*pos = b.pos;
	*out = set;
	return true;
}
