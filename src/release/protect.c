/* SPDX-License-Identifier: MIT
 *
 * The hook's text with this project's tracks in it, and the forges' rules. */
#include "release/protect.h"

#include "base/json.h"

void protect_quote(struct buf *b, struct str s)
{
	buf_putc(b, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\'')
			buf_putz(b, "'\\''");
		else
			buf_putc(b, s.p[i]);
	}
	buf_putc(b, '\'');
}

const char *protect_tag_pattern(const struct release *r, struct arena *a)
{
	struct str tag = str_c(r->config.tag);
	ptrdiff_t at = str_chr(tag, '{');

	return at < 0 ? "*" : arena_printf(a, "%.*s*", (int)at, tag.p);
}

/* ---- the hook ---- */

static const char hook_head[] =
	"#!/bin/sh\n"
	"# pre-receive hook, made by: kiln release protect hook\n"
	"# Tracks only go forward, and only with evidence of their gates; tags stay what they are;\n"
	"# evidence is only added to. With kiln on PATH, kiln judges the evidence, signatures and\n"
	"# all; without it, git alone sees that there is some.\n"
	"# git config kiln.rollback true lets a track go back to a commit that leads to where it is.\n"
	"set -u\n"
	"lines=$(cat)\n"
	"[ -n \"$lines\" ] || exit 0\n"
	"rollback=$(git config --bool kiln.rollback 2>/dev/null)\n"
	"if command -v kiln >/dev/null 2>&1; then\n"
	"\tset -- release verify-push --repo \"${GIT_DIR:-.}\" --prefix ";

static const char hook_middle[] =
	"\n"
	"\t[ \"$rollback\" != true ] || set -- \"$@\" --allow-rollback\n"
	"\tprintf '%s\\n' \"$lines\" | kiln \"$@\"\n"
	"\texit\n"
	"fi\n"
	"\n"
	"# branch, from which tracks it is promoted, and what their gates are: TRACK:GATE,GATE\n"
	"needs() {\n"
	"\tcase $1 in\n";

static const char hook_tail[] =
	"\t*) return 1 ;;\n"
	"\tesac\n"
	"}\n"
	"bad=0\n"
	"refuse() {\n"
	"\techo \"kiln: $1: $2\" >&2\n"
	"\tbad=1\n"
	"}\n"
	"zero() { case $1 in *[!0]*) return 1 ;; esac; }\n"
	"evidence=$(git rev-parse -q --verify refs/kiln/evidence)\n"
	"while read -r old new ref; do\n"
	"\tif [ \"$ref\" = refs/kiln/evidence ] && ! zero \"$new\"; then evidence=$new; fi\n"
	"done <<EOF\n"
	"$lines\n"
	"EOF\n"
	"# Is there a file for each gate of one of the tracks?\n"
	"passed() {\n"
	"\tcommit=$1\n"
	"\tfan=${commit#??}\n"
	"\tfan=${commit%\"$fan\"}/$fan\n"
	"\tshift\n"
	"\tlacks=\n"
	"\tfor track in \"$@\"; do\n"
	"\t\tlacks=\n"
	"\t\trest=${track#*:},\n"
	"\t\twhile [ \"$rest\" != , ] && [ -n \"$rest\" ]; do\n"
	"\t\t\tgate=${rest%%,*}\n"
	"\t\t\trest=${rest#*,}\n"
	"\t\t\t[ -n \"$gate\" ] || continue\n"
	"\t\t\t[ \"$(git cat-file -t \"$evidence:$fan/$gate\" 2>/dev/null)\" = tree ] || lacks=\"$lacks $gate\"\n"
	"\t\tdone\n"
	"\t\t[ -n \"$lacks\" ] || return 0\n"
	"\tdone\n"
	"\treturn 1\n"
	"}\n"
	"# A track begins where another one is or has been, or where there is none yet.\n"
	"begins() {\n"
	"\tany=\n"
	"\tfor branch in $branches; do\n"
	"\t\ttip=$(git rev-parse -q --verify \"$branch^{commit}\") || continue\n"
	"\t\tany=1\n"
	"\t\tif git merge-base --is-ancestor \"$1\" \"$tip\"; then return 0; fi\n"
	"\tdone\n"
	"\t[ -z \"$any\" ]\n"
	"}\n"
	"branch() {\n"
	"\told=$1 new=$2 ref=$3\n"
	"\tif zero \"$new\"; then\n"
	"\t\trefuse \"$ref\" 'a track is never removed'\n"
	"\telif zero \"$old\"; then\n"
	"\t\tbegins \"$new\" || refuse \"$ref\" 'a track begins where another one is or has been'\n"
	"\telif git merge-base --is-ancestor \"$old\" \"$new\"; then\n"
	"\t\teval \"set -- $tracks\"\n"
	"\t\t[ $# = 0 ] || passed \"$new\" \"$@\" || refuse \"$ref\" \"there is no evidence of:$lacks\"\n"
	"\telif [ \"$rollback\" != true ] || ! git merge-base --is-ancestor \"$new\" \"$old\"; then\n"
	"\t\trefuse \"$ref\" 'a track only goes forward: what comes does not follow what is there'\n"
	"\tfi\n"
	"}\n"
	"while read -r old new ref; do\n"
	"\tcase $ref in\n"
	"\trefs/tags/*)\n"
	"\t\tzero \"$old\" || refuse \"$ref\" 'a tag is never moved or removed'\n"
	"\t\t;;\n"
	"\trefs/kiln/evidence)\n"
	"\t\tif zero \"$new\" || { ! zero \"$old\" && { ! git merge-base --is-ancestor \"$old\" \"$new\" ||\n"
	"\t\t\t[ -n \"$(git diff-tree -r --diff-filter=a --name-only \"$old\" \"$new\")\" ]; }; }; then\n"
	"\t\t\trefuse \"$ref\" 'some evidence would be lost'\n"
	"\t\tfi\n"
	"\t\t;;\n"
	"\trefs/heads/*)\n"
	"\t\tif tracks=$(needs \"$ref\"); then branch \"$old\" \"$new\" \"$ref\"; fi\n"
	"\t\t;;\n"
	"\tesac\n"
	"done <<EOF\n"
	"$lines\n"
	"EOF\n"
	"exit $bad\n";

/* "TRACK:GATE,GATE" as words for sh, in one word for sh. */
static errint put_needs(const struct release *r, const struct track *t, struct arena *a,
			struct buf *out, struct err *err)
{
	BUF(words, LIMIT_SMALL_FILE);

	for (size_t i = 0; i < t->n_from; i++) {
		const struct track *from = track_find(&r->config, t->from[i]);
		BUF(word, LIMIT_SMALL_FILE);
		struct gate_list gates;
		errint rc = gates_read(&r->config, from, a, &gates, err);

		if (rc)
			return rc;
		buf_printf(&word, "%.*s:", STR_ARG(from->name));
		for (size_t k = 0; k < gates.n; k++)
			buf_printf(&word, "%s%.*s", k ? "," : "", STR_ARG(gates.v[k].name));
		buf_putz(&words, i ? " " : "");
		protect_quote(&words, buf_str(&word));
	}
	protect_quote(out, buf_str(&words));
	return 0;
}

errint protect_hook(const struct release *r, struct arena *a, struct buf *out, struct err *err)
{
	buf_putz(out, hook_head);
	protect_quote(out, r->place.prefix);
	buf_putz(out, hook_middle);
	for (size_t i = 0; i < r->config.n; i++) {
		const struct track *t = &r->config.v[i];

		buf_putz(out, "\t");
		protect_quote(out, str_c(t->ref));
		buf_putz(out, ") printf '%s\\n' ");
		errint rc = put_needs(r, t, a, out, err);
		if (rc)
			return rc;
		buf_putz(out, " ;;\n");
	}
	/* No branch has a blank in its name. */
	struct str tail = S(hook_tail), mark = S("bad=0\n");
	ptrdiff_t at = str_find(tail, mark);
	buf_puts(out, str_sub(tail, 0, (size_t)at));
	BUF(branches, LIMIT_SMALL_FILE);
	for (size_t i = 0; i < r->config.n; i++)
		buf_printf(&branches, "%s%s", i ? " " : "", r->config.v[i].ref);
	buf_putz(out, "branches=");
	protect_quote(out, buf_str(&branches));
	buf_putc(out, '\n');
	buf_puts(out, str_skip(tail, (size_t)at));
	return buf_check(out, "hook", err);
}

/* ---- GitHub ---- */

static void put_refs(const struct release *r, struct buf *b)
{
	for (size_t i = 0; i < r->config.n; i++) {
		buf_putz(b, i ? ", " : "");
		json_put_str(b, str_c(r->config.v[i].ref));
	}
}

static void put_ruleset_head(const char *name, const char *target, struct buf *b)
{
	buf_printf(b,
		   " {\n"
		   "  \"name\": \"%s\",\n"
		   "  \"target\": \"%s\",\n"
		   "  \"enforcement\": \"active\",\n"
		   "  \"bypass_actors\": [],\n"
		   "  \"conditions\": {\"ref_name\": {\"include\": [",
		   name, target);
}

errint protect_github(const struct release *r, struct arena *a, struct buf *b, struct err *err)
{
	buf_putz(b, "[\n");
	put_ruleset_head("kiln tracks", "branch", b);
	put_refs(r, b);
	buf_putz(b, "], \"exclude\": []}},\n"
		    "  \"rules\": [\n"
		    "   {\"type\": \"deletion\"},\n"
		    "   {\"type\": \"non_fast_forward\"}\n"
		    "  ]\n },\n");
	put_ruleset_head("kiln versions", "tag", b);
	json_put_str(b, str_c(arena_printf(a, "refs/tags/%s", protect_tag_pattern(r, a))));
	buf_putz(b, "], \"exclude\": []}},\n"
		    "  \"rules\": [\n"
		    "   {\"type\": \"deletion\"},\n"
		    "   {\"type\": \"non_fast_forward\"},\n"
		    "   {\"type\": \"update\"}\n"
		    "  ]\n }\n]\n");
	return buf_check(b, "rulesets", err);
}

/* ---- GitLab ---- */

errint protect_gitlab(const struct release *r, struct arena *a, struct buf *b, struct err *err)
{
	enum { MAINTAINER = 40 };

	buf_putz(b, "{\n \"protected_branches\": [");
	for (size_t i = 0; i < r->config.n; i++) {
		buf_putz(b, i ? ",\n  {\"name\": " : "\n  {\"name\": ");
		json_put_str(b, str_c(track_branch(&r->config.v[i])));
		buf_printf(b,
			   ", \"push_access_level\": %d, \"merge_access_level\": %d, "
			   "\"unprotect_access_level\": %d, \"allow_force_push\": false}",
			   MAINTAINER, MAINTAINER, MAINTAINER);
	}
	buf_putz(b, "\n ],\n \"protected_tags\": [\n  {\"name\": ");
	json_put_str(b, str_c(protect_tag_pattern(r, a)));
	buf_printf(b, ", \"create_access_level\": %d}\n ]\n}\n", MAINTAINER);
	return buf_check(b, "protections", err);
}
