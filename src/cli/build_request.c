/* SPDX-License-Identifier: MIT
 *
 * A plan done or told. */
#include "cli/build_request.h"

#include "base/report.h"

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
