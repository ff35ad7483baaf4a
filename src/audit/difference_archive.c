/* SPDX-License-Identifier: MIT
 *
 * Archives and compressed files: the members of both versions side by side. Memory is bounded: what
 * is bigger than LIMIT_COMPARED inside is only compared as bytes. */
#include "audit/difference_int.h"

#include <stdlib.h>
#include "archive/archive.h"

struct member {
	struct str name, link;
	enum archive_item_type type;
	mode_t mode;
	int64_t mtime;
	size_t from, n; /* its bytes among all */
};

struct members {
	struct arena *a;
	struct member *v;
	size_t n, cap;
	struct buf bytes;
};
#define MEMBERS(name, arena)                                          \
	struct members name CLEANUP(members_release) = {.a = (arena), \
							.bytes = BUF_INIT(LIMIT_COMPARED)}

static void members_release(struct members *m)
{
	free(m->v);
	buf_release(&m->bytes);
}

static errint take_bytes(struct members *m, struct member *into, struct source *data,
			 struct err *err)
{
	struct buf_sink to = buf_sink_init(&m->bytes);

	into->from = m->bytes.n;
	errint rc = source_copy(data, &to.sink, err);
	into->n = m->bytes.n - into->from;
	ARRAY_GROW(m->v, m->n, m->cap);
	m->v[m->n++] = *into;
	return rc;
}

static errint take_item(const struct archive_item *item, struct source *data, void *ctx,
			struct err *err)
{
	struct members *m = ctx;
	struct member member = {
		.name = arena_str(m->a, item->name),
		.link = arena_str(m->a, item->link),
		.type = item->type,
		.mode = item->mode,
		.mtime = item->mtime,
	};

	return take_bytes(m, &member, data, err);
}

static errint take_ar(struct str name, uint64_t size, struct source *data, void *ctx,
		      struct err *err)
{
	struct members *m = ctx;
	struct member member = {.name = arena_str(m->a, name), .type = ARCHIVE_FILE};

	return take_bytes(m, &member, data, err);
}

/* ---- formats, by their first bytes ---- */

static bool is_ar(struct str s)
{
	return str_starts(s, S("!<arch>\n"));
}

static bool is_zip(struct str s)
{
	return str_starts(s, S("PK\3\4"));
}

static bool is_tar(struct str s)
{
	return s.n >= 512 && memcmp(s.p + 257, "ustar", 5) == 0;
}

static bool is_gzip(struct str s)
{
	return str_starts(s, S("\x1f\x8b\x08")) && s.n > 10;
}

static bool is_compressed(struct str s)
{
	return is_gzip(s) ||
	       str_starts(s, S("\xfd"
			       "7zXZ")) ||
	       str_starts(s, S("BZh")) || str_starts(s, S("\x28\xb5\x2f\xfd"));
}

static errint list(struct str bytes, struct members *m, struct err *err)
{
	struct str_source from = str_source_init(bytes);

	return is_ar(bytes) ? ar_walk(&from.source, take_ar, m, err)
			    : archive_walk_source(&from.source, take_item, m, err);
}

/* ---- heads of members ---- */

struct field {
	size_t from, to;
	enum difference_cause cause;
};

static enum difference_cause field_at(const struct field *v, size_t n, size_t at)
{
	for (size_t i = 0; i < n; i++)
		if (at >= v[i].from && at < v[i].to)
			return v[i].cause;
	return DIFFERENCE_CONTENT;
}

/* pax(1), "ustar Interchange Format"; the checksum follows from the others. */
static enum difference_cause tar_cause(size_t at)
{
	static const struct field fields[] = {{100, 108, DIFFERENCE_MODE},
					      {108, 124, DIFFERENCE_USER},
					      {136, 148, DIFFERENCE_TIME},
					      {265, 329, DIFFERENCE_USER}};

	return field_at(fields, ARRAY_LEN(fields), at & 511);
}

/* ar(5): a head of 60 bytes before each member. */
static enum difference_cause ar_cause(const struct members *m, size_t at)
{
	static const struct field fields[] = {
		{16, 28, DIFFERENCE_TIME}, {28, 40, DIFFERENCE_USER}, {40, 48, DIFFERENCE_MODE}};
	size_t head = 8;

	for (size_t i = 0; i < m->n; i++) {
		size_t end = head + 60 + m->v[i].n + (m->v[i].n & 1);

		if (at < end)
			return field_at(fields, ARRAY_LEN(fields), at - head);
		head = end;
	}
	return DIFFERENCE_CONTENT;
}

/* All members are the same: what differs is told of them. */
static enum difference_cause head_cause(const struct pair *p, const struct members *m, size_t at)
{
	return is_ar(p->before)    ? ar_cause(m, at)
	       : is_tar(p->before) ? tar_cause(at)
				   : DIFFERENCE_CONTENT;
}

/* ---- members side by side ---- */

static struct str bytes_of(const struct members *m, const struct member *v)
{
	return str_sub(buf_str(&m->bytes), v->from, v->n);
}

static int by_name(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int c = str_cmp(x->name, y->name);

	return c ? c : (x->from > y->from) - (x->from < y->from);
}

static bool same_sequence(const struct members *b, const struct members *f)
{
	bool same = b->n == f->n;

	for (size_t i = 0; same && i < b->n; i++)
		same = str_eq(b->v[i].name, f->v[i].name);
	return same;
}

static errint compare_member(struct tree_comparison *c, const struct pair *of,
			     const struct members *b, const struct member *x,
			     const struct members *f, const struct member *y, struct err *err)
{
	const struct pair p = {
		.name = str_c(arena_printf(c->a, "%.*s!%.*s", STR_ARG(of->name), STR_ARG(x->name))),
		.before = bytes_of(b, x),
		.after = bytes_of(f, y),
		.depth = of->depth + 1,
	};

	if (x->type != y->type || !str_eq(x->link, y->link))
		difference_add(c, &p, DIFFERENCE_KIND, 0);
	else if ((x->mode ^ y->mode) & 07777)
		difference_add(c, &p, DIFFERENCE_MODE, 0);
	return str_eq(p.before, p.after) ? 0 : difference_look(c, &p, err);
}

static void add_member(struct tree_comparison *c, const struct pair *of, struct str name)
{
	const struct pair p = {
		.name = str_c(arena_printf(c->a, "%.*s!%.*s", STR_ARG(of->name), STR_ARG(name))),
		.before = S(""),
		.after = S(""),
	};

	difference_add(c, &p, DIFFERENCE_ABSENT, 0);
}

/* Both sorted by name. *timed: some have other times. */
static errint compare_members(struct tree_comparison *c, const struct pair *p,
			      const struct members *b, const struct members *f, bool *timed,
			      struct err *err)
{
	errint rc = 0;

	for (size_t i = 0, k = 0; !rc && (i < b->n || k < f->n);) {
		const struct member *x = i < b->n ? &b->v[i] : NULL;
		const struct member *y = k < f->n ? &f->v[k] : NULL;
		int order = !x ? 1 : !y ? -1 : str_cmp(x->name, y->name);

		if (order)
			add_member(c, p, order < 0 ? x->name : y->name);
		else
			rc = compare_member(c, p, b, x, f, y, err);
		*timed |= !order && x->mtime != y->mtime;
		i += order <= 0;
		k += order >= 0;
	}
	return rc;
}

static errint look_members(struct tree_comparison *c, const struct pair *p, struct members *b,
			   struct members *f, struct err *err)
{
	size_t at = difference_at(p->before, p->after);
	bool in_order = same_sequence(b, f), timed = false;
	size_t told = c->out->n + c->out->left_out;

	qsort(b->v, b->n, sizeof(*b->v), by_name);
	qsort(f->v, f->n, sizeof(*f->v), by_name);
	bool same_names = same_sequence(b, f);
	errint rc = compare_members(c, p, b, f, &timed, err);

	if (rc)
		return rc;
	if (timed)
		difference_add(c, p, DIFFERENCE_TIME, at);
	else if (!in_order && same_names)
		difference_add(c, p, DIFFERENCE_ARCHIVE_ORDER, at);
	else if (told == c->out->n + c->out->left_out)
		difference_add(c, p, head_cause(p, b, at), at);
	return 0;
}

/* ---- compressed files ---- */

static bool inflate(struct str from, struct buf *out)
{
	struct str_source source = str_source_init(from);
	struct buf_sink to = buf_sink_init(out);
	ERR(broken);

	return archive_decompress(&source.source, &to.sink, &broken) == 0;
}

/* RFC 1952: the time is in bytes 4 to 7. */
static bool gzip_timed(const struct pair *p)
{
	return is_gzip(p->before) && is_gzip(p->after) &&
	       memcmp(p->before.p + 4, p->after.p + 4, 4);
}

static errint look_inside(struct tree_comparison *c, const struct pair *p, bool *known,
			  struct err *err)
{
	BUF(before, LIMIT_COMPARED);
	BUF(after, LIMIT_COMPARED);

	if (!inflate(p->before, &before) || !inflate(p->after, &after))
		return 0;
	*known = true;
	struct pair inner = {p->name, buf_str(&before), buf_str(&after), p->depth + 1};
	if (gzip_timed(p))
		difference_add(c, p, DIFFERENCE_TIME, 4);
	if (!str_eq(inner.before, inner.after))
		return difference_look(c, &inner, err);
	if (!gzip_timed(p))
		difference_add(c, p, DIFFERENCE_COMPRESSION, difference_at(p->before, p->after));
	return 0;
}

errint difference_in_archive(struct tree_comparison *c, const struct pair *p, bool *known,
			     struct err *err)
{
	static bool (*const formats[])(struct str) = {is_ar, is_zip, is_tar};
	MEMBERS(before, c->a);
	MEMBERS(after, c->a);
	bool archive = false;
	ERR(broken);

	*known = false;
	if (p->depth >= DIFFERENCE_DEPTH)
		return 0;
	if (is_compressed(p->before) && is_compressed(p->after))
		return look_inside(c, p, known, err);
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		archive |= formats[i](p->before) && formats[i](p->after);
	/* One that cannot be read is only bytes. */
	if (!archive || list(p->before, &before, &broken) || list(p->after, &after, &broken))
		return 0;
	*known = true;
	return look_members(c, p, &before, &after, err);
}
