/* SPDX-License-Identifier: MIT
 *
 * SARIF's words are those of its specification (OASIS, "Static Analysis Results Interchange Format
 * Version 2.1.0"): a location is where somebody can mend it, the recipe, else the file of the
 * store. */
#include "cli/audit_print.h"

#include "base/hash.h"
#include "cli/command.h"

/* ---- for people ---- */

/* The names of the store paths on the way. */
static void text_why(const struct audit_finding *f)
{
	for (size_t i = 0; i < f->n_why; i++) {
		out_str(i ? S(" → ") : S("    why: "));
		out_str(store_path_name(f->why[i]));
	}
	out_str(f->n_why ? S("\n") : S(""));
}

static void text_finding(const struct audit_finding *f)
{
	out_printf("%s: %.*s [%s]\n", f->excepted.n ? "excepted" : audit_severity_name(f->severity),
		   STR_ARG(f->text), audit_rule_name(f->rule));
	if (f->path.n || f->file.n)
		out_printf("    in '%.*s%s%.*s'\n", STR_ARG(f->path),
			   f->path.n && f->file.n ? "/" : "", STR_ARG(f->file));
	text_why(f);
	if (f->recipe.n)
		out_printf("    at %.*s:%u\n", STR_ARG(f->recipe), f->line);
	if (f->excepted.n)
		out_printf("    because: %.*s\n", STR_ARG(f->excepted));
	else if (f->cure.n)
		out_printf("    hint: %.*s\n", STR_ARG(f->cure));
}

static void text_result(struct str name, const struct audit_findings *f)
{
	size_t errors = audit_findings_count(f, AUDIT_ERROR), excepted = 0;
	size_t warnings = audit_findings_count(f, AUDIT_WARNING);

	for (size_t i = 0; i < f->n; i++) {
		text_finding(&f->v[i]);
		excepted += f->v[i].excepted.n > 0;
	}
	out_printf("%.*s: %zu error%s, %zu warning%s", STR_ARG(name), errors,
		   errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
	if (excepted)
		out_printf(", %zu excepted", excepted);
	out_str(S("\n"));
}

/* ---- for programs ---- */

static void json_texts(const struct str *v, size_t n)
{
	out_str(S("["));
	for (size_t i = 0; i < n; i++) {
		out_str(i ? S(", ") : S(""));
		out_json(v[i]);
	}
	out_str(S("]"));
}

static void json_finding(const struct audit_finding *f)
{
	out_printf("\n   {\"rule\": \"%s\", \"severity\": \"%s\", \"text\": ",
		   audit_rule_name(f->rule), audit_severity_name(f->severity));
	out_json(f->text);
	out_str(S(", \"path\": "));
	out_json(f->path);
	out_str(S(", \"file\": "));
	out_json_or_null(f->file);
	out_str(S(", \"subject\": "));
	out_json_or_null(f->subject);
	out_str(S(", \"why\": "));
	json_texts(f->why, f->n_why);
	out_str(S(", \"cure\": "));
	out_json_or_null(f->cure);
	out_str(S(", \"recipe\": "));
	out_json_or_null(f->recipe);
	out_printf(", \"line\": %u, \"excepted\": ", f->line);
	out_json_or_null(f->excepted);
	out_str(S("}"));
}

static void json_result(const struct audit_print *p, struct str name, struct str path,
			const struct audit_findings *f)
{
	out_str(p->n ? S(",\n {\"name\": ") : S("\n {\"name\": "));
	out_json(name);
	out_str(S(", \"path\": "));
	out_json(path);
	out_str(S(", \"findings\": ["));
	for (size_t i = 0; i < f->n; i++) {
		out_str(i ? S(",") : S(""));
		json_finding(&f->v[i]);
	}
	out_str(S("]}"));
}

/* ---- SARIF ---- */

static const char *sarif_level(enum audit_severity s)
{
	return audit_severity_name(s);
}

static void sarif_rules(void)
{
	for (size_t i = 0; i < AUDIT_RULES_COUNT; i++) {
		enum audit_rule r = (enum audit_rule)i;
		const char *cure = audit_rule_cure(r);

		out_printf("%s\n    {\"id\": \"%s\", \"shortDescription\": {\"text\": ",
			   i ? "," : "", audit_rule_name(r));
		out_json(str_c(audit_rule_text(r)));
		out_str(S("}, \"help\": {\"text\": "));
		out_json(str_c(cure[0] ? cure : audit_rule_text(r)));
		out_printf("}, \"defaultConfiguration\": {\"level\": \"%s\"}}",
			   sarif_level(audit_rule_severity(r)));
	}
}

/* RFC 3986: what is no letter of a path is written as its number. */
static void out_uri(struct str path)
{
	for (size_t i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || strchr("-._~/+@=,!$", c);

		if (c && plain)
			out_str(str_n(path.p + i, 1));
		else
			out_printf("%%%02X", c);
	}
}

static void sarif_location(const struct audit_finding *f, struct str path)
{
	out_str(S("\"locations\": [{\"physicalLocation\": {\"artifactLocation\": {\"uri\": \""));
	if (f->recipe.n) {
		out_uri(f->recipe);
		out_str(S("\", \"uriBaseId\": \"%SRCROOT%\"}"));
		out_printf(", \"region\": {\"startLine\": %u}}", f->line ? f->line : 1);
	} else {
		out_str(S("file://"));
		out_uri(f->path.n ? f->path : path);
		out_str(f->file.n && f->path.n ? S("/") : S(""));
		out_uri(f->path.n || path.n || f->file.n ? f->file : S("/"));
		out_str(S("\"}}"));
	}
	out_str(S(", \"logicalLocations\": [{\"fullyQualifiedName\": "));
	out_json(f->path.n ? f->path : path);
	out_str(S(", \"kind\": \"package\"}]}]"));
}

/* The same finding of the next build: by its rule and what it is about, whatever the hashes are. */
static void sarif_fingerprint(const struct audit_finding *f)
{
	BUF(text, LIMIT_ERR_TEXT);
	char print[HASH_TEXT_MAX];
	struct hash h;

	buf_printf(&text, "%s\n%.*s\n%.*s\n%.*s", audit_rule_name(f->rule),
		   STR_ARG(f->path.n ? store_path_name(f->path) : S("")), STR_ARG(f->file),
		   STR_ARG(f->subject));
	hash_bytes(HASH_SHA256, buf_str(&text), &h);
	out_printf(", \"partialFingerprints\": {\"kiln/v1\": \"%s\"}",
		   hash_format(&h, HASH_BASE16, false, print));
}

static void sarif_finding(struct audit_print *p, const struct audit_finding *f, struct str path)
{
	out_printf("%s\n   {\"ruleId\": \"%s\", \"ruleIndex\": %u, \"level\": \"%s\", ",
		   p->n_findings++ ? "," : "", audit_rule_name(f->rule), (unsigned)f->rule,
		   sarif_level(f->severity));
	out_str(S("\"message\": {\"text\": "));
	BUF(text, LIMIT_ERR_TEXT);
	buf_puts(&text, f->text);
	if (f->cure.n)
		buf_printf(&text, " (%.*s)", STR_ARG(f->cure));
	out_json(buf_str(&text));
	out_str(S("}, "));
	sarif_location(f, path);
	sarif_fingerprint(f);
	if (f->excepted.n) {
		out_str(S(", \"suppressions\": [{\"kind\": \"external\", \"justification\": "));
		out_json(f->excepted);
		out_str(S("}]"));
	}
	out_str(S(", \"properties\": {\"why\": "));
	json_texts(f->why, f->n_why);
	out_str(S("}}"));
}

/* ---- all of them ---- */

void audit_print_begin(struct audit_print *p)
{
	if (p->format == AUDIT_JSON)
		out_str(S("["));
	if (p->format != AUDIT_SARIF)
		return;
	out_str(S("{\"$schema\": \"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/"
		  "schemas/sarif-schema-2.1.0.json\",\n \"version\": \"2.1.0\",\n"
		  " \"runs\": [{\"tool\": {\"driver\": {\"name\": \"kiln\", \"version\": "));
	out_json(str_c(KILN_VERSION));
	out_str(S(", \"rules\": ["));
	sarif_rules();
	out_str(S("]}},\n  \"columnKind\": \"utf16CodeUnits\",\n  \"results\": ["));
}

void audit_print_result(struct audit_print *p, struct str name, struct str path,
			const struct audit_findings *f)
{
	if (p->format == AUDIT_TEXT)
		text_result(name, f);
	else if (p->format == AUDIT_JSON)
		json_result(p, name, path, f);
	for (size_t i = 0; p->format == AUDIT_SARIF && i < f->n; i++)
		sarif_finding(p, &f->v[i], path);
	p->n++;
}

void audit_print_end(struct audit_print *p)
{
	if (p->format == AUDIT_JSON)
		out_str(S("\n]\n"));
	if (p->format == AUDIT_SARIF)
		out_str(S("]\n }]\n}\n"));
}

void audit_print_rules(bool json)
{
	for (size_t i = 0; i < AUDIT_RULES_COUNT; i++) {
		enum audit_rule r = (enum audit_rule)i;
		const char *name = audit_rule_name(r), *cure = audit_rule_cure(r);
		const char *severity = audit_severity_name(audit_rule_severity(r));

		if (!json) {
			out_printf("%-18s %-8s %s\n", name, severity, audit_rule_text(r));
			if (cure[0])
				out_printf("%-18s %-8s hint: %s\n", "", "", cure);
			continue;
		}
		out_printf("%s\n {\"rule\": \"%s\", \"severity\": \"%s\", \"text\": ",
			   i ? "," : "[", name, severity);
		out_json(str_c(audit_rule_text(r)));
		out_str(S(", \"cure\": "));
		out_json_or_null(str_c(cure));
		out_str(S("}"));
	}
	out_str(json ? S("\n]\n") : S(""));
}
