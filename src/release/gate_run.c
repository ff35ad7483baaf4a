/* SPDX-License-Identifier: MIT
 *
 * A clean clone of the commit, its recipes evaluated there, and gate after gate. */
#include "release/gate_int.h"

#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/environ.h"
#include "base/file.h"
#include "base/json.h"
#include "base/process.h"
#include "base/report.h"
#include "git/git_shelf.h"
#include "store/closure_hash.h"

/* ---- the clone ---- */

static errint git_in(struct gate_run *g, const char *const *args, struct err *err)
{
	BUF(out, LIMIT_TOOL_OUTPUT);

	return git_program(&g->r->place, args, &out, err);
}

/* Submodules are where the remote's are, not beside this work tree. */
static errint bring_submodules(struct gate_run *g, struct err *err)
{
	const char *remote = release_remote(g->r);
	const char *modules = arena_printf(g->a, "%s/.gitmodules", g->top);
	BUF(url, LIMIT_SMALL_FILE);
	errint rc = 0;

	if (access(modules, F_OK))
		return 0;
	if (remote) {
		const char *key = arena_printf(g->a, "remote.%s.url", remote);

		rc = git_program(&g->r->place, (const char *const[]){"config", key, NULL}, &url,
				 err);
		const char *at = arena_strz(g->a, str_trim(buf_str(&url)));
		if (!rc)
			rc = git_in(g,
				    (const char *const[]){"-C", g->top, "remote", "set-url",
							  "origin", at, NULL},
				    err);
	}
	if (!rc)
		rc = git_in(g,
			    (const char *const[]){"-C", g->top, "submodule", "--quiet", "update",
						  "--init", "--recursive", NULL},
			    err);
	return rc ? err_wrap(err, "its submodules") : 0;
}

static errint make_clone(struct gate_run *g, const char *dir, struct err *err)
{
	struct str prefix = str_drop_suffix(g->r->place.prefix, S("/"));

	g->top = arena_printf(g->a, "%s/clone", dir);
	g->project = prefix.n ? arena_printf(g->a, "%s/%.*s", g->top, STR_ARG(prefix)) : g->top;
	errint rc = git_in(g,
			   (const char *const[]){"clone", "--quiet", "--local", "--no-checkout",
						 "--", g->r->place.top, g->top, NULL},
			   err);
	if (!rc)
		rc = git_in(g,
			    (const char *const[]){"-C", g->top, "checkout", "--quiet", "--detach",
						  g->q->commit, NULL},
			    err);
	if (!rc)
		rc = bring_submodules(g, err);
	return rc ? err_wrap(err, "cloning %.12s", g->q->commit) : 0;
}

static errint check_recipes(struct gate_run *g, struct err *err)
{
	const char *dir = arena_printf(g->a, "%s/.flox/pkgs", g->project);

	if (access(dir, F_OK) == 0)
		return 0;
	err_set(err, ERR_NOT_FOUND, "%.12s has no recipes: no .flox/pkgs is committed",
		g->q->commit);
	return err_hint(err, "git add .flox, and commit it");
}

static errint read_gates(struct gate_run *g, struct err *err)
{
	struct release_config *c = ARENA_NEW(g->a, struct release_config);
	const struct track *t;
	errint rc = release_config_read(g->project, g->a, c, err);

	if (!rc)
		rc = track_get(c, arena_strz(g->a, g->q->track->name), &t, err);
	return rc ? rc : gates_read(c, t, g->a, &g->gates, err);
}

static errint resolve(struct gate_run *g, struct err *err)
{
	struct eval_request request CLEANUP(eval_request_release) = {0};
	struct project_request r = {.session = g->r->session, .eval = &request, .dir = g->project};
	size_t n = g->gates.n_recipes ? g->gates.n_recipes : 1;
	struct asked *asked = ARENA_ARRAY(g->a, struct asked, n);

	for (size_t i = 0; i < n; i++)
		asked[i] = (struct asked){
			.kind = ASKED_RECIPE,
			.text = g->gates.n_recipes ? arena_strz(g->a, g->gates.recipes[i]) : NULL,
		};
	errint rc = project_resolve(&r, asked, n, g->a, &g->found, err);
	if (!rc)
		rc = project_products(g->r->session, g->a, &g->found, &g->products, &g->n_products,
				      err);
	if (!rc && !g->n_products)
		rc = err_set(err, ERR_NOT_FOUND, "%.12s has no recipe to release", g->q->commit);
	return rc;
}

errint gate_find_closure(struct gate_run *g, struct err *err)
{
	struct store *s = g->r->session->store;
	struct str *roots;
	size_t n = 0, k = 0;
	errint rc = 0;

	if (g->known)
		return 0;
	for (size_t i = 0; i < g->n_products; i++)
		n += g->products[i].n_paths;
	roots = ARENA_ARRAY(g->a, struct str, n);
	for (size_t i = 0; i < g->n_products; i++)
		for (size_t j = 0; j < g->products[i].n_paths; j++)
			roots[k++] = g->products[i].paths[j];
	for (size_t i = 0; !rc && i < n; i++) {
		bool valid;

		rc = store_is_present(s, roots[i], &valid, err);
		if (rc || valid)
			continue;
		err_set(err, ERR_NOT_FOUND, "'%.*s' is not built here", STR_ARG(roots[i]));
		return err_hint(err, "kiln release gate %.*s --only build",
				STR_ARG(g->q->track->name));
	}
	if (!rc)
		rc = closure_hash(s, roots, n, &g->closure, &g->paths, err);
	g->known = !rc;
	return rc;
}

/* ---- signing ---- */

static void put_outputs(struct gate_run *g, struct buf *b)
{
	buf_putz(b, "{\"outputs\":{");
	for (size_t i = 0; i < g->n_products; i++) {
		const struct product *p = &g->products[i];

		buf_putz(b, i ? "," : "");
		json_put_str(b, p->name);
		buf_putz(b, ":[");
		for (size_t j = 0; j < p->n_paths; j++) {
			buf_putz(b, j ? "," : "");
			json_put_str(b, p->paths[j]);
		}
		buf_putc(b, ']');
	}
	buf_putc(b, '}');
}

static struct str recipe_names(struct gate_run *g)
{
	BUF(b, LIMIT_SMALL_FILE);

	for (size_t i = 0; i < g->n_products; i++) {
		struct str name = g->products[i].found->label;

		/* Of a recipe with several derivations one name. */
		if (i && g->products[i].found == g->products[i - 1].found)
			continue;
		buf_putz(&b, b.n ? " " : "");
		buf_puts(&b, name.n ? name : g->products[i].name);
	}
	return arena_str(g->a, buf_str(&b));
}

static struct str system_name(struct gate_run *g)
{
	const char *told = g->r->session->settings->system;
	struct utsname u;

	if (told)
		return str_c(told);
	return uname(&u) ? S("unknown") : str_c(arena_printf(g->a, "%s-linux", u.machine));
}

static errint describe(struct gate_run *g, const struct gate *gate, struct evidence *e,
		       struct err *err)
{
	struct git_shelf *shelf CLEANUP(git_shelf_cleanup) = NULL;
	struct release_version version;
	struct set_pin pin;
	char tree[65], hash[HASH_TEXT_MAX];
	errint rc = git_shelf_open(g->r->place.top, EVIDENCE_REF, &shelf, err);

	if (!rc)
		rc = git_shelf_tree(shelf, g->q->commit, tree, err);
	if (!rc)
		rc = release_version(g->r, g->q->commit, g->a, &version, err);
	if (!rc)
		rc = project_pin_read(g->r->session, g->project, g->a, &pin, err);
	if (rc)
		return rc;
	e->gate = gate->name;
	e->track = g->q->track->name;
	e->project = str_drop_suffix(g->r->place.prefix, S("/"));
	e->commit = str_c(g->q->commit);
	e->tree = arena_str(g->a, str_c(tree));
	e->recipe = recipe_names(g);
	e->version = version.version.n ? str_c(release_version_text(&version, g->a)) : S("");
	e->system = system_name(g);
	e->closure = g->closure;
	e->paths = g->paths;
	e->kiln = S(KILN_VERSION);
	e->set_version = pin.version;
	e->set_hash =
		pin.there ? arena_str(g->a, str_c(hash_format(&pin.nar_hash, HASH_SRI, true, hash)))
			  : S("");
	e->definition = gate->definition;
	e->ref = e->target = S("");
	return 0;
}

static errint sign(struct gate_run *g, const struct gate *gate, struct gate_result *result,
		   int64_t started, const struct buf *details, struct err *err)
{
	BUF(all, LIMIT_SMALL_FILE);
	struct evidence e = {.started = started, .finished = clock_unix()};
	errint rc = describe(g, gate, &e, err);

	if (rc)
		return rc;
	/* A clock that was set back in between is no reason to lose what was found. */
	e.finished = MAX(e.finished, started);
	e.result = result->outcome == GATE_PASSED ? S("passed") : S("failed");
	put_outputs(g, &all);
	buf_puts(&all, buf_str(details));
	if (result->why.n) {
		buf_putz(&all, ",\"error\":");
		json_put_str(&all, result->why);
	}
	buf_putc(&all, '}');
	e.details = buf_str(&all);
	rc = buf_check(&all, "details of a gate", err);
	return rc ? rc : evidence_add(g->r->place.top, &e, g->q->keys, g->q->n_keys, err);
}

/* ---- running ---- */

static errint has_passed(struct gate_run *g, const struct gates_answer *there,
			 const struct gate *gate, bool *out, struct err *err)
{
	ERR(absent);

	*out = false;
	/* What is not here cannot be compared: then the gate runs, or says so. */
	if (gate_find_closure(g, &absent))
		return absent.code == ERR_NOT_FOUND ? 0 : err_move(err, &absent);
	for (size_t i = 0; i < there->n; i++) {
		const struct gate_state *s = &there->v[i];

		if (str_eq(s->gate.name, gate->name) && s->answer.verdict == EVIDENCE_COUNTS &&
		    hash_eq(&s->answer.found.closure, &g->closure))
			*out = true;
	}
	return 0;
}

/* A recipe that has nothing to check is not one whose checks fail. */
static bool could_not_run(enum gate_kind kind, errint rc)
{
	return (kind == GATE_CHECK && rc == ERR_NOT_FOUND) || rc == ERR_UNSUPPORTED ||
	       rc == ERR_SYSTEM || rc == ERR_INTERRUPTED || rc == ERR_USAGE || rc == ERR_TOO_BIG;
}

static errint run_gate(struct gate_run *g, const struct gate *gate, struct gate_result *result,
		       struct err *err)
{
	BUF(details, LIMIT_SMALL_FILE);
	int64_t started = clock_unix();
	ERR(failure);
	/* Only building makes the bits; every other gate is about those that are there. */
	errint rc = gate->kind == GATE_BUILD ? 0 : gate_find_closure(g, err);

	if (!rc) {
		rc = gate_functions[gate->kind](g, gate, &details, &failure);
		if (rc &&
		    (could_not_run(gate->kind, rc) || (gate->kind == GATE_BUILD && !g->known))) {
			err_move(err, &failure);
			return err_wrap(err, "gate '%.*s'", STR_ARG(gate->name));
		}
	}
	if (failure.code) {
		result->why = arena_str(g->a, str_c(failure.msg));
		report_err(g->r->session->report, &failure);
		rc = 0;
	}
	result->outcome = failure.code ? GATE_FAILED : GATE_PASSED;
	if (!rc)
		rc = gate_find_closure(g, err);
	if (!rc)
		rc = sign(g, gate, result, started, &details, err);
	result->seconds = clock_unix() - started;
	return rc ? err_wrap(err, "gate '%.*s'", STR_ARG(gate->name)) : 0;
}

static bool is_meant(const struct gate_request *q, const struct gate *gate)
{
	if (q->note)
		return gate->kind == GATE_APPROVAL && (!q->only || str_eqz(gate->name, q->only));
	return !q->only || str_eqz(gate->name, q->only);
}

/* Is there anything to run? That is known before anything is evaluated. */
static errint check_meant(const struct gate_run *g, struct err *err)
{
	for (size_t i = 0; i < g->gates.n; i++)
		if (is_meant(g->q, &g->gates.v[i]))
			return 0;
	if (g->q->note)
		err_set(err, ERR_NOT_FOUND, "track '%.*s' has no gate for a person's approval",
			STR_ARG(g->q->track->name));
	else
		err_set(err, ERR_NOT_FOUND, "track '%.*s' has no gate%s%s%s",
			STR_ARG(g->q->track->name), g->q->only ? " '" : "s",
			g->q->only ? g->q->only : "", g->q->only ? "'" : "");
	return err_hint(err,
			"[release.track.%.*s] gates = [\"build\", \"check\", \"approval\"] in "
			".flox/kiln.toml of this commit",
			STR_ARG(g->q->track->name));
}

static errint run_all(struct gate_run *g, const struct gates_answer *there, struct gate_report *out,
		      struct err *err)
{
	out->v = ARENA_ARRAY(g->a, struct gate_result, g->gates.n);
	for (size_t i = 0; i < g->gates.n; i++) {
		const struct gate *gate = &g->gates.v[i];
		struct gate_result *result = &out->v[out->n];
		bool passed = false;
		errint rc = 0;

		if (!is_meant(g->q, gate))
			continue;
		*result = (struct gate_result){.gate = *gate};
		if (!g->q->again && !g->q->note)
			rc = has_passed(g, there, gate, &passed, err);
		if (!rc && g->q->tell)
			g->q->tell(g->q->ctx, gate, NULL);
		if (!rc && passed)
			result->outcome = GATE_KNOWN;
		else if (!rc && gate->kind == GATE_APPROVAL && !g->q->note)
			result->outcome = GATE_WAITS;
		else if (!rc)
			rc = run_gate(g, gate, result, err);
		if (rc)
			return rc;
		out->n++;
		if (g->q->tell)
			g->q->tell(g->q->ctx, gate, result);
		/* There are no bits to look at. */
		if (result->outcome == GATE_FAILED && gate->kind == GATE_BUILD)
			break;
	}
	return 0;
}

static void gate_run_release(struct gate_run *g)
{
	resolved_list_release(&g->found);
}

/* Does what these keys sign count where the track goes to? */
static errint find_trusted(struct gate_run *g, const struct gates_query *q, bool *out,
			   struct err *err)
{
	struct gates_answer now;
	errint rc = gates_ask(q, g->a, &now, err);

	*out = true;
	for (size_t i = 0; !rc && i < now.n; i++)
		if (now.v[i].answer.verdict == EVIDENCE_UNKNOWN_KEY)
			*out = false;
	return rc;
}

static errint run_in(struct gate_run *g, const char *dir, struct gate_report *out, struct err *err)
{
	struct gates_query q;
	struct gates_answer there;
	errint rc = make_clone(g, dir, err);

	if (!rc)
		rc = read_gates(g, err);
	if (!rc)
		rc = check_meant(g, err);
	if (!rc)
		rc = check_recipes(g, err);
	if (rc)
		return rc;
	gates_question(g->r, g->q->track, g->q->commit, g->a, &q);
	rc = gates_ask(&q, g->a, &there, err);
	if (!rc) {
		rc = resolve(g, err);
		/* The files that the words name are gone with the clone. */
		if (rc)
			rc = err_wrap(err, "in a clean clone of %.12s", g->q->commit);
	}
	if (!rc)
		rc = run_all(g, &there, out, err);
	if (!rc)
		rc = find_trusted(g, &q, &out->trusted, err);
	out->commit = g->q->commit;
	out->closure = g->closure;
	out->paths = g->paths;
	return rc;
}

errint gates_run(struct release *r, const struct gate_request *asked, struct arena *a,
		 struct gate_report *out, struct err *err)
{
	struct gate_request q = *asked;
	struct gate_run g CLEANUP(gate_run_release) = {.r = r, .q = &q, .a = a};
	struct gate_report report = {0};
	char *dir CLEANUP_FREE = NULL;
	errint rc = 0;

	if (!q.commit) {
		const char *id = git_refs_id(&r->refs, q.track->ref);

		if (!*id)
			return err_set(err, ERR_NOT_FOUND, "track '%.*s' is not here",
				       STR_ARG(q.track->name));
		q.commit = id;
	}
	rc = temp_dir(temp_dir_root(), "kiln-gate.", &dir, err);
	if (rc)
		return rc;
	rc = run_in(&g, dir, &report, err);
	remove_tree_quietly(AT_FDCWD, dir);
	if (!rc)
		*out = report;
	return rc;
}
