/* SPDX-License-Identifier: MIT
 *
 * The resolver's answer, and the choice among a release's files. */
#include "py/resolved.h"

#include "base/toml.h"
#include "base/url.h"
#include "py/requirement.h"
#include "py/wheel.h"

void py_environments(struct arena *a, struct str full, struct marker_env out[PY_MACHINES])
{
	for (unsigned m = 0; m < PY_MACHINES; m++)
		out[m] = marker_env_linux(a, full, str_c(py_machines[m]));
}

/* Of an address the last part. */
static errint file_name(struct arena *a, const struct toml *url, struct str *out, struct err *err)
{
	char *name CLEANUP_FREE = url_file_name(url->text.p);
	struct str s = str_c(name), plus;

	str_cut(s, '#', &s, &plus);
	*out = arena_str(a, s);
	return s.n && str_chr(s, '/') < 0 ? 0 : toml_err(url, err, "it names no file");
}

static errint read_file(struct arena *a, const struct toml *t, struct py_file *out, struct err *err)
{
	const struct toml *url, *name, *hashes, *sha256;
	errint rc = t->kind == TOML_TABLE ? toml_want(t, "name", TOML_STRING, &name, err)
					  : toml_err(t, err, "expected a table");

	if (!rc)
		rc = toml_want(t, "url", TOML_STRING, &url, err);
	if (!rc && !name && !url)
		rc = toml_err(t, err, "a file has neither name nor address");
	if (!rc)
		rc = toml_need(t, "hashes", TOML_TABLE, &hashes, err);
	if (rc)
		return rc;
	rc = toml_want(hashes, "sha256", TOML_STRING, &sha256, err);
	if (rc || !sha256) {
		toml_err(hashes, err, "the index gives no sha256 of this file");
		return err_hint(err, "an index that tells hashes is needed to lock what it has");
	}
	*out = (struct py_file){.sha256 = arena_str(a, sha256->text)};
	if (!name)
		return file_name(a, url, &out->name, err);
	out->name = arena_str(a, name->text);
	return 0;
}

static errint read_wheels(struct arena *a, const struct toml *p, struct py_release *out,
			  struct err *err)
{
	const struct toml *wheels;
	errint rc = toml_want(p, "wheels", TOML_ARRAY, &wheels, err);

	if (rc || !wheels)
		return rc;
	out->wheels = ARENA_ARRAY(a, struct py_file, wheels->array.n + 1);
	for (size_t i = 0; !rc && i < wheels->array.n; i++)
		rc = read_file(a, wheels->array.items[i], &out->wheels[out->n_wheels++], err);
	return rc;
}

static errint read_machines(struct arena *a, const struct toml *p, const struct marker_env *env,
			    unsigned *out, struct err *err)
{
	const struct toml *text;
	struct marker *marker;
	errint rc = toml_want(p, "marker", TOML_STRING, &text, err);

	*out = PY_MACHINES_ALL;
	if (rc || !text)
		return rc;
	rc = marker_parse(a, text->text, &marker, err);
	for (unsigned m = 0; !rc && m < PY_MACHINES; m++) {
		bool yes;

		rc = marker_eval(marker, &env[m], &yes, err);
		if (!rc && !yes)
			*out &= ~(1u << m);
	}
	return rc;
}

static errint read_package(struct arena *a, const struct toml *p, const struct marker_env *env,
			   struct py_release *out, struct err *err)
{
	const struct toml *name, *version, *sdist;
	errint rc = p->kind == TOML_TABLE ? toml_need(p, "name", TOML_STRING, &name, err)
					  : toml_err(p, err, "expected a table");

	if (!rc)
		rc = toml_need(p, "version", TOML_STRING, &version, err);
	if (!rc)
		rc = toml_want(p, "sdist", TOML_TABLE, &sdist, err);
	if (rc)
		return rc;
	*out = (struct py_release){.name = pep503_name(a, name->text),
				   .version = arena_str(a, version->text)};
	rc = read_machines(a, p, env, &out->machines, err);
	if (!rc)
		rc = read_wheels(a, p, out, err);
	return rc || !sdist ? rc : read_file(a, sdist, &out->sdist, err);
}

static errint check_twice(const struct py_releases *l, struct err *err)
{
	for (size_t i = 0; i < l->n; i++) {
		for (size_t k = 0; k < i; k++) {
			if (!str_eq(l->v[i].name, l->v[k].name))
				continue;
			err_set(err, ERR_UNSUPPORTED,
				"%.*s has two versions, %.*s and %.*s, for the two systems",
				STR_ARG(l->v[i].name), STR_ARG(l->v[k].version),
				STR_ARG(l->v[i].version));
			return err_hint(err, "bound it, so that both have one: %.*s==%.*s",
					STR_ARG(l->v[i].name), STR_ARG(l->v[k].version));
		}
	}
	return 0;
}

errint py_resolved_parse(struct arena *a, struct str text, const char *name,
			 const struct marker_env env[PY_MACHINES], struct py_releases *out,
			 struct err *err)
{
	const struct toml *packages;
	struct toml *root;
	errint rc = toml_parse(text, name, a, &root, err);

	if (!rc)
		rc = toml_want(root, "packages", TOML_ARRAY, &packages, err);
	for (size_t i = 0; !rc && packages && i < packages->array.n; i++) {
		out->v = py_grow(a, out->v, out->n, &out->cap, sizeof(*out->v));
		rc = read_package(a, packages->array.items[i], env, &out->v[out->n], err);
		if (!rc && out->v[out->n].machines)
			out->n++;
	}
	return rc ? rc : check_twice(out, err);
}

/* ---- choosing ---- */

/* Between equals the higher build, then the first by name. */
static bool is_better(const struct wheel_name *a, unsigned rank, const struct wheel_name *b,
		      unsigned than)
{
	uint64_t x = 0, y = 0;

	if (rank != than)
		return rank < than;
	if (a->build.n != b->build.n || !str_eq(a->build, b->build)) {
		(void)!str_to_u64(a->build, &x);
		(void)!str_to_u64(b->build, &y);
		if (x != y)
			return x > y;
	}
	return str_cmp(a->file, b->file) < 0;
}

static const struct py_file *best(const struct py_release *r, unsigned minor, struct str machine)
{
	const struct py_file *found = NULL;
	struct wheel_name name, of = {0};
	unsigned rank = WHEEL_NO_RANK;
	ERR(ignored);

	for (size_t i = 0; i < r->n_wheels; i++) {
		if (wheel_name_parse(r->wheels[i].name, &name, &ignored))
			continue;
		unsigned one = wheel_name_rank(&name, minor, machine);

		if (one == WHEEL_NO_RANK || (found && !is_better(&name, one, &of, rank)))
			continue;
		found = &r->wheels[i];
		of = name;
		rank = one;
	}
	return found;
}

static void put_file(struct py_row *row, const struct py_file *f, unsigned m)
{
	for (size_t i = 0; i < row->n_files; i++) {
		if (str_eq(row->files[i].name, f->name)) {
			row->files[i].machines |= 1u << m;
			return;
		}
	}
	row->files[row->n_files] = *f;
	row->files[row->n_files++].machines = 1u << m;
}

bool py_row_choose(struct py_row *row, const struct py_release *r, unsigned minor, bool source)
{
	bool all = true;

	for (unsigned m = 0; m < PY_MACHINES; m++) {
		const struct py_file *f = source ? r->sdist.name.n ? &r->sdist : NULL
						 : best(r, minor, str_c(py_machines[m]));

		if (f)
			put_file(row, f, m);
		else if (r->machines & (1u << m))
			all = false;
	}
	if (row->n_files == 2 && str_cmp(row->files[0].name, row->files[1].name) > 0) {
		struct py_file first = row->files[0];

		row->files[0] = row->files[1];
		row->files[1] = first;
	}
	return all;
}
