/* SPDX-License-Identifier: MIT
 *
 * NAR bytes to events. Nothing is trusted: every length is bounded before it is read, padding
 * must be zero, names must be single components in strictly ascending byte order. Reads are
 * exact, because an archive may be followed by other data in the same stream. */
#include "store/nar_int.h"

#include <stdlib.h>
#include "base/buf.h"
#include "base/file.h"

struct nar_parser {
	struct source *from;
	struct tree_sink *to;
	uint64_t at; /* bytes read so far */
	unsigned depth;
	char *chunk;                   /* NAR_CHUNK bytes, for file contents */
	char word[LIMIT_NAR_LINK + 8]; /* the last string, padded and NUL terminated */
	size_t word_n;
};

static void parser_release(struct nar_parser *p)
{
	free(p->chunk);
}

ATTR_PRINTF(3, 4)
static errint bad(const struct nar_parser *p, struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(err, ERR_CORRUPT, fmt, ap);
	va_end(ap);
	return err_wrap(err, "bad NAR at byte %llu", (unsigned long long)p->at);
}

static errint read_bytes(struct nar_parser *p, void *to, size_t n, struct err *err)
{
	errint rc = source_read_full(p->from, to, n, err);
	if (rc)
		return err_wrap(err, "reading a NAR at byte %llu", (unsigned long long)p->at);
	p->at += n;
	return 0;
}

static errint read_u64(struct nar_parser *p, uint64_t *out, struct err *err)
{
	uint8_t b[8];
	errint rc = read_bytes(p, b, sizeof(b), err);
	if (rc)
		return rc;
	uint64_t v = 0;
	for (int i = 7; i >= 0; i--)
		v = v << 8 | b[i];
	*out = v;
	return 0;
}

static bool all_zero(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i])
			return false;
	}
	return true;
}

/* Reads the next string into p->word. */
static errint read_word(struct nar_parser *p, size_t max, const char *what, struct err *err)
{
	uint64_t n;
	errint rc = read_u64(p, &n, err);
	if (rc)
		return rc;
	if (n > max)
		return bad(p, err, "%s of %llu bytes, at most %zu are allowed", what,
			   (unsigned long long)n, max);
	size_t padded = ((size_t)n + 7) & ~(size_t)7;
	rc = read_bytes(p, p->word, padded, err);
	if (rc)
		return rc;
	if (!all_zero(p->word + n, padded - n))
		return bad(p, err, "padding is not zero");
	p->word[n] = '\0';
	p->word_n = (size_t)n;
	return 0;
}

static bool word_is(const struct nar_parser *p, struct str s)
{
	return str_eq(str_n(p->word, p->word_n), s);
}

static errint read_tag(struct nar_parser *p, struct err *err)
{
	return read_word(p, 16, "a tag", err);
}

static errint expect(struct nar_parser *p, struct str s, struct err *err)
{
	errint rc = read_tag(p, err);
	if (rc)
		return rc;
	return word_is(p, s) ? 0 : bad(p, err, "expected '%.*s'", STR_ARG(s));
}

static errint parse_contents(struct nar_parser *p, const char *name, bool executable,
			     struct err *err)
{
	uint64_t size;
	errint rc = read_u64(p, &size, err);
	if (rc)
		return rc;
	if (size > INT64_MAX)
		return bad(p, err, "a file of %llu bytes", (unsigned long long)size);
	rc = p->to->ops->file(p->to, name, executable, size, err);
	for (uint64_t rest = size; !rc && rest > 0;) {
		size_t n = (size_t)MIN(rest, (uint64_t)NAR_CHUNK);
		rc = read_bytes(p, p->chunk, n, err);
		if (!rc)
			rc = p->to->ops->data(p->to, p->chunk, n, err);
		rest -= n;
	}
	char padding[8];
	size_t n = (size_t)(-size & 7);
	if (!rc)
		rc = read_bytes(p, padding, n, err);
	if (rc)
		return rc;
	if (!all_zero(padding, n))
		return bad(p, err, "padding is not zero");
	return p->to->ops->file_end(p->to, err);
}

static errint parse_regular(struct nar_parser *p, const char *name, struct err *err)
{
	bool executable = false;
	errint rc = read_tag(p, err);
	if (rc)
		return rc;
	if (word_is(p, S("executable"))) {
		executable = true;
		rc = expect(p, S(""), err);
		if (!rc)
			rc = read_tag(p, err);
		if (rc)
			return rc;
	}
	if (!word_is(p, S("contents")))
		return bad(p, err, "expected 'contents'");
	rc = parse_contents(p, name, executable, err);
	return rc ? rc : expect(p, S(")"), err);
}

static errint parse_symlink(struct nar_parser *p, const char *name, struct err *err)
{
	errint rc = expect(p, S("target"), err);
	if (!rc)
		rc = read_word(p, LIMIT_NAR_LINK - 1, "a symlink target", err);
	if (rc)
		return rc;
	if (p->word_n == 0 || memchr(p->word, '\0', p->word_n))
		return bad(p, err, "a symlink target is empty or has a NUL byte");
	rc = p->to->ops->symlink(p->to, name, p->word, err);
	return rc ? rc : expect(p, S(")"), err);
}

static errint check_name(struct nar_parser *p, const char *previous, struct err *err)
{
	struct str name = str_n(p->word, p->word_n);

	if (name.n == 0 || str_eq(name, S(".")) || str_eq(name, S("..")) ||
	    memchr(name.p, '/', name.n) || memchr(name.p, '\0', name.n))
		return bad(p, err, "'%s' cannot be a file name", p->word);
	if (str_cmp(name, str_c(previous)) <= 0)
		return bad(p, err, "name '%s' does not sort behind '%s'", p->word, previous);
	return 0;
}

static errint parse_node(struct nar_parser *p, const char *name, struct err *err);

static errint parse_entry(struct nar_parser *p, char *previous, struct err *err)
{
	errint rc = expect(p, S("("), err);
	if (!rc)
		rc = expect(p, S("name"), err);
	if (!rc)
		rc = read_word(p, LIMIT_NAR_NAME, "a file name", err);
	if (!rc)
		rc = check_name(p, previous, err);
	if (rc)
		return rc;
	memcpy(previous, p->word, p->word_n + 1);
	rc = expect(p, S("node"), err);
	if (!rc)
		rc = parse_node(p, previous, err);
	return rc ? rc : expect(p, S(")"), err);
}

static errint parse_directory(struct nar_parser *p, const char *name, struct err *err)
{
	if (p->depth >= LIMIT_NAR_DEPTH)
		return bad(p, err, "folders are nested deeper than %d", LIMIT_NAR_DEPTH);
	errint rc = p->to->ops->dir_begin(p->to, name, err);
	if (rc)
		return rc;

	char previous[LIMIT_NAR_NAME + 1] = "";
	p->depth++;
	for (size_t n = 0;; n++) {
		rc = read_tag(p, err);
		if (rc)
			return rc;
		if (word_is(p, S(")")))
			break;
		if (!word_is(p, S("entry")))
			return bad(p, err, "expected 'entry'");
		if (n >= LIMIT_NAR_ENTRIES)
			return bad(p, err, "a folder of more than %d entries", LIMIT_NAR_ENTRIES);
		rc = parse_entry(p, previous, err);
		if (rc)
			return rc;
	}
	p->depth--;
	return p->to->ops->dir_end(p->to, err);
}

static errint parse_node(struct nar_parser *p, const char *name, struct err *err)
{
	errint rc = expect(p, S("("), err);
	if (!rc)
		rc = expect(p, S("type"), err);
	if (!rc)
		rc = read_tag(p, err);
	if (rc)
		return rc;
	if (word_is(p, S("regular")))
		return parse_regular(p, name, err);
	if (word_is(p, S("symlink")))
		return parse_symlink(p, name, err);
	if (word_is(p, S("directory")))
		return parse_directory(p, name, err);
	return bad(p, err, "expected a node's type");
}

errint tree_parse(struct source *from, struct tree_sink *to, struct err *err)
{
	struct nar_parser p CLEANUP(parser_release) = {
		.from = from,
		.to = to,
		.chunk = xmalloc(NAR_CHUNK),
	};
	errint rc = expect(&p, S("nix-archive-1"), err);

	return rc ? rc : parse_node(&p, "", err);
}

static errint restore(struct source *from, int dirfd, const char *path, bool plain, struct err *err)
{
	struct tree_writer w CLEANUP(tree_writer_release) = tree_writer_init(dirfd, path);

	w.plain = plain;
	errint rc = tree_parse(from, &w.tree, err);
	if (rc)
		tree_writer_abort(&w);
	return rc;
}

errint nar_restore(struct source *from, int dirfd, const char *path, struct err *err)
{
	return restore(from, dirfd, path, false, err);
}

errint nar_restore_plain(struct source *from, int dirfd, const char *path, struct err *err)
{
	return restore(from, dirfd, path, true, err);
}
