/* SPDX-License-Identifier: MIT
 *
 * Reading locks, which people edit: what is wrong is told with its line and entry. */
#include "py/lock.h"

#include "base/hash.h"
#include "base/json.h"
#include "py/requirement.h"

struct lock_reader {
	struct arena *a;
	const char *file;
	struct str text;
	struct py_lock *out;
};

static unsigned line_of(const struct lock_reader *r, const char *at)
{
	unsigned line = 1;

	for (const char *p = r->text.p; p < at; p++)
		line += *p == '\n';
	return line;
}

static errint bad(const struct lock_reader *r, struct str at, struct str entry, const char *what,
		  struct err *err)
{
	return err_set(err, ERR_CORRUPT, "%s:%u: entry '%.*s': %s", r->file, line_of(r, at.p),
		       STR_ARG(entry), what);
}

static errint words(const struct lock_reader *r, struct str value, struct str entry,
		    struct py_names *out, struct err *err)
{
	struct str *v;
	size_t n;
	errint rc = json_items(r->a, value, &v, &n, err);

	for (size_t i = 0; !rc && i < n; i++) {
		struct str s;

		rc = json_string(r->a, v[i], &s, err);
		if (!rc)
			py_names_add(r->a, out, s);
	}
	return rc ? bad(r, value, entry, "a list of texts is expected", err) : 0;
}

static errint one_word(const struct lock_reader *r, struct str value, struct str entry,
		       struct str *out, struct err *err)
{
	errint rc = json_string(r->a, value, out, err);

	return rc ? bad(r, value, entry, "a text is expected", err) : 0;
}

static errint members(const struct lock_reader *r, struct str value, struct str entry,
		      struct json_member **v, size_t *n, struct err *err)
{
	errint rc =
		value.n && value.p[0] == '{' ? json_members(r->a, value, v, n, err) : ERR_CORRUPT;

	return rc ? bad(r, value, entry, "an object is expected", err) : 0;
}

static bool machine_of(struct str system, unsigned *out)
{
	for (unsigned m = 0; m < PY_MACHINES; m++) {
		if (str_eqz(str_drop_suffix(system, S("-linux")), py_machines[m]) &&
		    str_ends(system, S("-linux"))) {
			*out = m;
			return true;
		}
	}
	return false;
}

/* ---- a project ---- */

static errint read_systems(const struct lock_reader *r, struct str value, struct str entry,
			   struct py_file *f, struct err *err)
{
	struct py_names systems = {0};
	errint rc = words(r, value, entry, &systems, err);

	f->machines = 0;
	for (size_t i = 0; !rc && i < systems.n; i++) {
		unsigned m;

		if (!machine_of(systems.v[i], &m))
			return bad(r, value, entry, "a system is unknown", err);
		f->machines |= 1u << m;
	}
	return rc;
}

static errint read_file_entry(const struct lock_reader *r, struct str value, struct str entry,
			      struct py_file *f, struct err *err)
{
	struct json_member *v;
	struct hash h;
	size_t n;
	errint rc = members(r, value, entry, &v, &n, err);

	*f = (struct py_file){.machines = PY_MACHINES_ALL};
	for (size_t i = 0; !rc && i < n; i++) {
		if (str_eqz(v[i].key, "name"))
			rc = one_word(r, v[i].value, entry, &f->name, err);
		else if (str_eqz(v[i].key, "sha256"))
			rc = one_word(r, v[i].value, entry, &f->sha256, err);
		else if (str_eqz(v[i].key, "systems"))
			rc = read_systems(r, v[i].value, entry, f, err);
		else
			rc = bad(r, v[i].value, entry, "a member of a file is unknown", err);
	}
	if (rc)
		return rc;
	if (!f->name.n || str_chr(f->name, '/') >= 0)
		return bad(r, value, entry, "a file has no valid name", err);
	if (f->sha256.n != 64 || hash_parse(f->sha256, HASH_SHA256, &h, err))
		return bad(r, value, entry, "'sha256' of a file is no hash of 64 digits", err);
	return 0;
}

static errint read_files(const struct lock_reader *r, struct str value, struct py_row *row,
			 struct err *err)
{
	struct str *v;
	size_t n;
	errint rc = value.p[0] == '[' ? json_items(r->a, value, &v, &n, err) : ERR_CORRUPT;

	if (rc || !n || n > PY_MACHINES)
		return bad(r, value, row->name, "'files' is no list of one file or two", err);
	for (size_t i = 0; !rc && i < n; i++)
		rc = read_file_entry(r, v[i], row->name, &row->files[i], err);
	row->n_files = n;
	return rc;
}

static errint read_requires_on(const struct lock_reader *r, struct str value, struct py_row *row,
			       struct err *err)
{
	struct json_member *v;
	size_t n;
	errint rc = members(r, value, row->name, &v, &n, err);

	for (size_t i = 0; !rc && i < n; i++) {
		unsigned m;

		if (!machine_of(v[i].key, &m))
			return bad(r, v[i].value, row->name, "a system is unknown", err);
		rc = words(r, v[i].value, row->name, &row->requires[m], err);
	}
	return rc;
}

static errint read_member(const struct lock_reader *r, const struct json_member *m,
			  struct py_row *row, struct err *err)
{
	errint rc = 0;

	if (str_eqz(m->key, "version"))
		return one_word(r, m->value, row->name, &row->version, err);
	if (str_eqz(m->key, "files"))
		return read_files(r, m->value, row, err);
	if (str_eqz(m->key, "requiresOn"))
		return read_requires_on(r, m->value, row, err);
	if (str_eqz(m->key, "slots"))
		return words(r, m->value, row->name, &row->slots, err);
	if (str_eqz(m->key, "build"))
		return words(r, m->value, row->name, &row->build, err);
	if (!str_eqz(m->key, "requires"))
		return bad(r, m->value, row->name, "it has a member that is unknown", err);
	for (unsigned i = 0; !rc && i < PY_MACHINES; i++)
		rc = words(r, m->value, row->name, &row->requires[i], err);
	return rc;
}

static errint read_row(const struct lock_reader *r, const struct json_member *p, struct err *err)
{
	struct py_row *row = py_lock_add(r->out, p->key);
	struct json_member *v;
	struct pep440 version;
	size_t n;

	row->line = line_of(r, p->value.p);
	if (!str_eq(pep503_name(r->a, p->key), p->key))
		return bad(r, p->value, p->key, "the name is not in its normal form", err);
	errint rc = members(r, p->value, p->key, &v, &n, err);
	for (size_t i = 0; !rc && i < n; i++)
		rc = read_member(r, &v[i], row, err);
	if (rc)
		return rc;
	if (!row->version.n || pep440_parse(r->a, row->version, &version, err))
		return bad(r, p->value, p->key, "it has no valid 'version'", err);
	if (!row->n_files)
		return bad(r, p->value, p->key, "it has no 'files'", err);
	for (unsigned m = 0; m < PY_MACHINES; m++)
		py_names_sort(&row->requires[m]);
	return 0;
}

static errint read_projects(const struct lock_reader *r, struct str value, struct err *err)
{
	struct json_member *v;
	size_t n;
	errint rc = members(r, value, S("projects"), &v, &n, err);

	for (size_t i = 0; !rc && i < n; i++)
		rc = read_row(r, &v[i], err);
	if (rc)
		return rc;
	py_lock_sort(r->out);
	for (size_t i = 1; i < r->out->n; i++)
		if (str_eq(r->out->v[i].name, r->out->v[i - 1].name))
			return bad(r, value, r->out->v[i].name, "it is there twice", err);
	return 0;
}

static errint read_slots(const struct lock_reader *r, struct str value, struct err *err)
{
	struct json_member *v;
	struct str version;
	size_t n;
	errint rc = members(r, value, S("slots"), &v, &n, err);

	for (size_t i = 0; !rc && i < n; i++) {
		rc = one_word(r, v[i].value, v[i].key, &version, err);
		if (!rc)
			py_lock_put_slot(r->out, v[i].key, version);
	}
	return rc;
}

/* ---- what projects say of themselves ---- */

static struct py_extra *extra_of(struct arena *a, struct py_about *about, struct str name)
{
	for (size_t i = 0; i < about->n_extras; i++)
		if (str_eq(about->extras[i].name, name))
			return &about->extras[i];
	about->extras = py_grow(a, about->extras, about->n_extras, &about->cap_extras,
				sizeof(*about->extras));
	about->extras[about->n_extras] = (struct py_extra){.name = name};
	return &about->extras[about->n_extras++];
}

static errint read_extras(const struct lock_reader *r, struct str value, struct str entry,
			  struct py_about *about, unsigned machines, struct err *err)
{
	struct json_member *v;
	size_t n;
	errint rc = members(r, value, entry, &v, &n, err);

	for (size_t i = 0; !rc && i < n; i++) {
		struct py_extra *extra = extra_of(r->a, about, v[i].key);

		for (unsigned m = 0; !rc && m < PY_MACHINES; m++)
			if (machines & (1u << m))
				rc = words(r, v[i].value, entry, &extra->names[m], err);
	}
	return rc;
}

static errint read_extras_on(const struct lock_reader *r, struct str value, struct str entry,
			     struct py_about *about, struct err *err)
{
	struct json_member *v;
	size_t n;
	errint rc = members(r, value, entry, &v, &n, err);

	for (size_t i = 0; !rc && i < n; i++) {
		unsigned m;

		if (!machine_of(v[i].key, &m))
			return bad(r, v[i].value, entry, "a system is unknown", err);
		rc = read_extras(r, v[i].value, entry, about, 1u << m, err);
	}
	return rc;
}

static errint read_about(const struct lock_reader *r, const struct json_member *p, struct err *err)
{
	/* the lock is this function's own to fill */
	struct py_row *row = (struct py_row *)py_lock_find(r->out, p->key);
	struct py_about about = row ? row->about : (struct py_about){0};
	struct json_member *v;
	size_t n;
	errint rc = members(r, p->value, p->key, &v, &n, err);

	for (size_t i = 0; !rc && i < n; i++) {
		struct str value = v[i].value;

		if (str_eqz(v[i].key, "description"))
			rc = one_word(r, value, p->key, &about.description, err);
		else if (str_eqz(v[i].key, "license"))
			rc = one_word(r, value, p->key, &about.license, err);
		else if (str_eqz(v[i].key, "requires"))
			rc = words(r, value, p->key, &about.requires, err);
		else if (str_eqz(v[i].key, "extras"))
			rc = read_extras(r, value, p->key, &about, PY_MACHINES_ALL, err);
		else if (str_eqz(v[i].key, "extrasOn"))
			rc = read_extras_on(r, value, p->key, &about, err);
	}
	if (!rc && row)
		row->about = about;
	return rc;
}

static errint read_abouts(const struct lock_reader *r, struct str value, struct err *err)
{
	struct json_member *v;
	size_t n;
	errint rc = members(r, value, S("about"), &v, &n, err);

	for (size_t i = 0; !rc && i < n; i++)
		rc = read_about(r, &v[i], err);
	return rc;
}

/* ---- the whole ---- */

/* The scanner says where: "JSON at line 2, column 3: …". */
static errint not_json(const struct lock_reader *r, struct err *err)
{
	static const char head[] = "JSON at line ";
	struct str said = arena_str(r->a, str_c(err->msg)), line = S("1"), rest;

	if (str_starts(said, S(head))) {
		str_cut(str_skip(said, strlen(head)), ',', &line, &rest);
		str_cut(said, ':', &rest, &said);
	}
	return err_set(err, ERR_CORRUPT, "%s:%.*s: %.*s", r->file, STR_ARG(line),
		       STR_ARG(str_trim(said)));
}

static errint check_format(const struct lock_reader *r, const struct json_member *v, size_t n,
			   const char *key, struct err *err)
{
	const struct str *format = json_find(v, n, str_c(key));

	if (!format)
		return err_set(err, ERR_CORRUPT, "%s:1: it has no '%s'", r->file, key);
	if (str_eqz(*format, "1"))
		return 0;
	err_set(err, ERR_UNSUPPORTED, "%s:%u: its %s is %.*s, and this kiln knows 1", r->file,
		line_of(r, format->p), key, STR_ARG(*format));
	return err_hint(err, "a newer kiln wrote it: use that one");
}

errint py_lock_parse(struct py_lock *out, struct str text, struct err *err)
{
	struct lock_reader r = {out->a, out->file, arena_str(out->a, text), out};
	struct json_member *v;
	const struct str *about;
	size_t n;
	errint rc = json_members(r.a, r.text, &v, &n, err);

	if (rc)
		return not_json(&r, err);
	rc = check_format(&r, v, n, "format", err);
	for (size_t i = 0; !rc && i < n; i++) {
		if (str_eqz(v[i].key, "projects"))
			rc = read_projects(&r, v[i].value, err);
		else if (str_eqz(v[i].key, "slots"))
			rc = read_slots(&r, v[i].value, err);
		else if (str_eqz(v[i].key, "python"))
			rc = one_word(&r, v[i].value, v[i].key, &out->python, err);
		else if (str_eqz(v[i].key, "from"))
			rc = words(&r, v[i].value, v[i].key, &out->from, err);
		else if (!str_eqz(v[i].key, "format") && !str_eqz(v[i].key, "about"))
			rc = bad(&r, v[i].value, v[i].key, "it is unknown", err);
	}
	about = rc ? NULL : json_find(v, n, S("about"));
	return about ? read_abouts(&r, *about, err) : rc;
}

errint py_about_parse(struct py_lock *l, struct str text, const char *file, struct err *err)
{
	struct lock_reader r = {l->a, file, arena_str(l->a, text), l};
	struct json_member *v;
	size_t n;
	errint rc = json_members(r.a, r.text, &v, &n, err);

	if (rc)
		return not_json(&r, err);
	rc = check_format(&r, v, n, "version", err);
	const struct str *packages = rc ? NULL : json_find(v, n, S("packages"));
	return packages ? read_abouts(&r, *packages, err) : rc;
}
