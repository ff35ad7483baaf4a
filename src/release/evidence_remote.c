/* SPDX-License-Identifier: MIT
 *
 * Fetching, uniting, pushing. */
#include "release/evidence_remote.h"

#include "release/evidence.h"

/* Where what was fetched waits until it is united. */
#define FETCHED_REF "refs/kiln/fetched/evidence"

errint evidence_bring(struct release *r, struct err *err)
{
	const char *remote = release_remote(r);
	const char *there = r->asked ? git_refs_id(&r->remote, EVIDENCE_REF) : "";
	BUF(out, LIMIT_TOOL_OUTPUT);
	bool changed;

	if (!remote || !*there || strcmp(there, git_refs_id(&r->refs, EVIDENCE_REF)) == 0)
		return 0;
	errint rc = git_program(&r->place,
				(const char *const[]){"fetch", "--quiet", "--no-tags",
						      "--no-recurse-submodules", remote,
						      "+" EVIDENCE_REF ":" FETCHED_REF, NULL},
				&out, err);
	if (!rc)
		rc = evidence_merge(r->place.top, FETCHED_REF, &changed, err);
	return rc ? err_wrap(err, "bringing the evidence of '%s'", remote) : release_reread(r, err);
}

errint evidence_plan(struct release_plan *p, struct err *err)
{
	const char *here = git_refs_id(&p->r->refs, EVIDENCE_REF);
	const char *there = git_refs_id(&p->r->remote, EVIDENCE_REF);
	bool pushes = false;

	for (size_t i = 0; i < p->n; i++)
		pushes = pushes || p->v[i].there;
	if (!pushes || !*here || strcmp(here, there) == 0)
		return 0;
	struct release_move *m = release_plan_add(p, EVIDENCE_REF, here);
	m->was = here;
	m->there_was = there;
	m->there = true;
	m->note = "evidence";
	return 0;
}

static errint share_once(struct release *r, const char *remote, bool *overtaken, struct err *err)
{
	ERR(failure);
	errint rc = release_ask_remote(r, err);

	if (!rc)
		rc = evidence_bring(r, err);
	if (rc)
		return rc;
	struct git_push push = {
		.ref = EVIDENCE_REF,
		.was = git_refs_id(&r->remote, EVIDENCE_REF),
		.to = git_refs_id(&r->refs, EVIDENCE_REF),
	};
	*overtaken = false;
	if (!*push.to || strcmp(push.was, push.to) == 0)
		return 0;
	rc = git_program_push(&r->place, remote, &push, 1, NULL, &failure);
	*overtaken = rc == ERR_MISMATCH;
	return rc && !*overtaken ? err_move(err, &failure) : 0;
}

errint evidence_share(struct release *r, struct err *err)
{
	enum { TRIES = 20 };
	const char *remote = release_remote(r);
	bool overtaken = true;

	if (!remote) {
		err_set(err, ERR_NOT_FOUND, "there is no remote to send the evidence to");
		return err_hint(err, "git remote add origin URL");
	}
	for (int i = 0; overtaken && i < TRIES; i++) {
		errint rc = release_reread(r, err);

		if (!rc)
			rc = share_once(r, remote, &overtaken, err);
		if (rc)
			return rc;
	}
	if (!overtaken)
		return 0;
	err_set(err, ERR_MISMATCH, "others add evidence at '%s' all the time", remote);
	return err_hint(err, "run it again");
}
