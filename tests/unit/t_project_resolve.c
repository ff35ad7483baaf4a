/* SPDX-License-Identifier: MIT
 *
 * A session resolves, plans and builds what is asked of a project, and nobody has a command line.
 * The package set is one of the test's own. */
#include "job_fixture.h"

#include <fcntl.h>
#include <unistd.h>
#include "project/project.h"

static char *project;
static struct settings *settings;
static struct session session;
static const struct eval_request eval;

static void put(const char *name, const char *text)
{
	char *path CLEANUP_FREE = xasprintf("%s/%s", root, name);
	char *dir CLEANUP_FREE = str_dupz(path_dir(str_c(path)));

	IS_OK(mkdir_p(AT_FDCWD, dir, 0755, &err), err, "a folder");
	IS_OK(file_write(AT_FDCWD, path, str_c(text), 0644, 0, &err), err, name);
}

static void make_project(void)
{
	char *cache CLEANUP_FREE = xasprintf("%s/cache", root);
	char *data CLEANUP_FREE = xasprintf("%s/data", root);
	char *fetched CLEANUP_FREE = xasprintf(
		"name: derivation { inherit name; system = \"builtin\"; builder = "
		"\"builtin:fetchurl\"; url = \"file://%s/hello\"; outputHashAlgo = \"sha256\"; "
		"outputHash = "
		"\"5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03\"; }",
		root);

	setenv("XDG_CACHE_HOME", cache, 1);
	setenv("KILN_DATA_DIR", data, 1);
	put("hello", "hello\n");
	put("data/pkgs/default.nix",
	    "{ ... }: { filling = import ../../fetched.nix \"filling\"; }");
	put("data/pkgs/project.nix",
	    "{ dir, ... }: { good = import (dir + \"/good.nix\"); bad = import (dir + "
	    "\"/bad.nix\"); }");
	put("fetched.nix", fetched);
	put("project/.flox/pkgs/good.nix", "import ../../../fetched.nix \"good\"");
	put("project/.flox/pkgs/bad.nix", "throw \"never\"");
	put("project/below/file", "");
	project = xasprintf("%s/project", root);
}

static void test_find(void)
{
	char *below CLEANUP_FREE = xasprintf("%s/below", project);
	char *found = NULL;

	IS_OK(chdir(below), err, "go below");
	IS_OK(project_find(NULL, &found, &err), err, "the project above");
	IS_Z(found, project, "is found");
	free(found);
	IS_ERR(project_find(below, &found, &err), err, ERR_NOT_FOUND,
	       "a folder named is it itself");
}

static errint resolve(const struct asked *v, size_t n, bool keep_going, struct resolved_list *out)
{
	const struct project_request r = {
		.session = &session, .dir = project, .eval = &eval, .keep_going = keep_going};

	resolved_list_release(out);
	return project_resolve(&r, v, n, &a, out, &err);
}

static void test_recipe(void)
{
	const struct asked good = {.kind = ASKED_RECIPE, .text = "good"};
	const struct build_options o = {0};
	struct resolved_list found CLEANUP(resolved_list_release) = {0};
	struct build_plan plan = {0};
	struct product *v;
	size_t n = 0;
	bool valid = true;

	IS_OK(resolve(&good, 1, false, &found), err, "a recipe is resolved");
	IS_INT(found.n, 1, "to one thing");
	IS_STR(found.v[0].label, S("good"), "of its name");
	IS_OK(project_products(&session, &a, &found, &v, &n, &err), err, "it has products");
	IS_INT(n, 1, "one");
	IS_INT(v[0].n_paths, 1, "with one output");
	IS_STR(store_path_name(v[0].paths[0]), S("good"), "whose path is known");
	IS_OK(project_plan(&session, &a, &v[0].wanted, 1, &o, &plan, &err), err, "it is planned");
	IS_INT(plan.n_build, 1, "to be made");
	IS_STR(plan.build[0], v[0].wanted.path, "by its derivation");
	IS_OK(store_is_valid(store, v[0].paths[0], &valid, &err), err, "ask");
	OK(!valid, "it is not there yet");
	IS_OK(project_realise(&session, &v[0].wanted, 1, &o, &err), err, "it is built");
	IS_OK(store_is_valid(store, v[0].paths[0], &valid, &err), err, "ask");
	OK(valid, "and there");
	IS_OK(project_plan(&session, &a, &v[0].wanted, 1, &o, &plan, &err), err, "once more");
	IS_INT(plan.n_build, 0, "there is nothing to do");
}

static void test_many(void)
{
	const struct asked all = {.kind = ASKED_RECIPE};
	struct resolved_list found CLEANUP(resolved_list_release) = {0};

	IS_ERR(resolve(&all, 1, false, &found), err, ERR_THROWN, "a recipe that fails ends it");
	for (unsigned i = 0; i < 2; i++) {
		IS_OK(resolve(&all, 1, true, &found), err, "but not when the rest is wanted");
		IS_INT(found.n, 2, "all are told of");
		IS_INT(found.v[0].failure.code, ERR_THROWN,
		       "the one that failed, with its failure");
		OK(strstr(found.v[0].failure.msg, "recipe 'bad'") != NULL, "which names it");
		IS_INT(found.v[0].n, 0, "it has no derivations");
		IS_INT(found.v[1].n, 1, "the other has one");
	}
}

static void test_kinds(void)
{
	static const struct str none = S("none");
	char *path CLEANUP_FREE = xasprintf("%s/hello", root);
	struct asked v[] = {
		{.kind = ASKED_SET, .text = "filling"},
		{.kind = ASKED_PATH},
		{.kind = ASKED_EXPR,
		 .text = "derivation { name = \"two\"; outputs = [ \"out\" \"dev\" ]; system = "
			 "\"builtin\"; builder = \"b\"; }"},
	};
	struct resolved_list found CLEANUP(resolved_list_release) = {0};
	struct product *p;
	size_t n = 0;

	IS_OK(resolve(v, 1, false, &found), err, "of the set");
	v[1].text = arena_strz(&a, found.v[0].drvs[0].drv_path);
	IS_OK(resolve(v, 3, false, &found), err, "three kinds at once");
	IS_INT(found.n, 3, "each is one");
	IS_INT(found.v[0].kind, ASKED_SET, "in their order");
	IS_INT(found.v[1].kind, ASKED_PATH, "a path in the middle");
	IS_INT(found.v[2].kind, ASKED_EXPR, "an expression last");
	IS_STR(found.v[1].drvs[0].drv_path, found.v[0].drvs[0].drv_path, "the same derivation");
	v[2].outputs = (const struct str[]){S("*")};
	v[2].n_outputs = 1;
	IS_OK(resolve(&v[2], 1, false, &found), err, "all outputs");
	IS_OK(project_products(&session, &a, &found, &p, &n, &err), err, "are");
	IS_INT(p[0].n_paths, 2, "two");
	v[2].outputs = &none;
	IS_OK(resolve(&v[2], 1, false, &found), err, "an output that is none");
	IS_ERR(project_products(&session, &a, &found, &p, &n, &err), err, ERR_NOT_FOUND,
	       "is told when products are asked for");
	v[1].text = path;
	IS_ERR(resolve(&v[1], 1, false, &found), err, ERR_FAILED, "a path outside the store");
}

int main(void)
{
	fixture_start();
	make_project();
	settings = settings_new(NULL);
	session_init(&session, store, settings, NULL);
	test_find();
	test_recipe();
	test_many();
	test_kinds();
	session_release(&session);
	settings_free(settings);
	free(project);
	fixture_end();
	return tap_done();
}
