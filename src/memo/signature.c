/* SPDX-License-Identifier: MIT
 *
 * Stamps and hashes of single inputs. */
#include "memo/signature_int.h"

#include <errno.h>
#include <sys/vfs.h>
#include "base/environ.h"
#include "store/store.h"

enum {
	NS = 1000000000,
	GRAIN_S = 2, /* FAT's; kernels' own ticks are far finer */
};

/* File systems of this machine that set a ctime by its clock at every change. On others (network,
 * FUSE, FAT) contents are always read. */
static bool keeps_ctime(long type)
{
	static const long known[] = {
		0xEF53 /* ext2, 3, 4 */, 0x58465342 /* XFS */,   0x9123683E /* btrfs */,
		0x01021994 /* tmpfs */,  0x858458f6 /* ramfs */, 0x794c7630 /* overlayfs */,
		0xF2F52010 /* F2FS */,   0x2fc12fc1 /* ZFS */,   0xca451a4e /* bcachefs */,
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if ((unsigned long)type == (unsigned long)known[i])
			return true;
	return false;
}

bool fs_trusted(struct inputs_check *c, uint64_t dev, const char *path)
{
	struct statfs fs;
	bool trusted;

	for (size_t i = 0; i < c->n_fs; i++)
		if (c->fs[i].dev == dev)
			return c->fs[i].trusted;
	trusted = statfs(path, &fs) == 0 && keeps_ctime((long)fs.f_type);
	if (c->n_fs < ARRAY_LEN(c->fs)) {
		c->fs[c->n_fs].dev = dev;
		c->fs[c->n_fs++].trusted = trusted;
	}
	return trusted;
}

struct stamp stamp_of(const struct stat *st)
{
	return (struct stamp){
		.dev = st->st_dev,
		.ino = st->st_ino,
		.size = (uint64_t)st->st_size,
		.mtime = (uint64_t)st->st_mtim.tv_sec * NS + (uint64_t)st->st_mtim.tv_nsec,
		.ctime = (uint64_t)st->st_ctim.tv_sec * NS + (uint64_t)st->st_ctim.tv_nsec,
		.mode = st->st_mode,
	};
}

static bool stamp_same(const struct stamp *a, const struct stamp *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size && a->mtime == b->mtime &&
	       a->ctime == b->ctime && a->mode == b->mode;
}

bool stamp_proves(struct inputs_check *c, const struct stamp *before, const struct stamp *now,
		  const char *path)
{
	return stamp_same(before, now) &&
	       (int64_t)before->ctime < c->began - (int64_t)GRAIN_S * NS &&
	       fs_trusted(c, before->dev, path);
}

bool differs(struct inputs_check *c, const char *fmt, ...)
{
	BUF(b, LIMIT_ERR_TEXT);
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	c->why = arena_strz(c->a, buf_str(&b));
	return false;
}

/* ---- taking ---- */

static uint32_t type_now(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0)
		return st.st_mode & S_IFMT;
	return errno == ENOENT || errno == ENOTDIR ? TYPE_NOTHING : TYPE_UNREADABLE;
}

static bool take(struct eval_inputs *in, struct input *i)
{
	struct stat st;

	switch (i->kind) {
	case INPUT_TYPE:
		return type_now(i->path.p) == i->type;
	case INPUT_FILE:
	case INPUT_FOLDER:
		if (stat(i->path.p, &st) < 0)
			return false;
		i->stamp = stamp_of(&st);
		return true;
	case INPUT_TREE:
		return i->store_path.n && tree_stamp(&in->a, i);
	default:
		return true;
	}
}

/* A stamp may be of something newer than what was read: then its ctime is not older than the
 * notes, so it proves nothing, and the next check compares contents. */
bool inputs_stamp(struct eval_inputs *in)
{
	for (size_t i = 0; i < in->n && !in->unknowable; i++)
		if (!take(in, in->v[i]))
			input_unknowable(in, "'%.*s' changed during the evaluation",
					 STR_ARG(in->v[i]->path));
	return !in->unknowable;
}

/* ---- checking ---- */

static bool same_hash(const struct input *i, struct str bytes)
{
	struct hash h;

	hash_bytes(HASH_SHA256, bytes, &h);
	return memcmp(h.b, i->hash, sizeof(i->hash)) == 0;
}

static bool type_matches(struct inputs_check *c, const struct input *i)
{
	uint32_t now = type_now(i->path.p);

	if (now == i->type)
		return true;
	if (i->type == TYPE_NOTHING)
		return differs(c, "'%s' is there now", i->path.p);
	if (now == TYPE_NOTHING)
		return differs(c, "'%s' is gone", i->path.p);
	return differs(c, "'%s' is something else now", i->path.p);
}

static bool same_content(const struct input *i)
{
	struct dir_list l CLEANUP(dir_list_release) = {0};
	BUF(b, LIMIT_NIX_STRING);
	uint8_t hash[32];
	ERR(err);

	if (i->kind == INPUT_FILE)
		return file_read(AT_FDCWD, i->path.p, &b, &err) == 0 && same_hash(i, buf_str(&b));
	if (dir_list(AT_FDCWD, i->path.p, &l, &err) < 0)
		return false;
	input_listing_hash(&l, hash);
	return memcmp(hash, i->hash, sizeof(hash)) == 0;
}

static bool content_matches(struct inputs_check *c, struct input *i)
{
	bool folder = i->kind == INPUT_FOLDER;
	struct stamp now;
	struct stat st;

	if (stat(i->path.p, &st) < 0)
		return differs(c, "'%s' is gone", i->path.p);
	now = stamp_of(&st);
	if (stamp_proves(c, &i->stamp, &now, i->path.p))
		return true;
	if (!same_content(i))
		return differs(c, folder ? "folder '%s' has other entries" : "'%s' changed",
			       i->path.p);
	i->stamp = now;
	c->refreshed |= fs_trusted(c, now.dev, i->path.p);
	return true;
}

static bool link_matches(struct inputs_check *c, const struct input *i)
{
	char *target CLEANUP_FREE = NULL;
	ERR(err);

	if (read_link(AT_FDCWD, i->path.p, &target, &err) < 0)
		return differs(c, "'%s' is gone", i->path.p);
	return same_hash(i, str_c(target)) || differs(c, "'%s' leads elsewhere", i->path.p);
}

static bool variable_matches(struct inputs_check *c, const struct input *i)
{
	return same_hash(i, str_c(env_or(i->path.p, ""))) ||
	       differs(c, "environment variable '%s' changed", i->path.p);
}

static bool object_matches(struct inputs_check *c, const struct input *i)
{
	struct path_info info;
	ERR(err);
	errint rc = store_query(c->store, c->a, i->path, &info, &err);

	if (rc && rc != ERR_NOT_FOUND)
		return differs(c, "%s", err.msg);
	if (rc == 0 && !i->type)
		return differs(c, "'%s' is in the store now", i->path.p);
	if (rc && i->type)
		return differs(c, "'%s' is not in the store any more", i->path.p);
	return rc || memcmp(info.nar_hash.b, i->hash, sizeof(i->hash)) == 0 ||
	       differs(c, "'%s' changed", i->path.p);
}

static bool input_matches(struct inputs_check *c, struct input *i)
{
	switch (i->kind) {
	case INPUT_TYPE:
		return type_matches(c, i);
	case INPUT_FILE:
	case INPUT_FOLDER:
		return content_matches(c, i);
	case INPUT_LINK:
		return link_matches(c, i);
	case INPUT_TREE:
		return tree_matches(c, i);
	case INPUT_VARIABLE:
		return variable_matches(c, i);
	case INPUT_OBJECT:
		return object_matches(c, i);
	case INPUT_KINDS:
		break;
	}
	BUG("no such input");
}

bool inputs_match(struct inputs_check *c, struct input *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!input_matches(c, &v[i]))
			return false;
	return true;
}
