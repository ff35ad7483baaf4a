/* SPDX-License-Identifier: MIT
 *
 * The binary caches of the settings. */
#include "project/session.h"

#include "cache/caches.h"
#include "store/signing_key.h"

static errint read_keys(struct session *s, const struct setting_words *words,
			struct caches_options *o, struct err *err)
{
	struct public_key *keys = ARENA_ARRAY(&s->a, struct public_key, words->n);
	errint rc = 0;

	for (size_t i = 0; !rc && i < words->n; i++) {
		rc = public_key_parse(&s->a, str_c(words->v[i]), &keys[i], err);
		if (rc)
			err_wrap(err, "in the setting 'trusted-public-keys'");
	}
	o->keys = keys;
	o->n_keys = words->n;
	return rc;
}

static errint open_caches(struct session *s, struct err *err)
{
	const struct settings *set = s->settings;
	struct caches_options o = {
		.urls = set->substituters.v,
		.any_signature = !set->require_sigs,
		.signatures = set->required_signatures,
		.offline = set->offline,
		.store = s->store,
	};
	errint rc = read_keys(s, &set->trusted_public_keys, &o, err);

	if (rc)
		return rc;
	rc = caches_new(&o, s->report, &s->caches, err);
	return rc ? err_wrap(err, "in the setting 'substituters'") : 0;
}

errint session_substituter(struct session *s, struct substituter **out, struct err *err)
{
	bool any = s->settings->substitute && s->settings->substituters.n;
	errint rc = any && !s->caches ? open_caches(s, err) : 0;

	if (rc)
		return rc;
	*out = any ? caches_substituter(s->caches) : NULL;
	return 0;
}
