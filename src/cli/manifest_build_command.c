/* SPDX-License-Identifier: MIT
 *
 * Names of manifest builds among those of recipes. */
#include "cli/manifest_build_command.h"

#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "environment/manifest_build.h"
#include "manifest/manifest.h"
#include "project/project_tracked.h"
#include "store/store.h"

struct manifest_building {
	struct cli *cli;
	struct build_command *c;
	struct environment env;
	struct str *names;
	size_t n;
};

/* Nothing is opened where nobody asks for it: of expressions, revisions and the like there are
 * none. */
static bool may_be_meant(const struct build_command *c)
{
	bool recipes = c->n_asked == 0;

	for (size_t i = 0; i < c->n_asked; i++)
		recipes = recipes || c->asked[i].kind == ASKED_RECIPE;
	return recipes && !c->source.text && !c->rev && !c->check && !c->request.release &&
	       !c->update_hashes;
}

static bool is_recipe(const struct manifest_building *m, struct str name)
{
	char *file CLEANUP_FREE = project_recipe_file(m->env.dir.p, name);

	return file != NULL;
}

/* A name that is both would mean one thing today and another tomorrow. */
static errint check_recipe(const struct manifest_building *m, struct str name, struct err *err)
{
	if (!is_recipe(m, name))
		return 0;
	err_set(err, ERR_USAGE, "'%.*s' is a recipe and a build of the manifest", STR_ARG(name));
	return err_hint(err, "give one of them another name");
}

/* For who asks for what is none. */
static void tell_builds(struct manifest_building *m)
{
	BUF(text, LIMIT_ERR_TEXT);

	for (size_t i = 0; i < m->env.manifest->n_builds; i++)
		buf_printf(&text, "%s%.*s", i ? " " : "", STR_ARG(m->env.manifest->builds[i].name));
	if (text.n)
		m->c->builds_of_manifest = arena_strz(&m->cli->a, buf_str(&text));
}

static errint take_names(struct manifest_building *m, struct err *err)
{
	struct build_command *c = m->c;
	const struct manifest *manifest = m->env.manifest;
	size_t kept = 0;
	errint rc = 0;

	m->names = ARENA_ARRAY(&m->cli->a, struct str, c->n_asked + manifest->n_builds);
	for (size_t i = 0; !rc && !c->n_asked && i < manifest->n_builds; i++) {
		m->names[m->n++] = manifest->builds[i].name;
		rc = check_recipe(m, manifest->builds[i].name, err);
	}
	for (size_t i = 0; !rc && i < c->n_asked; i++) {
		struct str name = str_c(c->asked[i].text);

		if (c->asked[i].kind != ASKED_RECIPE || !manifest_build_find(manifest, name)) {
			c->asked[kept++] = c->asked[i];
			continue;
		}
		m->names[m->n++] = name;
		rc = check_recipe(m, name, err);
	}
	c->n_asked = kept;
	return rc;
}

static errint check_options(const struct build_command *c, size_t n, struct err *err)
{
	if (c->builds.dry_run || c->builds.options.check || c->builds.repair)
		return err_set(err, ERR_UNSUPPORTED,
			       "builds of a manifest are only made: no --dry-run, --check or "
			       "--repair");
	if (c->builds.link && n > 1)
		return err_set(err, ERR_USAGE,
			       "--out-link names one link, but there are %zu builds", n);
	return 0;
}

static errint link_and_print(struct manifest_building *m, const struct environment_built *b,
			     bool first, struct err *err)
{
	const char *link = m->c->builds.link;
	struct store *s;
	errint rc = 0;

	if (!link)
		link = arena_printf(&m->cli->a, "%.*s/result-%.*s", STR_ARG(m->env.dir),
				    STR_ARG(b->name));
	if (!rc)
		rc = cli_store(m->cli, &s, err);
	if (!rc && !m->c->builds.no_link)
		rc = store_add_root(s, link, b->path, err);
	if (rc || !m->c->json) {
		out_printf("%.*s\n", STR_ARG(b->path));
		return rc;
	}
	out_str(first ? S("[\n {\"name\": ") : S(",\n {\"name\": "));
	out_json(b->name);
	out_str(S(", \"version\": "));
	out_json_or_null(b->version);
	out_str(S(", \"drvPath\": "));
	out_json(b->drv);
	out_str(S(", \"outputs\": {\"out\": "));
	out_json(b->path);
	out_str(S("}}"));
	return 0;
}

static errint build_all(struct manifest_building *m, struct err *err)
{
	struct session *s;
	errint rc = cli_session(m->cli, &s, err);

	if (!rc)
		rc = check_options(m->c, m->n, err);
	if (!rc)
		rc = environment_ready(s, &m->env, &m->cli->a, err);
	for (size_t i = 0; !rc && i < m->n; i++) {
		struct environment_built built;

		rc = environment_build(s, &m->env, m->names[i], &m->cli->a, &built, err);
		if (!rc)
			rc = link_and_print(m, &built, i == 0, err);
	}
	if (!rc && m->c->json)
		out_str(S("\n]\n"));
	return rc;
}

static errint open_environment(struct manifest_building *m, bool *there, struct err *err)
{
	char *dir CLEANUP_FREE = NULL;
	struct session *s;
	ERR(none);
	errint rc = environment_find(m->c->project, m->c->project != NULL, &dir, &none);

	*there = false;
	if (rc)
		return 0;
	rc = cli_session(m->cli, &s, err);
	if (!rc)
		rc = environment_open(s, dir, &m->cli->a, &m->env, err);
	*there = !rc;
	return rc;
}

errint manifest_build_command(struct cli *cli, struct build_command *c, bool *left, struct err *err)
{
	struct manifest_building m = {.cli = cli, .c = c};
	bool all = c->n_asked == 0, there = false;
	errint rc = may_be_meant(c) ? open_environment(&m, &there, err) : 0;

	*left = true;
	if (!rc && there) {
		tell_builds(&m);
		rc = take_names(&m, err);
	}
	if (rc || !m.n)
		return rc;
	rc = build_all(&m, err);
	char *recipes CLEANUP_FREE = path_join(m.env.dir, S(".flox/pkgs"));
	*left = all ? access(recipes, F_OK) == 0 : c->n_asked > 0;
	if (!rc && *left && c->json)
		rc = err_set(err, ERR_USAGE,
			     "--json tells recipes or builds of the manifest: name them");
	return rc;
}
