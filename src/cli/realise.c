/* SPDX-License-Identifier: MIT
 *
 * The one place that brings evaluation, building and the built-in builders together. */
#include "cli/realise.h"

#include "base/report.h"
#include "cli/evaluate.h"
#include "deb/builder_deb.h"
#include "py/builder_wheel.h"

bool build_option(struct build_request *r, int id, const struct options *o)
{
	switch (id) {
	case O_CHECK:
		r->options.check = true;
		return true;
	case O_BUILD_DRY_RUN:
		r->dry_run = true;
		return true;
	case O_OUT_LINK:
		r->link = o->args[0];
		return true;
	case O_NO_LINK:
		r->no_link = true;
		return true;
	case O_LOGS:
		r->options.log = BUILD_LOG_PREFIXED;
		return true;
	case O_QUIET_LOGS:
		r->options.log = BUILD_LOG_TAIL;
		return true;
	default:
		return false;
	}
}

/* /bin/sh of the sandbox is the set's static busybox. */
static errint find_shell(void *ctx, struct store *s, struct arena *a, struct sandbox_shell *out,
			 struct err *err)
{
	struct drv_ref *found;
	size_t n;
	bool readonly = store_readonly(s);
	int rc = evaluate_set(ctx, a, "busyboxStatic", NULL, &found, &n, err);

	store_set_readonly(s, readonly);
	if (rc < 0)
		return err_wrap(err, "finding the sandbox's shell");
	BUG_ON(n != 1);
	*out = (struct sandbox_shell){
		.drv = found[0].drv_path, .path = found[0].out_path, .file = S("bin/busybox")};
	return 0;
}

errint build_request_complete(struct cli *cli, struct build_request *r, struct err *err)
{
	static struct builtin_builder table[8];
	struct settings *s;
	size_t n = 0;
	int rc = cli_settings(cli, &s, err);

	if (rc < 0)
		return rc;
	settings_for_build(s, &r->options);
	table[n++] = builder_wheel_1;
	table[n++] = builder_deb_1;
	r->options.builtins = table;
	r->options.n_builtins = n;
	r->options.sandbox_shell = find_shell;
	r->options.sandbox_shell_ctx = cli;
	return 0;
}

static errint realise_one(struct realiser *self, struct str drv_path, const struct str *outputs,
			  size_t n, struct err *err)
{
	struct build_realiser *b = (struct build_realiser *)self;
	struct build_wanted w = {.path = drv_path, .outputs = outputs, .n_outputs = n};

	return build_paths(b->store, &w, 1, b->options, b->report, err);
}

struct build_realiser build_realiser_init(struct store *s, const struct build_options *o,
					  struct report *report)
{
	return (struct build_realiser){
		.realiser = {realise_one},
		.store = s,
		.options = o,
		.report = report,
	};
}

errint realise(struct cli *cli, struct store *s, const struct build_wanted *w, size_t n,
	       struct build_request *r, struct err *err)
{
	ARENA(a);
	BUF(text, LIMIT_TOOL_OUTPUT);
	struct build_plan plan = {0};
	int rc = build_request_complete(cli, r, err);

	if (rc < 0)
		return rc;
	if (!r->dry_run)
		return build_paths(s, w, n, &r->options, cli_report(cli), err);
	rc = build_plan(s, &a, w, n, &r->options, &plan, err);
	if (rc < 0)
		return rc;
	build_plan_print(&plan, &text);
	if (text.n)
		report_msg(cli_report(cli), REPORT_NOTE, "%.*s", STR_ARG(str_trim(buf_str(&text))));
	return 0;
}
