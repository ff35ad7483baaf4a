/* SPDX-License-Identifier: MIT
 *
 * Edits of [install] and of the schema, one value after the other. */
#include "manifest/manifest_edit.h"

#include "base/suggest.h"
#include "base/toml_edit.h"
#include "manifest/manifest.h"

struct editor {
	struct buf text, next; /* the text so far, and room for the next one */
	const char *file;
	struct err *err;
};

static void editor_release(struct editor *e)
{
	buf_release(&e->text);
	buf_release(&e->next);
}

#define EDITOR(name, start, file_, err_)                                                 \
	struct editor name CLEANUP(editor_release) = {.text = BUF_INIT(LIMIT_TOML_TEXT), \
						      .next = BUF_INIT(LIMIT_TOML_TEXT), \
						      .file = (file_),                   \
						      .err = (err_)};                    \
	buf_puts(&name.text, start)

static void take_next(struct editor *e)
{
	struct buf old = e->text;

	e->text = e->next;
	e->next = old;
	buf_clear(&e->next);
}

static errint set(struct editor *e, const struct str *path, size_t n, struct str value)
{
	errint rc = toml_edit_set(buf_str(&e->text), e->file, path, n, value, &e->next, e->err);

	if (!rc)
		take_next(e);
	return rc;
}

/* The text is a manifest still. */
static errint finish(struct editor *e, struct buf *out)
{
	ARENA(a);
	struct manifest *m;
	errint rc = buf_check(&e->text, e->file, e->err);

	if (!rc)
		rc = manifest_parse(buf_str(&e->text), e->file, &a, &m, e->err);
	if (rc)
		return rc;
	buf_puts(out, buf_str(&e->text));
	return buf_check(out, e->file, e->err);
}

/* ---- the schema ---- */

static errint set_schema(struct editor *e, const struct manifest *m, unsigned schema)
{
	BUF(value, LIMIT_SMALL_FILE);
	struct str path[] = {S("schema-version")};

	buf_printf(&value, "\"%s\"", manifest_schema_text(schema));
	if (m->schema != MANIFEST_V1)
		return set(e, path, 1, buf_str(&value));
	/* In the place of the line that it replaces. */
	const struct toml *v = m->schema_at;
	const struct toml_entry *entry = m->root->table.entries;
	while (entry->value != v)
		entry++;
	buf_puts(&e->next, str_sub(buf_str(&e->text), 0, entry->from));
	buf_printf(&e->next, "%.*s = %s", STR_ARG(path[0]), buf_z(&value));
	buf_puts(&e->next, str_skip(buf_str(&e->text), entry->to));
	take_next(e);
	return 0;
}

static errint raise_schema(struct editor *e, unsigned schema)
{
	ARENA(a);
	struct manifest *m;
	errint rc = manifest_parse(buf_str(&e->text), e->file, &a, &m, e->err);

	if (rc || m->schema >= schema)
		return rc;
	rc = set_schema(e, m, schema);
	for (size_t i = 0; !rc && m->schema == MANIFEST_V1 && i < m->n_packages; i++) {
		struct str path[] = {S("install"), m->packages[i].id, S("outputs")};

		if (m->packages[i].all_outputs && !m->packages[i].outputs.at)
			rc = set(e, path, 3, S("\"all\""));
	}
	return rc;
}

errint manifest_edit_schema(struct str text, const char *file, unsigned schema, struct buf *out,
			    struct err *err)
{
	EDITOR(e, text, file, err);
	errint rc = raise_schema(&e, schema);

	return rc ? rc : finish(&e, out);
}

errint manifest_edit_schema_needed(struct str text, const char *file, unsigned *schema,
				   struct buf *out, struct err *err)
{
	ARENA(a);
	struct manifest *m;
	unsigned needed = 0;
	errint rc = manifest_parse(text, file, &a, &m, err);

	for (size_t i = 0; !rc && i < m->n_findings; i++) {
		if (m->findings[i].kind != MANIFEST_NEWER) {
			needed = 0;
			break;
		}
		needed = MAX(needed, m->findings[i].since);
	}
	if (rc)
		return rc;
	*schema = needed;
	if (needed)
		return manifest_edit_schema(text, file, needed, out, err);
	buf_puts(out, text);
	return buf_check(out, file, err);
}

/* ---- [install] ---- */

static errint set_value(struct editor *e, struct str id, const char *key, struct str value)
{
	struct str path[] = {S("install"), id, str_c(key)};

	return set(e, path, 3, value);
}

static errint set_text(struct editor *e, struct str id, const char *key,
		       const struct manifest_text *t)
{
	BUF(b, LIMIT_TOML_TEXT);

	if (!t->at && !t->text.n)
		return 0;
	toml_put_str(&b, t->text);
	return set_value(e, id, key, buf_str(&b));
}

static errint set_texts(struct editor *e, struct str id, const char *key,
			const struct manifest_texts *t)
{
	BUF(b, LIMIT_TOML_TEXT);

	if (!t->at && !t->n)
		return 0;
	buf_putc(&b, '[');
	for (size_t i = 0; i < t->n; i++) {
		if (i)
			buf_putz(&b, ", ");
		toml_put_str(&b, t->v[i].text);
	}
	buf_putc(&b, ']');
	return set_value(e, id, key, buf_str(&b));
}

static errint set_number(struct editor *e, struct str id, const char *key, int64_t n)
{
	BUF(b, LIMIT_SMALL_FILE);

	buf_printf(&b, "%lld", (long long)n);
	return set_value(e, id, key, buf_str(&b));
}

errint manifest_edit_install(struct str text, const char *file, const struct manifest_package *p,
			     struct buf *out, struct err *err)
{
	/* ORDER manifest_package_kind */
	static const char *const keys[] = {"pkg-path", "flake", "store-path"};
	bool has_outputs = p->all_outputs || p->outputs.at || p->outputs.n;
	EDITOR(e, text, file, err);
	errint rc = has_outputs ? raise_schema(&e, MANIFEST_OLDEST_SCHEMA) : 0;

	if (!rc)
		rc = set_text(&e, p->id, keys[p->kind], &p->what);
	if (!rc)
		rc = set_text(&e, p->id, "version", &p->version);
	if (!rc)
		rc = set_text(&e, p->id, "pkg-group", &p->group);
	if (!rc && (p->priority.at || p->priority.value != MANIFEST_DEFAULT_PRIORITY))
		rc = set_number(&e, p->id, "priority", p->priority.value);
	if (!rc)
		rc = set_texts(&e, p->id, "systems", &p->systems);
	if (!rc && p->all_outputs)
		rc = set_value(&e, p->id, "outputs", S("\"all\""));
	else if (!rc)
		rc = set_texts(&e, p->id, "outputs", &p->outputs);
	return rc ? rc : finish(&e, out);
}

errint manifest_edit_uninstall(struct str text, const char *file, struct str id, struct buf *out,
			       struct err *err)
{
	struct str path[] = {S("install"), id};
	EDITOR(e, text, file, err);
	errint rc = toml_edit_remove(buf_str(&e.text), file, path, 2, &e.next, err);

	if (rc)
		return rc;
	take_next(&e);
	return finish(&e, out);
}

/* ---- names ---- */

static errint no_such(const struct manifest *m, struct str word, struct err *err)
{
	struct suggestion s = suggestion_for(word);

	for (size_t i = 0; i < m->n_packages; i++) {
		suggestion_offer(&s, m->packages[i].id);
		suggestion_offer_as(&s, m->packages[i].what.text, m->packages[i].id);
	}
	errint rc = err_set(err, ERR_NOT_FOUND, "'%.*s' is not installed", STR_ARG(word));
	if (!suggestion_hint(&s, err))
		err_hint(err, "'kiln list' shows what is");
	return rc;
}

static bool is_called(const struct manifest_package *p, struct str name, struct str version)
{
	return str_eq(p->what.text, name) && (!version.n || str_eq(p->version.text, version));
}

errint manifest_package_named(const struct manifest *m, struct str word,
			      const struct manifest_package **out, struct err *err)
{
	const struct manifest_package *found = manifest_package_find(m, word);
	struct str name = word, version = {"", 0};
	ptrdiff_t at = str_rchr(word, '@');

	for (size_t pass = 0; !found && pass < 2; pass++) {
		if (pass && at <= 0)
			break;
		if (pass) {
			name = str_sub(word, 0, (size_t)at);
			version = str_skip(word, (size_t)at + 1);
		}
		for (size_t i = 0; i < m->n_packages; i++) {
			if (!is_called(&m->packages[i], name, version))
				continue;
			if (found) {
				err_set(err, ERR_USAGE, "'%.*s' is installed more than once",
					STR_ARG(word));
				return err_hint(err, "name it by its install id: '%.*s' or '%.*s'",
						STR_ARG(found->id), STR_ARG(m->packages[i].id));
			}
			found = &m->packages[i];
		}
	}
	if (!found)
		return no_such(m, word, err);
	*out = found;
	return 0;
}

/* "hello-2.12" -> "hello": up to the first '-' that no letter follows. */
static struct str without_version(struct str name)
{
	for (size_t i = 1; i + 1 < name.n; i++)
		if (name.p[i] == '-' && name.p[i + 1] >= '0' && name.p[i + 1] <= '9')
			return str_sub(name, 0, i);
	return name;
}

struct str manifest_id_of(const struct manifest_package *p)
{
	struct str s = p->what.text, head, tail;
	ptrdiff_t at;

	if (p->kind == MANIFEST_STORE_PATH) {
		s = path_base(s);
		at = str_chr(s, '-');
		return at == 32 ? without_version(str_skip(s, 33)) : s;
	}
	if (p->kind == MANIFEST_FLAKE) {
		if (str_cut(s, '#', &head, &tail) && tail.n) {
			at = str_rchr(tail, '.');
			return str_skip(tail, (size_t)(at + 1));
		}
		return path_base(str_drop_suffix(str_cut(s, '#', &head, &tail) ? head : s, S("/")));
	}
	/* A quoted attribute may hold dots. */
	if (str_ends(s, S("\""))) {
		at = str_rchr(str_sub(s, 0, s.n - 1), '"');
		return str_sub(s, (size_t)(at + 1), s.n - (size_t)at - 2);
	}
	at = str_rchr(s, '.');
	return path_base(str_skip(s, (size_t)(at + 1)));
}
