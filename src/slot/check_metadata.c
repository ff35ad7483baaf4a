/* SPDX-License-Identifier: MIT
 *
 * What metadata asks for. Of a slot's projects the version counts; what these ask for besides comes
 * from the closure, whose versions were chosen together, so that it only must be there. */
#include "base/file.h"
#include "base/process.h"
#include "py/requirement.h"
#include "slot/check.h"

struct asker {
	const struct slot_case *c;
	struct marker_env env;
	const struct dist *dist;
	const struct filling *filling; /* whose dist it is, or NULL: the closure's */
};

/* Does a filling bring it along? Its companions, or what else a virtual environment has. */
static bool comes_along(const struct slot_case *c, struct str project)
{
	for (size_t i = 0; i < c->n_fillings; i++) {
		const struct filling *f = &c->fillings[i];
		struct dists d CLEANUP(dists_release) = {0};
		ERR(ignored);

		if (dists_find(&f->others, project))
			return true;
		for (size_t k = 0; k < f->n_companions; k++)
			if (site_list(c->store, c->a, f->companions[k], &d, &ignored))
				break;
		if (dists_find(&d, project))
			return true;
	}
	return false;
}

static void tell_version(const struct asker *q, const struct dist *found, struct str text)
{
	const struct dist *d = q->dist;
	const char *cure =
		arena_printf(q->c->a, "fill slots with what was made for each other: one "
				      "filling, or one virtual environment");

	/* People exchange single libraries of NVIDIA's, and their own checks are symbols. */
	bool exact = !str_starts(found->project, S("nvidia-")) &&
		     !str_starts(found->project, S("cuda-"));

	finding_add(q->c, exact, cure,
		    "%.*s %.*s ('%.*s/%.*s') needs '%.*s', and the slot has %.*s %.*s",
		    STR_ARG(d->project), STR_ARG(d->version), STR_ARG(d->folder), STR_ARG(d->info),
		    STR_ARG(text), STR_ARG(found->project), STR_ARG(found->version));
}

static void ask_slot(const struct asker *q, const struct requirement *r, struct str name,
		     const struct slot_kind *owner, struct str text)
{
	const struct dist *found = slot_case_find(q->c, name);
	struct pep440 version;
	ERR(bad);

	/* What is optional may be absent; and torch for the CPU has nothing of NVIDIA's. */
	if (!found && q->filling && q->filling->slot == owner && q->filling->cuda.n)
		finding_add(q->c, true,
			    arena_printf(q->c->a,
					 "install it there, or fill the slot with --slot "
					 "%.*s=cuda",
					 STR_ARG(owner->name)),
			    "%.*s %.*s of '%s' needs '%.*s', which is not there",
			    STR_ARG(q->dist->project), STR_ARG(q->dist->version), q->filling->name,
			    STR_ARG(text));
	if (!found || pep440_parse(q->c->a, found->version, &version, &bad))
		return;
	/* A build of tomorrow's torch counts as what it is a build of. */
	version.has_pre = version.has_dev = false;
	if (!specifier_set_contains(&r->versions, &version))
		tell_version(q, found, text);
}

static void ask(const struct asker *q, struct str text)
{
	const struct slot_case *c = q->c;
	struct requirement r;
	bool wanted = true;
	ERR(bad);

	/* What nobody can read was no obstacle for whoever installed it. */
	if (requirement_parse(c->a, text, &r, &bad) ||
	    (r.marker && marker_eval(r.marker, &q->env, &wanted, &bad)) || !wanted)
		return;
	struct str name = pep503_name(c->a, r.name);
	const struct slot_kind *owner = slot_list_owner(c->list, name);
	if (owner)
		ask_slot(q, &r, name, owner, text);
	else if (q->filling && !slot_closure_find(c->closure, name) && !comes_along(c, name))
		finding_add(c, true,
			    arena_printf(c->a, "name %.*s among what the recipe depends on",
					 STR_ARG(name)),
			    "%.*s %.*s of '%s' needs '%.*s', which neither the result nor it has",
			    STR_ARG(q->dist->project), STR_ARG(q->dist->version), q->filling->name,
			    STR_ARG(text));
}

static void ask_all(struct asker *q, const struct dists *d)
{
	for (size_t i = 0; i < d->n; i++) {
		q->dist = &d->v[i];
		for (size_t k = 0; k < d->v[i].n_needs; k++)
			ask(q, d->v[i].needs[k]);
	}
}

/* What packages of the closure ask for by name. */
static void check_asked(const struct slot_case *c)
{
	for (size_t i = 0; i < c->closure->n_asked; i++) {
		struct str name = c->closure->asked[i];
		const struct slot_kind *owner = slot_list_owner(c->list, name);

		for (size_t k = 0; owner && owner->needed && k < c->n_fillings; k++)
			if (c->fillings[k].slot == owner && !slot_case_find(c, name) &&
			    !str_eqz(name, "triton"))
				finding_add(c, true,
					    arena_printf(c->a,
							 "there, 'pip install %.*s'; or --slot "
							 "%.*s=cpu, which has it",
							 STR_ARG(name), STR_ARG(owner->name)),
					    "'%s' has no %.*s, for which the result asks",
					    c->fillings[k].name, STR_ARG(name));
	}
}

errint slot_check_metadata(const struct slot_case *c, struct err *err)
{
	struct str full = c->closure->python.n ? c->closure->python : S("3.13");
	struct asker q = {.c = c, .env = marker_env_linux(c->a, full, marker_machine())};

	if (c->n_fillings == 0)
		return 0;
	check_asked(c);
	ask_all(&q, &c->closure->dists);
	for (size_t i = 0; i < c->n_fillings; i++) {
		q.filling = &c->fillings[i];
		ask_all(&q, &c->fillings[i].dists);
	}
	return interrupt_check(err);
}
