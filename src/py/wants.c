/* SPDX-License-Identifier: MIT
 *
 * Requirements files by pip's user guide ("Requirements File Format") with kiln's own words. What
 * says where files come from is no part of a lock and is passed over with a warning; what is no
 * project of an index cannot be locked and is an error. */
#include "py/wants.h"

#include <stdlib.h>
#include "base/file.h"
#include "base/report.h"

enum { DEPTH_MAX = 16, WANTS_MAX = 100000 };

struct want_place {
	struct py_wants *w;
	const char *file;
	unsigned line, depth;
};

static errint at(const struct want_place *p, struct err *err)
{
	return err_wrap(err, "%s:%u", p->file, p->line);
}

static struct py_want *add(struct py_wants *w, enum py_word word, const char *file, unsigned line)
{
	w->v = py_grow(w->a, w->v, w->n, &w->cap, sizeof(*w->v));
	w->v[w->n] = (struct py_want){.word = word, .file = file, .line = line};
	return &w->v[w->n++];
}

static bool is_address(struct str s)
{
	return str_find(s, S("://")) >= 0 || str_starts(s, S(".")) || str_starts(s, S("/")) ||
	       str_ends(s, S(".whl")) || str_ends(s, S(".tar.gz")) || str_ends(s, S(".zip"));
}

static errint no_project(struct str text, struct err *err)
{
	err_set(err, ERR_UNSUPPORTED, "'%.*s' is no project of an index, which alone can be locked",
		STR_ARG(text));
	return err_hint(err, "leave it out here and give it a recipe: .flox/pkgs/NAME.nix, with "
			     "fetchFromGitHub or fetchurl and buildPythonPackage");
}

errint py_wants_add(struct py_wants *w, enum py_word word, struct str text, const char *file,
		    unsigned line, struct err *err)
{
	struct want_place p = {w, file, line, 0};
	struct requirement r;
	errint rc = w->n < WANTS_MAX ? 0 : err_set(err, ERR_TOO_BIG, "there are too many");

	text = arena_str(w->a, str_trim(text));
	if (!rc)
		rc = requirement_parse(w->a, text, &r, err);
	if (rc && rc != ERR_TOO_BIG && is_address(text))
		rc = no_project(text, err);
	else if (!rc && r.address.n)
		rc = no_project(text, err);
	if (rc)
		return at(&p, err);
	struct py_want *want = add(w, word, file, line);
	want->text = text;
	want->r = r;
	want->name = pep503_name(w->a, r.name);
	return 0;
}

/* ---- a line ---- */

/* The next word of a line. */
static struct str take_word(struct str *rest)
{
	struct str s = str_trim(*rest);
	size_t n = 0;

	while (n < s.n && s.p[n] != ' ' && s.p[n] != '\t')
		n++;
	*rest = str_trim(str_skip(s, n));
	return str_sub(s, 0, n);
}

static bool word_of(struct str s, enum py_word *out)
{
	static const char *const words[] = {
#define X(id, word) word,
		PY_WORDS(X)
#undef X
	};

	for (size_t i = PY_CONSTRAINT; i < ARRAY_LEN(words); i++) {
		if (str_eqz(s, words[i])) {
			*out = (enum py_word)i;
			return true;
		}
	}
	return false;
}

static errint take_names(const struct want_place *p, enum py_word word, struct str rest,
			 struct err *err)
{
	struct py_want *want = add(p->w, word, p->file, p->line);
	size_t n = 0;

	while (rest.n) {
		struct str name = take_word(&rest);

		if (!pep508_name_is(name))
			return err_set(err, ERR_CORRUPT, "'%.*s' is no project's name",
				       STR_ARG(name));
		name = pep503_name(p->w->a, name);
		if (n++)
			py_names_add(p->w->a, &want->more, name);
		else
			want->name = name;
	}
	if (word == PY_SDIST ? n != 1 : word == PY_ALIAS ? n != 2 : n < 2)
		return err_set(err, ERR_CORRUPT, "it has %zu names, expected %s", n,
			       word == PY_SDIST   ? "one"
			       : word == PY_ALIAS ? "two"
						  : "two or more");
	return 0;
}

/* The value of "-r FILE", "-rFILE", "--requirement FILE" or "--requirement=FILE". */
static bool option_is(struct str line, struct str brief, struct str full, struct str *value)
{
	struct str rest = line;
	struct str name = take_word(&rest);

	if (str_eq(name, brief) || str_eq(name, full)) {
		*value = rest;
		return true;
	}
	if (str_starts(name, full) && name.n > full.n && name.p[full.n] == '=') {
		*value = str_skip(line, full.n + 1);
		return true;
	}
	if (!str_starts(name, S("--")) && str_starts(name, brief)) {
		*value = str_trim(str_skip(line, brief.n));
		return true;
	}
	return false;
}

static errint read_file(struct py_wants *w, const char *file, unsigned depth, struct err *err);

/* A file that another names; of bounds every line is one. */
static errint take_file(const struct want_place *p, struct str name, bool bounds, struct err *err)
{
	const char *file;
	size_t before = p->w->n;

	if (!name.n)
		return err_set(err, ERR_CORRUPT, "the file's name is missing");
	if (is_address(name) && str_find(name, S("://")) >= 0)
		return err_set(err, ERR_UNSUPPORTED, "'%.*s' is no file of the project",
			       STR_ARG(name));
	char *joined CLEANUP_FREE = path_join(path_dir(str_c(p->file)), name);
	file = arena_strz(p->w->a,
			  name.p[0] == '/' ? name : str_drop_prefix(str_c(joined), S("./")));
	errint rc = read_file(p->w, file, p->depth + 1, err);
	for (size_t i = before; bounds && !rc && i < p->w->n; i++)
		if (p->w->v[i].word == PY_WANT)
			p->w->v[i].word = PY_CONSTRAINT;
	return rc;
}

static errint take_option(const struct want_place *p, struct str line, struct err *err)
{
	struct str value, name = line;

	if (option_is(line, S("-r"), S("--requirement"), &value))
		return take_file(p, value, false, err);
	if (option_is(line, S("-c"), S("--constraint"), &value))
		return take_file(p, value, true, err);
	if (option_is(line, S("-e"), S("--editable"), &value))
		return no_project(value, err);
	name = take_word(&name);
	ptrdiff_t eq = str_chr(name, '=');
	if (eq > 0)
		name = str_sub(name, 0, (size_t)eq);
	if (p->w->report)
		report_msg(p->w->report, REPORT_WARN,
			   "%s:%u: '%.*s' is passed over: where files come from is for the "
			   "machine's configuration to say",
			   p->file, p->line, STR_ARG(name));
	return 0;
}

/* "name==1 --hash=…": what pip compares is for the lock to say. */
static struct str without_options(struct str line)
{
	ptrdiff_t end = str_find(line, S(" --"));

	return end < 0 ? line : str_sub(line, 0, (size_t)end);
}

static errint take_line(const struct want_place *p, struct str line, struct err *err)
{
	struct str rest = line;
	enum py_word word;

	if (line.p[0] == '-') {
		errint rc = take_option(p, line, err);

		return rc ? at(p, err) : 0;
	}
	if (word_of(take_word(&rest), &word) && rest.n && str_chr(S("<>=!~;@[(,"), rest.p[0]) < 0) {
		if (word <= PY_SLOT)
			return py_wants_add(p->w, word, rest, p->file, p->line, err);
		errint rc = take_names(p, word, rest, err);

		return rc ? at(p, err) : 0;
	}
	struct str plain = without_options(line);
	if (plain.n < line.n && p->w->report && !p->w->told_options) {
		p->w->told_options = true;
		report_msg(p->w->report, REPORT_WARN,
			   "%s:%u: what pip would compare files with (--hash) is passed over: the "
			   "lock has its own",
			   p->file, p->line);
	}
	return py_wants_add(p->w, PY_WANT, plain, p->file, p->line, err);
}

/* ---- a file ---- */

/* Up to its comment, which a blank precedes. */
static struct str without_comment(struct str line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == '#' && (!i || line.p[i - 1] == ' ' || line.p[i - 1] == '\t'))
			return str_sub(line, 0, i);
	return line;
}

errint py_wants_text(struct py_wants *w, const char *file, struct str text, unsigned depth,
		     struct err *err)
{
	struct want_place p = {w, file, 0, depth};
	struct str rest = str_drop_prefix(text, S("\xef\xbb\xbf")), piece;
	BUF(whole, LIMIT_SMALL_FILE);
	unsigned number = 0;
	errint rc = 0;

	if (str_starts(text, S("\xff\xfe")) || str_starts(text, S("\xfe\xff"))) {
		err_set(err, ERR_CORRUPT, "'%s' is UTF-16", file);
		return err_hint(err, "save it as UTF-8: iconv -f UTF-16 -t UTF-8");
	}
	while (!rc && str_split(&rest, '\n', &piece)) {
		number++;
		if (!whole.n)
			p.line = number;
		piece = str_drop_suffix(piece, S("\r"));
		struct str line = without_comment(piece);
		bool goes_on = line.n == piece.n && str_ends(line, S("\\"));

		buf_puts(&whole, goes_on ? str_sub(line, 0, line.n - 1) : line);
		if (goes_on && rest.p)
			continue;
		rc = buf_check(&whole, "line", err);
		struct str one = str_trim(buf_str(&whole));
		if (!rc && one.n)
			rc = take_line(&p, one, err);
		buf_clear(&whole);
	}
	return rc;
}

static errint read_file(struct py_wants *w, const char *file, unsigned depth, struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);

	if (depth > DEPTH_MAX)
		return err_set(err, ERR_CORRUPT, "'%s': these files name each other", file);
	errint rc = file_read(AT_FDCWD, file, &text, err);
	if (rc)
		return err_wrap(err, "reading '%s'", file);
	return py_wants_text(w, file, arena_str(w->a, buf_str(&text)), depth, err);
}

errint py_wants_read(struct py_wants *w, const char *file, struct err *err)
{
	return read_file(w, arena_strz(w->a, str_c(file)), 0, err);
}

/* ---- asking ---- */

const struct py_want *py_wants_find(const struct py_wants *w, enum py_word word, struct str name)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->v[i].word == word && str_eq(w->v[i].name, name))
			return &w->v[i];
	return NULL;
}

struct str py_wants_provider(const struct py_wants *w, struct str name)
{
	const struct py_want *alias = py_wants_find(w, PY_ALIAS, name);

	return alias ? alias->more.v[0] : name;
}
