/* SPDX-License-Identifier: MIT
 *
 * Sources of recipes: their hashes, and whether what names them stays what it is. */
#include "checklist/checklist_int.h"
#include "source/moving.h"

/* The line of the recipe's file that has this text, or 0. */
static unsigned find_line(struct listing *l, struct str file, struct str what)
{
	struct str path = str_c(arena_printf(l->a, "%s/%.*s", l->files.project, STR_ARG(file)));
	struct str text;
	ERR(unread);

	if (!what.n || recipe_files_text(&l->files, path, &text, &unread))
		return 0;
	ptrdiff_t at = str_find(text, what);
	return at < 0 ? 0 : line_of(text, (size_t)at);
}

static bool is_zero(const struct hash *h)
{
	for (size_t i = 0; i < hash_size(h->algo); i++)
		if (h->b[i])
			return false;
	return true;
}

static bool is_commit(struct str ref)
{
	for (size_t i = 0; i < ref.n; i++)
		if (!strchr("0123456789abcdef", ref.p[i]))
			return false;
	return ref.n == 40 || ref.n == 64;
}

/* A tag has a number; what has none is a branch's name. */
static bool is_moving_ref(struct str ref)
{
	if (str_starts(ref, S("refs/heads/")))
		return true;
	if (!ref.n || is_commit(ref) || str_starts(ref, S("refs/tags/")))
		return false;
	for (size_t i = 0; i < ref.n; i++)
		if (ref.p[i] >= '0' && ref.p[i] <= '9')
			return false;
	return true;
}

static void look_at(struct listing *l, struct str file, const struct recipe_source *s)
{
	struct str moving = url_moving_part(s->url);

	if (is_zero(&s->hash))
		listing_add(l, CHECKLIST_HASHED, file, find_line(l, file, S("hash")),
			    "kiln update writes the right one", "'%.*s' has no hash yet",
			    STR_ARG(s->name));
	if (is_moving_ref(s->ref))
		listing_add(l, CHECKLIST_FIXED, file, find_line(l, file, s->ref),
			    "name a commit or a tag: kiln prefetch tells which one it is now",
			    "'%.*s' is a branch of %.*s", STR_ARG(s->ref), STR_ARG(s->repo));
	else if (moving.n)
		listing_add(l, CHECKLIST_FIXED, file, find_line(l, file, moving),
			    "name the file of one version", "'%.*s' means something else tomorrow",
			    STR_ARG(s->url));
}

errint list_sources(struct listing *l, struct err *err)
{
	errint rc = 0;

	for (size_t i = 0; !rc && i < l->recipes.n; i++) {
		struct recipe_row *row = &l->recipes.v[i];
		struct recipe_source *v;
		size_t n = 0;

		if (!listing_wants(l, row->name))
			continue;
		if (!row->drv_path.n) {
			listing_add(l, CHECKLIST_PLATFORMS, listing_file(l, row->name), 0, NULL,
				    "it does not evaluate: %s",
				    row->failure.msg ? row->failure.msg
						     : "its value is no derivation");
			continue;
		}
		rc = recipe_sources(&l->trial, &l->recipes, row->name, l->a, &v, &n, err);
		for (size_t k = 0; !rc && k < n; k++)
			look_at(l, listing_file(l, row->name), &v[k]);
	}
	return rc;
}
