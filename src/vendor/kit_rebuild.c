/* SPDX-License-Identifier: MIT
 *
 * Building a kit's recipes of its sources alone, and comparing path by path. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/archive.h"
#include "archive/tar_write.h"
#include "base/file.h"
#include "base/process.h"
#include "base/report.h"
#include "vendor/kit_int.h"

struct rebuild {
	struct session *s;
	const struct kit_options *o;
	struct arena *a;
	struct kit_result *out;
	struct kit kit;
	char *temp;
	bool *there; /* of the manifest's paths, before anything was built */
};

static void rebuild_release(struct rebuild *r)
{
	kit_close(&r->kit);
	if (r->temp)
		remove_tree_quietly(AT_FDCWD, r->temp);
	free(r->temp);
}

/* ---- unpacking ---- */

/* An archive that ends where the NARs begin. */
struct ended_source {
	struct source source;
	struct source *from;
	size_t end; /* bytes of the end that are left */
};

static errint ended_read(struct source *s, void *p, size_t n, size_t *got, struct err *err)
{
	struct ended_source *e = (struct ended_source *)s;
	errint rc = source_read(e->from, p, n, got, err);

	if (rc || *got)
		return rc;
	*got = MIN(n, e->end);
	memset(p, 0, *got);
	e->end -= *got;
	return 0;
}

static errint unpack_item(const struct archive_item *item, struct source *data, void *ctx,
			  struct err *err)
{
	/* The program that is there is running already, or another one is. */
	if (!str_starts(item->name, S("project/")) && !str_starts(item->name, S("kiln/pkgs/")))
		return 0;
	return archive_writer_add(ctx, item, data, err);
}

static errint unpack(struct rebuild *r, struct err *err)
{
	static const struct source_ops ops = {.read = ended_read};
	struct seekable_source from CLEANUP(seekable_source_release) = {0};
	struct archive_writer *to CLEANUP(archive_writer_cleanup) = NULL;
	struct ended_source ended = {{&ops}, &from.source, 2 * TAR_BLOCK};
	int dir CLEANUP_FD = -1;
	errint rc = temp_dir(temp_dir_root(), "kiln-kit-", &r->temp, err);

	if (!rc)
		rc = open_dir(AT_FDCWD, r->temp, &dir, err);
	if (!rc)
		rc = seekable_source_init(&from, &r->kit.frames, 0, r->kit.manifest.nars, err);
	if (rc)
		return rc;
	to = archive_writer_new(dir);
	rc = archive_walk_source(&ended.source, unpack_item, to, err);
	return rc ? err_wrap(err, "unpacking '%s'", r->o->file) : 0;
}

/* ---- building ---- */

static bool is_asked(const struct rebuild *r, struct str label)
{
	for (size_t i = 0; i < r->o->n_labels; i++)
		if (str_eqz(label, r->o->labels[i]))
			return true;
	return r->o->n_labels == 0;
}

static errint check_labels(const struct rebuild *r, struct err *err)
{
	const struct kit_manifest *m = &r->kit.manifest;

	for (size_t i = 0; i < r->o->n_labels; i++) {
		bool known = false;

		for (size_t k = 0; k < m->n_recipes; k++)
			known |= str_eqz(m->recipes[k].label, r->o->labels[i]);
		if (known)
			continue;
		errint rc = err_set(err, ERR_NOT_FOUND, "'%s' has no recipe '%s'", r->o->file,
				    r->o->labels[i]);
		for (size_t k = 0; k < m->n_recipes; k++)
			err_detail(err, "  %.*s", STR_ARG(m->recipes[k].label));
		return rc;
	}
	return 0;
}

static errint build(struct rebuild *r, const struct kit_recipe *recipe, struct err *err)
{
	struct resolved_list found CLEANUP(resolved_list_release) = {0};
	struct eval_request eval = {0};
	struct build_options options = {0};
	struct asked asked = {.kind = ASKED_RECIPE};
	struct product *products;
	size_t n;

	kit_label(r->a, recipe->label, &asked.text, &eval.release);
	const struct project_request request = {
		.session = r->s,
		.dir = arena_printf(r->a, "%s/project", r->temp),
		.eval = &eval,
	};
	errint rc = project_resolve(&request, &asked, 1, r->a, &found, err);
	if (!rc)
		rc = project_products(r->s, r->a, &found, &products, &n, err);
	if (rc)
		return rc;
	struct build_wanted *wanted = ARENA_ARRAY(r->a, struct build_wanted, n);
	for (size_t i = 0; i < n; i++)
		wanted[i] = products[i].wanted;
	return project_realise_here(r->s, wanted, n, &options, err);
}

/* ---- comparing ---- */

static errint look_before(struct rebuild *r, struct err *err)
{
	const struct kit_manifest *m = &r->kit.manifest;
	errint rc = 0;

	r->there = ARENA_ARRAY(r->a, bool, m->n_paths);
	for (size_t i = 0; !rc && i < m->n_paths; i++)
		rc = store_is_valid(r->s->store, m->paths[i].path, &r->there[i], err);
	return rc;
}

static errint compare(struct rebuild *r, const struct str_set *wanted, struct err *err)
{
	const struct kit_manifest *m = &r->kit.manifest;
	struct kit_result *out = r->out;

	out->v = ARENA_ARRAY(r->a, struct kit_row, m->n_paths);
	for (size_t i = 0; i < m->n_paths; i++) {
		struct kit_row *row = &out->v[out->n];
		struct path_info now;
		bool valid;

		if (!str_set_has(*wanted, m->paths[i].path))
			continue;
		errint rc = store_is_valid(r->s->store, m->paths[i].path, &valid, err);
		if (!rc && valid)
			rc = store_query(r->s->store, r->a, m->paths[i].path, &now, err);
		if (rc)
			return rc;
		row->path = m->paths[i].path;
		row->state = !valid                                           ? KIT_ABSENT
			     : !hash_eq(&now.nar_hash, &m->paths[i].nar_hash) ? KIT_DIFFERENT
			     : r->there[i]                                    ? KIT_THERE
									      : KIT_SAME;
		out->counts[row->state]++;
		out->n++;
	}
	return 0;
}

static const struct path_info *info_of(const struct kit_manifest *m, struct str path)
{
	for (size_t i = 0; i < m->n_paths; i++)
		if (str_eq(m->paths[i].path, path))
			return &m->paths[i];
	return NULL;
}

/* What a recipe's outputs refer to, as the kit has it. */
static void closure_of(struct rebuild *r, const struct kit_recipe *recipe, struct str_set *out)
{
	const struct kit_manifest *m = &r->kit.manifest;
	struct str_set set = {.v = ARENA_ARRAY(r->a, struct str, m->n_paths)};
	bool *in = ARENA_ARRAY(r->a, bool, m->n_paths);

	for (size_t i = 0; i < recipe->n_outputs; i++) {
		const struct path_info *p = info_of(m, recipe->outputs[i]);

		if (p)
			in[p - m->paths] = true;
	}
	/* What is referred to stands before. */
	for (size_t i = m->n_paths; i > 0; i--) {
		for (size_t k = 0; in[i - 1] && k < m->paths[i - 1].n_refs; k++) {
			const struct path_info *p = info_of(m, m->paths[i - 1].refs[k]);

			if (p)
				in[p - m->paths] = true;
		}
	}
	for (size_t i = 0; i < m->n_paths; i++)
		if (in[i])
			set.v[set.n++] = m->paths[i].path;
	str_set_sort(&set);
	*out = set;
}

static errint judge(const struct rebuild *r, struct err *err)
{
	size_t wrong = r->out->counts[KIT_DIFFERENT] + r->out->counts[KIT_ABSENT];

	if (!wrong)
		return 0;
	return err_set(err, ERR_DIFFERS, "%zu of %zu paths of '%s' are not what it has of them",
		       wrong, r->out->n, r->o->file);
}

static errint rebuild_all(struct rebuild *r, struct err *err)
{
	const struct kit_manifest *m = &r->kit.manifest;
	struct str_set wanted = {.v = NULL};
	size_t room = 0;
	errint rc = 0;

	for (size_t i = 0; i < m->n_recipes; i++)
		room += m->n_paths;
	wanted.v = ARENA_ARRAY(r->a, struct str, room);
	for (size_t i = 0; !rc && i < m->n_recipes; i++) {
		struct str_set closure;

		if (!is_asked(r, m->recipes[i].label))
			continue;
		rc = build(r, &m->recipes[i], err);
		closure_of(r, &m->recipes[i], &closure);
		for (size_t k = 0; k < closure.n; k++)
			wanted.v[wanted.n++] = closure.v[k];
	}
	str_set_sort(&wanted);
	if (!rc)
		rc = compare(r, &wanted, err);
	return rc ? rc : judge(r, err);
}

errint kit_rebuild(struct session *s, const struct kit_options *o, struct arena *a,
		   struct kit_result *out, struct err *err)
{
	struct rebuild r CLEANUP(rebuild_release) = {
		.s = s, .o = o, .a = a, .out = out, .kit = {.fd = -1}};

	interrupts_catch();
	errint rc = kit_open(o->file, a, &r.kit, err);
	if (!rc)
		rc = check_labels(&r, err);
	if (!rc)
		rc = look_before(&r, err);
	if (!rc)
		rc = unpack(&r, err);
	if (rc)
		return rc;
	out->paths = r.kit.manifest.n_paths;
	/* Of the kit alone. */
	s->settings->offline = true;
	rc = session_use_data_dir(s, arena_printf(a, "%s/kiln", r.temp), err);
	return rc ? rc : rebuild_all(&r, err);
}
