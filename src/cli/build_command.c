/* SPDX-License-Identifier: MIT
 *
 * Building what a project, an expression or a slot names, and telling the results. */
#include "cli/build_command.h"

#include <stdlib.h>
#include "base/report.h"
#include "cli/check_report.h"
#include "cli/result_links.h"
#include "project/installable.h"
#include "project/project_tracked.h"
#include "source/ladder.h"
#include "store/store.h"

void build_command_release(struct build_command *c)
{
	eval_request_release(&c->request);
	resolved_list_release(&c->found);
	project_revision_release(&c->revision);
	free(c->asked);
	free(c->project_dir);
	err_release(&c->no_project);
	arena_release(&c->a);
}

static void ask(struct build_command *c, struct asked asked)
{
	ARRAY_GROW(c->asked, c->n_asked, c->cap_asked);
	c->asked[c->n_asked++] = asked;
}

void build_command_name(struct build_command *c, const char *name)
{
	struct asked asked = {.kind = ASKED_RECIPE};
	struct str *outputs;

	installable_outputs(&c->a, name, &asked.text, &outputs, &asked.n_outputs);
	asked.outputs = outputs;
	if (strchr(asked.text, '/') || store_path_is_drv(str_c(asked.text)))
		asked.kind = ASKED_PATH;
	ask(c, asked);
}

void build_command_check(struct build_command *c, const char *name)
{
	c->check = c->builds.no_link = true;
	ask(c, (struct asked){.kind = ASKED_RECIPE, .text = name, .check = true});
}

void build_command_slot(struct build_command *c, const char *text)
{
	ask(c, (struct asked){.kind = ASKED_SLOT, .text = text});
}

/* ---- finding ---- */

static size_t count_recipes(const struct build_command *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_asked; i++)
		n += c->asked[i].kind == ASKED_RECIPE;
	return n;
}

static errint check_found(const struct build_command *c, struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < c->found.n; i++) {
		const struct resolved *f = &c->found.v[i];

		if (f->n == 0 && f->kind != ASKED_PATH && !f->failure.code && !c->check)
			return err_set(err, ERR_EVAL, "there is no derivation in it");
		n += f->n + (f->failure.code != 0);
	}
	if (c->check && !n)
		return err_set(err, ERR_NOT_FOUND, "no recipe of '%s' has anything to check",
			       c->project_dir);
	return 0;
}

/* --out-link names one link: for what is named, or for all else, which is numbered. */
static errint check_link(const struct build_command *c, struct err *err)
{
	size_t n = 0, others = 0;

	for (size_t i = 0; c->builds.link && i < c->found.n; i++) {
		enum asked_kind kind = c->found.v[i].kind;
		bool named = kind == ASKED_RECIPE || kind == ASKED_SET;

		n += named;
		others += !named && kind != ASKED_SLOT;
	}
	if (n + (others > 0) <= 1)
		return 0;
	if (others)
		return err_set(err, ERR_USAGE,
			       "--out-link names one link, but there is more beside a recipe");
	return err_set(err, ERR_USAGE, "--out-link names one link, but there are %zu recipes", n);
}

/* An expression stands instead of recipes; these are wanted, all of them, unless something else
 * alone is. */
static errint complete_asked(struct build_command *c, struct err *err)
{
	if (c->source.text && count_recipes(c)) {
		err_set(err, ERR_USAGE, "a recipe's name beside an expression or a file");
		return err_hint(err, "take an attribute of it with --attr");
	}
	if (!c->source.text && (c->request.n_attrs || c->request.n_args)) {
		const char *option = c->request.n_attrs ? "--attr" : "--arg";

		err_set(err, ERR_USAGE, "'%s' without --expr or --file, whose value it is for",
			option);
		return err_hint(err, c->request.n_attrs ? "name a recipe, or NAME^OUTPUT"
							: "a recipe's arguments are packages and "
							  "other recipes");
	}
	if (c->source.text && c->rev) {
		err_set(err, ERR_USAGE, "'--rev' beside an expression or a file");
		return err_hint(err,
				"a revision is one of the project's repository: name a recipe");
	}
	if (c->source.text && c->request.release) {
		err_set(err, ERR_USAGE, "'--release' beside an expression or a file");
		return err_hint(err, "a release is one of a project's versions.nix: name a recipe");
	}
	if (c->source.text)
		ask(c, (struct asked){.kind = c->source.is_expr ? ASKED_EXPR : ASKED_FILE,
				      .text = c->source.text});
	if (!c->n_asked)
		ask(c, (struct asked){.kind = ASKED_RECIPE, .check = c->check});
	if (c->rev && !count_recipes(c))
		return err_set(err, ERR_USAGE, "'--rev' without a recipe, whose project it is of");
	return 0;
}

/* What the project has no recipe for is the set's. */
static void check_in_set(struct build_command *c, struct asked *asked)
{
	struct str name = str_c(asked->text);
	const char *dir = c->project_dir;
	char *file CLEANUP_FREE = dir ? project_recipe_file(dir, name) : NULL;
	char *of CLEANUP_FREE =
		dir ? project_recipe_file(dir, str_drop_suffix(name, S("-check"))) : NULL;

	if (file || of)
		return;
	asked->kind = ASKED_SET;
	asked->text = arena_printf(&c->a, "%s%s.check",
				   strchr(asked->text, '.') ? "" : "python3.pkgs.", asked->text);
}

/* Without a project only what the set has can be checked. */
static errint find_checks(struct build_command *c, struct err *err)
{
	ERR(none);
	errint rc = project_find(c->project, &c->project_dir, &none);

	if (rc && (c->project || !c->asked[0].text))
		return err_move(err, &none);
	for (size_t i = 0; i < c->n_asked; i++)
		if (c->asked[i].text)
			check_in_set(c, &c->asked[i]);
	return 0;
}

/* Without a project all that is named must be the set's. */
static errint find_names(struct build_command *c, struct err *err)
{
	errint rc = project_find(c->project, &c->project_dir, err);
	bool alone = rc == ERR_NOT_FOUND && c->packages && !c->project && !c->request.release;

	for (size_t i = 0; i < c->n_asked; i++) {
		struct asked *asked = &c->asked[i];

		if (asked->kind != ASKED_RECIPE)
			continue;
		asked->or_package = c->packages && asked->text;
		alone = alone && asked->text;
	}
	if (!alone)
		return rc;
	err_move(&c->no_project, err);
	return 0;
}

/* That there is no project may be what is wrong. */
static errint not_found(struct build_command *c, struct err *err)
{
	if (c->check)
		return err_hint(err, "name a recipe of the project, or one of python3.pkgs");
	if (!c->no_project.code)
		return ERR_NOT_FOUND;
	err_detail(err, "%s", c->no_project.msg);
	err_hint(err, "%s", c->no_project.hint);
	return ERR_NOT_FOUND;
}

static errint find(struct build_command *c, struct session *s, struct err *err)
{
	struct project_request r = {
		.session = s, .eval = &c->request, .keep_going = s->settings->keep_going};
	errint rc = complete_asked(c, err);

	if (!rc && c->check)
		rc = find_checks(c, err);
	else if (!rc && count_recipes(c))
		rc = find_names(c, err);
	if (!rc && c->rev)
		rc = project_revision_open(s, c->project_dir, c->rev, &c->revision, err);
	if (rc)
		return rc;
	r.dir = c->rev ? c->revision.dir : c->project_dir;
	r.exported = c->revision.tree;
	r.fresh = c->rev != NULL;
	rc = project_resolve(&r, c->asked, c->n_asked, &c->a, &c->found, err);
	if (rc == ERR_NOT_FOUND)
		return not_found(c, err);
	if (!rc)
		rc = check_found(c, err);
	if (!rc)
		rc = check_link(c, err);
	if (rc)
		return rc;
	return project_products(s, &c->a, &c->found, &c->products, &c->n_products, err);
}

/* ---- results ---- */

/* "-v1" of another revision, which has a link beside the work tree's own. */
static const char *link_suffix(struct build_command *c)
{
	char *text = c->rev ? arena_printf(&c->a, "-%s", c->rev) : "";

	for (char *p = text; *p; p++)
		if (*p == '/')
			*p = '-';
	return text;
}

/* What is named has a link of its own; all else shares one name, and its numbers. */
static const char *link_of(struct build_command *c, const struct product *p,
			   struct result_numbers *numbers)
{
	const struct resolved *f = p->found;
	const char *link = c->builds.link;

	if (f->kind == ASKED_SLOT || c->builds.no_link)
		return NULL;
	bool named = f->kind == ASKED_RECIPE || f->kind == ASKED_SET;
	if (!link && named)
		link = arena_printf(&c->a, "%s%sresult-%.*s%s",
				    c->project_dir ? c->project_dir : "", c->project_dir ? "/" : "",
				    STR_ARG(f->label), link_suffix(c));
	size_t number = named ? p->index + 1 : result_number(numbers, p->wanted.path);
	return result_name(&c->a, link ? link : "result", number);
}

static errint link_all(struct build_command *c, struct session *s, struct err *err)
{
	struct result_numbers numbers CLEANUP(result_numbers_release) = {0};
	errint rc = 0;

	for (size_t i = 0; !rc && !c->builds.dry_run && i < c->n_products; i++) {
		const char *link = link_of(c, &c->products[i], &numbers);

		if (link)
			rc = result_links(s->store, &c->products[i], link, err);
	}
	return rc;
}

/* Of a product the sources that were brought this time, and from where. */
static errint print_ways(struct build_command *c, struct session *s, const struct product *p,
			 struct err *err)
{
	struct str_set needs = {0};
	size_t n, shown = 0;
	const struct way *v = ladder_ways(session_ladder(s), &n);
	errint rc = n && p->wanted.n_outputs
			    ? store_closure(s->store, &c->a, &p->wanted.path, 1, 0, &needs, err)
			    : 0;

	if (rc)
		return rc;
	out_str(S(", \"sources\": ["));
	for (size_t i = 0; i < n; i++) {
		if (!str_set_has(needs, v[i].of))
			continue;
		out_str(shown++ ? S(",\n  {\"name\": ") : S("\n  {\"name\": "));
		out_json(v[i].name);
		out_printf(", \"rung\": \"%s\", \"url\": ", v[i].rung);
		out_json_or_null(v[i].url);
		out_str(S("}"));
	}
	out_str(S("]"));
	return 0;
}

static errint put_passed(struct session *s, const struct product *p, struct err *err)
{
	bool passed;
	errint rc = check_passed(s, p, &passed, err);

	if (!rc)
		out_printf(", \"passed\": %s", passed ? "true" : "false");
	return rc;
}

static void put_outputs(const struct product *p)
{
	out_str(S(", \"outputs\": {"));
	for (size_t k = 0; k < p->n_paths; k++) {
		out_str(k ? S(", ") : S(""));
		out_json(p->wanted.n_outputs ? p->wanted.outputs[k] : S("out"));
		out_str(S(": "));
		out_json(p->paths[k]);
	}
	out_str(S("}"));
}

static errint print_json(struct build_command *c, struct session *s, struct err *err)
{
	errint rc = 0;

	out_str(S("["));
	for (size_t i = 0; !rc && i < c->n_products; i++) {
		const struct product *p = &c->products[i];

		out_str(i ? S(",\n {\"name\": ") : S("\n {\"name\": "));
		out_json(p->name);
		out_str(S(", \"drvPath\": "));
		out_json_or_null(p->wanted.n_outputs ? p->wanted.path : S(""));
		if (c->check && !c->builds.dry_run)
			rc = put_passed(s, p, err);
		put_outputs(p);
		if (!rc)
			rc = print_ways(c, s, p, err);
		out_str(S("}"));
	}
	out_str(S("\n]\n"));
	return rc;
}

static void print_paths(const struct build_command *c)
{
	for (size_t i = 0; i < c->n_products; i++)
		for (size_t k = 0; k < c->products[i].n_paths; k++)
			out_printf("%.*s\n", STR_ARG(c->products[i].paths[k]));
}

/* The first build of a project that succeeds pins the set that it was built with. */
static errint pin_set(struct build_command *c, struct session *s, struct err *err)
{
	bool pinned = false;

	if (!c->project_dir || !count_recipes(c) || c->check || c->builds.dry_run ||
	    c->request.nixpkgs || c->rev)
		return 0;
	errint rc = project_pin_first(s, c->project_dir, &pinned, err);
	if (pinned)
		report_msg(s->report, REPORT_NOTE,
			   "pinned package set " KILN_VERSION " in '%s/.flox/kiln.lock': commit it",
			   c->project_dir);
	return rc;
}

static errint build(struct build_command *c, struct session *s, struct err *err)
{
	struct build_wanted *w = ARENA_ARRAY(&c->a, struct build_wanted, c->n_products);

	for (size_t i = 0; i < c->n_products; i++)
		w[i] = c->products[i].wanted;
	return build_request_run(&c->builds, s, w, c->n_products, err);
}

/* What could not be evaluated is told, but for the last, which is the command's own failure. */
static struct err *last_failure(struct build_command *c, struct session *s)
{
	struct err *last = NULL;

	for (size_t i = 0; i < c->found.n; i++) {
		struct err *failure = &c->found.v[i].failure;

		if (!failure->code)
			continue;
		if (last)
			report_err(s->report, last);
		last = failure;
	}
	return last;
}

static errint print(struct build_command *c, struct session *s, struct err *err)
{
	if (c->json)
		return print_json(c, s, err);
	if (!c->builds.dry_run && c->check)
		return check_report(s, c->products, c->n_products, err);
	if (!c->builds.dry_run)
		print_paths(c);
	return 0;
}

/* What went well beside a check that failed. One that is made again is there all the while. */
static void tell_checks(struct build_command *c, struct session *s, struct err *err)
{
	ERR(why);

	check_report_failed(s, c->project_dir, c->products, c->n_products, err);
	if (err->code == ERR_INTERRUPTED || c->builds.options.check || c->builds.dry_run)
		return;
	if (print(c, s, &why))
		report_err(s->report, &why);
}

errint build_command_run(struct build_command *c, struct cli *cli, struct err *err)
{
	struct session *s;
	errint rc = cli_session(cli, &s, err);

	if (!rc)
		build_request_prepare(&c->builds, s);
	/* Who checks wants to know all that fails. */
	if (!rc && c->check && !s->settings->given[SETTING_INDEX_keep_going])
		s->settings->keep_going = true;
	if (!rc)
		rc = find(c, s, err);
	if (rc)
		return rc;
	struct err *failure = last_failure(c, s);
	rc = build(c, s, err);
	if (!rc)
		rc = pin_set(c, s, err);
	else if (c->check)
		tell_checks(c, s, err);
	if (!rc)
		rc = link_all(c, s, err);
	if (rc && failure)
		report_err(s->report, failure);
	if (rc)
		return rc;
	rc = print(c, s, err);
	return rc || !failure ? rc : err_move(err, failure);
}
