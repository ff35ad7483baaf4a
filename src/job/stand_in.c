/* SPDX-License-Identifier: MIT
 *
 * Only the hash parts of paths differ, as where references are looked for. */
#include "job/stand_in.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encoding.h"
#include "base/file.h"
#include "base/stream.h"
#include "store/nar.h"
#include "store/store.h"

static const char *hash_part(struct str path)
{
	return store_path_base(path).p;
}

/* One drv's outputs for the other's, in place. */
static void replace(char *p, size_t n, const struct drv *from, const struct drv *to)
{
	for (size_t i = 0; i < from->n_outputs; i++) {
		const char *old = hash_part(from->outputs[i].path);
		char *at = p;

		while ((at = memmem(at, n - (size_t)(at - p), old, STORE_HASH_LEN)))
			memcpy(at, hash_part(to->outputs[i].path), STORE_HASH_LEN);
	}
}

static struct str told_text(struct arena *a, struct str s, const struct drv *d,
			    const struct drv *told)
{
	char *copy = arena_strz(a, s);

	replace(copy, s.n, d, told);
	return str_n(copy, s.n);
}

/* The last letters of the hash part alone are others, all of them: names that hold it sort among
 * their neighbours as the final ones will, as a NAR needs. */
static struct str stand_in(struct arena *a, struct str path)
{
	char *copy = arena_strz(a, path);
	char *hash = copy + (hash_part(path) - path.p);
	char text[STORE_HASH_LEN + 1];
	uint8_t bytes[20];

	BUG_ON(!base32_decode(str_n(hash, STORE_HASH_LEN), bytes, sizeof(bytes)));
	/* The first bytes are the last letters. */
	for (size_t i = 0; i < 5; i++)
		bytes[i] ^= 0xff;
	base32_encode(bytes, sizeof(bytes), text);
	memcpy(hash, text, STORE_HASH_LEN);
	return str_n(copy, path.n);
}

void stand_in_drv(struct arena *a, const struct drv *d, struct drv *out)
{
	struct drv told = *d;

	told.outputs = ARENA_ARRAY(a, struct drv_output, d->n_outputs);
	for (size_t i = 0; i < d->n_outputs; i++) {
		told.outputs[i] = d->outputs[i];
		told.outputs[i].path = stand_in(a, d->outputs[i].path);
	}
	told.builder = told_text(a, d->builder, d, &told);
	told.args = ARENA_ARRAY(a, struct str, d->n_args);
	for (size_t i = 0; i < d->n_args; i++)
		told.args[i] = told_text(a, d->args[i], d, &told);
	told.env = ARENA_ARRAY(a, struct drv_env, d->n_env);
	for (size_t i = 0; i < d->n_env; i++)
		told.env[i] =
			(struct drv_env){d->env[i].key, told_text(a, d->env[i].value, d, &told)};
	*out = told;
}

/* Passes bytes on, replaced. What may be the begin of a hash waits for its rest. */
struct stand_in_sink {
	struct sink sink;
	struct sink *to;
	const struct drv *d, *told;
	struct buf waiting;
};

enum { PIECE = 1 << 16 };

static errint pass_on(struct stand_in_sink *r, size_t keep, struct err *err)
{
	struct buf *b = &r->waiting;

	if (b->n <= keep)
		return 0;
	replace(b->p, b->n, r->told, r->d);
	errint rc = sink_write(r->to, b->p, b->n - keep, err);
	memmove(b->p, b->p + b->n - keep, keep);
	b->n = keep;
	return rc;
}

static errint stand_in_write(struct sink *s, const void *p, size_t n, struct err *err)
{
	struct stand_in_sink *r = (struct stand_in_sink *)s;
	errint rc = 0;

	for (size_t at = 0; !rc && at < n; at += PIECE) {
		buf_put(&r->waiting, (const char *)p + at, MIN(n - at, (size_t)PIECE));
		if (r->waiting.n >= PIECE)
			rc = pass_on(r, STORE_HASH_LEN - 1, err);
	}
	return rc;
}

static errint dump_replaced(const struct drv *d, const struct drv *told, const char *from, int fd,
			    struct err *err)
{
	static const struct sink_ops ops = {stand_in_write};
	struct fd_sink file = fd_sink_init(fd);
	struct stand_in_sink r = {.sink = {&ops},
				  .to = &file.sink,
				  .d = d,
				  .told = told,
				  .waiting = BUF_INIT(4 * PIECE)};
	errint rc = nar_dump(AT_FDCWD, from, &r.sink, NULL, NULL, err);

	if (!rc)
		rc = pass_on(&r, 0, err);
	buf_release(&r.waiting);
	return rc;
}

errint stand_in_take(const struct drv *d, const struct drv *told, const char *from, const char *to,
		     const char *temp, struct err *err)
{
	struct stat st;

	if (lstat(from, &st))
		return errno == ENOENT ? 0 : err_sys(err, "reading '%s'", from);
	int fd CLEANUP_FD = open(temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_sys(err, "making '%s'", temp);
	errint rc = dump_replaced(d, told, from, fd, err);
	if (!rc && lseek(fd, 0, SEEK_SET))
		rc = err_sys(err, "reading '%s'", temp);
	struct fd_source in = fd_source_init(fd);
	struct buffered_source bytes CLEANUP(buffered_source_release) =
		buffered_source_init(&in.source);
	if (!rc)
		rc = nar_restore(&bytes.source, AT_FDCWD, to, err);
	unlink(temp);
	return rc;
}
