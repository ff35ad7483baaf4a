/* SPDX-License-Identifier: MIT
 *
 * The edits' journal as bytes. It comes with the project's folder, and so from whoever sent that:
 * what it names lies below the project. */
#include "recipe/files_int.h"

/* A path that leads nowhere but down. */
static bool is_below(struct str path)
{
	struct str part;

	if (!path.n || path.p[path.n - 1] == '/' || str_chr(path, '\0') >= 0)
		return false;
	while (str_split(&path, '/', &part))
		if (!part.n || str_eqz(part, ".") || str_eqz(part, ".."))
			return false;
	return true;
}

static bool read_hash(struct str text, struct hash *out)
{
	ERR(ignored);

	return text.n == 64 && !hash_parse(text, HASH_SHA256, out, &ignored);
}

errint journal_parse(struct str text, struct arena *a, struct journal_text *out, struct err *err)
{
	struct str line, old, new;
	unsigned at = 1;
	size_t lines = 1;

	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	*out = (struct journal_text){.v = ARENA_ARRAY(a, struct journal_line, lines)};
	if (!str_split(&text, '\n', &line))
		return err_set(err, ERR_CORRUPT, "it is empty");
	out->committed = str_eqz(line, "commit");
	if (!out->committed && !str_eqz(line, "prepare"))
		return err_set(err, ERR_CORRUPT, "line 1 is neither 'prepare' nor 'commit'");
	while (str_split(&text, '\n', &line)) {
		struct journal_line *l = &out->v[out->n];

		at++;
		if (!line.n)
			continue;
		if (!str_cut(line, ' ', &old, &line) || !str_cut(line, ' ', &new, &l->path) ||
		    !read_hash(old, &l->old) || !read_hash(new, &l->new))
			return err_set(err, ERR_CORRUPT, "line %u has not two hashes and a path",
				       at);
		if (!is_below(l->path))
			return err_set(err, ERR_CORRUPT, "line %u names no file below the project",
				       at);
		out->n++;
	}
	return 0;
}

void journal_print(const struct journal_text *j, struct buf *out)
{
	char old[HASH_TEXT_MAX], new[HASH_TEXT_MAX];

	buf_printf(out, "%s\n", j->committed ? "commit" : "prepare");
	for (size_t i = 0; i < j->n; i++) {
		const struct journal_line *l = &j->v[i];

		hash_format(&l->old, HASH_BASE16, false, old);
		hash_format(&l->new, HASH_BASE16, false, new);
		buf_printf(out, "%s %s %.*s\n", old, new, STR_ARG(l->path));
	}
}
