/* SPDX-License-Identifier: MIT
 *
 * Where tracks are, here and at the remote, and what is in the way of moving them. */
#include "release/promote_int.h"

#include <stdlib.h>

#include "release/evidence_remote.h"
#include "release/gates.h"

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

/* ---- here and there ---- */

static errint absent(const struct release *r, const struct track *t, struct err *err)
{
	err_set(err, ERR_NOT_FOUND, "track '%.*s' has no branch '%s'", STR_ARG(t->name),
		track_branch(t));
	return err_hint(err, "kiln release init makes the tracks that are missing");
}

/* The remote's branch as it was when it was last brought here. */
static const char *known_there(const struct release *r, const struct track *t)
{
	char *name CLEANUP_FREE =
		xasprintf("refs/remotes/%s/%s", release_remote(r), track_branch(t));

	return git_refs_id(&r->before, name);
}

static errint check_rewritten(struct release *r, const struct track_state *s, struct err *err)
{
	const char *known = known_there(r, s->track), *branch = track_branch(s->track);
	struct git_repo *repo;
	bool kept = true;
	errint rc = release_repo(r, &repo, err);

	if (rc || !*known || !git_repo_has(repo, known))
		return rc;
	rc = git_repo_is_ancestor(repo, known, s->there, &kept, err);
	if (rc || kept)
		return rc;
	err_set(err, ERR_MISMATCH, "'%s' was rewritten at '%s': it no longer has %.12s", branch,
		release_remote(r), known);
	return err_hint(err,
			"ask who did it; 'git push --force-with-lease %s %.12s:%s' puts it back, "
			"'git branch -f %s %s/%s' takes it over",
			release_remote(r), known, branch, branch, release_remote(r), branch);
}

static errint differs(struct release *r, const struct track_state *s, bool source, struct err *err)
{
	const char *branch = track_branch(s->track), *remote = release_remote(r);
	struct git_repo *repo;
	size_t ahead = 0, behind = 0;
	errint rc = release_repo(r, &repo, err);

	if (!rc)
		rc = git_repo_ahead_behind(repo, s->here, s->there, &ahead, &behind, err);
	if (rc || (!ahead && !source))
		return rc;
	if (ahead && behind) {
		err_set(err, ERR_MISMATCH,
			"'%s' has diverged: %zu commit%s here, and %zu at '%s', are not on the other side",
			branch, ahead, plural(ahead), behind, remote);
		return err_hint(err, "git switch %s, then git rebase %s/%s or git merge %s/%s",
				branch, remote, branch, remote, branch);
	}
	if (ahead) {
		err_set(err, ERR_MISMATCH, "'%s' is not pushed: %zu commit%s not at '%s'", branch,
			ahead, ahead == 1 ? " is" : "s are", remote);
		return err_hint(err, "git push %s %s", remote, branch);
	}
	err_set(err, ERR_MISMATCH, "'%s' is behind: '%s' has %zu commit%s more", branch, remote,
		behind, plural(behind));
	return err_hint(err, "look at them, and take them: git fetch %s %s:%s", remote, branch,
			branch);
}

static errint look(struct release *r, const struct track *t, bool source, struct track_state *out,
		   struct err *err)
{
	const char *remote = release_remote(r);
	errint rc = 0;

	*out = (struct track_state){.track = t,
				    .here = git_refs_id(&r->refs, t->ref),
				    .there = remote ? git_refs_id(&r->remote, t->ref) : ""};
	if (!*out->here && !*out->there)
		return absent(r, t, err);
	if (*out->there)
		rc = check_rewritten(r, out, err);
	if (!rc && *out->here && *out->there && strcmp(out->here, out->there) != 0)
		rc = differs(r, out, source, err);
	if (!rc && remote && source && !*out->there) {
		err_set(err, ERR_MISMATCH, "'%s' is not pushed: '%s' has no such branch",
			track_branch(t), remote);
		rc = err_hint(err, "git push %s %s", remote, track_branch(t));
	}
	if (rc)
		return rc;
	out->at = *out->there ? out->there : out->here;
	return release_version(r, out->at, &r->a, &out->version, err);
}

errint state_source(struct release *r, const struct track *t, struct track_state *out,
		    struct err *err)
{
	return look(r, t, true, out, err);
}

errint state_target(struct release *r, const struct track *t, struct track_state *out,
		    struct err *err)
{
	return look(r, t, false, out, err);
}

/* ---- the work tree ---- */

static errint check_clean(struct release *r, const char *branch, struct err *err)
{
	struct str first;
	bool dirty;
	errint rc = git_program_dirty(&r->place, &r->a, &dirty, &first, err);

	if (rc || !dirty)
		return rc;
	err_set(err, ERR_MISMATCH,
		"'%s' is checked out with changes that are not committed: '%.*s'", branch,
		STR_ARG(first));
	return err_hint(err, "commit them, or set them aside: git stash");
}

static errint check_elsewhere(struct release *r, const char *ref, struct err *err)
{
	const char *at;
	errint rc = git_place_of_branch(&r->place, str_c(ref), &r->a, &at, err);

	if (rc || !at || strcmp(at, r->place.top) == 0)
		return rc;
	err_set(err, ERR_MISMATCH, "'%s' is checked out in the work tree '%s'", ref, at);
	return err_hint(err, "git -C '%s' switch --detach", at);
}

errint check_work_trees(struct release_plan *p, const struct track_state *from, struct err *err)
{
	struct release *r = p->r;
	struct str head;
	errint rc = git_place_head(&r->place, &r->a, &head, err);
	bool concerned = !rc && from && str_eqz(head, from->track->ref);

	for (size_t i = 0; !rc && i < p->n; i++) {
		if (!p->v[i].here || !*p->v[i].was)
			continue;
		concerned = concerned || str_eqz(head, p->v[i].ref);
		rc = check_elsewhere(r, p->v[i].ref, err);
	}
	return rc || !concerned ? rc : check_clean(r, head.p + strlen("refs/heads/"), err);
}

/* ---- versions ---- */

errint check_version(const struct release *r, const struct track_state *from,
		     const struct track_state *to, struct err *err)
{
	const struct release_version *new = &from->version, *old = &to->version;
	ARENA(a);

	if (r->config.any_version || !old->version.n)
		return 0;
	if (!new->version.n) {
		err_set(err, ERR_MISMATCH, "the version of '%s' cannot be told: %.*s",
			track_branch(from->track), STR_ARG(new->why));
		return err_hint(err, "versions.nix has it as %s", r->config.version);
	}
	if (release_version_compare(new, old) > 0)
		return 0;
	err_set(err, ERR_MISMATCH, "the version does not increase: '%s' has %s, and '%s' has %s",
		track_branch(to->track), release_version_text(old, &a), track_branch(from->track),
		release_version_text(new, &a));
	return err_hint(err, "kiln release bump counts another build of it; kiln release start "
			     "VERSION moves on");
}

errint check_gates(struct release *r, const struct track_state *from, struct err *err)
{
	errint rc = evidence_bring(r, err);

	return rc ? rc : gates_need(r, from->track, from->at, err);
}
