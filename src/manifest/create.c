/* SPDX-License-Identifier: MIT
 *
 * New environments: their files, and a first recipe. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/environ.h"
#include "base/file.h"
#include "manifest/env_json.h"
#include "manifest/manifest.h"
#include "manifest/place.h"

/* ---- what is in them ---- */

static const char explained[] =
	"# The manifest of an environment; manifest.toml(5) has all keys.\n"
	"schema-version = \"1.12.0\"\n"
	"\n"
	"# What is in it: 'kiln search' finds packages, 'kiln install' puts them here.\n"
	"[install]\n"
	"# hello.pkg-path = \"hello\"\n"
	"# numpy.pkg-path = \"python313Packages.numpy\"\n"
	"\n"
	"# Variables of everything that runs in it. ${OTHER} and $HOME are filled in.\n"
	"[vars]\n"
	"# PORT = \"8188\"\n"
	"\n"
	"# Run by bash, once, when it is activated: folders, virtual environments, exports.\n"
	"[hook]\n"
	"# on-activate = '''\n"
	"#   mkdir -p \"$FLOX_ENV_CACHE/data\"\n"
	"# '''\n"
	"\n"
	"# Read by your own shell behind that: aliases, functions.\n"
	"[profile]\n"
	"# common = '''\n"
	"#   alias ll='ls -l'\n"
	"# '''\n"
	"\n"
	"# What runs beside you: 'kiln services start', or 'kiln activate -s'.\n"
	"[services]\n"
	"# web.command = \"python3 -m http.server $PORT\"\n"
	"\n"
	"# Other environments that this one is laid over.\n"
	"[include]\n"
	"# environments = [ { dir = \"../common\" } ]\n"
	"\n"
	"[options]\n";

static const char bare[] = "schema-version = \"1.12.0\"\n";

static const char ignored[] = "run/\ncache/\nlib/\nlog/\n!env/\n";

static const char recipe[] =
	"# A first recipe: 'kiln build @' makes it, and links it as result-@.\n"
	"{ lib, stdenvNoCC }:\n"
	"\n"
	"stdenvNoCC.mkDerivation {\n"
	"  pname = \"@\";\n"
	"  version = \"0.1.0\";\n"
	"\n"
	"  # Sources: a folder (src = ./@;), or fetchurl, fetchFromGitHub, fetchPypi. Here is none.\n"
	"  dontUnpack = true;\n"
	"\n"
	"  installPhase = ''\n"
	"    runHook preInstall\n"
	"    mkdir -p $out/bin\n"
	"    printf '#!/bin/sh\\necho \"@ says hello\"\\n' > $out/bin/@\n"
	"    chmod +x $out/bin/@\n"
	"    runHook postInstall\n"
	"  '';\n"
	"\n"
	"  meta = {\n"
	"    description = \"Says hello\";\n"
	"    license = lib.licenses.mit;\n"
	"    mainProgram = \"@\";\n"
	"  };\n"
	"}\n";

/* ---- making them ---- */

struct maker {
	struct arena *arena;
	const char *dir;      /* a real path */
	const char *made[12]; /* files and folders, to be taken away again */
	size_t n;
	struct err *err;
};

static errint make_folder(struct maker *m, const char *path)
{
	if (mkdir(path, 0777) == 0) {
		m->made[m->n++] = path;
		return 0;
	}
	return errno == EEXIST ? 0 : err_sys(m->err, "making '%s'", path);
}

static const char *in(struct maker *m, const char *name)
{
	return arena_printf(m->arena, "%s/.flox/%s", m->dir, name);
}

static errint check_absent(const char *path, struct err *err)
{
	struct stat st;

	if (lstat(path, &st))
		return 0;
	err_set(err, ERR_EXISTS, "'%s' is there already", path);
	return err_hint(err, "kiln init makes what is new; 'kiln edit' changes a manifest");
}

static errint make_file(struct maker *m, const char *path, struct str text)
{
	errint rc = check_absent(path, m->err);

	if (rc)
		return rc;
	mode_t mask = umask(0);
	umask(mask);
	m->made[m->n++] = path;
	return file_write(AT_FDCWD, path, text, 0666 & ~mask, FILE_WRITE_SYNC, m->err);
}

static bool has_line(struct str text, struct str line)
{
	struct str one;

	while (str_split(&text, '\n', &one))
		if (str_eq(str_trim(one), line))
			return true;
	return false;
}

/* Lines that a file of a person's lacks are put behind those that it has. */
static errint make_ignored(struct maker *m)
{
	BUF(text, LIMIT_SMALL_FILE);
	struct str lines = S(ignored), line;
	const char *path = in(m, ".gitignore");
	ERR(absent);

	if (file_read(AT_FDCWD, path, &text, &absent))
		return absent.code == ERR_NOT_FOUND ? make_file(m, path, lines)
						    : err_move(m->err, &absent);
	size_t had = text.n;
	if (text.n && text.p[text.n - 1] != '\n')
		buf_putc(&text, '\n');
	while (str_split(&lines, '\n', &line))
		if (line.n && !has_line(str_sub(buf_str(&text), 0, had), line))
			buf_printf(&text, "%.*s\n", STR_ARG(line));
	errint rc = buf_check(&text, path, m->err);
	if (rc || text.n == had)
		return rc;
	/* It may be a link into a folder of such files. */
	char real[PATH_MAX];
	struct stat st;
	if (!realpath(path, real) || stat(real, &st))
		return err_sys(m->err, "'%s'", path);
	return file_write(AT_FDCWD, real, buf_str(&text), st.st_mode & 07777, 0, m->err);
}

static bool has_text(const char *path, struct str text)
{
	BUF(there, LIMIT_SMALL_FILE);
	ERR(absent);

	return !file_read(AT_FDCWD, path, &there, &absent) && str_eq(buf_str(&there), text);
}

static errint check_recipe_name(const char *name, struct err *err)
{
	size_t n = 0;

	while ((name[n] >= 'a' && name[n] <= 'z') || (name[n] >= 'A' && name[n] <= 'Z') ||
	       (n && ((name[n] >= '0' && name[n] <= '9') || name[n] == '-' || name[n] == '_')))
		n++;
	if (n && !name[n] && n <= 100)
		return 0;
	err_set(err, ERR_USAGE, "'%s' cannot be the name of a recipe", name);
	return err_hint(err, "names begin with a letter; letters, digits, '-' and '_' follow");
}

static errint make_recipe(struct maker *m, const char *name)
{
	BUF(text, LIMIT_SMALL_FILE);
	struct str rest = S(recipe), piece;
	errint rc = make_folder(m, in(m, "pkgs"));

	for (bool first = true; str_split(&rest, '@', &piece); first = false)
		buf_printf(&text, "%s%.*s", first ? "" : name, STR_ARG(piece));
	const char *folder = in(m, arena_printf(m->arena, "pkgs/%s", name));
	const char *file = arena_printf(m->arena, "%s.nix", folder);
	if (!rc && access(folder, F_OK) == 0)
		rc = err_set(m->err, ERR_EXISTS, "'%s' is there already", folder);
	/* One that was cut off may have come this far. */
	if (!rc && has_text(file, buf_str(&text)))
		return 0;
	return rc ? rc : make_file(m, file, buf_str(&text));
}

/* The manifest is the last: with it the environment is there. */
static errint make_all(struct maker *m, const struct manifest_plan *plan, struct str name)
{
	struct env_json env = {0};
	BUF(json, LIMIT_SMALL_FILE);
	const char *text = plan->text ? plan->text : plan->bare ? bare : explained;
	errint rc = make_folder(m, arena_printf(m->arena, "%s/.flox", m->dir));

	if (!rc)
		rc = env_json_print(&env, name, &json, m->err);
	if (!rc)
		rc = make_folder(m, in(m, "env"));
	/* A name that is there already is what the environment is called. */
	if (!rc && access(in(m, "env.json"), F_OK) != 0)
		rc = make_file(m, in(m, "env.json"), buf_str(&json));
	if (!rc && plan->recipe)
		rc = make_recipe(m, plan->recipe);
	if (!rc)
		rc = make_ignored(m);
	return rc ? rc : make_file(m, in(m, "env/manifest.toml"), str_c(text));
}

static void unmake(struct maker *m)
{
	while (m->n) {
		const char *path = m->made[--m->n];

		if (unlink(path) && errno == EISDIR)
			rmdir(path);
	}
}

static bool is_home(const char *dir)
{
	const char *home = env_get("HOME");
	char real[PATH_MAX];

	return home && realpath(home, real) && strcmp(real, dir) == 0;
}

static errint choose_name(const struct manifest_plan *plan, const char *dir, struct arena *a,
			  struct str *out, struct err *err)
{
	struct env_json there;
	ERR(absent);

	if (!plan->name.n) {
		*out = is_home(dir) ? S("default") : env_json_name_of(a, dir);
		if (!env_json_read(dir, a, &there, &absent))
			*out = there.name;
		else if (absent.code != ERR_NOT_FOUND)
			return err_move(err, &absent);
		return 0;
	}
	*out = plan->name;
	errint rc = env_json_check_name(plan->name, err);
	if (rc || env_json_read(dir, a, &there, &absent) || str_eq(there.name, plan->name))
		return rc;
	err_set(err, ERR_EXISTS, "the environment in '%s' is called '%.*s'", dir,
		STR_ARG(there.name));
	return err_hint(err, "leave -n out; 'kiln edit -n NAME' renames");
}

errint manifest_create(const struct manifest_plan *plan, struct arena *a, struct str *name,
		       struct err *err)
{
	struct maker m = {.arena = a, .err = err};
	char real[PATH_MAX];
	errint rc = plan->recipe ? check_recipe_name(plan->recipe, err) : 0;

	if (!rc && plan->name.n)
		rc = env_json_check_name(plan->name, err);
	if (!rc)
		rc = mkdir_p(AT_FDCWD, plan->dir, 0777, err);
	if (rc)
		return rc;
	if (!realpath(plan->dir, real)) {
		rc = err_sys(err, "'%s'", plan->dir);
		return strcmp(plan->dir, ".") ? rc
					      : err_hint(err, "the working folder was deleted; "
							      "change to another one");
	}
	m.dir = arena_strz(a, str_c(real));
	rc = check_absent(in(&m, "env/manifest.toml"), err);
	if (!rc)
		rc = choose_name(plan, m.dir, a, name, err);
	if (!rc)
		rc = make_all(&m, plan, *name);
	if (rc)
		unmake(&m);
	return rc;
}
