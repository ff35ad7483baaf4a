/* SPDX-License-Identifier: MIT
 *
 * From words to store paths. */
#include "cli/named.h"

#include <sys/stat.h>
#include "project/project.h"

bool named_is_path(const char *word)
{
	struct stat st;

	return strchr(word, '/') || (lstat(word, &st) == 0 && S_ISLNK(st.st_mode));
}

static errint first_derivation(struct cli *cli, const struct resolved_list *found, const char *word,
			       struct named *out, struct err *err)
{
	for (size_t i = 0; i < found->n; i++) {
		if (!found->v[i].n)
			continue;
		*out = (struct named){
			.path = arena_str(&cli->a, found->v[i].drvs[0].out_path),
			.drv = arena_str(&cli->a, found->v[i].drvs[0].drv_path),
			.recipe = true,
		};
		return 0;
	}
	return err_set(err, ERR_NOT_FOUND, "recipe '%s' has no derivation", word);
}

/* Its first output. */
static errint find_recipe(struct cli *cli, const char *word, struct named *out, struct err *err)
{
	struct resolved_list found CLEANUP(resolved_list_release) = {0};
	const struct asked asked = {.kind = ASKED_RECIPE, .text = word};
	const struct eval_request eval = {0};
	struct project_request r = {.eval = &eval};
	char *dir CLEANUP_FREE = NULL;
	errint rc = project_find(NULL, &dir, err);

	if (rc) {
		err_clear(err);
		err_set(err, ERR_NOT_FOUND, "'%s' is no store path and no link to one", word);
		return err_hint(err, "in a project's folder it may be the name of a recipe");
	}
	r.dir = dir;
	rc = cli_session(cli, &r.session, err);
	if (!rc)
		rc = project_resolve(&r, &asked, 1, &cli->a, &found, err);
	return rc ? rc : first_derivation(cli, &found, word, out, err);
}

errint named_find(struct cli *cli, const char *word, struct named *out, struct err *err)
{
	struct store *s;
	errint rc = cli_store(cli, &s, err);

	if (rc)
		return rc;
	if (!named_is_path(word))
		return find_recipe(cli, word, out, err);
	*out = (struct named){0};
	return store_follow_links(s, &cli->a, word, &out->path, err);
}

errint named_path(struct cli *cli, const char *word, struct str *out, struct err *err)
{
	struct named named;
	bool valid;
	errint rc = named_find(cli, word, &named, err);

	if (!rc)
		rc = store_is_valid(cli->store, named.path, &valid, err);
	if (rc)
		return rc;
	if (!valid && named.recipe) {
		err_set(err, ERR_NOT_FOUND, "recipe '%s' is not built", word);
		return err_hint(err, "kiln build %s", word);
	}
	if (!valid)
		return err_set(err, ERR_NOT_FOUND, "path '%.*s' is not valid", STR_ARG(named.path));
	*out = named.path;
	return 0;
}
