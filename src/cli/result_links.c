/* SPDX-License-Identifier: MIT
 *
 * Making result links. */
#include "cli/result_links.h"

#include <stdlib.h>
#include "store/store.h"

void result_numbers_release(struct result_numbers *r)
{
	path_map_release(&r->by_path);
}

size_t result_number(struct result_numbers *r, struct str path)
{
	void *known = path_map_get(&r->by_path, path);

	if (known)
		return (size_t)(uintptr_t)known;
	path_map_put(&r->by_path, path, (void *)(uintptr_t)++r->n);
	return r->n;
}

const char *result_name(struct arena *a, const char *link, size_t number)
{
	return number > 1 ? arena_printf(a, "%s-%zu", link, number) : link;
}

errint result_links(struct store *s, const struct product *p, const char *link, struct err *err)
{
	for (size_t i = 0; i < p->n_paths; i++) {
		struct str output = p->wanted.n_outputs ? p->wanted.outputs[i] : S("out");
		char *name CLEANUP_FREE = str_eq(output, S("out"))
						  ? xstrdup(link)
						  : xasprintf("%s-%.*s", link, STR_ARG(output));

		if (store_add_root(s, name, p->paths[i], err))
			return err_wrap(err, "linking '%s'", name);
	}
	return 0;
}
