/* SPDX-License-Identifier: MIT
 *
 * Mercurial repositories, through net's hg. */
#include "cli/fetcher_int.h"

#include <fcntl.h>
#include <stdlib.h>
#include "base/file.h"
#include "base/report.h"
#include "git/hg.h"

errint fetch_hg(struct cli_fetcher *f, const struct eval_fetch *what, struct arena *a,
		struct eval_fetched *out, struct err *err)
{
	struct hg_request r = {
		.url = request_text(what, "url"),
		.ref = request_text(what, "ref"),
		.rev = request_text(what, "rev"),
	};
	struct hg_facts facts;
	char *tree CLEANUP_FREE = NULL;
	errint rc = input_temp(f, &tree, err);

	if (!rc)
		rc = hg_export(input_cache(f), &r, tree, a, &facts, err);
	if (!rc)
		rc = input_add(f, what, tree, a, out, err);
	if (tree && !out->source.n)
		remove_tree_quietly(AT_FDCWD, tree);
	if (rc)
		return rc;
	if (facts.dirty)
		report_msg(cli_report(f->cli), REPORT_WARN, "Mercurial tree '%.*s' is unclean",
			   STR_ARG(r.url));
	out->rev = facts.rev;
	out->short_rev = str_sub(facts.rev, 0, 12);
	out->branch = facts.branch;
	out->has_rev_count = !facts.dirty;
	out->rev_count = facts.rev_count;
	return 0;
}
