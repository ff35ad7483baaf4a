/* SPDX-License-Identifier: MIT
 *
 * From a path's deriver to the fixed outputs that it is of: a wheel, .debs, or a recipe's sources.
 * A wheel that was built here is of its own sources. */
#include "base/json.h"
#include "base/url.h"
#include "sbom/component_int.h"
#include "source/fixed_source.h"
#include "source/package_url.h"
#include "source/source_name.h"
#include "store/derivation.h"

enum { MAX_DEPTH = 4, MAX_PARTS = 4096 };

/* ---- one fixed output ---- */

static struct str file_of(struct arena *a, struct str origin)
{
	struct str plain = origin, ignored;
	char *z;

	str_cut(plain, '?', &plain, &ignored);
	z = arena_strz(a, plain);
	char *name CLEANUP_FREE = url_file_name(z);
	return arena_str(a, str_c(name));
}

static void take_origins(struct arena *a, const struct fixed_source *from, struct component_part *p)
{
	for (size_t i = 0; i < from->n_origins; i++) {
		struct str url = from->origins[i], origin = source_origin(a, url);

		if (!p->purl.n)
			p->purl = source_purl(a, url);
		if (!p->file.n)
			p->file = file_of(a, url);
		if (!p->source.origin.n)
			p->source.origin = origin;
		/* A registry's host is nobody's: its mirror:// name is the origin. */
		if (!p->source.url.n && origin.n && !str_starts(origin, S("mirror://")) &&
		    component_is_web(str_drop_prefix(url, S("git+")))) {
			char *shown CLEANUP_FREE = url_shown(arena_strz(a, url));

			p->source.url = arena_str(a, str_c(shown));
		}
	}
}

static errint take_fixed(struct component_look *l, const struct drv *d, struct component_part *out,
			 struct err *err)
{
	struct component_part p = {.purl = S(""), .file = S("")};
	struct fixed_source from;
	errint rc = fixed_source_of(l->a, d, &from, err);

	if (rc)
		return rc;
	p.source.name = store_path_name(d->outputs[0].path);
	p.source.origin = p.source.url = p.source.purl = S("");
	p.source.hash = from.hash;
	p.source.recursive = from.recursive;
	take_origins(l->a, &from, &p);
	p.source.purl = p.purl;
	*out = p;
	return 0;
}

/* ---- what a derivation says ---- */

struct part_walk {
	struct component_look *l;
	struct component_parts *out;
	size_t cap;
};

static errint walk(struct part_walk *w, struct str path, struct str output, unsigned depth,
		   struct err *err);

/* The input whose output that is: a fixed one is called as its output. */
static errint walk_word(struct part_walk *w, const struct drv *d, struct str word, unsigned depth,
			struct err *err)
{
	errint rc = 0;

	if (!store_path_is(store_dir(w->l->s), word))
		return 0;
	for (size_t i = 0; !rc && i < d->n_inputs; i++)
		if (str_eq(str_drop_suffix(store_path_name(d->inputs[i].path), S(".drv")),
			   store_path_name(word)))
			rc = walk(w, d->inputs[i].path, word, depth + 1, err);
	return rc;
}

/* Attributes as the builder gets them, or, of structured ones, as JSON: texts, and lists of such,
 * with blanks between. "" of what is none. */
static struct str attribute(struct arena *a, const struct drv *d, const char *key)
{
	const struct str *text = drv_env_find(d, str_c(key)), *json = drv_env_find(d, S("__json"));
	struct json_member *v;
	struct str *items, out = S("");
	size_t n;
	ERR(none);

	if (text || !json || json_members(a, *json, &v, &n, &none))
		return text ? *text : S("");
	const struct str *value = json_find(v, n, str_c(key));
	if (!value || (value->p[0] != '"' && value->p[0] != '['))
		return out;
	if (value->p[0] == '"')
		return json_string(a, *value, &out, &none) ? S("") : out;
	if (json_strings(a, value, &items, &n, &none))
		return out;
	for (size_t i = 0; i < n; i++)
		out = str_c(arena_printf(a, "%.*s%s%.*s", STR_ARG(out), out.n ? " " : "",
					 STR_ARG(items[i])));
	return out;
}

static errint walk_words(struct part_walk *w, const struct drv *d, unsigned depth, struct err *err)
{
	static const char *const keys[] = {"debs", "wheel", "wheels", "src", "srcs"};
	errint rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct str rest = attribute(w->l->a, d, keys[i]), word;

		while (!rc && rest.n && str_split(&rest, ' ', &word))
			rc = walk_word(w, d, word, depth, err);
	}
	return rc;
}

static bool has_output(const struct drv *d, struct str path)
{
	for (size_t i = 0; i < d->n_outputs; i++)
		if (str_eq(d->outputs[i].path, path))
			return true;
	return false;
}

static errint add(struct part_walk *w, const struct drv *d, struct err *err)
{
	struct component_parts *out = w->out;
	struct component_part part;
	ERR(unreadable);
	errint rc = take_fixed(w->l, d, &part, &unreadable);

	/* A hash of another kind than ours: whoever made it knows it. */
	if (rc || out->n >= MAX_PARTS)
		return 0;
	for (size_t i = 0; i < out->n; i++)
		if (hash_eq(&out->v[i].source.hash, &part.source.hash) &&
		    str_eq(out->v[i].source.name, part.source.name))
			return 0;
	if (out->n == w->cap) {
		struct component_part *more =
			ARENA_ARRAY(w->l->a, struct component_part, w->cap * 2 + 8);

		if (out->n)
			memcpy(more, out->v, out->n * sizeof(*more));
		w->cap = w->cap * 2 + 8;
		out->v = more;
	}
	out->v[out->n++] = part;
	return 0;
}

/* output is "" of the first. */
static errint walk(struct part_walk *w, struct str path, struct str output, unsigned depth,
		   struct err *err)
{
	struct component_look *l = w->l;
	struct drv d;
	bool valid;
	ERR(unreadable);
	errint rc = store_is_valid(l->s, path, &valid, err);

	if (rc || !valid || depth > MAX_DEPTH)
		return rc;
	/* What is damaged tells nothing. */
	if (store_read_drv(l->s, l->a, path, &d, &unreadable))
		return unreadable.code == ERR_INTERRUPTED ? err_move(err, &unreadable) : 0;
	if (output.n && !has_output(&d, output))
		return 0;
	if (depth == 0) {
		w->out->pname = attribute(l->a, &d, "pname");
		w->out->version = w->out->pname.n ? attribute(l->a, &d, "version") : S("");
		w->out->itself = drv_is_fixed(&d);
	}
	return drv_is_fixed(&d) ? add(w, &d, err) : walk_words(w, &d, depth, err);
}

errint component_parts_of(struct component_look *l, struct str drv, struct component_parts *out,
			  struct err *err)
{
	struct part_walk w = {.l = l, .out = out};

	*out = (struct component_parts){.pname = S(""), .version = S("")};
	return store_path_is(store_dir(l->s), drv) && store_path_is_drv(drv)
		       ? walk(&w, drv, S(""), 0, err)
		       : 0;
}

/* ---- Debian ---- */

/* pool/main/g/glibc/FILE */
static struct str source_of_pool(struct str origin)
{
	struct str folder = path_dir(origin), package = path_base(folder);

	return str_find(folder, S("/pool/")) >= 0 ? package : S("");
}

bool component_debian(struct component_look *l, const struct component_part *p,
		      struct component *out)
{
	struct str stem = str_drop_suffix(p->file, S(".deb")), name, rest, version, arch;

	if (!str_starts(p->purl, S("pkg:deb/")) || !str_cut(stem, '_', &name, &rest) ||
	    !str_cut(rest, '_', &version, &arch))
		return false;
	const struct component_fact *f = component_fact_debian(l->facts, name, p->file);
	/* A file's name has no epoch; of another version it is not known. */
	if (f && str_eq(f->file, p->file))
		version = f->version;
	*out = (struct component){
		.ecosystem = COMPONENT_DEBIAN,
		.name = name,
		.version = version,
		.purl = purl_debian(l->a, name, version, arch),
		.of = f ? f->of : source_of_pool(p->source.origin),
		.licence = S(""),
		.said = S(""),
		.summary = f ? f->summary : S(""),
		.homepage = f && component_is_web(f->homepage) ? f->homepage : S(""),
		.info = S(""),
		.source = p->source,
	};
	component_set_licence(l->a, out, f ? f->licence : S(""));
	return true;
}
