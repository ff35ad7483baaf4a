/* SPDX-License-Identifier: MIT
 *
 * Putting files on a shelf, and uniting two: trees are changed by libgit2's lists of updates, and
 * the ref moves only from where it was seen. */
#include "git/git_shelf_int.h"

#include <unistd.h>

#include "base/environ.h"
#include "base/process.h"

enum { TRIES = 200, NAP_US = 10 * 1000 };

static void add_update(struct git_shelf_walk *w, const char *path, const git_oid *id)
{
	ARRAY_GROW(w->updates, w->n_updates, w->cap_updates);
	w->updates[w->n_updates++] = (git_tree_update){
		.action = GIT_TREE_UPDATE_UPSERT,
		.id = *id,
		.filemode = GIT_FILEMODE_BLOB,
		.path = path,
	};
}

/* Is a file of the tree not in the one that it is held against? */
static errint note_missing(struct git_shelf_walk *w, const char *path, const git_tree_entry *e,
			   struct err *err)
{
	git_tree_entry *there = NULL;

	if (w->s->api->git_tree_entry_bypath(&there, w->against, path) == 0) {
		w->missing |= w->s->api->git_oid_cmp(w->s->api->git_tree_entry_id(there),
						     w->s->api->git_tree_entry_id(e)) != 0;
		w->s->api->git_tree_entry_free(there);
		return 0;
	}
	w->missing = true;
	add_update(w, path, w->s->api->git_tree_entry_id(e));
	return 0;
}

static errint empty_tree(struct git_shelf *s, git_tree **out, struct err *err)
{
	git_treebuilder *builder = NULL;
	git_oid id;
	int status = s->api->git_treebuilder_new(&builder, s->repo, NULL);

	if (!status)
		status = s->api->git_treebuilder_write(&id, builder);
	s->api->git_treebuilder_free(builder);
	if (status)
		return git_fail(s->api, status, ERR_FAILED, err, "writing a tree");
	return git_shelf_tree_of(s, &id, out, err);
}

/* A commit of base and the updates, with these parents; nothing of the user's is in it, so that who
 * writes evidence needs no name in Git's configuration. */
static errint make_commit(struct git_shelf *s, git_tree *base, const struct git_shelf_walk *w,
			  const git_oid *const *parents, size_t n, const char *message,
			  git_oid *out, struct err *err)
{
	const struct git_api *g = s->api;
	git_commit *v[2] = {NULL, NULL};
	git_signature *who = NULL;
	git_tree *tree = NULL;
	git_oid id;
	int status = g->git_tree_create_updated(&id, s->repo, base, w->n_updates, w->updates);

	if (!status)
		status = g->git_tree_lookup(&tree, s->repo, &id);
	for (size_t i = 0; !status && i < n; i++)
		status = g->git_commit_lookup(&v[i], s->repo, parents[i]);
	if (!status)
		status = g->git_signature_new(&who, "kiln", "kiln@localhost", clock_unix(), 0);
	if (!status)
		status = g->git_commit_create(out, s->repo, NULL, who, who, NULL, message, tree, n,
					      (const git_commit **)v);
	for (size_t i = 0; i < n; i++)
		g->git_commit_free(v[i]);
	g->git_signature_free(who);
	g->git_tree_free(tree);
	return status ? git_fail(g, status, ERR_FAILED, err, "writing to '%s'", s->ref) : 0;
}

/* *moved is false when somebody else was first. */
static errint move_ref(struct git_shelf *s, const git_oid *from, const git_oid *to,
		       const char *message, bool *moved, struct err *err)
{
	git_reference *ref = NULL;
	int status = from ? s->api->git_reference_create_matching(&ref, s->repo, s->ref, to, 1,
								  from, message)
			  : s->api->git_reference_create(&ref, s->repo, s->ref, to, 0, message);

	s->api->git_reference_free(ref);
	*moved = !status;
	if (status == GIT_EMODIFIED || status == GIT_EEXISTS || status == GIT_ELOCKED)
		return 0;
	return status ? git_fail(s->api, status, ERR_FAILED, err, "moving '%s'", s->ref) : 0;
}

static errint add_once(struct git_shelf *s, const struct git_shelf_item *v, size_t n,
		       const char *message, bool *done, struct err *err)
{
	ARENA(a);
	struct git_shelf_walk w CLEANUP(git_shelf_walk_release) = {.s = s, .a = &a};
	const git_oid *parents[1];
	git_tree *base = NULL;
	git_oid from, to;
	bool found;
	errint rc = git_shelf_ref(s, s->ref, &from, &found, err);

	if (!rc)
		rc = found ? git_shelf_tree_of(s, &from, &base, err) : empty_tree(s, &base, err);
	for (size_t i = 0; !rc && i < n; i++) {
		const char *path = arena_strz(&a, v[i].path);
		git_tree_entry *there = NULL;
		git_oid id;

		if (s->api->git_tree_entry_bypath(&there, base, path) == 0) {
			s->api->git_tree_entry_free(there);
			continue;
		}
		int status = s->api->git_blob_create_from_buffer(&id, s->repo, v[i].bytes.p,
								 v[i].bytes.n);
		if (status)
			rc = git_fail(s->api, status, ERR_FAILED, err, "writing '%s'", path);
		else
			add_update(&w, path, &id);
	}
	*done = !rc && !w.n_updates;
	parents[0] = &from;
	if (!rc && !*done)
		rc = make_commit(s, base, &w, parents, found, message, &to, err);
	if (!rc && !*done)
		rc = move_ref(s, found ? &from : NULL, &to, message, done, err);
	s->api->git_tree_free(base);
	return rc;
}

static errint too_often(const struct git_shelf *s, struct err *err)
{
	err_set(err, ERR_EXISTS, "'%s' is moved by others all the time", s->ref);
	return err_hint(err,
			"run it again; a file '%s.lock' in the git folder that nobody holds "
			"is in the way, too",
			s->ref);
}

errint git_shelf_add(struct git_shelf *s, const struct git_shelf_item *v, size_t n,
		     const char *message, struct err *err)
{
	bool done = false;

	for (int i = 0; !done && i < TRIES; i++) {
		errint rc = add_once(s, v, n, message, &done, err);

		if (!rc)
			rc = interrupt_check(err);
		if (rc)
			return rc;
		if (!done)
			usleep(NAP_US);
	}
	return done ? 0 : too_often(s, err);
}

static errint compare(struct git_shelf_walk *w, git_tree *tree, git_tree *against, struct err *err)
{
	w->missing = false;
	w->n_updates = 0;
	w->against = against;
	w->file = note_missing;
	return git_shelf_walk(w, tree, "", 0, err);
}

static errint merge_trees(struct git_shelf *s, const git_oid *ours, const git_oid *theirs,
			  git_tree *our_tree, git_tree *their_tree, bool *changed, bool *done,
			  struct err *err)
{
	ARENA(a);
	struct git_shelf_walk w CLEANUP(git_shelf_walk_release) = {.s = s, .a = &a};
	const git_oid *parents[2] = {ours, theirs};
	int behind = s->api->git_graph_descendant_of(s->repo, ours, theirs);
	int ahead = s->api->git_graph_descendant_of(s->repo, theirs, ours);
	git_oid to;

	if (behind == 1) {
		*changed = *done = true;
		return 0;
	}
	*changed = true;
	errint rc = compare(&w, our_tree, their_tree, err);
	/* Only who adds may go on from it; who took something away is merged over. */
	if (!rc && ahead == 1 && !w.missing)
		return move_ref(s, ours, theirs, "fetched", done, err);
	if (!rc)
		rc = compare(&w, their_tree, our_tree, err);
	if (!rc)
		rc = make_commit(s, our_tree, &w, parents, 2, "both", &to, err);
	return rc ? rc : move_ref(s, ours, &to, "both", done, err);
}

static errint merge_once(struct git_shelf *s, const char *other, bool *changed, bool *done,
			 struct err *err)
{
	git_tree *our_tree = NULL, *their_tree = NULL;
	git_oid ours, theirs;
	bool here, there;
	errint rc = git_shelf_ref(s, other, &theirs, &there, err);

	if (!rc)
		rc = git_shelf_ref(s, s->ref, &ours, &here, err);
	if (rc)
		return rc;
	*changed = here != there;
	*done = !there || (here && s->api->git_oid_cmp(&ours, &theirs) == 0);
	if (*done)
		return 0;
	if (!here)
		return move_ref(s, NULL, &theirs, "fetched", done, err);
	rc = git_shelf_tree_of(s, &ours, &our_tree, err);
	if (!rc)
		rc = git_shelf_tree_of(s, &theirs, &their_tree, err);
	if (!rc && (!our_tree || !their_tree))
		rc = err_set(err, ERR_CORRUPT, "the commits of '%s' are not all here", s->ref);
	if (!rc)
		rc = merge_trees(s, &ours, &theirs, our_tree, their_tree, changed, done, err);
	s->api->git_tree_free(our_tree);
	s->api->git_tree_free(their_tree);
	return rc;
}

errint git_shelf_merge(struct git_shelf *s, const char *other_ref, bool *changed, struct err *err)
{
	bool done = false;

	for (int i = 0; !done && i < TRIES; i++) {
		errint rc = merge_once(s, other_ref, changed, &done, err);

		if (!rc)
			rc = interrupt_check(err);
		if (rc)
			return rc;
		if (!done)
			usleep(NAP_US);
	}
	return done ? 0 : too_often(s, err);
}

errint git_shelf_grows(struct git_shelf *s, const char *from, const char *to, bool *out,
		       struct err *err)
{
	ARENA(a);
	struct git_shelf_walk w CLEANUP(git_shelf_walk_release) = {.s = s, .a = &a};
	git_tree *old, *new = NULL;
	errint rc = git_shelf_tree_at(s, from, &old, err);

	if (!rc)
		rc = git_shelf_tree_at(s, to, &new, err);
	if (!rc && old && new)
		rc = compare(&w, old, new, err);
	*out = !rc && new && !w.missing;
	s->api->git_tree_free(old);
	s->api->git_tree_free(new);
	return rc;
}
