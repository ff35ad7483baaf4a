/* SPDX-License-Identifier: MIT
 *
 * manifest.lock and env.json: read and written, byte for byte. */
#include "tap.h"

#include "manifest/env_json.h"
#include "manifest/manifest.h"
#include "manifest/manifest_lock.h"

static const char lock_text[] =
	"{\n"
	"  \"lockfile-version\": 1,\n"
	"  \"manifest\": {\n"
	"    \"schema-version\": \"1.10.0\",\n"
	"    \"install\": {\n"
	"      \"hello\": {\n"
	"        \"pkg-path\": \"hello\",\n"
	"        \"outputs\": \"all\"\n"
	"      }\n"
	"    },\n"
	"    \"hook\": {},\n"
	"    \"options\": {}\n"
	"  },\n"
	"  \"packages\": [\n"
	"    {\n"
	"      \"attr_path\": \"hello\",\n"
	"      \"broken\": false,\n"
	"      \"derivation\": \"/nix/store/a-hello-2.12.drv\",\n"
	"      \"description\": \"says \\\"hi\\\"\\u001b\",\n"
	"      \"install_id\": \"hello\",\n"
	"      \"license\": \"MIT\",\n"
	"      \"locked_url\": \"path:x?rev=1\",\n"
	"      \"name\": \"hello-2.12\",\n"
	"      \"pname\": \"hello\",\n"
	"      \"rev\": \"1\",\n"
	"      \"rev_count\": 7,\n"
	"      \"rev_date\": \"2026-01-01T00:00:00Z\",\n"
	"      \"scrape_date\": \"2026-01-02T00:00:00Z\",\n"
	"      \"stabilities\": [],\n"
	"      \"version\": \"2.12\",\n"
	"      \"outputs_to_install\": [\n"
	"        \"out\"\n"
	"      ],\n"
	"      \"outputs\": {\n"
	"        \"man\": \"/nix/store/b-hello-2.12-man\",\n"
	"        \"out\": \"/nix/store/b-hello-2.12\"\n"
	"      },\n"
	"      \"system\": \"x86_64-linux\",\n"
	"      \"group\": \"toplevel\",\n"
	"      \"priority\": 5\n"
	"    },\n"
	"    {\n"
	"      \"install_id\": \"tool\",\n"
	"      \"locked-url\": \"path:y\",\n"
	"      \"locked-flake-attr-path\": \"packages.x86_64-linux.default\",\n"
	"      \"derivation\": \"/nix/store/c-tool.drv\",\n"
	"      \"outputs\": {\n"
	"        \"out\": \"/nix/store/c-tool\"\n"
	"      },\n"
	"      \"output-names\": [\n"
	"        \"out\"\n"
	"      ],\n"
	"      \"package-system\": \"x86_64-linux\",\n"
	"      \"system\": \"x86_64-linux\",\n"
	"      \"name\": \"tool\",\n"
	"      \"licenses\": [\n"
	"        \"MIT\",\n"
	"        \"BSD\"\n"
	"      ],\n"
	"      \"priority\": 6\n"
	"    },\n"
	"    {\n"
	"      \"install_id\": \"mine\",\n"
	"      \"store_path\": \"/nix/store/d-mine\",\n"
	"      \"system\": \"x86_64-linux\",\n"
	"      \"priority\": 5\n"
	"    }\n"
	"  ]\n"
	"}\n";

static void test_lock(struct arena *a)
{
	struct manifest_lock l = {0};
	BUF(out, LIMIT_LOCK_FILE);
	ERR(err);

	IS_OK(manifest_lock_parse(str_c(lock_text), "f", a, &l, &err), err, "read");
	manifest_lock_print(&l, &out);
	IS_STR(buf_str(&out), str_c(lock_text), "written");
	const struct manifest_locked *p = manifest_lock_find(&l, S("hello"), S("x86_64-linux"));
	OK(p && p->kind == MANIFEST_CATALOG && p->rev_count == 7 && !p->broken && p->unfree < 0 &&
		   p->stabilities.v && !p->stabilities.n && p->n_outputs == 2,
	   "a package");
	OK(!manifest_lock_find(&l, S("hello"), S("aarch64-linux")), "of another system");
	p = manifest_lock_find(&l, S("tool"), S("x86_64-linux"));
	OK(p && p->kind == MANIFEST_FLAKE && p->licenses.n == 2 && !p->pname.p && p->priority == 6,
	   "a flake");
}

static void test_of(struct arena *a)
{
	static const char text[] = "schema-version = \"1.10.0\"\n[hook]\n[install]\n"
				   "hello = { outputs = \"all\", pkg-path = \"hello\" }\n";
	struct manifest *m = NULL, *other = NULL;
	struct manifest_lock l = {0}, own = {0};
	ERR(err);

	IS_OK(manifest_lock_parse(str_c(lock_text), "f", a, &l, &err), err, "read");
	IS_OK(manifest_parse(str_c(text), "m", a, &m, &err), err, "a manifest");
	IS_OK(manifest_parse(S("version = 1\n[hook]\n"), "m", a, &other, &err), err, "another");
	OK(manifest_lock_is_of(&l, m, m), "the lock is of it");
	OK(!manifest_lock_is_of(&l, other, other), "and not of another");
	manifest_lock_take(&own, other, other, a);
	IS_STR(own.manifest, S("{\"version\":1,\"hook\":{},\"options\":{}}"), "taken");
	manifest_lock_take(&own, m, other, a);
	OK(own.compose.n && manifest_lock_is_of(&own, m, other) && !manifest_lock_is_of(&own, m, m),
	   "with includes");
	IS_OK(manifest_parse(S("version = 1\n[hook]\n[install]\nhello.pkg-path = \"hello\"\n"), "m",
			     a, &m, &err),
	      err, "an old one");
	OK(manifest_lock_is_of(&l, m, m), "which Flox locks as one of a later schema");
	IS_OK(manifest_parse(S("version = 1\n[hook]\n[install]\nhello.pkg-path = \"hullo\"\n"), "m",
			     a, &m, &err),
	      err, "another one");
	OK(!manifest_lock_is_of(&l, m, m), "is another all the same");
}

static void refused(const char *text, int code, const char *words)
{
	struct manifest_lock l;
	ARENA(a);
	ERR(err);

	IS_INT(manifest_lock_parse(str_c(text), "f", &a, &l, &err), code, words);
	OK(err.msg && strstr(err.msg, words), "it says so: %s", err.msg ? err.msg : "");
}

static void test_refusals(void)
{
	refused("", ERR_CORRUPT, "'f': ");
	refused("[]", ERR_CORRUPT, "'f': ");
	refused("{}", ERR_CORRUPT, "'lockfile-version' is missing");
	refused("{\"lockfile-version\":2}", ERR_UNSUPPORTED, "lockfile-version 2 is not known");
	refused("{\"lockfile-version\":1}", ERR_CORRUPT, "'manifest' is missing");
	refused("{\"lockfile-version\":1,\"manifest\":{}}", ERR_CORRUPT, "'packages' is missing");
	refused("{\"lockfile-version\":1,\"manifest\":{},\"packages\":[{}]}", ERR_CORRUPT,
		"'install_id' is missing");
	refused("{\"lockfile-version\":1,\"manifest\":{},\"packages\":[{\"install_id\":\"x\","
		"\"system\":\"s\"}]}",
		ERR_CORRUPT, "package 'x': 'derivation' is missing");
	refused("{\"lockfile-version\":1,\"manifest\":{},\"packages\":[{\"install_id\":\"x\","
		"\"system\":\"s\",\"store_path\":\"p\",\"priority\":-1}]}",
		ERR_CORRUPT, "'priority' is no number");
}

static void test_env(struct arena *a)
{
	struct env_json e = {0};
	BUF(out, LIMIT_SMALL_FILE);
	ERR(err);

	IS_OK(env_json_print(&e, S("my-env"), &out, &err), err, "a new one");
	IS_STR(buf_str(&out), S("{\n  \"name\": \"my-env\",\n  \"version\": 1\n}\n"), "its bytes");
	IS_OK(env_json_parse(S("{\"owner\":\"o\",\"name\":\"a\",\"x\":[1],\"version\":1}"), "f", a,
			     &e, &err),
	      err, "one of a server");
	IS_STR(e.owner, S("o"), "its owner");
	buf_clear(&out);
	IS_OK(env_json_print(&e, S("b"), &out, &err), err, "renamed");
	IS_STR(buf_str(&out),
	       S("{\n  \"name\": \"b\",\n  \"owner\": \"o\",\n  \"x\": [\n    1\n  ],\n"
		 "  \"version\": 1\n}\n"),
	       "the rest stays");
	IS_ERR(env_json_parse(S("{\"name\":\"a b\"}"), "f", a, &e, &err), err, ERR_CORRUPT,
	       "a name with a blank");
	IS_ERR(env_json_parse(S("{\"name\":\"a\",\"version\":2}"), "f", a, &e, &err), err,
	       ERR_UNSUPPORTED, "a version");
	IS_STR(env_json_name_of(a, "/x/my project"), S("my-project"), "of a folder");
	IS_STR(env_json_name_of(a, "/x/kün\n"), S("kün-"), "of an odd one");
	IS_STR(env_json_name_of(a, "/"), S("default"), "of the root");
}

int main(void)
{
	ARENA(a);

	test_lock(&a);
	test_of(&a);
	test_refusals();
	test_env(&a);
	return tap_done();
}
