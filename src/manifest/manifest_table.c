/* SPDX-License-Identifier: MIT
 *
 * Tables of a manifest by their rows, and the findings. */
#include "base/suggest.h"
#include "base/toml_edit.h"
#include "manifest/manifest_int.h"
#include "manifest/manifest_json.h"

/* ---- where we are ---- */

enum { PATH_SHOWN = 200 };

void manifest_path_push(struct manifest_reader *r, struct str key)
{
	BUG_ON(r->n_path == MANIFEST_PATH_MAX);
	r->path[r->n_path++] = key;
}

void manifest_path_pop(struct manifest_reader *r)
{
	r->n_path--;
}

const char *manifest_path(struct manifest_reader *r)
{
	BUF(b, LIMIT_TOML_TEXT);

	toml_put_path(&b, r->path, r->n_path);
	return buf_str(&b).n <= PATH_SHOWN ? arena_strz(r->arena, buf_str(&b))
					   : manifest_shown(r->arena, buf_str(&b));
}

errint manifest_wrong(struct manifest_reader *r, const struct toml *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(r->err, ERR_CORRUPT, fmt, ap);
	va_end(ap);
	BUF(whole, LIMIT_ERR_TEXT);
	buf_printf(&whole, "'%s' %s", manifest_path(r), r->err->msg);
	return toml_err(at, r->err, "%s", buf_z(&whole));
}

void manifest_find(struct manifest_reader *r, enum manifest_finding_kind kind,
		   const struct toml *at, struct str near, unsigned since)
{
	struct manifest *m = r->m;

	if (m->n_findings == r->findings_cap) {
		size_t cap = MAX(r->findings_cap * 2, (size_t)8);
		struct manifest_finding *v = ARENA_ARRAY(r->arena, struct manifest_finding, cap);

		if (m->n_findings)
			memcpy(v, m->findings, m->n_findings * sizeof(*v));
		m->findings = v;
		r->findings_cap = cap;
	}
	m->findings[m->n_findings++] =
		(struct manifest_finding){kind, str_c(manifest_path(r)), at, near, since};
}

/* ---- single values ---- */

errint manifest_want(struct manifest_reader *r, const struct toml *v, enum toml_kind kind)
{
	if (v->kind == kind)
		return 0;
	errint rc = manifest_wrong(r, v, "is %s, not %s", toml_kind_text(v->kind),
				   toml_kind_text(kind));
	if (kind == TOML_STRING && v->kind != TOML_TABLE && v->kind != TOML_ARRAY)
		err_hint(r->err, "write it in quotes");
	if (kind == TOML_ARRAY && v->kind == TOML_STRING && v->text.n < 60)
		err_hint(r->err, "write it as a list: [\"%s\"]", manifest_shown(r->arena, v->text));
	return rc;
}

/* Scripts are for shells, to which a carriage return is a letter as others are. */
static struct str without_returns(struct manifest_reader *r, struct str s)
{
	if (!r->crlf || str_find(s, S("\r\n")) < 0)
		return s;
	char *p = arena_alloc(r->arena, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\r' || i + 1 == s.n || s.p[i + 1] != '\n')
			p[n++] = s.p[i];
	p[n] = '\0';
	return str_n(p, n);
}

static errint read_text(struct manifest_reader *r, const struct toml *v, struct manifest_text *out)
{
	errint rc = manifest_want(r, v, TOML_STRING);

	if (rc)
		return rc;
	/* It becomes an argument, a variable or a file name, and none of these can have one. */
	if (memchr(v->text.p, '\0', v->text.n))
		return manifest_wrong(r, v, "has a NUL character");
	*out = (struct manifest_text){without_returns(r, v->text), v};
	return 0;
}

static errint read_texts(struct manifest_reader *r, const struct toml *v,
			 struct manifest_texts *out)
{
	errint rc = manifest_want(r, v, TOML_ARRAY);

	if (rc)
		return rc;
	*out = (struct manifest_texts){.at = v, .n = v->array.n};
	out->v = ARENA_ARRAY(r->arena, struct manifest_text, v->array.n + 1);
	for (size_t i = 0; !rc && i < v->array.n; i++)
		rc = read_text(r, v->array.items[i], &out->v[i]);
	return rc;
}

static errint read_var(struct manifest_reader *r, const struct toml *v, void *into)
{
	struct manifest_var *var = into;
	struct manifest_text text = {0};

	var->name = r->path[r->n_path - 1];
	errint rc = read_text(r, v, &text);
	if (rc)
		return rc;
	if (!var->name.n || memchr(var->name.p, '=', var->name.n) ||
	    memchr(var->name.p, '\0', var->name.n))
		return manifest_wrong(r, v, "cannot be the name of a variable");
	var->value = text.text;
	var->at = v;
	return 0;
}

errint manifest_read_kind(struct manifest_reader *r, enum manifest_kind kind, const struct toml *v,
			  void *into)
{
	struct manifest_vars *vars = into;
	void *list = NULL;
	errint rc = 0;

	switch (kind) {
	case MANIFEST_KIND_TEXT:
		return read_text(r, v, into);
	case MANIFEST_KIND_TEXTS:
		return read_texts(r, v, into);
	case MANIFEST_KIND_NUMBER:
		rc = manifest_want(r, v, TOML_INTEGER);
		if (!rc)
			*(struct manifest_number *)into = (struct manifest_number){v->integer, v};
		return rc;
	case MANIFEST_KIND_FLAG:
		rc = manifest_want(r, v, TOML_BOOLEAN);
		if (!rc)
			*(struct manifest_flag *)into = (struct manifest_flag){v->boolean, v};
		return rc;
	case MANIFEST_KIND_VARS:
		rc = manifest_want(r, v, TOML_TABLE);
		vars->at = v;
		if (!rc)
			rc = manifest_read_map(r, v, sizeof(struct manifest_var), read_var, &list,
					       &vars->n);
		vars->v = list;
		return rc;
	case MANIFEST_KIND_RAW:
		rc = manifest_want(r, v, TOML_TABLE);
		*(const struct toml **)into = v;
		return rc;
	case MANIFEST_KIND_OWN:
		break;
	}
	BUG("a kind without a reader");
}

errint manifest_read_word(struct manifest_reader *r, const struct toml *v, const char *const *words,
			  size_t n, size_t *out)
{
	struct suggestion s;
	BUF(list, LIMIT_ERR_TEXT);
	errint rc = manifest_want(r, v, TOML_STRING);

	if (rc)
		return rc;
	s = suggestion_for(v->text);
	for (size_t i = 0; i < n; i++) {
		if (str_eqz(v->text, words[i])) {
			*out = i;
			return 0;
		}
		suggestion_offer(&s, str_c(words[i]));
		buf_printf(&list, "%s\"%s\"", !i ? "" : i + 1 == n ? " or " : ", ", words[i]);
	}
	rc = manifest_wrong(r, v, "is '%s', not %s", manifest_shown(r->arena, v->text),
			    buf_z(&list));
	suggestion_hint(&s, r->err);
	return rc;
}

/* ---- tables ---- */

static const struct manifest_key *find_key(const struct manifest_key *keys, size_t n,
					   struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eqz(name, keys[i].name))
			return &keys[i];
	return NULL;
}

/* What other tools call it. */
static const char *const elsewhere[][2] = {
	{"config", "options"},   {"dependencies", "install"}, {"deps", "install"},
	{"env", "vars"},         {"environment", "vars"},     {"env-vars", "vars"},
	{"packages", "install"}, {"pkgs", "install"},         {"settings", "options"},
	{"shellHook", "hook"},   {"shell-hook", "hook"},      {"variables", "vars"},
};

static struct str nearest(const struct manifest_key *keys, size_t n, struct str name)
{
	struct suggestion s = suggestion_for(name);

	for (size_t i = 0; i < ARRAY_LEN(elsewhere); i++)
		if (str_eqz(name, elsewhere[i][0]) && find_key(keys, n, str_c(elsewhere[i][1])))
			return str_c(elsewhere[i][1]);
	for (size_t i = 0; i < n; i++)
		suggestion_offer(&s, str_c(keys[i].name));
	return s.n ? s.near[0] : (struct str){"", 0};
}

errint manifest_read_table(struct manifest_reader *r, const struct toml *table,
			   const struct manifest_key *keys, size_t n_keys, void *into)
{
	errint rc = manifest_want(r, table, TOML_TABLE);

	for (size_t i = 0; !rc && i < table->table.n; i++) {
		const struct toml_entry *e = &table->table.entries[i];
		const struct manifest_key *k = find_key(keys, n_keys, e->key);

		manifest_path_push(r, e->key);
		if (!k)
			manifest_find(r, MANIFEST_UNKNOWN, e->value, nearest(keys, n_keys, e->key),
				      0);
		else if (k->since > r->m->schema)
			manifest_find(r, MANIFEST_NEWER, e->value, S(""), k->since);
		if (k && k->kind == MANIFEST_KIND_OWN)
			rc = k->read(r, e->value, (char *)into + k->offset);
		else if (k)
			rc = manifest_read_kind(r, k->kind, e->value, (char *)into + k->offset);
		manifest_path_pop(r);
	}
	return rc;
}

errint manifest_read_map(struct manifest_reader *r, const struct toml *table, size_t size,
			 manifest_read_fn *read, void **out, size_t *n)
{
	errint rc = manifest_want(r, table, TOML_TABLE);

	if (rc || !table->table.n)
		return rc;
	char *v = arena_calloc(r->arena, table->table.n, size);
	for (size_t i = 0; !rc && i < table->table.n; i++) {
		manifest_path_push(r, table->table.entries[i].key);
		rc = read(r, table->table.entries[i].value, v + i * size);
		manifest_path_pop(r);
	}
	*out = v;
	*n = table->table.n;
	return rc;
}
