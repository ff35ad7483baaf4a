/* SPDX-License-Identifier: MIT
 *
 * Texts that hold Debian paths by their kind: the first line of scripts, pkg-config files, and the
 * linker scripts that stand where a library is expected. Other texts are named by rules. */
#include "deb/deb_int.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"

enum { HEAD_SIZE = 4096 };

static bool is_file(struct str path)
{
	char *z CLEANUP_FREE = str_dupz(path);
	struct stat st;

	return stat(z, &st) == 0 && S_ISREG(st.st_mode);
}

/* bin/NAME of the output or of a dependency. */
static bool find_program(struct deb_build *b, struct str name, struct str *out)
{
	for (size_t i = 0; i <= b->deps.n; i++) {
		struct str top = i ? b->deps.v[i - 1] : b->out;
		struct str path =
			str_c(arena_printf(b->arena, "%.*s/bin/%.*s", STR_ARG(top), STR_ARG(name)));

		if (!is_file(path))
			continue;
		*out = path;
		return true;
	}
	return false;
}

/* Takes the next blank-separated word off rest. */
static struct str next_word(struct str *rest)
{
	size_t n = 0;
	struct str word;

	*rest = str_trim(*rest);
	while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
		n++;
	word = str_sub(*rest, 0, n);
	*rest = str_trim(str_skip(*rest, n));
	return word;
}

static errint rewrite(struct deb_build *b, const char *path, struct str bytes, struct err *err)
{
	struct stat st;

	if (fstatat(b->root, path, &st, AT_SYMLINK_NOFOLLOW))
		return err_sys(err, "cannot look at '%s'", path);
	return file_write(b->root, path, bytes, st.st_mode & 0777, 0, err);
}

/* `#!/usr/bin/env python3` and `#!/bin/sh -e` name the program itself, in the store. */
static errint fix_shebang(struct deb_build *b, const char *path, struct str text, struct err *err)
{
	struct str line = text, rest = text, name, program;
	BUF(result, LIMIT_DEB_TEXT);

	str_split(&rest, '\n', &line);
	line = str_skip(line, 2);
	name = path_base(next_word(&line));
	if (str_eq(name, S("env")))
		name = path_base(next_word(&line));
	if (!find_program(b, name, &program)) {
		err_set(err, ERR_NOT_FOUND, "'%s' is a script for '%.*s', which no dependency has",
			path, STR_ARG(name));
		return err_hint(err, "give its group the dependency, or a 'drop' rule");
	}
	buf_printf(&result, "#!%.*s%s%.*s\n", STR_ARG(program), line.n ? " " : "", STR_ARG(line));
	if (rest.p)
		buf_puts(&result, rest);
	errint rc = buf_check(&result, path, err);
	if (rc)
		return rc;
	return rewrite(b, path, buf_str(&result), err);
}

static bool ends_path(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == ')' || c == '(' || c == ',' || c == '"';
}

/* Replaces every absolute path that is found in the store and is a word of its own, or follows '='
 * or an option of one letter ("prefix=/usr", "-I/usr/include"). */
static errint fix_paths(struct deb_build *b, const char *path, struct str text, struct err *err)
{
	BUF(result, LIMIT_DEB_TEXT);
	size_t i = 0;

	while (i < text.n) {
		size_t n = 0;
		struct str word, found;
		bool starts = i == 0 || ends_path(text.p[i - 1]) || text.p[i - 1] == '=' ||
			      (i > 1 && text.p[i - 2] == '-');

		if (text.p[i] != '/' || !starts) {
			buf_putc(&result, text.p[i++]);
			continue;
		}
		while (i + n < text.n && !ends_path(text.p[i + n]))
			n++;
		word = str_sub(text, i, n);
		if (str_eq(word, S("/usr")))
			buf_puts(&result, b->out);
		else
			buf_puts(&result, deb_find_path(b, word, &found) ? found : word);
		i += n;
	}
	errint rc = buf_check(&result, path, err);
	if (rc)
		return rc;
	return rewrite(b, path, buf_str(&result), err);
}

/* Appends text with every `from` in it, and a slash behind that ends the path, as `to`. */
static void replace_folder(struct str text, struct str from, struct str to, struct buf *out)
{
	ptrdiff_t at;

	while ((at = str_find(text, from)) >= 0) {
		buf_put(out, text.p, (size_t)at);
		buf_puts(out, to);
		text = str_skip(text, (size_t)at + from.n);
		if (text.n && text.p[0] == '/' && (text.n == 1 || ends_path(text.p[1])))
			text = str_skip(text, 1);
	}
	buf_puts(out, text);
}

/* "/lib/<triplet>" is "/lib", as the layout has it. */
static struct str flat_folder(struct deb_build *b, size_t i, struct str *to)
{
	static const char *const dirs[] = {"/lib", "/include"};

	if (i >= ARRAY_LEN(dirs))
		return STR_NULL;
	*to = str_c(dirs[i]);
	return str_c(arena_printf(b->arena, "%s/%.*s", dirs[i], STR_ARG(b->triplet)));
}

/* A folder that a rule lays elsewhere, as it stands behind /usr or ${prefix}. */
static struct str laid_folder(struct deb_build *b, const struct deb_rule *r, struct str *to)
{
	struct str rest = str_drop_prefix(r->arg[0], S("usr"));

	if (r->verb != DEB_LAYOUT || rest.n == r->arg[0].n || rest.n < 2)
		return STR_NULL;
	*to = str_c(arena_printf(b->arena, "/%.*s", STR_ARG(r->arg[1])));
	return rest;
}

/* Paths below ${prefix} of a pkg-config file know nothing of multiarch folders any more, nor of
 * those that a rule lays elsewhere. */
static errint fix_pkg_config(struct deb_build *b, const char *path, struct str text,
			     struct err *err)
{
	struct str from, to;
	errint rc = 0;

	for (size_t i = 0; !rc && i < b->rules.n + 2; i++) {
		BUF(result, LIMIT_DEB_TEXT);

		from = i < b->rules.n ? laid_folder(b, &b->rules.v[i], &to)
				      : flat_folder(b, i - b->rules.n, &to);
		if (!from.p || str_find(text, from) < 0)
			continue;
		replace_folder(text, from, to, &result);
		rc = buf_check(&result, path, err);
		text = arena_str(b->arena, buf_str(&result));
	}
	return rc ? rc : fix_paths(b, path, text, err);
}

static bool is_linker_script(struct str path, struct str head)
{
	return (str_ends(path, S(".so")) || str_ends(path, S(".a"))) &&
	       (str_starts(head, S("/* GNU ld script")) || str_starts(head, S("INPUT")) ||
		str_starts(head, S("GROUP")));
}

static errint fix_text(struct deb_build *b, struct str path, struct err *err)
{
	char *z CLEANUP_FREE = str_dupz(path);
	int fd CLEANUP_FD = -1;
	char head[HEAD_SIZE];
	struct stat st;
	struct str start;
	ssize_t got;
	bool script;
	BUF(text, LIMIT_DEB_TEXT);
	errint rc = open_file(b->root, z, &fd, err);

	if (rc)
		return rc;
	got = pread(fd, head, sizeof(head), 0);
	if (got < 0 || fstat(fd, &st))
		return err_sys(err, "cannot read '%s'", z);
	start = str_n(head, (size_t)got);
	script = (st.st_mode & 0111) && str_starts(start, S("#!"));
	if (!script && !str_ends(path, S(".pc")) && !is_linker_script(path, start))
		return 0;
	rc = fd_read_all(fd, &text, err);
	if (rc)
		return rc;
	if (script)
		return fix_shebang(b, z, buf_str(&text), err);
	return str_ends(path, S(".pc")) ? fix_pkg_config(b, z, buf_str(&text), err)
					: fix_paths(b, z, buf_str(&text), err);
}

errint deb_fix_texts(struct deb_build *b, const struct deb_tree *t, struct err *err)
{
	errint rc = 0;

	for (size_t i = 0; !rc && i < t->n; i++)
		if (t->v[i].type == DT_REG)
			rc = fix_text(b, t->v[i].path, err);
	return rc;
}
