/* SPDX-License-Identifier: MIT
 *
 * Standard output of the commands, buffered, its failure remembered until out_flush(): a result
 * that could not be written (full disk, closed pipe) must not exit with 0. */
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include "base/encoding.h"
#include "base/file.h"
#include "base/json.h"
#include "base/stream.h"

enum { OUT_CHUNK = 1 << 16 };

static struct buf out = BUF_INIT(SIZE_MAX / 4);
static int failed;
static bool unsayable; /* something was no text */

static void put(const void *p, size_t n)
{
	ERR(err);

	if (!failed && fd_write_all(STDOUT_FILENO, p, n, &err))
		failed = err.sys ? err.sys : EIO;
}

static void drain(void)
{
	put(out.p, out.n);
	buf_clear(&out);
}

/* Its own hint: kiln's store need not be on that disk. */
static errint tell_failed(struct err *err)
{
	errno = failed;
	errint rc = err_sys(err, "writing to standard output");
	if (failed == ENOSPC || failed == EDQUOT)
		err_hint(err, "make room where standard output goes to, or send it elsewhere");
	return rc;
}

static errint sink_put(struct sink *s, const void *p, size_t n, struct err *err)
{
	if (out.n)
		drain();
	put(p, n);
	return failed ? tell_failed(err) : 0;
}

struct sink *out_sink(void)
{
	static const struct sink_ops ops = {sink_put};
	static struct sink to = {&ops};

	return &to;
}

void out_str(struct str s)
{
	buf_puts(&out, s);
	if (out.n >= OUT_CHUNK)
		drain();
}

void out_printf(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&out, fmt, ap);
	va_end(ap);
	if (out.n >= OUT_CHUNK)
		drain();
}

errint out_file(int fd, struct err *err)
{
	if (out.n)
		drain();
	errint rc = failed ? tell_failed(err) : fd_copy(fd, STDOUT_FILENO, err);
	if (!rc || (err->sys != ENOSPC && err->sys != EDQUOT))
		return rc;
	failed = err->sys;
	return tell_failed(err);
}

void out_size(uint64_t n)
{
	static const char units[] = "KMGTPE";
	double v = (double)n / 1024;
	size_t i = 0;

	out_printf("%llu", (unsigned long long)n);
	if (n < 1024)
		return;
	for (; v >= 1024 && i + 2 < sizeof(units); i++)
		v /= 1024;
	out_printf(" (%.1f %ciB)", v, units[i]);
}

/* JSON has no bytes: a name of a file may be what no string of it is. */
static void check_text(struct str s)
{
	const char *end = s.p + s.n, *bad;

	for (const char *p = s.p; p < end && !unsayable;) {
		size_t n = utf8_sequence(p, end, &bad);

		unsayable = n == 0;
		p += n;
	}
}

void out_json(struct str s)
{
	check_text(s);
	json_put_str(&out, s);
}

void out_json_or_null(struct str s)
{
	if (s.n)
		out_json(s);
	else
		out_str(S("null"));
}

void out_now(void)
{
	if (out.n)
		drain();
}

errint out_flush(struct err *err)
{
	if (out.n)
		drain();
	buf_release(&out);
	if (!failed && unsayable)
		return err_set(err, ERR_FAILED,
			       "what was printed is no JSON: a name in it is not UTF-8");
	return failed ? tell_failed(err) : 0;
}

const char *size_text(uint64_t bytes, char text[SIZE_TEXT_MAX])
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	double n = (double)bytes;
	size_t unit = 0;

	/* What would be printed as 1024.0 of one is 1.0 of the next. */
	for (; n >= 1023.95 && unit + 1 < ARRAY_LEN(units); unit++)
		n /= 1024;
	snprintf(text, SIZE_TEXT_MAX, unit ? "%.1f %s" : "%.0f %s", n, units[unit]);
	return text;
}
