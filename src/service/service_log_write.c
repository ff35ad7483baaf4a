/* SPDX-License-Identifier: MIT
 *
 * The log's writer, a process of its own between the service and the file: killing the supervisor,
 * the service or both loses nothing of what was printed, for this one goes on until the pipe ends.
 * A log is set aside at the end of a line, so that each line is whole in one file. */
#include "service/service_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct log_writer {
	int folder, fd;
	uint64_t size;
	bool torn;     /* the last line of the file has no end */
	uint64_t lost; /* lines that there was no room for */
	int why;       /* and the errno of that */
};

static int open_log(int folder)
{
	/* Whoever deletes the folder shall find it empty in the end. */
	if (faccessat(folder, "lock", F_OK, AT_SYMLINK_NOFOLLOW))
		return -1;
	return openat(folder, "log", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static void name_of(unsigned number, char out[16])
{
	if (number)
		snprintf(out, 16, "log.%u", number);
	else
		snprintf(out, 16, "log");
}

static void set_aside(struct log_writer *w)
{
	char from[16], to[16];

	for (unsigned i = SERVICE_LOG_KEPT; i-- > 0;) {
		name_of(i, from);
		name_of(i + 1, to);
		(void)!renameat(w->folder, from, w->folder, to);
	}
	int fd = open_log(w->folder);

	if (fd < 0)
		return; /* then the old one goes on */
	close(w->fd);
	w->fd = fd;
	w->size = 0;
}

static uint64_t count_lines(const char *p, size_t n)
{
	uint64_t lines = 0;

	for (const char *end = p + n; p && p < end; lines++)
		p = (p = memchr(p, '\n', (size_t)(end - p))) ? p + 1 : end;
	return lines;
}

static void append(struct log_writer *w, const char *p, size_t n)
{
	while (n) {
		ssize_t put = w->fd < 0 ? -1 : write(w->fd, p, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0) {
			/* A service that waits for a full disk would be worse than a gap. */
			w->why = errno;
			w->lost += count_lines(p, n);
			return;
		}
		w->torn = p[put - 1] != '\n';
		p += put;
		n -= (size_t)put;
		w->size += (uint64_t)put;
	}
}

static void tell_loss(struct log_writer *w)
{
	char line[128];
	int n = snprintf(line, sizeof(line), "%skiln: %llu lines were not kept here: %s\n",
			 w->torn ? "\n" : "", (unsigned long long)w->lost, strerror(w->why));

	if (w->fd >= 0 && write(w->fd, line, (size_t)n) == n)
		w->lost = 0;
}

static void take(struct log_writer *w, const char *p, size_t n)
{
	if (w->lost)
		tell_loss(w);
	if (w->size + n > SERVICE_LOG_BYTES && w->fd >= 0) {
		const char *end = memrchr(p, '\n', n);
		size_t first = end ? (size_t)(end + 1 - p) : 0;

		append(w, p, first);
		p += first;
		n -= first;
		/* A line without an end is not waited for for ever. */
		if (first || w->size > 2ULL * SERVICE_LOG_BYTES)
			set_aside(w);
	}
	append(w, p, n);
}

/* Somebody may have removed it, or moved it to another name as programs do that set logs aside. */
static void reopen(struct log_writer *w)
{
	struct stat mine, there;

	if (w->fd >= 0 && fstat(w->fd, &mine) == 0 &&
	    fstatat(w->folder, "log", &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	    mine.st_ino == there.st_ino && mine.st_dev == there.st_dev) {
		w->size = (uint64_t)there.st_size;
		return;
	}
	if (w->fd >= 0)
		close(w->fd);
	w->fd = open_log(w->folder);
	w->size = 0;
}

void service_log_write(int folder, int pipe)
{
	static char text[64 << 10];
	struct log_writer w = {.folder = folder, .fd = -1};
	/* The one of a killed supervisor may still be at it. */
	int lock CLEANUP_FD =
		openat(folder, "log.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	while (lock >= 0 && fcntl(lock, F_OFD_SETLKW, &l) && errno == EINTR)
		;
	for (;;) {
		ssize_t n = read(pipe, text, sizeof(text));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		reopen(&w);
		take(&w, text, (size_t)n);
	}
	if (w.lost)
		tell_loss(&w);
	if (w.fd >= 0)
		close(w.fd);
}

void service_log_remark(int folder, const char *fmt, ...)
{
	char line[512] = "\nkiln: ", last = '\n';
	size_t from = 1, n = strlen(line);
	int fd CLEANUP_FD =
		openat(folder, "log", O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct stat st;
	va_list ap;

	if (fd < 0 || fstat(fd, &st))
		return;
	va_start(ap, fmt);
	vsnprintf(line + n, sizeof(line) - n - 1, fmt, ap);
	va_end(ap);
	n = strlen(line);
	line[n++] = '\n';
	if (st.st_size && pread(fd, &last, 1, st.st_size - 1) == 1 && last != '\n')
		from = 0;
	(void)!write(fd, line + from, n - from);
}
