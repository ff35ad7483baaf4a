/* SPDX-License-Identifier: MIT
 *
 * Reading of deb822 paragraphs. */
#include "deb/control.h"

#include <stdlib.h>
#include <strings.h>

enum { MAX_FIELDS = 1000 };

struct control_reader control_reader_init(struct str text, const char *name)
{
	return (struct control_reader){.rest = text, .name = name};
}

void control_paragraph_release(struct control_paragraph *p)
{
	free(p->v);
	*p = (struct control_paragraph){0};
}

static bool name_eq(struct str a, struct str b)
{
	return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Field names are printable ASCII without blanks and colons, not beginning with '-'. */
static bool name_ok(struct str s)
{
	if (!s.n || s.p[0] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return true;
}

static errint bad_line(const struct control_reader *r, struct err *err, const char *what)
{
	return err_set(err, ERR_CORRUPT, "%s:%u: %s", r->name, r->line, what);
}

static errint add_field(struct control_reader *r, struct control_paragraph *p, struct str line,
			struct err *err)
{
	struct str name, value;

	if (!str_cut(line, ':', &name, &value) || !name_ok(name))
		return bad_line(r, err, "neither a field ('Name: value') nor a continuation");
	if (p->n == MAX_FIELDS)
		return bad_line(r, err, "too many fields in one paragraph");
	for (size_t i = 0; i < p->n; i++)
		if (name_eq(p->v[i].name, name))
			return err_set(err, ERR_CORRUPT,
				       "%s:%u: field '%.*s' was given in line %u already", r->name,
				       r->line, STR_ARG(name), p->v[i].line);
	if (!p->n)
		p->line = r->line;
	ARRAY_GROW(p->v, p->n, p->cap);
	p->v[p->n++] = (struct control_field){name, value, r->line};
	return 0;
}

/* Values are slices of the text, so that a continuation only moves their end. */
static errint add_line(struct control_reader *r, struct control_paragraph *p, struct str line,
		       struct err *err)
{
	struct control_field *last;

	if (!is_blank(line.p[0]))
		return add_field(r, p, line, err);
	if (!p->n)
		return bad_line(r, err, "a continuation without a field before it");
	last = &p->v[p->n - 1];
	last->value.n = (size_t)(line.p + line.n - last->value.p);
	return 0;
}

errint control_next(struct control_reader *r, struct control_paragraph *p, bool *more,
		    struct err *err)
{
	struct str line;
	errint rc;

	p->n = 0;
	while (r->rest.n && str_split(&r->rest, '\n', &line)) {
		r->line++;
		line = str_drop_suffix(line, S("\r"));
		if (line.n && line.p[0] == '#')
			continue;
		if (str_trim(line).n) {
			rc = add_line(r, p, line, err);
			if (rc)
				return rc;
		} else if (p->n) {
			break;
		}
	}
	*more = p->n > 0;
	return 0;
}

bool control_get(const struct control_paragraph *p, struct str name, struct str *out)
{
	for (size_t i = 0; i < p->n; i++) {
		if (!name_eq(p->v[i].name, name))
			continue;
		*out = str_trim(p->v[i].value);
		return true;
	}
	return false;
}

errint control_need(const struct control_reader *r, const struct control_paragraph *p,
		    const char *name, struct str *out, struct err *err)
{
	if (control_get(p, str_c(name), out))
		return 0;
	return err_set(err, ERR_CORRUPT, "%s:%u: this paragraph has no field '%s'", r->name,
		       p->line, name);
}

bool control_item(struct str *rest, struct str *item)
{
	while (rest->n) {
		size_t n = 0;

		while (n < rest->n && rest->p[n] != ',' && rest->p[n] != '\n')
			n++;
		*item = str_trim(str_sub(*rest, 0, n));
		*rest = str_skip(*rest, n + 1);
		if (item->n)
			return true;
	}
	return false;
}
