/* SPDX-License-Identifier: MIT
 *
 * Facts as they are kept: records of fields that begin with a letter, and a last one that says that
 * nothing is missing. */
#include "audit/facts.h"

#include <stdlib.h>
#include "audit/fields.h"
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

void facts_print(const struct path_facts *f, struct str nar, struct buf *b)
{
	buf_printf(b, "kiln audit %d\n", AUDIT_FACTS_VERSION);
	field_put(b, nar);
	field_put(b, f->path);
	field_put(b, f->python);
	field_put(b, f->slots ? S("1") : S(""));
	for (size_t i = 0; i < f->n_objects; i++) {
		const struct fact_object *o = &f->objects[i];

		buf_putc(b, 'O');
		field_put(b, o->file);
		field_put(b, o->soname);
		field_put(b, o->interp);
		field_put(b, o->is);
		fields_put(b, o->needed, o->n_needed);
		fields_put(b, o->lost, o->n_lost);
	}
	for (size_t i = 0; i < f->n_found; i++) {
		buf_putc(b, 'F');
		field_put(b, str_c(audit_rule_name(f->found[i].rule)));
		field_put(b, f->found[i].file);
		field_put(b, f->found[i].text);
	}
	for (size_t i = 0; i < f->n_dists; i++) {
		const struct fact_dist *d = &f->dists[i];

		buf_putc(b, 'D');
		field_put(b, d->project);
		field_put(b, d->version);
		field_put(b, d->folder);
		field_put(b, d->info);
		fields_put(b, d->needs, d->n_needs);
	}
	buf_putc(b, '.');
}

/* ---- reading ---- */

static void get_object(struct field_reader *r, struct path_facts *f)
{
	ARRAY_GROW(f->objects, f->n_objects, f->cap_objects);
	struct fact_object *o = &f->objects[f->n_objects++];

	*o = (struct fact_object){.file = field_get(r)};
	o->soname = field_get(r);
	o->interp = field_get(r);
	o->is = field_get(r);
	o->needed = fields_get(r, &o->n_needed);
	o->lost = fields_get(r, &o->n_lost);
}

static void get_finding(struct field_reader *r, struct path_facts *f)
{
	struct str name = field_get(r);
	struct fact_finding found = {.rule = AUDIT_RULES_COUNT};

	found.file = field_get(r);
	found.text = field_get(r);
	if (!audit_rule_find(name, &found.rule))
		r->bad = true;
	if (r->bad)
		return;
	ARRAY_GROW(f->found, f->n_found, f->cap_found);
	f->found[f->n_found++] = found;
}

static void get_dist(struct field_reader *r, struct path_facts *f)
{
	ARRAY_GROW(f->dists, f->n_dists, f->cap_dists);
	struct fact_dist *d = &f->dists[f->n_dists++];

	*d = (struct fact_dist){.project = field_get(r)};
	d->version = field_get(r);
	d->folder = field_get(r);
	d->info = field_get(r);
	d->needs = fields_get(r, &d->n_needs);
}

static bool get_records(struct field_reader *r, struct path_facts *f)
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
	struct field_reader r = {.rest = str_drop_prefix(text, str_c(head)), .a = a};

	*out = (struct path_facts){0};
	if (r.rest.n == text.n || !str_eq(field_get(&r), nar) || r.bad)
		return false;
	out->path = field_get(&r);
	out->python = field_get(&r);
	out->slots = field_get(&r).n > 0;
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
