/* SPDX-License-Identifier: MIT
 *
 * The rules in their order, and why what they found is there. */
#include "audit/audit_int.h"

#include <stdlib.h>
#include "audit/policy.h"

static const struct {
	const char *name, *text, *cure;
	enum audit_severity severity;
} rules[] = {
#define X(id, name, severity, text, cure) {name, text, cure, AUDIT_##severity},
#include "audit/rules.def"
#undef X
};

const char *audit_rule_name(enum audit_rule r)
{
	return rules[r].name;
}

const char *audit_rule_text(enum audit_rule r)
{
	return rules[r].text;
}

const char *audit_rule_cure(enum audit_rule r)
{
	return rules[r].cure;
}

enum audit_severity audit_rule_severity(enum audit_rule r)
{
	return rules[r].severity;
}

bool audit_rule_find(struct str name, enum audit_rule *out)
{
	for (size_t i = 0; i < AUDIT_RULES_COUNT; i++)
		if (str_eqz(name, rules[i].name)) {
			*out = (enum audit_rule)i;
			return true;
		}
	return false;
}

const char *audit_severity_name(enum audit_severity s)
{
	static const char *const names[] = {"note", "warning", "error"};

	return names[s];
}

void audit_findings_release(struct audit_findings *f)
{
	free(f->v);
	*f = (struct audit_findings){0};
}

size_t audit_findings_count(const struct audit_findings *f, enum audit_severity s)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		n += f->v[i].severity == s && !f->v[i].excepted.n;
	return n;
}

void audit_add(struct auditing *au, enum audit_rule rule, struct str path, struct str file,
	       struct str subject, const char *cure, const char *fmt, ...)
{
	struct audit_findings *f = au->out;
	struct arena *a = au->in->a;
	BUF(text, LIMIT_ERR_TEXT);
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	ARRAY_GROW(f->v, f->n, f->cap);
	f->v[f->n++] = (struct audit_finding){
		.rule = rule,
		.severity = rules[rule].severity,
		.path = path,
		.file = arena_str(a, file),
		.subject = arena_str(a, subject),
		.text = arena_str(a, buf_str(&text)),
		.cure = arena_str(a, str_c(cure ? cure : rules[rule].cure)),
		.recipe = S(""),
		.excepted = S(""),
	};
}

/* ---- the closure ---- */

size_t audit_index(const struct auditing *au, struct str path)
{
	const struct str_set *p = &au->closure.paths;
	const struct str *found =
		p->n ? bsearch(&path, p->v, p->n, sizeof(*p->v), str_cmp_qsort) : NULL;

	return found ? (size_t)(found - p->v) : p->n;
}

/* Breadth first from the top, so that each way is a shortest one. */
static void find_ways(struct auditing *au)
{
	struct arena *a = au->in->a;
	size_t n = au->closure.paths.n, done = 0, known = 0;
	size_t *queue = ARENA_ARRAY(a, size_t, n);

	au->from = ARENA_ARRAY(a, size_t, n);
	for (size_t i = 0; i < n; i++)
		au->from[i] = n;
	size_t top = audit_index(au, au->in->top);
	if (top == n)
		return;
	au->from[top] = top;
	queue[known++] = top;
	for (; done < known; done++) {
		const struct path_info *info = &au->infos[queue[done]];

		for (size_t i = 0; i < info->n_refs; i++) {
			size_t to = audit_index(au, info->refs[i]);

			if (to == n || au->from[to] != n)
				continue;
			au->from[to] = queue[done];
			queue[known++] = to;
		}
	}
}

static void find_why(struct auditing *au, struct audit_finding *f)
{
	size_t at = audit_index(au, f->path), n = au->closure.paths.n, length = 1;

	if (at == n || au->from[at] == n)
		return;
	for (size_t i = at; au->from[i] != i; i = au->from[i])
		length++;
	f->why = ARENA_ARRAY(au->in->a, struct str, length);
	f->n_why = length;
	for (size_t i = at; length--; i = au->from[i])
		f->why[length] = au->closure.paths.v[i];
}

/* The closure as the room slot reads it, of what is known already. */
static void add_dists(struct auditing *au, const struct path_facts *f, struct str path)
{
	struct slot_closure *c = &au->closure;

	for (size_t i = 0; i < f->n_dists; i++) {
		const struct fact_dist *d = &f->dists[i];

		ARRAY_GROW(c->dists.v, c->dists.n, c->dists.cap);
		c->dists.v[c->dists.n++] = (struct dist){
			.project = d->project,
			.version = d->version,
			.folder = str_c(arena_printf(au->in->a, "%.*s%s%.*s", STR_ARG(path),
						     d->folder.n ? "/" : "", STR_ARG(d->folder))),
			.info = d->info,
			.needs = d->needs,
			.n_needs = d->n_needs,
		};
	}
	if (f->python.n && (!c->interpreter.n || f->slots)) {
		c->python = f->python;
		c->interpreter = path;
	}
}

static errint read_closure(struct auditing *au, struct err *err)
{
	const struct audit *in = au->in;
	char *dir CLEANUP_FREE = facts_dir();
	errint rc = slot_closure_asked(in->store, in->a, in->top, &au->closure, err);
	size_t n = au->closure.paths.n;

	if (rc)
		return rc;
	au->infos = ARENA_ARRAY(in->a, struct path_info, n);
	au->facts = ARENA_ARRAY(in->a, struct path_facts, n);
	for (size_t i = 0; !rc && i < n; i++) {
		rc = store_query(in->store, in->a, au->closure.paths.v[i], &au->infos[i], err);
		if (!rc)
			rc = facts_of(in->store, in->a, dir, in->fresh, &au->infos[i],
				      &au->facts[i], err);
		if (!rc)
			add_dists(au, &au->facts[i], au->closure.paths.v[i]);
	}
	if (!rc)
		find_ways(au);
	return rc;
}

static void release(struct auditing *au)
{
	for (size_t i = 0; au->facts && i < au->closure.paths.n; i++)
		path_facts_release(&au->facts[i]);
	slot_closure_release(&au->closure);
}

static int by_gravity(const void *a, const void *b)
{
	const struct audit_finding *x = a, *y = b;
	int c = (int)y->severity - (int)x->severity;

	if (!c)
		c = (int)x->rule - (int)y->rule;
	if (!c)
		c = str_cmp(x->path, y->path);
	if (!c)
		c = str_cmp(x->file, y->file);
	return c ? c : str_cmp(x->text, y->text);
}

void audit_sort(struct audit_findings *f)
{
	if (f->n)
		qsort(f->v, f->n, sizeof(*f->v), by_gravity);
}

/* What the packages are called elsewhere is asked for when something is looked up by it. */
static errint read_components(struct auditing *au, struct err *err)
{
	const struct audit *in = au->in;

	if (!in->n_advisories && !(in->policy && in->policy->has_licences))
		return 0;
	return components_of(in->store, in->a, in->components, &in->top, 1, &au->components, err);
}

static errint look(struct auditing *au, struct err *err)
{
	errint rc = read_closure(au, err);

	if (rc)
		return rc;
	audit_dists(au);
	audit_libraries(au);
	audit_found(au);
	rc = audit_inputs(au, err);
	if (!rc)
		rc = read_components(au, err);
	if (!rc)
		audit_licences(au);
	if (!rc)
		rc = audit_advisories(au, err);
	for (size_t i = 0; !rc && i < au->out->n; i++)
		find_why(au, &au->out->v[i]);
	return rc;
}

errint audit_run(const struct audit *in, struct audit_findings *out, struct err *err)
{
	struct auditing au = {.in = in, .out = out};
	errint rc = look(&au, err);

	release(&au);
	if (!rc)
		audit_sort(out);
	return rc ? err_wrap(err, "auditing '%.*s'", STR_ARG(in->top)) : 0;
}
