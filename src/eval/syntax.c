/* SPDX-License-Identifier: MIT
 *
 * The parser's notes on where things stand. */
#include "eval/syntax_int.h"

#include "eval/api.h"
#include "eval/position.h"

/* Grows an array of the arena. */
#define GROW(a, v, n, cap)                                                        \
	do {                                                                      \
		if ((n) == (cap)) {                                               \
			size_t cap_ = (cap) ? (cap)*2 : 16;                       \
			__typeof__(v) v_ = arena_calloc((a), cap_, sizeof(*(v))); \
			if (n)                                                    \
				memcpy(v_, (v), (n) * sizeof(*(v)));              \
			(v) = v_;                                                 \
			(cap) = cap_;                                             \
		}                                                                 \
	} while (0)

static struct syntax_range range_of(const struct parser *p, const char *at, const char *end)
{
	return (struct syntax_range){(size_t)(at - p->text), (size_t)(end - at)};
}

void syntax_add_text(struct parser *p, const char *at, const char *end, enum syntax_style style)
{
	struct syntax *s = p->log;

	if (LIKELY(!s))
		return;
	GROW(s->a, s->texts, s->n_texts, s->cap_texts);
	s->texts[s->n_texts++] = (struct syntax_text){
		.range = range_of(p, at, end),
		.style = style,
		.binding = s->open,
	};
}

void syntax_mark(struct parser *p, size_t from, bool whole, bool key)
{
	struct syntax *s = p->log;

	if (LIKELY(!s))
		return;
	for (size_t i = from; i < s->n_texts; i++) {
		s->texts[i].whole |= whole;
		s->texts[i].key |= key;
	}
}

void syntax_add_bare(struct parser *p)
{
	syntax_add_text(p, p->tok.p, p->tok.p + p->tok.n, SYNTAX_BARE);
	syntax_mark(p, syntax_n_texts(p) - 1, true, false);
}

void syntax_add_name(struct parser *p)
{
	struct syntax *s = p->log;

	if (LIKELY(!s))
		return;
	GROW(s->a, s->names, s->n_names, s->cap_names);
	s->names[s->n_names++] =
		(struct syntax_name){range_of(p, p->tok.p, p->tok.p + p->tok.n), s->open};
}

static int add_binding(struct syntax *s, struct syntax_binding b)
{
	GROW(s->a, s->bindings, s->n_bindings, s->cap_bindings);
	b.up = s->open;
	b.depth = s->depth;
	s->bindings[s->n_bindings] = b;
	return (int)s->n_bindings++;
}

int syntax_begin(struct parser *p)
{
	struct syntax *s = p->log;

	if (LIKELY(!s))
		return -1;
	return add_binding(s, (struct syntax_binding){.range = range_of(p, p->tok.p, p->tok.p)});
}

/* The token behind the '=' is ahead: the name ended where the token before that did. */
void syntax_begin_expr(struct parser *p, int binding)
{
	struct syntax *s = p->log;
	const char *end = p->prev.p;

	if (LIKELY(!s))
		return;
	struct syntax_binding *b = &s->bindings[binding];
	const char *from = p->text + b->range.at;

	/* Behind a name there may be blanks and comments: its last byte is no blank, and a comment
	 * is rare enough there to be taken for a part of it. */
	while (end > from && memchr(" \t\r\n", end[-1], 4))
		end--;
	b->name = range_of(p, from, end);
	b->expr = range_of(p, p->tok.p, p->tok.p);
	s->open = binding;
	s->depth++;
}

/* The ';' is ahead. */
void syntax_end_expr(struct parser *p, int binding)
{
	struct syntax *s = p->log;

	if (LIKELY(!s))
		return;
	struct syntax_binding *b = &s->bindings[binding];
	b->expr.n = (size_t)(p->prev_end - p->text) - b->expr.at;
	s->open = b->up;
	s->depth--;
}

/* Behind the ';'. */
void syntax_end(struct parser *p, int binding)
{
	struct syntax *s = p->log;

	if (LIKELY(!s))
		return;
	struct syntax_binding *b = &s->bindings[binding];
	b->range.n = (size_t)(p->prev_end - p->text) - b->range.at;
}

void syntax_inherited(struct parser *p, const char *at, const struct syntax_range *from)
{
	struct syntax *s = p->log;

	if (LIKELY(!s))
		return;
	struct syntax_range name = range_of(p, at, p->prev_end);
	add_binding(s, (struct syntax_binding){
			       .range = name,
			       .name = name,
			       .expr = from ? *from : (struct syntax_range){0},
			       .inherited = true,
		       });
}

/* ---- for others ---- */

struct syntax_job {
	struct str text, file;
	struct syntax *out;
};

static errint do_syntax(struct eval *E, void *ctx)
{
	const struct syntax_job *j = ctx;
	struct str text = arena_str(&E->perm, j->text);
	struct expr *ignored;

	return parse_alone(E, source_add(E, S(""), arena_strz(&E->perm, j->file), text), text,
			   path_dir(j->file), j->out, &ignored);
}

errint eval_syntax(struct eval *E, struct str text, const char *file, struct arena *a,
		   struct syntax *out, struct err *err)
{
	struct syntax_job j = {.text = text, .out = out};

	*out = (struct syntax){.a = a, .text = text, .open = -1};
	errint rc = api_absolute(E, file, &j.file, err);
	return rc ? rc : api_run(E, do_syntax, &j, err);
}

unsigned syntax_line(struct str text, size_t at)
{
	unsigned line = 1;

	for (size_t i = 0; i < at && i < text.n; i++)
		line += text.p[i] == '\n' ||
			(text.p[i] == '\r' && !(i + 1 < text.n && text.p[i + 1] == '\n'));
	return line;
}

bool eval_attr_place(struct eval *E, struct value *set, struct str name, struct str *file,
		     size_t *at)
{
	const struct attr *a;
	struct pos_info i;
	struct str before;

	if (set->tag != V_ATTRS)
		return false;
	a = attrs_get(set->attrs, sym_intern(E, name));
	if (!a || !pos_resolve(E, a->pos, &i) || i.name || !pos_text(E, a->pos, &before))
		return false;
	*file = i.file;
	*at = before.n;
	return true;
}
