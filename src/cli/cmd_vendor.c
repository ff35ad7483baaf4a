/* SPDX-License-Identifier: MIT
 *
 * kiln vendor: a project's sources, kept in the project. */
#include "base/report.h"
#include "cli/command.h"
#include "cli/option_eval.h"
#include "vendor/vendor.h"

struct vendor_command {
	const char *project, *release, *rewrite;
	struct option_list names;
	bool all, check, prune, natives, natives_list, lfs, json;
};

static const struct option rows[] = {
	OPERANDS(struct vendor_command, names, "NAME"),
	OPT_FLAG(struct vendor_command, all, "--all", "every recipe of the project: the default"),
	OPT_FLAG(struct vendor_command, check, "--check",
		 "only look whether all is there, and as it should be"),
	OPT_FLAG(struct vendor_command, prune, "--prune", "remove what no recipe needs any more"),
	OPT_FLAG(struct vendor_command, natives, "--natives", "take Debian packages, too"),
	OPT_FLAG(struct vendor_command, natives_list, "--natives=list",
		 "list Debian packages, without taking them"),
	OPT_TEXT(struct vendor_command, rewrite, "--rewrite", "NAME",
		 "change this recipe's src to its vendored file, or back"),
	OPT_FLAG(struct vendor_command, lfs, "--lfs", "write .gitattributes for Git LFS"),
	OPT_TEXT(struct vendor_command, project, "--project", "DIR", "the project's folder"),
	OPT_RELEASE(struct vendor_command, release),
	OPT_FLAG(struct vendor_command, json, "--json", "print JSON"),
	OPT_END,
};

static errint check_line(const struct vendor_command *c, struct err *err)
{
	if (c->rewrite && (c->all || c->names.n || c->check || c->prune || c->lfs))
		return err_set(err, ERR_USAGE,
			       "'--rewrite' changes one recipe, and does nothing else");
	if (c->all && c->names.n)
		return err_set(err, ERR_USAGE, "'--all' beside '%s'", c->names.v[0]);
	if (c->check && (c->prune || c->lfs || c->natives || c->natives_list))
		return err_set(err, ERR_USAGE, "'--check' changes nothing, and '%s' does",
			       c->prune ? "--prune"
			       : c->lfs ? "--lfs"
					: "--natives");
	if (c->natives && c->natives_list)
		return err_set(err, ERR_USAGE, "'--natives' beside '--natives=list'");
	return 0;
}

static void print_json(const struct vendor_result *r, bool check)
{
	out_str(S("{\"folder\": "));
	out_json(str_c(r->folder));
	out_printf(", \"files\": %zu, \"size\": %llu, \"leftOut\": %zu, \"%s\": [", r->files,
		   (unsigned long long)r->size, r->left_out, check ? "findings" : "sources");
	for (size_t i = 0; i < r->n; i++) {
		out_str(i ? S(",\n {\"file\": ") : S("\n {\"file\": "));
		out_json(r->v[i].file);
		out_str(check ? S(", \"finding\": ") : S(", \"done\": "));
		out_json(str_c(vendor_finding_text(r->v[i].finding)));
		if (!check)
			out_printf(", \"size\": %llu", (unsigned long long)r->v[i].size);
		out_str(S("}"));
	}
	out_printf("%s]}\n", r->n ? "\n" : "");
}

/* Only what is new: a run that changes nothing says so in one line. */
static void print(struct cli *cli, const struct vendor_result *r, bool check)
{
	char size[SIZE_TEXT_MAX];

	for (size_t i = 0; i < r->n; i++) {
		enum vendor_finding f = r->v[i].finding;

		if (check)
			out_printf("%.*s: %s\n", STR_ARG(r->v[i].file), vendor_finding_text(f));
		else if (f == VENDOR_WRITTEN || f == VENDOR_PRUNED)
			out_printf("%s %.*s\n", vendor_finding_text(f), STR_ARG(r->v[i].file));
	}
	report_msg(cli_report(cli), REPORT_NOTE, "%zu file%s, %s, in '%s'", r->files,
		   r->files == 1 ? "" : "s", size_text(r->size, size), r->folder);
}

enum { MUCH = 50 << 20 };

/* A repository keeps each version of each file for ever. */
static void tell_size(struct cli *cli, const struct vendor_command *c,
		      const struct vendor_result *r)
{
	char size[SIZE_TEXT_MAX];

	if (r->left_out)
		report_msg(cli_report(cli), REPORT_NOTE,
			   "%zu Debian package%s left out: '--natives' takes them, "
			   "'--natives=list' lists them",
			   r->left_out, r->left_out == 1 ? " is" : "s are");
	if (r->size > MUCH && !c->lfs)
		report_msg(cli_report(cli), REPORT_NOTE,
			   "%s is much for a git repository, which keeps every version of every "
			   "file: '--lfs' gives them to Git LFS; or ignore them and keep the "
			   "folder elsewhere, but commit sources.json and SHA256SUMS.txt",
			   size_text(r->size, size));
}

static errint rewrite(struct cli *cli, struct session *s, const struct vendor_command *c,
		      const char *dir, struct err *err)
{
	const struct vendor_options o = {
		.dir = dir, .release = c->release, .names = &c->rewrite, .n_names = 1};
	const char *where;
	bool back;
	errint rc = vendor_rewrite(s, &o, &cli->a, &back, &where, err);

	if (rc)
		return rc;
	if (c->json) {
		out_str(S("{\"recipe\": "));
		out_json(str_c(c->rewrite));
		out_str(S(", \"place\": "));
		out_json(str_c(where));
		out_printf(", \"vendored\": %s}\n", back ? "false" : "true");
	} else {
		out_printf("%s: src is %s\n", where,
			   back ? "what it was before" : "the vendored file");
	}
	return 0;
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	const struct vendor_command *c = ctx;
	struct vendor_result r = {0};
	struct session *s;
	char *dir CLEANUP_FREE = NULL;
	errint rc = check_line(c, err);

	if (!rc)
		rc = cli_session(cli, &s, err);
	if (!rc)
		rc = project_find(c->project, &dir, err);
	if (rc)
		return rc;
	if (c->rewrite)
		return rewrite(cli, s, c, dir, err);
	const struct vendor_options o = {
		.dir = dir,
		.release = c->release,
		.names = c->names.v,
		.n_names = c->names.n,
		.natives = c->natives        ? VENDOR_NATIVES_COPY
			   : c->natives_list ? VENDOR_NATIVES_LIST
					     : VENDOR_NATIVES_NONE,
		.prune = c->prune,
		.lfs = c->lfs,
	};
	rc = c->check ? vendor_check(s, &o, &cli->a, &r, err) : vendor_lay(s, &o, &cli->a, &r, err);
	/* Of a check that failed the findings are what was asked for. */
	if (rc && !(c->check && r.n))
		return rc;
	c->json ? print_json(&r, c->check) : print(cli, &r, c->check);
	if (!c->check)
		tell_size(cli, c, &r);
	return rc;
}

const struct command command_vendor = {
	.name = "vendor",
	.summary = "keep a project's sources in the project",
	.topic = TOPIC_BUILD,
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = rows,
	.size = sizeof(struct vendor_command),
	.run = run,
};
