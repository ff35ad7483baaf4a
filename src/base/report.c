/* SPDX-License-Identifier: MIT
 *
 * Reports: which messages are shown, and the running activities. Each change goes out in one
 * write, area and message together, so that a terminal does not flicker and lines of several
 * processes in one log do not mix. */
#include "base/report_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"

enum {
	DRAW_EVERY_MS = 100,
	SHOW_EVERY_MS = 200, /* when nothing happens but time */
	TELL_EVERY_MS = 10000,
};

/* ORDER report_level */
static const struct {
	const char *name, *prefix, *colour;
} levels[] = {
	[REPORT_ERROR] = {"error", "error: ", "\x1b[1;31m"},
	[REPORT_WARN] = {"warn", "warning: ", "\x1b[1;33m"},
	[REPORT_NOTE] = {"note", "", ""},
	[REPORT_INFO] = {"info", "", ""},
	[REPORT_DEBUG] = {"debug", "debug: ", "\x1b[2m"},
};

struct report *report_new(int fd, bool live, enum report_level level)
{
	struct report *r = xcalloc(1, sizeof(*r));

	r->fd = fd;
	r->live = live && level >= REPORT_NOTE;
	r->level = level;
	r->colour = live && !env_get("NO_COLOR");
	r->told = clock_ms();
	return r;
}

static bool level_parse(const char *name, enum report_level *out)
{
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		if (strcmp(name, levels[i].name) != 0)
			continue;
		*out = (enum report_level)i;
		return true;
	}
	return false;
}

struct report *report_new_stderr(int verbosity)
{
	enum report_level level = REPORT_NOTE;
	const char *wanted = env_get("KILN_LOG");
	bool known = !wanted || level_parse(wanted, &level);
	int raised = (int)level + verbosity;
	bool terminal = isatty(STDERR_FILENO) && strcmp(env_or("TERM", "dumb"), "dumb") != 0;

	level = (enum report_level)MAX(REPORT_ERROR, MIN(REPORT_DEBUG, raised));
	struct report *r = report_new(STDERR_FILENO, terminal, level);

	if (!known)
		report_msg(r, REPORT_WARN,
			   "KILN_LOG is '%s', which is not one of error, warn, note, info, debug",
			   wanted);
	return r;
}

/* A report that cannot be written is lost: there is nowhere else to say so, and work goes on. */
static void emit(struct report *r, const struct buf *out)
{
	ERR(ignored);

	if (out->n && fd_write_all(r->fd, out->p, out->n, &ignored))
		err_clear(&ignored);
}

static void redraw(struct report *r)
{
	BUF(out, REPORT_TEXT);

	live_erase(r, &out);
	live_draw(r, &out);
	emit(r, &out);
}

void report_free(struct report *r)
{
	if (!r)
		return;
	struct activity *next;
	BUF(out, REPORT_TEXT);

	live_erase(r, &out);
	emit(r, &out);
	for (struct activity *a = r->first; a; a = next) {
		next = a->next;
		free(a->name);
		free(a->unit);
		buf_release(&a->line);
		free(a);
	}
	free(r->shown);
	free(r);
}

bool report_shows(const struct report *r, enum report_level level)
{
	return r && level <= r->level;
}

/* Puts whole lines above the area. */
static void put_above(struct report *r, struct str prefix, struct str text)
{
	BUF(out, (size_t)REPORT_TEXT * 16);

	if (r->live)
		live_erase(r, &out);
	buf_puts(&out, prefix);
	text_clean(&out, str_drop_suffix(text, S("\n")), true);
	buf_putc(&out, '\n');
	if (r->live)
		live_draw(r, &out);
	emit(r, &out);
}

static void put_message(struct report *r, enum report_level level, struct str text)
{
	const char *colour = r->colour ? levels[level].colour : "";
	char prefix[64];

	snprintf(prefix, sizeof(prefix), "%s%s%s", colour, levels[level].prefix,
		 *colour ? "\x1b[0m" : "");
	put_above(r, str_c(prefix), text);
}

void report_msg(struct report *r, enum report_level level, const char *fmt, ...)
{
	if (!report_shows(r, level))
		return;
	BUF(text, REPORT_TEXT);
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	put_message(r, level, text.over ? S("(a message too long to show)") : buf_str(&text));
}

void report_err(struct report *r, const struct err *err)
{
	if (!report_shows(r, REPORT_ERROR))
		return;
	char *text CLEANUP_FREE = err_format(err);

	put_above(r, S(""), str_c(text));
}

static bool tells_activities(const struct report *r)
{
	return report_shows(r, REPORT_NOTE);
}

static void tell(struct report *r, const char *verb, const struct activity *a, const char *between)
{
	BUF(text, REPORT_TEXT);

	buf_printf(&text, "%s %s", verb, a->name);
	if (between) {
		buf_putz(&text, between);
		text_duration(&text, clock_ms() - a->started);
	}
	put_message(r, REPORT_NOTE, buf_str(&text));
}

struct activity *activity_start(struct report *r, uint64_t total, const char *unit, const char *fmt,
				...)
{
	if (!r)
		return NULL;
	struct activity *a = xcalloc(1, sizeof(*a));
	BUF(raw, REPORT_TEXT);
	BUF(name, REPORT_TEXT);
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&raw, fmt, ap);
	va_end(ap);
	text_clean(&name, buf_str(&raw), false);
	*a = (struct activity){.report = r, .prev = r->last, .total = total};
	a->name = buf_steal(&name);
	a->unit = xstrdup(unit ? unit : "");
	a->line = (struct buf)BUF_INIT(REPORT_TEXT);
	a->started = clock_ms();
	if (r->last)
		r->last->next = a;
	else
		r->first = a;
	r->last = a;
	if (r->live)
		report_tick(r);
	else if (tells_activities(r))
		tell(r, "started:", a, NULL);
	return a;
}

void activity_progress(struct activity *a, uint64_t done, uint64_t total)
{
	if (!a)
		return;
	a->done = done;
	a->total = total;
	report_tick(a->report);
}

void activity_line(struct activity *a, struct str line)
{
	if (!a)
		return;
	buf_clear(&a->line);
	text_clean(&a->line, str_sub(str_trim(line), 0, 1024), false);
	report_tick(a->report);
}

static void unlink_activity(struct activity *a)
{
	struct report *r = a->report;

	if (a->prev)
		a->prev->next = a->next;
	else
		r->first = a->next;
	if (a->next)
		a->next->prev = a->prev;
	else
		r->last = a->prev;
}

void activity_end(struct activity *a)
{
	if (!a)
		return;
	struct report *r = a->report;

	unlink_activity(a);
	if (!r->live && tells_activities(r))
		tell(r, "ended:", a, " after ");
	/* The last one leaves at once; before that the next drawing is soon enough. */
	if (r->live && !r->first && tells_activities(r))
		redraw(r);
	free(a->name);
	free(a->unit);
	buf_release(&a->line);
	free(a);
}

void report_count(struct report *r, enum work work, unsigned done, unsigned planned)
{
	if (!r)
		return;
	r->counts[work].done = done;
	r->counts[work].planned = planned;
	report_tick(r);
}

/* The 10 s line of a log: the oldest activity, how many others, and the totals. */
static void tell_running(struct report *r, uint64_t now)
{
	BUF(text, REPORT_TEXT);
	BUF(counts, REPORT_TEXT);
	size_t others = 0;

	for (const struct activity *a = r->first->next; a; a = a->next)
		others++;
	buf_printf(&text, "running: %s", r->first->name);
	text_progress(&text, r->first, now);
	if (others)
		buf_printf(&text, " (and %zu more)", others);
	text_counts(&counts, r);
	if (counts.n)
		buf_printf(&text, "; %.*s", STR_ARG(buf_str(&counts)));
	put_message(r, REPORT_NOTE, buf_str(&text));
}

void report_tick(struct report *r)
{
	if (!r || !r->first || !tells_activities(r))
		return;
	uint64_t now = clock_ms();

	if (r->live) {
		if (now - r->drawn >= DRAW_EVERY_MS)
			redraw(r);
		return;
	}
	if (now - r->told < TELL_EVERY_MS)
		return;
	r->told = now;
	tell_running(r, now);
}

uint64_t report_due(const struct report *r)
{
	if (!r || !r->first || !tells_activities(r))
		return UINT64_MAX;
	return r->live ? r->drawn + SHOW_EVERY_MS : r->told + TELL_EVERY_MS;
}
