/* SPDX-License-Identifier: MIT
 *
 * Unit tests that speak TAP (testanything.org, version 12): one line a check, failures with file,
 * line and both values. A test is a main() of checks that ends in `return tap_done();`; it goes on
 * after a failed check. Everything is static: a test is one file. */
#pragma once

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/str.h"
#include "base/err.h"

static int tap_count, tap_failed;

ATTR_UNUSED ATTR_PRINTF(4, 5) static bool tap_check(bool ok, const char *file, int line,
						    const char *fmt, ...)
{
	va_list ap;

	printf("%sok %d - ", ok ? "" : "not ", ++tap_count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	if (!ok) {
		tap_failed++;
		printf("# failed at %s:%d\n", file, line);
	}
	fflush(stdout);
	return ok;
}

ATTR_UNUSED static void tap_is_str(struct str got, struct str want, const char *file, int line,
				   const char *what)
{
	if (!tap_check(str_eq(got, want), file, line, "%s", what ? what : ""))
		printf("#  got: '%.*s'\n# want: '%.*s'\n", STR_ARG(got), STR_ARG(want));
}

ATTR_UNUSED static void tap_is_int(intmax_t got, intmax_t want, const char *file, int line,
				   const char *what)
{
	if (!tap_check(got == want, file, line, "%s", what ? what : ""))
		printf("#  got: %" PRIdMAX "\n# want: %" PRIdMAX "\n", got, want);
}

ATTR_UNUSED static void tap_is_ok(errint rc, const struct err *err, const char *file, int line,
				  const char *what)
{
	if (!tap_check(rc == 0, file, line, "%s", what ? what : ""))
		printf("# error %s: %s\n", err_code_name(err->code), err->msg ? err->msg : "");
}

/* The condition holds; the text is printf's. */
#define OK(cond, ...)           tap_check((cond), __FILE__, __LINE__, __VA_ARGS__)
/* Equal strings (NUL terminated, or struct str), equal integers. */
#define IS_Z(got, want, what)   tap_is_str(str_c(got), str_c(want), __FILE__, __LINE__, what)
#define IS_STR(got, want, what) tap_is_str((got), (want), __FILE__, __LINE__, what)
#define IS_INT(got, want, what) \
	tap_is_int((intmax_t)(got), (intmax_t)(want), __FILE__, __LINE__, what)
/* A call that takes `&err` succeeds; or fails with this code, and err is empty again. */
#define IS_OK(call, err, what) tap_is_ok((call), &(err), __FILE__, __LINE__, what)
#define IS_ERR(call, err, want, what)                                                         \
	do {                                                                                  \
		int code_ = (call);                                                           \
		tap_is_str(str_c(err_code_name(code_)), str_c(err_code_name(want)), __FILE__, \
			   __LINE__, what);                                                   \
		err_clear(&(err));                                                            \
	} while (0)

/* Says that a check could not be made here, and why; under MUST_WORK=1 that is a failure. */
ATTR_UNUSED static void tap_skip(const char *what, const char *why)
{
	const char *must = getenv("MUST_WORK");
	bool fail = must && *must;

	tap_failed += fail;
	printf("%sok %d - %s # SKIP %s\n", fail ? "not " : "", ++tap_count, what, why);
}

/* The plan, and main's return value. No check at all is a failure, too. */
ATTR_UNUSED static int tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed || !tap_count;
}
