/* SPDX-License-Identifier: MIT
 *
 * The environment of a builder, as Nix makes it (manual, "Builder execution"). */
#include "job/build_env.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/environ.h"
#include "job/build_attrs_file.h"

struct vars {
	struct arena *arena;
	const char *folder; /* the build folder, as the builder sees it */
	struct drv_env *v;
	size_t n, cap;
	struct build_file *files;
	size_t n_files, cap_files;
};

static void vars_release(struct vars *e)
{
	free(e->v);
	free(e->files);
}

static void set(struct vars *e, struct str key, struct str value)
{
	for (size_t i = 0; i < e->n; i++) {
		if (str_eq(e->v[i].key, key)) {
			e->v[i].value = value;
			return;
		}
	}
	ARRAY_GROW(e->v, e->n, e->cap);
	e->v[e->n++] = (struct drv_env){key, value};
}

static void set_z(struct vars *e, const char *key, const char *value)
{
	set(e, str_c(key), arena_str(e->arena, str_c(value)));
}

static void add_file(struct vars *e, struct str name, struct str bytes)
{
	ARRAY_GROW(e->files, e->n_files, e->cap_files);
	e->files[e->n_files++] = (struct build_file){name, bytes};
}

/* A variable that tells where a file with these bytes is. */
static void set_file(struct vars *e, const char *key, const char *name, struct str bytes)
{
	struct str file = arena_str(e->arena, str_c(name));

	add_file(e, file, bytes);
	set(e, arena_str(e->arena, str_c(key)),
	    str_c(arena_printf(e->arena, "%s/%s", e->folder, name)));
}

/* How many processors NIX_BUILD_CORES tells. */
static unsigned build_cores(const struct build_options *o)
{
	long n = o->cores ? (long)o->cores : sysconf(_SC_NPROCESSORS_ONLN);

	return n > 0 ? (unsigned)n : 1;
}

static errint plain_env(struct vars *e, struct store *s, const struct build_attrs *t,
			struct str_set inputs, struct err *err)
{
	struct graph_export *exports;
	struct words as_file;
	size_t n;
	errint rc = build_attrs_words(t, "passAsFile", &as_file, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < t->drv->n_env; i++) {
		const struct drv_env *v = &t->drv->env[i];
		char name[BASE32_LEN(32) + 1];
		struct hash h;

		if (!words_have(&as_file, v->key)) {
			set(e, v->key, v->value);
			continue;
		}
		hash_bytes(HASH_SHA256, v->key, &h);
		base32_encode(h.b, hash_size(h.algo), name);
		set_file(e, arena_printf(e->arena, "%.*sPath", STR_ARG(v->key)),
			 arena_printf(e->arena, ".attr-%s", name), v->value);
	}
	rc = build_attrs_exports(t, &exports, &n, err);
	for (size_t i = 0; !rc && i < n; i++) {
		struct str text;

		rc = export_text(s, e->arena, &exports[i], inputs, &text, err);
		if (!rc)
			add_file(e, exports[i].name, text);
	}
	return rc;
}

static errint structured_env(struct vars *e, struct store *s, const struct build_attrs *t,
			     struct str_set inputs, struct err *err)
{
	struct str json, shell;
	errint rc = build_attrs_files(s, e->arena, t, inputs, &json, &shell, err);

	if (rc)
		return rc;
	set_file(e, "NIX_ATTRS_SH_FILE", ".attrs.sh", shell);
	set_file(e, "NIX_ATTRS_JSON_FILE", ".attrs.json", json);
	return 0;
}

/* What a fixed output may take from the caller, since its hash is known anyway. */
static errint impure_env(struct vars *e, const struct build_attrs *t, struct err *err)
{
	struct words names;
	errint rc = build_attrs_words(t, "impureEnvVars", &names, err);

	if (rc)
		return rc;
	set_z(e, "NIX_OUTPUT_CHECKED", "1");
	for (size_t i = 0; i < names.n; i++)
		set(e, names.v[i],
		    arena_str(e->arena, str_c(env_or(arena_strz(e->arena, names.v[i]), ""))));
	return 0;
}

/* What a derivation may set for itself, so that it does not matter. */
static void set_varied(struct vars *e, const struct build_options *o, unsigned vary)
{
	if (vary & VARY_CORES)
		set_z(e, "NIX_BUILD_CORES", build_cores(o) == 1 ? "4" : "1");
	if (vary & VARY_HASH_SEED) {
		set_z(e, "PYTHONHASHSEED", "4294967295");
		set_z(e, "PERL_HASH_SEED", "4294967295");
	}
	if (vary & VARY_LOCALE) {
		set_z(e, "LC_ALL", "C.UTF-8");
		set_z(e, "LANGUAGE", "et_EE:et");
	}
	if (vary & VARY_TIME_ZONE)
		set_z(e, "TZ", "AHEAD-14");
}

static errint fill(struct vars *e, struct store *s, const struct build_attrs *t,
		   const struct build_options *o, struct str_set inputs, unsigned vary,
		   struct err *err)
{
	static const char *const folders[] = {"NIX_BUILD_TOP", "TMPDIR", "TEMPDIR",
					      "TMP",           "TEMP",   "PWD"};

	/* Shells and password lookups invent values for what is unset: these lead nowhere. */
	set_z(e, "PATH", "/path-not-set");
	set_z(e, "HOME", "/homeless-shelter");
	set(e, S("NIX_STORE"), store_dir(s));
	set_z(e, "NIX_BUILD_CORES", arena_printf(e->arena, "%u", build_cores(o)));
	set_varied(e, o, vary);
	errint rc = t->structured ? structured_env(e, s, t, inputs, err)
				  : plain_env(e, s, t, inputs, err);
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		set_z(e, folders[i], e->folder);
	if (!rc && drv_is_fixed(t->drv))
		rc = impure_env(e, t, err);
	set_z(e, "NIX_LOG_FD", "2");
	set_z(e, "TERM", "xterm-256color");
	return rc;
}

static int by_key(const void *a, const void *b)
{
	return str_cmp(((const struct drv_env *)a)->key, ((const struct drv_env *)b)->key);
}

struct str replace_placeholders(struct arena *a, const struct drv *d, struct str s)
{
	for (size_t i = 0; i < d->n_outputs; i++) {
		char mark[1 + BASE32_LEN(32) + 1] = "/";
		struct hash h;
		BUF(b, LIMIT_NIX_STRING);

		hash_bytes(HASH_SHA256,
			   str_c(arena_printf(a, "nix-output:%.*s", STR_ARG(d->outputs[i].name))),
			   &h);
		base32_encode(h.b, hash_size(h.algo), mark + 1);
		ptrdiff_t at = str_find(s, str_c(mark));
		if (at < 0)
			continue;
		for (; at >= 0; at = str_find(s, str_c(mark))) {
			buf_puts(&b, str_sub(s, 0, (size_t)at));
			buf_puts(&b, d->outputs[i].path);
			s = str_skip(s, (size_t)at + sizeof(mark) - 1);
		}
		buf_puts(&b, s);
		s = arena_str(a, buf_str(&b));
	}
	return s;
}

/* Output paths are known, so what the evaluator left open is closed here. */
static void finish(struct vars *e, const struct drv *d, struct build_env *out)
{
	struct arena *a = e->arena;

	if (e->n)
		qsort(e->v, e->n, sizeof(*e->v), by_key);
	out->env = ARENA_ARRAY(a, char *, e->n + 1);
	for (size_t i = 0; i < e->n; i++) {
		struct str value = replace_placeholders(a, d, e->v[i].value);

		out->env[i] = arena_printf(a, "%.*s=%.*s", STR_ARG(e->v[i].key), STR_ARG(value));
	}
	out->argv = ARENA_ARRAY(a, char *, d->n_args + 2);
	out->argv[0] = arena_strz(a, path_base(d->builder));
	for (size_t i = 0; i < d->n_args; i++)
		out->argv[i + 1] = arena_strz(a, replace_placeholders(a, d, d->args[i]));
	out->files = ARENA_ARRAY(a, struct build_file, e->n_files + 1);
	out->n_files = e->n_files;
	for (size_t i = 0; i < e->n_files; i++)
		out->files[i] = (struct build_file){e->files[i].name,
						    replace_placeholders(a, d, e->files[i].bytes)};
}

errint build_env_make(struct store *s, struct arena *a, const struct build_attrs *t,
		      const struct build_options *o, struct str_set inputs, const char *folder,
		      unsigned vary, struct build_env *out, struct err *err)
{
	struct vars e CLEANUP(vars_release) = {.arena = a, .folder = folder};
	errint rc = fill(&e, s, t, o, inputs, vary, err);

	if (!rc)
		finish(&e, t->drv, out);
	return rc;
}

errint build_env_own(struct store *s, struct arena *a, const struct drv *d, struct str_set inputs,
		     const char *folder, struct build_env *out, struct err *err)
{
	struct vars e CLEANUP(vars_release) = {.arena = a, .folder = folder};
	struct build_attrs t;
	errint rc = build_attrs_init(a, d, &t, err);

	if (!rc)
		rc = t.structured ? structured_env(&e, s, &t, inputs, err)
				  : plain_env(&e, s, &t, inputs, err);
	if (!rc)
		finish(&e, d, out);
	return rc;
}
