/* SPDX-License-Identifier: MIT
 *
 * Moving refs of this repository. libgit2's transaction locks them all first, so that what is
 * compared stays as it is; it then renames one file after the other, which a kill may come between:
 * who needs more than that keeps a journal. */
#include "git/git_repo_int.h"

static errint compare(struct git_repo *r, const struct git_ref_move *m, struct err *err)
{
	char found[GIT_ID_MAX] = "";
	git_reference *ref = NULL;
	int status = r->g->git_reference_lookup(&ref, r->repo, m->name);

	if (!status) {
		const git_oid *id = r->g->git_reference_target(ref);

		if (id)
			r->g->git_oid_tostr(found, GIT_ID_MAX, id);
		r->g->git_reference_free(ref);
		if (!id)
			return err_set(err, ERR_MISMATCH, "'%s' is a symbolic ref", m->name);
	} else if (status != GIT_ENOTFOUND) {
		return git_fail(r->g, status, ERR_FAILED, err, "reading '%s'", m->name);
	}
	if (strcmp(found, m->was) == 0)
		return 0;
	err_set(err, ERR_MISMATCH, "'%s' has moved meanwhile", m->name);
	err_detail(err, "  expected: %s", *m->was ? m->was : "nothing");
	return err_detail(err, "  found:    %s", *found ? found : "nothing");
}

static errint lock_all(struct git_repo *r, git_transaction *t, const struct git_ref_move *v,
		       size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		int status = r->g->git_transaction_lock_ref(t, v[i].name);
		errint rc;

		if (status) {
			rc = git_fail(r->g, status, ERR_FAILED, err, "locking '%s'", v[i].name);
			return err_hint(
				err,
				"another git works here; or one was killed, and '%s/%s.lock' can go",
				r->place->common, v[i].name);
		}
		rc = compare(r, &v[i], err);
		if (rc)
			return rc;
	}
	return 0;
}

static errint set_all(struct git_repo *r, git_transaction *t, const struct git_ref_move *v,
		      size_t n, const git_signature *who, const char *why, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		git_oid id;
		int status = *v[i].to ? r->g->git_oid_fromstr(&id, v[i].to) : 0;

		if (!status)
			status = *v[i].to ? r->g->git_transaction_set_target(t, v[i].name, &id, who,
									     why)
					  : r->g->git_transaction_remove(t, v[i].name);
		if (status)
			return git_fail(r->g, status, ERR_FAILED, err, "moving '%s'", v[i].name);
	}
	return 0;
}

errint git_repo_move(struct git_repo *r, const struct git_ref_move *v, size_t n, const char *why,
		     struct err *err)
{
	git_transaction *t = NULL;
	git_signature *who = NULL;
	errint rc = git_repo_signature(r, &who, err);

	if (rc)
		return rc;
	int status = r->g->git_transaction_new(&t, r->repo);
	if (status)
		rc = git_fail(r->g, status, ERR_FAILED, err, "moving refs of '%s'", r->place->top);
	if (!rc)
		rc = lock_all(r, t, v, n, err);
	if (!rc)
		rc = set_all(r, t, v, n, who, why, err);
	if (!rc) {
		status = r->g->git_transaction_commit(t);
		if (status)
			rc = git_fail(r->g, status, ERR_FAILED, err, "moving refs of '%s'",
				      r->place->top);
	}
	if (t)
		r->g->git_transaction_free(t);
	r->g->git_signature_free(who);
	return rc;
}
