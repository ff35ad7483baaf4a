/* SPDX-License-Identifier: MIT
 *
 * What a command tells while it works: messages, warnings, and the progress of running
 * activities. Libraries get a `struct report *` and never print. On a terminal activities are a
 * live area of a few lines; elsewhere a line when one starts and ends and one line every 10 s.
 * Everything goes to standard error; standard output belongs to results. */
#pragma once

#include "base/str.h"

enum report_level {
	REPORT_ERROR,
	REPORT_WARN,
	REPORT_NOTE,
	REPORT_INFO,  /* shown with -v or KILN_LOG=info */
	REPORT_DEBUG, /* KILN_LOG=debug: explains decisions */
};

struct report;
struct activity;

/* To a file descriptor; live is for terminals (report_new_stderr() asks isatty). */
struct report *report_new(int fd, bool live, enum report_level level);
/* Standard error, level from KILN_LOG (error, warn, note, info, debug), raised by `verbosity` steps
 * (may be negative). */
struct report *report_new_stderr(int verbosity);
void report_free(struct report *r);
/* All calls accept r == NULL and do nothing. */
ATTR_PRINTF(3, 4) void report_msg(struct report *r, enum report_level level, const char *fmt, ...);
/* An error's whole text (err_format) above the area. */
struct err;
void report_err(struct report *r, const struct err *err);
bool report_shows(const struct report *r, enum report_level level);

/* A running piece of work. total is 0 when unknown; unit is "B" for bytes, else a noun.
 * Returned handle ends with activity_end(); name is copied. */
ATTR_PRINTF(4, 5)
struct activity *activity_start(struct report *r, uint64_t total, const char *unit, const char *fmt,
				...);
void activity_progress(struct activity *a, uint64_t done, uint64_t total);
/* The last line of a builder's output, shown beside the name on a terminal. */
void activity_line(struct activity *a, struct str line);
void activity_end(struct activity *a);

/* X(kind of work, what is done) */
#define REPORT_WORKS(X)              \
	X(BUILD, "built")            \
	X(REMOTE, "built remotely")  \
	X(FETCH, "fetched")          \
	X(SUBSTITUTE, "substituted") \
	X(PUSH, "pushed")

enum work {
#define X(name, done) WORK_##name,
	REPORT_WORKS(X)
#undef X
		WORKS_,
};
/* Overall counters of a plan, shown in the area's last line: "3/12 built, 40/51 fetched". */
void report_count(struct report *r, enum work work, unsigned done, unsigned planned);
/* Draws when due. Event loops call it when report_due() has come, and may at any time. */
void report_tick(struct report *r);
/* clock_ms() of the next drawing that is due by itself; UINT64_MAX when none is. */
uint64_t report_due(const struct report *r);
