/* SPDX-License-Identifier: MIT
 *
 * Pages of package indices, which say where a project's files are: transfers like others, in
 * parallel, each page once for all the ascents that wait for it. */
#include "source/ascent_int.h"

#include <stdlib.h>

#include "base/limits.h"

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
