/* SPDX-License-Identifier: MIT
 *
 * The live area: the last lines of a terminal, one an activity, redrawn in place. The cursor
 * rests in the line below. The terminal's size is asked at each drawing, and the widths of the
 * lines that are on the screen are kept: when it has become narrower they take more rows. */
#include "base/report_int.h"

#include <sys/ioctl.h>
#include "base/environ.h"

enum { AREA_LINES = 10 };

static void terminal_size(const struct report *r, unsigned *rows, unsigned *columns)
{
	struct winsize size;

	*rows = 24;
	*columns = 80;
	if (ioctl(r->fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
		*rows = size.ws_row;
		*columns = size.ws_col;
	}
}

void live_erase(struct report *r, struct buf *out)
{
	unsigned rows, columns, up = 0;

	if (r->shown_n == 0)
		return;
	terminal_size(r, &rows, &columns);
	for (size_t i = 0; i < r->shown_n; i++)
		up += r->shown[i] ? (r->shown[i] + columns - 1) / columns : 1;
	up = MIN(up, rows - 1);
	if (up)
		buf_printf(out, "\x1b[%uA", up);
	buf_putz(out, "\r\x1b[J");
	r->shown_n = 0;
}

static void put_line(struct report *r, struct buf *out, struct str text, unsigned columns)
{
	/* The last column stays free: some terminals wrap when it is filled. */
	struct str fit = text_fit(text, columns > 1 ? columns - 1 : 1);

	ARRAY_GROW(r->shown, r->shown_n, r->shown_cap);
	r->shown[r->shown_n++] = text_columns(fit);
	buf_puts(out, fit);
	buf_putc(out, '\n');
}

static void put_activity(struct report *r, struct buf *out, const struct activity *a,
			 unsigned columns, uint64_t now)
{
	BUF(text, REPORT_TEXT);

	buf_putz(&text, a->name);
	text_progress(&text, a, now);
	if (a->line.n) {
		buf_putz(&text, ": ");
		buf_puts(&text, buf_str(&a->line));
	}
	put_line(r, out, buf_str(&text), columns);
}

static void put_totals(struct report *r, struct buf *out, size_t hidden, unsigned columns)
{
	BUF(text, REPORT_TEXT);

	text_counts(&text, r);
	if (hidden)
		buf_printf(&text, "%s%zu more running", text.n ? ", " : "", hidden);
	if (text.n)
		put_line(r, out, buf_str(&text), columns);
}

void live_draw(struct report *r, struct buf *out)
{
	unsigned rows, columns;
	size_t room, hidden = 0;
	uint64_t now = clock_ms();

	r->drawn = now;
	if (!r->first)
		return;
	terminal_size(r, &rows, &columns);
	room = rows > 3 ? MIN((size_t)rows - 3, (size_t)AREA_LINES) : 1;
	for (const struct activity *a = r->first; a; a = a->next) {
		if (room == 0) {
			hidden++;
			continue;
		}
		put_activity(r, out, a, columns, now);
		room--;
	}
	put_totals(r, out, hidden, columns);
}
