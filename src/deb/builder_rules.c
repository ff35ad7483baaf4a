/* SPDX-License-Identifier: MIT
 *
 * The rules that change files: each does its work whole or fails with its line, and a rule that
 * finds nothing to do is an error, so that the data cannot grow stale unseen (`trim` apart). */
#include "deb/deb_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"

static errint make_parent(int root, struct str path, struct err *err)
{
	char *dir CLEANUP_FREE = str_dupz(path_dir(path));

	return mkdir_p(root, dir, 0755, err);
}

static errint remove_all(struct deb_build *b, const struct deb_rule *r, bool must, struct err *err)
{
	struct str_list found;
	errint rc = (must ? deb_glob_some : deb_glob)(b->arena, b->root, r->arg[0], &found, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < found.n; i++) {
		rc = remove_tree(b->root, arena_strz(b->arena, found.v[i]), err);
		if (rc)
			return rc;
	}
	return 0;
}

static errint rule_move(struct deb_build *b, const struct deb_rule *r, struct err *err)
{
	char *from CLEANUP_FREE = str_dupz(r->arg[0]);
	char *to CLEANUP_FREE = str_dupz(r->arg[1]);
	errint rc = make_parent(b->root, r->arg[1], err);

	if (rc)
		return rc;
	if (renameat(b->root, from, b->root, to))
		return err_sys(err, "cannot move '%s' to '%s'", from, to);
	return 0;
}

static errint rule_link(struct deb_build *b, const struct deb_rule *r, struct err *err)
{
	char *path CLEANUP_FREE = str_dupz(r->arg[0]);
	char *text CLEANUP_FREE = str_dupz(r->arg[1]);
	errint rc = make_parent(b->root, r->arg[0], err);

	if (rc)
		return rc;
	if (symlinkat(text, b->root, path))
		return err_sys(err, "cannot link '%s'", path);
	return 0;
}

static errint rule_copy(struct deb_build *b, const struct deb_rule *r, struct err *err)
{
	char *from CLEANUP_FREE = str_dupz(r->arg[0]);
	char *to CLEANUP_FREE = str_dupz(r->arg[1]);
	BUF(text, LIMIT_DEB_TEXT);
	errint rc = file_read(AT_FDCWD, from, &text, err);

	if (!rc)
		rc = make_parent(b->root, r->arg[1], err);
	if (rc)
		return rc;
	return file_write(b->root, to, buf_str(&text), 0644, 0, err);
}

static errint rule_concat(struct deb_build *b, const struct deb_rule *r, struct err *err)
{
	char *to CLEANUP_FREE = str_dupz(r->arg[0]);
	struct str_list found;
	BUF(all, LIMIT_DEB_TEXT);
	errint rc = deb_glob_some(b->arena, b->root, r->arg[1], &found, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < found.n; i++) {
		rc = file_read(b->root, arena_strz(b->arena, found.v[i]), &all, err);
		if (rc)
			return rc;
		if (all.n && all.p[all.n - 1] != '\n')
			buf_putc(&all, '\n');
	}
	rc = buf_check(&all, to, err);
	if (!rc)
		rc = make_parent(b->root, r->arg[0], err);
	if (rc)
		return rc;
	return file_write(b->root, to, buf_str(&all), 0644, 0, err);
}

static errint replace_in(struct deb_build *b, const struct deb_rule *r, struct str path,
			 struct err *err)
{
	struct str old = r->arg[1], new = r->arg[2], rest;
	char *z CLEANUP_FREE = str_dupz(path);
	BUF(text, LIMIT_DEB_TEXT);
	BUF(result, LIMIT_DEB_TEXT);
	struct stat st;
	size_t count = 0;
	ptrdiff_t at;

	if (fstatat(b->root, z, &st, AT_SYMLINK_NOFOLLOW))
		return err_sys(err, "cannot look at '%s'", z);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_CORRUPT, "'%s' is no file", z);
	errint rc = file_read(b->root, z, &text, err);
	if (rc)
		return rc;
	rest = buf_str(&text);
	while ((at = str_find(rest, old)) >= 0) {
		buf_put(&result, rest.p, (size_t)at);
		buf_puts(&result, new);
		rest = str_skip(rest, (size_t)at + old.n);
		count++;
	}
	buf_puts(&result, rest);
	if (!count)
		return err_set(err, ERR_NOT_FOUND, "'%s' does not contain '%.*s'", z, STR_ARG(old));
	rc = buf_check(&result, z, err);
	if (rc)
		return rc;
	return file_write(b->root, z, buf_str(&result), st.st_mode & 0777, 0, err);
}

static errint rule_replace(struct deb_build *b, const struct deb_rule *r, struct err *err)
{
	struct str_list found;

	if (!r->arg[1].n)
		return err_set(err, ERR_CORRUPT, "the text to replace is empty");
	errint rc = deb_glob_some(b->arena, b->root, r->arg[0], &found, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < found.n; i++) {
		rc = replace_in(b, r, found.v[i], err);
		if (rc)
			return rc;
	}
	return 0;
}

/* What the scan of a file holds at a time: libraries of hundreds of MB are not kept in memory. */
enum { WINDOW = 1 << 20 };

/* Counts old in n bytes that begin at offset `at` of the file; with new, writes it over each. *used
 * is the end of the last one. Overlaps do not count. */
static errint scan_window(int fd, const char *p, size_t n, off_t at, struct str old,
			  const struct str *new, uint64_t *count, size_t *used, struct err *err)
{
	const char *found;

	*used = 0;
	while ((found = memmem(p + *used, n - *used, old.p, old.n))) {
		off_t place = at + (found - p);

		if (new &&pwrite(fd, new->p, new->n, place) != (ssize_t) new->n)
			return err_sys(err, "cannot write");
		*used = (size_t)(found - p) + old.n;
		(*count)++;
	}
	return 0;
}

/* The same over a whole file, window by window; windows overlap by what a match could have begun.
 */
static errint each_occurrence(int fd, struct str old, const struct str *new, uint64_t *count,
			      struct err *err)
{
	char *window CLEANUP_FREE = xmalloc(WINDOW + old.n);
	off_t at = 0;
	errint rc;

	*count = 0;
	for (;;) {
		ssize_t got = pread(fd, window, WINDOW + old.n, at);
		size_t used;

		if (got < 0)
			return err_sys(err, "cannot read");
		if ((size_t)got < old.n)
			return 0;
		rc = scan_window(fd, window, (size_t)got, at, old, new, count, &used, err);
		if (rc)
			return rc;
		at += (off_t)MAX(used, (size_t)got - (old.n - 1));
	}
}

static errint open_binary(struct deb_build *b, struct str path, int *out, struct err *err)
{
	char *z CLEANUP_FREE = str_dupz(path);
	int fd CLEANUP_FD = openat(b->root, z, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return err_sys(err, "cannot open '%s'", z);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_CORRUPT, "'%s' is no file", z);
	*out = STEAL_FD(fd);
	return 0;
}

static errint rule_bytes(struct deb_build *b, const struct deb_rule *r, struct err *err)
{
	struct str old = r->arg[1], new = r->arg[2];
	int fd CLEANUP_FD = -1;
	uint64_t want, got;

	if (!old.n || old.n != new.n || !str_to_u64(r->arg[3], &want))
		return err_set(
			err, ERR_CORRUPT,
			"'bytes' takes two texts of the same length and a count, not %zu, %zu "
			"and '%.*s'",
			old.n, new.n, STR_ARG(r->arg[3]));
	errint rc = open_binary(b, r->arg[0], &fd, err);
	if (!rc)
		rc = each_occurrence(fd, old, NULL, &got, err);
	if (rc)
		return rc;
	if (got != want) {
		err_set(err, ERR_MISMATCH, "'%.*s' has '%.*s' another number of times",
			STR_ARG(r->arg[0]), STR_ARG(old));
		return err_detail(err, "specified: %llu\n      got: %llu", (unsigned long long)want,
				  (unsigned long long)got);
	}
	return each_occurrence(fd, old, &new, &got, err);
}

/* The text with the NUL that ends the string before it. */
static struct str after_nul(struct deb_build *b, struct str s)
{
	return str_n(arena_printf(b->arena, "%c%.*s", 0, STR_ARG(s)), s.n + 1);
}

errint deb_sweep(struct deb_build *b, struct str path, struct err *err)
{
	int fd CLEANUP_FD = -1;
	uint64_t count;

	for (size_t i = 0; i < b->rules.n; i++) {
		const struct deb_rule *r = &b->rules.v[i];
		struct str from, to;

		if (r->verb != DEB_SWEEP)
			continue;
		if (!r->arg[0].n || r->arg[0].n != r->arg[1].n)
			return err_set(
				err, ERR_CORRUPT,
				"relocation rule %u: 'sweep' takes two texts of the same length",
				r->line);
		errint rc = fd < 0 ? open_binary(b, path, &fd, err) : 0;
		if (rc)
			return rc;
		from = after_nul(b, r->arg[0]);
		to = after_nul(b, r->arg[1]);
		if (each_occurrence(fd, from, &to, &count, err))
			return err_wrap(err, "'%.*s'", STR_ARG(path));
	}
	return 0;
}

static errint apply(struct deb_build *b, const struct deb_rule *r, struct err *err)
{
	switch (r->verb) {
	case DEB_DROP:
		return remove_all(b, r, true, err);
	case DEB_TRIM:
		return remove_all(b, r, false, err);
	case DEB_MOVE:
		return rule_move(b, r, err);
	case DEB_LINK:
		return rule_link(b, r, err);
	case DEB_COPY:
		return rule_copy(b, r, err);
	case DEB_CONCAT:
		return rule_concat(b, r, err);
	case DEB_REPLACE:
		return rule_replace(b, r, err);
	case DEB_BYTES:
		return rule_bytes(b, r, err);
	case DEB_WRITE:
		return deb_rule_write(b, r, err);
	case DEB_WRAP:
		return deb_rule_wrap(b, r, err);
	case DEB_PATHS:
		return deb_rule_paths(b, r, err);
	case DEB_REDIRECT:
		return deb_rule_redirect(b, r, err);
	case DEB_CONFIG:
		return deb_rule_config(b, r, err);
	default:
		return 0; /* another phase's */
	}
}

errint deb_apply_rules(struct deb_build *b, struct err *err)
{
	for (size_t i = 0; i < b->rules.n; i++) {
		const struct deb_rule *r = &b->rules.v[i];

		if (apply(b, r, err))
			return err_wrap(err, "relocation rule %u ('%s')", r->line,
					deb_verb_word(r->verb));
	}
	return deb_prune_folders(b->root, err);
}
