/* SPDX-License-Identifier: MIT
 *
 * What stands in a project's texts: installations at build or start, and fetches that evaluation
 * makes without a hash. Comments are passed over. */
#include <stdlib.h>

#include "base/file.h"
#include "checklist/checklist_int.h"

/* The part of a line before its comment; a '#' within a word ("github:x#y") begins none. */
static struct str without_comment(struct str line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == '#' && (!i || line.p[i - 1] == ' ' || line.p[i - 1] == '\t'))
			return str_sub(line, 0, i);
	return line;
}

/* Is a program called with this verb? Options may stand between. */
static bool calls(struct str line, struct str program, struct str verb)
{
	for (struct str rest = line; rest.n;) {
		ptrdiff_t at = str_find(rest, program);
		struct str word;

		if (at < 0)
			return false;
		rest = str_skip(rest, (size_t)at + program.n);
		if (!rest.n || rest.p[0] != ' ')
			continue;
		struct str words = str_trim(rest);
		do {
			if (!str_split(&words, ' ', &word))
				return false;
		} while (!word.n || word.p[0] == '-');
		if (str_eq(word, verb))
			return true;
	}
	return false;
}

static bool installs(struct str line)
{
	static const struct {
		struct str program, verb;
	} v[] = {
		{S("pip"), S("install")},   {S("pip3"), S("install")}, {S("conda"), S("install")},
		{S("mamba"), S("install")}, {S("uv"), S("sync")},      {S("uv"), S("add")},
	};

	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		if (calls(line, v[i].program, v[i].verb))
			return true;
	return str_find(line, S("easy_install ")) >= 0;
}

static void look_for_pip(struct listing *l, struct str shown, struct str text)
{
	struct str rest = text, line;

	for (unsigned n = 1; str_split(&rest, '\n', &line); n++)
		if (installs(without_comment(line)))
			listing_add(l, CHECKLIST_NO_PIP, shown, n,
				    "name the package among the recipe's dependencies", "'%.*s'",
				    STR_ARG(str_trim(line)));
}

/* Is what follows a fetcher's name a URL alone, or arguments of which none fixes what comes? */
static bool is_unfixed(struct str rest)
{
	static const struct str fix[] = {S("sha256"), S("hash"), S("Hash"), S("rev")};

	rest = str_trim(rest);
	if (str_starts(rest, S("\"")) || str_starts(rest, S("http")))
		return true;
	ptrdiff_t end = str_chr(rest, '}');
	if (!str_starts(rest, S("{")) || end < 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(fix); i++)
		if (str_find(str_sub(rest, 0, (size_t)end), fix[i]) >= 0)
			return false;
	return true;
}

static void look_for_fetches(struct listing *l, struct str shown, struct str text)
{
	static const struct str names[] = {S("fetchTarball"),      S("fetchGit"),
					   S("fetchTree"),         S("fetchMercurial"),
					   S("builtins.fetchurl"), S("getFlake")};
	struct str rest = text, line;

	for (unsigned n = 1; str_split(&rest, '\n', &line); n++)
		for (size_t i = 0; i < ARRAY_LEN(names); i++) {
			struct str code = without_comment(line);
			ptrdiff_t at = str_find(code, names[i]);

			/* Arguments may go on behind the line. */
			if (at < 0 || !is_unfixed(str_skip(text, (size_t)(code.p - text.p) +
									 (size_t)at + names[i].n)))
				continue;
			listing_add(l, CHECKLIST_HASHED, shown, n,
				    "give it a hash or a rev: kiln prefetch tells them",
				    "%.*s fetches without a hash", STR_ARG(names[i]));
		}
}

static errint look_at(struct listing *l, const char *shown, struct err *err)
{
	BUF(text, LIMIT_NIX_SOURCE);
	char *path CLEANUP_FREE = path_join(str_c(l->files.project), str_c(shown));
	ERR(why);
	errint rc = file_read(AT_FDCWD, path, &text, &why);

	if (rc == ERR_NOT_FOUND)
		return 0;
	if (rc)
		return err_move(err, &why);
	look_for_pip(l, str_c(shown), buf_str(&text));
	if (str_ends(str_c(shown), S(".nix")))
		look_for_fetches(l, str_c(shown), buf_str(&text));
	return 0;
}

errint list_texts(struct listing *l, struct err *err)
{
	static const char *const others[] = {"versions.nix", ".flox/env/manifest.toml"};
	errint rc = 0;

	for (size_t i = 0; !rc && i < l->recipes.n; i++)
		if (listing_wants(l, l->recipes.v[i].name))
			rc = look_at(l, arena_strz(l->a, listing_file(l, l->recipes.v[i].name)),
				     err);
	for (size_t i = 0; !rc && i < ARRAY_LEN(others); i++)
		rc = look_at(l, others[i], err);
	return rc;
}
