/* SPDX-License-Identifier: MIT
 *
 * METADATA and WHEEL are headers as in mail: `Key: value`, continued by indented lines, up to the
 * first empty line. Keys are read in either case. */
#include "py/requirement.h"
#include "py/wheel.h"

#include <strings.h>

enum { MAX_REQUIRES = 65536 };

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
	while (tail.n && (tail.p[0] == ' ' || tail.p[0] == '\t')) {
		struct str ahead = tail, more = take_line(&ahead);

		if (!str_trim(more).n)
			break;
		h->raw.n += more.n;
		tail = ahead;
	}
	*rest = tail;
	return true;
}

static bool key_is(const struct header *h, const char *key)
{
	return h->key.n == strlen(key) && strncasecmp(h->key.p, key, h->key.n) == 0;
}

errint wheel_metadata_parse(struct arena *a, struct str text, struct wheel_metadata *out,
			    struct err *err)
{
	struct wheel_metadata m = {.name = S(""), .version = S("")};
	struct str rest = text;
	struct header h;
	size_t cap = 0;

	for (; take_header(&rest, &h); cap += key_is(&h, "Requires-Dist"))
		;
	if (cap > MAX_REQUIRES)
		return err_set(err, ERR_TOO_BIG, "METADATA has %zu dependencies", cap);
	m.requires = ARENA_ARRAY(a, struct str, cap + 1);
	for (rest = text; take_header(&rest, &h);) {
		if (key_is(&h, "Name"))
			m.name = arena_str(a, h.value);
		else if (key_is(&h, "Version"))
			m.version = arena_str(a, h.value);
		else if (key_is(&h, "Requires-Dist"))
		m.requires[m.n_requires++] = arena_str(a, h.value);
	}
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

/* The requirement with neither bounds nor parentheses: name, extras, marker. */
static void relaxed(struct str text, const struct requirement *r, struct buf *out)
{
	ptrdiff_t marker = str_chr(text, ';');

	buf_puts(out, r->name);
	for (size_t i = 0; i < r->n_extras; i++) {
		buf_putc(out, i ? ',' : '[');
		buf_puts(out, r->extras[i]);
	}
	if (r->n_extras)
		buf_putc(out, ']');
	if (marker >= 0) {
		buf_putc(out, ' ');
		buf_puts(out, str_skip(text, (size_t)marker));
	}
}

static errint edit_line(const struct header *h, const struct wheel_names *remove,
			const struct wheel_names *relax, struct buf *out, struct err *err)
{
	ARENA(a);
	struct requirement r;
	struct str name;

	if (requirement_parse(&a, h->value, &r, err))
		return err_wrap(err, "METADATA");
	name = pep503_name(&a, r.name);
	if (wheel_names_has(remove, name))
		return 0;
	if (!wheel_names_has(relax, name) || r.address.n) {
		buf_puts(out, h->raw);
		return 0;
	}
	buf_putz(out, "Requires-Dist: ");
	relaxed(h->value, &r, out);
	buf_putc(out, '\n');
	return 0;
}

errint wheel_metadata_edit(struct str text, const struct wheel_names *remove,
			   const struct wheel_names *relax, struct buf *out, struct err *err)
{
	struct str rest = text;
	struct header h;

	while (take_header(&rest, &h)) {
		if (!key_is(&h, "Requires-Dist"))
			buf_puts(out, h.raw);
		else if (edit_line(&h, remove, relax, out, err))
			return err->code;
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
		if (str_cut(h.value, '.', &major, &minor) && str_eqz(major, "1"))
			return 0;
		return err_set(err, ERR_UNSUPPORTED, "WHEEL is of version '%.*s', not 1.x",
			       STR_ARG(h.value));
	}
	return err_set(err, ERR_CORRUPT, "WHEEL does not say its version");
}
