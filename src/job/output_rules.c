/* SPDX-License-Identifier: MIT
 *
 * Enforces what a derivation says about its outputs' references, requisites and sizes. References
 * of outputs of the same build are followed too, although nothing of them is registered yet. */
#include "job/job.h"

#include <stdlib.h>

struct requisites {
	struct str_set paths;
	uint64_t size;
};

static const struct path_info *own_output(const struct job *j, struct str path)
{
	for (size_t i = 0; i < j->goal->drv.n_outputs; i++) {
		if (str_eq(j->infos[i].path, path))
			return &j->infos[i];
	}
	return NULL;
}

static void add_unique(struct str_set *set, struct str path)
{
	for (size_t i = 0; i < set->n; i++) {
		if (str_eq(set->v[i], path))
			return;
	}
	set->v[set->n++] = path;
}

/* The outputs of this build that an output leads to (itself included), and every other path that
 * they refer to. */
static void own_part(struct job *j, const struct path_info *of, struct str_set *own,
		     struct str_set *others)
{
	size_t total = j->goal->drv.n_outputs;

	own->v = ARENA_ARRAY(&j->arena, struct str, total + 1);
	others->v = ARENA_ARRAY(&j->arena, struct str, j->candidates.n + 1);
	add_unique(own, of->path);
	for (size_t i = 0; i < own->n; i++) {
		const struct path_info *info = own_output(j, own->v[i]);

		for (size_t k = 0; k < info->n_refs; k++)
			add_unique(own_output(j, info->refs[k]) ? own : others, info->refs[k]);
	}
}

static errint find_requisites(struct job *j, const struct path_info *of, struct requisites *out,
			      struct err *err)
{
	struct str_set own = {0}, others = {0}, closure = {0};
	struct requisites r = {0};

	own_part(j, of, &own, &others);
	errint rc = store_closure(j->store, &j->arena, others.v, others.n, 0, &closure, err);
	if (rc)
		return rc;
	r.paths.v = ARENA_ARRAY(&j->arena, struct str, own.n + closure.n + 1);
	for (size_t i = 0; i < own.n; i++) {
		r.paths.v[r.paths.n++] = own.v[i];
		r.size += own_output(j, own.v[i])->nar_size;
	}
	for (size_t i = 0; i < closure.n; i++) {
		struct path_info info;

		rc = store_query(j->store, &j->arena, closure.v[i], &info, err);
		if (rc)
			return rc;
		r.paths.v[r.paths.n++] = closure.v[i];
		r.size += info.nar_size;
	}
	*out = r;
	return 0;
}

/* Output names in a rule stand for their paths. */
static errint resolve(struct job *j, const struct words *rule, struct words *out, struct err *err)
{
	struct words w = {.v = ARENA_ARRAY(&j->arena, struct str, rule->n + 1), .set = true};

	for (size_t i = 0; i < rule->n; i++) {
		const struct drv_output *o = drv_output_find(&j->goal->drv, rule->v[i]);
		struct str path = o ? o->path : rule->v[i];

		if (!o && !store_path_split(store_dir(j->store), rule->v[i], &path, NULL))
			return err_set(
				err, ERR_BUILD,
				"'%.*s' in the reference rules of '%.*s' is neither a store path "
				"nor an output",
				STR_ARG(rule->v[i]), STR_ARG(j->goal->path));
		w.v[w.n++] = path;
	}
	*out = w;
	return 0;
}

static errint check_set(struct job *j, const struct path_info *of, const struct words *rule,
			bool allowed, struct str_set used, bool ignore_self, struct err *err)
{
	struct words spec;
	bool bad = false;
	errint rc = resolve(j, rule, &spec, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < used.n; i++) {
		if (ignore_self && str_eq(used.v[i], of->path))
			continue;
		if (words_have(&spec, used.v[i]) == allowed)
			continue;
		if (!bad)
			err_set(err, ERR_BUILD,
				"output '%.*s' is not allowed to refer to the following paths:",
				STR_ARG(of->path));
		bad = true;
		err_detail(err, "  %.*s", STR_ARG(used.v[i]));
	}
	return bad ? err->code : 0;
}

static errint check_requisites(struct job *j, const struct path_info *of,
			       const struct output_rules *r, struct err *err)
{
	struct requisites q;

	if (!r->allowed_requisites.set && !r->disallowed_requisites.n && !r->max_closure)
		return 0;
	errint rc = find_requisites(j, of, &q, err);
	if (rc)
		return rc;
	if (r->max_closure && q.size > r->max_closure)
		return err_set(err, ERR_BUILD,
			       "closure of '%.*s' has %llu bytes, more than its limit of %llu",
			       STR_ARG(of->path), (unsigned long long)q.size,
			       (unsigned long long)r->max_closure);
	if (r->allowed_requisites.set)
		rc = check_set(j, of, &r->allowed_requisites, true, q.paths, r->ignore_self, err);
	if (!rc && r->disallowed_requisites.n)
		rc = check_set(j, of, &r->disallowed_requisites, false, q.paths, r->ignore_self,
			       err);
	return rc;
}

static errint check_one(struct job *j, size_t i, struct err *err)
{
	const struct path_info *of = &j->infos[i];
	struct str_set refs = {of->refs, of->n_refs};
	struct output_rules r;
	errint rc = build_attrs_rules(&j->attrs, j->goal->drv.outputs[i].name, &r, err);

	if (rc)
		return rc;
	if (r.max_size && of->nar_size > r.max_size)
		return err_set(err, ERR_BUILD, "'%.*s' has %llu bytes, more than its limit of %llu",
			       STR_ARG(of->path), (unsigned long long)of->nar_size,
			       (unsigned long long)r.max_size);
	if (r.allowed_references.set)
		rc = check_set(j, of, &r.allowed_references, true, refs, false, err);
	if (!rc && r.disallowed_references.n)
		rc = check_set(j, of, &r.disallowed_references, false, refs, false, err);
	return rc ? rc : check_requisites(j, of, &r, err);
}

errint job_check_rules(struct job *j, struct err *err)
{
	errint rc = 0;

	for (size_t i = 0; !rc && i < j->goal->drv.n_outputs; i++)
		rc = check_one(j, i, err);
	return rc;
}
