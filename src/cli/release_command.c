/* SPDX-License-Identifier: MIT
 *
 * From a command line to a plan, and from a plan to what people read. */
#include <stdlib.h>

#include "base/report.h"
#include "cli/release_verbs.h"
#include "project/project.h"

errint release_command_open(struct cli *cli, const struct release_command *c, struct release *r,
			    struct err *err)
{
	char *dir CLEANUP_FREE = NULL;
	struct session *s;
	errint rc = cli_session(cli, &s, err);

	r->lock = -1;
	if (!rc)
		rc = project_find(c->project, &dir, err);
	return rc ? rc : release_open(s, dir, r, err);
}

errint release_command_track(struct release *r, const char *name, const struct track **out,
			     struct err *err)
{
	return name ? track_get(&r->config, name, out, err) : release_track_here(r, out, err);
}

static errint tell_ended(struct cli *cli, const struct release_command *c, struct release *r,
			 const char *what, struct err *err)
{
	if (c->json) {
		out_str(S("{\"what\": "));
		out_json(str_c(what));
		out_str(S(", \"ended\": true, \"moves\": []}\n"));
	} else {
		out_printf("ended the interrupted 'kiln release %s'\n", what);
	}
	errint rc = out_flush(err);
	return rc ? rc : release_done(r, err);
}

errint release_command_begin(struct cli *cli, const struct release_command *c, struct release *r,
			     const char *what, bool *ended, struct err *err)
{
	const char *earlier;
	errint rc = release_begin(r, c->dry_run, &earlier, err);

	*ended = false;
	if (rc || !earlier)
		return rc;
	if (strcmp(earlier, what) == 0) {
		*ended = true;
		return tell_ended(cli, c, r, what, err);
	}
	report_msg(cli_report(cli), REPORT_NOTE, "ended the interrupted 'kiln release %s' first",
		   earlier);
	return release_done(r, err);
}

/* ---- printing ---- */

static const char *short_name(const char *ref)
{
	struct str s = str_drop_prefix(str_c(ref), S("refs/heads/"));

	return str_drop_prefix(s, S("refs/tags/")).p;
}

static void print_move(const struct release_move *m, bool remote)
{
	bool tag = str_starts(str_c(m->ref), S("refs/tags/"));

	out_printf("%s %s", tag ? "tag" : "branch", short_name(m->ref));
	if (*m->note)
		out_printf(": %s", m->note);
	const char *was = *m->was ? m->was : m->there_was;
	if (tag || !*was)
		out_printf(" at %.12s", m->commit);
	else
		out_printf(" (%.12s -> %.12s)", was, m->commit);
	if (m->backwards)
		out_str(S(", back"));
	out_printf("%s\n", !remote ? "" : !m->there ? " here" : !m->here ? " at the remote" : "");
}

static void json_or_null(const char *key, const char *text)
{
	out_printf(", \"%s\": ", key);
	out_json_or_null(str_c(text));
}

static void json_move(const struct release_move *m)
{
	out_str(S("{\"ref\": "));
	out_json(str_c(m->ref));
	json_or_null("was", m->was);
	json_or_null("remoteWas", m->there_was);
	json_or_null("commit", m->commit);
	json_or_null("object", m->tag ? "" : m->to);
	out_printf(", \"annotated\": %s, \"here\": %s, \"remote\": %s, \"backwards\": %s}",
		   m->tag ? "true" : "false", m->here ? "true" : "false",
		   m->there ? "true" : "false", m->backwards ? "true" : "false");
}

static void print_plan(const struct release_command *c, const struct release_plan *p,
		       const char *nothing)
{
	if (c->json) {
		out_str(S("{\"what\": "));
		out_json(str_c(p->what));
		out_printf(", \"ended\": false, \"dryRun\": %s, \"moves\": [",
			   c->dry_run ? "true" : "false");
	}
	for (size_t i = 0; i < p->n; i++) {
		if (!c->json) {
			print_move(&p->v[i], release_remote(p->r) != NULL);
			continue;
		}
		out_str(i ? S(",\n ") : S("\n "));
		json_move(&p->v[i]);
	}
	if (c->json)
		out_str(S("]}\n"));
	else if (!p->n)
		out_printf("%s\n", p->nothing ? p->nothing : nothing);
}

errint release_command_finish(struct cli *cli, const struct release_command *c,
			      struct release_plan *p, const char *nothing, struct err *err)
{
	bool moves = p->n && !c->dry_run;
	errint rc = moves ? release_apply(p, err) : 0;

	if (rc)
		return rc;
	print_plan(c, p, nothing);
	if (!moves)
		return 0;
	/* Told before the journal goes: whoever is killed in between finds it ended. */
	rc = out_flush(err);
	return rc ? rc : release_done(p->r, err);
}
