/* SPDX-License-Identifier: MIT
 *
 * The one place that brings evaluation, building and the built-in builders together. */
#include "cli/realise.h"

#include "base/report.h"
#include "cli/evaluate.h"
#include "deb/builder_deb.h"
#include "py/builder_wheel.h"

static errint take_number(const struct options *o, unsigned *out, struct err *err)
{
	uint64_t n;
	int rc = options_number(o, &n, err);

	if (rc < 0)
		return rc;
	if (n > 1 << 30)
		return err_set(err, ERR_USAGE, "option '%s': %s is too much", o->name, o->args[0]);
	*out = (unsigned)n;
	return 1;
}

int build_option(struct build_request *r, int id, const struct options *o, struct err *err)
{
	switch (id) {
	case O_JOBS:
		if (strcmp(o->args[0], "auto") == 0)
			return 1;
		return take_number(o, &r->options.jobs, err);
	case O_CORES:
		return take_number(o, &r->options.cores, err);
	case O_TIMEOUT:
		return take_number(o, &r->options.timeout_s, err);
	case O_MAX_SILENT:
		return take_number(o, &r->options.max_silent_s, err);
	case O_KEEP_GOING:
		r->options.keep_going = true;
		return 1;
	case O_KEEP_FAILED:
		r->options.keep_failed = true;
		return 1;
	case O_CHECK:
		r->options.check = true;
		return 1;
	case O_BUILD_DRY_RUN:
		r->dry_run = true;
		return 1;
	case O_OUT_LINK:
		r->link = o->args[0];
		return 1;
	case O_NO_LINK:
		r->no_link = true;
		return 1;
	case O_LOGS:
		r->options.log = BUILD_LOG_PREFIXED;
		return 1;
	case O_QUIET_LOGS:
		r->options.log = BUILD_LOG_TAIL;
		return 1;
	case O_NO_SANDBOX:
		r->options.sandbox = SANDBOX_OFF;
		return 1;
	case O_FALLBACK:
		r->options.fallback = true;
		return 1;
	default:
		return 0;
	}
}

/* /bin/sh of the sandbox is the set's static busybox. */
static errint find_shell(void *ctx, struct store *s, struct arena *a, struct sandbox_shell *out,
			 struct err *err)
{
	struct eval_drv *found;
	size_t n;
	bool readonly = store_readonly(s);
	int rc = evaluate_set(ctx, a, "busyboxStatic", &found, &n, err);

	store_set_readonly(s, readonly);
	if (rc < 0)
		return err_wrap(err, "finding the sandbox's shell");
	BUG_ON(n != 1);
	*out = (struct sandbox_shell){
		.drv = found[0].drv_path, .path = found[0].out_path, .file = S("bin/busybox")};
	return 0;
}

void build_request_complete(struct cli *cli, struct build_request *r)
{
	static struct builtin_builder table[8];
	size_t n = 0;

	table[n++] = builder_wheel_1;
	table[n++] = builder_deb_1;
	r->options.builtins = table;
	r->options.n_builtins = n;
	r->options.sandbox_shell = find_shell;
	r->options.sandbox_shell_ctx = cli;
}

errint realise(struct cli *cli, struct store *s, const struct build_wanted *w, size_t n,
	       struct build_request *r, struct err *err)
{
	ARENA(a);
	BUF(text, LIMIT_TOOL_OUTPUT);
	struct build_plan plan = {0};
	int rc;

	build_request_complete(cli, r);
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
