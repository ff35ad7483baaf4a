/* SPDX-License-Identifier: MIT
 *
 * Source: scdoc(5). A paragraph is collected, its marks become an attribute of each byte, and it is
 * filled into lines. */
#include "cli/page_print.h"

enum { INDENT = 4, MIN_WIDTH = 20, MAX_PARAGRAPH = 1 << 20 };

struct page_text {
	struct buf *out;
	unsigned width;
	bool bold;
	struct buf text;    /* the paragraph */
	unsigned tabs;      /* how far it is indented */
	const char *bullet; /* of a list's item, or "" */
	char number[16];    /* its room */
	unsigned n_items;   /* of a numbered list so far */
	bool blank;         /* an empty line is due */
	bool literal;
};

/* ---- one paragraph ---- */

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (unsigned char)c >= 0x80;
}

/* Columns: a byte that goes on with a letter has none. */
static unsigned columns_of(struct str s)
{
	unsigned n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80 && s.p[i] != 1 && s.p[i] != 2;
	return n;
}

/* Marks become the bytes 1 (bold begins) and 2 (it ends); underlines are left out. */
static void plain(struct str s, struct buf *out)
{
	bool bold = false, under = false;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i], before = i ? s.p[i - 1] : ' ',
		     after = i + 1 < s.n ? s.p[i + 1] : ' ';

		if (c == '\\' && i + 1 < s.n) {
			buf_putc(out, s.p[++i]);
		} else if (c == '*') {
			bold = !bold;
			buf_putc(out, bold ? 1 : 2);
		} else if (c == '_' && (under ? !is_word(after) : !is_word(before))) {
			under = !under;
		} else if ((unsigned char)c >= ' ') {
			buf_putc(out, c);
		}
	}
	if (bold)
		buf_putc(out, 2);
}

static void put_word(struct page_text *p, struct str word)
{
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] > 2)
			buf_putc(p->out, word.p[i]);
		else if (p->bold)
			buf_putz(p->out, word.p[i] == 1 ? "\033[1m" : "\033[0m");
}

static void put_indent(struct page_text *p, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		buf_putc(p->out, ' ');
}

/* One line of the source that is filled. */
static void fill(struct page_text *p, struct str text, unsigned indent, const char *bullet)
{
	struct str rest = text, word;
	unsigned room = MAX(p->width, indent + MIN_WIDTH), at = indent;
	bool first = true;

	put_indent(p, indent - (unsigned)strlen(bullet));
	buf_putz(p->out, bullet);
	while (rest.n && str_split(&rest, ' ', &word)) {
		unsigned n = columns_of(word);

		if (!word.n)
			continue;
		if (!first && at + 1 + n > room) {
			buf_putc(p->out, '\n');
			put_indent(p, indent);
			at = indent;
			first = true;
		}
		if (!first) {
			buf_putc(p->out, ' ');
			at++;
		}
		put_word(p, word);
		at += n;
		first = false;
	}
	buf_putc(p->out, '\n');
}

static void flush(struct page_text *p)
{
	struct str rest = buf_str(&p->text), part;
	unsigned indent = INDENT * (1 + p->tabs) + (unsigned)strlen(p->bullet);
	const char *bullet = p->bullet;

	if (!p->text.n)
		return;
	if (p->blank && p->out->n)
		buf_putc(p->out, '\n');
	/* A line that ends in "++" ends one here, too. */
	while (str_split(&rest, '\n', &part)) {
		BUF(line, MAX_PARAGRAPH);

		plain(part, &line);
		fill(p, buf_str(&line), indent, bullet);
		if (bullet[0])
			bullet = "";
	}
	buf_clear(&p->text);
	p->bullet = "";
	p->blank = false;
}

/* ---- lines ---- */

static void heading(struct page_text *p, struct str line)
{
	bool below = str_starts(line, S("## "));
	BUF(text, MAX_PARAGRAPH);

	flush(p);
	buf_putc(&text, 1);
	plain(str_skip(line, below ? 3 : 2), &text);
	buf_putc(&text, 2);
	buf_putc(p->out, '\n');
	put_indent(p, below ? 2 : 0);
	put_word(p, buf_str(&text));
	buf_putc(p->out, '\n');
	p->blank = false;
	p->n_items = 0;
}

static void add(struct page_text *p, struct str line, unsigned tabs)
{
	struct str text = str_trim(line);
	bool breaks = str_ends(text, S("++"));

	if (p->text.n && tabs != p->tabs)
		flush(p);
	if (p->text.n && p->text.p[p->text.n - 1] != '\n')
		buf_putc(&p->text, ' ');
	p->tabs = tabs;
	buf_puts(&p->text, breaks ? str_sub(text, 0, text.n - 2) : text);
	if (breaks)
		buf_putc(&p->text, '\n');
}

static void item(struct page_text *p, struct str line, unsigned tabs)
{
	bool numbered = line.p[0] == '.';
	unsigned count = p->n_items;

	flush(p);
	p->n_items = numbered ? count + 1 : 0;
	p->bullet = "- ";
	if (numbered) {
		BUF(b, sizeof(p->number));

		buf_printf(&b, "%u. ", p->n_items % 1000);
		memcpy(p->number, buf_z(&b), b.n + 1);
		p->bullet = p->number;
	}
	add(p, str_skip(line, 2), tabs);
}

static void literal(struct page_text *p, struct str line)
{
	put_indent(p, line.n ? INDENT * (2 + p->tabs) : 0);
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == '\t' || (unsigned char)line.p[i] >= ' ')
			buf_putc(p->out, line.p[i]);
	buf_putc(p->out, '\n');
}

static void take_line(struct page_text *p, struct str line)
{
	struct str body = line;
	unsigned tabs = 0;

	while (str_starts(body, S("\t"))) {
		body = str_skip(body, 1);
		tabs++;
	}
	if (str_eq(str_trim(body), S("```"))) {
		flush(p);
		if (!p->literal && p->blank)
			buf_putc(p->out, '\n');
		p->tabs = p->literal ? p->tabs : tabs;
		p->literal = !p->literal;
		p->blank = !p->literal;
		return;
	}
	if (p->literal) {
		literal(p, line);
	} else if (!str_trim(line).n) {
		flush(p);
		p->blank = true;
	} else if (str_starts(line, S("# ")) || str_starts(line, S("## "))) {
		heading(p, line);
	} else if (str_starts(body, S("- ")) || str_starts(body, S(". "))) {
		item(p, body, tabs);
	} else if (!str_starts(line, S(";"))) {
		add(p, body, tabs);
	}
}

void page_print(struct str source, unsigned width, bool bold, struct buf *out)
{
	struct page_text p = {
		.out = out,
		.width = width,
		.bold = bold,
		.text = BUF_INIT(MAX_PARAGRAPH),
		.bullet = "",
	};
	struct str rest = source, line;

	while (rest.p && str_split(&rest, '\n', &line))
		take_line(&p, line);
	flush(&p);
	buf_release(&p.text);
}
