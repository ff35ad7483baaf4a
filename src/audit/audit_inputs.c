/* SPDX-License-Identifier: MIT
 *
 * What only builds need: by what the derivation of whoever refers to it says that it is for, and by
 * its kind. */
#include "audit/audit_int.h"
#include "store/derivation.h"

/* Archives and packages before they were unpacked, and recipes. */
static bool is_source_name(struct str name)
{
	static const struct str ends[] = {
		S(".drv"), S(".tar.gz"), S(".tar.xz"), S(".tar.bz2"), S(".tar.zst"),
		S(".tgz"), S(".whl"),    S(".deb"),    S(".patch"),   S(".diff"),
		S(".tar"), S(".nar"),    S(".tar.lz"),
	};

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (str_ends(name, ends[i]))
			return true;
	return false;
}

static bool names(const struct drv *d, const char *key, struct str path)
{
	const struct str *value = drv_env_find(d, str_c(key));
	struct str rest = value ? *value : S(""), word;

	while (rest.n && str_split(&rest, ' ', &word))
		if (str_eq(str_trim(word), path))
			return true;
	return false;
}

/* A list of only-for-building things that has it, and no list of others. */
static const char *says_only_building(const struct drv *d, struct str path)
{
	static const char *const building[] = {
		"src", "srcs", "patches", "nativeBuildInputs", "nativeCheckInputs", "build-system"};
	static const char *const running[] = {"buildInputs",  "propagatedBuildInputs",
					      "dependencies", "deps",
					      "pythonPath",   "paths"};

	for (size_t i = 0; i < ARRAY_LEN(running); i++)
		if (names(d, running[i], path))
			return NULL;
	for (size_t i = 0; i < ARRAY_LEN(building); i++)
		if (names(d, building[i], path))
			return building[i];
	return NULL;
}

static errint read_deriver(struct auditing *au, size_t i, struct drv *out, bool *there,
			   struct err *err)
{
	struct str deriver = au->infos[i].deriver;
	errint rc = deriver.n ? store_is_valid(au->in->store, deriver, there, err) : 0;

	if (!rc && *there)
		rc = store_read_drv(au->in->store, au->in->a, deriver, out, err);
	return rc;
}

static void see_kind(struct auditing *au, size_t i)
{
	struct str path = au->closure.paths.v[i], name = store_path_name(path);

	if (au->from[i] == i || !is_source_name(name))
		return;
	audit_add(au, AUDIT_BUILD_INPUT, path, S(""), name, NULL,
		  "'%.*s' is what something was made of", STR_ARG(name));
}

/* Does another one refer to it, too? Then it is there anyhow. */
static bool is_shared(const struct auditing *au, size_t i, struct str path)
{
	for (size_t k = 0; k < au->closure.paths.n; k++)
		for (size_t j = 0; k != i && j < au->infos[k].n_refs; j++)
			if (str_eq(au->infos[k].refs[j], path) &&
			    !str_eq(au->closure.paths.v[k], path))
				return true;
	return false;
}

/* An interpreter of the scripts that it has: the line that names it stays. */
static bool is_interpreter(const struct auditing *au, struct str path)
{
	static const struct str names[] = {S("bash-"), S("perl-"), S("nodejs-"), S("ruby-")};
	size_t i = audit_index(au, path);

	for (size_t k = 0; k < ARRAY_LEN(names); k++)
		if (str_starts(store_path_name(path), names[k]))
			return true;
	return i < au->closure.paths.n && au->facts[i].python.n;
}

/* Of derivations that programs built: those of kiln's builders refer to what they are told to. */
static errint see_references(struct auditing *au, size_t i, struct err *err)
{
	const struct path_info *info = &au->infos[i];
	struct drv d;
	bool there = false;

	if (info->n_refs < 2)
		return 0;
	errint rc = read_deriver(au, i, &d, &there, err);
	if (rc || !there || str_starts(d.builder, S("builtin:")))
		return rc;
	for (size_t k = 0; k < info->n_refs; k++) {
		const char *list = says_only_building(&d, info->refs[k]);
		struct str name = store_path_name(info->refs[k]);

		if (list && !str_eq(info->refs[k], info->path) && !is_source_name(name) &&
		    !is_interpreter(au, info->refs[k]) && !is_shared(au, i, info->refs[k]))
			audit_add(au, AUDIT_BUILD_INPUT, info->refs[k], S(""), name, NULL,
				  "'%.*s' is of %s of '%.*s', and stays in its closure",
				  STR_ARG(name), list, STR_ARG(store_path_name(info->path)));
	}
	return 0;
}

errint audit_inputs(struct auditing *au, struct err *err)
{
	errint rc = 0;

	for (size_t i = 0; !rc && i < au->closure.paths.n; i++) {
		see_kind(au, i);
		rc = see_references(au, i, err);
	}
	return rc;
}
