/* SPDX-License-Identifier: MIT
 *
 * Facts as they are kept: fields "LENGTH:BYTES", lists with their number before them, records that
 * begin with a letter, and a last one that says that nothing is missing. Who reads them checks the
 * form and nothing else: a file that somebody altered is as good as the folder that it lies in. */
#include "audit/facts.h"

#include <stdlib.h>
#include "base/environ.h"
#include "base/file.h"

void path_facts_release(struct path_facts *f)
{
	free(f->objects);
	free(f->found);
	free(f->dists);
	*f = (struct path_facts){0};
}

/* ---- writing ---- */

static void put(struct buf *b, struct str s)
{
	buf_printf(b, "%zu:", s.n);
	buf_puts(b, s);
}

static void put_all(struct buf *b, const struct str *v, size_t n)
{
	buf_printf(b, "%zu:", n);
	for (size_t i = 0; i < n; i++)
		put(b, v[i]);
}

void facts_print(const struct path_facts *f, struct str nar, struct buf *b)
{
	buf_printf(b, "kiln audit %d\n", AUDIT_FACTS_VERSION);
	put(b, nar);
	put(b, f->path);
	put(b, f->python);
	put(b, f->slots ? S("1") : S(""));
	for (size_t i = 0; i < f->n_objects; i++) {
		const struct fact_object *o = &f->objects[i];

		buf_putc(b, 'O');
		put(b, o->file);
		put(b, o->soname);
		put(b, o->interp);
		put(b, o->is);
		put_all(b, o->needed, o->n_needed);
		put_all(b, o->lost, o->n_lost);
	}
	for (size_t i = 0; i < f->n_found; i++) {
		buf_putc(b, 'F');
		put(b, str_c(audit_rule_name(f->found[i].rule)));
		put(b, f->found[i].file);
		put(b, f->found[i].text);
	}
	for (size_t i = 0; i < f->n_dists; i++) {
		const struct fact_dist *d = &f->dists[i];

		buf_putc(b, 'D');
		put(b, d->project);
		put(b, d->version);
		put(b, d->folder);
		put(b, d->info);
		put_all(b, d->needs, d->n_needs);
	}
	buf_putc(b, '.');
}

/* ---- reading ---- */

struct reader {
	struct str rest;
	struct arena *a;
	bool bad;
};

static size_t get_number(struct reader *r)
{
	struct str head, tail;
	uint64_t n;

	if (r->bad || !str_cut(str_sub(r->rest, 0, 24), ':', &head, &tail) ||
	    !str_to_u64(head, &n) || n > r->rest.n) {
		r->bad = true;
		return 0;
	}
	r->rest = str_skip(r->rest, head.n + 1);
	return (size_t)n;
}

static struct str get(struct reader *r)
{
	size_t n = get_number(r);
	struct str s = str_sub(r->rest, 0, n);

	r->bad |= s.n != n;
	r->rest = str_skip(r->rest, n);
	return s;
}

static struct str *get_all(struct reader *r, size_t *n)
{
	size_t many = get_number(r);
	struct str *v;

	/* Each takes two bytes at least, so that the number is bounded by the text. */
	if (r->bad || many > r->rest.n / 2) {
		r->bad |= many > 0;
		*n = 0;
		return NULL;
	}
	v = ARENA_ARRAY(r->a, struct str, many);
	for (size_t i = 0; i < many; i++)
		v[i] = get(r);
	*n = many;
	return v;
}

static void get_object(struct reader *r, struct path_facts *f)
{
	ARRAY_GROW(f->objects, f->n_objects, f->cap_objects);
	struct fact_object *o = &f->objects[f->n_objects++];

	*o = (struct fact_object){.file = get(r)};
	o->soname = get(r);
	o->interp = get(r);
	o->is = get(r);
	o->needed = get_all(r, &o->n_needed);
	o->lost = get_all(r, &o->n_lost);
}

static void get_finding(struct reader *r, struct path_facts *f)
{
	struct str name = get(r);
	struct fact_finding found = {.rule = AUDIT_RULES_COUNT};

	found.file = get(r);
	found.text = get(r);
	if (!audit_rule_find(name, &found.rule))
		r->bad = true;
	if (r->bad)
		return;
	ARRAY_GROW(f->found, f->n_found, f->cap_found);
	f->found[f->n_found++] = found;
}

static void get_dist(struct reader *r, struct path_facts *f)
{
	ARRAY_GROW(f->dists, f->n_dists, f->cap_dists);
	struct fact_dist *d = &f->dists[f->n_dists++];

	*d = (struct fact_dist){.project = get(r)};
	d->version = get(r);
	d->folder = get(r);
	d->info = get(r);
	d->needs = get_all(r, &d->n_needs);
}

static bool get_records(struct reader *r, struct path_facts *f)
{
	while (!r->bad && r->rest.n) {
		char kind = r->rest.p[0];

		r->rest = str_skip(r->rest, 1);
		if (kind == '.')
			return !r->rest.n;
		if (kind == 'O')
			get_object(r, f);
		else if (kind == 'F')
			get_finding(r, f);
		else if (kind == 'D')
			get_dist(r, f);
		else
			return false;
	}
	return false;
}

bool facts_parse(struct arena *a, struct str text, struct str nar, struct path_facts *out)
{
	const char *head = arena_printf(a, "kiln audit %d\n", AUDIT_FACTS_VERSION);
	struct reader r = {.rest = str_drop_prefix(text, str_c(head)), .a = a};

	*out = (struct path_facts){0};
	if (r.rest.n == text.n || !str_eq(get(&r), nar) || r.bad)
		return false;
	out->path = get(&r);
	out->python = get(&r);
	out->slots = get(&r).n > 0;
	if (!get_records(&r, out)) {
		path_facts_release(out);
		return false;
	}
	return true;
}

/* ---- kept ---- */

char *facts_dir(void)
{
	char *cache CLEANUP_FREE = user_cache_dir();

	return xasprintf("%s/audit-%d", cache, AUDIT_FACTS_VERSION);
}

static bool recall(struct arena *a, const char *file, struct str nar, struct str path,
		   struct path_facts *out)
{
	BUF(text, LIMIT_JSON_TEXT);
	ERR(absent);

	if (file_read(AT_FDCWD, file, &text, &absent) ||
	    !facts_parse(a, arena_str(a, buf_str(&text)), nar, out))
		return false;
	if (str_eq(out->path, path))
		return true;
	path_facts_release(out);
	return false;
}

/* What cannot be kept is found again the next time. */
static void keep(const char *dir, const char *file, struct str nar, const struct path_facts *f)
{
	BUF(text, LIMIT_JSON_TEXT);
	ERR(ignored);

	facts_print(f, nar, &text);
	if (!buf_check(&text, "facts", &ignored) && !mkdir_p(AT_FDCWD, dir, 0700, &ignored) &&
	    file_write(AT_FDCWD, file, buf_str(&text), 0600, 0, &ignored))
		return;
}

errint facts_of(struct store *s, struct arena *a, const char *dir, bool fresh,
		const struct path_info *info, struct path_facts *out, struct err *err)
{
	char text[HASH_TEXT_MAX];
	struct str nar;

	hash_format(&info->nar_hash, HASH_NIX32, false, text);
	nar = str_c(text);
	const char *file = dir ? arena_printf(a, "%s/%.*s", dir,
					      STR_ARG(str_sub(path_base(info->path), 0, 32)))
			       : NULL;
	if (file && !fresh && recall(a, file, nar, info->path, out))
		return 0;
	errint rc = facts_look(s, a, info, out, err);
	if (!rc && file)
		keep(dir, file, nar, out);
	return rc;
}
