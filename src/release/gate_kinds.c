/* SPDX-License-Identifier: MIT
 *
 * What the kinds of gates do. All work in the clean clone; none calls kiln. */
#include "release/gate_int.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit/difference.h"
#include "audit/policy.h"
#include "base/environ.h"
#include "base/file.h"
#include "base/json.h"
#include "base/process.h"
#include "project/catalog.h"
#include "project/rebuild.h"
#include "sbom/component.h"
#include "store/key_files.h"

extern char **environ;

static errint realise(struct gate_run *g, const struct product *v, size_t n, struct err *err)
{
	struct build_wanted *w = ARENA_ARRAY(g->a, struct build_wanted, n);
	struct build_options o = {0};

	for (size_t i = 0; i < n; i++)
		w[i] = v[i].wanted;
	return project_realise_here(g->r->session, w, n, &o, err);
}

static errint run_build(struct gate_run *g, const struct gate *gate, struct buf *details,
			struct err *err)
{
	return realise(g, g->products, g->n_products, err);
}

/* What differs in one output, and why: the first of it goes into the error. */
static errint put_difference(struct gate_run *g, const struct rebuilt *v, struct buf *details,
			     struct str *first, struct err *err)
{
	enum { KEPT = 20 };
	struct differences d CLEANUP(differences_release) = {0};
	char *before CLEANUP_FREE = store_real_path(g->r->session->store, v->path);
	/* What differed once may have been the same again, and is gone. */
	bool there = access(v->other, F_OK) == 0;
	errint rc = !there ? 0
			   : differences_find(before, v->other, g->a, KEPT, (uint64_t)clock_unix(),
					      &d, err);

	if (rc)
		return rc;
	buf_putz(details, first->n ? ",{\"path\":" : "{\"path\":");
	json_put_str(details, v->path);
	buf_putz(details, ",\"files\":[");
	for (size_t i = 0; i < d.n; i++) {
		buf_putz(details, i ? ",{\"file\":" : "{\"file\":");
		json_put_str(details, d.v[i].file);
		buf_printf(details, ",\"offset\":%ju,\"cause\":\"%s\"}", (uintmax_t)d.v[i].offset,
			   difference_name(d.v[i].cause));
	}
	buf_putz(details, "]}");
	if (!first->n)
		*first = str_c(arena_printf(g->a, "'%.*s'%s%.*s%s%s", STR_ARG(v->path),
					    d.n && d.v[0].file.n ? " in " : "",
					    STR_ARG(d.n ? d.v[0].file : S("")), d.n ? ": " : "",
					    d.n ? difference_text(d.v[0].cause) : ""));
	return 0;
}

static errint tell_rebuilt(struct gate_run *g, const struct rebuilt *v, size_t n,
			   struct buf *details, struct err *err)
{
	struct str first = S("");
	size_t differ = 0;
	errint rc = 0;

	buf_printf(details, ",\"rebuilt\":%zu,\"differ\":[", n);
	for (size_t i = 0; !rc && i < n; i++) {
		if (!v[i].other)
			continue;
		differ++;
		rc = put_difference(g, &v[i], details, &first, err);
	}
	buf_putc(details, ']');
	if (rc || !differ)
		return rc;
	return err_set(err, ERR_DIFFERS, "%zu of %zu outputs built again differ: %.*s", differ, n,
		       STR_ARG(first));
}

/* Each derivation of the release built again by itself, and compared. */
static errint run_rebuild(struct gate_run *g, const struct gate *gate, struct buf *details,
			  struct err *err)
{
	struct build_wanted *w = ARENA_ARRAY(g->a, struct build_wanted, g->n_products);
	struct rebuild_request r = {.session = g->r->session, .w = w, .n = g->n_products};
	struct rebuilt *v;
	size_t n, skipped;

	for (size_t i = 0; i < g->n_products; i++)
		w[i] = g->products[i].wanted;
	errint rc = project_rebuild(&r, g->a, &v, &n, &skipped, err);
	if (rc)
		return rc;
	rc = tell_rebuilt(g, v, n, details, err);
	rebuilt_remove(v, n);
	return rc;
}

static void release_found(struct resolved_list *l)
{
	resolved_list_release(l);
}

static errint run_check(struct gate_run *g, const struct gate *gate, struct buf *details,
			struct err *err)
{
	struct resolved_list found CLEANUP(release_found) = {0};
	struct eval_request request CLEANUP(eval_request_release) = {0};
	struct project_request r = {
		.session = g->r->session, .eval = &request, .dir = g->project, .fresh = true};
	size_t n_asked = g->gates.n_recipes ? g->gates.n_recipes : 1, n;
	struct asked *asked = ARENA_ARRAY(g->a, struct asked, n_asked);
	struct product *products;

	for (size_t i = 0; i < n_asked; i++)
		asked[i] = (struct asked){
			.kind = ASKED_RECIPE,
			.check = true,
			.text = g->gates.n_recipes ? arena_strz(g->a, g->gates.recipes[i]) : NULL,
		};
	errint rc = project_resolve(&r, asked, n_asked, g->a, &found, err);
	if (!rc)
		rc = project_products(g->r->session, g->a, &found, &products, &n, err);
	if (!rc && !n)
		rc = err_set(err, ERR_FAILED, "no recipe has anything to check");
	if (!rc)
		rc = realise(g, products, n, err);
	if (!rc)
		buf_printf(details, ",\"checks\":%zu", n);
	return rc;
}

/* What is known of packages, where the policy looks them up. */
static errint find_components(struct gate_run *g, const struct audit_policy *policy,
			      struct component_facts **out, struct err *err)
{
	struct catalog *catalog CLEANUP(catalog_cleanup) = NULL;
	struct eval_request *eval = ARENA_NEW(g->a, struct eval_request);
	const struct project_request r = {.session = g->r->session,
					  .eval = eval,
					  .dir = g->project,
					  .flags = EVALUATION_READ_ONLY};
	struct str json;

	*out = NULL;
	if (!policy->has_licences && !policy->n_advisories)
		return 0;
	errint rc = catalog_open(&r, g->a, &catalog, err);
	if (!rc)
		rc = catalog_facts(catalog, &json, err);
	return rc ? rc : component_facts_parse(g->a, json, out, err);
}

/* What all paths of a gate are looked at with. */
struct gate_audit {
	struct slot_list slots;
	struct audit_policy policy;
	struct component_facts *components;
	struct str debian;
};

static errint audit_path(struct gate_run *g, struct gate_audit *with, struct str path,
			 size_t *errors, struct buf *details, struct str *first, struct err *err)
{
	struct audit_policy *policy = &with->policy;
	struct audit_findings f CLEANUP(audit_findings_release) = {0};
	const struct audit what = {
		.store = g->r->session->store,
		.a = g->a,
		.top = path,
		.slots = &with->slots,
		.policy = policy,
		.components = with->components,
		.debian = with->debian,
		.advisories = policy->advisories,
		.n_advisories = policy->n_advisories,
	};
	errint rc = audit_run(&what, &f, err);

	if (!rc)
		audit_policy_apply(policy, &f);
	for (size_t i = 0; !rc && i < f.n; i++) {
		const struct audit_finding *at = &f.v[i];

		if (at->severity < policy->fail_on || at->excepted.n)
			continue;
		buf_putz(details, *errors ? ",{\"rule\":" : "{\"rule\":");
		json_put_str(details, str_c(audit_rule_name(at->rule)));
		buf_putz(details, ",\"path\":");
		json_put_str(details, at->path);
		buf_putz(details, ",\"text\":");
		json_put_str(details, at->text);
		buf_putc(details, '}');
		if (!(*errors)++)
			*first = at->text;
	}
	return rc;
}

/* Of the findings errors fail, or what the project's policy says; the others are for people. */
static errint run_audit(struct gate_run *g, const struct gate *gate, struct buf *details,
			struct err *err)
{
	struct gate_audit with;
	struct str first = S("");
	size_t errors = 0;
	const char *data;
	errint rc = session_data_dir(g->r->session, &data, err);

	if (!rc)
		rc = slot_list_read(data, g->project, g->a, &with.slots, err);
	if (!rc)
		rc = audit_policy_read(g->project, clock_unix(), g->a, &with.policy, err);
	if (!rc)
		rc = find_components(g, &with.policy, &with.components, err);
	with.debian = rc ? S("") : audit_debian_release(g->a, data);
	buf_putz(details, ",\"findings\":[");
	for (size_t i = 0; !rc && i < g->n_products; i++)
		for (size_t k = 0; !rc && k < g->products[i].n_paths; k++)
			rc = audit_path(g, &with, g->products[i].paths[k], &errors, details, &first,
					err);
	buf_putc(details, ']');
	if (rc || !errors)
		return rc;
	return err_set(err, ERR_DENIED, "%zu finding%s, the first: %.*s", errors,
		       errors == 1 ? "" : "s", STR_ARG(first));
}

static errint run_approval(struct gate_run *g, const struct gate *gate, struct buf *details,
			   struct err *err)
{
	buf_putz(details, ",\"note\":");
	json_put_str(details, str_c(g->q->note));
	return 0;
}

/* ---- smoke ---- */

/* A folder with a link for each recipe, to where its first output really is. */
static errint link_results(struct gate_run *g, const char *dir, struct err *err)
{
	errint rc = mkdir_p(AT_FDCWD, dir, 0755, err);

	for (size_t i = 0; !rc && i < g->n_products; i++) {
		const struct product *p = &g->products[i];
		struct str label = p->found->label.n ? p->found->label : p->name;
		char *link CLEANUP_FREE = path_join(str_c(dir), label);

		if (!p->n_paths || access(link, F_OK) == 0)
			continue;
		char *real CLEANUP_FREE = store_real_path(g->r->session->store, p->paths[0]);
		rc = file_symlink(real, AT_FDCWD, link, err);
	}
	return rc;
}

static bool is_ours(const char *variable)
{
	static const char *const names[] = {
		"KILN_RESULTS=", "KILN_COMMIT=", "KILN_STORE=", "PATH=", KEY_VARIABLE "="};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strncmp(variable, names[i], strlen(names[i])) == 0)
			return true;
	/* A hook's view of its repository is not the clone's. */
	return strncmp(variable, "GIT_", 4) == 0;
}

/* The caller's, without its key, and with this kiln first on PATH. */
static const char **smoke_environment(struct gate_run *g, const char *results)
{
	const struct store_config *store = store_config(g->r->session->store);
	char self[LIMIT_PATH_TEXT];
	ssize_t got = readlink("/proc/self/exe", self, sizeof(self) - 1);
	size_t n = 0, k = 0;

	while (environ[n])
		n++;
	const char **v = ARENA_ARRAY(g->a, const char *, n + 5);
	for (size_t i = 0; i < n; i++)
		if (!is_ours(environ[i]))
			v[k++] = environ[i];
	struct str own = got > 0 ? path_dir(str_n(self, (size_t)got)) : S("");
	v[k++] = arena_printf(g->a, "PATH=%.*s:%s", STR_ARG(own), env_or("PATH", "/usr/bin:/bin"));
	v[k++] = arena_printf(g->a, "KILN_RESULTS=%s", results);
	v[k++] = arena_printf(g->a, "KILN_COMMIT=%s", g->q->commit);
	if (*store->root)
		v[k++] = arena_printf(g->a, "KILN_STORE=%s", store->root);
	return v;
}

/* Until it ends, its time is over or somebody wants to stop; then its whole group ends. */
static errint wait_for(pid_t pid, uint64_t seconds, int *status, struct err *err)
{
	enum { STEP_MS = 50 };
	uint64_t until = seconds ? clock_ms() + seconds * 1000 : UINT64_MAX;
	errint rc = 0;

	for (;;) {
		struct pollfd p = {.fd = interrupt_fd(), .events = POLLIN};
		pid_t got = waitpid(pid, status, WNOHANG);

		if (got == pid)
			return 0;
		if (got < 0 && errno != EINTR)
			return err_sys(err, "waiting for it");
		rc = interrupt_check(err);
		if (!rc && clock_ms() > until)
			rc = err_set(err, ERR_TIMEOUT, "it takes longer than %llu seconds",
				     (unsigned long long)seconds);
		if (rc)
			break;
		poll(&p, 1, STEP_MS);
	}
	kill(-pid, SIGKILL);
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		continue;
	return rc;
}

static void put_command(struct buf *b, const struct gate *gate)
{
	buf_putz(b, ",\"command\":[");
	for (size_t i = 0; gate->command[i]; i++) {
		buf_putz(b, i ? "," : "");
		json_put_str(b, str_c(gate->command[i]));
	}
	buf_putc(b, ']');
}

static errint run_smoke(struct gate_run *g, const struct gate *gate, struct buf *details,
			struct err *err)
{
	const char *results = arena_printf(g->a, "%s-results", g->top);
	int status = 0;
	char text[64];
	pid_t pid;
	errint rc = link_results(g, results, err);

	if (rc)
		return rc;
	struct process_spec spec = {
		.argv = gate->command,
		.env = smoke_environment(g, results),
		.cwd = g->project,
		.in = -1,
		.out = STDERR_FILENO, /* what we print is ours alone */
		.errfd = STDERR_FILENO,
		.new_group = true,
	};
	put_command(details, gate);
	rc = process_start(&spec, &pid, err);
	if (rc == ERR_NOT_FOUND)
		return err_set(err, ERR_FAILED, "there is no program '%s'", gate->command[0]);
	if (!rc)
		rc = wait_for(pid, gate->timeout, &status, err);
	if (rc || status == 0)
		return rc;
	return err_set(err, ERR_FAILED, "'%s' ended with %s", gate->command[0],
		       process_status_text(status, text, sizeof(text)));
}

gate_fn *const gate_functions[] = {
	[GATE_BUILD] = run_build, [GATE_CHECK] = run_check, [GATE_REBUILD] = run_rebuild,
	[GATE_AUDIT] = run_audit, [GATE_SMOKE] = run_smoke, [GATE_APPROVAL] = run_approval,
};
