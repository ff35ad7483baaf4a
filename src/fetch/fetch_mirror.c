/* SPDX-License-Identifier: MIT
 *
 * mirror: URLs within a running fetcher. Those of a package index need its project's page first:
 * pages are transfers like others, in parallel, each fetched once for all the transfers that wait
 * for it. */
#include <string.h>

#include "base/limits.h"
#include "base/report.h"
#include "fetch/fetch_int.h"

static const char accept_pages[] = "Accept: application/vnd.pypi.simple.v1+json, "
				   "application/vnd.pypi.simple.v1+html;q=0.3, text/html;q=0.2";

void pages_free(struct fetcher *f)
{
	while (f->pages) {
		struct page *p = f->pages;

		f->pages = p->next;
		buf_release(&p->text);
		arena_release(&p->arena);
		err_release(&p->err);
		free(p->url);
		free(p);
	}
}

static struct page *page_get(struct fetcher *f, struct str url, struct str project)
{
	char *name CLEANUP_FREE = NULL;
	struct page *p;

	for (p = f->pages; p; p = p->next)
		if (str_eqz(url, p->url))
			return p;
	p = xcalloc(1, sizeof(*p));
	p->url = str_dupz(url);
	p->text = (struct buf)BUF_INIT(LIMIT_INDEX_PAGE);
	p->next = f->pages;
	f->pages = p;
	name = xasprintf("%.*s (index page)", STR_ARG(project));
	transfer_new(f,
		     &(struct fetch_request){.urls = (const char *const[]){p->url},
					     .n_urls = 1,
					     .body = &p->text,
					     .algo = HASH_SHA256,
					     .name = name,
					     .quiet = true,
					     .headers = (const char *const[]){accept_pages, NULL}})
		->page = p;
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

void mirror_page_done(struct transfer *page_transfer)
{
	struct fetcher *f = page_transfer->f;
	struct page *p = page_transfer->page;

	p->done = true;
	if (page_transfer->result.err.code)
		err_move(&p->err, &page_transfer->result.err);
	else
		page_parse(p, &page_transfer->result);
	for (struct transfer *j = f->transfers; j && f->count[TRANSFER_PAGES]; j = j->next)
		if (j->state == TRANSFER_PAGES)
			transfer_set_state(j, TRANSFER_NEW);
}

/* Puts v in the place of the current URL. */
static void splice(struct transfer *j, const struct str *v, size_t n)
{
	char **urls = xcalloc(j->n_urls + n, sizeof(*urls));
	size_t to = 0;

	for (size_t i = 0; i < j->n_urls; i++) {
		if (i != j->at) {
			urls[to++] = j->urls[i];
			continue;
		}
		for (size_t k = 0; k < n; k++)
			urls[to++] = str_dupz(v[k]);
		free(j->urls[i]);
	}
	free(j->urls);
	j->urls = urls;
	j->n_urls = to;
}

/* What the pages together say about the file. */
struct found {
	struct str *urls;
	size_t n;
	const struct index_file *other; /* of this name, with another hash */
	const struct err *failure;      /* of a page, other than 'not found' */
	size_t n_pages, n_files;
};

static void look_at_page(struct transfer *j, const struct page *p, struct str file,
			 struct found *found)
{
	const struct index_file *v;

	if (p->err.code) {
		if (p->err.code != ERR_NOT_FOUND && !found->failure)
			found->failure = &p->err;
		return;
	}
	found->n_pages++;
	found->n_files += p->index.n;
	v = index_page_find(&p->index, file, j->has_want ? &j->want : NULL);
	if (!v)
		return;
	if (j->has_want && v->has_hash && v->hash.algo == j->want.algo &&
	    !hash_eq(&v->hash, &j->want))
		found->other = v;
	else
		found->urls[found->n++] = v->url;
}

static errint not_found(struct transfer *j, const struct mirror_url *u, const struct found *found,
			struct err *err)
{
	char want[HASH_TEXT_MAX], got[HASH_TEXT_MAX];

	if (found->other) {
		err_set(err, ERR_MISMATCH, "the package index has this file with another hash");
		err_detail(err, "  specified: %s", hash_format(&j->want, HASH_SRI, true, want));
		return err_detail(err, "  got:       %s",
				  hash_format(&found->other->hash, HASH_SRI, true, got));
	}
	if (found->failure) {
		err_set(err, found->failure->code, "%s", found->failure->msg);
		return found->failure->hint ? err_hint(err, "%s", found->failure->hint)
					    : found->failure->code;
	}
	if (!found->n_pages)
		return err_set(err, ERR_NOT_FOUND, "no package index has the project '%.*s'",
			       STR_ARG(u->project));
	return err_set(err, ERR_NOT_FOUND,
		       "'%.*s' is not among the %zu files that the package index has of '%.*s'",
		       STR_ARG(u->file), found->n_files, STR_ARG(u->project));
}

/* From index pages, once all of them are there. */
static errint expand_pages(struct transfer *j, const struct mirror_url *u, const struct str *urls,
			   size_t n, struct arena *a, struct err *err)
{
	struct found found = {.urls = ARENA_ARRAY(a, struct str, n)};
	bool wait = false;

	for (size_t i = 0; i < n; i++)
		wait |= !page_get(j->f, urls[i], u->project)->done;
	if (wait) {
		transfer_set_state(j, TRANSFER_PAGES);
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		look_at_page(j, page_get(j->f, urls[i], u->project), u->file, &found);
	if (!found.n)
		return not_found(j, u, &found, err);
	splice(j, found.urls, found.n);
	return 0;
}

errint mirror_url_expand(struct transfer *j, struct err *err)
{
	ARENA(a);
	struct mirror_url u;
	struct str *urls;
	size_t n;
	errint rc = mirror_url_parse(&a, str_c(j->urls[j->at]), &u, err);

	if (rc)
		return rc;
	free(j->mirror);
	j->mirror = str_dupz(u.mirror);
	if (!j->f->o.mirrors)
		return err_set(err, ERR_USAGE, "no mirrors are known here");
	rc = mirror_expand(j->f->o.mirrors, &a, &u, &urls, &n, err);
	if (rc)
		return rc;
	if (u.project.n && u.file.n)
		return expand_pages(j, &u, urls, n, &a, err);
	splice(j, urls, n);
	return 0;
}
