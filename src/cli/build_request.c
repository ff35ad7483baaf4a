/* SPDX-License-Identifier: MIT
 *
 * A plan done or told. */
#include "cli/build_request.h"

#include "base/report.h"
#include "project/repair.h"
#include "store/store.h"

static errint repair_closure(struct session *s, const struct build_wanted *w, size_t n,
			     struct err *err)
{
	ARENA(a);
	struct str_set closure;
	struct str *paths;
	size_t n_paths, left;
	errint rc = build_wanted_paths(s->store, &a, w, n, &paths, &n_paths, err);

	if (!rc)
		rc = store_closure(s->store, &a, paths, n_paths, 0, &closure, err);
	if (!rc)
		rc = project_repair(s, closure.v, closure.n, &left, err);
	if (rc || !left)
		return rc;
	return err_set(err, ERR_CORRUPT, "%zu path%s could not be repaired", left,
		       left == 1 ? "" : "s");
}

void build_request_prepare(const struct build_request *r, struct session *s)
{
	if (!r->repair || r->dry_run)
		return;
	/* Sources come back by being added again, which what is remembered of an evaluation would
	 * save. */
	s->settings->eval_cache = false;
	store_set_mending(s->store, true);
}

errint build_request_run(const struct build_request *r, struct session *s,
			 const struct build_wanted *w, size_t n, struct err *err)
{
	ARENA(a);
	BUF(text, LIMIT_TOOL_OUTPUT);
	struct build_plan plan = {0};

	if (!r->dry_run) {
		errint rc = project_realise(s, w, n, &r->options, err);
		return rc || !r->repair ? rc : repair_closure(s, w, n, err);
	}
	errint rc = project_plan(s, &a, w, n, &r->options, &plan, err);
	if (rc)
		return rc;
	build_plan_print(&plan, &text);
	if (text.n)
		report_msg(s->report, REPORT_NOTE, "%.*s", STR_ARG(str_trim(buf_str(&text))));
	return 0;
}
