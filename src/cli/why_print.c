/* SPDX-License-Identifier: MIT
 *
 * Nix's drawing: a node's line, then for each reference that leads to the end the places that hold
 * it and its own tree. A node is drawn whole once. */
#include "cli/why_print.h"

static const char line_on[] = "│   ", line_off[] = "    ", branch[] = "├───",
		  last_branch[] = "└───";

static void print_place(const struct why_print *p, const char *pad, const char *tree,
			const struct why_place *place, bool end)
{
	struct str t = place->text;
	struct str head = str_sub(t, 0, place->at), hash = str_sub(t, place->at, STORE_HASH_LEN);
	struct str tail = str_skip(t, place->at + STORE_HASH_LEN);
	const char *dots = place->link ? "" : "…";

	out_printf("%s%s%.*s%s%s%.*s%s%.*s%s%.*s%s\n", pad, tree, STR_ARG(place->file),
		   place->link ? " -> " : ": ", dots, STR_ARG(head),
		   !p->colour ? ""
		   : end      ? "\033[32;1m"
			      : "\033[34;1m",
		   STR_ARG(hash), p->colour ? "\033[0m" : "", STR_ARG(tail), dots);
}

static errint print_node(struct why_print *p, struct why_node *node, const char *first,
			 const char *pad, unsigned depth, struct err *err);

static errint print_step(struct why_print *p, struct why_node *node, size_t i, const char *pad,
			 unsigned depth, struct err *err)
{
	const struct why_step *step = &node->steps[i];
	bool last = !p->all || i + 1 == node->n;
	char *below CLEANUP_FREE = xasprintf("%s%s", pad, last ? line_off : line_on);

	for (size_t k = 0; p->precise && k < step->n; k++) {
		print_place(p, pad,
			    k      ? (last ? line_off : line_on)
			    : last ? last_branch
				   : branch,
			    &step->places[k], step->to->distance == 0);
		if (!p->all)
			break;
	}
	if (!p->precise)
		out_printf("%s%s%.*s\n", pad, last ? last_branch : branch, STR_ARG(step->to->path));
	return print_node(p, step->to, below, below, depth + 1, err);
}

static errint print_node(struct why_print *p, struct why_node *node, const char *first,
			 const char *pad, unsigned depth, struct err *err)
{
	size_t n = p->all ? node->n : MIN(node->n, 1);
	errint rc = 0;

	if (depth > LIMIT_NAR_DEPTH)
		return err_set(err, ERR_TOO_BIG, "the chain is longer than %d", LIMIT_NAR_DEPTH);
	if (p->precise)
		out_printf("%s%s%.*s\n", first, *first ? "→ " : "", STR_ARG(node->path));
	/* The end, unless it is the beginning, too: then it refers to itself. */
	if ((node->distance == 0 && (!p->all || depth)) && (depth || !node->n))
		return 0;
	if (p->precise && node->told)
		return 0;
	node->told = true;
	if (p->precise)
		rc = why_scan(p->cli->store, &p->cli->a, node, n, err);
	for (size_t i = 0; !rc && i < n; i++)
		rc = print_step(p, node, i, pad, depth, err);
	return rc;
}

errint why_print(struct why_print *p, struct why_node *node, struct err *err)
{
	if (!p->precise)
		out_printf("%.*s\n", STR_ARG(node->path));
	return print_node(p, node, "", "", 0, err);
}
