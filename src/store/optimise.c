/* SPDX-License-Identifier: MIT
 *
 * A file gives way to a link by rename, so it is there at every moment; folders get back the mode
 * and the time that the store's objects have. */
#include "store/optimise.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include "base/file.h"
#include "base/process.h"
#include "base/report.h"
#include "store/store_int.h"

struct link_pool {
	struct store *s;
	int links; /* the folder .links */
	struct optimise_result *result;
	unsigned depth;
};

static void end_activity(struct activity **a)
{
	activity_end(*a);
}

/* The name of a file in the pool. */
static errint pool_name(int dirfd, const char *name, char out[HASH_TEXT_MAX], struct err *err)
{
	struct hash h;
	errint rc = nar_hash(dirfd, name, &h, NULL, err);

	if (!rc)
		hash_format(&h, HASH_NIX32, false, out);
	return rc;
}

/* As every folder of a store object is. */
static errint close_folder(int dir, const struct stat *was, const char *name, struct err *err)
{
	struct timespec times[2] = {was->st_atim, {.tv_sec = 1}};

	if (fchmod(dir, was->st_mode & 07555) || futimens(dir, times))
		return err_sys(err, "restoring the folder of '%s'", name);
	return 0;
}

/* One who was killed may have left it open. */
static errint close_left_open(int dir, const char *name, struct err *err)
{
	struct stat st;

	if (fstat(dir, &st))
		return err_sys(err, "reading '%s'", name);
	return st.st_mode & 0222 ? close_folder(dir, &st, name, err) : 0;
}

/* Moves the link to where the file is. A collection may have taken it, as garbage. */
static errint move_link(struct link_pool *p, const char *temp, int dirfd, const char *name,
			uint64_t size, struct err *err)
{
	if (renameat(p->s->store_fd, temp, dirfd, name) == 0) {
		p->result->linked++;
		p->result->freed += size;
		return 0;
	}
	if (errno == ENOENT)
		return 0;
	errint rc = err_sys(err, "linking '%s'", name);
	unlinkat(p->s->store_fd, temp, 0);
	return rc;
}

/* Puts a link to the pool's file in the place of name. It is made outside of the object, so that
 * whoever is killed meanwhile leaves nothing inside. */
static errint give_way(struct link_pool *p, int dirfd, const char *name, const char *pooled,
		       uint64_t size, struct err *err)
{
	char *temp CLEANUP_FREE = xasprintf(".tmp-link-%d", (int)getpid());
	bool top = dirfd == p->s->store_fd;
	struct stat was;
	errint rc = 0;

	unlinkat(p->s->store_fd, temp, 0);
	if (linkat(p->links, pooled, p->s->store_fd, temp, 0)) {
		/* It has as many as the file system allows, or a collection took it. */
		return errno == EMLINK || errno == ENOENT ? 0 : err_sys(err, "linking '%s'", name);
	}
	if (fstat(dirfd, &was) || (!top && fchmod(dirfd, was.st_mode | S_IWUSR))) {
		rc = err_sys(err, "opening the folder of '%s'", name);
		unlinkat(p->s->store_fd, temp, 0);
		return rc;
	}
	rc = move_link(p, temp, dirfd, name, size, err);
	if (top)
		return rc;
	errint back = close_folder(dirfd, &was, name, rc ? &(struct err){0} : err);
	return rc ?: back;
}

static errint share_file(struct link_pool *p, int dirfd, const char *name, const struct stat *st,
			 struct err *err)
{
	char pooled[HASH_TEXT_MAX], now[HASH_TEXT_MAX];
	struct stat other;
	errint rc;

	/* Somebody may still write it. */
	if (S_ISREG(st->st_mode) && (st->st_mode & S_IWUSR)) {
		report_msg(p->s->report, REPORT_WARN, "skipping suspicious writable file '%s'",
			   name);
		return 0;
	}
	rc = pool_name(dirfd, name, pooled, err);
	if (rc)
		return rc;
	if (linkat(dirfd, name, p->links, pooled, 0) == 0)
		return 0;
	switch (errno) {
	case EEXIST:
		break;
	case ENOSPC: /* a full folder on some file systems, not a full disk */
		report_msg(p->s->report, REPORT_WARN, "cannot link '%s' to the pool: %s", name,
			   strerror(errno));
		return 0;
	case EMLINK:
	case EPERM:
		return 0;
	default:
		return err_sys(err, "linking '%s' to the pool", name);
	}
	/* A collection may have taken it meanwhile. */
	if (fstatat(p->links, pooled, &other, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : err_sys(err, "reading the pool's '%s'", pooled);
	if (other.st_ino == st->st_ino && other.st_dev == st->st_dev)
		return 0;
	/* A file of the pool that was altered would spread to whoever has what it was. */
	rc = pool_name(p->links, pooled, now, err);
	if (rc)
		return rc;
	if (strcmp(now, pooled) != 0) {
		report_msg(p->s->report, REPORT_WARN,
			   "removing corrupted link '%s/.links/%s'; "
			   "'nix-store --verify --check-contents' finds what had it",
			   p->s->real_store, pooled);
		unlinkat(p->links, pooled, 0);
		linkat(dirfd, name, p->links, pooled, 0);
		return 0;
	}
	return give_way(p, dirfd, name, pooled, (uint64_t)st->st_size, err);
}

static errint share_any(struct link_pool *p, int dirfd, const char *name, struct err *err);

static errint share_folder(struct link_pool *p, int dirfd, const char *name, struct err *err)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	int fd CLEANUP_FD = -1;
	errint rc = open_dir(dirfd, name, &fd, err);

	if (!rc)
		rc = dir_list(dirfd, name, &list, err);
	if (!rc && ++p->depth > LIMIT_NAR_DEPTH)
		rc = err_set(err, ERR_TOO_BIG, "'%s' is nested too deeply", name);
	for (size_t i = 0; !rc && i < list.n; i++)
		rc = share_any(p, fd, list.v[i].name, err);
	p->depth--;
	return rc ? rc : close_left_open(fd, name, err);
}

static errint share_any(struct link_pool *p, int dirfd, const char *name, struct err *err)
{
	struct stat st;
	errint rc = interrupt_check(err);

	if (rc)
		return rc;
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW)) {
		if (errno != ENOENT)
			return err_sys(err, "reading '%s'", name);
		report_msg(p->s->report, REPORT_WARN, "'%s' is registered, but gone", name);
		return 0;
	}
	if (S_ISDIR(st.st_mode))
		return share_folder(p, dirfd, name, err);
	return S_ISREG(st.st_mode) || S_ISLNK(st.st_mode) ? share_file(p, dirfd, name, &st, err)
							  : 0;
}

static errint open_pool(struct store *s, int *links, struct err *err)
{
	errint rc = store_make_writable(s, err);

	if (!rc)
		rc = mkdir_p(s->store_fd, ".links", 0755, err);
	return rc ? rc : open_dir(s->store_fd, ".links", links, err);
}

static errint share_path(struct store *s, int links, struct str path, struct optimise_result *io,
			 struct err *err)
{
	char *name CLEANUP_FREE = str_dupz(store_path_base(path));
	struct link_pool p = {.s = s, .links = links, .result = io};
	errint rc = share_any(&p, s->store_fd, name, err);

	return rc ? err_wrap(err, "linking equal files of '%.*s'", STR_ARG(path)) : 0;
}

errint store_optimise_path(struct store *s, struct str path, struct optimise_result *io,
			   struct err *err)
{
	int links CLEANUP_FD = -1;
	errint rc = open_pool(s, &links, err);

	return rc ? rc : share_path(s, links, path, io, err);
}

errint store_optimise(struct store *s, struct optimise_result *out, struct err *err)
{
	ARENA(a);
	int links CLEANUP_FD = -1;
	struct optimise_result result = {0};
	struct str_set all;
	errint rc = store_all_valid(s, &a, &all, err);

	if (!rc)
		rc = open_pool(s, &links, err);
	if (rc)
		return rc;
	struct activity *activity CLEANUP(end_activity) =
		activity_start(s->report, all.n, "paths", "linking equal files");
	for (size_t i = 0; !rc && i < all.n; i++) {
		bool valid;

		/* A collection may run beside. */
		rc = store_temp_root(s, all.v[i], err);
		if (!rc)
			rc = db_is_valid(s, all.v[i], &valid, err);
		if (!rc && valid)
			rc = share_path(s, links, all.v[i], &result, err);
		activity_progress(activity, i + 1, all.n);
	}
	if (!rc)
		*out = result;
	return rc;
}
