/* SPDX-License-Identifier: MIT
 *
 * The manifest's part of an activation, and what the store and slots have to say. */
#include "cli/activate_environment.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/file.h"
#include "base/json.h"
#include "cli/slot_told.h"
#include "manifest/manifest.h"
#include "store/store.h"

const char *activate_program(struct cli *cli)
{
	char *file CLEANUP_FREE = NULL;
	ERR(none);

	return read_link(AT_FDCWD, "/proc/self/exe", &file, &none)
		       ? "kiln"
		       : arena_strz(&cli->a, str_c(file));
}

const char *activate_called(const struct cli *cli)
{
	return strncmp(cli->called, "flox", 4) == 0 ? "flox" : "kiln";
}

/* ---- the manifest's part ---- */

/* ORDER manifest_shell, activation_shell: the same names stand for the same. */
static void take_profile(const struct manifest_profile *p, struct activation *a)
{
	for (int i = 0; i < (int)MANIFEST_SHELL_COUNT; i++) {
		a->profile[i] = p->activate[i].text;
		a->unprofile[i] = p->deactivate[i].text;
	}
}
#define X(id, key) _Static_assert((int)MANIFEST_##id == (int)ACTIVATION_##id, "order");
MANIFEST_SHELLS(X)
#undef X

static void take_vars(struct arena *arena, const struct manifest_vars *vars, struct activation *a)
{
	struct activation_var *v = ARENA_ARRAY(arena, struct activation_var, vars->n);

	for (size_t i = 0; i < vars->n; i++)
		v[i] = (struct activation_var){vars->v[i].name, vars->v[i].value};
	a->vars = v;
	a->n_vars = vars->n;
}

/* As Flox names an environment that lies in a folder. */
static struct str active_entry(struct arena *arena, const struct environment *env)
{
	const char *dot = arena_printf(arena, "%.*s/.flox", STR_ARG(env->dir));
	BUF(b, LIMIT_SMALL_FILE);

	buf_putz(&b, "{\"type\":\"dot-flox\",\"path\":");
	json_put_str(&b, str_c(dot));
	buf_putz(&b, ",\"pointer\":{\"name\":");
	json_put_str(&b, env->name);
	buf_putz(&b, ",\"version\":1}}");
	return arena_str(arena, buf_str(&b));
}

static errint take_mode(const struct activate_options *o, const struct manifest *m,
			struct activation *a, struct err *err)
{
	const char *mode = o->mode;
	struct str said = m->options.activate_mode.text;

	if (mode && strcmp(mode, "dev") != 0 && strcmp(mode, "run") != 0) {
		err_set(err, ERR_USAGE, "there is no mode '%s'", mode);
		return err_hint(err, "dev, or run: without headers and libraries to build with");
	}
	a->development = mode ? strcmp(mode, "dev") == 0 : !str_eqz(said, "run");
	return 0;
}

static errint fill(struct cli *cli, const struct activate_options *o, const struct environment *env,
		   struct activation *a, struct err *err)
{
	const struct manifest *m = env->manifest;

	*a = (struct activation){
		.name = env->name,
		.dir = env->dir,
		.cache = env->cache_dir,
		.log = env->log_dir,
		.env = env->profile,
		.active_entry = active_entry(&cli->a, env),
		.on_activate = m->hook.on_activate.text,
		.on_deactivate = m->hook.on_deactivate.text,
		.sbin = o->sbin,
		.prompt = !o->no_prompt,
		.prompt_hides = false,
		.kiln = activate_program(cli),
		.called = activate_called(cli),
		.report = cli_report(cli),
	};
	take_vars(&cli->a, &m->vars, a);
	take_profile(&m->profile, a);
	return take_mode(o, m, a, err);
}

/* ---- slots ---- */

static bool names_slot(const struct option_list *l, struct str slot)
{
	for (size_t i = 0; i < l->n; i++) {
		struct str word = str_c(l->v[i]);

		if (str_starts(word, slot) && word.n > slot.n && word.p[slot.n] == '=')
			return true;
	}
	return false;
}

/* The command line's, and the manifest's where it says nothing. */
static errint fill_slots(struct cli *cli, const struct activate_options *o, const char *program,
			 struct activate_environment *out, struct err *err)
{
	const struct manifest_vars *own = &out->env.manifest->slots;
	struct slot_told *told = ARENA_NEW(&cli->a, struct slot_told);
	struct option_list slots = {0};
	errint rc;

	for (size_t i = 0; i < o->slots.n; i++)
		option_list_add(&cli->a, &slots, o->slots.v[i]);
	for (size_t i = 0; i < own->n; i++)
		if (!names_slot(&o->slots, own->v[i].name))
			option_list_add(&cli->a, &slots,
					arena_printf(&cli->a, "%.*s=%.*s", STR_ARG(own->v[i].name),
						     STR_ARG(own->v[i].value)));
	rc = slot_told(cli, out->env.profile, &slots, program ? program : "bash", true, told, err);
	if (rc)
		return rc;
	out->told = told;
	out->activation.slots = &told->slots;
	return 0;
}

/* ---- the whole ---- */

/* The environment around; the user's own where there is none and nobody named a folder. */
static errint find(const char *dir, char **out, struct err *err)
{
	errint rc = environment_find(dir, dir != NULL, out, err);
	char *own CLEANUP_FREE = NULL;
	ERR(none);

	if (rc != ERR_NOT_FOUND || dir || environment_default_dir(&own, &none))
		return rc;
	char *manifest CLEANUP_FREE = path_join(str_c(own), S(".flox/env/manifest.toml"));
	if (access(manifest, F_OK))
		return rc;
	err_clear(err);
	*out = STEAL(own);
	return 0;
}

errint activate_open(struct cli *cli, const struct activate_options *o, const char *program,
		     struct activate_environment *out, struct err *err)
{
	char *dir CLEANUP_FREE = NULL;
	struct session *s;
	errint rc = find(o->dir, &dir, err);

	if (!rc)
		rc = cli_session(cli, &s, err);
	if (!rc)
		rc = environment_open(s, dir, &cli->a, &out->env, err);
	if (!rc && !out->env.fits)
		rc = environment_ready(s, &out->env, &cli->a, err);
	if (!rc)
		rc = environment_hold(s, &out->env, getpid(), err);
	if (!rc)
		rc = fill(cli, o, &out->env, &out->activation, err);
	return rc ? rc : fill_slots(cli, o, program, out, err);
}
