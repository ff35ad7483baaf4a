/* SPDX-License-Identifier: MIT
 *
 * From derivations to sources. */
#include "recipe/source.h"

#include <stdlib.h>
#include "base/url.h"
#include "recipe/version_text.h"
#include "source/forge.h"
#include "source/locator_url.h"
#include "source/mirror.h"
#include "store/store.h"

static struct str env(const struct drv *d, const char *key)
{
	const struct str *v = drv_env_find(d, str_c(key));

	return v ? str_trim(*v) : S("");
}

static bool flag(const struct drv *d, const char *key)
{
	return str_eqz(env(d, key), "1");
}

static void words(struct arena *a, struct str text, struct str **out, size_t *n)
{
	struct str word;

	*out = ARENA_ARRAY(a, struct str, text.n / 2 + 1);
	*n = 0;
	while (str_split(&text, ' ', &word))
		if (word.n)
			(*out)[(*n)++] = arena_str(a, word);
}

/* ---- URLs of forges ---- */

/* Takes "HOST/OWNER/REPO" off the front. */
static bool take_repo(struct str *rest, struct str *repo)
{
	struct str s = *rest;
	size_t slashes = 0, i = 0;

	for (; i < s.n; i++)
		if (s.p[i] == '/' && ++slashes == 3)
			break;
	if (slashes < 3)
		return false;
	*repo = str_n(s.p, i);
	*rest = str_skip(s, i + 1);
	return true;
}

static struct str drop_archive(struct str s)
{
	static const char *const ends[] = {".tar.gz", ".tgz", ".zip", ".tar.bz2", ".tar.xz"};

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (str_ends(s, str_c(ends[i])))
			return str_drop_suffix(s, str_c(ends[i]));
	return s;
}

/* PATH behind "HOST/OWNER/REPO/": which ref is meant; false when it is no forge's. */
static bool ref_of(struct str path, struct str *ref)
{
	static const char *const folders[] = {"archive/", "get/", "tarball/", "zipball/"};
	struct str tail;

	if (str_starts(path, S("releases/download/"))) {
		path = str_skip(path, strlen("releases/download/"));
		return str_cut(path, '/', ref, &tail);
	}
	/* GitLab's: -/archive/REF/REPO-REF.tar.gz */
	if (str_starts(path, S("-/archive/"))) {
		ptrdiff_t last = str_rchr(path, '/');

		*ref = str_sub(path, strlen("-/archive/"), (size_t)last - strlen("-/archive/"));
		return last > (ptrdiff_t)strlen("-/archive/");
	}
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		if (!str_starts(path, str_c(folders[i])))
			continue;
		*ref = drop_archive(str_skip(path, strlen(folders[i])));
		return ref->n > 0;
	}
	return false;
}

/* SCHEME://HOST/api/v4/projects/ENCODED/repository/archive.tar.gz?sha=REF */
static bool gitlab_api(struct arena *a, struct str scheme, struct str rest, struct recipe_source *s)
{
	ptrdiff_t at = str_find(rest, S("/api/v4/projects/"));
	ptrdiff_t end = str_find(rest, S("/repository/archive."));
	ptrdiff_t sha = str_find(rest, S("?sha="));
	struct str project, ref;

	if (at < 0 || end < at || sha < end)
		return false;
	size_t from = (size_t)at + strlen("/api/v4/projects/");
	if (!locator_url_decode(a, str_sub(rest, from, (size_t)end - from), &project) ||
	    !locator_url_decode(a, str_skip(rest, (size_t)sha + strlen("?sha=")), &ref))
		return false;
	s->repo = str_c(arena_printf(a, "%.*s//%.*s/%.*s.git", STR_ARG(scheme), (int)at, rest.p,
				     STR_ARG(project)));
	s->ref = ref;
	return true;
}

static bool is_forge(struct arena *a, struct recipe_source *s)
{
	struct str scheme, rest = s->url, repo, ref;
	ptrdiff_t colon = str_find(rest, S("://"));

	if (colon < 0 || !str_starts(rest, S("http")))
		return false;
	scheme = str_n(rest.p, (size_t)colon + 1);
	rest = str_skip(rest, (size_t)colon + 3);
	if (gitlab_api(a, scheme, rest, s))
		return true;
	if (!take_repo(&rest, &repo) || !ref_of(rest, &ref) || !locator_url_decode(a, ref, &ref))
		return false;
	/* sourcehut's repositories have owners with a tilde, and no suffix. */
	s->repo = str_c(arena_printf(a, "%.*s//%.*s%s", STR_ARG(scheme), STR_ARG(repo),
				     str_find(repo, S("/~")) >= 0 ? "" : ".git"));
	s->ref = ref;
	return true;
}

/* ---- kinds ---- */

static bool read_git(struct arena *a, const struct drv *d, struct recipe_source *s)
{
	s->kind = RECIPE_SOURCE_GIT;
	s->url = s->repo = arena_str(a, env(d, "url"));
	s->ref = arena_str(a, env(d, "rev"));
	s->submodules = flag(d, "submodules");
	words(a, env(d, "sparse"), &s->sparse, &s->n_sparse);
	s->root_dir = arena_str(a, env(d, "rootDir"));
	return true;
}

static bool read_mirror(struct arena *a, struct recipe_source *s)
{
	struct mirror_url u;
	ERR(ignored);

	if (!mirror_url_is(s->url) || mirror_url_parse(a, s->url, &u, &ignored) ||
	    !str_eqz(u.mirror, "pypi") || !u.file.n)
		return false;
	s->kind = RECIPE_SOURCE_PYPI;
	s->project = u.project;
	s->file = u.file;
	return true;
}

static bool read_url(struct arena *a, const struct drv *d, const char *many,
		     struct recipe_source *s)
{
	struct str *v;

	words(a, env(d, many).n ? env(d, many) : env(d, "url"), &v, &s->n_urls);
	if (!s->n_urls)
		return false;
	const char **urls = ARENA_ARRAY(a, const char *, s->n_urls);
	for (size_t i = 0; i < s->n_urls; i++)
		urls[i] = arena_strz(a, v[i]);
	s->urls = urls;
	s->url = v[0];
	s->unpack = flag(d, "unpack");
	s->strip_root = flag(d, "stripRoot") || !drv_env_find(d, S("stripRoot"));
	s->executable = flag(d, "executable");
	if (!read_mirror(a, s))
		s->kind = is_forge(a, s) ? RECIPE_SOURCE_FORGE : RECIPE_SOURCE_URL;
	return true;
}

bool recipe_source_read(struct arena *a, const struct drv *d, struct recipe_source *out)
{
	bool read, made = false;
	ERR(ignored);

	*out = (struct recipe_source){
		.name = arena_str(a, d->name),
		.strip_root = true,
	};
	if (drv_output_hash(&d->outputs[0], &out->recursive, &out->hash, &ignored))
		return false;
	if (str_eqz(d->builder, "builtin:kiln-git-1")) {
		read = read_git(a, d, out);
	} else if (str_eqz(d->builder, "builtin:fetchurl")) {
		read = read_url(a, d, "urls", out);
	} else {
		made = true;
		read = read_url(a, d, drv_env_find(d, S("kilnFetch")) ? "kilnFetch" : "urls", out);
	}
	if (!read)
		return false;
	out->full_ref = out->ref;
	out->ref = str_drop_prefix(out->ref, S("refs/tags/"));
	out->version = out->kind == RECIPE_SOURCE_PYPI ? version_of_file(a, out->project, out->file)
						       : version_of_ref(out->ref);
	if (made && out->kind != RECIPE_SOURCE_PYPI && out->kind != RECIPE_SOURCE_FORGE)
		out->kind = RECIPE_SOURCE_MADE;
	return true;
}

const char *recipe_source_text(struct arena *a, const struct recipe_source *s)
{
	struct str repo = str_drop_suffix(s->repo, S(".git"));
	ptrdiff_t at = str_find(repo, S("://"));

	if (s->kind == RECIPE_SOURCE_PYPI)
		return arena_strz(a, s->project);
	if (repo.n)
		return arena_strz(a, at < 0 ? repo : str_skip(repo, (size_t)at + 3));
	return arena_strz(a, s->url);
}

/* ---- whose they are ---- */

void recipe_list_release(struct recipe_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		err_release(&l->v[i].failure);
	*l = (struct recipe_list){0};
}

static errint read_row(struct trial *t, struct arena *a, struct recipe_row *row, struct err *err)
{
	struct value *v;
	struct str path;
	errint rc = trial_attr(t, arena_strz(a, row->name), "drvPath", &v, &row->failure);

	if (!rc && v)
		rc = eval_get_string(t->recipes.e.eval, v, &path, &row->failure);
	if (rc == ERR_INTERRUPTED)
		return err_move(err, &row->failure);
	if (!rc && v)
		row->drv_path = arena_str(a, path);
	return 0;
}

errint recipe_list_read(struct trial *t, struct arena *a, struct recipe_list *out, struct err *err)
{
	struct str *names;
	errint rc = eval_attr_names(t->recipes.e.eval, t->recipes.v, a, &names, &out->n, err);

	if (rc)
		return rc;
	out->v = ARENA_ARRAY(a, struct recipe_row, out->n + 1);
	for (size_t i = 0; !rc && i < out->n; i++) {
		out->v[i].name = arena_str(a, names[i]);
		rc = read_row(t, a, &out->v[i], err);
	}
	return rc;
}

struct source_walk {
	const struct trial *t;
	const struct recipe_list *all;
	struct str start;
	size_t *order; /* indices of t->drvs by path */
	struct arena *a;
	struct recipe_source *v;
	size_t n, cap;
};

static int path_cmp(const void *x, const void *y, void *ctx)
{
	const struct trial *t = ctx;

	return str_cmp(t->drvs[*(const size_t *)x].path, t->drvs[*(const size_t *)y].path);
}

static const struct trial_drv *find_drv(const struct source_walk *w, struct str path, size_t *at)
{
	size_t lo = 0, hi = w->t->n_drvs;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int c = str_cmp(w->t->drvs[w->order[mid]].path, path);

		if (c == 0) {
			*at = w->order[mid];
			return &w->t->drvs[*at];
		}
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static bool is_other(const struct source_walk *w, struct str path)
{
	if (str_eq(path, w->start))
		return false;
	for (size_t i = 0; i < w->all->n; i++)
		if (str_eq(w->all->v[i].drv_path, path))
			return true;
	return false;
}

static void add_source(struct source_walk *w, const struct drv *d)
{
	struct recipe_source s;

	if (!recipe_source_read(w->a, d, &s))
		return;
	for (size_t i = 0; i < w->n; i++)
		if (hash_eq(&w->v[i].hash, &s.hash) && str_eq(w->v[i].url, s.url))
			return;
	if (w->n == w->cap) {
		size_t cap = w->cap ? 2 * w->cap : 8;
		struct recipe_source *v = ARENA_ARRAY(w->a, struct recipe_source, cap);

		if (w->n)
			memcpy(v, w->v, w->n * sizeof(*v));
		w->v = v;
		w->cap = cap;
	}
	w->v[w->n++] = s;
}

struct drv_queue {
	struct str *v;
	size_t n;
	bool *seen; /* by the number of the derivation */
};

/* Breadth first, so that its own come before those of what it needs. */
static void reach(const struct source_walk *w, struct drv_queue *q)
{
	size_t at;

	for (size_t i = 0; i < q->n; i++) {
		const struct trial_drv *d = find_drv(w, q->v[i], &at);

		for (size_t k = 0; d && k < d->n_inputs; k++) {
			if (!find_drv(w, d->inputs[k], &at) || q->seen[at])
				continue;
			q->seen[at] = true;
			q->v[q->n++] = d->inputs[k];
		}
	}
}

/* What another recipe needs as well is that one's, when this one needs that recipe: also where it
 * is reached around it, as an environment reaches whatever its packages need. */
static void walk_all(struct source_walk *w)
{
	size_t room = w->t->n_drvs + w->all->n + 1, at;
	struct str *mine CLEANUP_FREE = xcalloc(room, sizeof(*mine));
	struct str *theirs CLEANUP_FREE = xcalloc(room, sizeof(*theirs));
	bool *seen CLEANUP_FREE = xcalloc(room, sizeof(*seen));
	bool *taken CLEANUP_FREE = xcalloc(room, sizeof(*taken));
	struct drv_queue q = {mine, 1, seen}, others = {theirs, 0, taken};

	mine[0] = w->start;
	reach(w, &q);
	for (size_t i = 0; i < q.n; i++) {
		if (!is_other(w, q.v[i]) || !find_drv(w, q.v[i], &at) || taken[at])
			continue;
		taken[at] = true;
		theirs[others.n++] = q.v[i];
	}
	reach(w, &others);
	for (size_t i = 0; i < q.n; i++) {
		const struct trial_drv *d = find_drv(w, q.v[i], &at);

		if (d && d->fixed && !taken[at])
			add_source(w, &d->drv);
	}
}

errint recipe_sources(const struct trial *t, const struct recipe_list *all, struct str name,
		      struct arena *a, struct recipe_source **out, size_t *n, struct err *err)
{
	size_t *order CLEANUP_FREE = xcalloc(t->n_drvs + 1, sizeof(*order));
	struct source_walk w = {.t = t, .all = all, .order = order, .a = a};
	const struct recipe_row *row = NULL;

	for (size_t i = 0; i < all->n; i++)
		if (str_eq(all->v[i].name, name))
			row = &all->v[i];
	if (!row || !row->drv_path.n)
		return err_set(err, ERR_NOT_FOUND, "recipe '%.*s' is no derivation", STR_ARG(name));
	for (size_t i = 0; i < t->n_drvs; i++)
		order[i] = i;
	qsort_r(order, t->n_drvs, sizeof(*order), path_cmp, (void *)t);
	w.start = row->drv_path;
	walk_all(&w);
	*out = w.v;
	*n = w.n;
	return 0;
}
