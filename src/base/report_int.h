/* SPDX-License-Identifier: MIT
 *
 * What the parts of the reporter share: report.c keeps the activities and decides what is told,
 * report_live.c draws the area of a terminal, report_text.c makes text safe and measures it. */
#pragma once

#include "base/buf.h"
#include "base/report.h"

struct activity {
	struct report *report;
	struct activity *prev, *next; /* in order of their start */
	char *name, *unit;
	struct buf line;               /* last line of output, cleaned */
	uint64_t done, total, started; /* started: clock_ms() */
};

struct report {
	int fd;
	bool live, colour;
	enum report_level level;
	struct activity *first, *last;
	struct {
		unsigned done, planned;
	} counts[WORKS_];
	uint64_t drawn, told; /* clock_ms() of the last drawing, and of the last 10 s line */
	/* Columns of each line of the area that is on the screen. */
	unsigned *shown;
	size_t shown_n, shown_cap;
};

enum { REPORT_TEXT = 1 << 20 };

/* Appends text without control characters and escape sequences; newlines stay if keep_lines. */
void text_clean(struct buf *out, struct str text, bool keep_lines);
/* Columns on a terminal of cleaned text. */
unsigned text_columns(struct str text);
/* The longest beginning of cleaned text that fits into so many columns. */
struct str text_fit(struct str text, unsigned columns);
/* "13.5 MB", "950 B"; a noun is put behind the number: "7 files". */
void text_amount(struct buf *out, uint64_t n, const char *unit);
/* "4.2 s", "3 min 5 s", "2 h 4 min". */
void text_duration(struct buf *out, uint64_t ms);
/* How far an activity is: " 45 %, 12.3 of 27.0 MB, 1.1 MB/s, 12.0 s". */
void text_progress(struct buf *out, const struct activity *a, uint64_t now);
/* "3/12 built, 40/51 fetched", nothing where nothing is planned. */
void text_counts(struct buf *out, const struct report *r);

/* Append what takes the area off the screen, and what puts it back. */
void live_erase(struct report *r, struct buf *out);
void live_draw(struct report *r, struct buf *out);
