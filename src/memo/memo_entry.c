/* SPDX-License-Identifier: MIT
 *
 * Printing and parsing kept evaluations. The parser trusts nothing: counts are bounded by the bytes
 * that are left, and whoever uses a path checks what it is. */
#include "memo/memo_entry.h"

#include <sys/stat.h>

/* ---- printing ---- */

static void put_number(struct buf *b, uint64_t v, size_t bytes)
{
	char le[8];

	for (size_t i = 0; i < bytes; i++)
		le[i] = (char)(v >> (8 * i));
	buf_put(b, le, bytes);
}

static void put_text(struct buf *b, struct str s)
{
	size_t n = s.n ? strnlen(s.p, s.n) : 0;

	put_number(b, n, 4);
	buf_put(b, s.p, n);
	buf_putc(b, '\0');
}

static void put_stamp(struct buf *b, const struct stamp *s)
{
	put_number(b, s->dev, 8);
	put_number(b, s->ino, 8);
	put_number(b, s->size, 8);
	put_number(b, s->mtime, 8);
	put_number(b, s->ctime, 8);
	put_number(b, s->mode, 4);
}

static void put_tree(struct buf *b, const struct input *i)
{
	put_text(b, i->name);
	put_text(b, i->store_path);
	put_number(b, i->recursive, 1);
	put_number(b, i->filter, 1);
	put_number(b, i->n_entries, 4);
	for (size_t k = 0; k < i->n_entries; k++) {
		const struct tree_entry *e = &i->entries[k];

		put_text(b, e->path);
		put_number(b, e->kept, 1);
		put_number(b, e->type, 4);
		if (e->kept)
			put_stamp(b, &e->stamp);
	}
}

static void put_input(struct buf *b, const struct input *i)
{
	put_number(b, i->kind, 1);
	put_text(b, i->path);
	switch (i->kind) {
	case INPUT_TYPE:
		put_number(b, i->type, 4);
		return;
	case INPUT_FILE:
	case INPUT_FOLDER:
		put_stamp(b, &i->stamp);
		break;
	case INPUT_OBJECT:
		put_number(b, i->type, 4);
		break;
	case INPUT_TREE:
		put_tree(b, i);
		return;
	default:
		break;
	}
	buf_put(b, i->hash, sizeof(i->hash));
}

static void put_found(struct buf *b, const struct memo_found *f)
{
	put_number(b, f->kind, 4);
	put_text(b, f->label);
	put_number(b, f->n, 4);
	for (size_t i = 0; i < f->n; i++) {
		const struct drv_ref *d = &f->drvs[i];

		put_text(b, d->attr);
		put_text(b, d->name);
		put_text(b, d->system);
		put_text(b, d->drv_path);
		put_text(b, d->output);
		put_text(b, d->out_path);
		put_number(b, d->n_outputs, 4);
		for (size_t k = 0; k < d->n_outputs; k++)
			put_text(b, d->outputs[k]);
	}
}

void memo_entry_print(const struct memo_entry *e, struct input *const *v, size_t n, struct buf *b)
{
	put_text(b, e->program);
	put_number(b, (uint64_t)e->began, 8);
	put_number(b, n, 4);
	for (size_t i = 0; i < n; i++)
		put_input(b, v[i]);
	put_number(b, e->n_messages, 4);
	for (size_t i = 0; i < e->n_messages; i++) {
		put_number(b, e->messages[i].level, 4);
		put_text(b, e->messages[i].text);
	}
	put_number(b, e->n_found, 4);
	for (size_t i = 0; i < e->n_found; i++)
		put_found(b, &e->found[i]);
}

/* ---- parsing ---- */

/* After the first thing that is wrong everything reads as zero. */
struct entry_reader {
	struct str left;
	struct arena *a;
	bool bad;
};

static const char *get_bytes(struct entry_reader *r, size_t n)
{
	const char *p = r->left.p;

	if (r->bad || n > r->left.n) {
		r->bad = true;
		return NULL;
	}
	r->left = str_n(p + n, r->left.n - n);
	return p;
}

static uint64_t get_number(struct entry_reader *r, size_t bytes)
{
	const char *p = get_bytes(r, bytes);
	uint64_t v = 0;

	for (size_t i = 0; p && i < bytes; i++)
		v |= (uint64_t)(unsigned char)p[i] << (8 * i);
	return v;
}

static bool get_flag(struct entry_reader *r)
{
	uint64_t v = get_number(r, 1);

	r->bad |= v > 1;
	return v == 1;
}

static struct str get_text(struct entry_reader *r)
{
	size_t n = get_number(r, 4);
	const char *p = get_bytes(r, n < SIZE_MAX ? n + 1 : n);

	if (!p || strnlen(p, n + 1) != n) {
		r->bad = true;
		return S("");
	}
	return str_n(p, n);
}

/* A count of things that take at least `least` bytes each. */
static size_t get_count(struct entry_reader *r, size_t least)
{
	size_t n = get_number(r, 4);

	if (n > r->left.n / least)
		r->bad = true;
	return r->bad ? 0 : n;
}

static struct stamp get_stamp(struct entry_reader *r)
{
	struct stamp s = {0};

	s.dev = get_number(r, 8);
	s.ino = get_number(r, 8);
	s.size = get_number(r, 8);
	s.mtime = get_number(r, 8);
	s.ctime = get_number(r, 8);
	s.mode = (uint32_t)get_number(r, 4);
	return s;
}

static void get_tree(struct entry_reader *r, struct input *i)
{
	i->name = get_text(r);
	i->store_path = get_text(r);
	i->recursive = get_flag(r);
	i->filter = (enum tree_filter)get_number(r, 1);
	r->bad |= i->filter >= TREE_FILTERS;
	i->n_entries = i->cap_entries = get_count(r, 10);
	i->entries = ARENA_ARRAY(r->a, struct tree_entry, i->n_entries);
	/* The tree itself comes first; everything else is below it. */
	r->bad |= i->n_entries == 0;
	for (size_t k = 0; !r->bad && k < i->n_entries; k++) {
		struct tree_entry *e = &i->entries[k];

		e->path = get_text(r);
		e->kept = get_flag(r);
		e->type = (uint32_t)get_number(r, 4);
		if (e->kept)
			e->stamp = get_stamp(r);
		r->bad |= k == 0 ? e->path.n > 0 || !e->kept : !str_starts(e->path, S("/"));
	}
}

static void get_input(struct entry_reader *r, struct input *i)
{
	uint64_t kind = get_number(r, 1);
	const char *hash;

	i->path = get_text(r);
	if (kind >= INPUT_KINDS || (kind != INPUT_VARIABLE && !str_starts(i->path, S("/"))))
		r->bad = true;
	if (r->bad)
		return;
	i->kind = (enum input_kind)kind;
	if (i->kind == INPUT_TREE) {
		get_tree(r, i);
		return;
	}
	if (i->kind == INPUT_TYPE || i->kind == INPUT_OBJECT)
		i->type = (uint32_t)get_number(r, 4);
	if (i->kind == INPUT_FILE || i->kind == INPUT_FOLDER)
		i->stamp = get_stamp(r);
	hash = i->kind == INPUT_TYPE ? NULL : get_bytes(r, sizeof(i->hash));
	if (hash)
		memcpy(i->hash, hash, sizeof(i->hash));
}

static void get_drv(struct entry_reader *r, struct drv_ref *d)
{
	d->attr = get_text(r);
	d->name = get_text(r);
	d->system = get_text(r);
	d->drv_path = get_text(r);
	d->output = get_text(r);
	d->out_path = get_text(r);
	d->n_outputs = get_count(r, 5);
	d->outputs = ARENA_ARRAY(r->a, struct str, d->n_outputs);
	for (size_t i = 0; i < d->n_outputs; i++)
		d->outputs[i] = get_text(r);
}

static void get_found(struct entry_reader *r, struct memo_found *f)
{
	f->kind = (uint32_t)get_number(r, 4);
	f->label = get_text(r);
	f->n = get_count(r, 34);
	f->drvs = ARENA_ARRAY(r->a, struct drv_ref, f->n);
	for (size_t i = 0; i < f->n; i++)
		get_drv(r, &f->drvs[i]);
}

errint memo_entry_parse(struct arena *a, struct str bytes, struct memo_entry *out, struct err *err)
{
	struct entry_reader r = {.left = bytes, .a = a};
	struct memo_entry e = {.program = get_text(&r), .began = (int64_t)get_number(&r, 8)};

	e.n_inputs = get_count(&r, 10);
	e.inputs = ARENA_ARRAY(a, struct input, e.n_inputs);
	for (size_t i = 0; !r.bad && i < e.n_inputs; i++)
		get_input(&r, &e.inputs[i]);
	e.n_messages = get_count(&r, 9);
	e.messages = ARENA_ARRAY(a, struct input_message, e.n_messages);
	for (size_t i = 0; i < e.n_messages; i++) {
		e.messages[i].level = (uint32_t)get_number(&r, 4);
		e.messages[i].text = get_text(&r);
	}
	e.n_found = get_count(&r, 13);
	e.found = ARENA_ARRAY(a, struct memo_found, e.n_found);
	for (size_t i = 0; i < e.n_found; i++)
		get_found(&r, &e.found[i]);
	if (r.bad || r.left.n)
		return err_set(err, ERR_CORRUPT, "a kept evaluation breaks its format");
	*out = e;
	return 0;
}
