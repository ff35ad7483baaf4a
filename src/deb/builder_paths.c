/* SPDX-License-Identifier: MIT
 *
 * Texts that name Debian paths anywhere in them, as the scripts of autoconf and the packages of
 * CMake do: every path that this output or a dependency has becomes theirs. */
#include "deb/deb_int.h"

#include <stdlib.h>

#include "base/file.h"

static bool in_path(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("/._+-", c));
}

/* What stands before a path of its own; after the others, '/' goes on with another one. */
static bool before_path(char c)
{
	return !in_path(c) && c != '}' && c != ')' && c != '~' && c != '@';
}

/* Does a path begin at text[i]? It may follow an option of one letter, or the '-' of ${x:-/usr}. */
static bool path_begins(struct str text, size_t i)
{
	bool minus;

	if (text.p[i] != '/')
		return false;
	if (i && before_path(text.p[i - 1]))
		return true;
	minus = i > 1 && text.p[i - 1] == '-' && before_path(text.p[i - 2]);
	return !i || minus ||
	       (i > 1 && text.p[i - 2] == '-' && (i == 2 || before_path(text.p[i - 3])));
}

/* Where a path is now. One that nothing has stays, or is said to be here: then it is missed in the
 * store and not found on the host. */
static struct str place(struct deb_build *b, struct str path, bool here)
{
	struct str found, rel;

	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	if (str_eq(path, S("/usr")))
		return b->out;
	/* "/lib" alone is more often a pattern than a folder */
	if (str_find(str_skip(path, 1), S("/")) < 0)
		return path;
	if (deb_find_path(b, path, &found))
		return found;
	if (!here || !deb_layout_map(&b->layout, b->arena, str_skip(path, 1), &rel) || !rel.n)
		return path;
	return str_c(arena_printf(b->arena, "%.*s/%.*s", STR_ARG(b->out), STR_ARG(rel)));
}

/* Appends text with its paths replaced; the count of those that were. */
static size_t replace_paths(struct deb_build *b, struct str text, bool here, struct buf *out)
{
	size_t count = 0;

	for (size_t i = 0; i < text.n;) {
		struct str word = {text.p + i, 0}, to;
		size_t slashes = 0;

		if (!path_begins(text, i)) {
			buf_putc(out, text.p[i++]);
			continue;
		}
		while (i + word.n < text.n && in_path(text.p[i + word.n]))
			word.n++;
		/* a full stop ends a sentence, a slash goes on with what is no path */
		i += word.n;
		while (word.n > 1 && strchr("./", word.p[word.n - 1])) {
			word.n--;
			slashes++;
		}
		to = place(b, word, here);
		count += !str_eq(to, word);
		buf_puts(out, to);
		buf_put(out, word.p + word.n, slashes);
	}
	return count;
}

static bool is_text(struct str s)
{
	return !memchr(s.p, 0, s.n);
}

/* Runs change over each regular text file that matches; the count of what it replaced. */
static errint each_text(struct deb_build *b, const struct deb_rule *r,
			size_t (*change)(struct deb_build *b, struct str text, struct buf *out),
			size_t *out, struct err *err)
{
	struct str_list found;
	size_t count = 0;
	errint rc = deb_glob(b->arena, b->root, r->arg[0], &found, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < found.n; i++) {
		char *z CLEANUP_FREE = str_dupz(found.v[i]);
		BUF(text, LIMIT_DEB_TEXT);
		BUF(result, LIMIT_DEB_TEXT);
		struct stat st;
		size_t changed;

		if (fstatat(b->root, z, &st, AT_SYMLINK_NOFOLLOW))
			return err_sys(err, "cannot look at '%s'", z);
		if (!S_ISREG(st.st_mode))
			continue;
		rc = file_read(b->root, z, &text, err);
		if (rc)
			return rc;
		if (!is_text(buf_str(&text)))
			continue;
		changed = change(b, buf_str(&text), &result);
		rc = buf_check(&result, z, err);
		if (!rc && changed)
			rc = file_write(b->root, z, buf_str(&result), st.st_mode & 0777, 0, err);
		if (rc)
			return rc;
		count += changed;
	}
	*out = count;
	return 0;
}

static size_t change_paths(struct deb_build *b, struct str text, struct buf *out)
{
	return replace_paths(b, text, false, out);
}

errint deb_rule_paths(struct deb_build *b, const struct deb_rule *r, struct err *err)
{
	size_t count;
	errint rc = each_text(b, r, change_paths, &count, err);

	if (rc || count)
		return rc;
	return err_set(err, ERR_NOT_FOUND, "no text that matches '%.*s' has a path to replace",
		       STR_ARG(r->arg[0]));
}

/* A package of CMake works out its prefix from where it lies, by steps that counted the multiarch
 * folder; and its libraries are in another store path. A NAME-config script has /usr. */
static size_t change_config(struct deb_build *b, struct str text, struct buf *out)
{
	static const struct str prefixes[] = {{"${_IMPORT_PREFIX}/", 18},
					      {"${PACKAGE_PREFIX_DIR}/", 22}};
	BUF(absolute, LIMIT_DEB_TEXT);
	size_t count = 0;

	while (text.n) {
		size_t at = 0;

		while (at < ARRAY_LEN(prefixes) && !str_starts(text, prefixes[at]))
			at++;
		if (at < ARRAY_LEN(prefixes)) {
			buf_putz(&absolute, "/usr/");
			text = str_skip(text, prefixes[at].n);
			count++;
			continue;
		}
		buf_putc(&absolute, text.p[0]);
		text = str_skip(text, 1);
	}
	return count + replace_paths(b, buf_str(&absolute), true, out);
}

errint deb_rule_config(struct deb_build *b, const struct deb_rule *r, struct err *err)
{
	size_t ignored;

	return each_text(b, r, change_config, &ignored, err);
}
