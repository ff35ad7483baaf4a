/* SPDX-License-Identifier: MIT
 *
 * Where facts stand. A check's result refers to what it checked, so that the check of a package is
 * found among its referrers; an older check of the same package may be among them, too. */
#include "store/facts.h"

#include <errno.h>
#include <stdlib.h>
#include "base/buf.h"
#include "base/file.h"
#include "store/closure_diff.h"

#define FACTS_FILE "nix-support/facts.json"

/* "" when the path has none. */
static errint read_facts(struct store *s, struct arena *a, struct str path, struct str *out,
			 struct err *err)
{
	char *real CLEANUP_FREE = store_real_path(s, path);
	char *file CLEANUP_FREE = path_join(str_c(real), S(FACTS_FILE));
	BUF(text, LIMIT_LOCK_FILE);
	ERR(why);
	errint rc = file_read(AT_FDCWD, file, &text, &why);

	*out = S("");
	/* A path that is a file has nothing below it. */
	if (rc == ERR_NOT_FOUND || why.sys == ENOTDIR)
		return 0;
	if (rc)
		return err_move(err, &why);
	*out = arena_str(a, buf_str(&text));
	return 0;
}

static bool is_check_of(struct str check, struct str path)
{
	struct str name = store_path_name(check), of = store_path_name(path);

	return str_starts(name, of) && str_ends(name, S("-check")) && name.n > of.n &&
	       name.p[of.n] == '-';
}

static errint facts_of_checks(struct store *s, struct arena *a, struct str path, struct str *out,
			      struct err *err)
{
	struct str_set users;
	int64_t newest = INT64_MIN;
	errint rc = store_referrers(s, a, path, &users, err);

	for (size_t i = 0; !rc && i < users.n; i++) {
		struct path_info info;
		struct str text;

		if (!is_check_of(users.v[i], path))
			continue;
		rc = store_query(s, a, users.v[i], &info, err);
		if (!rc)
			rc = read_facts(s, a, users.v[i], &text, err);
		if (rc || !text.n || info.registered < newest)
			continue;
		newest = info.registered;
		*out = text;
	}
	return rc;
}

static int cmp_facts(const void *a, const void *b)
{
	const struct facts *x = a, *y = b;
	int c = str_cmp(x->package, y->package);

	return c ? c : str_cmp(store_path_name(x->path), store_path_name(y->path));
}

errint facts_of_closure(struct store *s, struct arena *a, struct str top, struct facts **out,
			size_t *n, struct err *err)
{
	struct str_set closure;
	errint rc = store_closure(s, a, &top, 1, 0, &closure, err);

	if (rc)
		return rc;
	struct facts *v = ARENA_ARRAY(a, struct facts, closure.n);
	for (size_t i = 0; !rc && i < closure.n; i++) {
		struct str version;

		v[i].path = closure.v[i];
		closure_package_name(store_path_name(v[i].path), &v[i].package, &version);
		rc = read_facts(s, a, v[i].path, &v[i].text, err);
		if (!rc && !v[i].text.n)
			rc = facts_of_checks(s, a, v[i].path, &v[i].text, err);
	}
	if (rc)
		return rc;
	qsort(v, closure.n, sizeof(*v), cmp_facts);
	*out = v;
	*n = closure.n;
	return 0;
}
