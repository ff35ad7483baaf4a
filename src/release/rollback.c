/* SPDX-License-Identifier: MIT
 *
 * Going back. What is left must stay within reach: git forgets what no ref leads to. */
#include <fcntl.h>

#include "base/file.h"
#include "release/promote_int.h"

/* The last line of the branch's log that came from elsewhere: "OLD NEW NAME <MAIL> TIME ZONE\tWHY".
 */
static errint from_log(struct release *r, const struct track_state *s, const char **out,
		       struct err *err)
{
	const char *file = arena_printf(&r->a, "%s/logs/%s", r->place.common, s->track->ref);
	BUF(text, LIMIT_TOOL_OUTPUT);
	struct str rest, line;
	ERR(absent);

	*out = NULL;
	if (file_read(AT_FDCWD, file, &text, &absent))
		return absent.code == ERR_NOT_FOUND ? 0 : err_move(err, &absent);
	rest = buf_str(&text);
	while (str_split(&rest, '\n', &line)) {
		struct str old = str_sub(line, 0, GIT_ID_MAX - 1);
		struct str new = str_sub(line, GIT_ID_MAX, GIT_ID_MAX - 1);

		if (new.n == GIT_ID_MAX - 1 && str_eqz(new, s->at) && !str_eq(old, new) &&
		    old.p[0] && str_find(old, S("0000000000000000")) != 0)
			*out = arena_strz(&r->a, old);
	}
	return 0;
}

/* The highest version below that is kept and leads here. */
static errint from_kept(struct release *r, const struct track_state *s, const char **out,
			struct err *err)
{
	struct release_version best = {.version = S("")};
	struct git_repo *repo;
	errint rc = release_repo(r, &repo, err);

	*out = NULL;
	for (size_t i = 0; !rc && i < r->refs.n; i++) {
		const struct git_ref *ref = &r->refs.v[i];
		struct release_version v;
		struct git_tag_facts f;
		bool earlier = false;

		if (!str_starts(ref->name, S("refs/tags/")))
			continue;
		ERR(no_commit);
		if (git_repo_tag_facts(repo, ref->id, &r->a, &f, &no_commit))
			continue;
		rc = release_version(r, f.commit, &r->a, &v, err);
		if (rc || !v.version.n || release_version_compare(&v, &s->version) >= 0 ||
		    (best.version.n && release_version_compare(&v, &best) <= 0))
			continue;
		rc = git_repo_is_ancestor(repo, f.commit, s->at, &earlier, err);
		if (rc || !earlier)
			continue;
		best = v;
		*out = arena_printf(&r->a, "%s", f.commit);
	}
	return rc;
}

/* Does another ref lead to what is left? */
static errint check_kept(struct release *r, const struct track_state *s, struct err *err)
{
	const char *remote = release_remote(r), *branch = track_branch(s->track);
	const char *there = remote ? arena_printf(&r->a, "refs/remotes/%s/%s", remote, branch) : "";
	struct git_repo *repo;
	bool kept = false;
	errint rc = release_repo(r, &repo, err);

	for (size_t i = 0; !rc && !kept && i < r->refs.n; i++) {
		const struct git_ref *ref = &r->refs.v[i];
		struct git_tag_facts f;
		ERR(no_commit);

		if (str_eqz(ref->name, s->track->ref) || str_eqz(ref->name, there) ||
		    git_repo_tag_facts(repo, ref->id, &r->a, &f, &no_commit))
			continue;
		rc = git_repo_is_ancestor(repo, s->at, f.commit, &kept, err);
	}
	if (rc || kept)
		return rc;
	err_set(err, ERR_DENIED, "nothing else leads to %.12s, which '%s' would leave", s->at,
		branch);
	return err_hint(err, "git branch withdrawn-%.12s %.12s keeps it", s->at, s->at);
}

static errint find_target(struct release *r, const struct track_state *s, const char *to,
			  const char **out, struct err *err)
{
	struct git_repo *repo;
	char id[GIT_ID_MAX];
	errint rc = release_repo(r, &repo, err);

	if (!rc && to) {
		rc = git_repo_commit(repo, to, id, err);
		*out = rc ? NULL : arena_printf(&r->a, "%s", id);
		return rc;
	}
	if (!rc)
		rc = from_log(r, s, out, err);
	if (!rc && !*out)
		rc = from_kept(r, s, out, err);
	if (rc || *out)
		return rc;
	err_set(err, ERR_NOT_FOUND, "what '%s' was before is not known here",
		track_branch(s->track));
	return err_hint(err, "name the commit or tag: kiln release rollback %.*s --to COMMIT",
			STR_ARG(s->track->name));
}

errint release_rollback(struct release *r, const struct track *t, const char *to,
			struct release_plan *out, struct err *err)
{
	const char *remote = release_remote(r), *target;
	struct track_state s;
	struct release_version v;
	struct git_repo *repo;
	bool earlier;
	errint rc = release_repo(r, &repo, err);

	out->r = r;
	if (!rc)
		rc = state_source(r, t, &s, err);
	if (rc)
		return rc;
	/* Said again, one that is done would be another one. */
	if (release_stands(r, out->what)) {
		out->nothing = arena_printf(&r->a,
					    "%s is back already; further back goes kiln release "
					    "rollback %.*s --to COMMIT",
					    track_branch(t), STR_ARG(t->name));
		return 0;
	}
	rc = find_target(r, &s, to, &target, err);
	if (rc || strcmp(target, s.at) == 0)
		return rc;
	rc = git_repo_is_ancestor(repo, target, s.at, &earlier, err);
	if (!rc && !earlier) {
		err_set(err, ERR_MISMATCH, "%.12s is no earlier commit of '%s'", target,
			track_branch(t));
		return err_hint(err, "what is newer comes by kiln release promote");
	}
	if (!rc)
		rc = check_kept(r, &s, err);
	if (!rc)
		rc = release_version(r, target, &r->a, &v, err);
	if (rc)
		return rc;
	struct release_move *m = release_plan_add(out, t->ref, target);
	m->was = s.here;
	m->there_was = s.there;
	m->here = *s.here || !remote;
	m->there = remote != NULL;
	m->backwards = true;
	m->note = arena_printf(&r->a, "%s -> %s", release_version_text(&s.version, &r->a),
			       release_version_text(&v, &r->a));
	return check_work_trees(out, &s, err);
}
