/* SPDX-License-Identifier: MIT
 *
 * Files of kept evaluations: magic, entry, SHA-256 of both. */
#include "memo/memo.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"

static const char magic[] = "kiln evaluation 1\n";

enum {
	HASH_BYTES = 32,
	MAX_ENTRIES = 200,
	MAX_BYTES = 256 << 20,
	USED_GRAIN_S = 3600, /* how exactly the time of the last use is known */
	STALE_TEMP_S = 3600,
};

/* ---- the key ---- */

void memo_key_text(struct buf *b, const char *what, const char *text)
{
	buf_printf(b, "%s %zu ", what, text ? strlen(text) + 1 : 0);
	buf_putz(b, text ? text : "");
	buf_putc(b, '\n');
}

/* ---- loading ---- */

static errint open_own(const char *path, int *out, struct err *err)
{
	int fd CLEANUP_FD = -1;
	struct stat st;
	errint rc = open_file(AT_FDCWD, path, &fd, err);

	if (rc)
		return rc;
	if (fstat(fd, &st) < 0)
		return err_sys(err, "cannot read '%s'", path);
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 022))
		return err_set(err, ERR_DENIED, "'%s' is not a file of ours alone", path);
	/* The time of the last use decides what goes first. */
	if (st.st_mtime < clock_unix() - USED_GRAIN_S)
		(void)futimens(fd, NULL);
	*out = STEAL_FD(fd);
	return 0;
}

static bool hash_right(struct str bytes)
{
	size_t n = bytes.n - HASH_BYTES;
	struct hash h;

	hash_bytes(HASH_SHA256, str_n(bytes.p, n), &h);
	return memcmp(h.b, bytes.p + n, HASH_BYTES) == 0;
}

errint memo_load(const char *dir, const char *key, struct buf *bytes, struct arena *a,
		 struct memo_entry *out, struct err *err)
{
	char *path CLEANUP_FREE = path_join(str_c(dir), str_c(key));
	size_t head = sizeof(magic) - 1;
	int fd CLEANUP_FD = -1;
	errint rc = open_own(path, &fd, err);
	struct str all;

	if (rc == 0)
		rc = fd_read_all(fd, bytes, err);
	if (rc == 0)
		rc = buf_check(bytes, "kept evaluation", err);
	if (rc)
		return rc;
	all = buf_str(bytes);
	if (all.n < head + HASH_BYTES || !str_starts(all, S(magic)) || !hash_right(all))
		return err_set(err, ERR_CORRUPT, "'%s' is damaged", path);
	return memo_entry_parse(a, str_n(all.p + head, all.n - head - HASH_BYTES), out, err);
}

/* ---- saving ---- */

struct aged {
	char *name;
	int64_t used;
	uint64_t size;
};

static int newest_first(const void *a, const void *b)
{
	const struct aged *x = a, *y = b;

	return (x->used < y->used) - (x->used > y->used);
}

/* Drops what is too much. Whatever fails here fails again next time, and nobody waits for it. */
static void prune(const char *dir, const char *keep)
{
	struct dir_list l CLEANUP(dir_list_release) = {0};
	struct aged *v CLEANUP_FREE = NULL;
	int fd CLEANUP_FD = -1;
	size_t n = 0, kept = 0;
	uint64_t total = 0;
	ERR(err);

	if (open_dir(AT_FDCWD, dir, &fd, &err) < 0 || dir_list(fd, ".", &l, &err) < 0)
		return;
	v = xcalloc(l.n + 1, sizeof(*v));
	for (size_t i = 0; i < l.n; i++) {
		struct stat st;

		if (fstatat(fd, l.v[i].name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
			continue;
		if (l.v[i].name[0] != '.')
			v[n++] = (struct aged){l.v[i].name, st.st_mtime, (uint64_t)st.st_size};
		else if (st.st_mtime < clock_unix() - STALE_TEMP_S)
			unlinkat(fd, l.v[i].name, 0);
	}
	qsort(v, n, sizeof(*v), newest_first);
	for (size_t i = 0; i < n; i++) {
		total += v[i].size;
		kept++;
		if (strcmp(v[i].name, keep) != 0 && (kept > MAX_ENTRIES || total > MAX_BYTES))
			unlinkat(fd, v[i].name, 0);
	}
}

errint memo_save(const char *dir, const char *key, const struct memo_entry *e,
		 struct input *const *v, size_t n, struct err *err)
{
	char *path CLEANUP_FREE = path_join(str_c(dir), str_c(key));
	BUF(b, LIMIT_EVAL_ENTRY);
	struct hash h;
	errint rc;

	buf_putz(&b, magic);
	memo_entry_print(e, v, n, &b);
	hash_bytes(HASH_SHA256, buf_str(&b), &h);
	buf_put(&b, h.b, HASH_BYTES);
	rc = buf_check(&b, "kept evaluation", err);
	if (rc == 0)
		rc = mkdir_p(AT_FDCWD, dir, 0700, err);
	if (rc == 0)
		rc = file_write(AT_FDCWD, path, buf_str(&b), 0600, 0, err);
	if (rc == 0)
		prune(dir, key);
	return rc;
}
