/* SPDX-License-Identifier: MIT
 *
 * A build that is made twice. First as it was: time, processes and the order of jobs differ by
 * themselves. Then under other conditions all at once, and what differs there under each alone,
 * which names the one that matters. */
#include "project/rebuild.h"

#include <sys/stat.h>
#include "base/file.h"
#include "base/report.h"
#include "job/other_order.h"
#include "store/derivation.h"

struct rebuilding {
	const struct rebuild_request *r;
	struct arena *a;
	unsigned vary;     /* what is tried, too */
	const char *order; /* for VARY_FOLDER_ORDER */
	struct rebuilt *v; /* outputs of one derivation stand together */
	size_t n;
	const char **beside; /* where each is left when it differs */
};

/* Beside enum build_vary: it differs under all conditions together. */
#define TRIED (1u << 31)

/* ---- what is built again ---- */

/* Adds the outputs of a derivation, unless it is fixed or not all of them are here. */
static errint add_drv(struct rebuilding *b, struct str path, struct rebuilt **v, size_t *cap,
		      bool *skipped, struct err *err)
{
	struct store *s = b->r->session->store;
	struct drv d;
	bool valid;
	errint rc = store_is_valid(s, path, &valid, err);

	*skipped = true;
	if (!rc && valid)
		rc = store_read_drv(s, b->a, path, &d, err);
	if (rc || !valid)
		return rc;
	*skipped = !drv_is_fixed(&d);
	for (size_t i = 0; !rc && valid && i < d.n_outputs; i++)
		rc = store_is_valid(s, d.outputs[i].path, &valid, err);
	if (rc || !valid || drv_is_fixed(&d))
		return rc;
	*skipped = false;
	for (size_t i = 0; i < d.n_outputs; i++) {
		ARRAY_GROW(*v, b->n, *cap);
		(*v)[b->n++] =
			(struct rebuilt){path, d.outputs[i].name, d.outputs[i].path, NULL, 0};
	}
	return 0;
}

static errint drvs_of(struct rebuilding *b, struct str_set *out, struct err *err)
{
	struct str *v = ARENA_ARRAY(b->a, struct str, b->r->n);
	size_t n = 0;

	for (size_t i = 0; i < b->r->n; i++) {
		if (!store_path_is_drv(b->r->w[i].path)) {
			err_set(err, ERR_NOT_FOUND, "it is not known what made '%.*s'",
				STR_ARG(b->r->w[i].path));
			return err_hint(err, "name a recipe, or the .drv");
		}
		v[n++] = b->r->w[i].path;
	}
	*out = (struct str_set){v, n};
	str_set_sort(out);
	return b->r->deep ? store_closure(b->r->session->store, b->a, v, n, 0, out, err) : 0;
}

static errint list(struct rebuilding *b, size_t *n_skipped, struct err *err)
{
	struct rebuilt *v CLEANUP_FREE = NULL;
	size_t cap = 0;
	struct str_set drvs;
	errint rc = drvs_of(b, &drvs, err);

	*n_skipped = 0;
	for (size_t i = 0; !rc && i < drvs.n; i++) {
		bool skipped;

		if (!store_path_is_drv(drvs.v[i]))
			continue;
		rc = add_drv(b, drvs.v[i], &v, &cap, &skipped, err);
		*n_skipped += !rc && skipped;
	}
	b->v = ARENA_ARRAY(b->a, struct rebuilt, b->n + 1);
	b->beside = ARENA_ARRAY(b->a, const char *, b->n + 1);
	for (size_t i = 0; i < b->n; i++) {
		char *real CLEANUP_FREE = store_real_path(b->r->session->store, v[i].path);

		b->v[i] = v[i];
		b->beside[i] = arena_printf(b->a, "%s.check", real);
	}
	return rc;
}

/* ---- again ---- */

static bool is_same(const struct rebuilt *v)
{
	return !v->other;
}

static bool is_varied(const struct rebuilt *v)
{
	return v->other && v->vary;
}

/* Builds the derivations of which an output is such a one, and looks which outputs came out
 * otherwise: these have `other` then, for which `vary` is added, and no others of them. */
static errint build_again(struct rebuilding *b, bool (*wants)(const struct rebuilt *),
			  unsigned vary, unsigned add, struct err *err)
{
	const struct build_options o = {
		.check = true,
		.keep_check = true,
		.vary = vary,
		.order = b->order,
		.log = b->r->log,
	};
	struct build_wanted *w = ARENA_ARRAY(b->a, struct build_wanted, b->n + 1);
	bool *wanted = ARENA_ARRAY(b->a, bool, b->n + 1);
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++) {
		wanted[i] = wants(&b->v[i]);
		if (!wanted[i])
			continue;
		remove_tree_quietly(AT_FDCWD, b->beside[i]);
		/* Whoever makes one output makes all. */
		if (!n || !str_eq(w[n - 1].path, b->v[i].drv))
			w[n++] = (struct build_wanted){b->v[i].drv, &b->v[i].output, 1};
	}
	errint rc = n ? project_realise_here(b->r->session, w, n, &o, err) : 0;
	for (size_t i = 0; !rc && i < b->n; i++) {
		struct stat st;

		if (!wanted[i] || lstat(b->beside[i], &st))
			continue;
		b->v[i].other = b->beside[i];
		b->v[i].vary |= add;
	}
	return rc;
}

/* Which of the conditions is it? Bits of what is tried stay out of the way of those found. */
static errint name_conditions(struct rebuilding *b, struct err *err)
{
	unsigned all = b->vary;
	errint rc = build_again(b, is_same, all, TRIED, err);

	for (unsigned bit = 1; !rc && bit & VARY_ALL; bit <<= 1)
		if (all & bit)
			rc = build_again(b, is_varied, bit, bit, err);
	/* What was left beside is that of the last condition, or nothing. */
	for (size_t i = 0; !rc && i < b->n; i++)
		if (is_varied(&b->v[i]))
			b->v[i].vary = b->v[i].vary == TRIED ? all : b->v[i].vary & ~TRIED;
	return rc ? rc : build_again(b, is_varied, all, 0, err);
}

/* Looks where folders have another order; says so if that is nowhere. */
static void find_order(struct rebuilding *b)
{
	struct session *s = b->r->session;
	char *dir CLEANUP_FREE = NULL;

	b->vary = b->r->vary;
	if (!(b->vary & VARY_FOLDER_ORDER))
		return;
	dir = store_real_path(s->store, store_dir(s->store));
	b->order = other_order_find(dir);
	if (b->order)
		return;
	b->vary &= ~VARY_FOLDER_ORDER;
	report_msg(s->report, REPORT_WARN,
		   "folder-order is not varied: no other file system here lists files otherwise");
}

errint project_rebuild(const struct rebuild_request *r, struct arena *a, struct rebuilt **out,
		       size_t *n, size_t *n_skipped, struct err *err)
{
	struct rebuilding b = {.r = r, .a = a};
	const struct build_options first = {.log = r->log};
	find_order(&b);
	errint rc = project_realise_here(r->session, r->w, r->n, &first, err);

	if (!rc)
		rc = list(&b, n_skipped, err);
	if (rc)
		return rc;
	rc = build_again(&b, is_same, 0, 0, err);
	if (!rc && b.vary)
		rc = name_conditions(&b, err);
	*out = b.v;
	*n = b.n;
	if (rc)
		rebuilt_remove(b.v, b.n);
	return rc;
}

void rebuilt_remove(const struct rebuilt *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].other)
			remove_tree_quietly(AT_FDCWD, v[i].other);
}
