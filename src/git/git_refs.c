/* SPDX-License-Identifier: MIT
 *
 * Reading packed-refs and the folders of refs/, and what a remote says of its own. */
#include "git/git_refs.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/encoding.h"
#include "base/file.h"

enum { MAX_DEPTH = 64 };

struct ref_list {
	struct git_ref *v;
	size_t n, cap;
};

static void list_release(struct ref_list *l)
{
	free(l->v);
}

static struct git_ref *add(struct ref_list *l, struct str name, struct str id)
{
	ARRAY_GROW(l->v, l->n, l->cap);
	l->v[l->n] = (struct git_ref){.name = name};
	memcpy(l->v[l->n].id, id.p, GIT_ID_MAX - 1);
	return &l->v[l->n++];
}

static bool is_id(struct str s)
{
	return s.n == GIT_ID_MAX - 1 && base16_check(s, 20);
}

static int by_name(const void *a, const void *b)
{
	const struct git_ref *x = a, *y = b;
	int c = str_cmp(x->name, y->name);

	return c ? c : x->loose - y->loose;
}

/* Of equal names the last one stays. */
static void finish(struct ref_list *l, struct arena *a, struct git_refs *out)
{
	struct git_ref *v = ARENA_ARRAY(a, struct git_ref, l->n + 1);
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		v[i] = l->v[i];
	qsort(v, l->n, sizeof(*v), by_name);
	for (size_t i = 0; i < l->n; i++) {
		if (n && str_eq(v[n - 1].name, v[i].name))
			n--;
		v[n++] = v[i];
	}
	*out = (struct git_refs){v, n};
}

static errint read_packed(const struct git_place *p, struct arena *a, struct ref_list *l,
			  struct err *err)
{
	const char *file = arena_printf(a, "%s/packed-refs", p->common);
	BUF(text, LIMIT_GIT_INDEX);
	struct str rest, line, id, name;
	ERR(absent);

	if (file_read(AT_FDCWD, file, &text, &absent))
		return absent.code == ERR_NOT_FOUND ? 0 : err_move(err, &absent);
	rest = arena_str(a, buf_str(&text));
	while (str_split(&rest, '\n', &line)) {
		if (!line.n || line.p[0] == '#')
			continue;
		if (line.p[0] == '^' && l->n && is_id(str_skip(line, 1))) {
			memcpy(l->v[l->n - 1].peeled, line.p + 1, GIT_ID_MAX - 1);
			continue;
		}
		if (!str_cut(line, ' ', &id, &name) || !is_id(id))
			return err_set(err, ERR_CORRUPT, "'%s' has the line '%.*s'", file,
				       STR_ARG(line));
		add(l, name, id);
	}
	return 0;
}

static errint read_loose(const char *file, struct str name, struct ref_list *l, struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);
	ERR(gone);

	/* It may be packed, or removed, while we look. */
	if (file_read(AT_FDCWD, file, &text, &gone))
		return gone.code == ERR_NOT_FOUND ? 0 : err_move(err, &gone);
	struct str id = str_trim(buf_str(&text));
	if (is_id(id))
		add(l, name, id)->loose = true;
	else if (!str_starts(id, S("ref:")))
		return err_set(err, ERR_CORRUPT, "'%s' is no ref: it has no commit's name", file);
	return 0;
}

static errint read_folder(const char *dir, struct str name, unsigned depth, struct arena *a,
			  struct ref_list *l, struct err *err)
{
	struct dir_list entries CLEANUP(dir_list_release) = {0};
	ERR(gone);
	errint rc = 0;

	if (depth == MAX_DEPTH)
		return err_set(err, ERR_TOO_BIG, "refs in '%s' are nested too deeply", dir);
	if (dir_list(AT_FDCWD, dir, &entries, &gone))
		return gone.code == ERR_NOT_FOUND ? 0 : err_move(err, &gone);
	for (size_t i = 0; !rc && i < entries.n; i++) {
		const struct dir_entry *e = &entries.v[i];
		const char *path = arena_printf(a, "%s/%s", dir, e->name);
		struct str ref = str_c(arena_printf(a, "%.*s/%s", STR_ARG(name), e->name));

		if (e->type == DT_DIR)
			rc = read_folder(path, ref, depth + 1, a, l, err);
		else if (!str_ends(ref, S(".lock")))
			rc = read_loose(path, ref, l, err);
	}
	return rc;
}

errint git_refs_read(const struct git_place *p, struct arena *a, struct git_refs *out,
		     struct err *err)
{
	struct ref_list l CLEANUP(list_release) = {0};

	if (access(arena_printf(a, "%s/reftable", p->common), F_OK) == 0)
		return err_set(err, ERR_UNSUPPORTED,
			       "the refs of '%s' are in a reftable, which is not supported",
			       p->top);
	errint rc = read_packed(p, a, &l, err);
	if (!rc)
		rc = read_folder(arena_printf(a, "%s/refs", p->common), S("refs"), 0, a, &l, err);
	if (rc)
		return err_wrap(err, "reading the refs of '%s'", p->top);
	finish(&l, a, out);
	return 0;
}

const struct git_ref *git_refs_find(const struct git_refs *refs, struct str name)
{
	size_t low = 0, high = refs->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = str_cmp(refs->v[mid].name, name);

		if (c == 0)
			return &refs->v[mid];
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const char *git_refs_id(const struct git_refs *refs, const char *name)
{
	const struct git_ref *r = git_refs_find(refs, str_c(name));

	return r ? r->id : "";
}

errint git_refs_parse(struct str text, struct arena *a, struct git_refs *out, struct err *err)
{
	struct ref_list l CLEANUP(list_release) = {0};
	struct str rest = arena_str(a, text), line, id, name;

	while (str_split(&rest, '\n', &line)) {
		if (!line.n)
			continue;
		if (!str_cut(line, '\t', &id, &name) && !str_cut(line, ' ', &id, &name))
			return err_set(err, ERR_CORRUPT, "'%.*s' is no line of refs",
				       STR_ARG(line));
		if (!is_id(id))
			return err_set(err, ERR_UNSUPPORTED, "'%.*s' is no SHA-1 name of a commit",
				       STR_ARG(id));
		if (str_ends(name, S("^{}")) && l.n)
			memcpy(l.v[l.n - 1].peeled, id.p, GIT_ID_MAX - 1);
		else
			add(&l, name, id);
	}
	finish(&l, a, out);
	return 0;
}
