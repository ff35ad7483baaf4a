/* SPDX-License-Identifier: MIT
 *
 * The building commands' options, and a plan told. */
#include "cli/build_request.h"

#include "base/report.h"

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

errint build_request_run(const struct build_request *r, struct session *s,
			 const struct build_wanted *w, size_t n, struct err *err)
{
	ARENA(a);
	BUF(text, LIMIT_TOOL_OUTPUT);
	struct build_plan plan = {0};

	if (!r->dry_run)
		return project_realise(s, w, n, &r->options, err);
	errint rc = project_plan(s, &a, w, n, &r->options, &plan, err);
	if (rc)
		return rc;
	build_plan_print(&plan, &text);
	if (text.n)
		report_msg(s->report, REPORT_NOTE, "%.*s", STR_ARG(str_trim(buf_str(&text))));
	return 0;
}
