/* SPDX-License-Identifier: MIT
 *
 * Errors: setting, wrapping and formatting them. Texts are cut at LIMIT_ERR_TEXT, since they may
 * quote data from outside. */
#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"

/* Their definitions, not the calls that err.h makes of them. */
#undef err_set
#undef err_sys
#undef err_wrap

void err_release(struct err *err)
{
	free(err->msg);
	free(err->trace);
	free(err->detail);
	free(err->hint);
	*err = (struct err)ERR_INIT;
}

void err_clear(struct err *err)
{
	err_release(err);
}

static char *format(const char *fmt, va_list ap)
{
	BUF(text, LIMIT_ERR_TEXT);
	char *whole = NULL;

	if (vasprintf(&whole, fmt, ap) < 0)
		BUG("cannot format an error message");
	buf_put(&text, whole, strnlen(whole, LIMIT_ERR_TEXT));
	free(whole);
	return buf_steal(&text);
}

errint err_vset(struct err *err, int code, const char *fmt, va_list ap)
{
	BUG_ON(code >= 0);
	/* Formatted first: the arguments may point into the message that goes. */
	char *msg = format(fmt, ap);

	err_release(err);
	err->code = code;
	err->msg = msg;
	return code;
}

errint err_set(struct err *err, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(err, code, fmt, ap);
	va_end(ap);
	return code;
}

static int code_of_errno(int sys)
{
	switch (sys) {
	case ENOENT:
	case ENOTDIR:
		return ERR_NOT_FOUND;
	case EEXIST:
		return ERR_EXISTS;
	case EACCES:
	case EPERM:
	case EROFS:
		return ERR_DENIED;
	case EINTR:
		return ERR_INTERRUPTED;
	default:
		return ERR_SYSTEM;
	}
}

errint err_sys(struct err *err, const char *fmt, ...)
{
	int sys = errno;
	/* Not strerror(): messages do not depend on the locale. */
	const char *text = strerrordesc_np(sys);
	va_list ap;

	va_start(ap, fmt);
	char *msg CLEANUP_FREE = format(fmt, ap);
	va_end(ap);
	if (text)
		err_set(err, code_of_errno(sys), "%s: %s", msg, text);
	else
		err_set(err, code_of_errno(sys), "%s: errno %d", msg, sys);
	err->sys = sys;
	return err->code;
}

errint err_wrap(struct err *err, const char *fmt, ...)
{
	va_list ap;

	BUG_ON(!err->code);
	va_start(ap, fmt);
	char *context CLEANUP_FREE = format(fmt, ap);
	va_end(ap);
	BUF(text, LIMIT_ERR_TEXT);

	buf_printf(&text, "%s: ", context);
	buf_putz(&text, err->msg);
	/* A message at the ceiling keeps its text and loses the context. */
	if (text.over)
		return err->code;
	free(err->msg);
	err->msg = buf_steal(&text);
	return err->code;
}

static void append_line(char **lines, const char *fmt, va_list ap)
{
	BUF(text, LIMIT_ERR_TEXT);
	char *line CLEANUP_FREE = format(fmt, ap);

	if (*lines)
		buf_printf(&text, "%s\n", *lines);
	buf_putz(&text, line);
	if (text.over)
		return;
	free(*lines);
	*lines = buf_steal(&text);
}

errint err_detail(struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	append_line(&err->detail, fmt, ap);
	va_end(ap);
	return err->code;
}

errint err_hint(struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	append_line(&err->hint, fmt, ap);
	va_end(ap);
	return err->code;
}

errint err_move(struct err *to, struct err *from)
{
	if (to != from) {
		err_release(to);
		*to = *from;
		*from = (struct err)ERR_INIT;
	}
	return to->code;
}

static const struct {
	const char *name;
	int status;
} codes[] = {[ERR_INDEX_NONE] = {"NONE", 0},
#define X(name_, status_) [ERR_INDEX_##name_] = {#name_, status_},
	     ERR_CODES(X)
#undef X
};

static size_t code_index(int code)
{
	BUG_ON(code > 0 || (size_t)-code >= ARRAY_LEN(codes));
	return (size_t)-code;
}

int err_status(const struct err *err)
{
	return err->status ? err->status : err_exit_status(err->code);
}

int err_exit_status(int code)
{
	return codes[code_index(code)].status;
}

const char *err_code_name(int code)
{
	return codes[code_index(code)].name;
}

static void put_lines(struct buf *out, const char *prefix, const char *lines)
{
	struct str rest = str_c(lines), line;

	if (!lines)
		return;
	rest = str_drop_suffix(rest, S("\n"));
	while (str_split(&rest, '\n', &line)) {
		buf_putz(out, prefix);
		buf_puts(out, line);
		buf_putc(out, '\n');
	}
}

char *err_format(const struct err *err)
{
	/* Four texts, each at most LIMIT_ERR_TEXT, and prefixes for hints of one byte a line. */
	BUF(out, (size_t)LIMIT_ERR_TEXT * 16);

	put_lines(&out, "", err->trace);
	/* Below a trace the message stands in its column. */
	buf_printf(&out, "%serror: %s\n", err->trace ? "       " : "",
		   err->msg ? err->msg : err_code_name(err->code));
	put_lines(&out, "", err->detail);
	put_lines(&out, "hint: ", err->hint);
	return buf_steal(&out);
}
