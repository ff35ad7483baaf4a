/* SPDX-License-Identifier: MIT
 *
 * Unpacking .debs into the output by the layout. Symlinks keep their meaning, not their text: what
 * they point to in Debian's tree is worked out here, while the layout is at hand, and written as an
 * absolute path into the output, which deb_fix_links() brings to its final form. */
#include "deb/deb_int.h"

#include <stdlib.h>

#include "archive/archive.h"
#include "base/file.h"

struct deb_unpack {
	struct deb_build *build;
	struct archive_writer *writer;
};

/* "/nix/store/…/lib/x" for a link in Debian's folder `dir`; the raw text where the target is left
 * out of every layout. */
static struct str link_target(struct deb_build *b, struct str link_name, struct str target)
{
	struct str dir = str_rchr(link_name, '/') < 0 ? S("") : path_dir(link_name), mapped;
	const char *text = str_starts(target, S("/")) ? arena_strz(b->arena, target)
						      : arena_printf(b->arena, "/%.*s/%.*s",
								     STR_ARG(dir), STR_ARG(target));
	char *clean CLEANUP_FREE = path_clean(str_c(text));

	if (!deb_layout_map(&b->layout, b->arena, str_skip(str_c(clean), 1), &mapped))
		return str_c(arena_strz(b->arena, str_c(clean)));
	return str_c(arena_printf(b->arena, "%.*s/%.*s", STR_ARG(b->out), STR_ARG(mapped)));
}

static errint put_item(const struct archive_item *item, struct source *data, void *ctx,
		       struct err *err)
{
	struct deb_unpack *u = ctx;
	struct deb_build *b = u->build;
	struct archive_item to = *item;

	if (item->type == ARCHIVE_DIR)
		return 0;
	if (!deb_layout_map(&b->layout, b->arena, item->name, &to.name))
		return 0;
	if (!to.name.n)
		return err_set(err, ERR_CORRUPT, "'%.*s' would be the whole output",
			       STR_ARG(item->name));
	if (item->type == ARCHIVE_SYMLINK) {
		to.link = link_target(b, item->name, item->link);
		/* Folders that the layout merges leave links to themselves. */
		if (str_starts(to.link, b->out) && str_eq(str_skip(to.link, b->out.n + 1), to.name))
			return 0;
	}
	if (item->type == ARCHIVE_HARDLINK &&
	    !deb_layout_map(&b->layout, b->arena, item->link, &to.link))
		return err_set(err, ERR_UNSUPPORTED, "'%.*s' is a hard link to '%.*s', left out",
			       STR_ARG(item->name), STR_ARG(item->link));
	if (deb_exists(b->root, to.name))
		return err_set(err, ERR_EXISTS, "'%.*s' is there already", STR_ARG(to.name));
	return archive_writer_add(u->writer, &to, data, err);
}

static errint unpack_one(struct deb_build *b, struct str deb, struct err *err)
{
	struct archive_writer *w CLEANUP(archive_writer_cleanup) = archive_writer_new(b->root);
	struct deb_unpack u = {.build = b, .writer = w};
	char *z CLEANUP_FREE = str_dupz(deb);
	int fd CLEANUP_FD = -1;

	if (open_file(AT_FDCWD, z, &fd, err) || deb_walk(fd, NULL, put_item, &u, err))
		return err_wrap(err, "unpacking '%s'", z);
	deb_log(b, "unpacked %s", z);
	return 0;
}

errint deb_unpack(struct deb_build *b, struct err *err)
{
	errint rc = 0;

	for (size_t i = 0; !rc && i < b->debs.n; i++)
		rc = unpack_one(b, b->debs.v[i], err);
	return rc;
}
