/* SPDX-License-Identifier: MIT
 *
 * The wheel's RECORD against its members. Tools on Windows spell names with backslashes, some write
 * "./", and some name .dist-info and .data otherwise than the folders are: rows and members are
 * compared by a key that evens this out. A member that RECORD forgot is told and installed, as many
 * wheels on the index have one; a row without its member, or with another hash, is refused. */
#include <stdlib.h>

#include "base/file.h"
#include "archive/archive.h"
#include "py/builder_wheel_int.h"
#include "py/requirement.h"

struct entry {
	struct str key;
	const struct wheel_file *file;  /* or NULL */
	const struct wheel_record *row; /* or NULL */
};

bool wheel_info_is(struct str name, const char *file)
{
	struct str top, rest;

	return str_cut(name, '/', &top, &rest) && str_ends(top, S(".dist-info")) &&
	       str_eqz(rest, file);
}

static struct str key_of(struct arena *a, struct str name)
{
	char *slashes = arena_strz(a, name), *clean = arena_alloc(a, name.n + 1);
	struct str top, rest, key;
	size_t n;

	for (char *p = slashes; *p; p++)
		*p = *p == '\\' ? '/' : *p;
	if (!archive_clean_name(str_c(slashes), clean, &n))
		return str_c(slashes);
	key = str_n(clean, n);
	if (!str_cut(key, '/', &top, &rest) ||
	    (!str_ends(top, S(".dist-info")) && !str_ends(top, S(".data"))))
		return key;
	bool info = str_ends(top, S(".dist-info"));
	struct str suffix = info ? S(".dist-info") : S(".data");

	top = pep503_name(a, str_drop_suffix(top, suffix));
	return str_c(
		arena_printf(a, "%.*s%.*s/%.*s", STR_ARG(top), STR_ARG(suffix), STR_ARG(rest)));
}

/* By key, members first. */
static int by_key(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int c = str_cmp(x->key, y->key);

	return c ? c : (x->row != NULL) - (y->row != NULL);
}

/* The cure for whoever did not pack the wheel. */
static errint hint(struct err *err)
{
	return err_hint(err,
			"the wheel was packed wrongly or changed afterwards: use another release "
			"of it, or build it from its source");
}

/* The wheel's own hash, which is checked before, says what its author published; a recipe may know
 * that this RECORD does not. */
static errint mismatch(struct wheel_install *w, const struct wheel_record *row,
		       const struct hash *got, struct err *err)
{
	if (w->warn_record) {
		wheel_warn(w, "'%.*s' is not what the wheel's RECORD says", STR_ARG(row->name));
		return 0;
	}
	hash_mismatch(err, HASH_OF_RECORD, row->name, &row->hash, got);
	return hint(err);
}

static errint check_file(struct wheel_install *w, const struct wheel_file *f,
			 const struct wheel_record *row, struct err *err)
{
	int fd CLEANUP_FD = -1;
	struct hash got = f->sha256;

	if (!row->has_hash) {
		err_set(err, ERR_CORRUPT, "RECORD has no hash of '%.*s'", STR_ARG(row->name));
		return hint(err);
	}
	if (row->hash.algo != HASH_SHA256) {
		errint rc = open_file(w->out_fd, f->path.p, &fd, err);

		if (!rc)
			rc = hash_fd(row->hash.algo, fd, &got, err);
		if (rc)
			return rc;
	}
	return hash_eq(&got, &row->hash) ? 0 : mismatch(w, row, &got, err);
}

static bool is_signature(struct str name)
{
	return wheel_info_is(name, "RECORD.jws") || wheel_info_is(name, "RECORD.p7s");
}

/* A row that no member answers to: RECORD itself, signatures, folders and bytecode only. */
static errint check_left(const struct entry *e, struct err *err)
{
	struct str name = e->row->name;
	bool folder = str_ends(name, S("/")) || str_ends(name, S("\\"));

	if (folder || wheel_info_is(e->key, "RECORD") || is_signature(e->key) ||
	    str_find(e->key, S("__pycache__/")) >= 0)
		return 0;
	err_set(err, ERR_CORRUPT, "RECORD lists '%.*s', which the wheel has not", STR_ARG(name));
	return hint(err);
}

/* Says which members RECORD forgot; the wheel as a whole is what its own hash says. */
static void tell_unlisted(struct wheel_install *w, const struct wheel_file *first, size_t n)
{
	if (n == 1)
		wheel_warn(w, "'%.*s' is not in the wheel's RECORD", STR_ARG(first->member));
	else if (n)
		wheel_warn(w, "'%.*s' and %zu more are not in the wheel's RECORD",
			   STR_ARG(first->member), n - 1);
}

/* The members and rows of one key; either may be there twice. */
static errint check_group(struct wheel_install *w, const struct entry *v, size_t n, struct err *err)
{
	if (!v[0].file)
		return check_left(&v[0], err);
	for (size_t i = 0; i < n && v[i].file; i++)
		for (size_t j = i + 1; j < n; j++) {
			errint rc = v[j].row ? check_file(w, v[i].file, v[j].row, err) : 0;

			if (rc)
				return rc;
		}
	return 0;
}

static errint compare(struct wheel_install *w, struct entry *v, size_t n, struct err *err)
{
	const struct wheel_file *unlisted = NULL;
	size_t n_unlisted = 0, end;

	qsort(v, n, sizeof(*v), by_key);
	for (size_t i = 0; i < n; i = end) {
		for (end = i + 1; end < n && str_eq(v[end].key, v[i].key); end++)
			;
		errint rc = check_group(w, v + i, end - i, err);
		if (rc)
			return rc;
		if (v[end - 1].row || is_signature(v[i].key))
			continue;
		unlisted = unlisted ? unlisted : v[i].file;
		n_unlisted++;
	}
	tell_unlisted(w, unlisted, n_unlisted);
	return 0;
}

errint wheel_check_record(struct wheel_install *w, struct str record, struct err *err)
{
	struct wheel_record *rows;
	struct entry *v;
	size_t n_rows, n = 0;
	errint rc = wheel_record_parse(&w->arena, record, &rows, &n_rows, err);

	if (rc)
		return rc;
	v = ARENA_ARRAY(&w->arena, struct entry, w->n_files + n_rows);
	for (size_t i = 0; i < w->n_files; i++, n++)
		v[n] = (struct entry){key_of(&w->arena, w->files[i].member), &w->files[i], NULL};
	for (size_t i = 0; i < n_rows; i++, n++)
		v[n] = (struct entry){key_of(&w->arena, rows[i].name), NULL, &rows[i]};
	return compare(w, v, n, err);
}
