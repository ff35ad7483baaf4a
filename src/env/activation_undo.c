/* SPDX-License-Identifier: MIT
 *
 * How a level is left, as one word of the environment that no shell reads anything into:
 *
 *	1 i Nname Ddir Eprofile Sstate Ckiln P0 =NAME,old,now,added -NAME,now,added …
 *
 * '=' has had a value before, '-' none; now is a hash of the value that the activation made. Bytes
 * that are no letters, digits or one of "_./+@~" stand as %XX. */
#include "env/activation_int.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/encoding.h"
#include "base/environ.h"

/* The kernel takes 128 KiB for one variable; what is behind it needs room, too. */
enum { UNDO_TEXT_MAX = 120 << 10 };

void undo_release(struct undo *u)
{
	free(u->v);
}

static uint64_t value_hash(const struct str *value)
{
	uint64_t h = value ? str_hash(*value) : 0;

	return value && !h ? 1 : h;
}

struct noting {
	struct undo *u;
	struct arena *a;
};

static void note(void *ctx, struct str name, const struct str *was, const struct str *is)
{
	struct noting *n = ctx;
	struct undo_row *row = NULL;

	for (size_t i = 0; !row && i < n->u->n; i++)
		if (str_eq(n->u->v[i].name, name))
			row = &n->u->v[i];
	if (!row) {
		ARRAY_GROW(n->u->v, n->u->n, n->u->cap);
		row = &n->u->v[n->u->n++];
		*row = (struct undo_row){
			.name = name, .was_set = was != NULL, .old = was ? *was : S("")};
	}
	row->now = value_hash(is);
	if (is && environ_is_list(name))
		row->added = environ_list_added(n->a, row->was_set ? row->old : STR_NULL, *is);
}

void undo_note(struct undo *u, struct arena *a, const struct environ_copy *was,
	       const struct environ_copy *is)
{
	struct noting n = {u, a};

	environ_changes(was, is, note, &n);
}

const char *undo_variable(unsigned level, char name[32])
{
	snprintf(name, 32, "_KILN_UNDO_%u", level);
	return name;
}

static void put_word(struct buf *b, struct str s)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x80 && (isalnum(c) || strchr("_./+@~", c))) {
			buf_putc(b, (char)c);
		} else {
			buf_putc(b, '%');
			buf_putc(b, digits[c >> 4]);
			buf_putc(b, digits[c & 15]);
		}
	}
}

static errint get_word(struct arena *a, struct str s, struct str *out, struct err *err)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		uint8_t byte = (uint8_t)s.p[i];

		if (s.p[i] == '%') {
			if (!base16_decode(str_sub(s, i + 1, 2), &byte, 1) || !byte)
				return err_set(err, ERR_CORRUPT, "no hex digits behind '%%'");
			i += 2;
		}
		p[n++] = (char)byte;
	}
	p[n] = '\0';
	*out = str_n(p, n);
	return 0;
}

static void put_field(struct buf *b, const char *letter, struct str s)
{
	buf_putz(b, letter);
	put_word(b, s);
}

errint undo_print(const struct undo *u, struct buf *out, struct err *err)
{
	buf_printf(out, "1 %c", u->kind);
	put_field(out, " N", u->name);
	put_field(out, " D", u->dir);
	put_field(out, " E", u->env);
	put_field(out, " S", u->state);
	put_field(out, " C", u->called);
	buf_printf(out, " P%ld", (long)u->pid);
	for (size_t i = 0; i < u->n; i++) {
		const struct undo_row *row = &u->v[i];

		put_field(out, row->was_set ? " =" : " -", row->name);
		if (row->was_set)
			put_field(out, ",", row->old);
		buf_printf(out, ",%llx,", (unsigned long long)row->now);
		put_word(out, row->added);
	}
	if (out->n <= UNDO_TEXT_MAX)
		return buf_check(out, "record of what an activation changed", err);
	err_set(err, ERR_TOO_BIG, "the environment changes too much to be left again: %zu KiB",
		out->n >> 10);
	return err_hint(err, "variables that its hook exports hold too much");
}

static errint parse_row(struct arena *a, struct str word, struct undo_row *out, struct err *err)
{
	struct str rest = str_skip(word, 1), piece[4];
	size_t n = 0, want = word.p[0] == '=' ? 4 : 3;
	struct undo_row row = {.was_set = word.p[0] == '='};
	char hash[17];
	errint rc;

	while (n < 4 && str_split(&rest, ',', &piece[n]))
		n++;
	if (n != want || rest.p || !environ_name_ok(piece[0]) || piece[n - 2].n > 16)
		return err_set(err, ERR_CORRUPT, "a variable's part is not whole");
	memcpy(hash, piece[n - 2].p, piece[n - 2].n);
	hash[piece[n - 2].n] = '\0';
	row.now = strtoull(hash, NULL, 16);
	row.name = arena_str(a, piece[0]);
	rc = row.was_set ? get_word(a, piece[1], &row.old, err) : 0;
	if (!rc)
		rc = get_word(a, piece[n - 1], &row.added, err);
	if (!rc)
		*out = row;
	return rc;
}

static errint parse_field(struct arena *a, struct str word, struct undo *u, struct err *err)
{
	struct str value = str_skip(word, 1);
	uint64_t pid;

	switch (word.n ? word.p[0] : 0) {
	case 'N':
		return get_word(a, value, &u->name, err);
	case 'D':
		return get_word(a, value, &u->dir, err);
	case 'E':
		return get_word(a, value, &u->env, err);
	case 'S':
		return get_word(a, value, &u->state, err);
	case 'C':
		return get_word(a, value, &u->called, err);
	case 'P':
		if (!str_to_u64(value, &pid) || pid > INT32_MAX)
			return err_set(err, ERR_CORRUPT, "no process");
		u->pid = (pid_t)pid;
		return 0;
	case '=':
	case '-':
		ARRAY_GROW(u->v, u->n, u->cap);
		return parse_row(a, word, &u->v[u->n], err) ? err->code : (u->n++, 0);
	default:
		return err_set(err, ERR_CORRUPT, "unknown part '%.*s'", STR_ARG(word));
	}
}

errint undo_parse(struct arena *a, struct str text, struct undo *out, struct err *err)
{
	struct undo u CLEANUP(undo_release) = {0};
	struct str word;
	errint rc = 0;

	if (!str_split(&text, ' ', &word) || !str_eq(word, S("1")) ||
	    !str_split(&text, ' ', &word) || word.n != 1 || !strchr("isc", word.p[0]))
		return err_set(err, ERR_CORRUPT, "not a record of this kiln");
	u.kind = (enum undo_kind)word.p[0];
	while (!rc && str_split(&text, ' ', &word))
		rc = parse_field(a, word, &u, err);
	if (rc)
		return rc;
	*out = u;
	u.v = NULL;
	return 0;
}

static errint undo_read(struct arena *a, unsigned level, struct undo *out, struct err *err)
{
	char name[32];
	errint rc = undo_parse(a, str_c(env_or(undo_variable(level, name), "")), out, err);

	if (!rc)
		return 0;
	err_wrap(err, "reading '%s'", name);
	return err_hint(err, "something changed that variable: a new shell is without it");
}

unsigned undo_level(void)
{
	char name[32];
	unsigned level = 0;

	while (level < ACTIVATION_LEVELS_MAX && env_get(undo_variable(level + 1, name)))
		level++;
	return level;
}

errint undo_here(struct arena *a, unsigned *level, struct undo *out, struct err *err)
{
	*level = undo_level();
	return *level ? undo_read(a, *level, out, err) : 0;
}

errint undo_find(struct arena *a, struct str dir, struct str env, unsigned *level, struct undo *out,
		 struct err *err)
{
	errint rc = 0;

	for (*level = undo_level(); !rc && *level; (*level)--) {
		rc = undo_read(a, *level, out, err);
		if (!rc && str_eq(out->dir, dir) && (!env.p || str_eq(out->env, env)))
			return 0;
		if (!rc)
			undo_release(out);
		*out = (struct undo){0};
	}
	return rc;
}

void undo_apply(const struct undo *u, struct arena *a)
{
	for (size_t i = 0; i < u->n; i++) {
		const struct undo_row *row = &u->v[i];
		char *name CLEANUP_FREE = str_dupz(row->name);
		const char *now = env_text(name);
		struct str value = str_c(now);

		if (value_hash(now ? &value : NULL) == row->now) {
			if (row->was_set)
				environ_set(row->name, row->old);
			else
				environ_unset(row->name);
		} else if (now && row->added.n) {
			value = environ_list_without(a, value, row->added);
			if (!value.n && !row->was_set)
				environ_unset(row->name);
			else
				environ_set(row->name, value);
		}
	}
}
