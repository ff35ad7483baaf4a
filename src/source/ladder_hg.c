/* SPDX-License-Identifier: MIT
 *
 * Mercurial repositories. */
#include "source/ladder_int.h"

#include <fcntl.h>
#include <stdlib.h>
#include "base/file.h"
#include "base/report.h"
#include "git/hg.h"

errint bring_hg(struct ladder *l, const struct bring *what, struct arena *a, struct brought *out,
		struct err *err)
{
	struct hg_request r = {
		.url = request_text(what, "url"),
		.ref = request_text(what, "ref"),
		.rev = request_text(what, "rev"),
	};
	struct hg_facts facts;
	char *tree CLEANUP_FREE = NULL;

	if (l->config.offline && !str_starts(r.url, S("file:")))
		return err_set(err, ERR_NETWORK, "'%.*s' is not fetched, because of --offline",
			       STR_ARG(r.url));
	errint rc = input_temp(l, &tree, err);

	if (!rc)
		rc = hg_export(input_cache(l), &r, tree, a, &facts, err);
	if (!rc)
		rc = input_add(l, what, tree, a, out, err);
	if (tree && !out->source.n)
		remove_tree_quietly(AT_FDCWD, tree);
	if (rc)
		return rc;
	if (facts.dirty)
		report_msg(l->report, REPORT_WARN, "Mercurial tree '%.*s' is unclean",
			   STR_ARG(r.url));
	out->rev = facts.rev;
	out->short_rev = str_sub(facts.rev, 0, 12);
	out->branch = facts.branch;
	out->has_rev_count = !facts.dirty;
	out->rev_count = facts.rev_count;
	return 0;
}
