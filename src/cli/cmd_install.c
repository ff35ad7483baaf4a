/* SPDX-License-Identifier: MIT
 *
 * kiln install: packages into the manifest, the lock and the profile of an environment. */
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "base/report.h"
#include "cli/environment_command.h"
#include "cli/named.h"
#include "manifest/manifest_edit.h"
#include "project/installable.h"
#include "store/store.h"

struct install_command {
	struct environment_from from;
	const char *id;
	bool json;
	struct option_list names;
};

static const struct option rows[] = {
	OPT_TABLE(struct install_command, from.place, NULL, environment_place_rows),
	OPT_TEXT(struct install_command, id, "-i --id", "ID", "the install id of the one package"),
	OPT_FLAG(struct install_command, json, "--json", "print JSON"),
	OPERANDS_NEEDED(struct install_command, names, "NAME|PATH|FLAKE"),
	OPT_END,
};

static const struct toml given; /* stands for the place of what a command line says */

static struct manifest_text text_of(struct str s)
{
	return (struct manifest_text){s, &given};
}

/* A store path, or a link to one, is told by its slash in front, or by being a link; a flake has a
 * mark of its own, also when it is a folder. */
static bool is_path(const char *word)
{
	struct stat st;

	if (strchr(word, '#'))
		return false;
	return *word == '/' || strncmp(word, "./", 2) == 0 || strncmp(word, "../", 3) == 0 ||
	       (lstat(word, &st) == 0 && S_ISLNK(st.st_mode));
}

/* A flake in a folder, named from here, as the manifest names it: from where it is itself. */
static errint flake_text(struct cli *cli, const struct environment *env, const char *word,
			 struct str *out, struct err *err)
{
	struct str folder = str_c(word), name = S("");
	char *whole CLEANUP_FREE = NULL;

	*out = str_c(word);
	(void)str_cut(folder, '#', &folder, &name);
	if (!str_eqz(folder, ".") && !str_starts(folder, S("./")) && !str_starts(folder, S("..")))
		return 0;
	errint rc = path_absolute(folder, &whole, err);
	if (rc)
		return rc;
	struct str at = str_c(whole), rest = str_drop_prefix(at, env->dir);
	if (rest.n < at.n && (!rest.n || rest.p[0] == '/'))
		*out = str_c(arena_printf(&cli->a, ".%.*s#%.*s", STR_ARG(rest), STR_ARG(name)));
	else
		*out = str_c(arena_printf(&cli->a, "%s#%.*s", whole, STR_ARG(name)));
	return 0;
}

static void take_outputs(struct cli *cli, const char **word, struct manifest_package *p)
{
	struct str *outputs;
	size_t n;

	if (!installable_outputs(&cli->a, *word, word, &outputs, &n))
		return;
	p->outputs.at = &given;
	p->all_outputs = n == 0;
	p->outputs.n = n;
	p->outputs.v = ARENA_ARRAY(&cli->a, struct manifest_text, n);
	for (size_t i = 0; i < n; i++)
		p->outputs.v[i] = text_of(outputs[i]);
}

/* What a word of the command line asks for. */
static errint read_word(struct cli *cli, const struct environment *env, const char *word,
			struct manifest_package *out, struct err *err)
{
	struct manifest_package p = {.priority.value = MANIFEST_DEFAULT_PRIORITY, .at = &given};
	struct str name, version, path;

	if (is_path(word)) {
		struct store *s;
		errint rc = cli_store(cli, &s, err);

		if (!rc)
			rc = named_path(cli, word, &path, err);
		if (rc)
			return rc;
		p.kind = MANIFEST_STORE_PATH;
		p.what = text_of(path);
	} else {
		bool flake = strpbrk(word, "#:") != NULL;

		name = str_c(word);
		/* Behind '@' a '^' is a range's. */
		if (!flake && str_cut(name, '@', &name, &version)) {
			p.version = text_of(version);
			word = arena_strz(&cli->a, name);
		}
		take_outputs(cli, &word, &p);
		p.kind = flake ? MANIFEST_FLAKE : MANIFEST_CATALOG;
		name = str_c(word);
		if (flake) {
			errint rc = flake_text(cli, env, word, &name, err);

			if (rc)
				return rc;
		}
		if (!name.n)
			return err_set(err, ERR_USAGE, "'%s' names no package", word);
		p.what = text_of(name);
	}
	p.id = manifest_id_of(&p);
	*out = p;
	return 0;
}

static bool is_same(const struct manifest_package *a, const struct manifest_package *b)
{
	return a->kind == b->kind && str_eq(a->what.text, b->what.text) &&
	       (!b->version.at || str_eq(a->version.text, b->version.text));
}

/* The manifest with one package more; what is there already stays. */
static errint add(struct cli *cli, const struct environment *env, const char *word, const char *id,
		  struct str *text, struct str *added, struct err *err)
{
	BUF(out, LIMIT_TOML_TEXT);
	struct manifest_package p;
	errint rc = read_word(cli, env, word, &p, err);

	if (rc)
		return rc;
	if (id)
		p.id = str_c(id);
	const struct manifest_package *there = manifest_package_find(env->manifest, p.id);
	*added = S("");
	if (there && is_same(there, &p) && !p.outputs.at) {
		report_msg(cli_report(cli), REPORT_NOTE, "'%.*s' is installed in %s already",
			   STR_ARG(p.id), environment_text(cli, env));
		return 0;
	}
	if (there && !is_same(there, &p) && !str_eq(there->what.text, p.what.text)) {
		err_set(err, ERR_EXISTS, "'%.*s' is installed already, as '%.*s'", STR_ARG(p.id),
			STR_ARG(there->what.text));
		return err_hint(err, "give it another install id: -i ID, or uninstall the other");
	}
	rc = manifest_edit_install(*text, env->manifest_file.p, &p, &out, err);
	if (rc)
		return rc;
	*text = arena_str(&cli->a, buf_str(&out));
	*added = p.id;
	return 0;
}

static errint add_all(struct cli *cli, const struct install_command *c,
		      const struct environment *env, struct environment_change *change,
		      struct buf *did, struct err *err)
{
	struct str *ids = ARENA_ARRAY(&cli->a, struct str, c->names.n);
	errint rc = 0;

	change->added = ids;
	if (c->id && c->names.n != 1)
		return err_set(err, ERR_USAGE, "'--id' names one package, but there are %zu",
			       c->names.n);
	buf_putz(did, "install");
	for (size_t i = 0; !rc && i < c->names.n; i++) {
		struct str added;

		rc = add(cli, env, c->names.v[i], c->id, &change->manifest, &added, err);
		if (rc || !added.n)
			continue;
		ids[change->n_added++] = added;
		buf_printf(did, " %s", c->names.v[i]);
	}
	return rc;
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	struct install_command *c = ctx;
	BUF(did, LIMIT_SMALL_FILE);
	struct environment env;

	c->from.fallback = c->from.make = true;
	errint rc = environment_of(cli, &c->from, &env, err);

	if (rc)
		return rc;
	struct environment_change change = {.manifest = env.manifest_text};
	rc = add_all(cli, c, &env, &change, &did, err);
	return rc ? rc : environment_command_change(cli, &env, &change, &did, c->json, err);
}

const struct command command_install = {
	.name = "install",
	.summary = "install packages into an environment",
	.topic = TOPIC_BUILD,
	.needs = NEEDS_STORE,
	.rows = rows,
	.size = sizeof(struct install_command),
	.run = run,
};
