/* SPDX-License-Identifier: MIT
 *
 * Profiles are found by walking the folder; a link whose target's name ends as a generation's does
 * is one. */
#include "store/generations.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"
#include "base/report.h"

enum { DEPTH_MAX = 64 };
#define LINK_SUFFIX S("-link")

struct sweep {
	struct store *s;
	struct arena *a;
	int64_t before;
	bool dry_run;
	struct generation *v; /* malloc'd */
	size_t n, cap;
};

static void sweep_release(struct sweep *w)
{
	free(w->v);
}

/* The N of "BASE-N-link". */
static bool generation_number(struct str base, struct str name, uint64_t *out)
{
	if (!str_starts(name, base) || name.n <= base.n + LINK_SUFFIX.n || name.p[base.n] != '-' ||
	    !str_ends(name, LINK_SUFFIX))
		return false;
	return str_to_u64(str_sub(name, base.n + 1, name.n - base.n - 1 - LINK_SUFFIX.n), out);
}

struct generation_link {
	uint64_t number;
	int64_t made;
	const char *name;
};

static int newest_first(const void *a, const void *b)
{
	const struct generation_link *x = a, *y = b;

	return (y->number > x->number) - (y->number < x->number);
}

static errint remove_one(struct sweep *w, int dir, const char *profile,
			 const struct generation_link *f, struct err *err)
{
	/* Somebody else may remove it, too. */
	if (!w->dry_run && unlinkat(dir, f->name, 0) && errno != ENOENT)
		return err_sys(err, "removing generation %llu of '%s'",
			       (unsigned long long)f->number, profile);
	report_msg(store_report(w->s), REPORT_NOTE, "%s generation %llu of '%s'",
		   w->dry_run ? "would remove" : "removing", (unsigned long long)f->number,
		   profile);
	ARRAY_GROW(w->v, w->n, w->cap);
	w->v[w->n++] = (struct generation){arena_str(w->a, str_c(profile)), f->number};
	return 0;
}

/* Of those that were there at a time, the newest was in use then: it stays. */
static errint sweep_profile(struct sweep *w, int dir, const struct dir_list *list,
			    const char *profile, struct str base, uint64_t current, struct err *err)
{
	struct generation_link *v CLEANUP_FREE = xcalloc(list->n, sizeof(*v));
	bool old = w->before == INT64_MIN;
	size_t n = 0;
	errint rc = 0;

	for (size_t i = 0; i < list->n; i++) {
		struct generation_link f = {.name = list->v[i].name};
		struct stat st;

		if (list->v[i].type != DT_LNK ||
		    !generation_number(base, str_c(list->v[i].name), &f.number) ||
		    fstatat(dir, f.name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		f.made = st.st_mtime;
		v[n++] = f;
	}
	qsort(v, n, sizeof(*v), newest_first);
	for (size_t i = 0; !rc && i < n; i++) {
		if (old && v[i].number != current)
			rc = remove_one(w, dir, profile, &v[i], err);
		old |= v[i].made < w->before;
	}
	return rc;
}

static errint sweep_folder(struct sweep *w, const char *path, unsigned depth, struct err *err)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	int dir CLEANUP_FD = -1;
	errint rc = open_dir(AT_FDCWD, path, &dir, err);

	if (!rc)
		rc = dir_list(dir, ".", &list, err);
	if (rc == ERR_NOT_FOUND || rc == ERR_DENIED) {
		err_clear(err);
		return 0;
	}
	bool ours = access(path, W_OK) == 0;
	for (size_t i = 0; !rc && i < list.n; i++) {
		char *target CLEANUP_FREE = NULL;
		struct str name = str_c(list.v[i].name);
		char *below CLEANUP_FREE = xasprintf("%s/%s", path, list.v[i].name);
		uint64_t current;
		ERR(gone);

		if (list.v[i].type == DT_DIR && depth < DEPTH_MAX)
			rc = sweep_folder(w, below, depth + 1, err);
		if (list.v[i].type != DT_LNK || !ours)
			continue;
		if (read_link(dir, list.v[i].name, &target, &gone) == 0 &&
		    generation_number(name, path_base(str_c(target)), &current))
			rc = sweep_profile(w, dir, &list, below, name, current, err);
	}
	return rc;
}

/* Where newer Nix keeps a user's profiles; malloc'd, or NULL. */
static char *own_profiles(void)
{
	const char *state = env_get("XDG_STATE_HOME"), *home = env_get("HOME");

	if (state && *state)
		return xasprintf("%s/nix/profiles", state);
	return home && *home ? xasprintf("%s/.local/state/nix/profiles", home) : NULL;
}

errint generations_remove(struct store *s, struct arena *a, int64_t before, bool dry_run,
			  struct generation **out, size_t *n, struct err *err)
{
	struct sweep w CLEANUP(sweep_release) = {
		.s = s, .a = a, .before = before, .dry_run = dry_run};
	char *logical CLEANUP_FREE = xasprintf("%s/profiles", store_config(s)->state_dir);
	char *real CLEANUP_FREE = store_real_path(s, str_c(logical));
	char *own CLEANUP_FREE = own_profiles();
	errint rc = sweep_folder(&w, real, 0, err);

	if (!rc && own)
		rc = sweep_folder(&w, own, 0, err);
	if (rc)
		return rc;
	*out = ARENA_ARRAY(a, struct generation, w.n);
	if (w.n)
		memcpy(*out, w.v, w.n * sizeof(*w.v));
	*n = w.n;
	return 0;
}
