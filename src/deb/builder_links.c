/* SPDX-License-Identifier: MIT
 *
 * The final text of symlinks. A link inside the output is relative, so that the output can be shown
 * elsewhere; one to a dependency names its store path; one to nowhere is an error unless a
 * `dangling` rule says that this is known. */
#include "deb/deb_int.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"

static struct str below(struct deb_build *b, struct str folder, struct str rel)
{
	return str_c(arena_printf(b->arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(rel)));
}

static bool path_is_there(struct str path)
{
	char *z CLEANUP_FREE = str_dupz(path);

	return access(z, F_OK) == 0;
}

/* rel in the output, else in a dependency. */
static bool find_mapped(struct deb_build *b, struct str rel, struct str *out)
{
	if (deb_exists(b->root, rel)) {
		*out = below(b, b->out, rel);
		return true;
	}
	for (size_t i = 0; i < b->deps.n; i++) {
		struct str path = below(b, b->deps.v[i], rel);

		if (!path_is_there(path))
			continue;
		*out = path;
		return true;
	}
	return false;
}

bool deb_find_path(struct deb_build *b, struct str debian_path, struct str *out)
{
	char *clean CLEANUP_FREE = path_clean(debian_path);
	struct str rel;

	return deb_layout_map(&b->layout, b->arena, str_skip(str_c(clean), 1), &rel) && rel.n &&
	       find_mapped(b, rel, out);
}

/* The way from the folder of `link` to `to`, both relative to the output. */
static struct str relative(struct deb_build *b, struct str link, struct str to)
{
	BUF(text, LIMIT_PATH_TEXT);
	size_t common = 0;

	for (size_t i = 0; i < link.n && i < to.n && link.p[i] == to.p[i]; i++)
		if (link.p[i] == '/')
			common = i + 1;
	for (size_t i = common; i < link.n; i++)
		if (link.p[i] == '/')
			buf_putz(&text, "../");
	buf_puts(&text, str_skip(to, common));
	return arena_str(b->arena, buf_str(&text));
}

/* What the link should say, or an empty text when it points to nowhere. */
static struct str final_text(struct deb_build *b, struct str link, struct str text)
{
	struct str rel, found;

	if (!str_starts(text, S("/"))) {
		struct str dir = str_rchr(link, '/') < 0 ? S("") : path_dir(link);
		char *clean CLEANUP_FREE = path_clean(
			str_c(arena_printf(b->arena, "/%.*s/%.*s", STR_ARG(dir), STR_ARG(text))));

		return deb_exists(b->root, str_skip(str_c(clean), 1)) ? text : S("");
	}
	if (!str_starts(text, b->out) || text.n <= b->out.n || text.p[b->out.n] != '/')
		return str_starts(text, b->ctx->store_dir) && path_is_there(text) ? text : S("");
	rel = str_skip(text, b->out.n + 1);
	if (!find_mapped(b, rel, &found))
		return S("");
	return str_starts(found, b->out) ? relative(b, link, rel) : found;
}

static errint fix_link(struct deb_build *b, struct str path, struct err *err)
{
	char *z CLEANUP_FREE = str_dupz(path);
	char *text CLEANUP_FREE = NULL;
	struct str want;
	errint rc = read_link(b->root, z, &text, err);

	if (rc)
		return rc;
	want = final_text(b, path, str_c(text));
	if (str_eqz(want, text))
		return 0;
	if (want.n)
		return file_symlink(arena_strz(b->arena, want), b->root, z, err);
	if (!deb_rules_match(&b->rules, DEB_DANGLING, path) && b->patchelf.n) {
		err_set(err, ERR_NOT_FOUND,
			"'%s' points to '%s', which is neither here nor in a "
			"dependency",
			z, text);
		return err_hint(err,
				"give its group the dependency, or a 'drop' or 'dangling' rule");
	}
	if (unlinkat(b->root, z, 0))
		return err_sys(err, "cannot remove '%s'", z);
	deb_log(b, "left out %s, which points to %s", z, text);
	return 0;
}

errint deb_fix_links(struct deb_build *b, struct err *err)
{
	struct deb_tree tree;
	errint rc = deb_tree_list(b->arena, b->root, &tree, err);

	if (rc)
		return rc;
	for (size_t i = 0; !rc && i < tree.n; i++)
		if (tree.v[i].type == DT_LNK)
			rc = fix_link(b, tree.v[i].path, err);
	if (rc)
		return rc;
	return deb_prune_folders(b->root, err);
}
