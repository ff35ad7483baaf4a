/* SPDX-License-Identifier: MIT
 *
 * Two stores on one machine: the machine's own, which a user may only read, and the user's. What is
 * in the first can be asked about and used, as through Nix's daemon; what is made goes into the
 * second. */
#include "store/store_int.h"

#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"

struct store *store_open_machine(const struct store_config *c, struct report *report)
{
	struct store_config machine = *c;

	if (!c->beside)
		return NULL;
	machine.root = (char *)"";
	machine.beside = false;
	return store_open(&machine, report);
}

/* The store path of a word: it is one, perhaps with outputs behind it, or a link to one. */
static bool names_path(const struct store_config *c, const char *word, struct arena *a,
		       struct str *out)
{
	char *target CLEANUP_FREE = NULL;
	struct str top;
	ERR(ignored);

	if (word[0] != '/' || !store_path_split(str_c(c->store_dir), str_c(word), &top, NULL)) {
		if (read_link(AT_FDCWD, word, &target, &ignored) ||
		    !store_path_split(str_c(c->store_dir), str_c(target), &top, NULL))
			return false;
	}
	str_cut(top, '!', &top, &(struct str){0});
	str_cut(top, '^', &top, &(struct str){0});
	*out = arena_str(a, top);
	return true;
}

static bool exists(const char *root, struct str path)
{
	char *real CLEANUP_FREE = xasprintf("%s%.*s", root, STR_ARG(path));
	struct stat st;

	return lstat(real, &st) == 0;
}

bool store_is_of_machine(const struct store_config *c, const char *word)
{
	struct str path;
	ARENA(a);

	return c->beside && names_path(c, word, &a, &path) && !exists(c->root, path) &&
	       exists("", path);
}
