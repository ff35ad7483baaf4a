/* SPDX-License-Identifier: MIT
 *
 * METADATA and WHEEL are headers as in mail: `Key: value`, continued by indented lines, up to the
 * first empty line. Keys are read in either case. */
#include "py/requirement.h"
#include "py/wheel.h"

#include <strings.h>

enum {
	MAX_REQUIRES = 65536,
	LICENSE_MAX = 60, /* a longer one is the text itself */
	EXPRESSION_MAX = 4096,
};

struct header {
	struct str raw;        /* with continuation lines and line ends */
	struct str key, value; /* the value's first line */
};

/* The next line with its end. */
static struct str take_line(struct str *rest)
{
	ptrdiff_t end = str_chr(*rest, '\n');
	struct str line = end < 0 ? *rest : str_sub(*rest, 0, (size_t)end + 1);

	*rest = str_skip(*rest, line.n);
	return line;
}

/* Takes a header from the front; false at the empty line or the end. A line without a colon is
 * given with an empty key. */
static bool take_header(struct str *rest, struct header *h)
{
	struct str tail = *rest, line = take_line(&tail);

	if (!str_trim(line).n)
		return false;
	h->raw = line;
	h->key = S("");
	h->value = str_trim(line);
	if (str_cut(str_trim(line), ':', &h->key, &h->value))
		h->value = str_trim(h->value);
	/* A line of blanks alone goes on, too: texts of licences have such between paragraphs. */
	while (tail.n && (tail.p[0] == ' ' || tail.p[0] == '\t'))
		h->raw.n += take_line(&tail).n;
	*rest = tail;
	return true;
}

static bool key_is(const struct header *h, const char *key)
{
	return h->key.n == strlen(key) && strncasecmp(h->key.p, key, h->key.n) == 0;
}

/* The expression counts most, then a License that is a name, then what is classified. */
static void take_license(struct arena *a, const struct header *h, struct wheel_metadata *m,
			 struct str *classified)
{
	struct str value = h->value, tail = str_skip(h->raw, (size_t)(h->value.p - h->raw.p));

	if (key_is(h, "License-Expression") && value.n <= EXPRESSION_MAX)
		m->expression = arena_str(a, value);
	if (key_is(h, "License-Expression") && value.n <= LICENSE_MAX)
		m->license = arena_str(a, value);
	/* one line, which nothing continues */
	if (key_is(h, "License") && !m->license.n && value.n <= LICENSE_MAX &&
	    !str_eqz(value, "UNKNOWN") && str_eq(str_trim(tail), value))
		m->license = arena_str(a, value);
	if (!key_is(h, "Classifier") || !str_starts(value, S("License :: ")))
		return;
	struct str name = str_trim(str_skip(value, (size_t)(str_rchr(value, ':') + 1)));
	if (str_find(str_skip(value, strlen("License :: ")), S(" :: ")) < 0)
		return;
	*classified =
		classified->n
			? str_c(arena_printf(a, "%.*s, %.*s", STR_ARG(*classified), STR_ARG(name)))
			: arena_str(a, name);
}

/* "Homepage, https://…" of a Project-URL, whose label people write in their own way. */
static void take_homepage(struct arena *a, const struct header *h, struct str *out)
{
	struct str label, url;

	if (key_is(h, "Home-page")) {
		*out = arena_str(a, h->value);
		return;
	}
	if (out->n || !str_cut(h->value, ',', &label, &url))
		return;
	label = str_trim(label);
	if ((label.n == 8 && strncasecmp(label.p, "homepage", 8) == 0) ||
	    (label.n == 9 && strncasecmp(label.p, "home page", 9) == 0))
		*out = arena_str(a, str_trim(url));
}

errint wheel_metadata_parse(struct arena *a, struct str text, struct wheel_metadata *out,
			    struct err *err)
{
	struct wheel_metadata m = {.name = S(""), .version = S(""), .python = S("")};
	struct str rest = text, classified = S("");
	struct header h;
	size_t cap = 0, cap_extras = 0;

	for (; take_header(&rest, &h); cap += key_is(&h, "Requires-Dist"))
		cap_extras += key_is(&h, "Provides-Extra");
	if (cap > MAX_REQUIRES || cap_extras > MAX_REQUIRES)
		return err_set(err, ERR_TOO_BIG, "METADATA has %zu dependencies",
			       MAX(cap, cap_extras));
	m.requires = ARENA_ARRAY(a, struct str, cap + 1);
	m.extras = ARENA_ARRAY(a, struct str, cap_extras + 1);
	m.summary = m.license = m.expression = m.homepage = S("");
	for (rest = text; take_header(&rest, &h);) {
		if (key_is(&h, "Name"))
			m.name = arena_str(a, h.value);
		else if (key_is(&h, "Version"))
			m.version = arena_str(a, h.value);
		else if (key_is(&h, "Requires-Python"))
			m.python = arena_str(a, h.value);
		else if (key_is(&h, "Requires-Dist"))
		m.requires[m.n_requires++] = arena_str(a, h.value);
		else if (key_is(&h, "Provides-Extra")) m.extras[m.n_extras++] =
			arena_str(a, h.value);
		else if (key_is(&h, "Summary")) m.summary = arena_str(a, h.value);
		else if (key_is(&h, "Home-page") || key_is(&h, "Project-URL"))
			take_homepage(a, &h, &m.homepage);
		else take_license(a, &h, &m, &classified);
	}
	if (!m.license.n)
		m.license = classified;
	m.classified = classified;
	if (!pep508_name_is(m.name) || !m.version.n)
		return err_set(err, ERR_CORRUPT, "METADATA has no valid name and version");
	*out = m;
	return 0;
}

bool wheel_names_has(const struct wheel_names *names, struct str pep503)
{
	for (size_t i = 0; i < names->n; i++)
		if (str_eq(names->v[i], pep503))
			return true;
	return names->all;
}

/* A requirement by its parts as text, so that what is malformed in bounds or marker can still be
 * taken out: "name [extras] bounds ; marker", or "name @ address". */
struct parts {
	struct str name, extras, marker; /* with their signs, or "" */
	bool address;
};

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_' || c == '.';
}

static void part(struct str text, struct parts *out)
{
	ptrdiff_t end;
	struct str rest;
	size_t n = 0;

	while (n < text.n && is_name_char(text.p[n]))
		n++;
	/* "foo-" of the malformed "foo->1" is no name */
	while (n && str_chr(S("-_."), text.p[n - 1]) >= 0)
		n--;
	*out = (struct parts){str_sub(text, 0, n), S(""), S(""), false};
	rest = str_trim(str_skip(text, n));
	end = rest.n && rest.p[0] == '[' ? str_chr(rest, ']') : -1;
	if (end >= 0) {
		out->extras = str_sub(rest, 0, (size_t)end + 1);
		rest = str_trim(str_skip(rest, (size_t)end + 1));
	}
	out->address = rest.n && rest.p[0] == '@';
	end = str_chr(rest, ';');
	if (end >= 0)
		out->marker = str_skip(rest, (size_t)end);
}

/* The requirement with neither bounds nor parentheses: name, extras, marker. */
static void put_relaxed(const struct parts *p, struct buf *out)
{
	buf_puts(out, p->name);
	for (size_t i = 0; i < p->extras.n; i++)
		if (p->extras.p[i] != ' ' && p->extras.p[i] != '\t')
			buf_putc(out, p->extras.p[i]);
	if (p->marker.n) {
		buf_putc(out, ' ');
		buf_puts(out, p->marker);
	}
}

static void edit_line(const struct header *h, const struct wheel_names *remove,
		      const struct wheel_names *relax, struct buf *out)
{
	ARENA(a);
	struct parts p;
	struct str name;

	part(h->value, &p);
	name = pep503_name(&a, p.name);
	if (wheel_names_has(remove, name))
		return;
	if (!p.name.n || p.address || !wheel_names_has(relax, name)) {
		buf_puts(out, h->raw);
		return;
	}
	buf_putz(out, "Requires-Dist: ");
	put_relaxed(&p, out);
	buf_putc(out, '\n');
}

errint wheel_metadata_edit(struct str text, const struct wheel_names *remove,
			   const struct wheel_names *relax, struct buf *out, struct err *err)
{
	struct str rest = text;
	struct header h;

	while (take_header(&rest, &h)) {
		if (!key_is(&h, "Requires-Dist"))
			buf_puts(out, h.raw);
		else
			edit_line(&h, remove, relax, out);
	}
	buf_puts(out, rest);
	return buf_check(out, "METADATA", err);
}

errint wheel_file_check(struct str text, struct err *err)
{
	struct str rest = text, major, minor;
	struct header h;

	while (take_header(&rest, &h)) {
		if (!key_is(&h, "Wheel-Version"))
			continue;
		/* pip reads what is older and says so of what is newer */
		major = h.value;
		(void)str_cut(h.value, '.', &major, &minor);
		if (str_eqz(major, "1") || str_eqz(major, "0"))
			return 0;
		return err_set(err, ERR_UNSUPPORTED, "WHEEL is of version '%.*s', not 1.x",
			       STR_ARG(h.value));
	}
	return err_set(err, ERR_CORRUPT, "WHEEL does not say its version");
}
