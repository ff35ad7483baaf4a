/* SPDX-License-Identifier: MIT
 *
 * The reporter of src/base: what a log file gets, and what a terminal shows in the end. */
#include "tap.h"

#include <unistd.h>
#include "base/file.h"
#include "base/report.h"
#include "base/report_int.h"

static int make_pipe(int *write_end)
{
	int pipes[2];

	if (pipe2(pipes, O_CLOEXEC))
		exit(1);
	*write_end = pipes[1];
	return pipes[0];
}

static void finish(struct report *r, int from, int to, struct buf *text)
{
	ERR(err);

	report_free(r);
	close(to);
	IS_OK(fd_read_all(from, text, &err), err, "read what was reported");
	close(from);
}

static void test_plain(void)
{
	BUF(text, 1 << 16);
	int to, from = make_pipe(&to);
	struct report *r = report_new(to, false, REPORT_NOTE);
	ERR(err);

	report_msg(r, REPORT_NOTE, "hello %d", 5);
	report_msg(r, REPORT_INFO, "hidden");
	report_msg(r, REPORT_WARN, "careful\n");
	err_set(&err, ERR_FAILED, "broken");
	err_hint(&err, "mend it");
	report_err(r, &err);
	struct activity *a = activity_start(r, 1000, "B", "fetching %s", "x\033[31m\n");

	activity_progress(a, 500, 1000);
	activity_line(a, S("not shown in a log"));
	report_tick(r);
	a->started -= 62000;
	r->told -= 10000;
	report_count(r, WORK_BUILD, 1, 4);
	report_tick(r);
	struct activity *b = activity_start(r, 0, NULL, "second");

	r->told -= 10000;
	activity_progress(b, 0, 0);
	activity_end(a);
	b->started = a ? b->started : 0;
	activity_end(b);
	finish(r, from, to, &text);
	IS_STR(buf_str(&text),
	       S("hello 5\n"
		 "warning: careful\n"
		 "error: broken\nhint: mend it\n"
		 "started: fetching x \n"
		 "running: fetching x  50 %, 500 B of 1.0 kB, 8 B/s, 1 min 2 s; 1/4 built\n"
		 "started: second\n"
		 "running: fetching x  50 %, 500 B of 1.0 kB, 8 B/s, 1 min 2 s (and 1 more); "
		 "1/4 built\n"
		 "ended: fetching x  after 1 min 2 s\n"
		 "ended: second after 0.0 s\n"),
	       "a log");
}

static void test_quiet(void)
{
	BUF(text, 1 << 16);
	int to, from = make_pipe(&to);
	struct report *r = report_new(to, true, REPORT_ERROR);
	struct activity *a = activity_start(r, 0, NULL, "work");

	activity_progress(a, 1, 2);
	report_msg(r, REPORT_WARN, "w");
	OK(!report_shows(r, REPORT_WARN) && report_shows(r, REPORT_ERROR), "levels");
	activity_end(a);
	finish(r, from, to, &text);
	IS_INT(text.n, 0, "quiet is quiet, on a terminal, too");
}

static void test_null(void)
{
	ERR(err);

	err_set(&err, ERR_FAILED, "x");
	report_msg(NULL, REPORT_ERROR, "x");
	report_err(NULL, &err);
	struct activity *a = activity_start(NULL, 1, "B", "x");

	OK(!a, "no report, no activity");
	activity_progress(a, 1, 1);
	activity_line(a, S("x"));
	activity_end(a);
	report_count(NULL, WORK_PUSH, 1, 1);
	report_tick(NULL);
	report_free(NULL);
	OK(!report_shows(NULL, REPORT_ERROR), "NULL shows nothing");
}

/* The least of a terminal: newline, carriage return, cursor up, erase below; 40 lines. */
struct screen {
	char lines[40][200];
	int row, column, used;
};

static size_t screen_escape(struct screen *s, struct str text)
{
	int n = 0;
	size_t i = 2;

	for (; i < text.n && text.p[i] >= '0' && text.p[i] <= '9'; i++)
		n = n * 10 + text.p[i] - '0';
	if (text.p[i] == 'A')
		s->row -= n;
	if (text.p[i] == 'J') {
		for (int row = s->row; row < 40; row++)
			memset(s->lines[row], 0, sizeof(s->lines[row]));
	}
	return i + 1;
}

static void screen_show(struct screen *s, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (s->row < 0 || s->row >= 39 || s->column >= 199) {
			OK(false, "the cursor left the screen");
			return;
		}
		if (c == '\n') {
			s->row++;
			s->column = 0;
		} else if (c == '\r') {
			s->column = 0;
		} else if (c == 0x1b) {
			i += screen_escape(s, str_skip(text, i)) - 1;
		} else {
			s->lines[s->row][s->column++] = c;
		}
	}
}

static void test_live(void)
{
	BUF(text, 1 << 16);
	int to, from = make_pipe(&to);
	struct report *r = report_new(to, true, REPORT_NOTE);
	struct screen s = {0};

	r->colour = false;
	struct activity *a = activity_start(r, 0, NULL, "one");
	struct activity *b = activity_start(r, 0, NULL, "two");

	a->started = b->started = 0;
	report_msg(r, REPORT_NOTE, "above");
	activity_line(b, S("  \033]0;title\007compiling\033[2J x\x9b\n"));
	report_count(r, WORK_BUILD, 0, 2);
	r->drawn = 0;
	report_tick(r);
	activity_end(a);
	report_msg(r, REPORT_NOTE, "below");
	struct screen middle = s;
	char chunk[4096];
	ssize_t n = read(from, chunk, sizeof(chunk));

	screen_show(&middle, str_n(chunk, n > 0 ? (size_t)n : 0));
	IS_Z(middle.lines[0], "above", "the first message scrolled up");
	IS_Z(middle.lines[1], "below", "the second one below it");
	OK(str_starts(str_c(middle.lines[2]), S("two ")) &&
		   str_ends(str_c(middle.lines[2]), S(": compiling x?")),
	   "the area: '%s'", middle.lines[2]);
	IS_Z(middle.lines[3], "0/2 built", "and its last line");
	IS_Z(middle.lines[4], "", "and no more");
	activity_end(b);
	finish(r, from, to, &text);
	screen_show(&middle, buf_str(&text));
	IS_Z(middle.lines[1], "below", "messages stay");
	IS_Z(middle.lines[2], "", "the area goes in the end");
}

static void test_many(void)
{
	BUF(text, 1 << 20);
	int to, from = make_pipe(&to);
	struct report *r = report_new(to, true, REPORT_NOTE);
	struct activity *all[50];
	struct screen s = {0};

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		all[i] = activity_start(r, 0, NULL, "%0120zu", i);
	r->drawn = 0;
	report_tick(r);
	report_free(r);
	close(to);
	ERR(err);

	IS_OK(fd_read_all(from, &text, &err), err, "read what was reported");
	close(from);
	struct str drawn = buf_str(&text);

	/* The last write is the erasing one. */
	screen_show(&s, str_n(drawn.p, drawn.n - strlen("\x1b[11A\r\x1b[J")));
	IS_INT(strlen(s.lines[0]), 79, "long lines are cut at the terminal's width");
	IS_Z(s.lines[10], "40 more running", "and many activities to ten");
	IS_INT(s.row, 11, "rows");
}

static void test_text(void)
{
	static const struct {
		uint64_t n;
		const char *unit, *want;
	} amounts[] = {
		{0, "B", "0 B"},
		{999, "B", "999 B"},
		{1000, "B", "1.0 kB"},
		{999949, "B", "999.9 kB"},
		{999950, "B", "1.0 MB"},
		{12345678901, "B", "12.3 GB"},
		{12345, "files", "12345 files"},
	};

	for (size_t i = 0; i < ARRAY_LEN(amounts); i++) {
		BUF(b, 100);

		text_amount(&b, amounts[i].n, amounts[i].unit);
		IS_Z(buf_z(&b), amounts[i].want, "amount");
	}
	IS_INT(text_columns(S("a\xc3\xa9\xe6\xbc\xa2")), 4, "columns of accents and Han");
	IS_STR(text_fit(S("a\xe6\xbc\xa2\xe6\xbc\xa2"), 4), S("a\xe6\xbc\xa2"),
	       "half a character does not fit");
	BUF(clean, 100);
	text_clean(&clean, S("a\033[31;1mb\033[0m\tc\r\n\x01\xff\xc2\x85\xed\x95\x9c\033"), true);
	IS_Z(buf_z(&clean), "ab c\n???\xed\x95\x9c", "cleaned");
	buf_clear(&clean);
	text_clean(&clean, S("\033]8;;http://x\033\\link\033]8;;\033\\ \033[999"), false);
	IS_Z(buf_z(&clean), "link ", "hyperlinks and torn sequences");
}

int main(void)
{
	test_plain();
	test_quiet();
	test_null();
	test_live();
	test_many();
	test_text();
	return tap_done();
}
