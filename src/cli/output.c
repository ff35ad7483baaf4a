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

enum { OUT_CHUNK = 1 << 16 };

static struct buf out = BUF_INIT(SIZE_MAX / 4);
static int failed;
static bool unsayable; /* something was no text */

static void drain(void)
{
	ERR(err);

	if (!failed && fd_write_all(STDOUT_FILENO, out.p, out.n, &err) < 0)
		failed = err.sys ? err.sys : EIO;
	buf_clear(&out);
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

errint out_flush(struct err *err)
{
	if (out.n)
		drain();
	buf_release(&out);
	if (!failed && unsayable)
		return err_set(err, ERR_FAILED,
			       "what was printed is no JSON: a name in it is not UTF-8");
	if (!failed)
		return 0;
	errno = failed;
	return err_sys(err, "writing to standard output");
}
