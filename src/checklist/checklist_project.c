/* SPDX-License-Identifier: MIT
 *
 * What a project's results, settings and repository say. */
#include <unistd.h>

#include "audit/audit.h"
#include "base/file.h"
#include "base/toml.h"
#include "checklist/checklist_int.h"
#include "git/git.h"
#include "git/git_repo.h"
#include "project/catalog.h"
#include "store/derivation.h"
#include "vendor/vendor.h"

/* ---- dependencies ---- */

static void take_findings(struct listing *l, struct str recipe, const struct audit_findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].rule == AUDIT_MISSING || f->v[i].rule == AUDIT_UNFIT)
			listing_add(l, CHECKLIST_DECLARED, listing_file(l, recipe), 0,
				    arena_strz(l->a, f->v[i].cure), "%.*s", STR_ARG(f->v[i].text));
}

static errint audit_recipe(struct listing *l, const struct slot_list *slots,
			   const struct recipe_row *row, struct err *err)
{
	struct audit_findings f CLEANUP(audit_findings_release) = {0};
	struct store *s = l->r->session->store;
	struct drv d;
	bool valid = false;
	errint rc = store_is_valid(s, row->drv_path, &valid, err);

	if (!rc && valid)
		rc = store_read_drv(s, l->a, row->drv_path, &d, err);
	const struct drv_output *out = !rc && valid ? drv_output_find(&d, S("out")) : NULL;
	valid = false;
	if (out)
		rc = store_is_valid(s, out->path, &valid, err);
	if (rc)
		return rc;
	if (!valid) {
		l->out->open[CHECKLIST_DECLARED] =
			arena_printf(l->a, "not built: kiln build %.*s", STR_ARG(row->name));
		return 0;
	}
	const struct audit a = {.store = s, .a = l->a, .top = out->path, .slots = slots};
	rc = audit_run(&a, &f, err);
	if (!rc)
		take_findings(l, row->name, &f);
	return rc;
}

errint list_dependencies(struct listing *l, struct err *err)
{
	struct slot_list slots;
	const char *data;
	errint rc = session_data_dir(l->r->session, &data, err);

	if (!rc)
		rc = slot_list_read(data, l->files.project, l->a, &slots, err);
	for (size_t i = 0; !rc && i < l->recipes.n; i++)
		if (listing_wants(l, l->recipes.v[i].name) && l->recipes.v[i].drv_path.n)
			rc = audit_recipe(l, &slots, &l->recipes.v[i], err);
	return rc;
}

/* ---- platforms ---- */

/* Does the recipe say that it is for that system? */
static errint is_for(struct catalog *c, const struct recipe_row *row, const char *system, bool *out,
		     struct err *err)
{
	struct catalog_item item;
	struct catalog_row found;
	struct str word;
	errint rc = catalog_find(c, row->name.p, &item, err);

	*out = false;
	if (!rc)
		rc = catalog_row_of(c, &item, &found, err);
	if (rc)
		return rc;
	for (struct str rest = found.platforms; str_split(&rest, ' ', &word);)
		*out |= str_eqz(word, system);
	return 0;
}

static errint evaluate_on(struct listing *l, const struct recipe_row *row, const char *system,
			  struct err *err)
{
	struct resolved_list found CLEANUP(resolved_list_release) = {0};
	struct settings *settings = l->r->session->settings;
	const struct asked asked = {.kind = ASKED_RECIPE, .text = row->name.p};
	const struct eval_request eval = {0};
	const struct project_request r = {
		.session = l->r->session, .dir = l->files.project, .eval = &eval};
	const char *was = settings->eval_system;
	ERR(why);

	settings->eval_system = system;
	errint rc = project_resolve(&r, &asked, 1, l->a, &found, &why);
	settings->eval_system = was;
	if (rc == ERR_INTERRUPTED)
		return err_move(err, &why);
	if (rc)
		listing_add(l, CHECKLIST_PLATFORMS, listing_file(l, row->name), 0,
			    arena_printf(l->a,
					 "take %s out of meta.platforms, or give it another "
					 "dependency there",
					 system),
			    "on %s: %s", system, why.msg ? why.msg : "it does not evaluate");
	return 0;
}

errint list_platforms(struct listing *l, struct err *err)
{
	static const char *const systems[] = {"x86_64-linux", "aarch64-linux"};
	const struct eval_request eval = {0};
	const struct project_request r = {.session = l->r->session,
					  .dir = l->files.project,
					  .eval = &eval,
					  .flags = EVALUATION_READ_ONLY};
	struct catalog *c CLEANUP(catalog_cleanup) = NULL;
	errint rc = catalog_open(&r, l->a, &c, err);

	for (size_t i = 0; !rc && i < l->recipes.n; i++) {
		const struct recipe_row *row = &l->recipes.v[i];

		for (size_t k = 0; !rc && row->drv_path.n && k < ARRAY_LEN(systems); k++) {
			bool meant = false;

			if (!listing_wants(l, row->name))
				continue;
			rc = is_for(c, row, systems[k], &meant, err);
			if (!rc && meant)
				rc = evaluate_on(l, row, systems[k], err);
		}
	}
	return rc;
}

/* ---- the sandbox ---- */

static errint look_at_builds(struct listing *l, const struct toml *root, struct str file,
			     struct err *err)
{
	const struct toml *builds, *sandbox;
	errint rc = toml_want(root, "build", TOML_TABLE, &builds, err);

	for (size_t i = 0; !rc && builds && i < builds->table.n; i++) {
		const struct toml_entry *e = &builds->table.entries[i];

		if (e->value->kind != TOML_TABLE)
			continue;
		rc = toml_want(e->value, "sandbox", TOML_STRING, &sandbox, err);
		if (!rc && (!sandbox || !str_eqz(sandbox->text, "pure")))
			listing_add(l, CHECKLIST_PURE, file,
				    sandbox ? sandbox->line : e->value->line, "sandbox = \"pure\"",
				    "build.%.*s sees the network and untracked files",
				    STR_ARG(e->key));
	}
	return rc;
}

static errint look_at_manifest(struct listing *l, struct err *err)
{
	static const struct str file = S(".flox/env/manifest.toml");
	BUF(text, LIMIT_TOML_TEXT);
	char *path CLEANUP_FREE = path_join(str_c(l->files.project), file);
	struct toml *root;
	ERR(why);
	errint rc = file_read(AT_FDCWD, path, &text, &why);

	if (rc == ERR_NOT_FOUND)
		return 0;
	if (rc)
		return err_move(err, &why);
	rc = toml_parse(buf_str(&text), path, l->a, &root, err);
	return rc ? rc : look_at_builds(l, root, file, err);
}

errint list_sandbox(struct listing *l, struct err *err)
{
	struct store *s = l->r->session->store;
	errint rc = look_at_manifest(l, err);

	if (l->r->session->settings->sandbox != SANDBOX_ON)
		listing_add(l, CHECKLIST_PURE, S(""), 0, "sandbox = true in nix.conf",
			    "the setting 'sandbox' lets builds do without one");
	for (size_t i = 0; !rc && i < l->recipes.n; i++) {
		const struct recipe_row *row = &l->recipes.v[i];
		struct drv d;
		bool valid = false;

		if (!listing_wants(l, row->name) || !row->drv_path.n)
			continue;
		rc = store_is_valid(s, row->drv_path, &valid, err);
		if (!rc && valid)
			rc = store_read_drv(s, l->a, row->drv_path, &d, err);
		for (size_t k = 0; !rc && valid && k < d.n_env; k++)
			if (str_eqz(d.env[k].key, "__noChroot") && str_eqz(d.env[k].value, "1"))
				listing_add(l, CHECKLIST_PURE, listing_file(l, row->name), 0,
					    "take __noChroot out", "it asks for no sandbox");
	}
	return rc;
}

/* ---- the repository ---- */

static errint look_at_worktree(struct listing *l, const struct git_place *place, struct err *err)
{
	const struct git_options o = {.report = l->r->session->report};
	const struct git_request request = {.url = str_c(place->top), .ref = S(""), .rev = S("")};
	struct git_source *s CLEANUP(git_close_cleanup) = NULL;
	errint rc = git_open(&o, &request, &s, err);

	if (!rc && git_facts(s)->dirty)
		listing_add(l, CHECKLIST_COMMITTED, S(""), 0, "git commit",
			    "the work tree has changes that no commit has");
	return rc;
}

static errint look_at_refs(struct listing *l, const struct git_place *place, struct err *err)
{
	struct git_repo *repo CLEANUP(git_repo_cleanup) = NULL;
	struct git_refs refs;
	char head[GIT_ID_MAX];
	bool tagged = false, pushed = false;
	errint rc = git_refs_read(place, l->a, &refs, err);

	if (!rc)
		rc = git_repo_open(place, &repo, err);
	if (!rc && git_repo_commit(repo, "HEAD", head, err)) {
		err_clear(err);
		listing_add(l, CHECKLIST_COMMITTED, S(""), 0, "git commit",
			    "there is no commit yet");
		return 0;
	}
	for (size_t i = 0; !rc && i < refs.n; i++) {
		const struct git_ref *r = &refs.v[i];
		struct git_tag_facts tag;

		if (str_starts(r->name, S("refs/tags/"))) {
			rc = git_repo_tag_facts(repo, r->id, l->a, &tag, err);
			tagged |= !rc && strcmp(tag.commit, head) == 0;
		} else if (!pushed && str_starts(r->name, S("refs/remotes/"))) {
			rc = git_repo_is_ancestor(repo, head, r->id, &pushed, err);
		}
	}
	if (!rc && !tagged)
		listing_add(l, CHECKLIST_COMMITTED, S(""), 0,
			    "kiln release rotate tags what main had, or: git tag -a vX.Y.Z",
			    "the commit %.12s has no tag", head);
	if (!rc && !pushed)
		listing_add(l, CHECKLIST_COMMITTED, S(""), 0, "git push",
			    "no branch of a remote has the commit %.12s", head);
	return rc;
}

errint list_repository(struct listing *l, struct err *err)
{
	struct git_place place;
	ERR(none);
	errint rc = git_place_find(l->files.project, l->a, &place, &none);

	if (rc == ERR_NOT_FOUND) {
		listing_add(l, CHECKLIST_COMMITTED, S(""), 0, "git init, git add, git commit",
			    "the project is in no git repository");
		return 0;
	}
	if (rc)
		return err_move(err, &none);
	rc = look_at_worktree(l, &place, err);
	return rc ? rc : look_at_refs(l, &place, err);
}

/* ---- vendored ---- */

errint list_vendored(struct listing *l, struct err *err)
{
	struct vendor_options o = {
		.dir = l->files.project, .names = l->r->names, .n_names = l->r->n_names};
	struct vendor_result found = {0};
	ERR(why);
	char *folder CLEANUP_FREE =
		path_join(str_c(l->files.project), S(".flox/sources/sources.json"));

	if (access(folder, F_OK)) {
		listing_add(l, CHECKLIST_VENDORED, S(".flox/sources"), 0, "kiln vendor",
			    "no source is kept in the project");
		return 0;
	}
	errint rc = vendor_check(l->r->session, &o, l->a, &found, &why);
	if (rc && rc != ERR_FAILED)
		return err_move(err, &why);
	for (size_t i = 0; i < found.n; i++)
		listing_add(l, CHECKLIST_VENDORED, S(".flox/sources"), 0, "kiln vendor", "%.*s: %s",
			    STR_ARG(found.v[i].file), vendor_finding_text(found.v[i].finding));
	return 0;
}
