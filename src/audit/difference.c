/* SPDX-License-Identifier: MIT
 *
 * The walk over both trees at once. */
#include "audit/difference_int.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"

static const struct {
	const char *name, *text, *cure;
} causes[] = {
#define X(id, name, text, cure) {name, text, cure},
	DIFFERENCE_CAUSES(X)
#undef X
};

const char *difference_name(enum difference_cause c)
{
	return causes[c].name;
}

const char *difference_text(enum difference_cause c)
{
	return causes[c].text;
}

const char *difference_cure(enum difference_cause c)
{
	return causes[c].cure;
}

void differences_release(struct differences *d)
{
	free(d->v);
	*d = (struct differences){0};
}

size_t difference_at(struct str before, struct str after)
{
	size_t n = MIN(before.n, after.n), i = 0;

	for (; i + 4096 <= n && memcmp(before.p + i, after.p + i, 4096) == 0; i += 4096)
		;
	while (i < n && before.p[i] == after.p[i])
		i++;
	return i;
}

/* Something of what stands there, as it can be printed. */
static struct str shown(struct arena *a, struct str bytes, uint64_t at)
{
	enum { BEFORE = 12 };
	struct str part = str_sub(bytes, at > BEFORE ? (size_t)at - BEFORE : 0, DIFFERENCE_SHOWN);
	char *p = arena_strz(a, part);

	for (size_t i = 0; i < part.n; i++)
		if ((unsigned char)p[i] < ' ' || (unsigned char)p[i] > '~')
			p[i] = '.';
	return (struct str){p, part.n};
}

void difference_add_at(struct tree_comparison *c, const struct pair *p, enum difference_cause cause,
		       uint64_t offset, uint64_t offset_after)
{
	struct differences *d = c->out;

	if (d->n == c->max) {
		d->left_out++;
		return;
	}
	ARRAY_GROW(d->v, d->n, d->cap);
	d->v[d->n++] = (struct difference){
		.file = arena_str(c->a, p->name),
		.cause = cause,
		.offset = offset,
		.before = shown(c->a, p->before, offset),
		.after = shown(c->a, p->after, offset_after),
	};
}

void difference_add(struct tree_comparison *c, const struct pair *p, enum difference_cause cause,
		    uint64_t offset)
{
	difference_add_at(c, p, cause, offset, offset);
}

static void add_plain(struct tree_comparison *c, struct str name, enum difference_cause cause)
{
	const struct pair p = {.name = name, .before = S(""), .after = S("")};

	difference_add(c, &p, cause, 0);
}

struct side {
	int dir; /* a folder */
	const char *name;
};
/* Where one thing is, both times. */
struct places {
	struct side before, after;
	struct str path; /* within the tree */
};

/* Files of the store do not change, so that they can be looked at where they are. */
static errint map_file(const struct side *at, struct str *out, struct err *err)
{
	int fd CLEANUP_FD = -1;
	struct stat st;
	errint rc = open_file(at->dir, at->name, &fd, err);

	*out = S("");
	if (rc)
		return rc;
	if (fstat(fd, &st))
		return err_sys(err, "reading '%s'", at->name);
	if (!st.st_size)
		return 0;
	void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return err_sys(err, "reading '%s'", at->name);
	*out = (struct str){p, (size_t)st.st_size};
	return 0;
}

static void unmap(struct str s)
{
	if (s.n)
		munmap((void *)s.p, s.n);
}

static errint compare_files(struct tree_comparison *c, const struct places *at, struct err *err)
{
	struct pair p = {.name = at->path};
	errint rc = map_file(&at->before, &p.before, err);

	if (rc)
		return rc;
	rc = map_file(&at->after, &p.after, err);
	if (!rc && !str_eq(p.before, p.after))
		rc = difference_look(c, &p, err);
	unmap(p.before);
	unmap(p.after);
	return rc;
}

static errint compare_links(struct tree_comparison *c, const struct places *at, struct err *err)
{
	char *before CLEANUP_FREE = NULL, *after CLEANUP_FREE = NULL;
	errint rc = read_link(at->before.dir, at->before.name, &before, err);

	if (!rc)
		rc = read_link(at->after.dir, at->after.name, &after, err);
	if (!rc && strcmp(before, after)) {
		const struct pair p = {at->path, str_c(before), str_c(after), 0};

		difference_add(c, &p, DIFFERENCE_KIND, 0);
	}
	return rc;
}

static errint compare(struct tree_comparison *c, const struct places *at, unsigned depth,
		      struct err *err);

/* Both lists are sorted. */
static errint compare_lists(struct tree_comparison *c, const struct places *at,
			    const struct dir_list *b, const struct dir_list *f, unsigned depth,
			    struct err *err)
{
	errint rc = 0;

	for (size_t i = 0, k = 0; !rc && (i < b->n || k < f->n);) {
		int order = i == b->n ? 1 : k == f->n ? -1 : strcmp(b->v[i].name, f->v[k].name);
		const char *name = order > 0 ? f->v[k].name : b->v[i].name;
		const char *path = at->path.n
					   ? arena_printf(c->a, "%.*s/%s", STR_ARG(at->path), name)
					   : arena_printf(c->a, "%s", name);
		const struct places below = {
			{at->before.dir, name}, {at->after.dir, name}, str_c(path)};

		if (order)
			add_plain(c, below.path, DIFFERENCE_ABSENT);
		else
			rc = compare(c, &below, depth, err);
		i += order <= 0;
		k += order >= 0;
	}
	return rc;
}

static errint compare_folders(struct tree_comparison *c, const struct places *at, unsigned depth,
			      struct err *err)
{
	struct dir_list before CLEANUP(dir_list_release) = {0};
	struct dir_list after CLEANUP(dir_list_release) = {0};
	int b CLEANUP_FD = -1, f CLEANUP_FD = -1;
	errint rc = open_dir(at->before.dir, at->before.name, &b, err);

	if (!rc)
		rc = open_dir(at->after.dir, at->after.name, &f, err);
	if (!rc)
		rc = dir_list(b, ".", &before, err);
	if (!rc)
		rc = dir_list(f, ".", &after, err);
	const struct places in = {{b, NULL}, {f, NULL}, at->path};
	return rc ? rc : compare_lists(c, &in, &before, &after, depth + 1, err);
}

static errint compare(struct tree_comparison *c, const struct places *at, unsigned depth,
		      struct err *err)
{
	struct stat b, f;

	if (depth > LIMIT_NAR_DEPTH)
		return err_set(err, ERR_TOO_BIG, "'%.*s' lies too deep", STR_ARG(at->path));
	if (fstatat(at->before.dir, at->before.name, &b, AT_SYMLINK_NOFOLLOW))
		return err_sys(err, "reading '%s'", at->before.name);
	if (fstatat(at->after.dir, at->after.name, &f, AT_SYMLINK_NOFOLLOW))
		return err_sys(err, "reading '%s'", at->after.name);
	if ((b.st_mode & S_IFMT) != (f.st_mode & S_IFMT)) {
		add_plain(c, at->path, DIFFERENCE_KIND);
		return 0;
	}
	if (S_ISDIR(b.st_mode))
		return compare_folders(c, at, depth, err);
	if (S_ISLNK(b.st_mode))
		return compare_links(c, at, err);
	if ((b.st_mode & S_IXUSR) != (f.st_mode & S_IXUSR))
		add_plain(c, at->path, DIFFERENCE_MODE);
	return compare_files(c, at, err);
}

errint differences_find(const char *before, const char *after, struct arena *a, size_t max,
			uint64_t now, struct differences *out, struct err *err)
{
	struct tree_comparison c = {a, max, now, out};
	const struct places top = {{AT_FDCWD, before}, {AT_FDCWD, after}, S("")};

	return compare(&c, &top, 0, err);
}
