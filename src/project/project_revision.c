/* SPDX-License-Identifier: MIT
 *
 * Writing out a commit for a build. */
#include "project/project_revision.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/environ.h"
#include "base/file.h"
#include "git/git.h"
#include "git/git_repo.h"

void project_revision_release(struct project_revision *r)
{
	if (r->root)
		remove_tree_quietly(AT_FDCWD, r->root);
	free(r->root);
	free(r->tree);
	free(r->dir);
	*r = (struct project_revision){0};
}

static errint find_commit(const struct git_place *p, const char *rev, char out[GIT_ID_MAX],
			  struct err *err)
{
	struct git_repo *repo CLEANUP(git_repo_cleanup) = NULL;
	errint rc = git_repo_open(p, &repo, err);

	if (!rc)
		rc = git_repo_commit(repo, rev, out, err);
	if (rc == ERR_NOT_FOUND)
		err_hint(err, p->shallow ? "this clone is shallow: git fetch --unshallow"
					 : "git fetch brings what others have pushed");
	return rc;
}

static errint write_out(struct session *s, const struct git_place *p, const char *commit,
			const char *dest, struct err *err)
{
	char *cache CLEANUP_FREE = user_cache_dir();
	struct git_source *from CLEANUP(git_close_cleanup) = NULL;
	struct git_options o = {.cache_dir = cache, .report = s->report};
	struct git_request q = {
		.url = str_c(p->top),
		.ref = S(""),
		.rev = str_c(commit),
		.checkout = true,
		.submodules = true,
	};
	errint rc = git_open(&o, &q, &from, err);

	return rc ? rc : git_export(from, dest, err);
}

errint project_revision_open(struct session *s, const char *project, const char *rev,
			     struct project_revision *out, struct err *err)
{
	ARENA(a);
	struct git_place p;
	errint rc = git_place_find(project, &a, &p, err);

	if (!rc)
		rc = find_commit(&p, rev, out->commit, err);
	if (!rc)
		rc = temp_dir(temp_dir_root(), "kiln-rev.", &out->root, err);
	if (rc)
		return rc;
	char *root CLEANUP_FREE = realpath(out->root, NULL);
	out->tree = path_join(str_c(root ? root : out->root), path_base(str_c(p.top)));
	rc = write_out(s, &p, out->commit, out->tree, err);
	if (rc)
		return err_wrap(err, "revision '%s'", rev);
	out->dir = path_join(str_c(out->tree), str_drop_suffix(p.prefix, S("/")));
	char *recipes CLEANUP_FREE = path_join(str_c(out->dir), S(".flox/pkgs"));
	if (access(recipes, F_OK) == 0)
		return 0;
	err_set(err, ERR_NOT_FOUND, "revision '%s' has no recipes: no folder '%.*s.flox/pkgs'", rev,
		STR_ARG(p.prefix));
	return err_hint(err, "which commits have them: git log --oneline -- '%.*s.flox/pkgs'",
			STR_ARG(p.prefix));
}
