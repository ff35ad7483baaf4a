/* SPDX-License-Identifier: MIT
 *
 * Filling slots. All of a filling's parts come together, because they only fit each other. */
#include "cli/slot.h"

#include <string.h>
#include <unistd.h>
#include "base/file.h"
#include "cli/results.h"
#include "store/store.h"

static errint slot_split(const char *text, struct str *slot, struct str *filling, struct err *err)
{
	if (str_cut(str_c(text), '=', slot, filling) && slot->n && filling->n)
		return 0;
	err_set(err, ERR_USAGE, "'%s' is not a slot and its filling", text);
	return err_hint(err, "write it as torch=cpu, or torch=PATH");
}

static bool is_path(struct str filling)
{
	return str_chr(filling, '/') >= 0;
}

static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_-", s.p[i]))
			return false;
	return true;
}

errint slot_attr(struct arena *a, const char *text, const char **out, struct err *err)
{
	struct str slot, filling;
	int rc = slot_split(text, &slot, &filling, err);

	if (rc < 0)
		return rc;
	if (!is_plain(slot) || !is_plain(filling))
		return err_set(err, ERR_USAGE, "'%s': a slot and its filling are plain names here",
			       text);
	*out = arena_printf(a, "slotFillings.%.*s.%.*s", STR_ARG(slot), STR_ARG(filling));
	return 0;
}

/* <path>/lib/python3.N/site-packages, or the path itself when it is one. */
static errint site_packages(struct store *s, struct arena *a, struct str path, struct str *out,
			    struct err *err)
{
	char *real CLEANUP_FREE = store_real_path(s, path);
	char *lib CLEANUP_FREE = path_join(str_c(real), S("lib"));
	struct dir_list list CLEANUP(dir_list_release) = {0};
	ERR(ignored);

	if (str_ends(path, S("site-packages"))) {
		*out = path;
		return 0;
	}
	if (dir_list(AT_FDCWD, lib, &list, &ignored) == 0)
		for (size_t i = 0; i < list.n; i++) {
			char *there CLEANUP_FREE =
				xasprintf("%s/%s/site-packages", lib, list.v[i].name);

			if (!str_starts(str_c(list.v[i].name), S("python3")) ||
			    access(there, F_OK) < 0)
				continue;
			*out = str_c(arena_printf(a, "%.*s/lib/%s/site-packages", STR_ARG(path),
						  list.v[i].name));
			return 0;
		}
	err_set(err, ERR_NOT_FOUND, "'%.*s' has no lib/python3.N/site-packages", STR_ARG(path));
	return err_hint(
		err,
		"name a virtual environment, a store path with Python packages, or a folder called site-packages");
}

static errint fill_from_path(struct store *s, struct arena *a, struct str path, struct filling *out,
			     struct err *err)
{
	char *absolute CLEANUP_FREE = NULL;
	int rc = path_absolute(path, &absolute, err);

	if (rc < 0)
		return rc;
	out->folders = ARENA_NEW(a, struct str);
	out->n = 1;
	return site_packages(s, a, arena_str(a, str_c(absolute)), &out->folders[0], err);
}

static errint fill_from_set(struct cli *cli, struct store *s, struct arena *a, const char *text,
			    struct filling *out, struct err *err)
{
	struct build_request builds = {0};
	struct drv_ref *drvs;
	struct result *v;
	const char *attr;
	size_t n;
	int rc = slot_attr(a, text, &attr, err);

	if (rc == 0)
		rc = evaluate_set(cli, a, attr, NULL, &drvs, &n, err);
	if (rc < 0)
		return rc;
	v = ARENA_ARRAY(a, struct result, n);
	out->folders = ARENA_ARRAY(a, struct str, n);
	for (size_t i = 0; i < n; i++)
		v[i].drv = &drvs[i];
	rc = results_build(cli, a, v, n, &builds, err);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = site_packages(s, a, v[i].paths[0], &out->folders[out->n++], err);
	return rc;
}

errint slot_fill(struct cli *cli, struct arena *a, const char *text, struct filling *out,
		 struct err *err)
{
	struct str slot, filling;
	struct store *s;
	int rc = slot_split(text, &slot, &filling, err);

	if (rc == 0)
		rc = cli_store(cli, &s, err);
	if (rc < 0)
		return rc;
	*out = (struct filling){.slot = arena_strz(a, slot)};
	rc = is_path(filling) ? fill_from_path(s, a, filling, out, err)
			      : fill_from_set(cli, s, a, text, out, err);
	return rc < 0 ? err_wrap(err, "filling slot '%.*s'", STR_ARG(slot)) : 0;
}
