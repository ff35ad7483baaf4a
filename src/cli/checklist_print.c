/* SPDX-License-Identifier: MIT
 *
 * A point a line, and below it what speaks against it. */
#include "cli/checklist_print.h"

static const char *state_of(const struct checklist *l, enum checklist_point p)
{
	return checklist_count(l, p) ? "missed" : l->open[p] ? "open" : "met";
}

static void print_findings(const struct checklist *l, enum checklist_point p)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct checklist_finding *f = &l->v[i];

		if (f->point != p)
			continue;
		out_str(S("        "));
		if (f->file.n && f->line)
			out_printf("%.*s:%u: ", STR_ARG(f->file), f->line);
		else if (f->file.n)
			out_printf("%.*s: ", STR_ARG(f->file));
		out_printf("%.*s\n", STR_ARG(f->text));
		if (f->cure.n)
			out_printf("        hint: %.*s\n", STR_ARG(f->cure));
	}
}

static void print_text(const struct checklist *l)
{
	size_t met = 0;

	for (int p = 0; p < CHECKLIST_COUNT; p++) {
		met += !checklist_count(l, p) && !l->open[p];
		out_printf("%-7s %s", state_of(l, p), checklist_text(p));
		out_printf(l->open[p] ? " (%s)\n" : "\n", l->open[p]);
		print_findings(l, p);
	}
	out_printf("%zu of %d points are met\n", met, CHECKLIST_COUNT);
}

static void json_finding(const struct checklist_finding *f, bool first)
{
	out_str(first ? S("\n   {\"file\": ") : S(",\n   {\"file\": "));
	out_json_or_null(f->file);
	out_printf(", \"line\": %u, \"text\": ", f->line);
	out_json(f->text);
	out_str(S(", \"cure\": "));
	out_json_or_null(f->cure);
	out_str(S("}"));
}

static void print_json(const struct checklist *l)
{
	out_str(S("["));
	for (int p = 0; p < CHECKLIST_COUNT; p++) {
		bool first = true;

		out_printf("%s\n {\"point\": \"%s\", \"state\": \"%s\", \"open\": ", p ? "," : "",
			   checklist_name(p), state_of(l, p));
		out_json_or_null(str_c(l->open[p] ? l->open[p] : ""));
		out_str(S(", \"findings\": ["));
		for (size_t i = 0; i < l->n; i++) {
			if ((int)l->v[i].point != p)
				continue;
			json_finding(&l->v[i], first);
			first = false;
		}
		out_str(S("]}"));
	}
	out_str(S("\n]\n"));
}

void checklist_print(struct cli *cli, const struct checklist *l, bool json)
{
	if (json)
		print_json(l);
	else
		print_text(l);
	/* What waits for a catalog waits for a later day. */
	if (l->n || l->open[CHECKLIST_DECLARED])
		cli->status = 1;
}
