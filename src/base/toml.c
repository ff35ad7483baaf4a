/* SPDX-License-Identifier: MIT
 *
 * TOML documents: lines, keys, headers, and the rules about who may add to which table (TOML 1.0,
 * "Keys", "Table", "Array of Tables"). A table is defined once; see enum toml_origin. */
#include "base/toml_int.h"

#include "base/process.h"

errint toml_fail(struct toml_parser *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(p->err, ERR_CORRUPT, fmt, ap);
	va_end(ap);
	return err_wrap(p->err, "%s:%u:%zu", p->file, p->line, (size_t)(p->p - p->line_start) + 1);
}

bool toml_newline(struct toml_parser *p)
{
	size_t n = toml_ahead(p, S("\n")) ? 1 : toml_ahead(p, S("\r\n")) ? 2 : 0;

	if (!n)
		return false;
	p->p += n;
	p->line++;
	p->line_start = p->p;
	return true;
}

void toml_blanks(struct toml_parser *p)
{
	while (toml_peek(p) == ' ' || toml_peek(p) == '\t')
		p->p++;
}

static errint comment(struct toml_parser *p)
{
	if (toml_peek(p) != '#')
		return 0;
	for (;; p->p++) {
		int c = toml_peek(p);

		if (c < 0 || c == '\n' || toml_ahead(p, S("\r\n")))
			return 0;
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return toml_fail(p, "control character 0x%02x in a comment", (unsigned)c);
	}
}

errint toml_gap(struct toml_parser *p)
{
	do {
		toml_blanks(p);
		errint rc = comment(p);

		if (rc)
			return rc;
	} while (toml_newline(p));
	return 0;
}

static errint end_of_line(struct toml_parser *p)
{
	toml_blanks(p);
	errint rc = comment(p);

	if (rc)
		return rc;
	if (toml_peek(p) >= 0 && !toml_newline(p))
		return toml_fail(p, "expected the end of the line");
	return 0;
}

static bool is_bare_key(int c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_' || c == '-';
}

static errint simple_key(struct toml_parser *p, struct str *out)
{
	const char *from = p->p;

	if (toml_peek(p) == '"' || toml_peek(p) == '\'')
		return toml_string(p, false, out);
	while (is_bare_key(toml_peek(p)))
		p->p++;
	if (p->p == from)
		return toml_fail(p, "a key is missing");
	*out = arena_str(p->arena, str_n(from, (size_t)(p->p - from)));
	return 0;
}

/* Steps to the next part of a dotted key; *more tells whether there is one. */
static errint next_key(struct toml_parser *p, struct str *key, bool *more)
{
	const char *from = p->p;
	errint rc = simple_key(p, key);

	if (rc)
		return rc;
	p->key = str_n(from, (size_t)(p->p - from));
	toml_blanks(p);
	*more = toml_peek(p) == '.';
	if (*more) {
		p->p++;
		toml_blanks(p);
	}
	return 0;
}

static struct toml *find(const struct toml *table, struct str key)
{
	return (struct toml *)toml_get(table, key);
}

static errint add_table(struct toml_parser *p, struct toml *parent, struct str key,
			enum toml_origin origin, struct toml **out)
{
	errint rc = toml_container(p, TOML_TABLE, origin, parent->growth->depth + 1, out);

	if (!rc)
		toml_add(p, parent, key, *out);
	return rc;
}

static errint already(struct toml_parser *p, const struct toml *there)
{
	p->p = p->key.p;
	return toml_fail(p, "'%.*s' is already %s since line %u", STR_ARG(p->key),
			 toml_kind_text(there->kind), there->line);
}

/* From a table into the one that part of a dotted key names. */
static errint enter_dotted(struct toml_parser *p, struct toml **table, struct str key)
{
	struct toml *next = find(*table, key);

	if (!next)
		return add_table(p, *table, key, TOML_DOTTED, table);
	if (next->kind != TOML_TABLE || next->growth->origin == TOML_HEADER ||
	    next->growth->origin == TOML_INLINE)
		return already(p, next);
	next->growth->origin = TOML_DOTTED;
	*table = next;
	return 0;
}

errint toml_key_value(struct toml_parser *p, struct toml *table)
{
	struct str key;
	struct toml *value;
	bool more = true;
	uint32_t from = (uint32_t)(p->p - p->begin), value_from, keys = 0;

	for (; more; keys++) {
		errint rc = next_key(p, &key, &more);

		if (!rc && more)
			rc = enter_dotted(p, &table, key);
		if (rc)
			return rc;
	}
	const struct toml *there = find(table, key);

	if (there)
		return already(p, there);
	if (toml_peek(p) != '=')
		return toml_fail(p, "expected '=' after the key '%.*s'", STR_ARG(p->key));
	p->p++;
	toml_blanks(p);
	value_from = (uint32_t)(p->p - p->begin);
	errint rc = toml_value(p, table->growth->depth + 1, &value);

	if (rc)
		return rc;
	toml_add(p, table, key, value);
	struct toml_entry *e = &table->table.entries[table->table.n - 1];
	e->from = from;
	e->value_from = value_from;
	e->to = (uint32_t)(p->p - p->begin);
	e->keys = keys;
	return 0;
}

/* From a table into the one that part of a header names; of an array of tables, the last. */
static errint enter_header(struct toml_parser *p, struct toml **table, struct str key)
{
	struct toml *next = find(*table, key);

	if (!next)
		return add_table(p, *table, key, TOML_IMPLIED, table);
	if (next->kind == TOML_ARRAY && next->growth->origin == TOML_ELEMENTS)
		next = next->array.items[next->array.n - 1];
	if (next->kind != TOML_TABLE || next->growth->origin == TOML_INLINE)
		return already(p, next);
	*table = next;
	return 0;
}

static errint define_table(struct toml_parser *p, struct toml **table, struct str key)
{
	struct toml *there = find(*table, key);

	if (!there)
		return add_table(p, *table, key, TOML_HEADER, table);
	if (there->kind != TOML_TABLE || there->growth->origin != TOML_IMPLIED)
		return already(p, there);
	there->growth->origin = TOML_HEADER;
	there->line = p->line;
	*table = there;
	return 0;
}

static errint define_element(struct toml_parser *p, struct toml **table, struct str key)
{
	struct toml *list = find(*table, key), *element;
	unsigned depth = (*table)->growth->depth + 1;

	if (!list) {
		errint rc = toml_container(p, TOML_ARRAY, TOML_ELEMENTS, depth, &list);

		if (rc)
			return rc;
		toml_add(p, *table, key, list);
	}
	if (list->kind != TOML_ARRAY || list->growth->origin != TOML_ELEMENTS)
		return already(p, list);
	errint rc = toml_container(p, TOML_TABLE, TOML_HEADER, depth + 1, &element);

	if (rc)
		return rc;
	toml_push(p, list, element);
	*table = element;
	return 0;
}

/* [header] or [[header]]; *table becomes what it names. */
static errint header(struct toml_parser *p, struct toml *root, struct toml **table)
{
	bool element = toml_ahead(p, S("[["));
	struct str key;
	bool more = true;
	struct toml *at = root;
	unsigned column = (unsigned)(p->p - p->line_start) + 1;

	p->p += element ? 2 : 1;
	toml_blanks(p);
	while (more) {
		errint rc = next_key(p, &key, &more);

		if (!rc && more)
			rc = enter_header(p, &at, key);
		if (rc)
			return rc;
	}
	if (!toml_ahead(p, element ? S("]]") : S("]")))
		return toml_fail(p, "expected '%s' after the key '%.*s'", element ? "]]" : "]",
				 STR_ARG(p->key));
	errint rc = element ? define_element(p, &at, key) : define_table(p, &at, key);

	if (rc)
		return rc;
	p->p += element ? 2 : 1;
	at->column = column;
	*table = at;
	return 0;
}

static errint document(struct toml_parser *p, struct toml *root)
{
	struct toml *table = root;

	for (;;) {
		errint rc = interrupt_check(p->err);

		if (!rc)
			rc = toml_gap(p);
		if (rc)
			return rc;
		if (toml_peek(p) < 0)
			return 0;
		rc = toml_peek(p) == '[' ? header(p, root, &table) : toml_key_value(p, table);
		if (!rc)
			rc = end_of_line(p);
		if (rc)
			return rc;
	}
}

/* Length of the UTF-8 character at p, or 0: RFC 3629, without surrogates and long forms. */
static size_t utf8_length(const char *p, const char *end)
{
	const uint8_t *u = (const uint8_t *)p;
	size_t n = u[0] < 0x80 ? 1 : u[0] < 0xc2 ? 0 : u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;

	if (u[0] > 0xf4 || n == 0 || (size_t)(end - p) < n)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xed && u[1] > 0x9f) ||
	    (u[0] == 0xf0 && u[1] < 0x90) || (u[0] == 0xf4 && u[1] > 0x8f))
		return 0;
	return n;
}

static errint check_utf8(struct toml_parser p)
{
	enum { ASK_EVERY = 1 << 20 };

	for (size_t i = 0; p.p < p.end; i++) {
		if (i % ASK_EVERY == 0 && interrupt_check(p.err))
			return p.err->code;
		if (toml_newline(&p))
			continue;
		size_t n = utf8_length(p.p, p.end);

		if (n == 0)
			return toml_fail(&p, "not UTF-8 text (byte 0x%02x)", (uint8_t)*p.p);
		p.p += n;
	}
	return 0;
}

static void release_scratch(struct toml_parser *p)
{
	buf_release(&p->scratch);
}

errint toml_parse(struct str text, const char *name, struct arena *a, struct toml **out,
		  struct err *err)
{
	if (text.n > LIMIT_TOML_TEXT)
		return err_set(err, ERR_TOO_BIG, "%s: bigger than the %d bytes that are allowed",
			       name, LIMIT_TOML_TEXT);
	const char *begin = text.p;

	/* Editors of one system put a byte order mark there; it says nothing in UTF-8. */
	text = str_drop_prefix(text, S("\xef\xbb\xbf"));
	if (!text.p)
		begin = (text = S("")).p;
	struct toml_parser p CLEANUP(release_scratch) = {
		.p = text.p,
		.begin = begin,
		.end = text.p + text.n,
		.line_start = text.p,
		.line = 1,
		.file = arena_strz(a, str_c(name)),
		.arena = a,
		.scratch = BUF_INIT(LIMIT_TOML_TEXT),
		.err = err,
	};
	struct toml *root;
	errint rc = check_utf8(p);

	if (!rc)
		rc = toml_container(&p, TOML_TABLE, TOML_HEADER, 0, &root);
	if (!rc)
		rc = document(&p, root);
	if (!rc)
		*out = root;
	return rc;
}
