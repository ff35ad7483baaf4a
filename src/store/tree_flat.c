/* SPDX-License-Identifier: MIT
 *
 * A tree that is one regular file, as flat hashes are of one: everything else is refused. */
#include "store/nar_int.h"

static errint refuse(const char *what, struct err *err)
{
	return err_set(err, ERR_FAILED, "a flat hash needs a regular file, this is a %s", what);
}

static errint flat_dir_begin(struct tree_sink *t, const char *name, struct err *err)
{
	return refuse("folder", err);
}

static errint flat_dir_end(struct tree_sink *t, struct err *err)
{
	return refuse("folder", err);
}

static errint flat_symlink(struct tree_sink *t, const char *name, const char *target,
			   struct err *err)
{
	return refuse("symlink", err);
}

static errint flat_file(struct tree_sink *t, const char *name, bool executable, uint64_t size,
			struct err *err)
{
	struct tree_flat *f = (struct tree_flat *)t;

	return f->to ? f->to->ops->file(f->to, name, false, size, err) : 0;
}

static int flat_clone(struct tree_sink *t, int from)
{
	struct tree_flat *f = (struct tree_flat *)t;

	return f->to && f->to->ops->clone ? f->to->ops->clone(f->to, from) : -1;
}

static errint flat_data(struct tree_sink *t, const void *data, size_t n, struct err *err)
{
	struct tree_flat *f = (struct tree_flat *)t;
	errint rc = sink_write(f->bytes, data, n, err);

	return rc || !f->to ? rc : f->to->ops->data(f->to, data, n, err);
}

static errint flat_room(struct tree_sink *t, char **p, size_t *n, struct err *err)
{
	struct tree_flat *f = (struct tree_flat *)t;

	return f->to && f->to->ops->room ? f->to->ops->room(f->to, p, n, err) : 0;
}

static errint flat_file_end(struct tree_sink *t, struct err *err)
{
	struct tree_flat *f = (struct tree_flat *)t;

	return f->to ? f->to->ops->file_end(f->to, err) : 0;
}

static const struct tree_sink_ops flat_ops = {
	.dir_begin = flat_dir_begin,
	.dir_end = flat_dir_end,
	.file = flat_file,
	.clone = flat_clone,
	.data = flat_data,
	.room = flat_room,
	.file_end = flat_file_end,
	.symlink = flat_symlink,
};

struct tree_flat tree_flat_init(struct tree_sink *to, struct sink *bytes)
{
	return (struct tree_flat){.tree.ops = &flat_ops, .to = to, .bytes = bytes};
}
