/* SPDX-License-Identifier: MIT
 *
 * A plan for people, in the words of nix-store. */
#include "plan/plan.h"

#include <stdio.h>

void plan_summary(const struct plan *p, struct build_plan *out)
{
	struct build_plan s = {
		.build = ARENA_ARRAY(p->arena, struct str, p->n_goals + 1),
		.fetch = ARENA_ARRAY(p->arena, struct substitute, p->n_goals + 1),
	};

	for (size_t i = 0; i < p->n_goals; i++) {
		const struct goal *goal = p->goals[i];

		if (goal_makes(goal))
			s.build[s.n_build++] = goal->path;
		if (goal->kind != GOAL_SUBSTITUTE)
			continue;
		s.fetch[s.n_fetch++] = *goal->sub;
		s.download += goal->sub->download;
		s.unpacked += goal->sub->info.nar_size;
	}
	*out = s;
}

void build_plan_print(const struct build_plan *p, struct buf *out)
{
	const double mib = 1 << 20;

	if (p->n_build == 1)
		buf_putz(out, "this derivation will be built:\n");
	else if (p->n_build)
		buf_printf(out, "these %zu derivations will be built:\n", p->n_build);
	for (size_t i = 0; i < p->n_build; i++)
		buf_printf(out, "  %.*s\n", STR_ARG(p->build[i]));
	if (p->n_fetch == 1)
		buf_putz(out, "this path will be fetched");
	else if (p->n_fetch)
		buf_printf(out, "these %zu paths will be fetched", p->n_fetch);
	if (p->n_fetch)
		buf_printf(out, " (%.2f MiB download, %.2f MiB unpacked):\n",
			   (double)p->download / mib, (double)p->unpacked / mib);
	for (size_t i = 0; i < p->n_fetch; i++)
		buf_printf(out, "  %.*s\n", STR_ARG(p->fetch[i].info.path));
}
