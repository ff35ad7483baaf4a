/* SPDX-License-Identifier: MIT
 *
 * Looking at commits. */
#include "git/git_repo_int.h"

#include <stdlib.h>

#include "base/environ.h"

errint git_repo_open(const struct git_place *p, struct git_repo **out, struct err *err)
{
	struct git_repo *r CLEANUP(git_repo_cleanup) = xcalloc(1, sizeof(*r));
	errint rc = git_api(&r->g, err);

	if (rc)
		return rc;
	r->place = p;
	int status = r->g->git_repository_open(&r->repo, p->top);
	if (status)
		return git_fail(r->g, status, ERR_FAILED, err, "opening Git repository '%s'",
				p->top);
	*out = STEAL(r);
	return 0;
}

void git_repo_close(struct git_repo *r)
{
	if (!r)
		return;
	if (r->repo)
		r->g->git_repository_free(r->repo);
	free(r);
}

void git_repo_cleanup(struct git_repo **r)
{
	git_repo_close(*r);
}

errint git_repo_lookup(struct git_repo *r, const char *id, git_object_t type, git_object **out,
		       struct err *err)
{
	git_object *any = NULL;
	git_oid oid;
	int status = r->g->git_oid_fromstr(&oid, id);

	if (!status)
		status = r->g->git_object_lookup(&any, r->repo, &oid, GIT_OBJECT_ANY);
	if (!status)
		status = r->g->git_object_peel(out, any, type);
	r->g->git_object_free(any);
	return status ? git_fail(r->g, status, ERR_CORRUPT, err, "reading Git object '%s'", id) : 0;
}

errint git_repo_commit(struct git_repo *r, const char *rev, char out[GIT_ID_MAX], struct err *err)
{
	char *text CLEANUP_FREE = xasprintf("%s^{commit}", rev);
	git_object *commit = NULL;
	int status = r->g->git_revparse_single(&commit, r->repo, text);

	if (status == GIT_ENOTFOUND || status == GIT_EINVALIDSPEC)
		return err_set(err, ERR_NOT_FOUND, "'%s' is no commit, branch or tag of '%s'", rev,
			       r->place->top);
	if (status)
		return git_fail(r->g, status, ERR_FAILED, err, "looking for '%s'", rev);
	r->g->git_oid_tostr(out, GIT_ID_MAX, r->g->git_object_id(commit));
	r->g->git_object_free(commit);
	return 0;
}

bool git_repo_has(struct git_repo *r, const char *id)
{
	git_odb *odb = NULL;
	git_oid oid;
	bool yes;

	if (r->g->git_oid_fromstr(&oid, id) || r->g->git_repository_odb(&odb, r->repo))
		return false;
	yes = r->g->git_odb_exists(odb, &oid);
	r->g->git_odb_free(odb);
	return yes;
}

/* ---- history ---- */

static errint two_ids(struct git_repo *r, const char *a, const char *b, git_oid *x, git_oid *y,
		      struct err *err)
{
	int status = r->g->git_oid_fromstr(x, a);

	if (!status)
		status = r->g->git_oid_fromstr(y, b);
	return status ? git_fail(r->g, status, ERR_FAILED, err, "comparing '%s' and '%s'", a, b)
		      : 0;
}

errint git_repo_ahead_behind(struct git_repo *r, const char *a, const char *b, size_t *ahead,
			     size_t *behind, struct err *err)
{
	git_oid x, y;
	errint rc = two_ids(r, a, b, &x, &y, err);

	*ahead = *behind = 0;
	if (rc || strcmp(a, b) == 0)
		return rc;
	int status = r->g->git_graph_ahead_behind(ahead, behind, r->repo, &x, &y);
	return status ? git_fail(r->g, status, ERR_CORRUPT, err, "reading the history of '%s'",
				 r->place->top)
		      : 0;
}

errint git_repo_is_ancestor(struct git_repo *r, const char *of, const char *commit, bool *out,
			    struct err *err)
{
	git_oid x, y;
	errint rc = two_ids(r, commit, of, &x, &y, err);

	*out = strcmp(of, commit) == 0;
	if (rc || *out)
		return rc;
	int k = r->g->git_graph_descendant_of(r->repo, &x, &y);
	if (k < 0)
		return git_fail(r->g, k, ERR_CORRUPT, err, "reading the history of '%s'",
				r->place->top);
	*out = k;
	return 0;
}

errint git_repo_commit_facts(struct git_repo *r, const char *id, struct arena *a,
			     struct git_commit_facts *out, struct err *err)
{
	git_object *o = NULL;
	errint rc = git_repo_lookup(r, id, GIT_OBJECT_COMMIT, &o, err);

	if (rc)
		return rc;
	git_commit *c = (git_commit *)o;
	const char *summary = r->g->git_commit_summary(c);
	*out = (struct git_commit_facts){
		.when = r->g->git_commit_time(c),
		.author = arena_str(a, str_c(r->g->git_commit_author(c)->name)),
		.summary = arena_str(a, str_c(summary ? summary : "")),
	};
	if (r->g->git_commit_parentcount(c))
		r->g->git_oid_tostr(out->parent, GIT_ID_MAX, r->g->git_commit_parent_id(c, 0));
	r->g->git_object_free(o);
	return 0;
}

errint git_repo_entry(struct git_repo *r, const char *commit, const char *path,
		      char out[GIT_ID_MAX], struct err *err)
{
	git_object *o = NULL;
	git_tree_entry *e = NULL;
	errint rc = git_repo_lookup(r, commit, GIT_OBJECT_TREE, &o, err);

	if (rc)
		return rc;
	int status = r->g->git_tree_entry_bypath(&e, (git_tree *)o, path);
	if (status == GIT_ENOTFOUND)
		rc = err_set(err, ERR_NOT_FOUND, "commit '%.12s' has no '%s'", commit, path);
	else if (status)
		rc = git_fail(r->g, status, ERR_CORRUPT, err, "looking for '%s' in '%.12s'", path,
			      commit);
	else
		r->g->git_oid_tostr(out, GIT_ID_MAX, r->g->git_tree_entry_id(e));
	r->g->git_tree_entry_free(e);
	r->g->git_object_free(o);
	return rc;
}

errint git_repo_blob(struct git_repo *r, const char *id, struct arena *a, struct str *out,
		     struct err *err)
{
	git_object *o = NULL;
	errint rc = git_repo_lookup(r, id, GIT_OBJECT_BLOB, &o, err);

	if (rc)
		return rc;
	*out = arena_str(a, str_n(r->g->git_blob_rawcontent((git_blob *)o),
				  (size_t)r->g->git_blob_rawsize((git_blob *)o)));
	r->g->git_object_free(o);
	return 0;
}

/* ---- who works here ---- */

/* "1700000000 +0100" or "@1700000000 +0100", as git itself writes dates; other forms are left to
 * the clock. */
static bool parse_date(const char *text, int64_t *when, int *offset)
{
	struct str s = str_drop_prefix(str_trim(str_c(text)), S("@")), seconds, zone;
	uint64_t n, z;

	if (!str_cut(s, ' ', &seconds, &zone) || !str_to_u64(seconds, &n) || zone.n != 5 ||
	    !str_to_u64(str_skip(zone, 1), &z))
		return false;
	*when = (int64_t)n;
	*offset = (int)(z / 100 * 60 + z % 100) * (zone.p[0] == '-' ? -1 : 1);
	return true;
}

static errint nobody(struct err *err)
{
	err_set(err, ERR_USAGE, "Git does not know who you are");
	return err_hint(err, "git config --global user.name NAME, and user.email ADDRESS");
}

/* What git lets the environment say, libgit2 does not look at. */
errint git_repo_signature(struct git_repo *r, git_signature **out, struct err *err)
{
	const char *name = env_get("GIT_COMMITTER_NAME"), *mail = env_get("GIT_COMMITTER_EMAIL");
	const char *date = env_get("GIT_COMMITTER_DATE");
	git_signature *set = NULL, *made = NULL;
	int64_t when = clock_unix();
	int offset = 0, status = 0;
	bool fixed = date && parse_date(date, &when, &offset);

	if (!name || !mail) {
		if (r->g->git_signature_default(&set, r->repo))
			return nobody(err);
		name = name ? name : set->name;
		mail = mail ? mail : set->email;
		if (!fixed)
			offset = set->when.offset;
	}
	status = r->g->git_signature_new(&made, name, mail, when, offset);
	if (set)
		r->g->git_signature_free(set);
	if (status)
		return git_fail(r->g, status, ERR_USAGE, err, "naming '%s <%s>'", name, mail);
	*out = made;
	return 0;
}
