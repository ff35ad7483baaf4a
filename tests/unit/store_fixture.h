/* SPDX-License-Identifier: MIT
 *
 * What tests of stores share: a store in a scratch folder, and what is asked of it. Everything is
 * static and may stay unused: a test is one file. */
#pragma once

#include <sys/stat.h>
#include "base/file.h"
#include "store/store.h"
#include "tap.h"

static struct arena a;
static struct err err;
static char *root;

/* Without a word: children use it, too, and only one process may speak TAP. */
ATTR_UNUSED static struct store *open_store_at(const char *where)
{
	struct store_config c;

	BUG_ON(store_config_resolve(where, &c, &err));
	struct store *s = store_open(&c, NULL);
	store_config_release(&c);
	return s;
}

ATTR_UNUSED static struct store *open_store(void)
{
	return open_store_at(root);
}

ATTR_UNUSED static bool valid(struct store *s, struct str path)
{
	bool yes = false;

	IS_OK(store_is_valid(s, path, &yes, &err), err, "is valid?");
	return yes;
}

ATTR_UNUSED static bool on_disk(struct store *s, struct str path)
{
	char *real CLEANUP_FREE = store_real_path(s, path);
	struct stat st;

	return lstat(real, &st) == 0;
}

/* *bad: how many paths have a fault. */
ATTR_UNUSED static errint verify(struct store *s, bool contents, unsigned *bad)
{
	struct verify_options o = {.contents = contents};
	struct verify_result r;
	errint rc = store_verify(s, &a, &o, &r, &err);

	if (!rc)
		*bad = (unsigned)r.n;
	return rc;
}
