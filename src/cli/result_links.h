/* SPDX-License-Identifier: MIT
 *
 * Result links, by Nix's rule for their names. */
#pragma once

#include "project/project.h"
#include "store/path_map.h"

/* Numbers of links that share a name, from 1: a derivation has one, however often it is met. */
struct result_numbers {
	struct path_map by_path;
	size_t n;
};
void result_numbers_release(struct result_numbers *r);
size_t result_number(struct result_numbers *r, struct str path);
/* LINK, LINK-2, LINK-3, … */
const char *result_name(struct arena *a, const char *link, size_t number);

/* A link (a root) for each output: `link` for the one called out and for a path, `link-<output>`
 * for others. */
ATTR_MUST_CHECK errint result_links(struct store *s, const struct product *p, const char *link,
				    struct err *err);
