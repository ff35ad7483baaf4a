/* SPDX-License-Identifier: MIT
 *
 * Where the names are that can be completed. Nothing here fails: a project that is broken has
 * fewer. */
#include <dirent.h>

#include "base/file.h"
#include "base/toml.h"
#include "cli/catalog_command.h"
#include "cli/command.h"
#include "cli/complete.h"
#include "cli/help_topics.h"
#include "doctor/doctor.h"
#include "environment/env_generation.h"
#include "project/project.h"
#include "release/track.h"
#include "slot/list.h"
#include "store/key_files.h"

void complete_offer(struct completion *c, struct str candidate, struct str help)
{
	struct str rest = help, line = S("");

	if (!str_starts(candidate, c->word))
		return;
	for (size_t i = 0; i < candidate.n; i++)
		if ((unsigned char)candidate.p[i] < ' ')
			return;
	str_split(&rest, '\n', &line);
	out_printf("%.*s%.*s%s%.*s\n", STR_ARG(c->front), STR_ARG(candidate), line.n ? "\t" : "",
		   STR_ARG(line));
	c->n++;
}

/* ---- the project ---- */

static const char *project_dir(struct completion *c)
{
	char *dir CLEANUP_FREE = NULL;
	ERR(none);

	return project_find(c->dir, &dir, &none) ? NULL : arena_strz(&c->cli->a, str_c(dir));
}

static void recipes(struct completion *c)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	const char *dir = project_dir(c);
	ERR(none);

	if (!dir)
		return;
	char *folder CLEANUP_FREE = xasprintf("%s/.flox/pkgs", dir);
	if (dir_list(AT_FDCWD, folder, &list, &none))
		return;
	for (size_t i = 0; i < list.n; i++) {
		char *file CLEANUP_FREE = xasprintf("%s/%s/default.nix", folder, list.v[i].name);
		struct str name = str_c(list.v[i].name);
		struct stat st;

		if (str_ends(name, S(".nix")) && list.v[i].type != DT_DIR)
			complete_offer(c, str_drop_suffix(name, S(".nix")), S("recipe"));
		else if (stat(file, &st) == 0)
			complete_offer(c, name, S("recipe"));
	}
}

static void packages(struct completion *c)
{
	const struct catalog_from from = {0};
	struct catalog *catalog CLEANUP(catalog_cleanup) = NULL;
	struct catalog_row *v;
	struct catalog_hit *hits;
	size_t n, n_hits;
	ERR(none);

	if (catalog_of(c->cli, &from, EVALUATION_READ_ONLY, &catalog, &none) ||
	    catalog_rows(catalog, &v, &n, &none))
		return;
	catalog_search(&c->cli->a, v, n, NULL, 0, &hits, &n_hits);
	for (size_t i = 0; i < n_hits; i++) {
		if (hits[i].row->kind == CATALOG_RECIPE)
			continue;
		complete_offer(c, hits[i].row->attr, hits[i].row->description);
		for (size_t k = 0; k < hits[i].n_also; k++)
			complete_offer(c, hits[i].also[k], hits[i].row->description);
	}
}

static void tracks(struct completion *c)
{
	const char *dir = project_dir(c);
	struct release_config config;
	ERR(none);

	if (!dir || release_config_read(dir, &c->cli->a, &config, &none))
		return;
	for (size_t i = 0; i < config.n; i++)
		complete_offer(c, config.v[i].name, S("track"));
}

/* ---- the environment ---- */

static const struct toml *manifest_in(struct completion *c, struct str dir)
{
	BUF(text, LIMIT_TOML_TEXT);
	char *file CLEANUP_FREE = path_join(dir, S(".flox/env/manifest.toml"));
	struct toml *root;
	ERR(none);

	return file_read(AT_FDCWD, file, &text, &none) ||
			       toml_parse(buf_str(&text), file, &c->cli->a, &root, &none)
		       ? NULL
		       : root;
}

/* The manifest of the folder, or the nearest above that has one; else the user's own. */
static const struct toml *manifest(struct completion *c)
{
	char *dir CLEANUP_FREE = NULL;
	ERR(none);

	if (!environment_find(c->dir, false, &dir, &none))
		return manifest_in(c, str_c(dir));
	err_clear(&none);
	return environment_default_dir(&dir, &none) ? NULL : manifest_in(c, str_c(dir));
}

static void keys_of(struct completion *c, const char *table, struct str help)
{
	const struct toml *root = manifest(c), *t = root ? toml_get(root, str_c(table)) : NULL;

	for (size_t i = 0; t && t->kind == TOML_TABLE && i < t->table.n; i++)
		complete_offer(c, t->table.entries[i].key, help);
}

static void generations(struct completion *c)
{
	struct arena *a = &c->cli->a;
	struct env_generation *v;
	char *dir CLEANUP_FREE = NULL;
	size_t n;
	ERR(none);

	if (environment_find(c->dir, false, &dir, &none) ||
	    env_generation_list(a, str_c(arena_printf(a, "%s/.flox/run", dir)), &v, &n, &none))
		return;
	for (size_t i = 0; i < n; i++)
		complete_offer(c, str_c(arena_printf(a, "%llu", (unsigned long long)v[i].number)),
			       v[i].did);
}

/* ---- kiln's own ---- */

/* SLOT=FILLING: those of the set, and how others are named. */
static void slots(struct completion *c)
{
	static const char *const fillings[] = {"torch=cpu", "torch=cuda", "torch=venv:"};
	struct slot_list list;
	const char *data;
	ERR(none);

	for (size_t i = 0; i < ARRAY_LEN(fillings); i++)
		complete_offer(c, str_c(fillings[i]), S("filling of the slot torch"));
	if (session_data_dir(&c->cli->session, &data, &none) ||
	    slot_list_read(data, project_dir(c), &c->cli->a, &list, &none))
		return;
	for (size_t i = 0; i < list.n; i++)
		if (!str_eqz(list.v[i].name, "torch"))
			complete_offer(c,
				       str_c(arena_printf(&c->cli->a,
							  "%.*s=venv:", STR_ARG(list.v[i].name))),
				       S("slot"));
}

static void settings(struct completion *c)
{
	static const char *const names[] = {
#define X(id, kind, name, aliases) name,
#include "project/settings.def"
#undef X
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		complete_offer(c, str_c(names[i]), S("setting"));
}

static void commands_and_verbs(struct completion *c)
{
	for (size_t i = 0; commands[i]; i++)
		if (!commands[i]->hidden && !command_is_foreign(commands[i]->name))
			complete_offer(c, str_c(commands[i]->name), str_c(commands[i]->summary));
}

static void topics(struct completion *c)
{
	for (size_t i = 0; help_topics[i].name; i++)
		complete_offer(c, str_c(help_topics[i].name), str_c(help_topics[i].summary));
}

static void keys(struct completion *c)
{
	struct str *v;
	size_t n;
	ERR(none);

	if (key_files_list(&c->cli->a, &v, &n, &none))
		return;
	for (size_t i = 0; i < n; i++)
		complete_offer(c, v[i], S("key"));
}

static void checks(struct completion *c)
{
#define X(id, name, text) complete_offer(c, S(name), S(text));
	DOCTOR_PARTS(X)
#undef X
}

void complete_words(struct completion *c, unsigned kinds)
{
	static const struct {
		unsigned kind;
		void (*offer)(struct completion *c);
	} rows[] = {
		{COMPLETE_COMMANDS, commands_and_verbs},
		{COMPLETE_TOPICS, topics},
		{COMPLETE_RECIPES, recipes},
		{COMPLETE_TRACKS, tracks},
		{COMPLETE_SLOTS, slots},
		{COMPLETE_SETTINGS, settings},
		{COMPLETE_KEYS, keys},
		{COMPLETE_GENERATIONS, generations},
		{COMPLETE_CHECKS, checks},
		{COMPLETE_PACKAGES, packages},
	};
	size_t before = c->n;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (kinds & rows[i].kind)
			rows[i].offer(c);
	if (kinds & COMPLETE_SERVICES)
		keys_of(c, "services", S("service"));
	if (kinds & COMPLETE_INSTALLED)
		keys_of(c, "install", S("installed"));
	if (kinds & COMPLETE_BUILDS)
		keys_of(c, "build", S("a build of the manifest"));
	if ((kinds & COMPLETE_OR_PACKAGES) && c->n == before && c->word.n)
		packages(c);
}
