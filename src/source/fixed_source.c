/* SPDX-License-Identifier: MIT
 *
 * kiln's own fetchers name their sources in kilnFetch, Nix's in urls and url. */
#include "source/fixed_source.h"

#include "store/derivation.h"

static void add_words(struct arena *a, const struct drv *d, const char *key, struct fixed_source *s)
{
	const struct str *value = drv_env_find(d, str_c(key));
	struct str rest = value ? *value : S(""), word;

	while (rest.n && str_split(&rest, ' ', &word)) {
		bool known = !word.n;

		for (size_t i = 0; i < s->n_origins; i++)
			known |= str_eq(s->origins[i], word);
		if (known)
			continue;
		struct str *more = ARENA_ARRAY(a, struct str, s->n_origins + 1);
		if (s->n_origins)
			memcpy(more, s->origins, s->n_origins * sizeof(*more));
		more[s->n_origins++] = arena_str(a, word);
		s->origins = more;
	}
}

/* A commit's tree has its revision beside the repository. */
static void add_commit(struct arena *a, const struct drv *d, struct fixed_source *s)
{
	const struct str *rev = drv_env_find(d, S("rev"));
	const struct str *url = drv_env_find(d, S("url"));

	if (!rev || !url)
		return;
	s->rev = arena_str(a, *rev);
	s->origins = ARENA_NEW(a, struct str);
	s->origins[0] = str_c(arena_printf(a, "git+%.*s?rev=%.*s", STR_ARG(*url), STR_ARG(*rev)));
	s->n_origins = 1;
}

errint fixed_source_of(struct arena *a, const struct drv *d, struct fixed_source *out,
		       struct err *err)
{
	struct fixed_source s = {.rev = S("")};
	errint rc = drv_output_hash(&d->outputs[0], &s.recursive, &s.hash, err);

	if (rc)
		return rc;
	if (str_eq(d->builder, S("builtin:kiln-git-1"))) {
		add_commit(a, d, &s);
	} else {
		add_words(a, d, "kilnFetch", &s);
		add_words(a, d, "urls", &s);
		add_words(a, d, "url", &s);
	}
	*out = s;
	return 0;
}
