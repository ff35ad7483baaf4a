/* SPDX-License-Identifier: MIT
 *
 * What evaluation fetches, from where it is kept as it was: a folder of vendored files or a cache
 * that has the NAR, in whatever archive its origin would give it today. Tried before the origin,
 * of what has a hash, or names a commit whose hash the folder knows. */
#include "source/ladder_int.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "archive/archive.h"
#include "base/file.h"
#include "base/report.h"
#include "source/ascent.h"
#include "source/mirror.h"
#include "source/vendored.h"
#include "store/store.h"

struct kept {
	struct ladder *l;
	struct bring what;                /* with the hash, which is known */
	const struct source_entry *entry; /* or NULL: only a cache may have it */
	struct hash hash;
	struct arena *a;
	struct brought *out;
};

static bool is_commit(const struct bring *what)
{
	return base16_check(request_text(what, "rev"), 20);
}

struct str ladder_input_text(const struct bring *what, struct arena *a)
{
	struct locator r = {.arena = a};
	struct str text;
	ERR(ignored);

	for (size_t i = 0; i < what->n_attrs; i++)
		locator_set(&r, what->attrs[i]);
	if (!what->n_attrs || locator_print(&r, &text, &ignored))
		return what->url;
	return text;
}

static bool has_facts(const struct bring *what)
{
	for (size_t i = 0; i < what->n_attrs; i++)
		if (str_eqz(what->attrs[i].name, "lastModified"))
			return true;
	return false;
}

/* The entry of a folder, by the hash or, where that is not known, by what is asked for. */
static errint find(struct kept *k, bool *found, struct err *err)
{
	const struct hash *h = k->what.expect;
	struct str text = ladder_input_text(&k->what, k->a);
	struct vendored *v;
	const struct str *caches;
	size_t n = 0;
	errint rc = ladder_folders(k->l, &v, err);

	*found = false;
	for (size_t i = 0; !rc && !k->entry && i < vendored_count(v); i++) {
		char *path CLEANUP_FREE = NULL;

		k->entry = h ? vendored_find(v, i, h, true, &path)
			     : vendored_find_input(v, i, text, &path);
	}
	if (rc || k->entry) {
		*found = !rc;
		return rc;
	}
	/* A cache knows no facts: what needs none, or brings its own. */
	if (k->what.n_attrs && !has_facts(&k->what))
		return 0;
	rc = h ? mirror_source_caches(k->l->mirrors, &caches, &n, err) : 0;
	*found = n > 0;
	return rc;
}

static void tell(const struct kept *k)
{
	const struct source_entry *e = k->entry;
	struct brought *out = k->out;

	out->rev = request_text(&k->what, "rev");
	if (e && e->rev.n)
		out->rev = arena_str(k->a, e->rev);
	if (e && e->last_modified)
		out->last_modified = (int64_t)e->last_modified;
	if (e) {
		out->has_rev_count = e->rev_count != 0;
		out->rev_count = e->rev_count;
	}
	for (size_t i = 0; i < k->what.n_attrs; i++) {
		const struct locator_attr *f = &k->what.attrs[i];

		if (str_eqz(f->name, "lastModified"))
			out->last_modified = (int64_t)f->number;
		if (str_eqz(f->name, "revCount")) {
			out->has_rev_count = true;
			out->rev_count = f->number;
		}
	}
	out->has_last_modified = out->last_modified != 0;
}

static errint unpack(struct kept *k, const char *file, enum source_kind kind, struct err *err)
{
	char *tree CLEANUP_FREE = NULL;
	int fd CLEANUP_FD = -1;
	errint rc = input_temp(k->l, &tree, err);

	if (!rc)
		rc = open_file(AT_FDCWD, file, &fd, err);
	if (rc)
		return rc;
	if (kind == SOURCE_TREE)
		rc = archive_unpack(fd, AT_FDCWD, tree, ARCHIVE_STRIP_ROOT, err);
	else if (rename(file, tree) || chmod(tree, kind == SOURCE_EXECUTABLE ? 0755 : 0644))
		rc = err_sys(err, "moving '%s'", file);
	if (!rc)
		rc = input_add(k->l, &k->what, tree, k->a, k->out, err);
	if (!k->out->source.n)
		remove_tree_quietly(AT_FDCWD, tree);
	return rc;
}

static errint climb(struct kept *k, struct ascent *a, const char *file, struct err *err)
{
	for (;;) {
		errint rc = ascent_climb(a, err);

		if (!rc)
			rc = unpack(k, file, ascent_result(a)->kind, err);
		if (rc != ERR_MISMATCH && rc != ERR_CORRUPT)
			return rc;
		if (!ascent_reject(a, err))
			return rc;
	}
}

static errint bring(struct kept *k, struct err *err)
{
	struct ascent *a CLEANUP(ascent_cleanup) = NULL;
	char *file CLEANUP_FREE = NULL;
	struct str text = ladder_input_text(&k->what, k->a);
	struct ascent_request r = {
		.kept = k->what.expect,
		.input = arena_strz(k->a, text),
		.checked_later = true,
		.algo = HASH_SHA256,
		.name = arena_strz(k->a, k->what.name),
	};
	errint rc = input_temp(k->l, &file, err);

	r.dest = file;
	if (!rc)
		rc = ascent_begin(k->l, &r, &a, err);
	if (!rc)
		rc = climb(k, a, file, err);
	unlink(file);
	return rc;
}

/* Whatever is wrong with what is kept, the origin may have it. */
static errint pass_over(struct kept *k, struct err *why, struct err *err)
{
	if (why->code == ERR_INTERRUPTED)
		return err_move(err, why);
	report_msg(k->l->report,
		   why->code == ERR_NOT_FOUND || why->code == ERR_NETWORK ? REPORT_DEBUG
									  : REPORT_WARN,
		   "no kept copy of '%.*s' is used: %s", STR_ARG(k->what.name), why->msg);
	return 0;
}

errint bring_kept(struct ladder *l, const struct bring *what, struct arena *a, struct brought *out,
		  bool *done, struct err *err)
{
	struct kept k = {.l = l, .what = *what, .a = a, .out = out};
	struct str path;
	bool found, valid;
	ERR(why);

	*done = false;
	if (what->flat || (!what->expect && !is_commit(what)))
		return 0;
	errint rc = find(&k, &found, err);
	if (rc || !found)
		return rc;
	if (!k.what.expect) {
		k.hash = k.entry->hash;
		k.what.expect = &k.hash;
	}
	rc = input_known(l, &k.what, k.what.expect, a, &path, &valid, err);
	/* Of what only a cache has the facts are not known. */
	if (!rc && valid && k.entry)
		rc = input_take(&k.what, k.what.expect, path, out, err);
	if (rc)
		return rc;
	if (!(valid && k.entry) && bring(&k, &why)) {
		*out = (struct brought){0};
		return pass_over(&k, &why, err);
	}
	tell(&k);
	*done = true;
	return 0;
}
