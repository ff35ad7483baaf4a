/* SPDX-License-Identifier: MIT
 *
 * Positions: a number in one space that all sources share, so that a node carries 32 bits. Lines
 * are counted when a position is shown. A line ends in LF, CR LF or CR. */
#include "eval/ast.h"
#include "eval/position.h"
#include "eval/syntax.h"

#include <stdlib.h>

struct shown_source {
	pos_t first;
	struct str file;
	const char *name;
	struct str text;
	uint32_t *lines; /* offsets of line beginnings, made when first needed */
	size_t n_lines;
};

struct sources {
	struct shown_source *v;
	size_t n, cap;
	pos_t next;
};

struct sources *sources_new(void)
{
	struct sources *s = xcalloc(1, sizeof(*s));

	s->next = 1;
	return s;
}

void sources_free(struct sources *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].lines);
	free(s->v);
	free(s);
}

uint32_t source_add(struct eval *E, struct str file, const char *name, struct str text)
{
	struct sources *s = E->sources;
	pos_t first = s->next;

	/* Past 4 GiB of text positions are lost, evaluation goes on. */
	if (text.n + 2 > UINT32_MAX - s->next)
		return 0;
	ARRAY_GROW(s->v, s->n, s->cap);
	s->v[s->n++] =
		(struct shown_source){.first = first, .file = file, .name = name, .text = text};
	s->next += (pos_t)text.n + 2;
	return first;
}

static struct shown_source *find(struct eval *E, pos_t pos)
{
	struct sources *s = E->sources;
	size_t lo = 0, hi = s->n;

	if (pos == 0)
		return NULL;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (s->v[mid].first <= pos)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0 || pos - s->v[lo - 1].first > s->v[lo - 1].text.n)
		return NULL;
	return &s->v[lo - 1];
}

/* Bytes of the line end at p, 0 when there is none. */
static size_t line_end(struct str s, size_t i)
{
	if (s.p[i] == '\n')
		return 1;
	if (s.p[i] != '\r')
		return 0;
	return i + 1 < s.n && s.p[i + 1] == '\n' ? 2 : 1;
}

static void index_lines(struct shown_source *s)
{
	size_t cap = 0, n;

	ARRAY_GROW(s->lines, s->n_lines, cap);
	s->lines[s->n_lines++] = 0;
	for (size_t i = 0; i < s->text.n; i += MAX(n, 1)) {
		n = line_end(s->text, i);
		if (n == 0)
			continue;
		ARRAY_GROW(s->lines, s->n_lines, cap);
		s->lines[s->n_lines++] = (uint32_t)(i + n);
	}
}

/* Index of the line that holds the offset. */
static size_t line_of(struct shown_source *s, uint32_t offset)
{
	size_t lo = 0, hi;

	if (!s->lines)
		index_lines(s);
	hi = s->n_lines;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (s->lines[mid] <= offset)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo - 1;
}

bool pos_resolve(struct eval *E, pos_t pos, struct pos_info *out)
{
	struct shown_source *s = find(E, pos);
	size_t line;

	if (!s)
		return false;
	line = line_of(s, pos - s->first);
	*out = (struct pos_info){
		.file = s->file,
		.name = s->name,
		.line = (unsigned)line + 1,
		.column = pos - s->first - s->lines[line] + 1,
	};
	return true;
}

void pos_print(struct eval *E, pos_t pos, struct buf *b)
{
	struct pos_info i;

	if (!pos_resolve(E, pos, &i)) {
		buf_putz(b, "«none»:0");
		return;
	}
	if (i.name)
		buf_putz(b, i.name);
	else
		buf_puts(b, i.file);
	buf_printf(b, ":%u:%u", i.line, i.column);
}

pos_t pos_find(struct eval *E, struct str file, unsigned line, unsigned column)
{
	for (size_t i = 0; i < E->sources->n; i++) {
		struct shown_source *s = &E->sources->v[i];

		if (s->name || !str_eq(s->file, file))
			continue;
		if (!s->lines)
			index_lines(s);
		if (line == 0 || line > s->n_lines ||
		    s->lines[line - 1] + (size_t)column > s->text.n + 1)
			return 0;
		return s->first + s->lines[line - 1] + column - 1;
	}
	return 0;
}

bool pos_is_internal(struct eval *E, pos_t pos)
{
	struct shown_source *s = find(E, pos);

	return s && s->name && strcmp(s->name, INTERNAL_SOURCE) == 0;
}

static struct str line_text(const struct shown_source *s, size_t line)
{
	struct str rest = str_skip(s->text, s->lines[line]);
	size_t n = 0;

	while (n < rest.n && rest.p[n] != '\n' && rest.p[n] != '\r')
		n++;
	return str_n(rest.p, n);
}

bool pos_lines(struct eval *E, pos_t pos, struct str *before, struct str *line, struct str *after)
{
	struct shown_source *s = find(E, pos);
	size_t i;

	if (!s)
		return false;
	i = line_of(s, pos - s->first);
	*before = i > 0 ? line_text(s, i - 1) : STR_NULL;
	*line = line_text(s, i);
	*after = i + 1 < s->n_lines ? line_text(s, i + 1) : STR_NULL;
	return true;
}

bool pos_text(struct eval *E, pos_t pos, struct str *before)
{
	struct shown_source *s = find(E, pos);

	if (s)
		*before = str_n(s->text.p, pos - s->first);
	return s != NULL;
}

bool eval_source_at(struct eval *E, size_t i, struct str *file, struct str *text)
{
	struct sources *s = E->sources;

	for (size_t k = 0; k < s->n; k++) {
		if (s->v[k].name || i--)
			continue;
		*file = s->v[k].file;
		*text = s->v[k].text;
		return true;
	}
	return false;
}

struct value pos_value(struct eval *E, pos_t pos)
{
	struct pos_info i;
	struct attrs *a;

	/* Text that is no file has no position that a program may see. */
	if (!pos_resolve(E, pos, &i) || i.name)
		return v_null();
	a = attrs_new(E, 3);
	attrs_push(a, SYM_file, value_box(E, v_str(i.file)), 0);
	attrs_push(a, SYM_line, value_box(E, v_int(i.line)), 0);
	attrs_push(a, SYM_column, value_box(E, v_int(i.column)), 0);
	return v_attrs(attrs_done(a));
}
