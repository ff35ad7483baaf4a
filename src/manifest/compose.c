/* SPDX-License-Identifier: MIT
 *
 * [include]: environments of this machine, merged below the one that includes them. An included
 * environment is composed itself before it is merged. */
#include <limits.h>
#include <stdlib.h>

#include "base/file.h"
#include "manifest/env_json.h"
#include "manifest/manifest_int.h"
#include "manifest/manifest_json.h"

enum { INCLUDE_DEPTH = 32, INCLUDES = 256 };

struct composer {
	struct arena *arena;
	struct err *err;
	const char *open[INCLUDE_DEPTH]; /* the folders that are being composed, real paths */
	size_t depth, total;
};

/* ---- lists by name: the higher one's wins, in the place of the lower one's ---- */

/* Elements begin with their name. */
static void *merge_named(struct arena *a, size_t size, const void *low, size_t n_low,
			 const void *high, size_t n_high, size_t *n)
{
	char *v = arena_calloc(a, n_low + n_high + 1, size);
	struct manifest_index below;

	memcpy(v, n_low ? low : v, n_low * size);
	*n = n_low;
	manifest_index_make(&below, a, v, n_low, size);
	for (size_t i = 0; i < n_high; i++) {
		const char *one = (const char *)high + i * size;
		struct str name;

		memcpy(&name, one, sizeof(name));
		ptrdiff_t at = manifest_index_find(&below, name);
		memcpy(v + (at < 0 ? (*n)++ : (size_t)at) * size, one, size);
	}
	return v;
}

#define MERGE(list, count)                                                                 \
	(out->list = merge_named(a, sizeof(*out->list), low->list, low->count, high->list, \
				 high->count, &out->count))

static void merge_vars(struct arena *a, struct manifest_vars *out, const struct manifest_vars *low,
		       const struct manifest_vars *high)
{
	out->at = high->at ? high->at : low->at;
	MERGE(v, n);
}

/* ---- texts and their like ---- */

static struct manifest_text append(struct arena *a, const struct manifest_text *first,
				   const struct manifest_text *second)
{
	if (!first->at || !second->at)
		return first->at ? *first : *second;
	return (struct manifest_text){
		str_c(arena_printf(a, "%.*s\n%.*s", STR_ARG(first->text), STR_ARG(second->text))),
		second->at};
}

static void merge_scripts(struct arena *a, struct manifest *out, const struct manifest *low,
			  const struct manifest *high)
{
	const struct manifest_profile *l = &low->profile, *h = &high->profile;

	out->hook.at = high->hook.at ? high->hook.at : low->hook.at;
	out->hook.on_activate = append(a, &low->hook.on_activate, &high->hook.on_activate);
	/* What was done last is undone first. */
	out->hook.on_deactivate = append(a, &high->hook.on_deactivate, &low->hook.on_deactivate);
	out->profile.at = h->at ? h->at : l->at;
	out->profile.deactivate_at = h->deactivate_at ? h->deactivate_at : l->deactivate_at;
	for (size_t i = 0; i < MANIFEST_SHELL_COUNT; i++) {
		out->profile.activate[i] = append(a, &l->activate[i], &h->activate[i]);
		out->profile.deactivate[i] = append(a, &h->deactivate[i], &l->deactivate[i]);
	}
}

#define OVER(member) (out->member = high->member.at ? high->member : low->member)

static void merge_options(struct manifest_options *out, const struct manifest_options *low,
			  const struct manifest_options *high)
{
	out->at = high->at ? high->at : low->at;
	OVER(systems);
	OVER(allow_unfree);
	OVER(allow_broken);
	OVER(allow_pre_releases);
	OVER(cuda_detection);
	OVER(allow_licenses);
	OVER(activate_mode);
	OVER(upgrade_notifications);
	OVER(stability);
}

/* Both lists' texts, each once. */
static struct manifest_texts unite(struct arena *a, const struct manifest_texts *low,
				   const struct manifest_texts *high)
{
	struct manifest_texts out = {.at = high->at ? high->at : low->at};

	out.v = ARENA_ARRAY(a, struct manifest_text, low->n + high->n + 1);
	for (size_t i = 0; i < low->n + high->n; i++) {
		struct manifest_text t = i < low->n ? low->v[i] : high->v[i - low->n];
		size_t k = 0;

		while (k < out.n && !str_eq(out.v[k].text, t.text))
			k++;
		if (k == out.n)
			out.v[out.n++] = t;
	}
	return out;
}

static void merge_container(struct arena *a, struct manifest_container *out,
			    const struct manifest_container *low,
			    const struct manifest_container *high)
{
	out->at = high->at ? high->at : low->at;
	out->config_at = high->config_at ? high->config_at : low->config_at;
	OVER(user);
	OVER(working_dir);
	OVER(stop_signal);
	OVER(cmd);
	out->exposed_ports = unite(a, &low->exposed_ports, &high->exposed_ports);
	out->volumes = unite(a, &low->volumes, &high->volumes);
	merge_vars(a, &out->labels, &low->labels, &high->labels);
}

/* A table with the entries of both, the higher one's winning. */
static const struct toml *merge_plugins(struct arena *a, const struct toml *low,
					const struct toml *high)
{
	if (!low || !high)
		return high ? high : low;
	struct toml *out = ARENA_NEW(a, struct toml);
	*out = *high;
	out->growth = NULL;
	out->table.entries =
		merge_named(a, sizeof(struct toml_entry), low->table.entries, low->table.n,
			    high->table.entries, high->table.n, &out->table.n);
	return out;
}

/* What version = 1 means by saying nothing is said under a later schema. */
static void say_outputs(const struct manifest *m)
{
	for (size_t i = 0; i < m->n_packages; i++)
		if (m->packages[i].all_outputs && !m->packages[i].outputs.at)
			m->packages[i].outputs.at = m->packages[i].at;
}

/* high laid over low; schema, file and root are the high one's. */
static struct manifest *merge(struct arena *a, const struct manifest *low,
			      const struct manifest *high)
{
	struct manifest *out = ARENA_NEW(a, struct manifest);

	*out = *high;
	out->includes = NULL;
	out->n_includes = 0;
	out->schema = MAX(low->schema, high->schema);
	if (high->schema < low->schema)
		out->schema_at = low->schema_at;
	OVER(description);
	OVER(minimum_cli);
	OVER(auto_start);
	if (!high->minimum_cli.at)
		out->minimum_cli_reason = low->minimum_cli_reason;
	if (low->schema != high->schema) {
		say_outputs(low);
		say_outputs(high);
	}
	MERGE(packages, n_packages);
	MERGE(groups, n_groups);
	MERGE(services, n_services);
	MERGE(watches, n_watches);
	MERGE(builds, n_builds);
	merge_vars(a, &out->vars, &low->vars, &high->vars);
	merge_vars(a, &out->slots, &low->slots, &high->slots);
	merge_scripts(a, out, low, high);
	merge_options(&out->options, &low->options, &high->options);
	merge_container(a, &out->container, &low->container, &high->container);
	out->plugins = merge_plugins(a, low->plugins, high->plugins);
	return out;
}

/* ---- the environments ---- */

static errint compose(struct composer *c, struct manifest *m, const char *dir,
		      struct manifest **out);

static errint told(struct composer *c, const struct manifest_include *i)
{
	return err_wrap(c->err, "%s:%u:%u: included environment '%s'", i->at->file, i->at->line,
			i->at->column, manifest_shown(c->arena, i->dir.text));
}

static errint open_include(struct composer *c, struct manifest_include *i, const char *dir,
			   struct manifest **out)
{
	char real[PATH_MAX];
	const char *path = i->dir.text.p[0] == '/'
				   ? arena_strz(c->arena, i->dir.text)
				   : arena_printf(c->arena, "%s/%.*s", dir, STR_ARG(i->dir.text));
	struct manifest *m;

	if (!realpath(path, real)) {
		err_sys(c->err, "'%s'", path);
		return told(c, i);
	}
	for (size_t k = 0; k < c->depth; k++)
		if (strcmp(c->open[k], real) == 0)
			return toml_err(i->at, c->err, "environment '%s' includes itself",
					manifest_shown(c->arena, i->dir.text));
	path = arena_strz(c->arena, str_c(real));
	if (manifest_read(path, c->arena, &m, c->err)) {
		if (c->err->code == ERR_NOT_FOUND)
			err_hint(c->err, "'dir' is the folder that holds .flox");
		return told(c, i);
	}
	ERR(ignored);
	struct env_json env;
	/* Who has no env.json is called as the folder. */
	i->found_name =
		env_json_read(path, c->arena, &env, &ignored) ? path_base(str_c(path)) : env.name;
	errint rc = compose(c, m, path, out);
	if (!rc)
		i->manifest = *out;
	return rc;
}

static errint at_include(struct composer *c, const struct manifest_include *i)
{
	return err_wrap(c->err, "%s:%u:%u", i->at->file, i->at->line, i->at->column);
}

static errint add_include(struct composer *c, struct manifest_include *i, const char *dir,
			  struct manifest **low)
{
	struct manifest *m;

	if (i->remote.at) {
		err_set(c->err, ERR_UNSUPPORTED,
			"environment '%s' is kept on a server, which kiln does not ask",
			manifest_shown(c->arena, i->remote.text));
		err_hint(c->err, "have it in a folder, and include that: { dir = \"…\" }");
		return at_include(c, i);
	}
	if (c->depth == INCLUDE_DEPTH || ++c->total > INCLUDES) {
		err_set(c->err, ERR_TOO_BIG, "environments include too many others");
		return at_include(c, i);
	}
	errint rc = open_include(c, i, dir, &m);
	if (!rc)
		*low = *low ? merge(c->arena, *low, m) : m;
	return rc;
}

static errint compose(struct composer *c, struct manifest *m, const char *dir,
		      struct manifest **out)
{
	struct manifest *low = NULL;
	errint rc = 0;

	if (!m->n_includes) {
		*out = m;
		return 0;
	}
	c->open[c->depth++] = dir;
	for (size_t i = 0; !rc && i < m->n_includes; i++)
		rc = add_include(c, &m->includes[i], dir, &low);
	c->depth--;
	if (!rc)
		*out = merge(c->arena, low, m);
	return rc;
}

errint manifest_compose(struct manifest *m, const char *dir, struct arena *a, struct manifest **out,
			struct err *err)
{
	struct composer c = {.arena = a, .err = err};
	char real[PATH_MAX];
	struct manifest *whole;

	if (!m->n_includes) {
		*out = m;
		return 0;
	}
	if (!realpath(dir, real))
		return err_sys(err, "'%s'", dir);
	errint rc = compose(&c, m, arena_strz(a, str_c(real)), &whole);
	if (!rc)
		rc = manifest_finish(whole, a, err);
	if (!rc)
		*out = whole;
	return rc;
}
