/* SPDX-License-Identifier: MIT
 *
 * Reading logs. A log may be set aside between any two looks; which file goes on where one ends is
 * told by the files themselves, not by their names. */
#include "service/service_log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/file.h"
#include "service/service_int.h"

struct log_reader {
	const char *name;
	char *folder;
	int fd;          /* of the file that it stands in; -1: none yet */
	struct buf line; /* the begin of a line whose end is not there yet */
};

struct log_readers {
	struct log_reader *v;
	size_t n;
	int notify;
	service_log_fn *fn;
	void *ctx;
	bool over;
};

static void log_readers_release(struct log_readers *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->v[i].folder);
		cleanup_fd_(&r->v[i].fd);
		buf_release(&r->v[i].line);
	}
	free(r->v);
	cleanup_fd_(&r->notify);
}

static int open_number(const struct log_reader *r, unsigned number)
{
	char *path CLEANUP_FREE =
		number ? xasprintf("%s/log.%u", r->folder, number) : xasprintf("%s/log", r->folder);

	return open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
}

static bool same_file(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_ino == y.st_ino &&
	       x.st_dev == y.st_dev;
}

/* From the newest on, so that one that is set aside meanwhile is met twice, not missed. Returns how
 * many; [0] is the newest. */
static size_t open_all(const struct log_reader *r, int fds[SERVICE_LOG_KEPT + 2])
{
	size_t n = 0;

	for (unsigned i = 0; i <= SERVICE_LOG_KEPT; i++) {
		int fd = open_number(r, i);

		if (fd < 0)
			continue;
		if (n && same_file(fd, fds[n - 1]))
			close(fd);
		else
			fds[n++] = fd;
	}
	return n;
}

static void close_all(int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		cleanup_fd_(&fds[i]);
}

static bool give(struct log_readers *all, struct log_reader *r, struct str piece)
{
	if (piece.n && !all->over)
		all->over = !all->fn(all->ctx, r->name, piece);
	return !all->over;
}

/* Whole lines go on, the rest waits for its end, but not for ever. */
static void take(struct log_readers *all, struct log_reader *r, const char *p, size_t n)
{
	const char *end = memrchr(p, '\n', n);

	if (all->n == 1) { /* nothing comes between, and a bar that grows is seen to */
		give(all, r, str_n(p, n));
		return;
	}
	if (end) {
		size_t whole = (size_t)(end + 1 - p);

		if (r->line.n) {
			buf_put(&r->line, p, whole);
			give(all, r, buf_str(&r->line));
			buf_clear(&r->line);
		} else {
			give(all, r, str_n(p, whole));
		}
		p += whole;
		n -= whole;
	}
	buf_put(&r->line, p, n);
	if (r->line.n > LIMIT_SMALL_FILE / 2) {
		give(all, r, buf_str(&r->line));
		buf_clear(&r->line);
	}
}

static errint read_on(struct log_readers *all, struct log_reader *r, int fd, struct err *err)
{
	char text[64 << 10];

	while (!all->over) {
		ssize_t n = read(fd, text, sizeof(text));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "reading the log of service '%s'", r->name);
		if (n == 0)
			break;
		take(all, r, text, (size_t)n);
	}
	return 0;
}

/* Where the last `lines` lines of a file begin; *lines is lowered by those that it has. */
static errint seek_lines(int fd, int64_t *lines, off_t *out, struct err *err)
{
	char text[16 << 10];
	struct stat st;

	if (fstat(fd, &st))
		return err_sys(err, "reading a log");
	for (off_t at = st.st_size; at > 0;) {
		size_t n = (size_t)MIN(at, (off_t)sizeof(text));
		ssize_t got = pread(fd, text, n, at - (off_t)n);

		if (got != (ssize_t)n)
			return err_sys(err, "reading a log");
		for (size_t i = n; i-- > 0;) {
			off_t here = at - (off_t)n + (off_t)i;

			/* The end of the last line begins none. */
			if (text[i] != '\n' || here + 1 == st.st_size)
				continue;
			if (--*lines == 0) {
				*out = here + 1;
				return 0;
			}
		}
		at -= (off_t)n;
	}
	*lines -= st.st_size > 0;
	*out = 0;
	return 0;
}

static errint show_last(struct log_readers *all, struct log_reader *r, int64_t lines,
			struct err *err)
{
	int fds[SERVICE_LOG_KEPT + 2];
	size_t n = open_all(r, fds), first = n;
	errint rc = 0;

	if (lines != SERVICE_LOG_ALL) {
		off_t at = 0;

		for (first = 0; !rc && first < n && lines > 0; first++) {
			rc = seek_lines(fds[first], &lines, &at, err);
			if (!rc && lseek(fds[first], at, SEEK_SET) < 0)
				rc = err_sys(err, "reading a log");
		}
		if (first == 0 && n) /* none is asked for */
			(void)!lseek(fds[0], 0, SEEK_END);
	}
	for (size_t i = first; !rc && i-- > 0;)
		rc = read_on(all, r, fds[i], err);
	if (!rc && n) {
		r->fd = fds[0];
		fds[0] = -1;
	}
	close_all(fds, n);
	return rc;
}

/* Reads what came, and goes on in the files that came behind the one where it stands. */
static errint show_new(struct log_readers *all, struct log_reader *r, struct err *err)
{
	int fds[SERVICE_LOG_KEPT + 2];
	size_t n, at;
	errint rc = r->fd >= 0 ? read_on(all, r, r->fd, err) : 0;
	int newest CLEANUP_FD = open_number(r, 0);

	if (rc || newest < 0 || (r->fd >= 0 && same_file(newest, r->fd)))
		return rc;
	n = open_all(r, fds);
	for (at = 0; at < n && !(r->fd >= 0 && same_file(fds[at], r->fd)); at++)
		;
	/* It may have got its last lines after it was read and before it was set aside. */
	if (at < n)
		rc = read_on(all, r, r->fd, err);
	for (size_t i = at; !rc && i-- > 0;)
		rc = read_on(all, r, fds[i], err);
	if (!rc && n) {
		cleanup_fd_(&r->fd);
		r->fd = fds[0];
		fds[0] = -1;
	}
	close_all(fds, n);
	return rc;
}

/* Until something happens to a log; a second at most, where the kernel cannot tell. */
static void wait_for_news(struct log_readers *all, int out)
{
	struct pollfd p[] = {{.fd = all->notify, .events = POLLIN}, {.fd = out}};
	char events[4096];

	if (poll(p, 2, all->notify < 0 ? 200 : 1000) > 0 && p[1].revents & (POLLERR | POLLHUP))
		all->over = true;
	while (all->notify >= 0 && read(all->notify, events, sizeof(events)) > 0)
		;
}

/* A project that is deleted has no more to say. */
static bool any_is_there(const struct log_readers *all)
{
	for (size_t i = 0; i < all->n; i++)
		if (access(all->v[i].folder, F_OK) == 0 || all->v[i].fd < 0)
			return true;
	return false;
}

static errint follow(struct log_readers *all, int out, struct err *err)
{
	all->notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	for (size_t i = 0; all->notify >= 0 && i < all->n; i++)
		(void)!inotify_add_watch(all->notify, all->v[i].folder, IN_MODIFY | IN_CREATE);
	while (!all->over && any_is_there(all)) {
		for (size_t i = 0; i < all->n; i++) {
			errint rc = show_new(all, &all->v[i], err);

			if (rc)
				return rc;
		}
		wait_for_news(all, out);
	}
	return 0;
}

errint services_logs(const char *dir, const char *const *names, size_t n, int64_t lines,
		     bool follow_them, int out, service_log_fn *fn, void *ctx, struct err *err)
{
	struct log_readers all CLEANUP(log_readers_release) = {.notify = -1, .fn = fn, .ctx = ctx};

	all.v = xcalloc(n + 1, sizeof(*all.v));
	all.n = n;
	for (size_t i = 0; i < n; i++) {
		all.v[i] = (struct log_reader){.name = names[i],
					       .folder = service_folder(dir, names[i]),
					       .fd = -1,
					       .line = BUF_INIT(LIMIT_SMALL_FILE)};
	}
	for (size_t i = 0; i < n; i++) {
		errint rc = show_last(&all, &all.v[i], lines, err);

		if (rc)
			return rc;
		if (!follow_them) {
			give(&all, &all.v[i], buf_str(&all.v[i].line));
			buf_clear(&all.v[i].line);
		}
	}
	return follow_them ? follow(&all, out, err) : 0;
}
