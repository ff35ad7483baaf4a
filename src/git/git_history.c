/* SPDX-License-Identifier: MIT
 *
 * Which commits lead to one, and how many: each once, however many ways there are. */
#include "git/git_int.h"

#include <stdlib.h>

#include "base/process.h"

/* Commits by their ids; grows by doubling. */
struct id_set {
	git_oid *v;
	bool *used;
	size_t n, cap;
};

static void id_set_release(struct id_set *s)
{
	free(s->v);
	free(s->used);
}

static size_t id_slot(const struct id_set *s, const git_oid *id)
{
	size_t i;

	memcpy(&i, id->id, sizeof(i));
	for (i &= s->cap - 1; s->used[i]; i = (i + 1) & (s->cap - 1))
		if (memcmp(s->v[i].id, id->id, 20) == 0)
			break;
	return i;
}

static void id_set_grow(struct id_set *s)
{
	struct id_set more = {.cap = s->cap ? 2 * s->cap : 1024, .n = s->n};

	more.v = xcalloc(more.cap, sizeof(*more.v));
	more.used = xcalloc(more.cap, sizeof(*more.used));
	for (size_t i = 0; i < s->cap; i++) {
		size_t slot;

		if (!s->used[i])
			continue;
		slot = id_slot(&more, &s->v[i]);
		more.v[slot] = s->v[i];
		more.used[slot] = true;
	}
	id_set_release(s);
	*s = more;
}

/* False when it was there. */
static bool id_set_add(struct id_set *s, const git_oid *id)
{
	size_t slot;

	if (2 * s->n >= s->cap)
		id_set_grow(s);
	slot = id_slot(s, id);
	if (s->used[slot])
		return false;
	s->v[slot] = *id;
	s->used[slot] = true;
	s->n++;
	return true;
}

struct id_stack {
	git_oid *v;
	size_t n, cap;
};

static void id_stack_release(struct id_stack *s)
{
	free(s->v);
}

static void meet(struct id_set *seen, struct id_stack *todo, const git_oid *id)
{
	if (!id_set_add(seen, id))
		return;
	ARRAY_GROW(todo->v, todo->n, todo->cap);
	todo->v[todo->n++] = *id;
}

static errint count(const struct git_api *g, git_repository *repo, const git_oid *start,
		    uint64_t *out, struct err *err)
{
	struct id_set seen CLEANUP(id_set_release) = {0};
	struct id_stack todo CLEANUP(id_stack_release) = {0};

	meet(&seen, &todo, start);
	while (todo.n) {
		git_oid id = todo.v[--todo.n];
		git_commit *commit = NULL;
		int status = g->git_commit_lookup(&commit, repo, &id);

		if (status)
			return git_fail(g, status, ERR_CORRUPT, err,
					"reading the history of a Git repository");
		for (unsigned i = 0; i < g->git_commit_parentcount(commit); i++)
			meet(&seen, &todo, g->git_commit_parent_id(commit, i));
		g->git_commit_free(commit);
		errint rc = interrupt_check(err);
		if (rc)
			return rc;
	}
	*out = seen.n;
	return 0;
}

static errint rev_count(const struct git_api *g, git_repository *repo, const char *path,
			const char *rev, uint64_t *out, struct err *err)
{
	git_object *object = NULL, *commit = NULL;
	git_oid id;
	int status;
	errint rc;

	if (g->git_repository_is_shallow(repo))
		return err_set(err, ERR_FAILED,
			       "'%s' is a shallow Git repository, so 'revCount' is not available",
			       path);
	status = g->git_oid_fromstr(&id, rev);
	if (!status)
		status = g->git_object_lookup(&object, repo, &id, GIT_OBJECT_ANY);
	if (!status)
		status = g->git_object_peel(&commit, object, GIT_OBJECT_COMMIT);
	if (status)
		rc = git_fail(g, status, ERR_CORRUPT, err, "reading the commit '%s'", rev);
	else
		rc = count(g, repo, g->git_object_id(commit), out, err);
	g->git_object_free(commit);
	g->git_object_free(object);
	return rc;
}

errint git_rev_count(struct str repo_dir, const char *rev, uint64_t *out, struct err *err)
{
	char *path CLEANUP_FREE = str_dupz(repo_dir);
	const struct git_api *g;
	git_repository *repo = NULL;
	errint rc = git_api(&g, err);

	if (rc)
		return rc;
	rc = g->git_repository_open(&repo, path);
	if (rc)
		return git_open_fail(g, rc, path, err);
	rc = rev_count(g, repo, path, rev, out, err);
	g->git_repository_free(repo);
	return rc;
}

errint git_contains(const struct git_source *s, const git_oid *tip, const git_oid *id, bool *out,
		    struct err *err)
{
	int k = s->api->git_oid_cmp(tip, id) == 0
			? 1
			: s->api->git_graph_descendant_of(s->repo, tip, id);

	if (k < 0)
		return git_fail(s->api, k, ERR_CORRUPT, err,
				"reading the history of a Git repository");
	*out = k;
	return 0;
}
