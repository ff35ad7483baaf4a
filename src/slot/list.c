/* SPDX-License-Identifier: MIT
 *
 * Reading the list of slots. */
#include "slot/list.h"

#include "base/file.h"
#include "base/json.h"
#include "base/toml.h"
#include "py/requirement.h"

static errint read_modules(struct arena *a, const struct str *value, struct slot_kind *k,
			   struct err *err)
{
	struct json_member *m;

	if (!value)
		return 0;
	errint rc = json_members(a, *value, &m, &k->n_modules, err);
	if (rc)
		return rc;
	k->modules = ARENA_ARRAY(a, struct slot_modules, k->n_modules);
	for (size_t i = 0; !rc && i < k->n_modules; i++) {
		k->modules[i].project = m[i].key;
		rc = json_strings(a, &m[i].value, &k->modules[i].v, &k->modules[i].n, err);
	}
	return rc;
}

static errint read_kind(struct arena *a, const struct json_member *row, struct slot_kind *k,
			struct err *err)
{
	struct json_member *m;
	size_t n;
	errint rc = json_members(a, row->value, &m, &n, err);

	if (rc)
		return rc;
	const struct str *needed = json_find(m, n, S("needed"));
	*k = (struct slot_kind){.name = row->key, .needed = needed && str_eqz(*needed, "true")};
	rc = json_strings(a, json_find(m, n, S("projects")), &k->projects, &k->n_projects, err);
	if (!rc)
		rc = json_strings(a, json_find(m, n, S("except")), &k->except, &k->n_except, err);
	return rc ? rc : read_modules(a, json_find(m, n, S("modules")), k, err);
}

static errint parse_own(struct arena *a, struct str text, struct slot_list *out, struct err *err)
{
	struct json_member *m, *rows;
	size_t n;
	errint rc = json_members(a, text, &m, &n, err);

	if (rc)
		return rc;
	const struct str *slots = json_find(m, n, S("slots"));
	if (!slots)
		return err_set(err, ERR_CORRUPT, "there is no 'slots'");
	rc = json_strings(a, json_find(m, n, S("single")), &out->single, &out->n_single, err);
	if (!rc)
		rc = json_members(a, *slots, &rows, &out->n, err);
	if (rc)
		return rc;
	out->v = ARENA_ARRAY(a, struct slot_kind, out->n);
	for (size_t i = 0; !rc && i < out->n; i++)
		rc = read_kind(a, &rows[i], &out->v[i], err);
	return rc;
}

/* ---- a project's own ---- */

static errint toml_texts(struct arena *a, const struct toml *table, const char *key,
			 struct str **out, size_t *n, struct err *err)
{
	const struct toml *list;
	errint rc = toml_want(table, key, TOML_ARRAY, &list, err);

	if (rc || !list)
		return rc;
	*n = list->array.n;
	*out = ARENA_ARRAY(a, struct str, *n);
	for (size_t i = 0; i < *n; i++) {
		const struct toml *item = list->array.items[i];

		if (item->kind != TOML_STRING)
			return toml_err(item, err, "'%s' lists names, not %s", key,
					toml_kind_text(item->kind));
		(*out)[i] = item->text;
	}
	return 0;
}

static errint toml_kind_of(struct arena *a, const struct toml_entry *e, struct slot_kind *k,
			   struct err *err)
{
	const struct toml *needed;
	struct str *modules = NULL;
	size_t n = 0;

	*k = (struct slot_kind){.name = e->key};
	if (e->value->kind != TOML_TABLE)
		return toml_err(e->value, err, "slot '%.*s' is a table with 'projects'",
				STR_ARG(e->key));
	errint rc = toml_want(e->value, "needed", TOML_BOOLEAN, &needed, err);
	if (!rc)
		rc = toml_texts(a, e->value, "projects", &k->projects, &k->n_projects, err);
	if (!rc)
		rc = toml_texts(a, e->value, "modules", &modules, &n, err);
	if (rc)
		return rc;
	if (!k->n_projects)
		return toml_err(e->value, err, "slot '%.*s' has no 'projects'", STR_ARG(e->key));
	k->needed = needed && needed->boolean;
	for (size_t i = 0; i < k->n_projects; i++)
		k->projects[i] = pep503_name(a, k->projects[i]);
	if (n) {
		k->n_modules = 1;
		k->modules = ARENA_NEW(a, struct slot_modules);
		*k->modules = (struct slot_modules){k->projects[0], modules, n};
	}
	return 0;
}

static errint add_project(struct arena *a, const char *project, struct slot_list *out,
			  struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);
	const char *file = arena_printf(a, "%s/.flox/kiln.toml", project);
	struct toml *root;
	const struct toml *slots;
	ERR(absent);

	if (file_read(AT_FDCWD, file, &text, &absent))
		return absent.code == ERR_NOT_FOUND ? 0 : err_move(err, &absent);
	errint rc = toml_parse(buf_str(&text), file, a, &root, err);
	if (!rc)
		rc = toml_want(root, "slots", TOML_TABLE, &slots, err);
	if (rc || !slots)
		return rc;
	struct slot_kind *all = ARENA_ARRAY(a, struct slot_kind, out->n + slots->table.n);
	memcpy(all, out->v, out->n * sizeof(*all));
	out->v = all;
	for (size_t i = 0; i < slots->table.n; i++) {
		const struct toml_entry *e = &slots->table.entries[i];

		if (slot_list_find(out, e->key))
			return toml_err(e->value, err, "slot '%.*s' is there already",
					STR_ARG(e->key));
		rc = toml_kind_of(a, e, &out->v[out->n++], err);
		if (rc)
			return rc;
	}
	return 0;
}

errint slot_list_read(const char *data_dir, const char *project, struct arena *a,
		      struct slot_list *out, struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);
	const char *file = arena_printf(a, "%s/pkgs/python/slots.json", data_dir);
	ERR(absent);

	*out = (struct slot_list){0};
	if (file_read(AT_FDCWD, file, &text, &absent)) {
		if (absent.code != ERR_NOT_FOUND)
			return err_move(err, &absent);
	} else if (parse_own(a, arena_str(a, buf_str(&text)), out, err)) {
		return err_wrap(err, "'%s'", file);
	}
	return project ? add_project(a, project, out, err) : 0;
}

/* ---- asking it ---- */

const struct slot_kind *slot_list_find(const struct slot_list *l, struct str name)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_eq(l->v[i].name, name))
			return &l->v[i];
	return NULL;
}

static bool among(struct str s, const struct str *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_ends(v[i], S("*")) ? str_starts(s, str_sub(v[i], 0, v[i].n - 1))
					   : str_eq(s, v[i]))
			return true;
	return false;
}

const struct slot_kind *slot_list_owner(const struct slot_list *l, struct str project)
{
	for (size_t i = 0; i < l->n; i++)
		if (among(project, l->v[i].projects, l->v[i].n_projects) &&
		    !among(project, l->v[i].except, l->v[i].n_except))
			return &l->v[i];
	return NULL;
}

bool slot_list_single(const struct slot_list *l, struct str project)
{
	return among(project, l->single, l->n_single);
}

const struct str *slot_kind_modules(const struct slot_kind *k, struct str project, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < k->n_modules; i++)
		if (str_eq(k->modules[i].project, project)) {
			*n = k->modules[i].n;
			return k->modules[i].v;
		}
	return NULL;
}

const char *slot_list_names(const struct slot_list *l, struct arena *a)
{
	BUF(text, LIMIT_SMALL_FILE);

	if (!l->n)
		return "none";
	for (size_t i = 0; i < l->n; i++)
		buf_printf(&text, "%s%.*s", i ? ", " : "", STR_ARG(l->v[i].name));
	return arena_strz(a, buf_str(&text));
}
