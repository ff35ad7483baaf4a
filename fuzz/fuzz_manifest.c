/* SPDX-License-Identifier: MIT
 *
 * Manifests, their JSON and their edits. What was parsed is written as JSON that is one, and as a
 * manifest that says the same; a package that is put in is there, one that is taken out is not. */
#include "fuzz.h"

#include "base/json.h"
#include "manifest/env_json.h"
#include "manifest/manifest.h"
#include "manifest/manifest_edit.h"
#include "manifest/manifest_json.h"
#include "manifest/manifest_lock.h"
#include "manifest/manifest_toml.h"

static void check_json(const struct manifest *m, struct arena *a)
{
	BUF(json, LIMIT_LOCK_FILE);
	BUF(toml, LIMIT_TOML_TEXT);
	BUF(again, LIMIT_LOCK_FILE);
	struct json_member *v;
	struct manifest *same;
	size_t n;
	ERR(err);

	manifest_put_json(&json, m);
	FUZZ_CHECK(!json_members(a, buf_str(&json), &v, &n, &err) && n);
	FUZZ_CHECK(!manifest_put_toml(&toml, m, &err));
	if (manifest_parse(buf_str(&toml), "again", a, &same, &err))
		FUZZ_CHECK(m->plugins); /* what JSON has no word for: null of a NaN */
	else if (!m->plugins) {
		manifest_put_json(&again, same);
		FUZZ_CHECK(str_eq(buf_str(&json), buf_str(&again)));
	}
}

static void check_edits(struct str text, const struct manifest *m, struct arena *a)
{
	struct manifest_package p = {.id = S("new one"), .what.text = S("x\ty")};
	BUF(with, LIMIT_TOML_TEXT);
	BUF(without, LIMIT_TOML_TEXT);
	struct manifest *after;
	ERR(err);

	p.priority.value = MANIFEST_DEFAULT_PRIORITY;
	if (manifest_package_find(m, p.id) || manifest_edit_install(text, "input", &p, &with, &err))
		return;
	FUZZ_CHECK(!manifest_parse(buf_str(&with), "with", a, &after, &err));
	FUZZ_CHECK(manifest_package_find(after, p.id) && after->n_packages == m->n_packages + 1);
	FUZZ_CHECK(!manifest_edit_uninstall(buf_str(&with), "with", p.id, &without, &err));
	FUZZ_CHECK(!manifest_parse(buf_str(&without), "without", a, &after, &err));
	FUZZ_CHECK(after->n_packages == m->n_packages);
}

static void check_raised(struct str text, struct arena *a)
{
	BUF(raised, LIMIT_TOML_TEXT);
	struct manifest *after;
	unsigned schema;
	ERR(err);

	if (manifest_edit_schema_needed(text, "input", &schema, &raised, &err))
		return;
	FUZZ_CHECK(!manifest_parse(buf_str(&raised), "raised", a, &after, &err));
	FUZZ_CHECK(!schema || (after->schema == schema && !after->n_findings));
}

static void check_lock(struct str text, struct arena *a)
{
	struct manifest_lock l;
	BUF(out, LIMIT_LOCK_FILE);
	BUF(again, LIMIT_LOCK_FILE);
	ERR(err);

	if (manifest_lock_parse(text, "input", a, &l, &err))
		return;
	manifest_lock_print(&l, &out);
	FUZZ_CHECK(!manifest_lock_parse(buf_str(&out), "again", a, &l, &err));
	manifest_lock_print(&l, &again);
	FUZZ_CHECK(str_eq(buf_str(&out), buf_str(&again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	ARENA(a);
	struct str text = fuzz_str(p, n);
	struct manifest *m;
	struct env_json env;
	ERR(err);

	check_lock(text, &a);
	if (!env_json_parse(text, "input", &a, &env, &err))
		FUZZ_CHECK(env.name.n);
	err_clear(&err);
	if (manifest_parse(text, "input", &a, &m, &err)) {
		FUZZ_CHECK(err.code && !strchr(err.msg, '\n'));
		return 0;
	}
	FUZZ_CHECK(m->schema == MANIFEST_V1 || m->schema >= MANIFEST_OLDEST_SCHEMA);
	FUZZ_CHECK(!manifest_refuse_unknown(m, &err) == !m->n_findings);
	check_json(m, &a);
	check_edits(text, m, &a);
	check_raised(text, &a);
	return 0;
}
