/* SPDX-License-Identifier: MIT
 *
 * What tests of building share: a store in a scratch folder, and derivations written from C. */
#pragma once

#include "job/build.h"
#include "store/derivation.h"
#include "store_fixture.h"

static struct store *store;

static void fixture_open(void)
{
	store = open_store();
}

ATTR_UNUSED static void fixture_start(void)
{
	IS_OK(temp_dir(temp_dir_root(), "kiln-test-build-", &root, &err), err, "scratch folder");
	/* The user's own configuration is not the test's. */
	setenv("XDG_CONFIG_HOME", root, 1);
	fixture_open();
}

ATTR_UNUSED static void fixture_end(void)
{
	store_close(store);
	remove_tree_quietly(AT_FDCWD, root);
	free(root);
	arena_release(&a);
}

struct maker {
	const char *name, *platform, *builder;
	const char *script;       /* of /bin/sh -c, or NULL */
	const char *outputs;      /* blank-separated, sorted; NULL: out */
	const char *const *env;   /* key, value, …, NULL */
	const struct str *inputs; /* .drv paths whose output out is needed */
	size_t n_inputs;
	const char *algo, *hash; /* fixed output */
};

static void fill_env(const struct maker *m, struct drv *d)
{
	size_t n = 0;

	for (const char *const *e = m->env; e && *e; e += 2)
		n++;
	d->env = ARENA_ARRAY(&a, struct drv_env, n + d->n_outputs + 1);
	for (size_t i = 0; i < n; i++)
		d->env[d->n_env++] =
			(struct drv_env){str_c(m->env[2 * i]), str_c(m->env[2 * i + 1])};
	for (size_t i = 0; i < d->n_outputs; i++)
		d->env[d->n_env++] = (struct drv_env){d->outputs[i].name, S("")};
	d->env[d->n_env++] = (struct drv_env){S("name"), d->name};
}

/* Writes the .drv and returns its path. */
ATTR_UNUSED static struct str make_drv(struct maker m)
{
	struct str rest = str_c(m.outputs ? m.outputs : "out"), name, path = STR_NULL;
	static struct str out = {"out", 3};
	struct drv d = {
		.name = str_c(m.name),
		.platform = str_c(m.platform ? m.platform : "builtin"),
		.builder = str_c(m.builder ? m.builder : "/bin/sh"),
		.outputs = ARENA_ARRAY(&a, struct drv_output, 4),
		.inputs = ARENA_ARRAY(&a, struct drv_input, m.n_inputs + 1),
		.n_inputs = m.n_inputs,
		.args = ARENA_ARRAY(&a, struct str, 2),
	};

	while (str_split(&rest, ' ', &name))
		d.outputs[d.n_outputs++].name = name;
	if (m.hash) {
		d.outputs[0].hash_algo = str_c(m.algo);
		d.outputs[0].hash = str_c(m.hash);
	}
	if (m.script) {
		d.args[d.n_args++] = S("-c");
		d.args[d.n_args++] = arena_str(&a, str_c(m.script));
	}
	for (size_t i = 0; i < m.n_inputs; i++)
		d.inputs[i] = (struct drv_input){m.inputs[i], &out, 1};
	fill_env(&m, &d);
	drv_sort(&a, &d);
	IS_OK(drv_fill_outputs(store, &a, &d, &err), err, "fill outputs");
	IS_OK(store_add_drv(store, &a, &d, &path, &err), err, m.name);
	return path;
}

/* Path of a derivation's first output. */
ATTR_UNUSED static struct str output_of(struct str drv_path)
{
	struct build_wanted w = {.path = drv_path};
	struct str *v = NULL;
	size_t n = 0;

	IS_OK(build_wanted_paths(store, &a, &w, 1, &v, &n, &err), err, "outputs");
	return n ? v[0] : STR_NULL;
}
