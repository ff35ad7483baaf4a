/* SPDX-License-Identifier: MIT
 *
 * Opening: a few small files, no more. */
#include "environment/environment_int.h"

#include <stdlib.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"
#include "manifest/env_json.h"
#include "manifest/manifest.h"
#include "store/store.h"

/* ---- its name ---- */

/* What env.json says; a folder's name where there is none, or one without a name. */
static errint read_name(struct arena *a, struct environment *env, struct err *err)
{
	struct env_json json = {0};
	errint rc = env_json_read(env->dir.p, a, &json, err);

	if (rc == ERR_NOT_FOUND)
		err_clear(err);
	else if (rc)
		return rc;
	env->name = json.name.n ? json.name : path_base(env->dir);
	return 0;
}

/* ---- what it wants installed ---- */

static void put(struct buf *b, struct str s)
{
	buf_printf(b, "%zu:%.*s,", s.n, STR_ARG(s));
}

static void put_texts(struct buf *b, const struct manifest_texts *t)
{
	buf_printf(b, "%d%zu[", t->at != NULL, t->n);
	for (size_t i = 0; i < t->n; i++)
		put(b, t->v[i].text);
}

errint env_installs(struct arena *a, const struct manifest *m, struct str *out, struct err *err)
{
	BUF(b, LIMIT_TOML_TEXT);

	buf_printf(&b, "%u ", m->schema);
	put_texts(&b, &m->options.systems);
	put_texts(&b, &m->options.allow_licenses);
	for (size_t i = 0; i < m->n_packages; i++) {
		const struct manifest_package *p = &m->packages[i];

		put(&b, p->id);
		put(&b, p->what.text);
		put(&b, p->version.text);
		put(&b, p->group.text);
		buf_printf(&b, "%d %lld ", p->kind, (long long)p->priority.value);
		put_texts(&b, &p->systems);
		put_texts(&b, &p->outputs);
		buf_printf(&b, "%d\n", p->all_outputs);
	}
	errint rc = buf_check(&b, "manifest", err);
	if (!rc)
		*out = env_hash(a, buf_str(&b));
	return rc;
}

/* ---- the whole ---- */

errint env_read_manifest(struct arena *a, struct environment *env, struct str text, struct err *err)
{
	errint rc = manifest_parse(text, env->manifest_file.p, a, &env->own, err);

	if (!rc)
		rc = manifest_refuse_unknown(env->own, err);
	if (!rc)
		rc = manifest_compose(env->own, env->dir.p, a, &env->manifest, err);
	if (!rc)
		env->manifest_text = text;
	return rc;
}

static errint make_folders(const struct environment *env, struct err *err)
{
	const struct str folders[] = {env->cache_dir, env->run_dir, env->log_dir};

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		if (access(folders[i].p, F_OK) == 0)
			continue;
		errint rc = mkdir_p(AT_FDCWD, folders[i].p, 0755, err);
		if (rc == ERR_DENIED || rc == ERR_SYSTEM)
			err_hint(err, "an environment keeps its generations and caches in its "
				      "folder .flox");
		if (rc)
			return err_wrap(err, "environment '%.*s'", STR_ARG(env->dir));
	}
	return 0;
}

/* Of a file that is not there nothing. */
errint env_read_text(struct arena *a, struct str file, struct str *out, struct err *err)
{
	BUF(text, LIMIT_LOCK_FILE);

	*out = S("");
	if (access(file.p, F_OK))
		return 0;
	errint rc = file_read(AT_FDCWD, file.p, &text, err);
	if (!rc)
		*out = arena_str(a, buf_str(&text));
	return rc;
}

static bool is_there(struct session *s, struct str path)
{
	char *real CLEANUP_FREE = store_real_path(s->store, path);

	return faccessat(AT_FDCWD, real, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Does the generation that is current say what manifest and lock say? */
errint env_read_generation(struct session *s, struct arena *a, struct environment *env,
			   struct err *err)
{
	struct env_generation g;
	struct str lock, installs = S("");
	bool pending;
	errint rc = env_generation_current(a, env->run_dir, env->manifest_text, &g, &pending, err);

	if (!rc)
		rc = env_read_text(a, env->lock_file, &lock, err);
	if (!rc && g.number)
		rc = env_installs(a, env->manifest, &installs, err);
	if (rc || !g.number)
		return rc;
	env->generation = g.number;
	env->profile = g.profile;
	env->fits = !pending && str_eq(g.installs, installs) &&
		    str_eq(g.manifest, env_hash(a, env->manifest_text)) &&
		    str_eq(g.lock, env_hash(a, lock)) && is_there(s, g.profile);
	return 0;
}

static bool is_default(struct str dir)
{
	char *own CLEANUP_FREE = NULL;
	ERR(none);

	return !environment_default_dir(&own, &none) && str_eqz(dir, own);
}

void env_places(struct arena *a, struct str dir, struct environment *out)
{
	*out = (struct environment){
		.dir = dir,
		.is_default = is_default(dir),
		.manifest_file =
			str_c(arena_printf(a, "%.*s/.flox/env/manifest.toml", STR_ARG(dir))),
		.lock_file = str_c(arena_printf(a, "%.*s/.flox/env/manifest.lock", STR_ARG(dir))),
		.cache_dir = str_c(arena_printf(a, "%.*s/.flox/cache", STR_ARG(dir))),
		.run_dir = str_c(arena_printf(a, "%.*s/.flox/run", STR_ARG(dir))),
		.log_dir = str_c(arena_printf(a, "%.*s/.flox/log", STR_ARG(dir))),
		.profile = S(""),
	};
}

errint environment_open(struct session *s, const char *dir, struct arena *a,
			struct environment *out, struct err *err)
{
	char *whole CLEANUP_FREE = NULL;
	BUF(text, LIMIT_TOML_TEXT);
	struct environment env;
	errint rc = path_absolute(str_c(dir), &whole, err);

	if (rc)
		return rc;
	env_places(a, arena_str(a, str_c(whole)), &env);
	rc = file_read(AT_FDCWD, env.manifest_file.p, &text, err);
	if (rc == ERR_NOT_FOUND) {
		err_set(err, ERR_NOT_FOUND, "no environment in '%s'", whole);
		return err_hint(err, "'kiln init' makes one; -d DIR names another folder");
	}
	if (!rc)
		rc = env_read_manifest(a, &env, arena_str(a, buf_str(&text)), err);
	if (!rc)
		rc = read_name(a, &env, err);
	if (!rc)
		rc = make_folders(&env, err);
	if (!rc)
		rc = env_read_generation(s, a, &env, err);
	if (rc)
		return rc;
	*out = env;
	return 0;
}

errint environment_hold(struct session *s, const struct environment *env, pid_t pid,
			struct err *err)
{
	return env->profile.n ? store_hold(s->store, pid, env->profile, err) : 0;
}

errint environment_lock_text(const struct environment *env, struct arena *a, struct str *out,
			     struct err *err)
{
	return env_read_text(a, env->lock_file, out, err);
}
