/* SPDX-License-Identifier: MIT
 *
 * Installed Python projects, by PyPA's "Recording installed projects" and "Core metadata". */
#include <dirent.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/process.h"
#include "py/requirement.h"
#include "py/wheel.h"
#include "sbom/component_int.h"
#include "source/package_url.h"

/* ---- one ---- */

/* "name-1.0.dist-info", where the file inside says nothing. */
static void by_name(struct str info, struct wheel_metadata *m)
{
	struct str stem = str_drop_suffix(str_drop_suffix(info, S(".dist-info")), S(".egg-info"));
	struct str version = S("");

	*m = (struct wheel_metadata){.name = stem, .version = S(""), .summary = S("")};
	m->license = m->expression = m->classified = m->homepage = S("");
	if (!str_cut(stem, '-', &m->name, &version))
		return;
	/* Of an .egg-info it ends with the Python that it is for. */
	m->version = version;
	if (str_ends(info, S(".egg-info")) && str_find(version, S("-py")) > 0)
		m->version = str_sub(version, 0, (size_t)str_find(version, S("-py")));
}

static void read_dist(struct component_look *l, const char *folder, struct str info,
		      struct component *c)
{
	BUF(text, LIMIT_WHEEL_METADATA);
	char *dir CLEANUP_FREE = xasprintf("%s/%.*s", folder, STR_ARG(info));
	char *metadata CLEANUP_FREE = xasprintf("%s/METADATA", dir);
	char *pkg_info CLEANUP_FREE = xasprintf("%s/PKG-INFO", dir);
	struct wheel_metadata m;
	ERR(absent);

	/* An .egg-info may be the file itself. */
	if ((file_read(AT_FDCWD, metadata, &text, &absent) &&
	     file_read(AT_FDCWD, pkg_info, &text, &absent) &&
	     file_read(AT_FDCWD, dir, &text, &absent)) ||
	    wheel_metadata_parse(l->a, arena_str(l->a, buf_str(&text)), &m, &absent))
		by_name(info, &m);
	*c = (struct component){
		.ecosystem = COMPONENT_PYPI,
		.name = pep503_name(l->a, m.name),
		.version = arena_str(l->a, m.version),
		.of = S(""),
		.said = S(""),
		.summary = m.summary,
		.homepage = component_is_web(m.homepage) ? m.homepage : S(""),
		.source = {.name = S(""), .origin = S(""), .url = S(""), .purl = S("")},
	};
	c->purl = purl_pypi(l->a, c->name, c->version);
	component_licence(l->a, dir, &m, c);
}

/* ---- all ---- */

struct dist_list {
	struct component *v;
	size_t n, cap;
};

static void add(struct component_look *l, struct dist_list *d, const struct component *c)
{
	if (d->n == d->cap) {
		struct component *more = ARENA_ARRAY(l->a, struct component, d->cap * 2 + 4);

		if (d->n)
			memcpy(more, d->v, d->n * sizeof(*more));
		d->cap = d->cap * 2 + 4;
		d->v = more;
	}
	d->v[d->n++] = *c;
}

/* An environment links what its packages say of themselves, whole or file by file. */
static bool is_linked(const char *folder, const struct dir_entry *e)
{
	char *file CLEANUP_FREE = xasprintf("%s/%s/METADATA", folder, e->name);
	struct stat st;

	return e->type == DT_LNK || (lstat(file, &st) == 0 && S_ISLNK(st.st_mode));
}

static errint look_into(struct component_look *l, const char *top, const char *within,
			struct dist_list *d, struct err *err)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	char *folder CLEANUP_FREE = xasprintf("%s/%s", top, within);
	struct component c;
	ERR(absent);

	if (dir_list(AT_FDCWD, folder, &list, &absent))
		return 0;
	for (size_t i = 0; i < list.n; i++) {
		struct str name = str_c(list.v[i].name);

		if ((!str_ends(name, S(".dist-info")) && !str_ends(name, S(".egg-info"))) ||
		    is_linked(folder, &list.v[i]))
			continue;
		read_dist(l, folder, name, &c);
		c.info = str_c(arena_printf(l->a, "%s/%.*s", within, STR_ARG(name)));
		add(l, d, &c);
	}
	return interrupt_check(err);
}

static int by_project(const void *a, const void *b)
{
	const struct component *x = a, *y = b;
	int c = str_cmp(x->name, y->name);

	if (!c)
		c = str_cmp(x->version, y->version);
	return c ? c : str_cmp(x->info, y->info);
}

errint component_dists(struct component_look *l, struct str path, struct component **out, size_t *n,
		       struct err *err)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	char *real CLEANUP_FREE = store_real_path(l->s, path);
	char *lib CLEANUP_FREE = xasprintf("%s/lib", real);
	struct dist_list d = {0};
	errint rc = 0;
	ERR(absent);

	/* A file, or nothing of Python: not an error. */
	if (dir_list(AT_FDCWD, lib, &list, &absent)) {
		*n = 0;
		return absent.code == ERR_INTERRUPTED ? err_move(err, &absent) : 0;
	}
	for (size_t i = 0; !rc && i < list.n; i++) {
		static const char *const folders[] = {"site-packages", "dist-packages"};

		for (size_t k = 0; !rc && k < ARRAY_LEN(folders); k++) {
			char *within CLEANUP_FREE =
				xasprintf("lib/%s/%s", list.v[i].name, folders[k]);

			if (str_starts(str_c(list.v[i].name), S("python")))
				rc = look_into(l, real, within, &d, err);
		}
	}
	if (!rc && d.n)
		qsort(d.v, d.n, sizeof(*d.v), by_project);
	*out = d.v;
	*n = d.n;
	return rc;
}
