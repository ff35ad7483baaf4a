/* SPDX-License-Identifier: MIT
 *
 * What a path was made of, by its derivation and those that it names: what is fetched without a
 * hash, builds that see the network, and URLs whose contents move. */
#include "audit/facts_int.h"
#include "source/moving.h"
#include "store/derivation.h"
#include "store/store.h"

static bool is_set(const struct drv *d, struct str key)
{
	const struct str *value = drv_env_find(d, key);

	return value && str_eqz(*value, "1");
}

static bool fetches(const struct drv *d)
{
	return str_starts(d->builder, S("builtin:fetch"));
}

static void see_urls(struct path_look *l, const struct drv *d)
{
	static const struct str keys[] = {S("url"), S("urls")};
	struct str rest, url;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const struct str *value = drv_env_find(d, keys[i]);

		rest = value ? *value : S("");
		while (rest.n && str_split(&rest, ' ', &url)) {
			struct str part = url_moving_part(url);

			if (!part.n)
				continue;
			look_found(l, AUDIT_DYNAMIC, S(""), "'%.*s' is of %.*s, where '%.*s' moves",
				   STR_ARG(d->name), STR_ARG(url), STR_ARG(part));
			return;
		}
	}
}

static void see_drv(struct path_look *l, const struct drv *d)
{
	if (drv_is_fixed(d)) {
		see_urls(l, d);
		return;
	}
	if (fetches(d))
		look_found(l, AUDIT_UNLOCKED, S(""), "'%.*s' is fetched without a hash",
			   STR_ARG(d->name));
	if (is_set(d, S("__impure")))
		look_found(l, AUDIT_UNLOCKED, S(""), "'%.*s' is impure: each build may differ",
			   STR_ARG(d->name));
	if (is_set(d, S("__noChroot")))
		look_found(l, AUDIT_UNLOCKED, S(""), "'%.*s' is built without a sandbox",
			   STR_ARG(d->name));
}

/* Wheels and Debian's packages come from locks. */
void look_at_inputs(struct path_look *l, const struct drv *d)
{
	see_drv(l, d);
	for (size_t i = 0; l->program && i < d->n_inputs; i++) {
		struct drv input;
		bool valid = false;
		ERR(gone);

		if (!store_is_valid(l->s, d->inputs[i].path, &valid, &gone) && valid &&
		    !store_read_drv(l->s, l->scratch, d->inputs[i].path, &input, &gone) &&
		    (drv_is_fixed(&input) || fetches(&input) || is_set(&input, S("__impure"))))
			see_drv(l, &input);
	}
}
