/* SPDX-License-Identifier: MIT
 *
 * Environments as sorted lists, and lists of folders in one variable. */
#include "env/activation_int.h"

#include <ctype.h>
#include <stdlib.h>

extern char **environ;

bool environ_name_ok(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] != '_' && !isalnum((unsigned char)name.p[i]))
			return false;
	return name.n > 0 && !isdigit((unsigned char)name.p[0]);
}

/* What a shell sets by itself, or what is of one process alone. */
static bool is_a_shells_own(struct str name)
{
	static const char *const names[] = {"_",        "PWD",   "OLDPWD",    "SHLVL",
					    "BASHOPTS", "LINES", "SHELLOPTS", "COLUMNS"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eqz(name, names[i]))
			return true;
	return str_starts(name, S("_KILN_"));
}

static int cmp_vars(const void *a, const void *b)
{
	return str_cmp(((const struct environ_var *)a)->name,
		       ((const struct environ_var *)b)->name);
}

void environ_take(struct arena *a, struct environ_copy *out)
{
	size_t n = 0;

	while (environ[n])
		n++;
	*out = (struct environ_copy){ARENA_ARRAY(a, struct environ_var, n + 1), 0};
	for (size_t i = 0; i < n; i++) {
		struct str name, value;

		if (str_cut(str_c(environ[i]), '=', &name, &value) && environ_name_ok(name) &&
		    !is_a_shells_own(name))
			out->v[out->n++] =
				(struct environ_var){arena_str(a, name), arena_str(a, value)};
	}
	qsort(out->v, out->n, sizeof(*out->v), cmp_vars);
}

const struct str *environ_find(const struct environ_copy *e, struct str name)
{
	const struct environ_var key = {.name = name};
	const struct environ_var *found =
		e->n ? bsearch(&key, e->v, e->n, sizeof(*e->v), cmp_vars) : NULL;

	return found ? &found->value : NULL;
}

void environ_print(const struct environ_copy *e, struct buf *out)
{
	for (size_t i = 0; i < e->n; i++) {
		buf_puts(out, e->v[i].name);
		buf_putc(out, '\0');
		buf_puts(out, e->v[i].value);
		buf_putc(out, '\0');
	}
}

errint environ_parse(struct arena *a, struct str text, struct environ_copy *out, struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\0';
	*out = (struct environ_copy){ARENA_ARRAY(a, struct environ_var, n / 2 + 1), 0};
	while (text.n) {
		struct str name, value;

		if (!str_cut(text, '\0', &name, &text) || !str_cut(text, '\0', &value, &text) ||
		    !environ_name_ok(name))
			return err_set(err, ERR_CORRUPT, "a kept environment is not whole");
		out->v[out->n++] = (struct environ_var){arena_str(a, name), arena_str(a, value)};
	}
	qsort(out->v, out->n, sizeof(*out->v), cmp_vars);
	return 0;
}

void environ_changes(const struct environ_copy *was, const struct environ_copy *is,
		     environ_change_fn *fn, void *ctx)
{
	size_t i = 0, j = 0;

	while (i < was->n || j < is->n) {
		int c = i == was->n ? 1 : j == is->n ? -1 : str_cmp(was->v[i].name, is->v[j].name);

		if (c < 0) {
			fn(ctx, was->v[i].name, &was->v[i].value, NULL);
			i++;
		} else if (c > 0) {
			fn(ctx, is->v[j].name, NULL, &is->v[j].value);
			j++;
		} else {
			if (!str_eq(was->v[i].value, is->v[j].value))
				fn(ctx, is->v[j].name, &was->v[i].value, &is->v[j].value);
			i++;
			j++;
		}
	}
}

bool environ_is_list(struct str name)
{
	return str_ends(name, S("PATH")) || str_ends(name, S("_DIRS"));
}

static bool list_has(struct str list, struct str entry)
{
	struct str piece;

	while (str_split(&list, ':', &piece))
		if (str_eq(piece, entry))
			return true;
	return false;
}

/* Of `from` what `in` has, or has not. */
static struct str list_sift(struct arena *a, struct str from, struct str in, bool has)
{
	BUF(out, LIMIT_SMALL_FILE);
	struct str piece;
	bool first = true;

	while (str_split(&from, ':', &piece))
		if (list_has(in, piece) == has) {
			if (!first)
				buf_putc(&out, ':');
			buf_puts(&out, piece);
			first = false;
		}
	return arena_str(a, buf_str(&out));
}

struct str environ_list_added(struct arena *a, struct str was, struct str is)
{
	return list_sift(a, is, was, false);
}

struct str environ_list_without(struct arena *a, struct str list, struct str entries)
{
	return list_sift(a, list, entries, false);
}

void environ_set(struct str name, struct str value)
{
	char *n CLEANUP_FREE = str_dupz(name);
	char *v CLEANUP_FREE = str_dupz(value);

	setenv(n, v, 1);
}

void environ_unset(struct str name)
{
	char *n CLEANUP_FREE = str_dupz(name);

	unsetenv(n);
}
