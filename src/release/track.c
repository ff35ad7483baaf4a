/* SPDX-License-Identifier: MIT
 *
 * Reading [release]. */
#include "release/track.h"

#include <fcntl.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/toml.h"

#define HEADS "refs/heads/"

static const struct str latest_testing[] = {{"latest-testing", 14}},
			latest_staging[] = {{"latest-staging", 14}},
			main_testing[] = {{"main-testing", 12}},
			into_main[] = {{"latest", 6}, {"main-staging", 12}};

static const struct track usual[] = {
	{.name = {"latest-testing", 14}, .ref = HEADS "latest-testing"},
	{{"latest-staging", 14}, HEADS "latest-staging", latest_testing, NULL, 1, 0, false},
	{{"latest", 6}, HEADS "latest", latest_staging, NULL, 1, 0, false},
	{.name = {"main-testing", 12}, .ref = HEADS "main-testing"},
	{{"main-staging", 12}, HEADS "main-staging", main_testing, NULL, 1, 0, false},
	{{"main", 4}, HEADS "main", into_main, NULL, 2, 0, false},
};

/* ---- pieces ---- */

static errint read_text(const struct toml *table, const char *key, struct arena *a,
			const char **out, struct err *err)
{
	const struct toml *v;
	errint rc = toml_want(table, key, TOML_STRING, &v, err);

	if (!rc && v)
		*out = arena_strz(a, v->text);
	return rc;
}

static errint read_flag(const struct toml *table, const char *key, bool *out, struct err *err)
{
	const struct toml *v;
	errint rc = toml_want(table, key, TOML_BOOLEAN, &v, err);

	if (!rc && v)
		*out = v->boolean;
	return rc;
}

static errint read_names(const struct toml *table, const char *key, struct arena *a,
			 const struct str **out, size_t *n, struct err *err)
{
	const struct toml *list;
	errint rc = toml_want(table, key, TOML_ARRAY, &list, err);

	if (rc || !list)
		return rc;
	struct str *v = ARENA_ARRAY(a, struct str, list->array.n + 1);
	for (size_t i = 0; i < list->array.n; i++) {
		const struct toml *item = list->array.items[i];

		if (item->kind != TOML_STRING)
			return toml_err(item, err, "'%s' lists names, not %s", key,
					toml_kind_text(item->kind));
		v[i] = item->text;
	}
	*out = v;
	*n = list->array.n;
	return 0;
}

/* git-check-ref-format(1), as far as a name can be typed by mistake. */
bool track_may_be_called(struct str s)
{
	static const char *const never[] = {"..", "@{", "//", ".lock/"};

	if (!s.n || s.p[0] == '/' || s.p[0] == '-' || s.p[s.n - 1] == '/' || s.p[s.n - 1] == '.' ||
	    str_ends(s, S(".lock")) || s.p[0] == '.' || str_find(s, S("/.")) >= 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		if (str_find(s, str_c(never[i])) >= 0)
			return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f || strchr("~^:?*[\\", s.p[i]))
			return false;
	return true;
}

static errint check_keys(const struct toml *table, const char *const *known, size_t n,
			 struct err *err)
{
	for (size_t i = 0; i < table->table.n; i++) {
		const struct toml_entry *e = &table->table.entries[i];
		bool found = e->value->kind == TOML_TABLE;

		for (size_t k = 0; k < n && !found; k++)
			found = str_eqz(e->key, known[k]);
		if (!found)
			return toml_err(e->value, err, "'%.*s' is nothing that a release has",
					STR_ARG(e->key));
	}
	return 0;
}

static errint read_track(const struct toml_entry *e, struct arena *a, struct track *t,
			 struct err *err)
{
	static const char *const known[] = {"from", "gates", "branch", "follows"};
	const char *branch = arena_strz(a, e->key);

	*t = (struct track){.name = e->key};
	if (e->value->kind != TOML_TABLE)
		return toml_err(e->value, err, "track '%.*s' is a table", STR_ARG(e->key));
	errint rc = check_keys(e->value, known, ARRAY_LEN(known), err);
	if (!rc)
		rc = read_text(e->value, "branch", a, &branch, err);
	if (!rc && !track_may_be_called(str_c(branch)))
		return toml_err(e->value, err, "'%s' cannot be the name of a branch", branch);
	if (!rc)
		rc = read_names(e->value, "from", a, &t->from, &t->n_from, err);
	if (!rc)
		rc = read_names(e->value, "gates", a, &t->gates, &t->n_gates, err);
	if (!rc)
		rc = read_flag(e->value, "follows", &t->follows, err);
	t->ref = arena_printf(a, HEADS "%s", branch);
	/* What is promoted into needs evidence, which a rotation does not ask for on its behalf. */
	if (!rc && t->follows && t->n_from)
		return toml_err(toml_get(e->value, S("follows")), err,
				"only a track that nothing is promoted into follows a rotation");
	return rc;
}

/* ---- their order ---- */

static bool comes_from(const struct track *t, struct str name)
{
	for (size_t i = 0; i < t->n_from; i++)
		if (str_eq(t->from[i], name))
			return true;
	return false;
}

static bool is_ready(const struct track *t, const struct track *done, size_t n)
{
	for (size_t i = 0; i < t->n_from; i++) {
		bool found = false;

		for (size_t k = 0; k < n && !found; k++)
			found = str_eq(done[k].name, t->from[i]);
		if (!found)
			return false;
	}
	return true;
}

/* Each behind those that it is promoted from. */
static errint put_in_order(const struct toml *at, struct track *v, size_t n, struct arena *a,
			   struct err *err)
{
	struct track *sorted = ARENA_ARRAY(a, struct track, n);
	bool *taken = ARENA_ARRAY(a, bool, n);

	for (size_t k = 0; k < n; k++) {
		size_t i = 0;

		while (i < n && (taken[i] || !is_ready(&v[i], sorted, k)))
			i++;
		if (i == n)
			return toml_err(at, err, "tracks are promoted from each other in a circle");
		taken[i] = true;
		sorted[k] = v[i];
	}
	memcpy(v, sorted, n * sizeof(*v));
	return 0;
}

static errint check_from(const struct release_config *c, const struct toml *at, struct err *err)
{
	for (size_t i = 0; i < c->n; i++) {
		unsigned targets = 0;

		for (size_t k = 0; k < c->v[i].n_from; k++)
			if (!track_find(c, c->v[i].from[k]))
				return toml_err(
					at, err,
					"track '%.*s' is promoted from '%.*s', which is no track",
					STR_ARG(c->v[i].name), STR_ARG(c->v[i].from[k]));
		for (size_t k = 0; k < c->n; k++)
			targets += comes_from(&c->v[k], c->v[i].name);
		if (targets > 1)
			return toml_err(at, err, "track '%.*s' is promoted to more than one",
					STR_ARG(c->v[i].name));
	}
	return 0;
}

static errint read_tracks(const struct toml *release, struct arena *a, struct release_config *c,
			  struct err *err)
{
	const struct toml *tracks;
	errint rc = toml_want(release, "track", TOML_TABLE, &tracks, err);

	if (rc || !tracks || !tracks->table.n)
		return rc;
	struct track *v = ARENA_ARRAY(a, struct track, tracks->table.n);
	for (size_t i = 0; !rc && i < tracks->table.n; i++)
		rc = read_track(&tracks->table.entries[i], a, &v[i], err);
	c->v = v;
	c->n = tracks->table.n;
	if (!rc)
		rc = check_from(c, tracks, err);
	return rc ? rc : put_in_order(tracks, v, c->n, a, err);
}

/* ---- all of it ---- */

static errint read_table(const struct toml *release, struct arena *a, struct release_config *c,
			 struct err *err)
{
	static const char *const known[] = {"remote",     "version",  "build", "tag",
					    "historical", "increase", "track", "recipes"};
	const char *historical = "tags";
	bool increase = true;
	errint rc = check_keys(release, known, ARRAY_LEN(known), err);

	if (!rc)
		rc = read_text(release, "remote", a, &c->remote, err);
	if (!rc)
		rc = read_text(release, "version", a, &c->version, err);
	if (!rc)
		rc = read_text(release, "build", a, &c->build, err);
	if (!rc)
		rc = read_text(release, "tag", a, &c->tag, err);
	if (!rc)
		rc = read_text(release, "historical", a, &historical, err);
	if (!rc)
		rc = read_flag(release, "increase", &increase, err);
	if (rc)
		return rc;
	c->branches = strcmp(historical, "branches") == 0;
	c->any_version = !increase;
	if (!c->branches && strcmp(historical, "tags") != 0)
		return toml_err(toml_get(release, S("historical")), err,
				"old releases are kept as \"tags\" or \"branches\"");
	if (str_find(str_c(c->tag), S("{version}")) < 0)
		return toml_err(toml_get(release, S("tag")), err, "'tag' has no {version}");
	return read_tracks(release, a, c, err);
}

errint release_config_parse(struct str text, const char *file, struct arena *a,
			    struct release_config *out, struct err *err)
{
	struct toml *root;

	*out = (struct release_config){
		.version = "comfyui.version",
		.build = "build-meta/comfyui-complete.json",
		.tag = "v{version}",
		.v = usual,
		.n = ARRAY_LEN(usual),
		.text = text,
	};
	errint rc = toml_parse(text, file, a, &root, err);
	if (!rc)
		rc = toml_want(root, "release", TOML_TABLE, &out->table, err);
	if (rc || !out->table)
		return rc;
	out->told = true;
	return read_table(out->table, a, out, err);
}

errint release_config_read(const char *project, struct arena *a, struct release_config *out,
			   struct err *err)
{
	const char *file = arena_printf(a, "%s/.flox/kiln.toml", project);
	BUF(text, LIMIT_SMALL_FILE);
	ERR(absent);

	if (file_read(AT_FDCWD, file, &text, &absent) && absent.code != ERR_NOT_FOUND)
		return err_move(err, &absent);
	errint rc = release_config_parse(arena_str(a, buf_str(&text)), file, a, out, err);
	out->project = project;
	return rc;
}

/* ---- asking it ---- */

const struct track *track_find(const struct release_config *c, struct str name)
{
	for (size_t i = 0; i < c->n; i++)
		if (str_eq(c->v[i].name, name))
			return &c->v[i];
	return NULL;
}

errint track_get(const struct release_config *c, const char *name, const struct track **out,
		 struct err *err)
{
	BUF(list, LIMIT_ERR_TEXT);

	*out = track_find(c, str_c(name));
	if (*out)
		return 0;
	for (size_t i = 0; i < c->n; i++)
		buf_printf(&list, "%s%.*s", i ? ", " : "", STR_ARG(c->v[i].name));
	err_set(err, ERR_NOT_FOUND, "there is no track '%s'", name);
	return err_hint(err, "tracks are %s", buf_z(&list));
}

const struct track *track_of_ref(const struct release_config *c, struct str ref)
{
	for (size_t i = 0; i < c->n; i++)
		if (str_eqz(ref, c->v[i].ref))
			return &c->v[i];
	return NULL;
}

const struct track *track_next(const struct release_config *c, const struct track *t)
{
	for (size_t i = 0; i < c->n; i++)
		if (comes_from(&c->v[i], t->name))
			return &c->v[i];
	return NULL;
}

const char *track_branch(const struct track *t)
{
	return t->ref + strlen(HEADS);
}

errint track_rotation(const struct release_config *c, struct track_rotation *out, struct err *err)
{
	*out = (struct track_rotation){0};
	for (size_t i = 0; i < c->n; i++) {
		if (track_next(c, &c->v[i]) || !c->v[i].n_from)
			continue;
		if (out->stable) {
			err_set(err, ERR_USAGE, "there are two tracks that end: '%.*s' and '%.*s'",
				STR_ARG(out->stable->name), STR_ARG(c->v[i].name));
			return err_hint(err,
					"of [release.track] all but one are promoted to another");
		}
		out->stable = &c->v[i];
	}
	if (!out->stable)
		return err_set(err, ERR_USAGE, "no track is promoted into another");
	out->candidate = track_find(c, out->stable->from[0]);
	if (out->candidate->n_from)
		out->staging = track_find(c, out->candidate->from[0]);
	return 0;
}
