/* SPDX-License-Identifier: MIT
 *
 * Pages of package indices, which say where a project's files are: transfers like others, in
 * parallel, each page once for all the ascents that wait for it. */
#include "source/ascent_int.h"

#include <stdlib.h>

#include "base/limits.h"
#include "source/mirror.h"

static const char accept_pages[] = "Accept: application/vnd.pypi.simple.v1+json, "
				   "application/vnd.pypi.simple.v1+html;q=0.3, text/html;q=0.2";

static void page_free(struct page *p)
{
	buf_release(&p->text);
	arena_release(&p->arena);
	err_release(&p->err);
	free(p->url);
	free(p);
}

void pages_free(struct ladder *l)
{
	while (l->pages) {
		struct page *p = l->pages;

		l->pages = p->next;
		page_free(p);
	}
}

void pages_forget_failed(struct ladder *l)
{
	for (struct page **at = &l->pages; *at;) {
		struct page *p = *at;

		if (!p->done || !p->err.code) {
			at = &p->next;
			continue;
		}
		*at = p->next;
		page_free(p);
	}
}

static void page_ask(struct ladder *l, struct page *p, struct str project)
{
	char *name CLEANUP_FREE = xasprintf("%.*s (index page)", STR_ARG(project));
	struct fetch_request r = {
		.urls = (const char *const[]){p->url},
		.n_urls = 1,
		.body = &p->text,
		.algo = HASH_SHA256,
		.name = name,
		.quiet = true,
		.headers = (const char *const[]){accept_pages, NULL},
		.ctx = &p->flight,
	};

	p->done = fetcher_add(l->fetcher, &r, &p->err) != 0;
}

static struct page *page_get(struct ladder *l, struct str url, struct str project)
{
	struct page *p;

	for (p = l->pages; p; p = p->next)
		if (str_eqz(url, p->url))
			return p;
	p = xcalloc(1, sizeof(*p));
	p->flight.kind = FLIGHT_PAGE;
	p->url = str_dupz(url);
	p->text = (struct buf)BUF_INIT(LIMIT_INDEX_PAGE);
	p->next = l->pages;
	l->pages = p;
	page_ask(l, p, project);
	return p;
}

static void page_parse(struct page *p, const struct fetch_result *r)
{
	errint rc = index_page_parse(&p->arena, buf_str(&p->text), r->type, str_c(r->url),
				     &p->index, &p->err);

	if (rc)
		err_wrap(&p->err, "'%s'", p->url);
	buf_release(&p->text);
}

void page_done(struct ladder *l, struct page *p, struct fetch_result *r)
{
	p->done = true;
	if (r->err.code)
		fetch_result_fail(r, &p->err);
	else
		page_parse(p, r);
}

/* What the pages together say about the file. */
struct found {
	size_t n;
	const struct index_file *other; /* of this name, with another hash */
	const struct err *failure;      /* of a page, other than 'not found' */
	size_t n_pages, n_files;
};

static void look_at_page(struct ascent *a, const struct page *p, struct str file,
			 struct found *found)
{
	const struct hash *want = a->r.hash;
	const struct index_file *v;

	if (p->err.code) {
		if (p->err.code != ERR_NOT_FOUND && !found->failure)
			found->failure = &p->err;
		return;
	}
	found->n_pages++;
	found->n_files += p->index.n;
	v = index_page_find(&p->index, file, want);
	if (!v)
		return;
	if (want && v->has_hash && v->hash.algo == want->algo && !hash_eq(&v->hash, want)) {
		found->other = v;
		return;
	}
	ascent_add_url(a, arena_strz(&a->arena, v->url), SOURCE_FILE);
	found->n++;
}

static errint not_found(struct ascent *a, struct str project, struct str file,
			const struct found *found, struct err *err)
{
	if (found->other && !a->r.hash_name)
		return hash_mismatch(err, HASH_OF_LISTED, file, a->r.hash, &found->other->hash);
	if (found->other) {
		hash_mismatch(err, a->r.hash_of, str_c(a->r.hash_name), a->r.hash,
			      &found->other->hash);
		return err_detail(err, "  as the package index lists '%.*s'", STR_ARG(file));
	}
	if (found->failure) {
		err_set(err, found->failure->code, "%s", found->failure->msg);
		return found->failure->hint ? err_hint(err, "%s", found->failure->hint)
					    : found->failure->code;
	}
	if (!found->n_pages)
		return err_set(err, ERR_NOT_FOUND, "no package index has the project '%.*s'",
			       STR_ARG(project));
	return err_set(err, ERR_NOT_FOUND,
		       "'%.*s' is not among the %zu files that the package index has of '%.*s'",
		       STR_ARG(file), found->n_files, STR_ARG(project));
}

errint pages_look(struct ascent *a, struct str project, struct str file, const struct str *pages,
		  size_t n, bool *wait, struct err *err)
{
	struct found found = {0};
	bool more = false;

	for (size_t i = 0; i < n; i++)
		more |= !page_get(a->l, pages[i], project)->done;
	*wait |= more;
	if (more)
		return 0;
	for (size_t i = 0; i < n; i++)
		look_at_page(a, page_get(a->l, pages[i], project), file, &found);
	return found.n ? 0 : not_found(a, project, file, &found, err);
}

/* ---- for whoever looks for what there is ---- */

static errint ask_all(struct ladder *l, struct str project, struct arena *a, struct page ***out,
		      size_t *n, struct err *err)
{
	struct mirror_url u = {.mirror = S("pypi")};
	struct str *urls;
	errint rc = ladder_prepare(l, err);

	if (rc)
		return rc;
	u.project = index_project_name(a, project);
	u.path = str_c(arena_printf(a, "%.*s/", STR_ARG(u.project)));
	rc = mirror_expand(l->mirrors, a, &u, &urls, n, err);
	if (rc)
		return rc;
	if (!l->fetcher)
		rc = fetcher_new(l->config.fetch, l->report, &l->fetcher, err);
	if (rc)
		return rc;
	*out = ARENA_ARRAY(a, struct page *, *n + 1);
	for (size_t i = 0; i < *n; i++)
		(*out)[i] = page_get(l, urls[i], u.project);
	return 0;
}

errint ladder_index_ask(struct ladder *l, struct str project, struct err *err)
{
	ARENA(mem);
	struct page **pages;
	size_t n;

	return ask_all(l, project, &mem, &pages, &n, err);
}

static bool has_file(const struct index_page *p, struct str name)
{
	for (size_t i = 0; i < p->n; i++)
		if (str_eq(p->v[i].name, name))
			return true;
	return false;
}

static void join(const struct page *p, struct arena *a, struct index_page *out)
{
	struct index_file *v = ARENA_ARRAY(a, struct index_file, out->n + p->index.n + 1);
	size_t n = out->n;

	if (n)
		memcpy(v, out->v, n * sizeof(*v));
	/* What an earlier index has counts. */
	for (size_t i = 0; i < p->index.n; i++)
		if (!n || !has_file(out, p->index.v[i].name))
			v[out->n++] = p->index.v[i];
	out->v = v;
}

errint ladder_index(struct ladder *l, struct str project, struct arena *a, struct index_page *out,
		    struct err *err)
{
	const struct err *failure = NULL;
	struct page **pages;
	size_t n, n_good = 0;
	errint rc = ask_all(l, project, a, &pages, &n, err);

	*out = (struct index_page){0};
	/* As long as somebody waits no page is forgotten. */
	l->n_pending++;
	for (size_t i = 0; !rc && i < n; i++)
		while (!rc && !pages[i]->done)
			rc = ladder_step(l, -1, NULL, 0, err);
	for (size_t i = 0; !rc && i < n; i++) {
		n_good += !pages[i]->err.code;
		if (!pages[i]->err.code)
			join(pages[i], a, out);
		else if (!failure || failure->code == ERR_NOT_FOUND)
			failure = &pages[i]->err;
	}
	l->n_pending--;
	if (rc || n_good)
		return rc;
	if (!failure || failure->code == ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND, "no package index has the project '%.*s'",
			       STR_ARG(project));
	err_set(err, failure->code, "%s", failure->msg);
	return failure->hint ? err_hint(err, "%s", failure->hint) : failure->code;
}
