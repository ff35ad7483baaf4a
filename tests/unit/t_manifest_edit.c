/* SPDX-License-Identifier: MIT
 *
 * Packages put into manifests and taken out, whatever form these have. */
#include "tap.h"

#include "manifest/manifest.h"
#include "manifest/manifest_edit.h"

#define V1  "version = 1\n"
#define V10 "schema-version = \"1.10.0\"\n"

static void installed(const char *text, const struct manifest_package *p, const char *want)
{
	BUF(out, LIMIT_TOML_TEXT);
	ERR(err);

	IS_OK(manifest_edit_install(str_c(text), "m", p, &out, &err), err, "installed");
	IS_STR(buf_str(&out), str_c(want), "what it gives");
}

static void test_install(void)
{
	struct manifest_package p = {.id = S("hello"),
				     .what.text = S("hello"),
				     .priority.value = MANIFEST_DEFAULT_PRIORITY};
	struct manifest_text outputs[] = {{.text = S("out")}, {.text = S("dev")}};

	installed(V1 "\n[install]\n# a.pkg-path = \"a\"\nb.pkg-path = \"b\" # why\n\n[vars]\n", &p,
		  V1 "\n[install]\n# a.pkg-path = \"a\"\nb.pkg-path = \"b\" # why\n"
		     "hello.pkg-path = \"hello\"\n\n[vars]\n");
	installed(V1, &p, V1 "\n[install]\nhello.pkg-path = \"hello\"\n");
	installed(V1 "[install.b]\npkg-path = \"b\"\n", &p,
		  V1 "[install.b]\npkg-path = \"b\"\n\n[install.hello]\npkg-path = \"hello\"\n");
	p.version.text = S("^2");
	p.priority.value = 3;
	installed(V1 "[install]\nhello = { pkg-path = \"old\", systems = [] }\n", &p,
		  V1 "[install]\nhello = { pkg-path = \"hello\", systems = [], version = \"^2\", "
		     "priority = 3 }\n");
	installed(V1 "[install]\n", &p,
		  V1 "[install]\nhello.pkg-path = \"hello\"\nhello.version = \"^2\"\n"
		     "hello.priority = 3\n");
	p.version.text = (struct str){0};
	p.priority.value = MANIFEST_DEFAULT_PRIORITY;
	p.id = S("a b.c");
	p.outputs = (struct manifest_texts){outputs, 2, NULL};
	installed("# mine\n" V1 "[install]\nb.pkg-path = \"b\"\n", &p,
		  "# mine\n" V10 "[install]\nb.pkg-path = \"b\"\nb.outputs = \"all\"\n"
		  "\"a b.c\".pkg-path = \"hello\"\n\"a b.c\".outputs = [\"out\", \"dev\"]\n");
	p = (struct manifest_package){.id = S("x"),
				      .kind = MANIFEST_STORE_PATH,
				      .what.text = S("/nix/store/x"),
				      .priority.value = MANIFEST_DEFAULT_PRIORITY};
	installed(V10 "[install]\n", &p, V10 "[install]\nx.store-path = \"/nix/store/x\"\n");
}

static void test_uninstall(void)
{
	static const char *const pairs[][2] = {
		{V1 "[install]\na.pkg-path = \"a\"\n# b's\nb.pkg-path = \"b\"\nb.version = \"1\"\n",
		 V1 "[install]\na.pkg-path = \"a\"\n# b's\n"},
		{V1 "install = { a.pkg-path = \"a\", b = { pkg-path = \"b\" } }\n",
		 V1 "install = { a.pkg-path = \"a\" }\n"},
		{V1 "[install.b]\npkg-path = \"b\"\n\n[install.a]\npkg-path = \"a\"\n",
		 V1 "\n[install.a]\npkg-path = \"a\"\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		BUF(out, LIMIT_TOML_TEXT);
		ERR(err);

		IS_OK(manifest_edit_uninstall(str_c(pairs[i][0]), "m", S("b"), &out, &err), err,
		      "uninstalled");
		IS_STR(buf_str(&out), str_c(pairs[i][1]), "what is left");
		buf_clear(&out);
		IS_ERR(manifest_edit_uninstall(str_c(pairs[i][0]), "m", S("c"), &out, &err), err,
		       ERR_NOT_FOUND, "not there");
	}
}

static void test_schema(void)
{
	BUF(out, LIMIT_TOML_TEXT);
	ERR(err);

	IS_OK(manifest_edit_schema(S(V10 "# c\n"), "m", 16, &out, &err), err, "raised");
	IS_STR(buf_str(&out), S("schema-version = \"1.16.0\"\n# c\n"), "to what");
	buf_clear(&out);
	IS_OK(manifest_edit_schema(S("# c\n version=1 # d\n"), "m", 12, &out, &err), err, "raised");
	IS_STR(buf_str(&out), S("# c\n schema-version = \"1.12.0\" # d\n"), "in its place");
	buf_clear(&out);
	IS_OK(manifest_edit_schema(S("schema-version = \"1.16.0\""), "m", 12, &out, &err), err,
	      "never down");
	IS_STR(buf_str(&out), S("schema-version = \"1.16.0\""), "as it was");
	unsigned schema = 1;
	buf_clear(&out);
	IS_OK(manifest_edit_schema_needed(
		      S(V1 "[install]\na.pkg-path = \"a\"\n[services]\nauto-start = true\n"), "m",
		      &schema, &out, &err),
	      err, "what its keys need");
	IS_INT(schema, 12, "which");
	IS_STR(buf_str(&out),
	       S("schema-version = \"1.12.0\"\n[install]\na.pkg-path = \"a\"\n"
		 "a.outputs = \"all\"\n[services]\nauto-start = true\n"),
	       "raised to it");
	buf_clear(&out);
	IS_OK(manifest_edit_schema_needed(S(V1 "x = 1\n[services]\nauto-start = true\n"), "m",
					  &schema, &out, &err),
	      err, "not where something is unknown");
	IS_INT(schema, 0, "nothing");
	IS_STR(buf_str(&out), S(V1 "x = 1\n[services]\nauto-start = true\n"), "as it is");
	IS_ERR(manifest_edit_schema(S("x"), "m", 12, &out, &err), err, ERR_CORRUPT, "no manifest");
}

static void test_names(void)
{
	static const char text[] = V1 "[install]\na.pkg-path = \"p.x\"\nb.pkg-path = \"p.x\"\n"
				      "b.version = \"2\"\nc.pkg-path = \"pkgs.numpy\"\n"
				      "d.store-path = \"/nix/store/d\"\n\"p.x\".flake = \"f\"\n";
	const struct manifest_package *p = NULL;
	struct manifest *m = NULL;
	ARENA(a);
	ERR(err);

	IS_OK(manifest_parse(str_c(text), "m", &a, &m, &err), err, "parsed");
	IS_OK(manifest_package_named(m, S("p.x"), &p, &err), err, "an id before a path");
	IS_STR(p->id, S("p.x"), "which");
	IS_OK(manifest_package_named(m, S("pkgs.numpy"), &p, &err), err, "a path");
	IS_STR(p->id, S("c"), "which");
	IS_OK(manifest_package_named(m, S("p.x@2"), &p, &err), err, "a path with version");
	IS_STR(p->id, S("b"), "which");
	IS_OK(manifest_package_named(m, S("/nix/store/d"), &p, &err), err, "a store path");
	IS_INT(manifest_package_named(m, S("pkgs.numpi"), &p, &err), ERR_NOT_FOUND, "none");
	OK(err.hint && strstr(err.hint, "'c'"), "the nearest: %s", err.hint ? err.hint : "");
	err_clear(&err);
	IS_OK(manifest_parse(S(V1 "[install]\na.pkg-path = \"x\"\nb.pkg-path = \"x\"\n"), "m", &a,
			     &m, &err),
	      err, "parsed");
	IS_ERR(manifest_package_named(m, S("x"), &p, &err), err, ERR_USAGE, "two");
}

static void test_ids(void)
{
	static const struct {
		enum manifest_package_kind kind;
		const char *what, *id;
	} rows[] = {
		{MANIFEST_CATALOG, "hello", "hello"},
		{MANIFEST_CATALOG, "python313Packages.numpy", "numpy"},
		{MANIFEST_CATALOG, "flox-cuda/python3Packages.torch", "torch"},
		{MANIFEST_CATALOG, "owner/tool", "tool"},
		{MANIFEST_CATALOG, "set.\"a.b\"", "a.b"},
		{MANIFEST_FLAKE, "github:owner/repo", "repo"},
		{MANIFEST_FLAKE, "github:owner/repo#pkgs.tool", "tool"},
		{MANIFEST_FLAKE, "path:/x/y/", "y"},
		{MANIFEST_STORE_PATH, "/nix/store/00000000000000000000000000000000-hello-2.12",
		 "hello"},
		{MANIFEST_STORE_PATH, "/nix/store/00000000000000000000000000000000-comfyui-extras",
		 "comfyui-extras"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct manifest_package p = {.kind = rows[i].kind,
					     .what.text = str_c(rows[i].what)};

		IS_STR(manifest_id_of(&p), str_c(rows[i].id), rows[i].what);
	}
}

int main(void)
{
	test_install();
	test_uninstall();
	test_schema();
	test_names();
	test_ids();
	return tap_done();
}
