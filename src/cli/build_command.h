/* SPDX-License-Identifier: MIT
 *
 * What `kiln build` and `flox build` do once their command lines are read. */
#pragma once

#include "cli/results.h"
#include "memo/memo_entry.h"

/* What a found group of derivations is; its label is a recipe's name. */
enum build_found { BUILD_RECIPE, BUILD_SOURCE, BUILD_SLOT };

struct build_command {
	struct arena a;
	struct eval_request request;
	struct build_request builds;
	struct eval_source source; /* instead of a project's recipes */
	const char *project;       /* folder, or NULL to look for it */
	const char **names;
	size_t n_names, cap_names;
	const char **slots; /* attribute paths of fillings */
	size_t n_slots, cap_slots;
	/* found: */
	char *project_dir; /* of recipes */
	struct memo_found *found;
	size_t n_found, cap_found;
	struct result *results;
	size_t n_results, cap_results;
};
void build_command_release(struct build_command *c);

void build_command_name(struct build_command *c, const char *name);
/* "torch=cpu" */
ATTR_MUST_CHECK errint build_command_slot(struct build_command *c, const char *text,
					  struct err *err);
/* ERR_USAGE when one link is named for more than one recipe. */
ATTR_MUST_CHECK errint build_command_check_link(const struct build_command *c, size_t n_recipes,
						struct err *err);
/* Finds, builds, links and prints. */
ATTR_MUST_CHECK errint build_command_run(struct build_command *c, struct cli *cli, struct err *err);
