/* SPDX-License-Identifier: MIT
 *
 * Plans of promotion and rotation. */
#include "release/promote_int.h"

#include <stdlib.h>

#include "base/report.h"
#include "release/evidence_remote.h"

errint release_begin(struct release *r, bool look_only, const char **ended, struct err *err)
{
	errint rc = 0;

	*ended = NULL;
	if (r->place.shallow) {
		err_set(err, ERR_UNSUPPORTED,
			"'%s' is a shallow clone: what leads to what cannot be told", r->place.top);
		return err_hint(err, "git fetch --unshallow");
	}
	if (!look_only)
		rc = release_lock(r, err);
	if (!rc && !look_only)
		rc = release_recover(r, ended, err);
	return rc ? rc : release_ask_remote(r, err);
}

errint release_track_here(struct release *r, const struct track **out, struct err *err)
{
	struct str head;
	errint rc = git_place_head(&r->place, &r->a, &head, err);

	if (rc)
		return rc;
	*out = head.n ? track_of_ref(&r->config, head) : NULL;
	if (*out)
		return 0;
	if (!head.n)
		err_set(err, ERR_USAGE, "HEAD is detached: which track is meant is not told");
	else
		err_set(err, ERR_USAGE, "'%.*s' is no track's branch",
			STR_ARG(str_drop_prefix(head, S("refs/heads/"))));
	return err_hint(err, "name the track; kiln release status lists them");
}

/* ---- moves ---- */

static const char *from_to(struct release *r, const struct release_version *old,
			   const struct release_version *new)
{
	return arena_printf(&r->a, "%s -> %s", release_version_text(old, &r->a),
			    release_version_text(new, &r->a));
}

static errint not_forward(struct release *r, const struct track_state *from,
			  const struct track_state *to, struct err *err)
{
	const char *source = track_branch(from->track), *target = track_branch(to->track);
	struct git_repo *repo;
	size_t ahead = 0, behind = 0;
	errint rc = release_repo(r, &repo, err);

	if (!rc)
		rc = git_repo_ahead_behind(repo, to->at, from->at, &ahead, &behind, err);
	if (rc)
		return rc;
	err_set(err, ERR_MISMATCH, "'%s' has diverged: it has %zu commit%s that '%s' has not",
		target, ahead, ahead == 1 ? "" : "s", source);
	return err_hint(err, "git switch %s, and git merge %s: nothing of it may be lost", source,
			target);
}

errint plan_forward(struct release_plan *p, const struct track_state *from,
		    const struct track_state *to, struct err *err)
{
	struct release *r = p->r;
	const char *remote = release_remote(r);
	struct git_repo *repo;
	bool forward;
	errint rc = release_repo(r, &repo, err);

	if (!rc)
		rc = git_repo_is_ancestor(repo, to->at, from->at, &forward, err);
	if (!rc && !forward)
		rc = not_forward(r, from, to, err);
	if (rc)
		return rc;
	bool here = (*to->here || !remote) && strcmp(to->here, from->at) != 0;
	bool there = remote && strcmp(to->there, from->at) != 0;
	if (!here && !there)
		return 0;
	struct release_move *m = release_plan_add(p, to->track->ref, from->at);
	m->was = to->here;
	m->there_was = to->there;
	m->here = here;
	m->there = there;
	m->note = from_to(r, &to->version, &from->version);
	return 0;
}

/* ---- keeping ---- */

static errint other_commit(struct release *r, const char *what, const char *name, const char *where,
			   const char *has, const struct track_state *t, struct err *err)
{
	err_set(err, ERR_EXISTS, "%s '%s' exists %s with another commit than '%s'", what, name,
		where, track_branch(t->track));
	err_detail(err, "  %-10s %s\n  %-10s %s", name, has, track_branch(t->track), t->at);
	return err_hint(err, "one of them has the wrong version in versions.nix: look at both with "
			     "kiln release history; nothing was moved");
}

/* What a ref means, here or there. */
static errint meaning(struct release *r, const struct git_ref *ref, struct git_tag_facts *out,
		      struct err *err)
{
	struct git_repo *repo;
	errint rc = release_repo(r, &repo, err);

	*out = (struct git_tag_facts){0};
	if (rc)
		return rc;
	if (git_repo_has(repo, ref->id))
		return git_repo_tag_facts(repo, ref->id, &r->a, out, err);
	memcpy(out->commit, *ref->peeled ? ref->peeled : ref->id, GIT_ID_MAX);
	return 0;
}

static errint check_kept(struct release *r, const char *what, const char *name,
			 const struct git_ref *here, const struct git_ref *there,
			 const struct track_state *t, struct err *err)
{
	struct git_tag_facts f;
	errint rc = here ? meaning(r, here, &f, err) : 0;

	if (!rc && here && there && strcmp(here->id, there->id) != 0) {
		err_set(err, ERR_MISMATCH, "%s '%s' is another one at '%s'", what, name,
			release_remote(r));
		err_detail(err, "  here:  %s\n  there: %s", here->id, there->id);
		return err_hint(err,
				"somebody moved it; find out which is right, and put the other "
				"right: git fetch --force %s tag %s, or git push --force %s %s",
				release_remote(r), name, release_remote(r), name);
	}
	if (!rc && here && strcmp(f.commit, t->at) != 0)
		return other_commit(r, what, name, "here", f.commit, t, err);
	if (!rc && there && !here)
		rc = meaning(r, there, &f, err);
	if (!rc && there && !here && strcmp(f.commit, t->at) != 0)
		return other_commit(r, what, name,
				    arena_printf(&r->a, "at '%s'", release_remote(r)), f.commit, t,
				    err);
	return rc;
}

errint plan_keep(struct release_plan *p, const struct track_state *t, struct err *err)
{
	struct release *r = p->r;
	const char *remote = release_remote(r);

	if (!t->version.version.n) {
		err_set(err, ERR_MISMATCH, "the version of '%s' cannot be told: %.*s",
			track_branch(t->track), STR_ARG(t->version.why));
		return err_hint(err, "versions.nix has it as %s", r->config.version);
	}
	bool branch = r->config.branches;
	const char *name = release_tag_name(r, &t->version, &r->a);
	if (!track_may_be_called(str_c(name))) {
		err_set(err, ERR_USAGE, "'%s' cannot be the name of a %s", name,
			branch ? "branch" : "tag");
		return err_hint(err, "it is made of the version that versions.nix has as %s",
				r->config.version);
	}
	const char *ref = arena_printf(&r->a, "refs/%s/%s", branch ? "heads" : "tags", name);
	const struct git_ref *here = git_refs_find(&r->refs, str_c(ref));
	const struct git_ref *there = remote ? git_refs_find(&r->remote, str_c(ref)) : NULL;
	errint rc = check_kept(r, branch ? "branch" : "tag", name, here, there, t, err);
	/* Where the remote alone has it, it comes here with the next fetch. */
	if (rc || there || (here && !remote))
		return rc;
	struct release_move *m = release_plan_add(p, ref, t->at);
	m->here = !here;
	m->there = remote != NULL;
	if (here)
		memcpy(m->to, here->id, GIT_ID_MAX);
	else if (!branch) {
		m->tag = name;
		m->message = str_c(arena_printf(&r->a, "%s\n", name));
	}
	return 0;
}

/* ---- promotion ---- */

/* What lacks something of the last track is refused at its door: better told at the first step. */
static errint tell_lacking(struct release *r, const struct track *stable,
			   const struct track_state *from, struct err *err)
{
	const char *remote = release_remote(r), *last;
	struct git_repo *repo;
	size_t ahead = 0, behind = 0;

	last = git_refs_id(remote ? &r->remote : &r->refs, stable->ref);
	errint rc = *last ? release_repo(r, &repo, err) : 0;
	if (!rc && *last)
		rc = git_repo_ahead_behind(repo, last, from->at, &ahead, &behind, err);
	if (rc || !ahead)
		return rc;
	report_msg(r->session->report, REPORT_NOTE,
		   "'%s' lacks %zu commit%s that '%s' has, and will not be moved there without "
		   "(git switch %s, git merge %s)",
		   track_branch(from->track), ahead, ahead == 1 ? "" : "s", track_branch(stable),
		   track_branch(from->track), track_branch(stable));
	return 0;
}

errint release_promote(struct release *r, const struct track *t, struct release_plan *out,
		       struct err *err)
{
	const struct track *next = track_next(&r->config, t);
	struct track_state from, to;
	struct track_rotation rotation;
	errint rc = track_rotation(&r->config, &rotation, err);

	out->r = r;
	if (rc)
		return rc;
	if (!next) {
		err_set(err, ERR_USAGE, "'%.*s' is the last track", STR_ARG(t->name));
		return err_hint(err, "kiln release archive keeps what it has under its version");
	}
	if (t == rotation.candidate) {
		err_set(err, ERR_USAGE,
			"'%.*s' moves into '%.*s' by a rotation, which keeps what that has",
			STR_ARG(t->name), STR_ARG(next->name));
		return err_hint(err, "kiln release rotate");
	}
	rc = state_source(r, t, &from, err);
	if (!rc)
		rc = state_target(r, next, &to, err);
	if (!rc)
		rc = plan_forward(out, &from, &to, err);
	if (!rc)
		rc = check_work_trees(out, &from, err);
	if (rc || strcmp(from.at, to.at) == 0)
		return rc;
	rc = check_version(r, &from, &to, err);
	if (!rc)
		rc = check_gates(r, &from, err);
	if (!rc && next != rotation.stable)
		rc = tell_lacking(r, rotation.stable, &from, err);
	return rc ? rc : evidence_plan(out, err);
}

/* Staging follows into the candidate where it is ahead of it. */
static errint plan_staging(struct release_plan *p, const struct track_rotation *w,
			   const struct track_state *candidate, struct err *err)
{
	struct track_state staging;
	errint rc = w->staging ? state_source(p->r, w->staging, &staging, err) : 0;

	if (rc || !w->staging || strcmp(staging.at, candidate->at) == 0)
		return rc;
	rc = plan_forward(p, &staging, candidate, err);
	if (!rc)
		rc = check_version(p->r, &staging, candidate, err);
	return rc ? rc : check_gates(p->r, &staging, err);
}

/* Said again without a version, a rotation that is done would be another one: it needs something
 * new to be meant so. */
static bool rotated_already(struct release_plan *p, const struct track_rotation *w,
			    const struct track_state *candidate)
{
	struct release *r = p->r;
	struct track_state staging = {0};
	ERR(unknown);

	if (!release_stands(r, p->what))
		return false;
	if (w->staging && (state_source(r, w->staging, &staging, &unknown) ||
			   strcmp(staging.at, candidate->at) != 0))
		return false;
	p->nothing = arena_printf(
		&r->a,
		"%s has it already: the last rotation here stands, and nothing came to %s since; "
		"kiln release rotate %.*s goes on",
		track_branch(w->stable), track_branch(w->candidate),
		STR_ARG(candidate->version.version));
	return true;
}

/* Where a repair begins: it comes along as long as none is under way. */
static errint plan_followers(struct release_plan *p, const struct track_state *candidate,
			     struct err *err)
{
	struct release *r = p->r;
	struct git_repo *repo;
	errint rc = release_repo(r, &repo, err);

	for (size_t i = 0; !rc && i < r->config.n; i++) {
		const struct track *t = &r->config.v[i];
		struct track_state state;
		bool forward = false;

		if (!t->follows)
			continue;
		rc = state_target(r, t, &state, err);
		if (!rc)
			rc = git_repo_is_ancestor(repo, state.at, candidate->at, &forward, err);
		if (!rc && forward)
			rc = plan_forward(p, candidate, &state, err);
		else if (!rc)
			report_msg(r->session->report, REPORT_NOTE,
				   "'%s' has commits of its own and stays (git switch %s, git "
				   "merge %s)",
				   track_branch(t), track_branch(t),
				   track_branch(candidate->track));
	}
	return rc;
}

static bool has_version(const struct track_state *t, const char *version)
{
	return version && str_eqz(t->version.version, version);
}

errint release_rotate(struct release *r, const char *version, struct release_plan *out,
		      struct err *err)
{
	struct track_rotation w;
	struct track_state stable, candidate;
	errint rc = track_rotation(&r->config, &w, err);

	out->r = r;
	if (!rc)
		rc = state_target(r, w.stable, &stable, err);
	if (rc || has_version(&stable, version))
		return rc;
	rc = state_source(r, w.candidate, &candidate, err);
	if (!rc && version && !has_version(&candidate, version)) {
		err_set(err, ERR_MISMATCH, "'%s' has %s, not %s", track_branch(w.candidate),
			release_version_text(&candidate.version, &r->a), version);
		rc = err_hint(err, "kiln release promote brings it there");
	}
	if (rc || strcmp(stable.at, candidate.at) == 0)
		return rc;
	if (!version && rotated_already(out, &w, &candidate))
		return 0;
	rc = plan_forward(out, &candidate, &stable, err);
	if (!rc)
		rc = check_version(r, &candidate, &stable, err);
	if (!rc)
		rc = check_gates(r, &candidate, err);
	if (!rc)
		rc = plan_keep(out, &stable, err);
	if (!rc)
		rc = plan_staging(out, &w, &candidate, err);
	if (!rc)
		rc = plan_followers(out, &candidate, err);
	if (!rc)
		rc = evidence_plan(out, err);
	return rc ? rc : check_work_trees(out, &candidate, err);
}

errint release_archive(struct release *r, const struct track *t, struct release_plan *out,
		       struct err *err)
{
	struct track_state state;
	errint rc = state_source(r, t, &state, err);

	out->r = r;
	if (!rc)
		rc = check_gates(r, &state, err);
	if (!rc)
		rc = plan_keep(out, &state, err);
	return rc ? rc : evidence_plan(out, err);
}
