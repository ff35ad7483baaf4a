/* SPDX-License-Identifier: MIT
 *
 * Reading and writing sources.json. */
#include "source/sources_file.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"

static const char *const kinds[] = {
	[SOURCE_FILE] = "file", [SOURCE_EXECUTABLE] = "executable", [SOURCE_TREE] = "tree"};

bool sources_name_is_safe(struct str name)
{
	if (!name.n || name.n > LIMIT_NAR_NAME || name.p[0] == '.')
		return false;
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];

		if (c < ' ' || c == 0x7f || c == '/' || c == '\\')
			return false;
	}
	return true;
}

/* ---- reading ---- */

struct entry_reading {
	struct arena *a;
	const struct json_member *v;
	size_t n;
};

static errint read_text(const struct entry_reading *r, const char *key, struct str *out,
			struct err *err)
{
	const struct str *value = json_find(r->v, r->n, str_c(key));
	errint rc = value ? json_string(r->a, *value, out, err) : 0;

	return rc ? err_wrap(err, "'%s'", key) : 0;
}

static errint read_texts(const struct entry_reading *r, const char *key, struct str **out,
			 size_t *n, struct err *err)
{
	errint rc = json_strings(r->a, json_find(r->v, r->n, str_c(key)), out, n, err);

	return rc ? err_wrap(err, "'%s'", key) : 0;
}

static errint read_number(const struct json_member *v, size_t n, const char *key, uint64_t *out,
			  struct err *err)
{
	const struct str *value = json_find(v, n, str_c(key));

	if (!value || str_to_u64(*value, out))
		return 0;
	return err_set(err, ERR_CORRUPT, "'%s' is no number", key);
}

static errint read_hash(const struct entry_reading *r, const char *key, enum hash_algo algo,
			struct hash *out, struct err *err)
{
	struct str text = S("");
	errint rc = read_text(r, key, &text, err);

	if (!rc && text.n)
		rc = hash_parse(text, algo, out, err);
	return rc ? err_wrap(err, "'%s'", key) : 0;
}

static errint read_kind(const struct entry_reading *r, struct source_entry *e, struct err *err)
{
	struct str text = str_c(kinds[SOURCE_FILE]);
	errint rc = read_text(r, "kind", &text, err);

	for (size_t i = 0; !rc && i < ARRAY_LEN(kinds); i++) {
		if (!str_eqz(text, kinds[i]))
			continue;
		e->kind = (enum source_kind)i;
		return 0;
	}
	return rc ? rc : err_set(err, ERR_CORRUPT, "'kind' is '%.*s'", STR_ARG(text));
}

static errint read_facts(const struct entry_reading *r, struct source_entry *e, struct err *err)
{
	const struct str *facts = json_find(r->v, r->n, S("facts"));
	struct json_member *v;
	size_t n;

	if (!facts)
		return 0;
	errint rc = json_members(r->a, *facts, &v, &n, err);
	struct entry_reading f = {r->a, v, n};
	if (!rc)
		rc = read_text(&f, "rev", &e->rev, err);
	if (!rc)
		rc = read_number(v, n, "lastModified", &e->last_modified, err);
	if (!rc)
		rc = read_number(v, n, "revCount", &e->rev_count, err);
	return rc ? err_wrap(err, "'facts'") : 0;
}

static errint read_rewrites(const struct entry_reading *r, struct source_entry *e, struct err *err)
{
	const struct str *rewrites = json_find(r->v, r->n, S("rewrites"));
	struct str *items = NULL;
	size_t n = 0;
	errint rc = rewrites ? json_items(r->a, *rewrites, &items, &n, err) : 0;

	if (!rc && n)
		e->rewrites = ARENA_ARRAY(r->a, struct source_rewrite, n);
	for (; !rc && e->n_rewrites < n; e->n_rewrites++) {
		struct source_rewrite *w = &e->rewrites[e->n_rewrites];
		struct entry_reading o = {.a = r->a};
		struct json_member *v;

		*w = (struct source_rewrite){S(""), S("")};
		rc = json_members(r->a, items[e->n_rewrites], &v, &o.n, err);
		o.v = v;
		if (!rc)
			rc = read_text(&o, "recipe", &w->recipe, err);
		if (!rc)
			rc = read_text(&o, "src", &w->src, err);
	}
	return rc ? err_wrap(err, "'rewrites'") : 0;
}

static errint check_entry(const struct source_entry *e, struct err *err)
{
	if (!e->name.n)
		return err_set(err, ERR_CORRUPT, "it has no 'name'");
	if (e->file.n && !sources_name_is_safe(e->file))
		return err_set(err, ERR_CORRUPT, "its file's name is no name of a file");
	if (e->hash.algo == HASH_NONE)
		return err_set(err, ERR_CORRUPT, "it has no 'hash'");
	if (e->file.n && e->sha256.algo == HASH_NONE)
		return err_set(err, ERR_CORRUPT, "it has a file and no 'sha256'");
	return 0;
}

static errint read_entry(struct arena *a, struct str object, struct source_entry *e,
			 struct err *err)
{
	struct json_member *v;
	size_t n;
	errint rc = json_members(a, object, &v, &n, err);
	struct entry_reading r = {a, v, n};

	*e = (struct source_entry){.name = S(""), .file = S(""), .purl = S(""), .license = S("")};
	e->input = e->rev = S("");
	if (rc)
		return rc;
	const struct {
		const char *key;
		struct str *to;
	} texts[] = {{"name", &e->name},
		     {"file", &e->file},
		     {"purl", &e->purl},
		     {"license", &e->license},
		     {"input", &e->input}};
	for (size_t i = 0; !rc && i < ARRAY_LEN(texts); i++)
		rc = read_text(&r, texts[i].key, texts[i].to, err);
	if (!rc)
		rc = read_kind(&r, e, err);
	if (!rc)
		rc = read_texts(&r, "origins", &e->origins, &e->n_origins, err);
	if (!rc)
		rc = read_texts(&r, "neededBy", &e->needed_by, &e->n_needed_by, err);
	if (!rc)
		rc = read_hash(&r, "hash", HASH_ANY, &e->hash, err);
	if (!rc)
		rc = read_hash(&r, "sha256", HASH_SHA256, &e->sha256, err);
	if (!rc)
		rc = read_number(v, n, "size", &e->size, err);
	if (!rc)
		rc = read_facts(&r, e, err);
	if (!rc)
		rc = read_rewrites(&r, e, err);
	const struct str *recursive = json_find(v, n, S("recursive"));
	e->recursive = recursive && str_eq(*recursive, S("true"));
	return rc ? rc : check_entry(e, err);
}

errint sources_parse(struct arena *a, struct str text, struct sources_file *out, struct err *err)
{
	struct sources_file f = {0};
	struct json_member *v;
	struct str *items = NULL;
	size_t n, n_items = 0;
	errint rc = json_members(a, text, &v, &n, err);

	if (rc)
		return rc;
	const struct str *version = json_find(v, n, S("version"));
	const struct str *sources = json_find(v, n, S("sources"));
	if (!version || !sources)
		return err_set(err, ERR_CORRUPT, "it has no '%s'", version ? "sources" : "version");
	if (!str_eq(*version, S("1"))) {
		err_set(err, ERR_UNSUPPORTED, "its version is %.*s, and this kiln knows 1",
			STR_ARG(*version));
		return err_hint(err, "a newer kiln wrote it: use that one");
	}
	rc = json_items(a, *sources, &items, &n_items, err);
	if (rc)
		return err_wrap(err, "'sources'");
	f.v = ARENA_ARRAY(a, struct source_entry, n_items);
	for (; !rc && f.n < n_items; f.n++)
		rc = read_entry(a, items[f.n], &f.v[f.n], err);
	if (rc)
		return err_wrap(err, "source %zu", f.n);
	*out = f;
	return 0;
}

errint sources_read(struct arena *a, const char *dir, struct sources_file *out, struct err *err)
{
	BUF(text, LIMIT_LOCK_FILE);
	char *path CLEANUP_FREE = path_join(str_c(dir), S("sources.json"));
	errint rc = file_read(AT_FDCWD, path, &text, err);

	if (rc == ERR_NOT_FOUND) {
		err_clear(err);
		*out = (struct sources_file){0};
		return 0;
	}
	if (!rc)
		rc = sources_parse(a, arena_str(a, buf_str(&text)), out, err);
	if (!rc)
		return 0;
	err_wrap(err, "reading '%s'", path);
	return err->hint ? rc
			 : err_hint(err, "take it back from version control; or remove it, and "
					 "'kiln vendor' writes it anew");
}

struct source_entry *sources_find_file(const struct sources_file *f, struct str file)
{
	for (size_t i = 0; file.n && i < f->n; i++)
		if (str_eq(f->v[i].file, file))
			return &f->v[i];
	return NULL;
}

/* ---- writing ---- */

static void put_text(struct buf *b, const char *key, struct str s)
{
	if (!s.n)
		return;
	buf_printf(b, ",\n      \"%s\": ", key);
	json_put_str(b, s);
}

static void put_texts(struct buf *b, const char *key, const struct str *v, size_t n)
{
	if (!n)
		return;
	buf_printf(b, ",\n      \"%s\": [", key);
	for (size_t i = 0; i < n; i++) {
		buf_putz(b, i ? ", " : "");
		json_put_str(b, v[i]);
	}
	buf_putc(b, ']');
}

static void put_facts(struct buf *b, const struct source_entry *e)
{
	put_text(b, "input", e->input);
	if (!e->input.n)
		return;
	buf_putz(b, ",\n      \"facts\": { \"rev\": ");
	json_put_str(b, e->rev);
	if (e->last_modified)
		buf_printf(b, ", \"lastModified\": %llu", (unsigned long long)e->last_modified);
	if (e->rev_count)
		buf_printf(b, ", \"revCount\": %llu", (unsigned long long)e->rev_count);
	buf_putz(b, " }");
}

static void put_entry(struct buf *b, const struct source_entry *e)
{
	char text[HASH_TEXT_MAX];

	buf_putz(b, "{ \"name\": ");
	json_put_str(b, e->name);
	put_text(b, "file", e->file);
	buf_printf(b, ",\n      \"kind\": \"%s\"", kinds[e->kind]);
	put_texts(b, "origins", e->origins, e->n_origins);
	put_facts(b, e);
	put_text(b, "purl", e->purl);
	buf_printf(b, ",\n      \"hash\": \"%s\"", hash_format(&e->hash, HASH_SRI, true, text));
	if (e->recursive)
		buf_putz(b, ", \"recursive\": true");
	if (e->sha256.algo != HASH_NONE)
		buf_printf(b, ",\n      \"sha256\": \"%s\", \"size\": %llu",
			   hash_format(&e->sha256, HASH_BASE16, false, text),
			   (unsigned long long)e->size);
	put_text(b, "license", e->license);
	put_texts(b, "neededBy", e->needed_by, e->n_needed_by);
	for (size_t i = 0; i < e->n_rewrites; i++) {
		buf_putz(b, i ? ", { \"recipe\": " : ",\n      \"rewrites\": [{ \"recipe\": ");
		json_put_str(b, e->rewrites[i].recipe);
		buf_putz(b, ", \"src\": ");
		json_put_str(b, e->rewrites[i].src);
		buf_putz(b, i + 1 < e->n_rewrites ? " }" : " }]");
	}
	buf_putz(b, " }");
}

static int by_name(const void *a, const void *b)
{
	const struct source_entry *x = a, *y = b;
	int c = str_cmp(x->name, y->name);

	if (!c)
		c = str_cmp(x->file, y->file);
	return c ? c : memcmp(x->hash.b, y->hash.b, HASH_MAX);
}

void sources_print(struct sources_file *f, struct buf *b)
{
	if (f->n)
		qsort(f->v, f->n, sizeof(*f->v), by_name);
	buf_putz(b, "{\n  \"version\": 1,\n  \"sources\": [");
	for (size_t i = 0; i < f->n; i++) {
		buf_putz(b, i ? ",\n    " : "\n    ");
		put_entry(b, &f->v[i]);
	}
	buf_putz(b, f->n ? "\n  ]\n}\n" : "]\n}\n");
}
