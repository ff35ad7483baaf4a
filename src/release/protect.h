/* SPDX-License-Identifier: MIT
 *
 * What keeps tracks and tags as they are where they are pushed to: a hook for plain git servers,
 * and rules in the JSON of two forges' interfaces. Texts alone; nothing is sent anywhere. */
#pragma once

#include "base/buf.h"
#include "release/gates.h"

/* A pre-receive hook in POSIX sh. With kiln on the server's PATH it asks `kiln release
 * verify-push`; without, it does with git alone: fast-forward only, tags stay, evidence is there by
 * name. */
ATTR_MUST_CHECK errint protect_hook(const struct release *r, struct arena *a, struct buf *out,
				    struct err *err);
/* An array of two repository rulesets, of branches and of tags, as GitHub's REST interface takes
 * each ("create a repository ruleset"). */
ATTR_MUST_CHECK errint protect_github(const struct release *r, struct arena *a, struct buf *out,
				      struct err *err);
/* {"protected_branches": […], "protected_tags": […]}: bodies for GitLab's interface of these
 * names. */
ATTR_MUST_CHECK errint protect_gitlab(const struct release *r, struct arena *a, struct buf *out,
				      struct err *err);
/* The pattern that all tags of versions match: "v*". */
const char *protect_tag_pattern(const struct release *r, struct arena *a);
/* Appends a word for sh. */
void protect_quote(struct buf *b, struct str s);
