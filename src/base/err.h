/* SPDX-License-Identifier: MIT
 *
 * Errors. A function that can fail returns errint (0, or a negative code) and takes a
 * `struct err *` as its last parameter; its outputs are untouched on failure. The code is for
 * the caller's decision, the text for the person:
 *
 *	error: <context>: <context>: <message>
 *	<detail lines: positions, 'specified:' / 'got:', the end of a log>
 *	hint: <cure>
 *
 * Each room adds, with err_wrap(), what only it knows. Text is printed once, by the cli. */
#pragma once

#include <stdarg.h>
#include "base/compiler.h"

typedef int errint;

/* X(name, exit status): one code per decision that a caller takes. */
#define ERR_CODES(X)                                                \
	X(FAILED, 1)    /* nothing more specific */                 \
	X(NOT_FOUND, 1) /* the thing asked for is not there */      \
	X(EXISTS, 1)                                                \
	X(MISMATCH, 102) /* a hash is not what was specified */     \
	X(CORRUPT, 1)    /* bytes that break their format */        \
	X(TOO_BIG, 1)    /* past a row of limits.h */               \
	X(DENIED, 1)     /* permission, or a policy of ours */      \
	X(SYSTEM, 1)     /* a system call failed; see sys */        \
	X(NETWORK, 1)    /* worth another mirror or another try */  \
	X(EVAL, 1)       /* the Nix program is wrong */             \
	X(THROWN, 1)     /* throw and assert: tryEval catches it */ \
	X(BUILD, 100)    /* a builder failed */                     \
	X(TIMEOUT, 101)  /* a builder took too long */              \
	X(DIFFERS, 104)  /* built again, it is something else */    \
	X(USAGE, 2)      /* the command line is wrong */            \
	X(INTERRUPTED, 130)                                         \
	X(UNSUPPORTED, 1)

enum err_index {
	ERR_INDEX_NONE,
#define X(name, status) ERR_INDEX_##name,
	ERR_CODES(X)
#undef X
};

enum err_code {
	ERR_NONE = 0,
#define X(name, status) ERR_##name = -ERR_INDEX_##name,
	ERR_CODES(X)
#undef X
};

struct err {
	int code;     /* enum err_code */
	int sys;      /* errno when err_sys() set it, else 0 */
	int status;   /* exit status where the code's own tells too little, else 0 */
	char *msg;    /* one line, malloc'd */
	char *trace;  /* lines printed before the message (evaluation frames), or NULL */
	char *detail; /* lines printed after the message, or NULL */
	char *hint;   /* one or more 'hint:' lines without that word, or NULL */
};

#define ERR_INIT  \
	{         \
		0 \
	}
#define ERR(name) struct err name CLEANUP(err_release) = ERR_INIT

void err_release(struct err *err);
/* Frees the content and makes it ready for another failure. */
void err_clear(struct err *err);

/* Sets code and message and returns code; what err held before is gone, detail and hints too. */
ATTR_COLD ATTR_PRINTF(3, 4) errint err_set(struct err *err, int code, const char *fmt, ...);
ATTR_COLD errint err_vset(struct err *err, int code, const char *fmt, va_list ap);
/* ERR_SYSTEM, or ERR_NOT_FOUND/EXISTS/DENIED/INTERRUPTED where errno says so:
 * "<message>: <what errno means>". */
ATTR_COLD ATTR_PRINTF(2, 3) errint err_sys(struct err *err, const char *fmt, ...);
/* Prefixes "<context>: " and returns the code that err holds. */
ATTR_COLD ATTR_PRINTF(2, 3) errint err_wrap(struct err *err, const char *fmt, ...);
/* Append a line to the detail or to the hints; both return the code that err holds. */
ATTR_COLD ATTR_PRINTF(2, 3) errint err_detail(struct err *err, const char *fmt, ...);
ATTR_COLD ATTR_PRINTF(2, 3) errint err_hint(struct err *err, const char *fmt, ...);

/* Tells the compiler what it cannot see across files: these never return 0, so where a call did
 * return 0, its outputs were set. */
static inline errint err_negative(errint code)
{
	if (code >= 0)
		__builtin_unreachable();
	return code;
}
#define err_set(...)  err_negative(err_set(__VA_ARGS__))
#define err_sys(...)  err_negative(err_sys(__VA_ARGS__))
#define err_wrap(...) err_negative(err_wrap(__VA_ARGS__))

/* Moves *from into *to (whose content is freed). */
errint err_move(struct err *to, struct err *from);

/* Of this error: its own, or its code's. */
int err_status(const struct err *err);
int err_exit_status(int code);
const char *err_code_name(int code);
/* The whole text as printed by the cli, malloc'd, ending in a newline. */
char *err_format(const struct err *err);
