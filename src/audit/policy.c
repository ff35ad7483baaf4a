/* SPDX-License-Identifier: MIT
 *
 * Reading a policy, and what it does to findings. */
#include "audit/policy.h"

#include <fnmatch.h>
#include <stdlib.h>
#include "base/date.h"
#include "base/file.h"
#include "base/suggest.h"
#include "base/toml.h"
#include "sbom/spdx.h"

enum { OFF = -1, UNSAID = -2, DAY = 24 * 60 * 60 };

void audit_policy_init(struct audit_policy *p)
{
	*p = (struct audit_policy){.fail_on = AUDIT_ERROR};
	for (size_t i = 0; i < AUDIT_RULES_COUNT; i++)
		p->severity[i] = UNSAID;
}

/* ---- reading ---- */

/* A table knows its keys; another one is a slip that would make it count for nothing. */
static errint check_keys(const struct toml *table, const char *where, const char *const *keys,
			 size_t n, struct err *err)
{
	for (size_t i = 0; i < table->table.n; i++) {
		const struct toml_entry *e = &table->table.entries[i];
		struct suggestion near = suggestion_for(e->key);
		bool known = false;

		for (size_t k = 0; k < n; k++) {
			known |= str_eqz(e->key, keys[k]);
			suggestion_offer(&near, str_c(keys[k]));
		}
		if (known)
			continue;
		errint rc =
			toml_err(e->value, err, "[%s] has no key '%.*s'", where, STR_ARG(e->key));
		(void)suggestion_hint(&near, err);
		return rc;
	}
	return 0;
}

static errint read_texts(struct arena *a, const struct toml *table, const char *key, bool *has,
			 struct str **out, size_t *n, struct err *err)
{
	const struct toml *list;
	errint rc = toml_want(table, key, TOML_ARRAY, &list, err);

	if (rc || !list)
		return rc;
	*has = true;
	*n = list->array.n;
	*out = ARENA_ARRAY(a, struct str, *n);
	for (size_t i = 0; i < *n; i++) {
		if (list->array.items[i]->kind != TOML_STRING)
			return toml_err(list->array.items[i], err, "'%s' lists strings, not %s",
					key, toml_kind_text(list->array.items[i]->kind));
		(*out)[i] = list->array.items[i]->text;
	}
	return 0;
}

static errint read_text(const struct toml *table, const char *key, struct str *out, struct err *err)
{
	const struct toml *value;
	errint rc = toml_want(table, key, TOML_STRING, &value, err);

	if (!rc && value)
		*out = value->text;
	return rc;
}

static errint want_rule(const struct toml *at, struct str name, enum audit_rule *out,
			struct err *err)
{
	struct suggestion near = suggestion_for(name);

	if (audit_rule_find(name, out))
		return 0;
	errint rc = toml_err(at, err, "there is no rule '%.*s'", STR_ARG(name));
	for (size_t i = 0; i < AUDIT_RULES_COUNT; i++)
		suggestion_offer(&near, str_c(audit_rule_name((enum audit_rule)i)));
	if (!suggestion_hint(&near, err))
		err_hint(err, "kiln audit --list");
	return rc;
}

static errint want_severity(const struct toml *value, const char *none, int none_is, int *out,
			    struct err *err)
{
	if (value->kind == TOML_STRING && str_eqz(value->text, none)) {
		*out = none_is;
		return 0;
	}
	for (int s = AUDIT_NOTE; value->kind == TOML_STRING && s <= AUDIT_ERROR; s++)
		if (str_eqz(value->text, audit_severity_name((enum audit_severity)s))) {
			*out = s;
			return 0;
		}
	return toml_err(value, err, "this is \"error\", \"warning\", \"note\" or \"%s\"", none);
}

static errint read_severities(const struct toml *audit, struct audit_policy *p, struct err *err)
{
	const struct toml *table;
	errint rc = toml_want(audit, "severity", TOML_TABLE, &table, err);

	for (size_t i = 0; !rc && table && i < table->table.n; i++) {
		const struct toml_entry *e = &table->table.entries[i];
		enum audit_rule rule = AUDIT_RULES_COUNT;
		int severity = OFF;

		rc = want_rule(e->value, e->key, &rule, err);
		if (!rc)
			rc = want_severity(e->value, "off", OFF, &severity, err);
		if (!rc)
			p->severity[rule] = (signed char)severity;
	}
	return rc;
}

static errint read_licences(struct arena *a, const struct toml *audit, struct audit_policy *p,
			    struct err *err)
{
	static const char *const keys[] = {"allow"};
	const struct toml *table;
	errint rc = toml_want(audit, "licences", TOML_TABLE, &table, err);

	if (!rc && !table)
		rc = toml_want(audit, "licenses", TOML_TABLE, &table, err);
	if (rc || !table)
		return rc;
	rc = check_keys(table, "audit.licences", keys, ARRAY_LEN(keys), err);
	if (!rc)
		rc = read_texts(a, table, "allow", &p->has_licences, &p->licences, &p->n_licences,
				err);
	for (size_t i = 0; !rc && i < p->n_licences; i++)
		if (!spdx_expression(a, p->licences[i]).n)
			return toml_err(toml_get(table, S("allow"))->array.items[i], err,
					"'%.*s' is no SPDX licence", STR_ARG(p->licences[i]));
	return rc;
}

/* An exception that nobody can explain, and one for everything, is none. */
static errint check_exception(const struct toml *at, const struct audit_exception *e,
			      struct err *err)
{
	if (!str_trim(e->reason).n)
		return toml_err(at, err, "an exception says why: reason = \"…\"");
	if (e->rule == AUDIT_RULES_COUNT && !e->package.n && !e->subject.n && !e->file.n)
		return toml_err(at, err,
				"an exception says what it is for: rule, package, subject or file");
	return 0;
}

static errint read_exception(const struct toml *at, int64_t now, struct audit_exception *e,
			     struct err *err)
{
	static const char *const keys[] = {"rule",    "package", "file",
					   "subject", "reason",  "expires"};
	const struct toml *day;
	struct str rule = S("");

	*e = (struct audit_exception){.rule = AUDIT_RULES_COUNT, .line = at->line};
	if (at->kind != TOML_TABLE)
		return toml_err(at, err, "an exception is a table: [[audit.exception]]");
	errint rc = check_keys(at, "[audit.exception]", keys, ARRAY_LEN(keys), err);
	if (!rc)
		rc = read_text(at, "rule", &rule, err);
	if (!rc && rule.n)
		rc = want_rule(toml_get(at, S("rule")), rule, &e->rule, err);
	if (!rc)
		rc = read_text(at, "package", &e->package, err);
	if (!rc)
		rc = read_text(at, "file", &e->file, err);
	if (!rc)
		rc = read_text(at, "subject", &e->subject, err);
	if (!rc)
		rc = read_text(at, "reason", &e->reason, err);
	day = rc ? NULL : toml_get(at, S("expires"));
	if (day) {
		if ((day->kind != TOML_LOCAL_DATE && day->kind != TOML_STRING) ||
		    !date_parse(day->text, &e->expires))
			return toml_err(day, err, "'expires' is a day: 2027-03-01");
		e->expires += DAY;
		e->expired = now >= e->expires;
	}
	return rc ? rc : check_exception(at, e, err);
}

static errint read_exceptions(struct arena *a, const struct toml *audit, int64_t now,
			      struct audit_policy *p, struct err *err)
{
	const struct toml *list;
	errint rc = toml_want(audit, "exception", TOML_ARRAY, &list, err);

	if (rc || !list)
		return rc;
	p->exceptions = ARENA_ARRAY(a, struct audit_exception, list->array.n);
	for (; !rc && p->n_exceptions < list->array.n; p->n_exceptions++)
		rc = read_exception(list->array.items[p->n_exceptions], now,
				    &p->exceptions[p->n_exceptions], err);
	return rc;
}

/* Below the project, unless they are absolute. */
static errint read_advisories(const char *project, struct arena *a, const struct toml *audit,
			      struct audit_policy *p, struct err *err)
{
	struct str *v = NULL;
	bool has;
	errint rc = read_texts(a, audit, "advisories", &has, &v, &p->n_advisories, err);

	if (rc || !p->n_advisories)
		return rc;
	p->advisories = ARENA_ARRAY(a, const char *, p->n_advisories);
	for (size_t i = 0; i < p->n_advisories; i++)
		p->advisories[i] = str_starts(v[i], S("/"))
					   ? arena_strz(a, v[i])
					   : arena_printf(a, "%s/%.*s", project, STR_ARG(v[i]));
	return 0;
}

static errint read_audit(const char *project, int64_t now, struct arena *a,
			 const struct toml *audit, struct audit_policy *p, struct err *err)
{
	static const char *const keys[] = {"fail-on",  "advisories", "fillings", "severity",
					   "licences", "licenses",   "exception"};
	int fail_on = AUDIT_ERROR;
	errint rc = check_keys(audit, "audit", keys, ARRAY_LEN(keys), err);

	if (!rc && toml_get(audit, S("fail-on")))
		rc = want_severity(toml_get(audit, S("fail-on")), "never", AUDIT_FAIL_NEVER,
				   &fail_on, err);
	p->fail_on = (unsigned)fail_on;
	if (!rc)
		rc = read_advisories(project, a, audit, p, err);
	if (!rc)
		rc = read_texts(a, audit, "fillings", &p->has_fillings, &p->fillings,
				&p->n_fillings, err);
	if (!rc)
		rc = read_severities(audit, p, err);
	if (!rc)
		rc = read_licences(a, audit, p, err);
	return rc ? rc : read_exceptions(a, audit, now, p, err);
}

errint audit_policy_read(const char *project, int64_t now, struct arena *a,
			 struct audit_policy *out, struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);
	const char *file = project ? arena_printf(a, "%s/.flox/kiln.toml", project) : NULL;
	const struct toml *audit;
	struct toml *root;
	ERR(absent);

	audit_policy_init(out);
	if (!file)
		return 0;
	if (file_read(AT_FDCWD, file, &text, &absent))
		return absent.code == ERR_NOT_FOUND ? 0 : err_move(err, &absent);
	out->file = file;
	errint rc = toml_parse(buf_str(&text), file, a, &root, err);
	if (!rc)
		rc = toml_want(root, "audit", TOML_TABLE, &audit, err);
	return rc || !audit ? rc : read_audit(project, now, a, audit, out, err);
}

/* ---- findings ---- */

static bool fits(struct str pattern, struct str s)
{
	char *p CLEANUP_FREE = str_dupz(pattern), *text CLEANUP_FREE = str_dupz(s);

	return !pattern.n || !fnmatch(p, text, 0);
}

/* A package is named with or without its version. */
static bool fits_package(struct str pattern, struct str path)
{
	struct str name = path.n ? store_path_name(path) : S("");

	for (size_t i = name.n; pattern.n && i-- > 1;)
		if (name.p[i] == '-' && i + 1 < name.n && name.p[i + 1] >= '0' &&
		    name.p[i + 1] <= '9' && fits(pattern, str_sub(name, 0, i)))
			return true;
	return fits(pattern, name);
}

static bool fits_subject(struct str pattern, const struct audit_finding *f)
{
	for (size_t i = 0; i < f->n_also; i++)
		if (fits(pattern, f->also[i]))
			return true;
	return fits(pattern, f->subject);
}

static bool excepts(const struct audit_exception *e, const struct audit_finding *f)
{
	return (e->rule == AUDIT_RULES_COUNT || e->rule == f->rule) &&
	       fits_package(e->package, f->path) && fits(e->file, f->file) &&
	       fits_subject(e->subject, f);
}

/* A filling that a recipe wants is one that the project wants, unless it says which. */
static void see_filling(const struct audit_policy *p, struct audit_finding *f)
{
	if (f->rule != AUDIT_FILLING || !p->has_fillings)
		return;
	for (size_t i = 0; i < p->n_fillings; i++)
		if (fits(p->fillings[i], f->subject) || fits_package(p->fillings[i], f->path))
			return;
	f->rule = AUDIT_FILLING_UNDECLARED;
	f->severity = audit_rule_severity(f->rule);
	f->cure = str_c(audit_rule_cure(f->rule));
}

/* What a policy says of a rule holds for it all; else a finding may be graver than its rule. */
static int severity_of(const struct audit_policy *p, enum audit_rule rule,
		       enum audit_severity otherwise)
{
	return p->severity[rule] == UNSAID ? (int)otherwise : p->severity[rule];
}

void audit_policy_apply(struct audit_policy *p, struct audit_findings *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->n; i++) {
		struct audit_finding *at = &f->v[i];

		see_filling(p, at);
		int severity = severity_of(p, at->rule, at->severity);
		if (severity == OFF)
			continue;
		at->severity = (enum audit_severity)severity;
		for (size_t k = 0; k < p->n_exceptions; k++) {
			struct audit_exception *e = &p->exceptions[k];

			if (!excepts(e, at))
				continue;
			e->used++;
			if (!e->expired)
				at->excepted = e->reason;
		}
		f->v[kept++] = *at;
	}
	f->n = kept;
}

static void tell(const struct audit_policy *p, const struct audit_exception *e,
		 enum audit_rule rule, const char *text, struct audit_findings *f)
{
	int severity = severity_of(p, rule, audit_rule_severity(rule));

	if (severity == OFF)
		return;
	ARRAY_GROW(f->v, f->n, f->cap);
	f->v[f->n++] = (struct audit_finding){
		.rule = rule,
		.severity = (enum audit_severity)severity,
		.path = S(""),
		.file = S(""),
		.subject = e->subject,
		.text = str_c(text),
		.cure = str_c(audit_rule_cure(rule)),
		.recipe = S(".flox/kiln.toml"),
		.line = e->line,
		.excepted = S(""),
	};
}

void audit_policy_finish(const struct audit_policy *p, struct arena *a, struct audit_findings *f)
{
	for (size_t i = 0; i < p->n_exceptions; i++) {
		const struct audit_exception *e = &p->exceptions[i];
		char day[DATE_TEXT_MAX];

		if (e->expired)
			tell(p, e, AUDIT_EXPIRED,
			     arena_printf(a, "the exception ended with %.10s: %.*s",
					  date_print(e->expires - DAY, day), STR_ARG(e->reason)),
			     f);
		else if (!e->used)
			tell(p, e, AUDIT_UNUSED,
			     arena_printf(a, "the exception is not needed: %.*s",
					  STR_ARG(e->reason)),
			     f);
	}
}

bool audit_policy_fails(const struct audit_policy *p, const struct audit_findings *f)
{
	for (unsigned s = p->fail_on; s <= AUDIT_ERROR; s++)
		if (audit_findings_count(f, (enum audit_severity)s))
			return true;
	return false;
}
