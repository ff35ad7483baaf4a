/* SPDX-License-Identifier: MIT
 *
 * Folders of many packages become one of links. */
#include "profile/profile_int.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"

/* What a package has under a name. */
struct holding {
	const struct profile_part *owner;
	char *path;
	char *link;  /* what it says, of a link */
	bool folder; /* a link to one, too */
	struct stat st;
};

struct holdings {
	struct holding *v;
	size_t n;
};

static void holdings_release(struct holdings *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->v[i].path);
		free(p->v[i].link);
	}
	free(p->v);
}

/* A name in a folder, and whose. */
struct shared_name {
	struct str name;
	size_t of;
};

struct shared_names {
	struct dir_list *lists;
	struct shared_name *v;
	size_t n_lists, n, cap;
};

static void shared_names_release(struct shared_names *e)
{
	for (size_t i = 0; i < e->n_lists; i++)
		dir_list_release(&e->lists[i]);
	free(e->lists);
	free(e->v);
}

static int by_name(const void *a, const void *b)
{
	const struct shared_name *x = a, *y = b;
	int c = str_cmp(x->name, y->name);

	return c ? c : (x->of > y->of) - (x->of < y->of);
}

static errint list_all(const struct holdings *from, struct shared_names *out, struct err *err)
{
	errint rc = 0;

	out->lists = xcalloc(from->n, sizeof(*out->lists));
	for (size_t i = 0; !rc && i < from->n; i++) {
		/* A folder may be a link to one. */
		char *inside CLEANUP_FREE = xasprintf("%s/.", from->v[i].path);

		rc = dir_list(AT_FDCWD, inside, &out->lists[i], err);
		out->n_lists += !rc;
		for (size_t k = 0; !rc && k < out->lists[i].n; k++) {
			ARRAY_GROW(out->v, out->n, out->cap);
			out->v[out->n++] = (struct shared_name){str_c(out->lists[i].v[k].name), i};
		}
	}
	if (!rc && out->n > 1)
		qsort(out->v, out->n, sizeof(*out->v), by_name);
	return rc;
}

static errint look_at(struct holding *at, struct err *err)
{
	struct stat st;

	if (lstat(at->path, &at->st))
		return err_sys(err, "'%s'", at->path);
	at->folder = S_ISDIR(at->st.st_mode);
	if (!S_ISLNK(at->st.st_mode))
		return 0;
	errint rc = read_link(AT_FDCWD, at->path, &at->link, err);
	if (!rc && stat(at->path, &st) == 0) {
		at->folder = S_ISDIR(st.st_mode);
		at->st = st;
	}
	return rc;
}

/* ---- clashes ---- */

static bool same_bytes(const char *one, const char *other)
{
	int a CLEANUP_FD = open(one, O_RDONLY | O_CLOEXEC);
	int b CLEANUP_FD = open(other, O_RDONLY | O_CLOEXEC);
	char x[16384], y[sizeof(x)];
	ssize_t n = 1;

	while (a >= 0 && b >= 0 && (n = read(a, x, sizeof(x))) > 0) {
		for (ssize_t got = 0, k; got < n; got += k)
			if ((k = read(b, y + got, (size_t)(n - got))) <= 0)
				return false;
		if (memcmp(x, y, (size_t)n) != 0)
			return false;
	}
	return a >= 0 && b >= 0 && n == 0;
}

static bool same(const struct holding *x, const struct holding *y)
{
	if (x->folder != y->folder)
		return false;
	if (x->st.st_dev == y->st.st_dev && x->st.st_ino == y->st.st_ino)
		return true;
	if (S_ISLNK(x->st.st_mode) && S_ISLNK(y->st.st_mode)) /* they lead nowhere */
		return strcmp(x->link, y->link) == 0;
	return S_ISREG(x->st.st_mode) && S_ISREG(y->st.st_mode) && x->st.st_size == y->st.st_size &&
	       !((x->st.st_mode ^ y->st.st_mode) & S_IXUSR) && same_bytes(x->path, y->path);
}

static void check_clash(struct profile *p, const char *name, const struct holding *first,
			const struct holding *other)
{
	if (first->owner->priority != other->owner->priority || profile_is_nobodys(name) ||
	    same(first, other))
		return;
	if (!p->n_clashes++)
		p->clash =
			(struct clash){arena_strz(&p->a, str_c(name)), first->owner, other->owner};
}

static errint clash_found(struct profile *p, struct err *err)
{
	const struct clash *c = &p->clash;
	const struct profile_part *top = c->first;

	err_set(err, ERR_BUILD, "two packages have a different '%s'", c->name);
	err_detail(err, "       %s: %.*s", profile_owner(p, c->first), STR_ARG(c->first->path));
	err_detail(err, "       %s: %.*s", profile_owner(p, c->second), STR_ARG(c->second->path));
	if (p->n_clashes > 1)
		err_detail(err, "       and %zu more file%s of packages of one priority",
			   p->n_clashes - 1, p->n_clashes == 2 ? "" : "s");
	while (top->by)
		top = top->by;
	if (c->first->by || c->second->by)
		return err_hint(err, "install the one that is meant by its own name: what is asked "
				     "for wins over what others need");
	return err_hint(err,
			"take one of them out, or give the one that is to win a smaller priority: "
			"%.*s.priority = %u",
			STR_ARG(top->id), top->priority ? top->priority - 1 : 0);
}

/* ---- merging ---- */

static errint merge(struct profile *p, const struct holdings *from, const char *name,
		    unsigned depth, struct err *err);

static char *below(const char *folder, struct str name)
{
	return *folder ? xasprintf("%s/%.*s", folder, STR_ARG(name)) : str_dupz(name);
}

/* Links of one text that stay within their packages mean the profile's own folder. */
static bool all_say(const struct holdings *v)
{
	for (size_t i = 0; i < v->n; i++)
		if (!v->v[i].link || v->v[i].link[0] == '/' || strstr(v->v[i].link, "..") ||
		    strcmp(v->v[i].link, v->v[0].link) != 0)
			return false;
	return true;
}

static errint put_folders(struct profile *p, const struct holdings *all, const char *name,
			  unsigned depth, struct err *err)
{
	struct holdings v = {xcalloc(all->n, sizeof(*v.v)), 0};
	struct holding *mine CLEANUP_FREE = v.v;
	bool one = true;

	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].folder)
			v.v[v.n++] = all->v[i];
	for (size_t i = 1; i < v.n; i++)
		one = one && same(&v.v[0], &v.v[i]);
	if (profile_is_own_folder(p, name))
		one = false;
	if (all_say(&v) && !profile_is_own_folder(p, name))
		return profile_link(p, mine[0].link, name, err);
	return one ? profile_link(p, mine[0].path, name, err) : merge(p, &v, name, depth + 1, err);
}

static errint put_name(struct profile *p, const struct holdings *v, const char *name,
		       unsigned depth, struct err *err)
{
	const struct holding *first = &v->v[0];

	for (size_t i = 1; i < v->n; i++)
		if (!first->folder || !v->v[i].folder)
			check_clash(p, name, first, &v->v[i]);
	if (first->folder)
		return put_folders(p, v, name, depth, err);
	return profile_put(p, first->owner, first->path, name, err);
}

static errint merge_group(struct profile *p, const struct holdings *from,
			  const struct shared_name *e, size_t n, const char *folder, unsigned depth,
			  struct err *err)
{
	struct holdings v CLEANUP(holdings_release) = {xcalloc(n, sizeof(*v.v)), 0};
	char *name CLEANUP_FREE = below(folder, e->name);
	errint rc = 0;

	for (size_t i = 0; !rc && i < n; i++) {
		const struct holding *in = &from->v[e[i].of];

		v.v[v.n++] = (struct holding){
			.owner = in->owner,
			.path = xasprintf("%s/%.*s", in->path, STR_ARG(e[i].name)),
		};
		rc = look_at(&v.v[i], err);
	}
	return rc ? rc : put_name(p, &v, name, depth, err);
}

static errint merge(struct profile *p, const struct holdings *from, const char *folder,
		    unsigned depth, struct err *err)
{
	struct shared_names e CLEANUP(shared_names_release) = {0};
	errint rc = depth > PROFILE_DEPTH
			    ? err_set(err, ERR_TOO_BIG, "'%s' is nested deeper than %d folders",
				      folder, PROFILE_DEPTH)
			    : list_all(from, &e, err);
	size_t n;

	if (!rc && *folder && mkdirat(p->out_fd, folder, 0755))
		rc = err_sys(err, "making '%s'", folder);
	for (size_t i = 0; !rc && i < e.n; i += n) {
		for (n = 1; i + n < e.n && str_eq(e.v[i].name, e.v[i + n].name);)
			n++;
		/* What packages tell builders is not for people. */
		if (!*folder && str_eqz(e.v[i].name, "nix-support"))
			continue;
		rc = merge_group(p, from, &e.v[i], n, folder, depth, err);
	}
	return rc;
}

errint profile_merge(struct profile *p, struct err *err)
{
	struct holdings all CLEANUP(holdings_release) = {xcalloc(p->n, sizeof(*all.v)), 0};

	for (size_t i = 0; i < p->n; i++)
		all.v[all.n++] = (struct holding){
			.owner = p->v[i],
			.path = str_dupz(p->v[i]->path),
			.folder = true,
		};
	errint rc = merge(p, &all, "", 0, err);
	return !rc && p->n_clashes ? clash_found(p, err) : rc;
}
