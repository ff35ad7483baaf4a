/* SPDX-License-Identifier: MIT
 *
 * Derivations as store objects: `<name>.drv`, a text whose references are the derivation's
 * sources and input derivations. */
#include "store/store_int.h"

#include "base/file.h"

static struct str_set drv_refs(struct arena *a, const struct drv *d)
{
	struct str_set refs = {
		.v = ARENA_ARRAY(a, struct str, d->n_srcs + d->n_inputs),
		.n = d->n_srcs + d->n_inputs,
	};

	for (size_t i = 0; i < d->n_srcs; i++)
		refs.v[i] = d->srcs[i];
	for (size_t i = 0; i < d->n_inputs; i++)
		refs.v[d->n_srcs + i] = d->inputs[i].path;
	str_set_sort(&refs);
	return refs;
}

static errint drv_path(struct store *s, struct arena *a, const struct drv *d, struct str text,
		       struct str_set refs, struct str *out, struct err *err)
{
	struct hash h;
	char *name = arena_printf(a, "%.*s.drv", STR_ARG(d->name));

	hash_bytes(HASH_SHA256, text, &h);
	return store_path_make_text(a, store_dir(s), str_c(name), &h, refs.v, refs.n, out, err);
}

/* The hash is computed while the record is at hand: whoever depends on this one asks for it. */
static errint remember_modulo(struct store *s, const struct drv *d, struct str path,
			      struct err *err)
{
	struct hash h;

	if (path_map_get(&s->modulo, path))
		return 0;
	errint rc = drv_modulo_of(s, d, false, &h, err);
	if (!rc)
		drv_modulo_remember(s, path, &h);
	return rc;
}

static void keep_text(struct store *s, struct str path, struct str text)
{
	if (path_map_get(&s->drv_texts, path))
		return;
	struct str *kept = ARENA_NEW(&s->memo, struct str);
	*kept = arena_str(&s->memo, text);
	path_map_put(&s->drv_texts, arena_str(&s->memo, path), kept);
}

static errint add_drv(struct store *s, struct arena *a, const struct drv *d, bool check,
		      struct str *out, struct err *err)
{
	BUF(text, LIMIT_DRV_FILE);
	drv_print(d, false, &text);
	errint rc = buf_check(&text, "derivation", err);
	struct str path;
	struct str_set refs = drv_refs(a, d);

	if (!rc)
		rc = drv_path(s, a, d, buf_str(&text), refs, &path, err);
	if (rc)
		return rc;
	/* What was only kept while nothing could be written is written now. */
	if (!path_map_get(&s->added, path) && !(s->readonly && path_map_get(&s->drv_texts, path))) {
		if (check)
			rc = drv_check(s, d, err);
		if (!rc)
			rc = remember_modulo(s, d, path, err);
		if (!rc && s->readonly)
			keep_text(s, path, buf_str(&text));
		else if (!rc)
			rc = store_put_text(s, path, buf_str(&text), refs, d, err);
		if (rc)
			return err_wrap(err, "adding derivation '%.*s'", STR_ARG(d->name));
	}
	*out = path;
	return 0;
}

errint store_add_drv(struct store *s, struct arena *a, const struct drv *d, struct str *out,
		     struct err *err)
{
	return add_drv(s, a, d, true, out, err);
}

errint store_make_drv(struct store *s, struct arena *a, struct drv *d, struct str *out,
		      struct err *err)
{
	errint rc = drv_fill_outputs(s, a, d, err);

	if (rc)
		return rc;
	drv_sort(a, d);
	return add_drv(s, a, d, false, out, err);
}

static errint read_text(struct store *s, struct str path, struct buf *b, struct err *err)
{
	const struct str *kept = path_map_get(&s->drv_texts, path);

	if (kept) {
		buf_puts(b, *kept);
		return 0;
	}
	char *real CLEANUP_FREE = store_real_path(s, path);
	return file_read(AT_FDCWD, real, b, err);
}

errint store_read_drv(struct store *s, struct arena *a, struct str path, struct drv *out,
		      struct err *err)
{
	BUF(text, LIMIT_DRV_FILE);
	errint rc = store_path_check(s, path, err);

	if (!rc && !store_path_is_drv(path))
		rc = err_set(err, ERR_FAILED, "'%.*s' is not a derivation", STR_ARG(path));
	if (!rc)
		rc = read_text(s, path, &text, err);
	if (rc)
		return rc;
	struct str name = str_drop_suffix(store_path_name(path), S(".drv"));
	rc = drv_parse(a, buf_str(&text), name, out, err);
	return rc ? err_wrap(err, "reading '%.*s'", STR_ARG(path)) : 0;
}
