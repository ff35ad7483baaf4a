/* SPDX-License-Identifier: MIT
 *
 * The database's hashes, not the disk's: whether those are true, `store --verify` says. */
#include "store/closure_hash.h"

errint closure_hash(struct store *s, const struct str *paths, size_t n, struct hash *out,
		    size_t *n_paths, struct err *err)
{
	ARENA(a);
	struct hash_ctx *c CLEANUP(hash_ctx_cleanup) = NULL;
	struct str_set all;
	errint rc = store_closure(s, &a, paths, n, 0, &all, err);

	if (rc)
		return rc;
	c = hash_ctx_new(HASH_SHA256);
	for (size_t i = 0; i < all.n; i++) {
		ARENA(one);
		char text[HASH_TEXT_MAX];
		struct path_info info;

		rc = store_query(s, &one, all.v[i], &info, err);
		if (rc)
			return rc;
		hash_format(&info.nar_hash, HASH_NIX32, true, text);
		hash_update(c, info.path.p, info.path.n);
		hash_update(c, " ", 1);
		hash_update(c, text, strlen(text));
		hash_update(c, "\n", 1);
	}
	hash_finish(STEAL(c), out);
	*n_paths = all.n;
	return 0;
}
