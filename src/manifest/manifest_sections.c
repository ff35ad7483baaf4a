/* SPDX-License-Identifier: MIT
 *
 * The sections of a manifest whose tables are small: [hook], [profile], [build], [include],
 * [options], [containerize]. */
#include <stddef.h>

#include "manifest/manifest_int.h"

/* ---- [hook], [profile] ---- */

static const struct manifest_key hook_keys[] = {
	{"on-activate", MANIFEST_KIND_TEXT, 0, offsetof(struct manifest_hook, on_activate), NULL},
	{"on-deactivate", MANIFEST_KIND_TEXT, 15, offsetof(struct manifest_hook, on_deactivate),
	 NULL},
};

errint manifest_read_hook(struct manifest_reader *r, const struct toml *v, void *into)
{
	struct manifest *m = into;

	m->hook.at = v;
	return manifest_read_table(r, v, hook_keys, ARRAY_LEN(hook_keys), &m->hook);
}

static errint read_deactivate(struct manifest_reader *r, const struct toml *v, void *into)
{
	struct manifest_profile *p = into;
	static const struct manifest_key keys[] = {
#define X(id, key)                                                                                 \
	{key, MANIFEST_KIND_TEXT, 0, offsetof(struct manifest_profile, deactivate[MANIFEST_##id]), \
	 NULL},
		MANIFEST_SHELLS(X)
#undef X
	};

	p->deactivate_at = v;
	return manifest_read_table(r, v, keys, ARRAY_LEN(keys), p);
}

errint manifest_read_profile(struct manifest_reader *r, const struct toml *v, void *into)
{
	struct manifest *m = into;
	static const struct manifest_key keys[] = {
#define X(id, key)                                                                               \
	{key, MANIFEST_KIND_TEXT, 0, offsetof(struct manifest_profile, activate[MANIFEST_##id]), \
	 NULL},
		MANIFEST_SHELLS(X)
#undef X
			{"deactivate", MANIFEST_KIND_OWN, 13, 0, read_deactivate},
	};

	m->profile.at = v;
	return manifest_read_table(r, v, keys, ARRAY_LEN(keys), &m->profile);
}

/* ---- [build] ---- */

#define AT(member) offsetof(struct manifest_build, member)

static errint read_sandbox(struct manifest_reader *r, const struct toml *v, void *into)
{
	/* ORDER manifest_sandbox */
	static const char *const words[] = {"off", "warn", "enforce", "pure"};
	struct manifest_build *b = into;
	size_t i = 0;
	errint rc = manifest_read_word(r, v, words, ARRAY_LEN(words), &i);

	b->sandbox = (enum manifest_sandbox)i;
	b->sandbox_at = v;
	if (!rc && r->m->schema < 13 && b->sandbox != MANIFEST_SANDBOX_OFF &&
	    b->sandbox != MANIFEST_SANDBOX_PURE)
		manifest_find(r, MANIFEST_NEWER, v, S(""), 13);
	return rc;
}

static const struct manifest_key version_keys[] = {
	{"file", MANIFEST_KIND_TEXT, 0, AT(version_file), NULL},
	{"command", MANIFEST_KIND_TEXT, 0, AT(version_command), NULL},
};

static errint read_version(struct manifest_reader *r, const struct toml *v, void *into)
{
	struct manifest_build *b = into;

	if (v->kind == TOML_STRING)
		return manifest_read_kind(r, MANIFEST_KIND_TEXT, v, &b->version);
	if (v->kind != TOML_TABLE)
		return manifest_want(r, v, TOML_STRING);
	errint rc = manifest_read_table(r, v, version_keys, ARRAY_LEN(version_keys), b);
	if (!rc && !b->version_file.at == !b->version_command.at)
		rc = manifest_wrong(r, v, "is a text, or has 'file' or 'command'");
	return rc;
}

static const struct manifest_key build_keys[] = {
	{"command", MANIFEST_KIND_TEXT, 0, AT(command), NULL},
	{"runtime-packages", MANIFEST_KIND_TEXTS, 0, AT(runtime_packages), NULL},
	{"sandbox", MANIFEST_KIND_OWN, 0, 0, read_sandbox},
	{"sandbox-allow", MANIFEST_KIND_TEXTS, 13, AT(sandbox_allow), NULL},
	{"version", MANIFEST_KIND_OWN, 0, 0, read_version},
	{"description", MANIFEST_KIND_TEXT, 0, AT(description), NULL},
	{"license", MANIFEST_KIND_TEXTS, 0, AT(license), NULL},
};
#undef AT

static errint read_build(struct manifest_reader *r, const struct toml *v, void *into)
{
	struct manifest_build *b = into;

	b->name = r->path[r->n_path - 1];
	b->at = v;
	errint rc = manifest_read_table(r, v, build_keys, ARRAY_LEN(build_keys), b);
	if (!rc && !b->command.at)
		rc = manifest_wrong(r, v, "has no 'command'");
	return rc;
}

errint manifest_read_builds(struct manifest_reader *r, const struct toml *v, void *into)
{
	struct manifest *m = into;
	void *out = NULL;
	errint rc = manifest_read_map(r, v, sizeof(struct manifest_build), read_build, &out,
				      &m->n_builds);

	m->builds = out;
	return rc;
}

/* ---- [include] ---- */

#define AT(member) offsetof(struct manifest_include, member)

static const struct manifest_key one_include_keys[] = {
	{"dir", MANIFEST_KIND_TEXT, 0, AT(dir), NULL},
	{"remote", MANIFEST_KIND_TEXT, 0, AT(remote), NULL},
	{"reference", MANIFEST_KIND_TEXT, 0, AT(remote), NULL},
	{"name", MANIFEST_KIND_TEXT, 0, AT(name), NULL},
	{"generation", MANIFEST_KIND_NUMBER, 0, AT(generation), NULL},
	{"auto-upgrade", MANIFEST_KIND_FLAG, 0, AT(auto_upgrade), NULL},
};
#undef AT

static errint read_one_include(struct manifest_reader *r, const struct toml *v,
			       struct manifest_include *out)
{
	errint rc = manifest_read_table(r, v, one_include_keys, ARRAY_LEN(one_include_keys), out);

	out->at = v;
	if (rc)
		return rc;
	if (!out->dir.at == !out->remote.at)
		return manifest_wrong(r, v, "is { dir = \"…\" } or { remote = \"OWNER/NAME\" }");
	if (out->dir.at && !out->dir.text.n)
		return manifest_wrong(r, out->dir.at, "names no folder");
	if (out->generation.at && out->generation.value < 0)
		return manifest_wrong(r, out->generation.at, "has a generation below 0");
	return 0;
}

static errint read_environments(struct manifest_reader *r, const struct toml *v, void *into)
{
	struct manifest *m = into;
	errint rc = manifest_want(r, v, TOML_ARRAY);

	if (rc)
		return rc;
	m->includes = ARENA_ARRAY(r->arena, struct manifest_include, v->array.n + 1);
	for (size_t i = 0; !rc && i < v->array.n; i++)
		rc = read_one_include(r, v->array.items[i], &m->includes[m->n_includes++]);
	return rc;
}

static const struct manifest_key include_keys[] = {
	{"environments", MANIFEST_KIND_OWN, 0, 0, read_environments},
};

errint manifest_read_include(struct manifest_reader *r, const struct toml *v, void *into)
{
	return manifest_read_table(r, v, include_keys, ARRAY_LEN(include_keys), into);
}

/* ---- [options] ---- */

#define AT(member) offsetof(struct manifest_options, member)

static const struct manifest_key allow_keys[] = {
	{"unfree", MANIFEST_KIND_FLAG, 0, AT(allow_unfree), NULL},
	{"broken", MANIFEST_KIND_FLAG, 0, AT(allow_broken), NULL},
	{"licenses", MANIFEST_KIND_TEXTS, 0, AT(allow_licenses), NULL},
};

static errint read_allow(struct manifest_reader *r, const struct toml *v, void *into)
{
	return manifest_read_table(r, v, allow_keys, ARRAY_LEN(allow_keys), into);
}

static const struct manifest_key semver_keys[] = {
	{"allow-pre-releases", MANIFEST_KIND_FLAG, 0, AT(allow_pre_releases), NULL},
};

static errint read_semver(struct manifest_reader *r, const struct toml *v, void *into)
{
	return manifest_read_table(r, v, semver_keys, ARRAY_LEN(semver_keys), into);
}

static errint read_mode(struct manifest_reader *r, const struct toml *v, void *into)
{
	static const char *const words[] = {"dev", "run"};
	struct manifest_options *o = into;
	size_t i = 0;
	errint rc = manifest_read_word(r, v, words, ARRAY_LEN(words), &i);

	return rc ? rc : manifest_read_kind(r, MANIFEST_KIND_TEXT, v, &o->activate_mode);
}

static const struct manifest_key activate_keys[] = {
	{"mode", MANIFEST_KIND_OWN, 0, 0, read_mode},
	{"upgrade-notifications", MANIFEST_KIND_FLAG, 18, AT(upgrade_notifications), NULL},
};

static errint read_activate(struct manifest_reader *r, const struct toml *v, void *into)
{
	return manifest_read_table(r, v, activate_keys, ARRAY_LEN(activate_keys), into);
}

static const struct manifest_key option_keys[] = {
	{"systems", MANIFEST_KIND_TEXTS, 0, AT(systems), NULL},
	{"allow", MANIFEST_KIND_OWN, 0, 0, read_allow},
	{"semver", MANIFEST_KIND_OWN, 0, 0, read_semver},
	{"cuda-detection", MANIFEST_KIND_FLAG, 0, AT(cuda_detection), NULL},
	{"activate", MANIFEST_KIND_OWN, 0, 0, read_activate},
	{"stability", MANIFEST_KIND_TEXT, 19, AT(stability), NULL},
};
#undef AT

errint manifest_read_options(struct manifest_reader *r, const struct toml *v, void *into)
{
	struct manifest *m = into;

	m->options.at = v;
	return manifest_read_table(r, v, option_keys, ARRAY_LEN(option_keys), &m->options);
}

/* ---- [containerize] ---- */

#define AT(member) offsetof(struct manifest_container, member)

static const struct manifest_key config_keys[] = {
	{"user", MANIFEST_KIND_TEXT, 0, AT(user), NULL},
	{"exposed-ports", MANIFEST_KIND_TEXTS, 0, AT(exposed_ports), NULL},
	{"cmd", MANIFEST_KIND_TEXTS, 0, AT(cmd), NULL},
	{"volumes", MANIFEST_KIND_TEXTS, 0, AT(volumes), NULL},
	{"working-dir", MANIFEST_KIND_TEXT, 0, AT(working_dir), NULL},
	{"labels", MANIFEST_KIND_VARS, 0, AT(labels), NULL},
	{"stop-signal", MANIFEST_KIND_TEXT, 0, AT(stop_signal), NULL},
};
#undef AT

static errint read_config(struct manifest_reader *r, const struct toml *v, void *into)
{
	struct manifest_container *c = into;

	c->config_at = v;
	return manifest_read_table(r, v, config_keys, ARRAY_LEN(config_keys), c);
}

static const struct manifest_key container_keys[] = {
	{"config", MANIFEST_KIND_OWN, 0, 0, read_config},
};

errint manifest_read_container(struct manifest_reader *r, const struct toml *v, void *into)
{
	struct manifest *m = into;

	m->container.at = v;
	return manifest_read_table(r, v, container_keys, ARRAY_LEN(container_keys), &m->container);
}
