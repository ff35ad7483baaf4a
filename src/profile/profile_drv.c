/* SPDX-License-Identifier: MIT
 *
 * The derivation of a profile. Its packages are sources to it, so that nothing but what they are
 * decides what it is. */
#include "profile/profile.h"

#include "base/environ.h"
#include "plan/plan.h"
#include "store/derivation.h"
#include "store/store.h"

static errint put_packages(struct buf *b, const struct profile_package *v, size_t n,
			   struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (str_chr(v[i].id, '\n') >= 0)
			return err_set(err, ERR_UNSUPPORTED, "an install id has a line end: '%.*s'",
				       STR_ARG(v[i].id));
		buf_printf(b, "%u %.*s %.*s\n", v[i].priority, STR_ARG(v[i].path),
			   STR_ARG(v[i].id));
	}
	return buf_check(b, "list of packages", err);
}

static struct str *sources(struct arena *a, const struct profile_package *v, size_t n,
			   struct str python, size_t *n_out)
{
	struct str_set set = {ARENA_ARRAY(a, struct str, n + 1), n};

	for (size_t i = 0; i < n; i++)
		set.v[i] = v[i].path;
	if (python.n)
		set.v[set.n++] = python;
	str_set_sort(&set);
	*n_out = set.n;
	return set.v;
}

errint profile_derivation(struct store *s, struct arena *a, struct str name,
			  const struct profile_package *v, size_t n, struct str python,
			  struct str slots, struct str *drv, struct str *out, struct err *err)
{
	BUF(packages, LIMIT_DRV_FILE);
	struct drv_output output = {.name = S("out")};
	struct drv d = {
		.name = name,
		.outputs = &output,
		.n_outputs = 1,
		.platform = str_c(native_system()),
		.builder = S("builtin:kiln-profile-1"),
	};
	errint rc = put_packages(&packages, v, n, err);

	if (rc)
		return rc;
	struct drv_env env[] = {
		{S("builder"), d.builder},
		{S("name"), name},
		{S("out"), S("")},
		{S("packages"), buf_str(&packages)},
		{S("preferLocalBuild"), S("1")},
		{S("python"), python},
		{S("requiredSystemFeatures"), S("kiln")},
		{S("slots"), slots},
		{S("system"), d.platform},
	};
	d.env = env;
	d.n_env = ARRAY_LEN(env);
	d.srcs = sources(a, v, n, python, &d.n_srcs);
	rc = store_make_drv(s, a, &d, drv, err);
	if (!rc)
		*out = arena_str(a, d.outputs[0].path);
	return rc;
}
