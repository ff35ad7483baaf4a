/* SPDX-License-Identifier: MIT
 *
 * Parsing of dependency fields. */
#include "deb/depends.h"

static bool name_ok(struct str s)
{
	if (!s.n)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    c != '+' && c != '-' && c != '.')
			return false;
	}
	return true;
}

static bool parse_version(struct str s, struct deb_atom *out)
{
	if (!str_ends(s, S(")")))
		return false;
	s = str_trim(str_drop_suffix(s, S(")")));
	if (!deb_relation_parse(&s, &out->rel))
		return false;
	out->version = str_trim(s);
	return out->version.n && str_chr(out->version, ' ') < 0 && str_chr(out->version, '(') < 0;
}

static errint parse_atom(struct str text, struct deb_atom *out, struct err *err)
{
	struct str s = str_trim(text), name = s, version;

	*out = (struct deb_atom){.rel = DEB_REL_ANY};
	if (str_cut(s, '(', &name, &version) && !parse_version(version, out))
		return err_set(err, ERR_CORRUPT, "bad version in the dependency '%.*s'",
			       STR_ARG(s));
	name = str_trim(name);
	if (!str_cut(name, ':', &out->name, &out->arch))
		out->name = name;
	if (!name_ok(out->name) || (out->arch.p && !name_ok(out->arch)))
		return err_set(err, ERR_CORRUPT, "bad package name in the dependency '%.*s'",
			       STR_ARG(s));
	return 0;
}

static size_t count_pieces(struct str s, char sep)
{
	size_t n = 1;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == sep;
	return n;
}

static errint parse_group(struct arena *a, struct str text, struct deb_group *out, struct err *err)
{
	struct str atom;
	errint rc;

	out->v = ARENA_ARRAY(a, struct deb_atom, count_pieces(text, '|'));
	out->n = 0;
	while (str_split(&text, '|', &atom)) {
		rc = parse_atom(atom, &out->v[out->n++], err);
		if (rc)
			return rc;
	}
	return 0;
}

errint deb_depends_parse(struct arena *a, struct str text, struct deb_depends *out, struct err *err)
{
	struct deb_depends d = {ARENA_ARRAY(a, struct deb_group, count_pieces(text, ',')), 0};
	struct str group;

	while (str_split(&text, ',', &group)) {
		errint rc = str_trim(group).n ? parse_group(a, group, &d.v[d.n++], err) : 0;

		if (rc)
			return rc;
	}
	*out = d;
	return 0;
}
