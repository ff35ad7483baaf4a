/* SPDX-License-Identifier: MIT
 *
 * Reading entries. Ranges of commits say nothing of releases and are passed by. */
#include "audit/osv.h"

#include "base/json.h"
#include "py/requirement.h"

enum { MANY = 1 << 16 /* members of any list */ };

struct osv_object {
	struct json_member *v;
	size_t n;
};

static errint members(struct arena *a, const struct str *value, struct osv_object *out,
		      struct err *err)
{
	*out = (struct osv_object){0};
	return value ? json_members(a, *value, &out->v, &out->n, err) : 0;
}

static errint items(struct arena *a, const struct osv_object *o, const char *key, struct str **out,
		    size_t *n, struct err *err)
{
	const struct str *value = json_find(o->v, o->n, str_c(key));

	*n = 0;
	if (!value || str_eqz(*value, "null"))
		return 0;
	errint rc = json_items(a, *value, out, n, err);
	return rc || *n <= MANY ? rc : err_set(err, ERR_TOO_BIG, "'%s' has %zu items", key, *n);
}

/* A member that may be absent, or null. */
static errint text(struct arena *a, const struct osv_object *o, const char *key, struct str *out,
		   struct err *err)
{
	const struct str *value = json_find(o->v, o->n, str_c(key));

	*out = S("");
	return value && !str_eqz(*value, "null") ? json_string(a, *value, out, err) : 0;
}

/* ---- gravity ---- */

const char *osv_gravity_name(enum osv_gravity g)
{
	static const char *const names[] = {"unknown", "low", "moderate", "high", "critical"};

	return names[g];
}

static enum osv_gravity gravity_of_word(struct str word)
{
	static const struct {
		const char *word;
		enum osv_gravity gravity;
	} words[] = {{"LOW", OSV_LOW},
		     {"MODERATE", OSV_MODERATE},
		     {"MEDIUM", OSV_MODERATE},
		     {"HIGH", OSV_HIGH},
		     {"CRITICAL", OSV_CRITICAL}};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eqz(word, words[i].word))
			return words[i].gravity;
	return OSV_UNKNOWN;
}

/* CVSS 3.1, section 5, "Qualitative Severity Rating Scale". */
static enum osv_gravity gravity_of_score(int tenths)
{
	if (tenths < 1)
		return OSV_UNKNOWN;
	return tenths < 40   ? OSV_LOW
	       : tenths < 70 ? OSV_MODERATE
	       : tenths < 90 ? OSV_HIGH
			     : OSV_CRITICAL;
}

static errint read_gravity(struct arena *a, const struct osv_object *o, struct osv_entry *out,
			   struct err *err)
{
	struct osv_object specific;
	struct str word, *list;
	size_t n;
	errint rc = members(a, json_find(o->v, o->n, S("database_specific")), &specific, err);

	if (!rc)
		rc = text(a, &specific, "severity", &word, err);
	/* Databases write what they like there. */
	if (rc)
		err_clear(err);
	else
		out->gravity = gravity_of_word(word);
	rc = items(a, o, "severity", &list, &n, err);
	for (size_t i = 0; !rc && out->gravity == OSV_UNKNOWN && i < n; i++) {
		struct osv_object s;

		rc = members(a, &list[i], &s, err);
		if (!rc)
			rc = text(a, &s, "score", &word, err);
		if (!rc)
			out->gravity = gravity_of_score(osv_cvss3(word));
	}
	return rc;
}

/* ---- what is affected ---- */

static errint read_event(struct arena *a, struct str json, struct osv_event *out, bool *known,
			 struct err *err)
{
	static const char *const keys[] = {"introduced", "fixed", "last_affected"};
	struct osv_object o;
	errint rc = members(a, &json, &o, err);

	*known = false;
	for (size_t i = 0; !rc && !*known && i < ARRAY_LEN(keys); i++) {
		rc = text(a, &o, keys[i], &out->version, err);
		*known = !rc && out->version.n;
		out->kind = (enum osv_event_kind)i;
	}
	return rc;
}

static errint read_range(struct arena *a, struct str json, struct osv_affected *f, size_t *cap,
			 struct err *err)
{
	struct str type, *list;
	struct osv_object o;
	size_t n = 0;
	errint rc = members(a, &json, &o, err);

	if (!rc)
		rc = text(a, &o, "type", &type, err);
	if (!rc && str_eqz(type, "GIT"))
		return 0;
	if (!rc)
		rc = items(a, &o, "events", &list, &n, err);
	if (rc)
		return rc;
	if (f->n_events + n > *cap) {
		struct osv_event *more = ARENA_ARRAY(a, struct osv_event, f->n_events + n);

		if (f->n_events)
			memcpy(more, f->events, f->n_events * sizeof(*more));
		f->events = more;
		*cap = f->n_events + n;
	}
	size_t before = f->n_events;
	for (size_t i = 0; !rc && i < n; i++) {
		struct osv_event *e = &f->events[f->n_events];
		bool known;

		rc = read_event(a, list[i], e, &known, err);
		e->first = f->n_events == before;
		f->n_events += !rc && known;
	}
	return rc;
}

/* "PyPI", "Debian", "Debian:13"; others are of nobody here. */
static bool read_ecosystem(struct arena *a, struct str name, struct osv_affected *f)
{
	struct str head = name, release = S("");

	(void)str_cut(name, ':', &head, &release);
	f->release = release;
	if (str_eqz(head, "PyPI"))
		f->ecosystem = OSV_PYPI;
	else if (str_eqz(head, "Debian"))
		f->ecosystem = OSV_DEBIAN;
	else
		return false;
	f->package = f->ecosystem == OSV_PYPI ? pep503_name(a, f->package) : f->package;
	return f->package.n > 0;
}

static errint read_versions(struct arena *a, const struct osv_object *o, struct osv_affected *f,
			    struct err *err)
{
	size_t n = 0, cap = 0;
	struct str *list;
	errint rc = items(a, o, "versions", &list, &n, err);

	f->versions = ARENA_ARRAY(a, struct str, n);
	for (; !rc && f->n_versions < n; f->n_versions++)
		rc = json_string(a, list[f->n_versions], &f->versions[f->n_versions], err);
	if (!rc)
		rc = items(a, o, "ranges", &list, &n, err);
	for (size_t i = 0; !rc && i < n; i++)
		rc = read_range(a, list[i], f, &cap, err);
	return rc;
}

static errint read_affected(struct arena *a, struct str json, struct osv_affected *f, bool *known,
			    struct err *err)
{
	struct osv_object o, package, specific;
	struct str ecosystem = S(""), urgency = S("");
	errint rc = members(a, &json, &o, err);

	*known = false;
	*f = (struct osv_affected){.package = S("")};
	if (!rc)
		rc = members(a, json_find(o.v, o.n, S("package")), &package, err);
	if (!rc)
		rc = text(a, &package, "ecosystem", &ecosystem, err);
	if (!rc)
		rc = text(a, &package, "name", &f->package, err);
	if (rc || !read_ecosystem(a, ecosystem, f))
		return rc;
	*known = true;
	const struct str *own = json_find(o.v, o.n, S("ecosystem_specific"));
	if (own && !str_eqz(*own, "null")) {
		rc = members(a, own, &specific, err);
		if (!rc)
			rc = text(a, &specific, "urgency", &urgency, err);
	}
	f->unimportant = str_eqz(urgency, "unimportant");
	return rc ? rc : read_versions(a, &o, f, err);
}

/* ---- entries ---- */

static struct str one_line(struct arena *a, struct str s)
{
	enum { SHOWN = 160 };
	char *z = arena_strz(a, str_sub(s, 0, SHOWN));

	for (char *p = z; *p; p++)
		if ((unsigned char)*p < 0x20)
			*p = ' ';
	return str_trim(str_c(z));
}

static errint read_texts(struct arena *a, const struct osv_object *o, struct osv_entry *out,
			 struct err *err)
{
	/* What another database calls it, and what it was made of: both are names of the same. */
	static const char *const also[] = {"aliases", "upstream"};
	struct str withdrawn, *list[ARRAY_LEN(also)] = {NULL};
	size_t n[ARRAY_LEN(also)] = {0};
	errint rc = text(a, o, "id", &out->id, err);

	if (!rc && !out->id.n)
		return err_set(err, ERR_CORRUPT, "the entry has no 'id'");
	if (!rc)
		rc = text(a, o, "withdrawn", &withdrawn, err);
	if (!rc)
		rc = text(a, o, "summary", &out->summary, err);
	if (!rc && !out->summary.n)
		rc = text(a, o, "details", &out->summary, err);
	for (size_t i = 0; !rc && i < ARRAY_LEN(also); i++)
		rc = items(a, o, also[i], &list[i], &n[i], err);
	if (rc)
		return rc;
	out->withdrawn = withdrawn.n > 0;
	out->summary = one_line(a, out->summary);
	out->aliases = ARENA_ARRAY(a, struct str, n[0] + n[1]);
	for (size_t i = 0; i < ARRAY_LEN(also); i++)
		for (size_t k = 0; !rc && k < n[i]; k++)
			rc = json_string(a, list[i][k], &out->aliases[out->n_aliases++], err);
	return rc;
}

errint osv_parse(struct arena *a, struct str json, struct osv_entry *out, struct err *err)
{
	struct osv_object o;
	struct str *list = NULL;
	size_t n = 0;
	errint rc = members(a, &json, &o, err);

	*out = (struct osv_entry){.id = S(""), .summary = S("")};
	if (!rc)
		rc = read_texts(a, &o, out, err);
	if (rc || out->withdrawn)
		return rc;
	rc = read_gravity(a, &o, out, err);
	if (!rc)
		rc = items(a, &o, "affected", &list, &n, err);
	out->affected = ARENA_ARRAY(a, struct osv_affected, n);
	for (size_t i = 0; !rc && i < n; i++) {
		struct osv_affected *f = &out->affected[out->n_affected];
		bool known;

		rc = read_affected(a, list[i], f, &known, err);
		f->of = out;
		out->n_affected += !rc && known;
	}
	return rc ? err_wrap(err, "advisory '%.*s'", STR_ARG(out->id)) : 0;
}
