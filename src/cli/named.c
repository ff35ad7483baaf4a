/* SPDX-License-Identifier: MIT
 *
 * From words to store paths. */
#include "cli/named.h"

#include <sys/stat.h>
#include "base/file.h"
#include "cli/catalog_command.h"
#include "cli/command.h"
#include "project/project.h"
#include "project/project_tracked.h"

bool named_is_path(const char *word)
{
	struct stat st;

	return strchr(word, '/') || strcmp(word, ".") == 0 || strcmp(word, "..") == 0 ||
	       (lstat(word, &st) == 0 && S_ISLNK(st.st_mode));
}

static errint first_derivation(struct cli *cli, const struct resolved_list *found, const char *word,
			       enum named_kind kind, struct named *out, struct err *err)
{
	for (size_t i = 0; i < found->n; i++) {
		if (!found->v[i].n)
			continue;
		*out = (struct named){
			.path = arena_str(&cli->a, found->v[i].drvs[0].out_path),
			.drv = arena_str(&cli->a, found->v[i].drvs[0].drv_path),
			.kind = kind,
		};
		return 0;
	}
	return err_set(err, ERR_NOT_FOUND, "%s '%s' has no derivation",
		       kind == NAMED_RECIPE ? "recipe" : "package", word);
}

/* The first output of what is asked for; release is NULL for the project's own. */
static errint find_asked(struct cli *cli, const char *dir, const char *word, enum asked_kind kind,
			 const char *release, struct named *out, struct err *err)
{
	struct resolved_list found CLEANUP(resolved_list_release) = {0};
	const struct asked asked = {.kind = kind, .text = word};
	const struct eval_request eval = {.release = release};
	struct project_request r = {.eval = &eval, .dir = dir};
	errint rc = cli_session(cli, &r.session, err);

	if (!rc)
		rc = project_resolve(&r, &asked, 1, &cli->a, &found, err);
	return rc ? rc
		  : first_derivation(cli, &found, word,
				     kind == ASKED_RECIPE ? NAMED_RECIPE : NAMED_PACKAGE, out, err);
}

/* The catalog knows what may have been meant. */
static errint not_found(struct cli *cli, const char *word, struct err *err)
{
	const struct catalog_from from = {0};
	struct catalog *catalog CLEANUP(catalog_cleanup) = NULL;
	struct catalog_item item;
	errint rc = catalog_of(cli, &from, EVALUATION_READ_ONLY, &catalog, err);

	if (!rc)
		rc = catalog_find(catalog, word, &item, err);
	if (rc == ERR_NOT_FOUND)
		return err_hint(err, "or name a store path, or a link to one (result-NAME)");
	if (rc)
		return rc;
	return err_set(err, ERR_UNSUPPORTED, "'%s' has no files of its own", word);
}

/* A recipe of the project around, else a package of the set. */
static errint find_name(struct cli *cli, const char *word, struct named *out, struct err *err)
{
	char *dir CLEANUP_FREE = NULL, *file CLEANUP_FREE = NULL;
	ERR(none);

	if (!project_find(NULL, &dir, &none))
		file = project_recipe_file(dir, str_c(word));
	if (file)
		return find_asked(cli, dir, word, ASKED_RECIPE, NULL, out, err);
	errint rc = find_asked(cli, dir, word, ASKED_SET, NULL, out, err);
	if (rc != ERR_NOT_FOUND)
		return rc;
	err_clear(err);
	return not_found(cli, word, err);
}

/* The first link on the way that leads into the store, and what is behind it. Links are read, not
 * followed: where the store has another place they lead nowhere on this machine. */
static errint through_links(struct cli *cli, const char *word, struct str path, struct str *top,
			    struct str *rest, struct err *err)
{
	for (size_t i = 1; i <= path.n; i++) {
		ERR(ignored);
		struct stat st;

		if (i < path.n && path.p[i] != '/')
			continue;
		char *link CLEANUP_FREE = str_dupz((struct str){path.p, i});
		if (lstat(link, &st) || !S_ISLNK(st.st_mode) ||
		    store_follow_links(cli->store, &cli->a, link, top, &ignored))
			continue;
		*rest = arena_str(&cli->a, str_skip(path, i));
		return 0;
	}
	*rest = S("");
	errint rc = store_follow_links(cli->store, &cli->a, word, top, err);
	return !rc || command_is_foreign(cli->called)
		       ? rc
		       : err_hint(err,
				  "name a store path, a link to one (result-NAME), or a recipe");
}

errint named_place(struct cli *cli, const char *word, struct str *top, struct str *rest,
		   struct err *err)
{
	char *path CLEANUP_FREE = NULL;
	struct store *s;
	errint rc = cli_store(cli, &s, err);

	if (!named_is_path(word)) {
		*rest = S("");
		return rc ? rc : named_path(cli, word, top, err);
	}
	if (!rc)
		rc = path_absolute(str_c(word), &path, err);
	if (rc)
		return rc;
	if (!store_path_split(store_dir(s), str_c(path), top, rest))
		return through_links(cli, word, str_c(path), top, rest, err);
	*top = arena_str(&cli->a, *top);
	*rest = arena_str(&cli->a, *rest);
	return 0;
}

errint named_find(struct cli *cli, const char *word, struct named *out, struct err *err)
{
	struct store *s;
	errint rc = cli_store(cli, &s, err);

	if (rc)
		return rc;
	if (!named_is_path(word))
		return find_name(cli, word, out, err);
	struct str rest;
	*out = (struct named){0};
	return named_place(cli, word, &out->path, &rest, err);
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
	if (!valid && named.kind == NAMED_RECIPE) {
		err_set(err, ERR_NOT_FOUND, "recipe '%s' is not built", word);
		return err_hint(err, "kiln build %s", word);
	}
	if (!valid && named.kind == NAMED_PACKAGE) {
		err_set(err, ERR_NOT_FOUND, "package '%s' is not in the store", word);
		return err_hint(err, "kiln build %s", word);
	}
	if (!valid)
		return store_not_valid(named.path, err);
	*out = named.path;
	return 0;
}

static bool fill_asked(const struct option_list *words, struct asked *out)
{
	bool recipes = !words->n;

	out[0] = (struct asked){.kind = ASKED_RECIPE};
	for (size_t i = 0; i < words->n; i++) {
		out[i] = (struct asked){
			.kind = named_is_path(words->v[i]) ? ASKED_PATH : ASKED_RECIPE,
			.text = words->v[i],
		};
		recipes |= out[i].kind == ASKED_RECIPE;
	}
	return recipes;
}

void named_products_release(struct named_products *p)
{
	resolved_list_release(&p->found);
}

errint named_products(struct cli *cli, const char *project, const struct option_list *words,
		      struct named_products *out, struct err *err)
{
	struct asked *asked = ARENA_ARRAY(&cli->a, struct asked, words->n + 1);
	const struct eval_request eval = {0};
	struct project_request r = {.eval = &eval};
	char *dir CLEANUP_FREE = NULL;
	errint rc = cli_session(cli, &r.session, err);

	if (!rc && fill_asked(words, asked))
		rc = project_find(project, &dir, err);
	if (rc)
		return rc;
	r.dir = dir;
	rc = project_resolve(&r, asked, MAX(words->n, (size_t)1), &cli->a, &out->found, err);
	if (!rc)
		rc = project_products(r.session, &cli->a, &out->found, &out->v, &out->n, err);
	return rc;
}

errint named_release(struct cli *cli, const char *recipe, const char *release, struct str *out,
		     struct err *err)
{
	char *dir CLEANUP_FREE = NULL;
	struct named named;
	bool valid;
	errint rc = project_find(NULL, &dir, err);

	if (!rc)
		rc = find_asked(cli, dir, recipe, ASKED_RECIPE, release, &named, err);
	if (!rc)
		rc = store_is_valid(cli->store, named.path, &valid, err);
	if (rc)
		return rc;
	if (!valid) {
		err_set(err, ERR_NOT_FOUND, "release '%s' of recipe '%s' is not built", release,
			recipe);
		return err_hint(err, "kiln build --no-link %s --release %s", recipe, release);
	}
	*out = named.path;
	return 0;
}
