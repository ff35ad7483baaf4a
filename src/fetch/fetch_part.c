/* SPDX-License-Identifier: MIT
 *
 * Partial files. The lock on the .part keeps two processes from writing it at once; it ends with
 * the process, however that ends. */
#include "fetch/fetch_part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "fetch/fetch.h"

/* What one part_rehash() reads: some 20 ms. */
enum { REHASH_STEP = 16 << 20, COPY_SIZE = 256 << 10 };

void part_init(struct part *p, const char *dest, struct buf *body, enum hash_algo algo,
	       uint64_t max)
{
	*p = (struct part){.body = body, .algo = algo, .fd = -1, .max = max};
	if (dest) {
		p->dest = xstrdup(dest);
		p->path = xasprintf("%s.part", dest);
		p->meta = xasprintf("%s.part.meta", dest);
	}
	p->ctx = hash_ctx_new(algo);
}

static void forget_origin(struct part *p)
{
	free(p->url);
	free(p->etag);
	free(p->modified);
	p->url = p->etag = p->modified = NULL;
}

void part_release(struct part *p)
{
	struct stat st;

	/* Nothing came: nothing to keep. */
	if (p->fd >= 0 && fstat(p->fd, &st) == 0 && st.st_size == 0) {
		unlink(p->path);
		unlink(p->meta);
	}
	forget_origin(p);
	cleanup_fd_(&p->fd);
	p->fd = -1;
	hash_ctx_free(p->ctx);
	free(p->wrong);
	free(p->dest);
	free(p->path);
	free(p->meta);
	*p = (struct part){.fd = -1};
}

/* Takes a line off the front; NULL when it is empty. */
static char *take_line(struct str *rest)
{
	struct str line;

	return rest->p && str_split(rest, '\n', &line) && line.n ? str_dupz(line) : NULL;
}

static void read_meta(struct part *p)
{
	BUF(text, LIMIT_SMALL_FILE);
	ERR(ignored);
	struct str rest;

	if (file_read(AT_FDCWD, p->meta, &text, &ignored))
		return;
	rest = buf_str(&text);
	forget_origin(p);
	p->url = take_line(&rest);
	p->etag = take_line(&rest);
	p->modified = take_line(&rest);
}

/* A record lock, not flock(2): a builder forked meanwhile would inherit that one and hold it after
 * we were killed. */
static errint lock_part(struct part *p, int fd, struct err *err)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (fcntl(fd, F_SETLK, &whole) == 0)
		return 0;
	if (errno == EACCES || errno == EAGAIN)
		return err_set(err, ERR_EXISTS, "'%s' is being downloaded by another process",
			       p->dest);
	return err_sys(err, "cannot lock '%s'", p->path);
}

/* *out stays -1 when the file was renamed or removed between open and lock. */
static errint open_locked(struct part *p, int *out, struct stat *st, struct err *err)
{
	int fd CLEANUP_FD = open(p->path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
	struct stat now;
	errint rc;

	if (fd < 0)
		return err_sys(err, "cannot write '%s'", p->path);
	rc = lock_part(p, fd, err);
	if (rc)
		return rc;
	if (fstat(fd, st))
		return err_sys(err, "cannot read '%s'", p->path);
	if (!S_ISREG(st->st_mode))
		return err_set(err, ERR_DENIED, "'%s' is not a regular file", p->path);
	if (lstat(p->path, &now) == 0 && now.st_ino == st->st_ino && now.st_dev == st->st_dev)
		*out = STEAL_FD(fd);
	return 0;
}

errint part_open(struct part *p, struct err *err)
{
	struct stat st;

	if (p->body)
		return 0;
	while (p->fd < 0) {
		errint rc = open_locked(p, &p->fd, &st, err);

		if (rc)
			return rc;
		if (p->fd < 0)
			continue;
		if (st.st_size > 0)
			read_meta(p);
		p->prefix = (uint64_t)st.st_size;
	}
	return 0;
}

static void take(struct part *p, const void *data, size_t n)
{
	hash_update(p->ctx, data, n);
	if (p->tap)
		p->tap->take(p->tap, data, n);
	p->size += n;
}

errint part_rehash(struct part *p, bool *done, struct err *err)
{
	char *chunk CLEANUP_FREE = NULL;
	uint64_t until = MIN(p->prefix, p->size + REHASH_STEP);

	if (p->size < until)
		chunk = xmalloc(COPY_SIZE);
	while (p->size < until) {
		size_t n = (size_t)MIN((uint64_t)COPY_SIZE, until - p->size);
		ssize_t k = pread(p->fd, chunk, n, (off_t)p->size);

		if (k < 0)
			return err_sys(err, "cannot read '%s'", p->path);
		if (k == 0) {
			p->prefix = p->size;
			break;
		}
		take(p, chunk, (size_t)k);
	}
	*done = p->size >= p->prefix;
	return 0;
}

static bool is_strong(const char *etag)
{
	return etag && etag[0] == '"';
}

bool part_continues(const struct part *p, const char *url)
{
	return p->url && strcmp(p->url, url) == 0 && part_validator(p, url) != NULL;
}

const char *part_validator(const struct part *p, const char *url)
{
	if (!p->url || strcmp(p->url, url) != 0)
		return NULL;
	return is_strong(p->etag) ? p->etag : p->modified;
}

errint part_restart(struct part *p, struct err *err)
{
	forget_origin(p);
	p->size = p->prefix = 0;
	hash_ctx_free(p->ctx);
	p->ctx = hash_ctx_new(p->algo);
	if (p->body) {
		buf_clear(p->body);
		return 0;
	}
	unlink(p->meta);
	if (p->fd >= 0 && ftruncate(p->fd, 0))
		return err_sys(err, "cannot empty '%s'", p->path);
	return 0;
}

static char *dup_or_null(const char *z)
{
	return z && *z ? xstrdup(z) : NULL;
}

errint part_origin(struct part *p, const char *url, const char *etag, const char *modified,
		   bool keep, struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);
	errint rc;

	forget_origin(p);
	p->url = xstrdup(url);
	p->etag = dup_or_null(etag);
	p->modified = dup_or_null(modified);
	if (!keep || p->body)
		return 0;
	buf_printf(&text, "%s\n%s\n%s\n", url, p->etag ? p->etag : "",
		   p->modified ? p->modified : "");
	rc = buf_check(&text, p->meta, err);
	return rc ? rc : file_write(AT_FDCWD, p->meta, buf_str(&text), 0644, 0, err);
}

errint part_write(struct part *p, const void *data, size_t n, struct err *err)
{
	size_t done = 0;

	if (p->max && p->size + n > p->max)
		return err_set(err, ERR_TOO_BIG, "the file is larger than %llu bytes",
			       (unsigned long long)p->max);
	if (p->body) {
		buf_put(p->body, data, n);
		done = n;
		if (p->body->over)
			return buf_check(p->body, "the answer", err);
	}
	while (done < n) {
		ssize_t k =
			pwrite(p->fd, (const char *)data + done, n - done, (off_t)(p->size + done));

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return err_sys(err, "cannot write '%s'", p->path);
		done += (size_t)k;
	}
	take(p, data, n);
	return 0;
}

void part_begin(struct part *p, uint64_t size)
{
	if (p->tap)
		p->tap->start(p->tap, size);
}

static errint check(struct part *p, const struct part_want *want, struct hash *got, struct err *err)
{
	hash_finish(STEAL(p->ctx), got);
	if (want->hash && !hash_eq(want->hash, got))
		return hash_mismatch(err, want->hash_of, str_c(want->name), want->hash, got);
	if (!want->size || p->size == want->size)
		return 0;
	err_set(err, ERR_MISMATCH, "size mismatch in file downloaded from '%s':", want->name);
	err_detail(err, "  specified: %llu bytes", (unsigned long long)want->size);
	return err_detail(err, "  got:       %llu bytes", (unsigned long long)p->size);
}

static errint appear(struct part *p, struct err *err)
{
	/* Bytes of an earlier, longer try. */
	if (ftruncate(p->fd, (off_t)p->size) || fchmod(p->fd, 0644) || rename(p->path, p->dest))
		return err_sys(err, "cannot make '%s'", p->dest);
	unlink(p->meta);
	return 0;
}

errint part_finish(struct part *p, const struct part_want *want, struct hash *out, struct err *err)
{
	struct hash got;
	errint rc = check(p, want, &got, err);

	if (!rc && !p->body)
		rc = appear(p, err);
	if (rc == ERR_MISMATCH && !p->body) {
		if (!p->wrong || rename(p->path, p->wrong))
			unlink(p->path);
		unlink(p->meta);
	}
	if (rc && rc != ERR_MISMATCH)
		return rc;
	/* The descriptor is no longer the .part's. */
	cleanup_fd_(&p->fd);
	p->fd = -1;
	*out = got;
	return rc;
}
