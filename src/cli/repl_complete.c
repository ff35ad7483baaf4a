/* SPDX-License-Identifier: MIT
 *
 * Completion: commands, files, variables, and attributes of what stands before the last dot. */
#include "cli/repl.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include "base/arena.h"
#include "base/environ.h"
#include "base/file.h"

struct candidates {
	struct arena *a;
	struct str *v;
	size_t n, cap;
};

static void offer(struct candidates *c, struct str s)
{
	ARRAY_GROW(c->v, c->n, c->cap);
	c->v[c->n++] = s;
}

/* ---- files ---- */

static void offer_files(struct candidates *c, struct str word)
{
	ptrdiff_t slash = str_rchr(word, '/');
	struct str shown = str_sub(word, 0, (size_t)(slash + 1));
	struct str prefix = str_skip(word, (size_t)(slash + 1));
	struct dir_list list CLEANUP(dir_list_release) = {0};
	const char *dir = shown.n ? arena_strz(c->a, shown) : ".";
	ERR(none);

	if (str_starts(shown, S("~/")))
		dir = arena_printf(c->a, "%s%s", env_or("HOME", ""), dir + 1);
	if (dir_list(AT_FDCWD, dir, &list, &none) < 0)
		return;
	for (size_t i = 0; i < list.n; i++) {
		struct str name = str_c(list.v[i].name);

		if (!str_starts(name, prefix) || (name.p[0] == '.' && !prefix.n))
			continue;
		offer(c, str_c(arena_printf(c->a, "%.*s%.*s%s", STR_ARG(shown), STR_ARG(name),
					    list.v[i].type == DT_DIR ? "/" : "")));
	}
}

/* ---- the program's names ---- */

static void offer_names(struct repl *r, struct candidates *c, struct str prefix)
{
	struct str *names;
	size_t n;

	eval_scope_names(r->scope, true, c->a, &names, &n);
	for (size_t i = 0; i < n; i++)
		if (str_starts(names[i], prefix))
			offer(c, names[i]);
}

static void offer_attrs(struct repl *r, struct candidates *c, struct str word, size_t dot)
{
	struct str before = str_sub(word, 0, dot), prefix = str_skip(word, dot + 1);
	struct value *set;
	struct str *names;
	size_t n;
	ERR(none);

	if (repl_eval(r, before, &set, &none) < 0 || !eval_is_attrs(set) ||
	    eval_attr_names(r->e.eval, set, c->a, &names, &n, &none) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		BUF(shown, LIMIT_SMALL_FILE);

		/* The editor only adds to what is there, so an opening quote is to be typed. */
		eval_print_name(&shown, names[i]);
		if (!shown.over && str_starts(buf_str(&shown), prefix))
			offer(c, str_c(arena_printf(c->a, "%.*s.%.*s", STR_ARG(before),
						    STR_ARG(buf_str(&shown)))));
	}
}

/* Where the word starts that the cursor is at the end of. */
static size_t word_start(struct str line)
{
	size_t n = line.n;

	while (n && !strchr(" \t\r\n(){}[];,=!+*&|", line.p[n - 1]))
		n--;
	return n;
}

static bool loads_file(struct str line)
{
	return str_starts(line, S(":l ")) || str_starts(line, S(":load "));
}

void repl_complete(struct repl *r, struct str line, struct arena *a, struct str **out, size_t *n,
		   size_t *from)
{
	struct candidates c = {.a = a};
	struct str word;
	ptrdiff_t dot;

	*from = word_start(line);
	word = str_skip(line, *from);
	dot = str_rchr(word, '.');
	if (loads_file(line) || str_chr(word, '/') >= 0) {
		offer_files(&c, word);
	} else if (*from == 0 && str_starts(word, S(":"))) {
		repl_command_names(word, a, out, n);
		return;
	} else if (dot < 0) {
		offer_names(r, &c, word);
	} else {
		offer_attrs(r, &c, word, (size_t)dot);
	}
	*out = ARENA_ARRAY(a, struct str, c.n + 1);
	if (c.n)
		memcpy(*out, c.v, c.n * sizeof(**out));
	*n = c.n;
	free(c.v);
}
