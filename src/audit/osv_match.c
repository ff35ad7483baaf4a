/* SPDX-License-Identifier: MIT
 *
 * Which versions an advisory is about, by the schema's own algorithm ("Evaluation"): one that is
 * named, or one that lies in a range. */
#include "audit/osv.h"

#include <math.h>
#include "deb/version.h"
#include "py/version.h"

/* Versions of one ecosystem are compared; false when one is none. */
static bool compare(enum osv_ecosystem e, struct str x, struct str y, int *out)
{
	struct pep440 a, b;
	ARENA(scratch);
	ERR(none);

	if (e == OSV_DEBIAN) {
		*out = deb_version_cmp(x, y);
		return true;
	}
	if (pep440_parse(&scratch, x, &a, &none) || pep440_parse(&scratch, y, &b, &none))
		return false;
	*out = pep440_cmp(&a, &b);
	return true;
}

static bool is_beginning(const struct osv_event *e)
{
	return e->kind == OSV_INTRODUCED && str_eqz(e->version, "0");
}

/* Is `version` at the event or behind it? An end that the version is at, and that is affected
 * still, is not behind. */
static bool is_past(const struct osv_affected *f, const struct osv_event *e, struct str version)
{
	int c;

	if (is_beginning(e))
		return true;
	if (!compare(f->ecosystem, version, e->version, &c))
		return false;
	return e->kind == OSV_LAST_AFFECTED ? c > 0 : c >= 0;
}

/* The one that comes last of those that the version is past decides. Their order in the text says
 * nothing. */
static bool in_range(const struct osv_affected *f, size_t from, size_t to, struct str version)
{
	const struct osv_event *last = NULL;

	for (size_t i = from; i < to; i++) {
		const struct osv_event *e = &f->events[i];
		int c = 0;

		if (!is_past(f, e, version))
			continue;
		if (!last || is_beginning(last) ||
		    (!is_beginning(e) && compare(f->ecosystem, e->version, last->version, &c) &&
		     (c > 0 || (c == 0 && e->kind == OSV_INTRODUCED))))
			last = e;
	}
	return last && last->kind == OSV_INTRODUCED;
}

static bool is_version(const struct osv_affected *f, struct str version)
{
	int c;

	return version.n && compare(f->ecosystem, version, version, &c);
}

/* What builders add says nothing of the source: "2.6.0+cpu" is 2.6.0, and "1.2-3+b2" was made of
 * 1.2-3. */
static struct str of_source(const struct osv_affected *f, struct str version)
{
	ptrdiff_t plus = str_rchr(version, '+');

	if (plus < 0)
		return version;
	struct str rest = str_skip(version, (size_t)plus + 1);
	uint64_t n;

	if (f->ecosystem == OSV_DEBIAN &&
	    (!str_starts(rest, S("b")) || !str_to_u64(str_skip(rest, 1), &n)))
		return version;
	return str_sub(version, 0, (size_t)plus);
}

bool osv_affects(const struct osv_affected *f, struct str version)
{
	int c;

	version = of_source(f, version);
	if (!is_version(f, version))
		return false;
	for (size_t i = 0; i < f->n_versions; i++)
		if (compare(f->ecosystem, version, f->versions[i], &c) && !c)
			return true;
	for (size_t from = 0, to; from < f->n_events; from = to) {
		for (to = from + 1; to < f->n_events && !f->events[to].first;)
			to++;
		if (in_range(f, from, to, version))
			return true;
	}
	return false;
}

struct str osv_fixed_in(const struct osv_affected *f, struct str version)
{
	struct str best = S("");
	int c;

	version = of_source(f, version);
	for (size_t i = 0; i < f->n_events; i++) {
		const struct osv_event *e = &f->events[i];

		if (e->kind == OSV_FIXED && compare(f->ecosystem, e->version, version, &c) &&
		    c > 0 && (!best.n || (compare(f->ecosystem, e->version, best, &c) && c < 0)))
			best = e->version;
	}
	return best;
}

/* ---- CVSS 3.1, section 7.1, "Base Metrics Equations" ---- */

/* The weight of a metric's value, by the table of section 7.4; below 0 when it is not there. */
static double weight(struct str vector, const char *metric, const char *values,
		     const double *weights)
{
	struct str rest = vector, piece;
	size_t n = strlen(metric);

	while (str_split(&rest, '/', &piece)) {
		const char *at;

		if (piece.n != n + 2 || memcmp(piece.p, metric, n) || piece.p[n] != ':')
			continue;
		at = strchr(values, piece.p[n + 1]);
		return at && *at ? weights[at - values] : -1;
	}
	return -1;
}

/* Appendix A, "Floating Point Rounding". */
static int round_up(double score)
{
	long long whole = llround(score * 100000);

	return (int)(whole % 10000 ? whole / 10000 + 1 : whole / 10000);
}

int osv_cvss3(struct str vector)
{
	static const double av[] = {0.85, 0.62, 0.55, 0.2}, ac[] = {0.77, 0.44},
			    ui[] = {0.85, 0.62}, cia[] = {0.56, 0.22, 0}, pr[] = {0.85, 0.62, 0.27},
			    pr_changed[] = {0.85, 0.68, 0.5}, scope[] = {0, 1};
	double s, v[8];

	if (!str_starts(vector, S("CVSS:3.")))
		return -1;
	s = weight(vector, "S", "UC", scope);
	v[0] = weight(vector, "AV", "NALP", av);
	v[1] = weight(vector, "AC", "LH", ac);
	v[2] = weight(vector, "PR", "NLH", s > 0 ? pr_changed : pr);
	v[3] = weight(vector, "UI", "NR", ui);
	v[4] = weight(vector, "C", "HLN", cia);
	v[5] = weight(vector, "I", "HLN", cia);
	v[6] = weight(vector, "A", "HLN", cia);
	for (size_t i = 0; i < 7; i++)
		if (v[i] < 0 || s < 0)
			return -1;
	double iss = 1 - (1 - v[4]) * (1 - v[5]) * (1 - v[6]);
	double impact = s > 0 ? 7.52 * (iss - 0.029) - 3.25 * pow(iss - 0.02, 15) : 6.42 * iss;
	double exploit = 8.22 * v[0] * v[1] * v[2] * v[3];

	if (impact <= 0)
		return 0;
	return round_up(fmin(s > 0 ? 1.08 * (impact + exploit) : impact + exploit, 10));
}
