/* SPDX-License-Identifier: MIT
 *
 * Inputs of forges: a ref is looked up, a commit's archive is downloaded. */
#include "source/ladder_int.h"

#include <stdlib.h>
#include "base/file.h"
#include "source/conf.h"
#include "source/forge.h"

static void read_repo(struct ladder *l, const struct bring *what, struct arena *a,
		      struct forge_repo *r)
{
	*r = (struct forge_repo){
		.host = request_text(what, "host"),
		.owner = request_text(what, "owner"),
		.repo = request_text(what, "repo"),
		.ref = request_text(what, "ref"),
	};
	if (!r->ref.n)
		r->ref = S("HEAD");
	if (l->config.tokens || !conf_get(l->conf, S("access-tokens"), &r->tokens))
		r->tokens = S("");
	for (const char *const *word = l->config.tokens; word && *word; word++)
		r->tokens = str_c(arena_printf(a, "%.*s %s", STR_ARG(r->tokens), *word));
	BUG_ON(!forge_kind_parse(what->type, &r->kind));
}

static errint ask(struct ladder *l, const struct forge_repo *asked, struct arena *a,
		  struct str *rev, struct err *err)
{
	struct forge_repo r = *asked;
	const char *header = forge_header(a, &r);
	struct str head = forge_head_url(a, &r), text;
	errint rc = 0;

	if (head.n) {
		rc = download_text(l, a, head, header, &text, err);
		if (!rc)
			rc = forge_head_parse(a, text, &r.ref, err);
	}
	if (!rc)
		rc = download_text(l, a, forge_ref_url(a, &r), header, &text, err);
	if (!rc)
		rc = forge_rev_parse(a, &r, text, rev, err);
	return rc ? err_wrap(err, "looking up '%.*s' of '%.*s/%.*s'", STR_ARG(asked->ref),
			     STR_ARG(asked->owner), STR_ARG(asked->repo))
		  : 0;
}

/* The commit that a ref means, now or as of late. */
static errint find_rev(struct ladder *l, const struct forge_repo *r, struct arena *a,
		       struct str *rev, struct err *err)
{
	char *dir CLEANUP_FREE = path_join(str_c(input_cache(l)), S("fetch"));
	struct str key = str_c(arena_printf(a, "forge ref\n%.*s\n%.*s",
					    STR_ARG(forge_ref_url(a, r)), STR_ARG(r->ref)));
	struct fetch_record known, now = {0};
	errint rc;

	if (fetch_cache_find(dir, key, a, &known) && known.age < l->ttl) {
		*rev = fetch_record_get(&known, "rev");
		return 0;
	}
	rc = ask(l, r, a, rev, err);
	if (rc)
		return rc;
	fetch_record_set(&now, "rev", *rev);
	fetch_cache_put(dir, key, &now);
	return 0;
}

errint bring_forge(struct ladder *l, const struct bring *what, struct arena *a, struct brought *out,
		   struct err *err)
{
	struct forge_repo r;
	struct str rev = request_text(what, "rev");
	struct download d CLEANUP(download_release) = {.forever = true};
	errint rc = 0;

	read_repo(l, what, a, &r);
	if (!rev.n)
		rc = find_rev(l, &r, a, &rev, err);
	if (rc)
		return rc;
	d.url = forge_archive_url(a, &r, rev);
	d.header = forge_header(a, &r);
	d.vendored = arena_printf(a, "%.*s.tar.gz", STR_ARG(rev));
	d.key = str_c(arena_printf(a, "archive\n%.*s", STR_ARG(d.url)));
	rc = bring_archive(l, what, &d, a, out, err);
	if (rc)
		return rc;
	out->rev = rev;
	return 0;
}
