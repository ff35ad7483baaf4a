/* SPDX-License-Identifier: MIT
 *
 * Control files: paragraphs, the package index and its dependency fields, Release files, versions,
 * and relocation rules, which are lines of the same kind of text. */
#include "deb/control.h"
#include "deb/index.h"
#include "deb/release.h"
#include "deb/resolve.h"
#include "deb/rules.h"
#include "fuzz.h"

static int sign(struct str a, struct str b)
{
	int c = deb_version_cmp(a, b);

	return (c > 0) - (c < 0);
}

static void resolve_all(struct arena *a, const struct deb_index *x)
{
	struct deb_request q = {.arch = S("amd64"),
				.roots = {ARENA_ARRAY(a, struct str, x->n), x->n}};
	struct deb_closure c;
	ERR(err);

	for (size_t i = 0; i < x->n; i++)
		q.roots.v[i] = x->v[i].name;
	if (!deb_resolve(a, x, &q, &c, &err))
		FUZZ_CHECK(c.n == x->n);
	for (size_t i = 1; i < x->n; i++)
		FUZZ_CHECK(sign(x->v[i - 1].version, x->v[i].version) ==
			   -sign(x->v[i].version, x->v[i - 1].version));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	ARENA(a);
	ERR(err);
	struct str text = fuzz_str(p, n);
	struct deb_release release;
	struct deb_rules rules;
	struct deb_index x;
	struct hash hash;
	uint64_t size;

	if (!deb_index_parse(&a, text, "fuzz", &x, &err))
		resolve_all(&a, &x);
	err_clear(&err);
	if (!deb_release_parse(text, &release, &err) &&
	    deb_release_find(&release, S("main/Packages"), &hash, &size, &err))
		err_clear(&err);
	err_clear(&err);
	release = (struct deb_release){.date = text, .valid_until = text};
	if (deb_release_check_valid(&release, 1, &err) ||
	    deb_release_check_newer(&release, S("Sat, 01 Jan 2022 00:00:00 UTC"), &err))
		err_clear(&err);
	if (deb_rules_parse(&a, text, S("/out"), &rules, &err))
		err_clear(&err);
	if (deb_release_status(text, &err))
		err_clear(&err);
	return 0;
}
