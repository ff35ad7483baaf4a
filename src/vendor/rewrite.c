/* SPDX-License-Identifier: MIT
 *
 * A recipe's src as a file of the project, and back. What it was stands in sources.json before the
 * recipe is changed, and until it is changed back. */
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/report.h"
#include "recipe/edit.h"
#include "store/derivation.h"
#include "store/store.h"
#include "vendor/vendor_int.h"

struct rewriting {
	struct session *s;
	const struct vendor_options *o;
	struct arena *a;
	struct recipe_files files;
	struct recipe_place place;
	struct str text; /* what src is now */
	const char *folder;
	int lock;
	struct sources_file sources;
};

static void rewriting_release(struct rewriting *w)
{
	recipe_files_release(&w->files);
	if (w->lock >= 0)
		close(w->lock);
}

/* ---- the path as a recipe writes it ---- */

static bool is_path_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '_' || c == '-' || c == '+';
}

static bool is_plain(struct str file)
{
	for (size_t i = 0; i < file.n; i++)
		if (!is_path_letter(file.p[i]))
			return false;
	return true;
}

/* From the folder of the file that it stands in. A name that no store path can have needs another
 * one. */
static struct str literal(const struct rewriting *w, const struct source_entry *e)
{
	struct str file = e->file;
	struct str below = str_skip(w->place.path, strlen(w->files.project) + 1);
	BUF(b, LIMIT_PATH_TEXT * 4);

	if (!is_plain(file))
		buf_putz(&b, "builtins.path { path = ");
	for (size_t i = 0; i < below.n; i++)
		if (below.p[i] == '/')
			buf_putz(&b, "../");
	if (str_chr(below, '/') < 0)
		buf_putz(&b, "./");
	buf_putz(&b, ".flox/sources");
	if (is_plain(file)) {
		buf_putc(&b, '/');
		buf_puts(&b, file);
		return arena_str(w->a, buf_str(&b));
	}
	buf_putz(&b, " + \"/");
	for (size_t i = 0; i < file.n; i++) {
		if (file.p[i] == '"' || file.p[i] == '$')
			buf_putc(&b, '\\');
		buf_putc(&b, file.p[i]);
	}
	buf_printf(&b, "\"; name = \"%.*s\"; }", STR_ARG(e->name));
	return arena_str(w->a, buf_str(&b));
}

/* ---- sources.json ---- */

static errint write_sources(struct rewriting *w, struct err *err)
{
	BUF(text, LIMIT_LOCK_FILE);

	sources_print(&w->sources, &text);
	errint rc = buf_check(&text, VENDOR_LIST, err);
	return rc ? rc
		  : file_write(w->lock, VENDOR_LIST, buf_str(&text), 0644, FILE_WRITE_SYNC, err);
}

static struct source_rewrite *find_rewrite(const struct source_entry *e, const char *recipe)
{
	for (size_t i = 0; i < e->n_rewrites; i++)
		if (str_eqz(e->rewrites[i].recipe, recipe))
			return &e->rewrites[i];
	return NULL;
}

static void add_rewrite(struct rewriting *w, struct source_entry *e)
{
	const char *recipe = w->o->names[0];
	struct source_rewrite *r = find_rewrite(e, recipe), *more;

	if (!r) {
		more = ARENA_ARRAY(w->a, struct source_rewrite, e->n_rewrites + 1);
		if (e->n_rewrites)
			memcpy(more, e->rewrites, e->n_rewrites * sizeof(*more));
		e->rewrites = more;
		r = &more[e->n_rewrites++];
	}
	*r = (struct source_rewrite){str_c(recipe), w->text};
}

static void drop_rewrite(struct source_entry *e, struct source_rewrite *r)
{
	size_t i = (size_t)(r - e->rewrites);

	e->n_rewrites--;
	memmove(r, r + 1, (e->n_rewrites - i) * sizeof(*r));
}

/* ---- there ---- */

/* The entry of what the recipe's derivation has as its src. */
static errint find_entry(struct rewriting *w, struct source_entry **out, struct err *err)
{
	struct closure_sources found CLEANUP(closure_sources_release) = {0};
	const struct sources_request r = {
		.dir = w->o->dir, .release = w->o->release, .names = w->o->names, .n_names = 1};
	struct drv d;
	errint rc = closure_sources(w->s, &r, w->a, &found, err);

	*out = NULL;
	if (!rc && (!found.found.n || !found.found.v[0].n))
		rc = err_set(err, ERR_NOT_FOUND, "recipe '%s' has no derivation", w->o->names[0]);
	if (!rc)
		rc = store_read_drv(w->s->store, w->a, found.found.v[0].drvs[0].drv_path, &d, err);
	if (rc)
		return rc;
	const struct str *src = drv_env_find(&d, S("src")) ?: drv_env_find(&d, S("wheel"));
	for (size_t i = 0; src && i < found.n; i++) {
		const struct closure_source *s = &found.v[i];

		for (size_t k = 0; str_eq(s->path, *src) && k < w->sources.n; k++) {
			struct source_entry *e = &w->sources.v[k];

			if (e->file.n && hash_eq(&e->hash, &s->hash) &&
			    e->recursive == s->recursive)
				*out = e;
		}
	}
	if (*out)
		return 0;
	err_set(err, ERR_NOT_FOUND, "the src of recipe '%s' is no source that is vendored",
		w->o->names[0]);
	return err_hint(err, "it is a file of the project already, or is made by other recipes");
}

static errint replace(struct rewriting *w, struct str text, struct err *err)
{
	const struct recipe_edit e = {w->place.path, w->place.range, text};
	errint rc = recipe_files_edit(&w->files, &e, 1, err);

	return rc ? rc : recipe_files_write(&w->files, err);
}

static errint go_there(struct rewriting *w, struct err *err)
{
	struct source_entry *e;
	errint rc = find_entry(w, &e, err);

	if (rc)
		return rc;
	add_rewrite(w, e);
	struct str text = literal(w, e);
	rc = write_sources(w, err);
	return rc ? rc : replace(w, text, err);
}

/* ---- all of it ---- */

/* Is src what an earlier call made of it? */
static struct source_entry *find_back(struct rewriting *w, struct source_rewrite **out)
{
	for (size_t i = 0; i < w->sources.n; i++) {
		struct source_entry *e = &w->sources.v[i];

		*out = find_rewrite(e, w->o->names[0]);
		if (*out && str_eq(literal(w, e), w->text))
			return e;
	}
	return NULL;
}

static errint look(struct rewriting *w, struct err *err)
{
	struct str text;
	errint rc = recipe_files_open(&w->files, w->o->dir, err);

	if (!rc)
		rc = recipe_src(w->s, &w->files, w->o->names[0], &w->place, err);
	if (!rc)
		rc = recipe_files_text(&w->files, w->place.path, &text, err);
	if (!rc)
		w->text = arena_str(w->a, str_sub(text, w->place.range.at, w->place.range.n));
	return rc;
}

static errint take_folder(struct rewriting *w, struct err *err)
{
	errint rc = vendor_lock(w->folder, w->s->report, &w->lock, err);

	return rc ? rc : sources_read(w->a, w->folder, &w->sources, err);
}

static errint lay_first(struct rewriting *w, struct err *err)
{
	struct vendor_result ignored = {0};

	/* Laying takes the folder for itself. */
	close(STEAL_FD(w->lock));
	errint rc = vendor_lay(w->s, w->o, w->a, &ignored, err);
	return rc ? rc : take_folder(w, err);
}

errint vendor_rewrite(struct session *s, const struct vendor_options *o, struct arena *a,
		      bool *back, const char **where, struct err *err)
{
	struct rewriting w CLEANUP(rewriting_release) = {.s = s, .o = o, .a = a, .lock = -1};
	struct source_rewrite *was = NULL;
	errint rc = vendor_folder(o->dir, a, &w.folder, err);

	if (!rc)
		rc = look(&w, err);
	if (!rc)
		rc = take_folder(&w, err);
	if (rc)
		return rc;
	struct source_entry *e = find_back(&w, &was);
	*back = e != NULL;
	*where = arena_printf(a, "%.*s:%u", STR_ARG(w.place.path), w.place.line);
	if (e) {
		rc = replace(&w, was->src, err);
		if (!rc)
			drop_rewrite(e, was);
		return rc ? rc : write_sources(&w, err);
	}
	rc = lay_first(&w, err);
	return rc ? rc : go_there(&w, err);
}
