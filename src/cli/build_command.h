/* SPDX-License-Identifier: MIT
 *
 * What `kiln build` and `flox build` do once their command lines are read. */
#pragma once

#include "cli/build_request.h"
#include "cli/cli.h"
#include "project/project_revision.h"

struct build_command {
	struct arena a;
	struct eval_request request;
	struct build_request builds;
	struct eval_source source; /* instead of a project's recipes */
	const char *project;       /* folder, or NULL to look for it */
	const char *rev; /* of its repository, instead of the files as they are; or NULL */
	struct asked *asked;
	size_t n_asked, cap_asked;
	const char *builds_of_manifest; /* what the manifest around has, as words; or NULL */
	bool json;
	bool check;         /* names are of what is checked, not built */
	bool update_hashes; /* of the recipes that are named, before */
	bool packages;      /* names that no recipe has are those of the set's packages */
	/* found: */
	char *project_dir;     /* of recipes */
	struct err no_project; /* where there is none, but packages alone are asked for */
	struct project_revision revision;
	struct resolved_list found;
	struct product *products;
	size_t n_products;
};
void build_command_release(struct build_command *c);

/* An operand: a recipe's name, or a path when it has a slash or ends in .drv. */
void build_command_name(struct build_command *c, const char *name);
/* A name whose package is checked: a recipe's, or else one in the set's python3.pkgs. */
void build_command_check(struct build_command *c, const char *name);
/* "torch=cpu" */
void build_command_slot(struct build_command *c, const char *text);
/* Finds, builds, links and prints. */
ATTR_MUST_CHECK errint build_command_run(struct build_command *c, struct cli *cli, struct err *err);
